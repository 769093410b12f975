//! Rules about the whole network, one function each.

use crate::errors::{Error, Errors};
use crate::graph::{Node, NodeId, Shaped};
use crate::infer::{self, Fault};
use crate::layers::Parameter;
use crate::shape::{Dim, MAX_ELEMENTS};

pub fn check(shaped: &Shaped, errors: &mut Errors) {
    check_outputs(shaped, errors);
    check_room(shaped, errors);
}

/// All tensors and values together fit into some memory: `x -> [Dense(1000000); 60000]` breaks it.
fn check_room(shaped: &Shaped, errors: &mut Errors) {
    let graph = &shaped.graph;
    let known = |node: &Node| {
        node.layer.is_some()
            && node.inputs.iter().chain(&node.outputs).all(|value| shaped.shapes[value.0].is_some())
    };
    let nodes = graph.nodes.iter().enumerate().filter(|(_, node)| known(node));
    let numbers = nodes.map(|(i, node)| {
        let tensors = match node.shares {
            Some(_) => Dim::ZERO,
            None => shaped.parameters(NodeId(i)).iter().map(Parameter::len).sum(),
        };
        let values: Dim = shaped.shapes_of(&node.outputs).iter().map(|shape| shape.len()).sum();
        (tensors + values) * graph.rounds(NodeId(i))
    });
    let numbers: Dim = numbers.sum();
    if numbers > MAX_ELEMENTS {
        let name = &graph.header.name;
        let line = format!(
            "`{name}` takes {numbers} numbers, weights and values together, more than memory can address"
        );
        errors.push(Error::new(name, line));
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
