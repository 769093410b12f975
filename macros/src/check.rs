//! Rules about the whole network, one function each.

use crate::errors::Errors;
use crate::graph::Shaped;
use crate::infer::{self, Fault};

pub fn check(shaped: &Shaped, errors: &mut Errors) {
    check_outputs(shaped, errors);
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
