//! `map(x, |x| x * sigmoid(1.702 * x))`: a function of the user's own, number by number.

mod translate;

use super::activation::Activation;
use super::mismatch::Mismatch;
use super::window::number;
use super::{AnyLayer, Arguments, Kind, Layer, Layout, OWN, Traits};
use crate::ast::ValueKind;
use crate::errors::Errors;
use crate::formula::{Binary, Formula, MAX_REGISTERS, Op, Program, Source, known};
use crate::limits;
use crate::shape::Shape;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

/// The most numbers of a function; the runtime has room for these.
const MAX_PARAMETERS: usize = 16;

#[derive(Clone, Debug)]
pub struct Map {
    /// The closure as a person would write it.
    text: String,
    parameters: usize,
    forward: Program,
    /// One for each parameter.
    backward: Vec<Program>,
    reads: Reads,
    /// The layer that the function is.
    known: Option<Activation>,
}

/// What backward reads beside the output's gradient; mirrors the runtime's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reads {
    Inputs,
    Output,
    Nothing,
}

impl Layer for Map {
    const ARITY: usize = OWN;

    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(Some("function"), &[], errors);
        let closure = match arguments.value_of("function") {
            Some(ValueKind::Closure(closure)) => closure.clone(),
            Some(ValueKind::Broken) => return None,
            Some(_) => {
                arguments.refuse(
                    "function",
                    "is invalid: a function of numbers is written `|x| x * x`",
                    errors,
                );
                return None;
            }
            None => {
                arguments.need("function", "the function of each number", "|x| x * x", errors);
                return None;
            }
        };
        let mut formula = Formula::default();
        let root = translate::translate(&closure, &mut formula, errors)?;
        if formula.len() > limits::FORMULA {
            let why = format!(
                "is too long: a function has {} operations at most, found {}; part it in several",
                limits::FORMULA,
                formula.len()
            );
            arguments.refuse("function", &why, errors);
            return None;
        }
        let parameters = closure.parameters.len();
        if parameters > MAX_PARAMETERS {
            let why = format!("is invalid: at most {MAX_PARAMETERS} values flow into a function");
            arguments.refuse("function", &why, errors);
            return None;
        }
        let inputs: Vec<_> = (0..parameters).map(|i| formula.parameter(i)).collect();
        let gradient = formula.parameter(parameters);
        let derivatives: Vec<_> = (0..parameters).map(|i| formula.derivative(root, i)).collect();
        let made_of = |leaves: &[_]| derivatives.iter().all(|&d| formula.is_made_of(d, leaves, &[]));
        let reads = match () {
            () if made_of(&[]) => Reads::Nothing,
            () if parameters == 1 && made_of(&[root]) => Reads::Output,
            () => Reads::Inputs,
        };
        let forward = formula.program(root, &inputs);
        let mut backward = Vec::new();
        for derivative in derivatives {
            let output = formula.parameter(parameters + 1);
            let derivative = match reads {
                Reads::Output => formula.replaced(derivative, root, output),
                _ => derivative,
            };
            let product = formula.binary(Binary::Multiply, derivative, gradient);
            let sources = match reads {
                Reads::Inputs => inputs.iter().copied().chain([gradient]).collect(),
                Reads::Output => vec![output, gradient],
                Reads::Nothing => vec![gradient],
            };
            backward.push(formula.program(product, &sources));
        }
        if backward.iter().chain([&forward]).any(|program| program.registers > MAX_REGISTERS) {
            arguments.refuse("function", "is too long: part it in two functions", errors);
            return None;
        }
        let known = match parameters {
            1 => known(&formula, root).and_then(|text| AnyLayer::activation(&text)),
            _ => None,
        };
        arguments.finish(Map { text: closure.to_string(), parameters, forward, backward, reads, known })
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        if inputs.len() != self.parameters {
            let (names, values) = (
                crate::shape::counted(self.parameters, "numbers"),
                crate::shape::counted(inputs.len(), "values"),
            );
            let verb = if inputs.len() == 1 { "flows" } else { "flow" };
            return Err(Mismatch::new(format!("the function takes {names}, but {values} {verb} in"))
                .at_main("function"));
        }
        if let Some(other) = inputs.iter().position(|shape| *shape != inputs[0]) {
            return Err(Mismatch::new(format!(
                "`map` works number by number: `{}` and `{}` differ",
                inputs[0], inputs[other]
            )));
        }
        Ok(vec![inputs[0].clone()])
    }

    fn arguments(&self) -> String {
        self.text.clone()
    }

    fn traits(&self, inputs: &[Shape]) -> Traits {
        if let Some(known) = &self.known {
            return known.traits(inputs);
        }
        Traits {
            reads_inputs: self.reads == Reads::Inputs,
            reads_outputs: self.reads == Reads::Output,
            in_place: self.reads != Reads::Inputs,
            gradient_in_place: self.parameters == 1,
            ..Traits::new(Layout::Any)
        }
    }

    fn spec(&self, inputs: &[Shape], node: usize) -> TokenStream {
        if let Some(known) = &self.known {
            return known.spec(inputs, node);
        }
        let len = number(inputs[0].len());
        let (forward, backward) = (program(&self.forward), self.backward.iter().map(program));
        let reads = Ident::new(&format!("{:?}", self.reads), Span::call_site());
        quote!(map::MapSpec {
            len: #len,
            forward: #forward,
            backward: &[#(#backward),*],
            reads: map::Reads::#reads,
        })
    }

    fn kind(&self) -> Option<Kind> {
        self.known.as_ref().map_or(Some(Kind::RawScores), Layer::kind)
    }
}

fn program(program: &Program) -> TokenStream {
    let registers = number(program.registers);
    let ops = program.ops.iter().map(|op| {
        let function = |name: String| Ident::new(&name, Span::call_site());
        let (function, first, second, to) = match op {
            Op::Copy(from) => (function("Copy".into()), *from, *from, 0),
            Op::Unary(unary, x, to) => (function(format!("{unary:?}")), *x, *x, *to),
            Op::Binary(binary, a, b, to) => (function(format!("{binary:?}")), *a, *b, *to),
        };
        let (first, second, to) = (source(first), source(second), number(to));
        quote!(map::Op { function: map::Function::#function, first: #first, second: #second, to: #to })
    });
    quote!(map::Program { ops: &[#(#ops),*], registers: #registers })
}

fn source(source: Source) -> TokenStream {
    match source {
        Source::Input(i) => {
            let i = number(i);
            quote!(map::Source::Input(#i))
        }
        Source::Register(i) => {
            let i = number(i);
            quote!(map::Source::Register(#i))
        }
        Source::Number(x) => {
            let (sign, size) = ((x < 0.0).then(|| quote!(-)), Literal::f64_suffixed(x.abs()));
            quote!(map::Source::Number(#sign #size))
        }
    }
}
