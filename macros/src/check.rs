//! Rules about the whole network, one function each.

use crate::errors::{Error, Errors};
use crate::graph::Shaped;
use crate::infer::{self, Fault};

pub fn check(shaped: &Shaped, errors: &mut Errors) {
    check_outputs(shaped, errors);
}

/// Rules that only hold until the writer knows more than the language does.
pub fn check_supported(shaped: &Shaped, errors: &mut Errors) {
    check_single(shaped, errors);
}

/// The writer knows networks of one input and one output: `struct N(a: [3], b: [3]) -> [3] { a + b }` has to wait.
fn check_single(shaped: &Shaped, errors: &mut Errors) {
    let header = &shaped.graph.header;
    if let Some(second) = header.inputs.get(1) {
        errors.push(Error::new(&second.tokens, "a second input is not supported yet"));
    }
    if let Some(second) = header.outputs.get(1) {
        errors.push(Error::new(&second.tokens, "a second output is not supported yet"));
    }
}

/// What a network gives must have the declared shape: `struct Digits(image: [784]) -> [10] { image -> Dense(12) }`
/// breaks it. A result of unknown shape is silent, since the reason has been reported.
fn check_outputs(shaped: &Shaped, errors: &mut Errors) {
    let trial = infer::run(&shaped.graph, &[]);
    for failure in &trial.failures {
        if let Fault::Output(index) = failure.fault
            && let Some(error) = infer::output(&shaped.graph, &trial, index)
        {
            errors.push(error);
        }
    }
}
