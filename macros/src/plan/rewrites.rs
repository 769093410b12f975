//! Pairs of layers that are less work together than each by itself.

use crate::graph::{Graph, NodeId, Shaped, Source, ValueId};
use crate::layers::AnyLayer;

/// A recurrent layer of which only the last step is read, `Lstm(32) -> Last`, gives nothing else, and `Last` is a view of
/// it.
pub fn keep_last(shaped: &mut Shaped) {
    for id in (0..shaped.graph.nodes.len()).map(NodeId) {
        let node = &shaped.graph.nodes[id.0];
        let Some((layer, shape)) = node.layer.as_ref().and_then(AnyLayer::giving_last) else { continue };
        let value = node.outputs[0];
        let Some(reader) = only_reader(&shaped.graph, value) else { continue };
        let Some(view) = shaped.layer(reader).after_last() else { continue };
        shaped.graph.nodes[id.0].layer = Some(layer);
        shaped.graph.nodes[reader.0].layer = Some(view);
        if let Some(each) = shaped.each_step.get_mut(value.0) {
            *each = false;
        }
        let whole = shaped.shapes[value.0].replace(shape);
        shaped.declared.extend(whole.map(|whole| (value, whole)));
    }
}

/// The largest of what `Relu` gives is what `Relu` gives of the largest: pooling does both in one pass over what is larger.
pub fn pool_relu(shaped: &mut Shaped) {
    for reader in (0..shaped.graph.nodes.len()).map(NodeId) {
        let [value] = shaped.graph.nodes[reader.0].inputs[..] else { continue };
        let Source::Node { node, .. } = shaped.graph.values[value.0].source else { continue };
        let Some([relu, pooling]) = shaped.layer(node).pooled_relu(shaped.layer(reader)) else { continue };
        if only_reader(&shaped.graph, value).is_some() {
            shaped.graph.nodes[node.0].layer = Some(relu);
            shaped.graph.nodes[reader.0].layer = Some(pooling);
        }
    }
}

/// The one node that reads a value, if there is no other and it goes nowhere else.
fn only_reader(graph: &Graph, value: ValueId) -> Option<NodeId> {
    let mut readers = (0..graph.nodes.len()).filter(|&n| graph.nodes[n].inputs.contains(&value));
    let reader = readers.next()?;
    let mut groups = graph.groups.iter();
    let alone = readers.next().is_none()
        && !graph.results.contains(&Some(value))
        && !groups.any(|g| g.repeat.is_some() && (g.inputs.contains(&value) || g.results.contains(&value)));
    alone.then_some(NodeId(reader))
}
