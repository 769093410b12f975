//! What a block or an inner network declares, against what flows in and what its body gives.

use super::trial::Trial;
use crate::graph::{Graph, Group, GroupId, GroupKind, Node, ValueId};
use crate::layers::{AnyLayer, Mismatch};
use crate::resolve::{Dimensions, Signature};
use crate::shape::Shape;

fn bound(graph: &Graph, trial: &Trial, id: GroupId) -> Option<Result<Dimensions, crate::resolve::Misfit>> {
    let group = &graph.groups[id.0];
    let shapes: Vec<_> = group.inputs.iter().map(|v| trial.shapes[v.0].clone()).collect();
    Some(group.signature.as_ref()?.bind(&shapes))
}

/// What flows in must be what is declared: `block B(x: [c, 8, 8])` after a value `[3, 9, 9]`.
pub fn open(graph: &Graph, trial: &Trial, id: GroupId) -> Result<(), Mismatch> {
    let group = &graph.groups[id.0];
    check_indices(graph, trial, group)?;
    let Some(Err(misfit)) = bound(graph, trial, id) else { return Ok(()) };
    let value = group.inputs[misfit.port];
    let Some(found) = &trial.shapes[value.0] else { return Ok(()) };
    let port = group.signature.as_ref().map(|s| &s.inputs[misfit.port]);
    let declared = port.map(Signature::declared).unwrap_or_default();
    let is_general = group.signature.as_ref().is_some_and(Signature::is_general);
    let expected = match declared.ends_with(&misfit.expected) || !is_general {
        true => String::new(),
        false => format!(", here `{}`", misfit.expected),
    };
    // What an inner network gives says which network it is.
    let maker = graph.groups.iter().rev().find(|g| g.outputs.contains(&value) && g.parent == group.parent);
    let what = match maker.filter(|maker| maker.named && matches!(maker.kind, GroupKind::Network(_))) {
        Some(maker) => format!("`{}: {}`", maker.name, maker.text),
        None => graph.describe_to(group.parent, value),
    };
    let verb = if trial.is_input(graph, value) { "is" } else { "gives" };
    Err(Mismatch::new(format!("`{}` takes `{declared}`{expected}, but {what} {verb} `{found}`", group.text)))
}

/// Indices go where indices of the same range are declared, and numbers elsewhere.
fn check_indices(graph: &Graph, trial: &Trial, group: &Group) -> Result<(), Mismatch> {
    let Some(signature) = &group.signature else { return Ok(()) };
    for (port, &value) in group.inputs.iter().enumerate() {
        let (found, wanted) = (graph.indices(value), signature.indices(port));
        let declares = signature.inputs.get(port).is_some_and(|input| input.indices.is_some());
        let Some(shape) = trial.shapes[value.0].as_ref().filter(|_| found.is_some() || declares) else {
            continue;
        };
        if found == wanted || found.is_some() && declares && wanted.is_none() {
            continue;
        }
        let declared = Signature::declared(&signature.inputs[port]);
        let found = match found {
            Some(bound) => format!("holds indices, `{shape} in 0..{bound}`"),
            None => format!("holds numbers, `{shape}`"),
        };
        let what = graph.describe_to(group.parent, value);
        return Err(Mismatch::new(format!("`{}` takes `{declared}`, but {what} {found}", group.text)));
    }
    Ok(())
}

/// What the body gives must be what is declared, and what the next round can take. Gives the shapes of the outputs.
pub fn close(graph: &Graph, trial: &Trial, id: GroupId) -> Result<Vec<Option<Shape>>, Mismatch> {
    let group = &graph.groups[id.0];
    let found: Vec<_> = group.results.iter().map(|v| trial.shapes[v.0].clone()).collect();
    if let (Some(signature), Some(Ok(bound))) = (&group.signature, bound(graph, trial, id)) {
        for (port, found) in found.iter().enumerate() {
            let (Some(wanted), Some(found)) = (signature.output(port, &bound), found) else { continue };
            if wanted != *found {
                let declared = Signature::declared(&signature.outputs[port]);
                let text = wanted.to_string();
                let here = if declared.ends_with(&text) { String::new() } else { format!(", here `{text}`") };
                // The value has the name that the block's user gave it.
                let what = match super::source_node(graph, group.results[port]) {
                    Some(node) => format!("`{}`", graph.nodes[node.0].title()),
                    None => graph.describe(group.results[port]),
                };
                let line =
                    format!("`{}` declares `-> {declared}`{here}, but {what} gives `{found}`", group.text);
                return Err(Mismatch::new(line).gives(found.clone()));
            }
        }
    }
    if group.repeat.is_some() {
        for (&input, found) in group.inputs.iter().zip(&found) {
            let (Some(taken), Some(given)) = (&trial.shapes[input.0], found) else { continue };
            if taken != given {
                return Err(Mismatch::new(format!(
                    "`{}` takes `{taken}` and gives `{given}`: a round takes what the one before it gives",
                    group.text
                )));
            }
        }
    }
    Ok(found)
}

/// Shared tensors have one shape wherever they are used.
pub fn check_shared(
    graph: &Graph,
    trial: &Trial,
    node: &Node,
    layer: &AnyLayer,
    inputs: &[Shape],
) -> Result<(), Mismatch> {
    let Some(owner) = node.shares.map(|owner| &graph.nodes[owner.0]) else { return Ok(()) };
    let first: Option<Vec<Shape>> = owner.inputs.iter().map(|v| trial.shapes[v.0].clone()).collect();
    let (Some(first), Some(owners)) = (first, &owner.layer) else { return Ok(()) };
    if owners.outputs(&first).is_err() {
        return Ok(());
    }
    let (ours, theirs) = (layer.parameters(inputs), owners.parameters(&first));
    let differs = ours.iter().zip(&theirs).any(|(a, b)| a.memory_shape != b.memory_shape);
    if !differs && ours.len() == theirs.len() {
        return Ok(());
    }
    let shapes = |values: &[ValueId]| {
        let shapes = values.iter().map(|v| trial.shapes[v.0].as_ref().map_or("…".into(), Shape::to_string));
        shapes.map(|shape| format!("`{shape}`")).collect::<Vec<_>>().join(", ")
    };
    // A shared block is what the user knows, and not the layer in it.
    let outermost = graph.around(node.group).filter(|g| graph.groups[g.0].shares.is_some()).last();
    let Some(used) = outermost.map(|g| &graph.groups[g.0]) else {
        let line = "the shared layer {name} has weights for {first}, its first input, but {input_is} {now}";
        let line = line.replace("{first}", &shapes(&owner.inputs)).replace("{now}", &shapes(&node.inputs));
        return Err(Mismatch::new(line).trail());
    };
    let first = used.shares.map_or(&used.inputs, |owner| &graph.groups[owner.0].inputs);
    let given: Vec<_> = used.inputs.iter().map(|&v| graph.describe_to(used.parent, v)).collect();
    let line = format!(
        "the shared layer `{}` has weights for {}, its first input, but here it gets {}, {}",
        used.name,
        shapes(first),
        given.join(", "),
        shapes(&used.inputs)
    );
    Err(Mismatch::new(line).at_use())
}
