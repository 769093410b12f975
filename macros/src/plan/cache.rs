//! A network from a sequence of fixed length to another that attends causally to itself is planned once more, as the function of one
//! step: its values have one row, and its attention keeps keys and values of the rows before. It exists where each row
//! of the outputs hangs on nothing behind it. What flows in beside the sequence, as what a decoder attends to, is the same at
//! each step.

use crate::demands::facts;
use crate::graph::{Event, NodeId, Shaped, ValueId};
use crate::shape::{Dim, Shape, explore};

/// The function of one step, if there is one.
pub fn one_step(shaped: &Shaped) -> Option<Shaped> {
    let inputs = shaped.graph.header.inputs.len();
    (0..inputs).find_map(|input| step_of(shaped, input))
}

/// The same of the sequence that is this input.
fn step_of(shaped: &Shaped, input: usize) -> Option<Shaped> {
    let length = length(shaped, input)?;
    let rows = rows(shaped, length, input)?;
    let mut step = shaped.clone();
    for (shape, _) in step.shapes.iter_mut().zip(&rows).filter(|(_, is_row)| **is_row) {
        one_row(shape);
    }
    let header = &mut step.graph.header;
    one_row(&mut header.inputs[input].shape);
    header.outputs.iter_mut().for_each(|output| one_row(&mut output.shape));
    for id in (0..shaped.graph.nodes.len()).map(NodeId) {
        let node = &mut step.graph.nodes[id.0];
        if node.inputs.iter().any(|value| rows[value.0]) {
            node.layer.as_mut()?.at_a_step(length);
        }
    }
    step.rows = rows;
    let live = shaped.graph.is_live();
    let mut nodes = (0..live.len()).map(NodeId);
    nodes.all(|id| !live[id.0] || is_same(shaped, &step, id)).then_some(step)
}

fn one_row(shape: &mut Option<Shape>) {
    if let Some(first) = shape.as_mut().and_then(|shape| shape.0.first_mut()) {
        *first = Dim::ONE;
    }
}

/// How long an input is, if something attends to what came before.
fn length(shaped: &Shaped, input: usize) -> Option<Dim> {
    let header = &shaped.graph.header;
    let [_] = &header.outputs[..] else { return None };
    let length = *header.inputs[input].shape.as_ref()?.0.first()?;
    let live = shaped.graph.is_live();
    let mut nodes = (0..live.len()).map(NodeId);
    let keeps = |id: NodeId| {
        let (layer, shapes) = (shaped.layer(id), shaped.input_shapes(id));
        live[id.0]
            && shapes.len() == 1
            && layer.works_at_a_step(&shapes)
            && !layer.kept_at_a_step(&shapes).is(0)
    };
    // Over any length there are steps of another kind.
    (shaped.each_step.is_empty() && !length.is(0) && nodes.any(keeps)).then_some(length)
}

/// For each value whether its rows are the steps of the sequence; all others are the same at each step. `None` if
/// something else becomes of them.
fn rows(shaped: &Shaped, length: Dim, input: usize) -> Option<Vec<bool>> {
    let graph = &shaped.graph;
    let mut rows = vec![false; graph.values.len()];
    rows[input] = true;
    let begins = |value: ValueId| shaped.shape(value).0.first() == Some(&length);
    let live = graph.is_live();
    for &event in &graph.order {
        match event {
            Event::Open(group) => {
                let group = &graph.groups[group.0];
                for (&inside, &outside) in group.taken.iter().zip(&group.inputs) {
                    rows[inside.0] = rows[outside.0];
                }
            }
            // What comes out of a round is what goes into the next.
            Event::Close(group) => {
                let group = &graph.groups[group.0];
                for (&inside, &outside) in group.results.iter().zip(&group.outputs) {
                    rows[outside.0] = rows[inside.0];
                }
                let mut ports = group.results.iter().zip(&group.taken);
                if group.repeat.is_some() && ports.any(|(out, taken)| rows[out.0] != rows[taken.0]) {
                    return None;
                }
            }
            Event::Node(id) => {
                let node = &graph.nodes[id.0];
                if !live[id.0] || !node.inputs.iter().any(|value| rows[value.0]) {
                    continue;
                }
                let (layer, shapes) = (shaped.layer(id), shaped.input_shapes(id));
                let apart = node.inputs.iter().filter(|value| !rows[value.0]);
                let are_scalars = apart.into_iter().all(|&value| shaped.shape(value).rank() == 0);
                let across = rows[node.inputs[0].0] && !node.inputs[1..].iter().any(|value| rows[value.0]);
                let fit = if layer.attends_across(&shapes) { across } else { are_scalars };
                let fit = fit && node.outputs.iter().all(|&value| begins(value));
                if !fit || !layer.gives_rows(&shapes) {
                    return None;
                }
                node.outputs.iter().for_each(|value| rows[value.0] = true);
            }
        }
    }
    graph.results.iter().flatten().all(|value| rows[value.0]).then_some(rows)
}

/// Whether a layer does with one row what it does with each of all: that it takes it, and has the same tensors.
fn is_same(whole: &Shaped, step: &Shaped, id: NodeId) -> bool {
    let known: Vec<_> = whole.graph.demands.iter().flat_map(|demand| facts(&demand.ways)).collect();
    let outputs = step.shapes_of(&step.graph.nodes[id.0].outputs);
    let same = explore(&known, || {
        let (shapes, layer) = (step.input_shapes(id), step.layer(id));
        let fits = layer.outputs(&shapes).is_ok_and(|given| given == outputs);
        fits && layer.parameters(&shapes) == whole.layer(id).parameters(&whole.input_shapes(id))
    });
    same.into_leaves().into_iter().all(|same| same)
}
