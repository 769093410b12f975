//! A network as a drawing: what flows from where to where.

mod dot;
mod mermaid;
#[cfg(feature = "diagrams")]
mod svg;
#[cfg(test)]
mod tests;

use super::table::thousands;
use crate::{Graph, Source};

/// A network's drawing; made by [`diagram`], written as Graphviz DOT, as Mermaid or (with the feature `diagrams`) as an
/// SVG.
///
/// Inputs and outputs are ovals, layers are boxes with their names and parameters, operators and functions between
/// values are ovals too, and every arrow carries the shape of what flows along it. Blocks, inner networks and what is
/// repeated stand in frames.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagram {
    name: &'static str,
    vertices: Vec<Vertex>,
    edges: Vec<Edge>,
    /// The vertices in the order in which they run, those of a group inside it.
    items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq)]
struct Vertex {
    /// How files call it: no name of the user's, so whatever that holds does no harm.
    id: String,
    lines: Vec<String>,
    look: Look,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Look {
    Input,
    Layer,
    /// An operator or a function between values.
    Join,
    Output,
}

/// An arrow between two vertices.
#[derive(Clone, Debug, PartialEq)]
struct Edge {
    from: usize,
    to: usize,
    label: String,
}

#[derive(Clone, Debug, PartialEq)]
enum Item {
    Vertex(usize),
    /// What is drawn in a frame with a title.
    Group {
        title: String,
        items: Vec<Item>,
    },
}

/// The drawing of a described network.
///
/// ```
/// use formwork::prelude::*;
///
/// network! {
///     pub struct Gate(x: [4]) -> [4] {
///         x * (x -> gate: Dense(4) -> Sigmoid)
///     }
/// }
///
/// let diagram = Gate::diagram();
/// assert!(diagram.dot().contains(r#"n0 -> n1 [label="[4]"];"#));
/// assert!(diagram.mermaid().starts_with("flowchart TD\n"));
/// ```
#[must_use]
pub fn diagram(graph: &Graph) -> Diagram {
    let mut vertices = Vec::new();
    for (i, port) in graph.inputs.iter().enumerate() {
        vertices.push(Vertex { id: format!("i{i}"), lines: vec![port.name.into()], look: Look::Input });
    }
    for (i, node) in graph.nodes.iter().enumerate() {
        // `Dense(3)` and `Relu`, but neither `a + b`, which is an `Add`, nor `tanh(a)`.
        let arguments = node.text.strip_prefix(node.layer);
        let layer = node.layer.starts_with(char::is_uppercase)
            && arguments.is_some_and(|rest| rest.is_empty() || rest.starts_with('('));
        let mut lines = vec![node.text.to_string()];
        if layer {
            lines.insert(0, node.name.into());
        }
        if node.parameters > 0 {
            lines.push(format!("{} parameters", thousands(node.parameters as u64)));
        }
        let look = if layer { Look::Layer } else { Look::Join };
        vertices.push(Vertex { id: format!("n{i}"), lines, look });
    }
    for (i, port) in graph.outputs.iter().enumerate() {
        let name = if port.name.is_empty() { "output" } else { port.name };
        vertices.push(Vertex { id: format!("o{i}"), lines: vec![name.into()], look: Look::Output });
    }
    let first_node = graph.inputs.len();
    let first_output = first_node + graph.nodes.len();
    // Where a value is made, and its shape; of several that one node gives it says which.
    let arrow = |source: &Source, to: usize| match *source {
        Source::Input(i) => {
            let (shape, indices) = graph.inputs.get(i).map_or((&[][..], None), |p| (p.shape, p.indices));
            let range = indices.map(|indices| format!(" in 0..{indices}")).unwrap_or_default();
            Edge { from: i, to, label: format!("{shape:?}{range}") }
        }
        Source::Node { node, port } => {
            let outputs = graph.nodes.get(node).map_or(&[][..], |node| node.outputs);
            let shape = outputs.get(port).copied().unwrap_or(&[]);
            let which = if outputs.len() > 1 { format!("{port}: ") } else { String::new() };
            Edge { from: first_node + node, to, label: format!("{which}{shape:?}") }
        }
    };
    let into_nodes = graph.nodes.iter().enumerate().flat_map(|(i, node)| {
        let arrow = &arrow;
        node.inputs.iter().map(move |source| arrow(source, first_node + i))
    });
    let into_outputs =
        graph.outputs.iter().enumerate().map(|(i, port)| arrow(&port.source, first_output + i));
    let edges = into_nodes.chain(into_outputs).filter(|edge| edge.from < first_output).collect();
    let mut items: Vec<Item> = (0..first_node).map(Item::Vertex).collect();
    items.extend(inside(graph, None, (0, graph.nodes.len())));
    items.extend((first_output..vertices.len()).map(Item::Vertex));
    Diagram { name: graph.name, vertices, edges, items }
}

/// The nodes of a range, with the groups right below `parent` as groups.
fn inside(graph: &Graph, parent: Option<usize>, (mut at, end): (usize, usize)) -> Vec<Item> {
    let mut items = Vec::new();
    let below: Vec<usize> = (0..graph.groups.len()).filter(|&g| graph.groups[g].parent == parent).collect();
    while at < end {
        let group = below.iter().find(|&&g| graph.groups[g].nodes.0 == at && graph.groups[g].nodes.1 > at);
        match group {
            Some(&g) => {
                let group = &graph.groups[g];
                let title = format!("{}: {}", group.name, group.text);
                items.push(Item::Group { title, items: inside(graph, Some(g), group.nodes) });
                at = group.nodes.1;
            }
            None => {
                items.push(Item::Vertex(graph.inputs.len() + at));
                at += 1;
            }
        }
    }
    items
}
