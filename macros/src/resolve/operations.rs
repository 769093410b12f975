//! Operators and functions: which node an expression becomes.

use super::Builder;
use crate::ast::{Argument, Call, Expression, Function, Operator, ValueKind};
use crate::errors::{Error, Place};
use crate::graph::{Node, ValueId};
use crate::layers::{self, AnyLayer, Scalar};
use crate::limits;
use crate::suggest;
use proc_macro2::{TokenStream, TokenTree};

/// What stands on one side of an operator.
enum Operand {
    Value(ValueId),
    Number(f64),
}

/// A function of a number, which is a number: `sqrt(32.0)`.
fn function_of_number(expression: &Expression) -> Option<f64> {
    let Expression::Function(function) = expression else { return None };
    let [value] = &function.values[..] else { return None };
    let number = |value: &Expression| match value {
        Expression::Number(number, _) => Some(*number),
        other => function_of_number(other),
    };
    let function = match (function.call.name.to_string().as_str(), &function.call.arguments[..]) {
        ("sqrt", [_]) => f64::sqrt,
        ("exp", [_]) => f64::exp,
        ("ln", [_]) => f64::ln,
        ("abs", [_]) => f64::abs,
        ("sin", [_]) => f64::sin,
        ("cos", [_]) => f64::cos,
        ("tanh", [_]) => f64::tanh,
        _ => return None,
    };
    number(value).map(function)
}

impl Builder<'_, '_> {
    /// An operator, a sign or a number where a value is wanted.
    pub(super) fn arithmetic(&mut self, expression: &Expression) -> ValueId {
        match self.operand(expression) {
            Operand::Value(value) => value,
            Operand::Number(number) => {
                let tokens = expression.tokens();
                let line = format!("the number `{number:?}` alone is no value");
                let help = format!("write it where it is used: `{number:?} * x`");
                self.errors.push(Error::new(&tokens, line).help(help));
                self.unknown(&tokens)
            }
        }
    }

    fn operand(&mut self, expression: &Expression) -> Operand {
        if let Some(number) = function_of_number(expression).filter(|number| number.is_finite()) {
            return Operand::Number(number);
        }
        match expression {
            Expression::Number(number, _) => Operand::Number(*number),
            Expression::Negative(value, tokens) => match self.operand(value) {
                Operand::Number(number) => Operand::Number(-number),
                Operand::Value(value) => {
                    let text = format!("-{}", self.operand_text(value, true));
                    Operand::Value(self.scalar(Scalar::Scale(-1.0), text, tokens, value))
                }
            },
            Expression::Binary(left, operator, right, tokens) => {
                let operands = (self.operand(left), self.operand(right));
                let written = vec![left.tokens(), right.tokens()];
                self.combine(*operator, operands, written, tokens)
            }
            other => Operand::Value(self.single(other)),
        }
    }

    fn combine(
        &mut self,
        operator: Operator,
        operands: (Operand, Operand),
        written: Vec<TokenStream>,
        tokens: &TokenStream,
    ) -> Operand {
        let sign = operator.sign();
        let tight = matches!(operator, Operator::Multiply | Operator::Divide);
        let value = match operands {
            (Operand::Number(a), Operand::Number(b)) => {
                let number = match operator {
                    Operator::Add => a + b,
                    Operator::Subtract => a - b,
                    Operator::Multiply => a * b,
                    Operator::Divide => a / b,
                };
                if !number.is_finite() {
                    let line = format!("`{a:?} {sign} {b:?}` is no finite number");
                    self.errors.push(Error::new(tokens, line));
                    return Operand::Value(self.unknown(tokens));
                }
                return Operand::Number(number);
            }
            (Operand::Value(value), Operand::Number(number)) => {
                let text = format!("{} {sign} {number:?}", self.operand_text(value, tight));
                let scalar = match operator {
                    Operator::Add => Scalar::Shift(number),
                    Operator::Subtract => Scalar::Shift(-number),
                    Operator::Multiply => Scalar::Scale(number),
                    Operator::Divide => Scalar::Divide(number),
                };
                if scalar == Scalar::Divide(0.0) {
                    self.errors.push(Error::new(&written[1], format!("`{text}` divides by zero")));
                    return Operand::Value(self.unknown(tokens));
                }
                self.scalar(scalar, text, tokens, value)
            }
            (Operand::Number(number), Operand::Value(value)) => {
                let after = tight || operator == Operator::Subtract;
                let text = format!("{number:?} {sign} {}", self.operand_text(value, after));
                let scalar = match operator {
                    Operator::Add => Scalar::Shift(number),
                    Operator::Subtract => Scalar::From(number),
                    Operator::Multiply => Scalar::Scale(number),
                    Operator::Divide => Scalar::Over(number),
                };
                self.scalar(scalar, text, tokens, value)
            }
            (Operand::Value(a), Operand::Value(b)) => {
                let after = tight || operator == Operator::Subtract;
                let text = format!("{} {sign} {}", self.operand_text(a, tight), self.operand_text(b, after));
                let text = limits::shortened(&text, limits::QUOTED);
                let layer = AnyLayer::operator(operator);
                self.operation(layer, text, tokens, vec![a, b], written, None)[0]
            }
        };
        Operand::Value(value)
    }

    /// How a value stands in the text of an operator: a sum inside a product in parentheses.
    fn operand_text(&self, value: ValueId, tight: bool) -> String {
        let text = self.graph.describe(value).replace('`', "");
        let node = crate::infer::source_node(&self.graph, value).map(|id| &self.graph.nodes[id.0]);
        let is_sum = node.is_some_and(|n| n.call.is_none() && self.graph.values[value.0].name.is_none());
        if tight && is_sum && text.contains(' ') { format!("({text})") } else { text }
    }

    fn scalar(&mut self, scalar: Scalar, text: String, tokens: &TokenStream, value: ValueId) -> ValueId {
        self.operation(AnyLayer::scalar(scalar), text, tokens, vec![value], Vec::new(), None)[0]
    }

    fn operation(
        &mut self,
        layer: AnyLayer,
        text: String,
        tokens: &TokenStream,
        inputs: Vec<ValueId>,
        operands: Vec<TokenStream>,
        call: Option<Call>,
    ) -> Vec<ValueId> {
        let name = self.automatic_name(layer.name(), Place::of(tokens).first);
        self.push_all(Node {
            name,
            named: false,
            layer: Some(layer),
            text,
            tokens: tokens.clone(),
            inputs,
            outputs: Vec::new(),
            call,
            operands,
            group: None,
            shares: None,
            frozen: false,
        })
    }

    /// A function of what flows in and of its own values.
    pub(super) fn function(&mut self, function: &Function, flowing: Vec<ValueId>) -> Vec<ValueId> {
        let call = &self.with_numbers(&function.call);
        let name = call.name.to_string();
        if name == "stack" && !layers::is_function(&name) {
            return vec![self.stacked(function, call, &flowing)];
        }
        if !layers::is_function(&name) {
            let error = self.errors.count();
            self.no_such_function(call);
            let operands: Vec<Operand> = function.values.iter().map(|value| self.operand(value)).collect();
            let input = match operands.first() {
                Some(Operand::Value(value)) => Some(*value),
                _ => flowing.first().copied(),
            };
            let value = function.values.first().map(|value| suggest::source(&value.tokens()));
            self.written_here(error, call, input, value.as_deref());
            return vec![self.unknown(&call.tokens)];
        }
        let written = |count: usize| {
            let tokens = function.values.iter().map(Expression::tokens);
            if count == function.values.len() { tokens.collect() } else { Vec::new() }
        };
        let flows = flowing.len();
        let mut operands: Vec<Operand> = flowing.into_iter().map(Operand::Value).collect();
        operands.extend(function.values.iter().map(|value| self.operand(value)));
        if let Some(scalar) = self.with_number(&name, &operands) {
            let (scalar, value) = scalar;
            let text = match &operands[..] {
                [Operand::Number(number), _] => {
                    format!("{name}({number:?}, {})", self.operand_text(value, false))
                }
                [_, Operand::Number(number)] => {
                    format!("{name}({}, {number:?})", self.operand_text(value, false))
                }
                _ => unreachable!("one of the two is a number"),
            };
            let layer = AnyLayer::scalar(scalar);
            return self.operation(layer, text, &call.tokens, vec![value], Vec::new(), None);
        }
        let inputs: Vec<ValueId> = operands
            .iter()
            .filter_map(|operand| match operand {
                Operand::Value(value) => Some(*value),
                Operand::Number(_) => None,
            })
            .collect();
        if name == "matmul"
            && let Some((owner, layer)) = self.product(&inputs)
        {
            let parts: Vec<String> = inputs.iter().map(|&v| self.operand_text(v, false)).collect();
            let text = format!("matmul({})", parts.join(", "));
            return vec![self.borrowing(owner, layer, text, &call.tokens, inputs[..1].to_vec())];
        }
        if name == "reshape" {
            self.size_left_out(call, inputs.first().copied());
        }
        let before = self.errors.count();
        let layer = self.read_layer(call).ok().flatten();
        if name == "normal" && before < self.errors.count() && inputs.len() == 1 {
            self.written_here(before, call, inputs.first().copied(), Some(""));
        }
        self.check_claim(call);
        let is_alone = name == "concat" && inputs.len() < 2;
        let refused = match &layer {
            _ if is_alone => Some("two values or more".to_string()),
            Some(layer) => layer.refuses(inputs.len()),
            None => None,
        };
        if let Some(wanted) = refused {
            self.errors.forget(before);
            let line = format!("`{call}` takes {wanted}, but gets {}", inputs.len());
            let mut error = Error::new(&call.tokens, line);
            if let ([_], "concat", [only, ..]) = (&inputs[..], name.as_str(), &function.values[..]) {
                let text = suggest::source(&only.tokens());
                error = error.help_or(format!("`{text}` alone"), &call.tokens, text);
            }
            self.errors.push(error);
            return vec![self.unknown(&call.tokens)];
        }
        let Some(layer) = layer else { return vec![self.unknown(&call.tokens)] };
        let mut parts: Vec<String> = inputs.iter().map(|&v| self.operand_text(v, false)).collect();
        parts.extend(Some(layer.arguments()).filter(|a| !a.is_empty()));
        let text = format!("{name}({})", parts.join(", "));
        let written = if flows == 0 { written(inputs.len()) } else { Vec::new() };
        self.operation(layer, text, &call.tokens, inputs, written, Some(call.clone()))
    }

    /// `stack(a, b)`: each gets an axis more, along which they are joined.
    fn stacked(&mut self, function: &Function, call: &Call, flowing: &[ValueId]) -> ValueId {
        let error = self.errors.count();
        self.no_such_function(call);
        let operands: Vec<Operand> = function.values.iter().map(|value| self.operand(value)).collect();
        let shapes = operands.iter().map(|operand| match operand {
            Operand::Value(value) => self.shapes[value.0].clone(),
            Operand::Number(_) => None,
        });
        let axis = call.arguments.iter().find(|a| a.name.as_ref().is_some_and(|name| name == "axis"));
        let axis = axis.map_or(Some(0), |axis| match axis.value.kind {
            ValueKind::Integer(n) => n.known(),
            _ => None,
        });
        let parts = shapes.zip(&function.values).map(|(shape, value)| {
            let mut shape = shape?;
            let axis = axis.filter(|axis| *axis <= shape.rank())?;
            shape.0.insert(axis, crate::shape::Dim::ONE);
            Some(format!("reshape({}, {shape})", suggest::source(&value.tokens())))
        });
        if let (Some(parts), Some(axis), []) = (parts.collect::<Option<Vec<_>>>(), axis, flowing) {
            let text = format!("concat({}, axis: {axis})", parts.join(", "));
            self.errors.answer(
                error,
                &call.tokens,
                "each gets an axis more, along which they are joined",
                vec![text],
            );
        }
        self.unknown(&call.tokens)
    }

    /// `reshape(x, [4, -1])` is refused; what is left out is known.
    fn size_left_out(&mut self, call: &Call, input: Option<ValueId>) {
        let Some(shape) = input.and_then(|value| self.shapes[value.0].clone()) else { return };
        let broken = call.arguments.iter().find(|a| a.value.kind == ValueKind::Broken);
        let Some(TokenTree::Group(group)) = broken.and_then(|a| a.value.tokens.clone().into_iter().next())
        else {
            return;
        };
        let text = suggest::source(&group.stream()).replace("- 1", "-1");
        let parts: Vec<&str> = text.split(", ").collect();
        let is_open = |part: &&str| ["-1", "_", "?", "None"].contains(part);
        let known: Option<usize> =
            parts.iter().filter(|part| !is_open(part)).map(|part| part.parse::<usize>().ok()).product();
        let (Some(known), Some(all)) = (known, shape.len().known()) else { return };
        if parts.iter().filter(|part| is_open(part)).count() != 1 || known == 0 || all % known != 0 {
            return;
        }
        let rest = (all / known).to_string();
        let full: Vec<&str> =
            parts.iter().map(|part| if is_open(part) { rest.as_str() } else { part }).collect();
        let full = format!("[{}]", full.join(", "));
        let mut open = group.stream().into_iter().filter(|token| match token {
            TokenTree::Punct(p) => ['-', '?'].contains(&p.as_char()),
            TokenTree::Ident(_) => true,
            _ => false,
        });
        if let Some(token) = open.next() {
            self.errors.help_at(token.span(), format!("`{full}`"), group.span().into(), &full);
        }
    }

    /// A function of a value and a number: `max(x, 0.5)`.
    fn with_number(&mut self, name: &str, operands: &[Operand]) -> Option<(Scalar, ValueId)> {
        let (number, value, first) = match operands {
            [Operand::Value(value), Operand::Number(number)] => (*number, *value, false),
            [Operand::Number(number), Operand::Value(value)] => (*number, *value, true),
            _ => return None,
        };
        let scalar = match name {
            "min" => Scalar::Min(number),
            "max" => Scalar::Max(number),
            "pow" if first => Scalar::Base(number),
            "pow" => Scalar::Power(number),
            _ => return None,
        };
        Some((scalar, value))
    }

    pub(super) fn no_such_function(&mut self, call: &Call) {
        let name = &call.name;
        let text = name.to_string();
        let error = Error::new(name, format!("there is no function `{name}`"));
        let known = layers::function_names();
        let layer = suggest::similar(&text, &layers::user_names(), layers::ALIASES);
        let same = |layer: &str| suggest::snake_case(layer).replace('_', "") == text.replace('_', "");
        let found = suggest::similar(&text, &known, layers::FUNCTION_ALIASES);
        let is_layer = matches!(
            self.frame.scope.get(&text),
            Some(super::Binding::Shared(_) | super::Binding::Layer(..))
        );
        if let (true, [only]) = (is_layer, &call.arguments[..]) {
            let text = format!("({} -> {name})", only.value.kind);
            let error = Error::new(name, format!("`{name}` is a layer, not a function: `x -> {name}`"));
            return self.errors.push(error.help_replace(format!("`{text}`"), &call.tokens, text));
        }
        if let (Some(layer), [first, rest @ ..]) = (layer, &call.arguments[..])
            && matches!(first.value.kind, ValueKind::Given(_))
            && (same(layer) || found.is_none())
        {
            return self.errors.push(as_layer(error, call, layer, &first.value.kind, rest));
        }
        self.errors.push(match found {
            Some(found) => {
                let help = match layers::FUNCTION_ALIASES.iter().any(|(alias, _)| *alias == text) {
                    true => format!("`{name}` is called `{found}` here"),
                    false => format!("a function with a similar name exists: `{found}`"),
                };
                let numbers = || {
                    call.arguments.iter().filter(|a| !layers::is_value(a)).map(|a| a.value.kind.to_string())
                };
                let values: Vec<String> = call
                    .arguments
                    .iter()
                    .filter(|a| layers::is_value(a))
                    .map(layers::argument_text)
                    .collect();
                let mut error = error.help_or(help.clone(), name, found);
                // Others count the batch, and write a shape without brackets.
                for skipped in 0..numbers().take_while(|n| n == "-1").count() + 1 {
                    let sizes: Vec<String> = numbers().skip(skipped).collect();
                    if found == "reshape" && !sizes.is_empty() {
                        let all: Vec<String> =
                            values.iter().cloned().chain([format!("[{}]", sizes.join(", "))]).collect();
                        let text = format!("reshape({})", all.join(", "));
                        error = error.help_or(format!("{help}: `{text}`"), &call.tokens, text);
                    }
                }
                error
            }
            None => {
                let some = ["concat", "reshape", "sum", "mean", "exp", "map"];
                error.note(format!("among the functions are {}", layers::list(&some)))
            }
        });
    }
}

/// `gelu(x)` is written `x -> Gelu`.
fn as_layer(mut error: Error, call: &Call, layer: &str, first: &ValueKind, rest: &[Argument]) -> Error {
    let arguments: Vec<_> = rest.iter().map(layers::argument_text).collect();
    let arguments = arguments.join(", ");
    let with = |more: &str| match (arguments.is_empty(), more.is_empty()) {
        (true, true) => String::new(),
        (true, false) => format!("({more})"),
        (false, true) => format!("({arguments})"),
        (false, false) => format!("({arguments}, {more})"),
    };
    for more in ["", "kernel: 3"] {
        let text = format!("{first} -> {layer}{}", with(more));
        let help = format!("`{layer}` is a layer: `{text}`");
        error = error.help_or(help.clone(), &call.tokens, text.clone());
        error = error.help_or(help, &call.tokens, format!("({text})"));
    }
    if arguments.is_empty() {
        error
    } else {
        error.note(format!("`{layer}` is a layer: `{first} -> {layer}`"))
    }
}
