//! Rules about the whole network, one function each.

use crate::errors::{Change, Error, Errors, How};
use crate::graph::{Graph, Node, NodeId, Shaped};
use crate::infer::{self, Fault};
use crate::layers::{AnyLayer, Parameter, Stream};
use crate::shape::{Dim, MAX_ELEMENTS, Shape};
use crate::suggest;
use proc_macro2::{Delimiter, TokenTree};

pub fn check(shaped: &Shaped, errors: &mut Errors) {
    check_outputs(shaped, errors);
    complete_head(shaped, errors);
    check_room(shaped, errors);
    check_steps(shaped, errors);
}

/// What a network gives whose head does not say it, for the help.
fn complete_head(shaped: &Shaped, errors: &mut Errors) {
    let ([output], [Some(value)]) = (&shaped.graph.header.outputs[..], &shaped.graph.results[..]) else {
        return;
    };
    if let (Some(TokenTree::Group(body)), Some(shape)) =
        (output.tokens.clone().into_iter().next(), &shaped.shapes[value.0])
        && body.delimiter() == Delimiter::Brace
    {
        let change = Change { place: body.span().into(), how: How::Before, text: format!("-> {shape} ") };
        errors.change_at(body.span_open(), format!("`-> {shape}`"), change);
    }
}

/// Over a sequence of any length all that a network gives is given at each step, or all of it once, and the rounds of a
/// repetition carry no value from step to step: `struct N(x: [.., 4]) -> [.., 4] { x -> [Gru(4); 2] }` breaks it.
fn check_steps(shaped: &Shaped, errors: &mut Errors) {
    let graph = &shaped.graph;
    let is_any = |shape: &Option<Shape>| shape.as_ref().is_some_and(Shape::is_any_length);
    if !graph.header.inputs.iter().any(|input| is_any(&input.shape)) {
        return;
    }
    if let [first, others @ ..] = &graph.header.outputs[..]
        && let Some(other) = others.iter().find(|output| is_any(&output.shape) != is_any(&first.shape))
    {
        let name = &graph.header.name;
        let line =
            format!("`{name}` gives one value at each step of a sequence of any length, and another once");
        errors.push(Error::new(&other.tokens, line).note("both together are not supported yet"));
    }
    for (i, node) in graph.nodes.iter().enumerate() {
        let reads = node.inputs.first().is_some_and(|value| is_any(&shaped.shapes[value.0]))
            && node.outputs.iter().all(|value| shaped.shapes[value.0].is_some());
        // A memory is there once for each round, a value is not.
        let inputs: Option<Vec<Shape>> =
            node.inputs.iter().map(|value| shaped.shapes[value.0].clone()).collect();
        let flows = |layer: &AnyLayer| {
            let streams = inputs.as_ref().map(|inputs| layer.streams(inputs)).unwrap_or_default();
            layer.ends_sequences() || streams.iter().any(|stream| matches!(stream, Stream::Value { .. }))
        };
        let carries = reads && node.layer.as_ref().is_some_and(flows);
        if carries && graph.around(node.group).any(|group| graph.groups[group.0].repeat.is_some()) {
            let title = graph.nodes[i].title();
            let ends = node.layer.as_ref().is_some_and(AnyLayer::ends_sequences);
            let (does, note) = match ends {
                true => ("ends", "this is not supported yet"),
                false => (
                    "carries a state through",
                    "this is not supported yet; layers on one another are `layers: 2`",
                ),
            };
            let line = format!("`{title}` is repeated, and {does} a sequence of any length");
            errors.push(Error::new(&node.tokens, line).note(note));
        }
    }
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
    let differs = trial.failures.iter().any(|failure| matches!(failure.fault, Fault::Output(_)));
    if differs && let Some(error) = other_order(&shaped.graph, &trial.shapes) {
        errors.push(error);
        return;
    }
    for failure in &trial.failures {
        if let Fault::Output(index) = failure.fault
            && let Some(error) = infer::output(&shaped.graph, &trial, index)
        {
            errors.push(error);
        }
    }
}

/// Whether two shapes are the same whatever constants are: sequences compare by what differs, which may be unknown.
fn is_same(a: &Shape, b: &Shape) -> bool {
    a.rank() == b.rank() && a.0.iter().zip(&b.0).all(|(a, b)| a == b)
}

/// The right values in another order than declared are one mistake: `-> (a: [2], b: [3]) { … (b, a) }`.
pub fn other_order(graph: &Graph, shapes: &[Option<Shape>]) -> Option<Error> {
    let wanted: Vec<&Shape> = graph.header.outputs.iter().map(|o| o.shape.as_ref()).collect::<Option<_>>()?;
    let found: Vec<&Shape> =
        graph.results.iter().map(|value| shapes[(*value)?.0].as_ref()).collect::<Option<_>>()?;
    let parts = suggest::parts(&graph.result)?;
    if wanted.len() < 2
        || found.len() != wanted.len()
        || wanted.iter().zip(&found).all(|(a, b)| is_same(a, b))
        || parts.len() != found.len()
    {
        return None;
    }
    // For each declared output the first value of its shape that is still free.
    let mut free: Vec<usize> = (0..found.len()).collect();
    let mut order = Vec::new();
    for shape in &wanted {
        let at = free.iter().position(|&i| is_same(found[i], shape))?;
        order.push(free.remove(at));
    }
    let declared: Vec<_> = graph
        .header
        .outputs
        .iter()
        .zip(&wanted)
        .map(|(o, shape)| match &o.name {
            Some(name) => format!("{name}: {shape}"),
            None => shape.to_string(),
        })
        .collect();
    let given: Vec<String> = found.iter().map(ToString::to_string).collect();
    let line = format!(
        "`{}` declares `({})`, but its body gives `({})`: the same in another order",
        graph.header.name,
        declared.join(", "),
        given.join(", ")
    );
    let text = format!("({})", order.iter().map(|&i| parts[i].as_str()).collect::<Vec<_>>().join(", "));
    Some(Error::new(&graph.result, line).help_replace(format!("`{text}`"), &graph.result, text))
}
