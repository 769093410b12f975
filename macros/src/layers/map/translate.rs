//! From what the user wrote to a formula: names, functions and how many numbers they take.

use crate::ast::{Closure, Operator, Term};
use crate::errors::{Change, Error, Errors, How, Place};
use crate::formula::{Binary, Formula, Id, Unary};
use crate::layers::{self, list};
use crate::suggest;
use proc_macro2::{Ident, TokenStream};

const UNARY: [(&str, Unary); 10] = [
    ("exp", Unary::Exp),
    ("ln", Unary::Ln),
    ("sqrt", Unary::Sqrt),
    ("abs", Unary::Abs),
    ("sin", Unary::Sin),
    ("cos", Unary::Cos),
    ("tanh", Unary::Tanh),
    ("sigmoid", Unary::Sigmoid),
    ("relu", Unary::Relu),
    ("softplus", Unary::Softplus),
];

const BINARY: [(&str, Binary); 3] = [("min", Binary::Min), ("max", Binary::Max), ("pow", Binary::Power)];

/// What other languages call these functions.
const ALIASES: [(&str, &str); 6] = [
    ("log", "ln"),
    ("powf", "pow"),
    ("powi", "pow"),
    ("maximum", "max"),
    ("minimum", "min"),
    ("power", "pow"),
];

/// The expression of a closure; `None` after an error.
pub fn translate(closure: &Closure, formula: &mut Formula, errors: &mut Errors) -> Option<Id> {
    let scope = closure.parameters.iter().enumerate();
    let scope = scope.map(|(i, name)| (name.to_string(), formula.parameter(i))).collect();
    let used = vec![false; closure.parameters.len()];
    let mut translator = Translator { scope, used, parameters: &closure.parameters, formula, errors };
    let before = translator.errors.count();
    let root = translator.term(&closure.body);
    if translator.errors.count() > before {
        return None;
    }
    let used = std::mem::take(&mut translator.used);
    for (name, used) in closure.parameters.iter().zip(used) {
        if !used && !name.to_string().starts_with('_') {
            errors.push(Error::new(name, format!("the function does not use `{name}`")));
        }
    }
    root.filter(|_| errors.count() == before)
}

struct Translator<'a> {
    /// The names, the newest last.
    scope: Vec<(String, Id)>,
    /// Whether each parameter was read.
    used: Vec<bool>,
    parameters: &'a [Ident],
    formula: &'a mut Formula,
    errors: &'a mut Errors,
}

impl Translator<'_> {
    /// Goes through all of a term also after an error, so that one build shows all of them.
    fn term(&mut self, term: &Term) -> Option<Id> {
        match term {
            Term::Number(x) => Some(self.formula.number(*x)),
            Term::Name(name) => self.name(name),
            Term::Negative(inner) => {
                let inner = self.term(inner)?;
                Some(self.formula.unary(Unary::Negate, inner))
            }
            Term::Binary(left, operator, right, tokens) => {
                let (left, right) = (self.term(left), self.term(right));
                let function = match operator {
                    Operator::Add => Binary::Add,
                    Operator::Subtract => Binary::Subtract,
                    Operator::Multiply => Binary::Multiply,
                    Operator::Divide => Binary::Divide,
                };
                self.combined(function, left?, right?, tokens)
            }
            Term::Call(name, arguments, tokens) => self.call(name, arguments, tokens),
            Term::Block(lets, result) => {
                let outer = self.scope.len();
                let mut good = true;
                for (name, value) in lets {
                    let value = self.term(value);
                    good &= value.is_some();
                    // A name whose value failed is known, so that it is no second error.
                    let value = value.unwrap_or_else(|| self.formula.number(1.0));
                    self.scope.push((name.to_string(), value));
                }
                let result = self.term(result);
                self.scope.truncate(outer);
                result.filter(|_| good)
            }
        }
    }

    fn name(&mut self, name: &Ident) -> Option<Id> {
        let text = name.to_string();
        if let Some((_, id)) = self.scope.iter().rev().find(|(known, _)| *known == text) {
            let id = *id;
            if let Some(parameter) = self.parameters.iter().position(|p| *p == text) {
                self.used[parameter] = true;
            }
            return Some(id);
        }
        let known: Vec<&str> = self.scope.iter().map(|(name, _)| name.as_str()).collect();
        let error = Error::new(name, format!("there is no number `{name}` here"));
        let names: Vec<String> = self.parameters.iter().map(ToString::to_string).collect();
        let flows = names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
        let error = match suggest::similar(&text, &known, &[]) {
            Some(found) => {
                let change = Change { place: name.into(), how: How::Replace, text: found.into() };
                error.help_with(format!("a number with a similar name exists: `{found}`"), vec![change])
            }
            None if text.starts_with(char::is_uppercase) => {
                error.note("a function of numbers takes no constants by name: write the number out")
            }
            None => error.note(format!(
                "a function sees its own numbers alone; a further value flows in as `map({flows}, {text}, |{flows}, {text}| …)`"
            )),
        };
        self.errors.push(error);
        None
    }

    fn call(&mut self, name: &Ident, arguments: &[Term], tokens: &TokenStream) -> Option<Id> {
        let text = name.to_string();
        let unary = UNARY.iter().find(|(known, _)| *known == text).map(|(_, function)| *function);
        let binary = BINARY.iter().find(|(known, _)| *known == text).map(|(_, function)| *function);
        let found: Vec<_> = arguments.iter().map(|argument| self.term(argument)).collect();
        let wanted = match (unary, binary) {
            (Some(_), _) => 1,
            (_, Some(_)) => 2,
            _ => {
                self.no_function(name);
                return None;
            }
        };
        if found.len() != wanted {
            let wanted = crate::shape::counted(wanted, "numbers");
            let line = format!("`{name}` takes {wanted}, found {}", found.len());
            self.errors.push(Error::new(tokens, line));
            return None;
        }
        let found: Vec<Id> = found.into_iter().collect::<Option<_>>()?;
        match (unary, binary) {
            (Some(function), _) => {
                let folds = self.formula.value(found[0]).is_some();
                let id = self.formula.unary(function, found[0]);
                self.finite(id, folds, tokens)
            }
            (_, Some(function)) => self.combined(function, found[0], found[1], tokens),
            _ => None,
        }
    }

    fn combined(&mut self, function: Binary, a: Id, b: Id, tokens: &TokenStream) -> Option<Id> {
        let folds = self.formula.value(a).is_some() && self.formula.value(b).is_some();
        let by_zero = function == Binary::Divide && self.formula.value(b) == Some(0.0);
        if by_zero {
            let line = format!("`{}` divides by zero", suggest::source(tokens));
            self.errors.push(Error::new(tokens, line));
            return None;
        }
        let id = self.formula.binary(function, a, b);
        self.finite(id, folds, tokens)
    }

    /// Arithmetic of numbers alone gives a number.
    fn finite(&mut self, id: Id, folds: bool, tokens: &TokenStream) -> Option<Id> {
        if folds && self.formula.value(id).is_none() {
            let line = format!("`{}` is no finite number", suggest::source(tokens));
            self.errors.push(Error::new(tokens, line));
            return None;
        }
        Some(id)
    }

    fn no_function(&mut self, name: &Ident) {
        let text = name.to_string();
        let known: Vec<&str> = UNARY.iter().map(|(n, _)| *n).chain(BINARY.iter().map(|(n, _)| *n)).collect();
        let change =
            |found: &str| vec![Change { place: Place::from(name), how: How::Replace, text: found.into() }];
        let error = match layers::user_names().contains(&text.as_str()) {
            true => {
                let line = format!("`{name}` is a layer: in a function of numbers there are functions alone");
                Error::new(name, line)
            }
            false if layers::is_function(&text) => {
                let line = format!("`{name}` is a function of whole values: here every number is by itself");
                self.errors.push(Error::new(name, line));
                return;
            }
            false => Error::new(name, format!("there is no function `{name}`")),
        };
        let snake = suggest::snake_case(&text);
        let same = known.iter().copied().find(|k| *k == snake);
        let found = same.or_else(|| suggest::similar(&text, &known, &ALIASES));
        self.errors.push(match found {
            Some(found) => {
                error.help_with(format!("a function with a similar name exists: `{found}`"), change(found))
            }
            None => error.help(format!("the functions are {}", list(&known))),
        });
    }
}
