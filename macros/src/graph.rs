//! What a network is once every name is known: nodes and values in the order in which they run.

mod listing;
mod shaped;

use crate::ast::Call;
use crate::demands::{Demand, Part, facts};
use crate::layers::AnyLayer;
use crate::lints::Levels;
use crate::resolve::Signature;
use crate::shape::{Dim, Fact, Shape};
use proc_macro2::{Ident, TokenStream};
pub use shaped::{Memory, Shaped};
use std::ops::Range;

/// A network as the user declared it, names resolved. Nodes stand in topological order.
#[derive(Clone, Debug)]
pub struct Graph {
    pub header: Header,
    pub nodes: Vec<Node>,
    pub values: Vec<Value>,
    pub groups: Vec<Group>,
    /// Groups and nodes in the order in which they run.
    pub order: Vec<Event>,
    /// The values that leave the network, in the order of the declared outputs; `None` after an error.
    pub results: Vec<Option<ValueId>>,
    /// The expression that gives the results, as written.
    pub result: TokenStream,
    /// What hangs on constants; of one part in the order in which it is asked.
    pub demands: Vec<Demand>,
}

/// The part of a declaration that other code sees, and so all that the stub after an error needs.
#[derive(Clone, Debug)]
pub struct Header {
    /// Documentation and other attributes, to be put on the generated struct.
    pub attributes: Vec<syn::Attribute>,
    pub visibility: syn::Visibility,
    /// Which lints are silent.
    pub levels: Levels,
    pub name: Ident,
    pub scalar: Scalar,
    pub inputs: Vec<Input>,
    pub outputs: Vec<Output>,
}

/// The scalar that the network is made of.
#[derive(Clone, Debug)]
pub enum Scalar {
    /// No generics were written: `f32`.
    F32,
    /// `<T>`: generic over `Real`.
    Generic(Ident),
}

/// A declared input; its value is `Graph::values[i]` for the i-th input.
#[derive(Clone, Debug)]
pub struct Input {
    pub name: Ident,
    /// `None` if the shape could not be read.
    pub shape: Option<Shape>,
    /// The bound of its values if they are indices.
    pub indices: Option<Dim>,
    /// The shape as written, for spans.
    pub tokens: TokenStream,
}

/// A declared output.
#[derive(Clone, Debug)]
pub struct Output {
    /// The name in `-> (mean: [20], log_var: [20])`; `None` for a single unnamed output.
    pub name: Option<Ident>,
    pub shape: Option<Shape>,
    /// The shape as written, for spans.
    pub tokens: TokenStream,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub usize);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueId(pub usize);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupId(pub usize);

/// A step through the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    Open(GroupId),
    Node(NodeId),
    Close(GroupId),
}

/// Nodes that stand together under one name: a block, an inner network, something repeated.
#[derive(Clone, Debug)]
pub struct Group {
    /// The user's name, or one made from the block.
    pub name: Ident,
    pub named: bool,
    pub kind: GroupKind,
    /// How many times it runs, one behind the other; `None` if it is no repetition.
    pub repeat: Option<Dim>,
    /// As the user would write it: `Residual(16)`, `[Dense(64); 3]`.
    pub text: String,
    /// As written, where it is used.
    pub tokens: TokenStream,
    pub parent: Option<GroupId>,
    pub nodes: Range<usize>,
    pub inputs: Vec<ValueId>,
    /// What its body sees of them: the inputs themselves, or where it is repeated what flows into a round.
    pub taken: Vec<ValueId>,
    /// What its body gives.
    pub results: Vec<ValueId>,
    /// What others see of it: the results, or where it is repeated those of the last round.
    pub outputs: Vec<ValueId>,
    /// What its declaration says of its inputs and outputs; `None` for a repeated layer.
    pub signature: Option<Signature>,
    /// The group whose tensors it uses, if it has none of its own.
    pub shares: Option<GroupId>,
    /// Whether it is a block from elsewhere, in whose text no error can be shown.
    pub imported: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupKind {
    /// A repeated layer: its node takes the group's name.
    Layer,
    /// A block of that number.
    Block(usize),
    /// A network of the same invocation.
    Network(Ident),
}

/// One layer or operation.
#[derive(Clone, Debug)]
pub struct Node {
    /// The user's name, or one made from the layer (`relu1`) with the layer's span.
    pub name: Ident,
    /// Whether the user gave the name.
    pub named: bool,
    /// `None` if the layer is unknown or its arguments were wrong: what it gives has an unknown shape.
    pub layer: Option<AnyLayer>,
    /// The layer as the user would write it with all arguments, `Conv2d(32, kernel: 3)`; `a + b` for a sum.
    pub text: String,
    /// The layer as written (name through closing bracket), for spans.
    pub tokens: TokenStream,
    /// The layer's call as it was read, for messages that quote or edit it; `None` for an operator.
    pub call: Option<Call>,
    /// Each operand of an operator as written; of a `param` its shape.
    pub operands: Vec<TokenStream>,
    pub inputs: Vec<ValueId>,
    pub outputs: Vec<ValueId>,
    /// The innermost group that it belongs to.
    pub group: Option<GroupId>,
    /// The node whose tensors it uses, if it has none of its own.
    pub shares: Option<NodeId>,
    /// Whether its tensors are constants that no optimizer changes: `frozen: true`.
    pub frozen: bool,
}

/// Something that flows: an input, or what a node gives.
#[derive(Clone, Debug)]
pub struct Value {
    pub source: Source,
    /// The name that the user gave it: an input's, a `let`'s, a named layer's.
    pub name: Option<Ident>,
    /// The group in whose body that name stands.
    pub scope: Option<GroupId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Input(usize),
    Node {
        node: NodeId,
        port: usize,
    },
    /// What flows into a round of a repetition.
    Round {
        group: GroupId,
        port: usize,
    },
    /// What a repetition gives after its last round.
    Repeat {
        group: GroupId,
        port: usize,
    },
}

impl Header {
    /// The attributes that derive traits; the structs of blocks get them too.
    pub fn derives(&self) -> Vec<&syn::Attribute> {
        self.attributes.iter().filter(|attribute| attribute.path().is_ident("derive")).collect()
    }

    /// The name of a trait in them.
    pub fn derived(&self, name: &str) -> Option<Ident> {
        self.derives().into_iter().find_map(|attribute| {
            let tokens = attribute.meta.require_list().ok()?.tokens.clone();
            tokens.into_iter().find_map(|token| match token {
                proc_macro2::TokenTree::Ident(ident) if ident == name => Some(ident),
                _ => None,
            })
        })
    }
}

impl Graph {
    /// Gives a value a name in the body of that group.
    pub fn call_value(&mut self, value: ValueId, name: &Ident, scope: Option<GroupId>) {
        let value = &mut self.values[value.0];
        (value.name, value.scope) = (Some(name.clone()), scope);
    }

    /// How a message calls a value: by the user's name, else by the layer that gives it.
    pub fn describe(&self, value: ValueId) -> String {
        let value = &self.values[value.0];
        match (&value.name, value.source) {
            (Some(name), _) => format!("`{name}`"),
            (None, Source::Node { node, .. }) => format!("`{}`", self.nodes[node.0].text),
            (None, Source::Input(i)) => format!("`{}`", self.header.inputs[i].name),
            (None, Source::Round { group, port }) => self.describe(self.groups[group.0].inputs[port]),
            (None, Source::Repeat { group, .. }) => format!("`{}`", self.groups[group.0].text),
        }
    }

    /// The same for who stands in that group: what comes out of a block or a network beside it has that one's name.
    pub fn describe_to(&self, viewer: Option<GroupId>, value: ValueId) -> String {
        let around: Vec<GroupId> = self.around(viewer).collect();
        let (found, scope) = (&self.values[value.0], self.values[value.0].scope);
        let is_visible = scope.is_none_or(|scope| around.contains(&scope));
        if let (Source::Node { node, .. }, false) = (found.source, found.name.is_some() && is_visible) {
            let closed = self.around(self.nodes[node.0].group).filter(|group| !around.contains(group));
            let closed = closed.map(|group| &self.groups[group.0]);
            let group = closed.filter(|g| g.kind != GroupKind::Layer && g.outputs.contains(&value)).last();
            if let Some(group) = group {
                return format!(
                    "`{}`",
                    if group.named { group.name.to_string() } else { group.text.clone() }
                );
            }
        }
        self.describe(value)
    }

    /// What is so of constants if a part is good.
    pub fn facts(&self, part: Part) -> Vec<Fact> {
        self.demands.iter().filter(|d| d.part == part).flat_map(|d| facts(&d.ways)).collect()
    }

    /// All parts in the order in which they are asked, each with those that have to be good before.
    pub fn parts(&self) -> Vec<(Part, Vec<Part>)> {
        let mut parts: Vec<(Part, Vec<Part>)> =
            (0..self.header.inputs.len()).map(|i| (Part::Input(i), Vec::new())).collect();
        parts.extend((0..self.header.outputs.len()).map(|i| (Part::Output(i), Vec::new())));
        for event in &self.order {
            let (part, group, values) = match *event {
                Event::Node(node) => (Part::Node(node), self.nodes[node.0].group, &self.nodes[node.0].inputs),
                Event::Open(group) => {
                    (Part::Open(group), self.groups[group.0].parent, &self.groups[group.0].inputs)
                }
                Event::Close(group) => (Part::Close(group), Some(group), &self.groups[group.0].results),
            };
            let needs = values.iter().flat_map(|&value| self.makers(value, group));
            let needs = needs.chain(group.map(Part::Open)).collect();
            parts.push((part, needs));
        }
        for i in 0..self.header.outputs.len() {
            let result = self.results.get(i).copied().flatten();
            let needs = result.into_iter().flat_map(|value| self.makers(value, None));
            parts.push((Part::Result(i), [Part::Output(i)].into_iter().chain(needs).collect()));
        }
        parts
    }

    /// What gives a value, seen from within a group: the groups that it comes out of are closed.
    fn makers(&self, value: ValueId, seen_from: Option<GroupId>) -> Vec<Part> {
        match self.values[value.0].source {
            Source::Input(i) => vec![Part::Input(i)],
            Source::Round { group, .. } => vec![Part::Open(group)],
            Source::Repeat { group, .. } => vec![Part::Close(group)],
            Source::Node { node, .. } => {
                let outer: Vec<_> = self.around(seen_from).collect();
                let closed = self.around(self.nodes[node.0].group).filter(|group| !outer.contains(group));
                [Part::Node(node)].into_iter().chain(closed.map(Part::Close)).collect()
            }
        }
    }

    /// The bound of a value that is made of indices. They come from outside alone: no layer gives any.
    pub fn indices(&self, value: ValueId) -> Option<Dim> {
        match self.values[value.0].source {
            Source::Input(i) => self.header.inputs[i].indices,
            Source::Round { group, port } => self.indices(self.groups[group.0].inputs[port]),
            Source::Node { .. } | Source::Repeat { .. } => None,
        }
    }

    /// Whether what a node gives reaches a result.
    pub fn is_live(&self) -> Vec<bool> {
        self.live().0
    }

    /// The same of repetitions.
    pub fn is_live_group(&self) -> Vec<bool> {
        self.live().1
    }

    fn live(&self) -> (Vec<bool>, Vec<bool>) {
        let mut live = vec![false; self.nodes.len()];
        let mut open: Vec<ValueId> = self.results.iter().flatten().copied().collect();
        let mut seen = vec![false; self.groups.len()];
        while let Some(value) = open.pop() {
            match self.values[value.0].source {
                Source::Node { node, .. } if !std::mem::replace(&mut live[node.0], true) => {
                    open.extend(&self.nodes[node.0].inputs);
                }
                // What one round gives is what the next one takes, so all of it is wanted, and all inputs are.
                Source::Repeat { group, .. } if !std::mem::replace(&mut seen[group.0], true) => {
                    open.extend(&self.groups[group.0].results);
                    open.extend(&self.groups[group.0].inputs);
                }
                Source::Round { group, port } => open.push(self.groups[group.0].inputs[port]),
                _ => {}
            }
        }
        (live, seen)
    }

    /// The groups around a node or in a group's place, from the innermost outwards.
    pub fn around(&self, innermost: Option<GroupId>) -> impl Iterator<Item = GroupId> {
        std::iter::successors(innermost, |group| self.groups[group.0].parent)
    }

    /// The innermost repetition around.
    pub fn repetition(&self, innermost: Option<GroupId>) -> Option<GroupId> {
        self.around(innermost).find(|g| self.groups[g.0].repeat.is_some())
    }

    /// How many times a node runs.
    pub fn rounds(&self, node: NodeId) -> Dim {
        self.around(self.nodes[node.0].group).filter_map(|g| self.groups[g.0].repeat).product()
    }

    /// Whether a node has its group's name and none of its own.
    pub fn is_bare(&self, node: NodeId) -> bool {
        self.nodes[node.0].group.is_some_and(|g| self.groups[g.0].kind == GroupKind::Layer)
    }

    /// The names from the network down to a node: `body.conv1`; a round's number stands where it is `*`.
    pub fn path(&self, node: NodeId) -> String {
        let name = (!self.is_bare(node)).then(|| self.nodes[node.0].name.to_string());
        let around = self.around(self.nodes[node.0].group).collect::<Vec<_>>().into_iter().rev();
        let groups = around.map(|group| self.segment(&self.groups[group.0]));
        groups.chain(name).collect::<Vec<_>>().join(".")
    }

    /// For each node a word of its own. The same words may lead to two nodes, as the second use of a shared layer does,
    /// and `a_b` beside `b` in `a`.
    pub fn words(&self) -> Vec<String> {
        let mut taken = std::collections::BTreeSet::new();
        let mut words = Vec::new();
        for node in 0..self.nodes.len() {
            let mut word = self.path(NodeId(node)).replace(".*", "").replace('.', "_");
            while taken.contains(&word) {
                word = format!("{word}_{node}");
            }
            taken.insert(word.clone());
            words.push(word);
        }
        words
    }

    /// The same down to a group.
    pub fn group_path(&self, group: &Group) -> String {
        let around = self.around(group.parent).collect::<Vec<_>>().into_iter().rev();
        let groups = around.map(|group| self.segment(&self.groups[group.0]));
        groups.chain([group.name.to_string()]).collect::<Vec<_>>().join(".")
    }

    fn segment(&self, group: &Group) -> String {
        if group.repeat.is_some() { format!("{}.*", group.name) } else { group.name.to_string() }
    }

    /// The names that a user gave to values and layers which no result needs and nothing reads; a leading `_` says that
    /// this is meant. To be shown as rustc's own warning about unused variables.
    pub fn unused(&self) -> Vec<&Ident> {
        let live = self.is_live();
        let wanted = |name: &&Ident| !name.to_string().starts_with('_');
        let mut unused = Vec::new();
        for (i, input) in self.header.inputs.iter().enumerate() {
            let read = self.nodes.iter().zip(&live).any(|(n, live)| *live && n.inputs.contains(&ValueId(i)))
                || self.groups.iter().any(|group| group.inputs.contains(&ValueId(i)));
            if !read && !self.results.contains(&Some(ValueId(i))) {
                unused.push(&input.name);
            }
        }
        for value in &self.values {
            if let (Some(name), Source::Node { node, port }) = (&value.name, value.source)
                && !live[node.0]
                && self.nodes[node.0].group.is_none()
                && !self.nodes.iter().any(|n| n.shares == Some(node))
                && !self.nodes.iter().any(|n| n.inputs.contains(&self.nodes[node.0].outputs[port]))
            {
                unused.push(name);
            }
        }
        unused.retain(wanted);
        unused
    }
}

impl Node {
    /// How a message calls a node: `conv1: Conv2d(32, kernel: 3)`, or without the name if the user gave none.
    pub fn title(&self) -> String {
        let layer = self.call.as_ref().map_or(self.text.clone(), ToString::to_string);
        if self.named { format!("{}: {layer}", self.name) } else { layer }
    }

    /// The name alone if there is one.
    pub fn short(&self) -> String {
        if self.named { self.name.to_string() } else { self.title() }
    }
}
