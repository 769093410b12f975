//! Rules about the whole network, one function each.

use crate::errors::{Change, Error, Errors, How};
use crate::graph::{Event, Graph, GroupId, Node, NodeId, Shaped, ValueId};
use crate::infer::{self, Fault};
use crate::layers::Parameter;
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

/// Over a sequence of any length all values of a repetition are there at each step, and no layer starts from what is known
/// at a sequence's end alone: `let (_, h) = x -> Gru(4); (x, h) -> Gru(4)` breaks it.
fn check_steps(shaped: &Shaped, errors: &mut Errors) {
    let graph = &shaped.graph;
    let is_any = |value: ValueId| shaped.shapes[value.0].as_ref().is_some_and(Shape::is_any_length);
    let inputs = graph.header.inputs.iter().enumerate();
    let mut sequences = inputs.filter(|&(i, _)| is_any(ValueId(i))).map(|(_, input)| &input.name);
    let Some(sequence) = sequences.next() else { return };
    let ends = known_at_the_end(shaped);
    let is_mixed = |group: GroupId| {
        let group = &graph.groups[group.0];
        let is_known = group.taken.iter().all(|value| shaped.shapes[value.0].is_some());
        let others = group.inputs.iter().zip(&group.taken).find(|(_, taken)| !is_any(**taken));
        let hands = group.repeat.is_some() && is_known && group.taken.iter().any(|&value| is_any(value));
        others.filter(|_| hands).map(|(outside, _)| *outside)
    };
    for group in (0..graph.groups.len()).map(GroupId) {
        if let Some(other) = is_mixed(group) {
            let group = &graph.groups[group.0];
            let line = format!(
                "`{}` hands {} on from round to round beside a sequence of any length",
                group.text,
                graph.describe(other)
            );
            errors.push(Error::new(&group.tokens, line).note("this is not supported yet"));
        }
    }
    for node in &graph.nodes {
        let Some(layer) = &node.layer else { continue };
        let is_known = node.outputs.iter().all(|value| shaped.shapes[value.0].is_some());
        if !is_known || !node.inputs.iter().any(|&value| is_any(value)) {
            continue;
        }
        let title = node.title();
        let is_repeated = graph.repetition(node.group).is_some();
        let late = node.inputs.iter().find(|value| ends[value.0]);
        // In a repetition whatever makes such a value is refused by itself.
        if let Some(&late) = late.filter(|_| !is_repeated && !layer.ends_sequences()) {
            let what = match layer.recurrent() {
                Some(_) => "starts from a state that is known at the end of".to_string(),
                None => format!("reads {} at each step, which is known at the end of", graph.describe(late)),
            };
            let line = format!("`{title}` {what} `{sequence}` alone, a sequence of any length");
            let note = "so its first step would have to wait for the last one; over a fixed length it works";
            errors.push(Error::new(&node.tokens, line).note(note));
        }
        let does = match layer.recurrent() {
            _ if layer.ends_sequences() => "ends",
            Some(_) if node.inputs.len() > 1 => "starts from a given state in",
            Some(recurrent) if recurrent.gives_states() => "gives its state at the end of",
            _ => continue,
        };
        let mut around = graph.around(node.group);
        if is_repeated && !around.any(|group| is_mixed(group).is_some()) {
            let line = format!("`{title}` is repeated, and {does} a sequence of any length");
            errors.push(Error::new(&node.tokens, line).note("this is not supported yet"));
        }
    }
}

/// For each value whether it hangs on a sequence of any length without being one.
fn known_at_the_end(shaped: &Shaped) -> Vec<bool> {
    let graph = &shaped.graph;
    let is_any = |value: ValueId| shaped.shapes[value.0].as_ref().is_some_and(Shape::is_any_length);
    let mut ends = vec![false; graph.values.len()];
    let hangs = |ends: &[bool], value: ValueId| ends[value.0] || is_any(value);
    for event in &graph.order {
        match event {
            Event::Node(id) => {
                let node = &graph.nodes[id.0];
                let hang = node.inputs.iter().any(|&value| hangs(&ends, value));
                node.outputs.iter().for_each(|&value| ends[value.0] = hang && !is_any(value));
            }
            Event::Open(id) => {
                let group = &graph.groups[id.0];
                for (&inside, &outside) in group.taken.iter().zip(&group.inputs) {
                    ends[inside.0] = hangs(&ends, outside) && !is_any(inside);
                }
            }
            Event::Close(id) => {
                let group = &graph.groups[id.0];
                let hang = group.inputs.iter().chain(&group.results).any(|&value| hangs(&ends, value));
                for (&inside, &outside) in group.results.iter().zip(&group.outputs) {
                    if group.repeat.is_some() {
                        ends[outside.0] = hang && !is_any(inside);
                    }
                }
            }
        }
    }
    ends
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
