//! Where a network's tensors lie: the fields of its struct, those of the structs in it, and their places.

mod guess;

use crate::graph::{GroupId, GroupKind, NodeId, Shaped};
use crate::layers::{Parameter, Role};
use crate::shape::Dim;
pub use guess::Guess;
use proc_macro2::Ident;

/// Scalars in a cache line (of `f32`; `f64` gets two): every layer starts on one.
pub const LINE: usize = 16;

/// A field of a network's struct, or of the struct of a block in it.
#[derive(Debug)]
pub struct Field {
    pub name: Ident,
    pub kind: FieldKind,
    /// From the start of the struct that it stands in.
    pub offset: Dim,
    /// The scalars of one element.
    pub len: Dim,
    /// How many elements there are; `None` if it is no array.
    pub repeat: Option<Dim>,
    /// Zeros behind it, so that the next field starts on a line.
    pub fill: Dim,
}

#[derive(Debug)]
pub enum FieldKind {
    Layer(NodeId, Vec<Parameter>),
    /// After an error: a layer of which not everything is known.
    Guess(NodeId, Option<Guess>),
    Struct(GroupId, Vec<Field>),
}

impl Field {
    /// All scalars but the zeros behind.
    pub fn all(&self) -> Dim {
        self.len * self.repeat.unwrap_or(Dim::ONE)
    }
}

/// Where the tensors of a node or of a repetition lie: from the start of the innermost repetition's element around, or
/// of the network.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub start: Dim,
    /// The scalars of one element.
    pub len: Dim,
}

/// The fields of a struct, and how many scalars it has.
pub fn size(fields: &[Field]) -> Dim {
    fields.last().map_or(Dim::ZERO, |field| field.offset + field.all() + field.fill)
}

/// The fields of the network.
pub fn fields(shaped: &Shaped) -> Vec<Field> {
    within(shaped, None)
}

fn within(shaped: &Shaped, group: Option<GroupId>) -> Vec<Field> {
    let graph = &shaped.graph;
    let nodes = group.map_or(0..graph.nodes.len(), |g| graph.groups[g.0].nodes.clone());
    let mut fields: Vec<Field> = Vec::new();
    let mut at = nodes.start;
    while at < nodes.end {
        let node = NodeId(at);
        let around: Vec<GroupId> = graph.around(graph.nodes[at].group).collect();
        let below = around.iter().position(|g| Some(*g) == group).unwrap_or(around.len());
        let field = match below.checked_sub(1).map(|i| around[i]) {
            None => {
                at += 1;
                layer(shaped, node, graph.nodes[node.0].name.clone(), None)
            }
            Some(child) => {
                let inner = &graph.groups[child.0];
                at = inner.nodes.end;
                match inner.kind {
                    GroupKind::Layer => layer(shaped, node, inner.name.clone(), inner.repeat),
                    _ => structure(shaped, child, within(shaped, Some(child))),
                }
            }
        };
        fields.extend(field);
    }
    let mut offset = Dim::ZERO;
    for field in &mut fields {
        field.offset = offset;
        field.fill = field.all().next_multiple_of(LINE) - field.all();
        offset += field.all() + field.fill;
    }
    fields
}

fn layer(shaped: &Shaped, node: NodeId, name: Ident, repeat: Option<Dim>) -> Option<Field> {
    let inner = &shaped.graph.nodes[node.0];
    if inner.shares.is_some() {
        return None;
    }
    let known = inner.inputs.iter().chain(&inner.outputs).all(|v| shaped.shapes[v.0].is_some());
    if inner.layer.is_none() || !known {
        let guess = guess::guess(shaped, inner)?;
        let (kind, zero) = (FieldKind::Guess(node, guess), Dim::ZERO);
        return Some(Field { name, kind, offset: zero, len: zero, repeat, fill: zero });
    }
    let parameters = shaped.parameters(node);
    let len: Dim = parameters.iter().map(Parameter::len).sum();
    let (offset, fill) = (Dim::ZERO, Dim::ZERO);
    let any = !parameters.is_empty();
    any.then_some(Field { name, kind: FieldKind::Layer(node, parameters), offset, len, repeat, fill })
}

fn structure(shaped: &Shaped, group: GroupId, fields: Vec<Field>) -> Option<Field> {
    let inner = &shaped.graph.groups[group.0];
    // After an error an inner network's type is known even so.
    let network = matches!(inner.kind, GroupKind::Network(_));
    let known = inner.outputs.iter().all(|v| shaped.shapes[v.0].is_some());
    let any = !fields.is_empty() || network && !known;
    let (name, repeat, len) = (inner.name.clone(), inner.repeat, size(&fields));
    let (offset, fill) = (Dim::ZERO, Dim::ZERO);
    any.then_some(Field { name, kind: FieldKind::Struct(group, fields), offset, len, repeat, fill })
}

/// The places of all nodes' and repetitions' tensors.
#[derive(Debug)]
pub struct Places {
    nodes: Vec<Span>,
    groups: Vec<Span>,
}

impl Places {
    pub fn new(shaped: &Shaped, fields: &[Field]) -> Places {
        let graph = &shaped.graph;
        let none = Span { start: Dim::ZERO, len: Dim::ZERO };
        let (nodes, groups) = (vec![none; graph.nodes.len()], vec![none; graph.groups.len()]);
        let mut places = Places { nodes, groups };
        places.walk(shaped, fields, Dim::ZERO);
        places
    }

    fn walk(&mut self, shaped: &Shaped, fields: &[Field], base: Dim) {
        for field in fields {
            let here = Span { start: base + field.offset, len: field.len };
            // Within a repetition places count from its element.
            let inner = if field.repeat.is_some() { Dim::ZERO } else { here.start };
            match &field.kind {
                FieldKind::Layer(node, _) => {
                    self.nodes[node.0] = Span { start: inner, ..here };
                    if let (Some(_), Some(group)) = (field.repeat, shaped.graph.nodes[node.0].group) {
                        self.groups[group.0] = here;
                    }
                }
                FieldKind::Guess(..) => unreachable!("planned before gate 2"),
                FieldKind::Struct(group, fields) => {
                    self.groups[group.0] = here;
                    self.walk(shaped, fields, inner);
                }
            }
        }
    }

    pub fn node(&self, shaped: &Shaped, node: NodeId) -> Span {
        self.nodes[shaped.owner(node).0]
    }

    pub fn group(&self, shaped: &Shaped, group: GroupId) -> Span {
        self.groups[shaped.graph.groups[group.0].shares.unwrap_or(group).0]
    }
}

impl Shaped {
    /// The node whose tensors a node uses.
    pub fn owner(&self, node: NodeId) -> NodeId {
        self.graph.nodes[node.0].shares.unwrap_or(node)
    }

    /// The tensors that a node uses, its own or another's.
    pub fn parameters(&self, node: NodeId) -> Vec<Parameter> {
        let mut parameters = self.layer(node).parameters(&self.input_shapes(node));
        if self.graph.nodes[self.owner(node).0].frozen {
            parameters = parameters.into_iter().map(Parameter::frozen).collect();
        }
        parameters
    }

    /// Of a frozen layer the scalars that would be learned, which stand before all others, and all of them.
    pub fn frozen(&self, node: NodeId) -> Option<(Dim, Dim)> {
        let parameters = self.layer(node).parameters(&self.input_shapes(node));
        let learned = parameters.iter().map(Parameter::learned).sum();
        let frozen = self.graph.nodes[self.owner(node).0].frozen;
        frozen.then(|| (learned, parameters.iter().map(Parameter::len).sum()))
    }

    /// Whether a backward step has something to leave: gradients, or statistics for running averages.
    pub fn keeps_numbers(&self, node: NodeId) -> bool {
        self.parameters(node).iter().any(|p| p.role != Role::Frozen)
    }
}
