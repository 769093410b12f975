//! What a network is once every name is known: nodes and values in the order in which they run.

use crate::layers::AnyLayer;
use crate::shape::Shape;
use proc_macro2::{Ident, TokenStream};

/// A network as the user declared it, names resolved. Nodes stand in topological order.
#[derive(Debug)]
pub struct Graph {
    pub header: Header,
    pub nodes: Vec<Node>,
    pub values: Vec<Value>,
    /// The values that leave the network, in the order of the declared outputs; `None` after an error.
    pub results: Vec<Option<ValueId>>,
}

/// The part of a declaration that other code sees, and so all that the stub after an error needs.
#[derive(Clone, Debug)]
pub struct Header {
    /// Documentation and other attributes, to be put on the generated struct.
    pub attributes: Vec<syn::Attribute>,
    pub visibility: syn::Visibility,
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

/// One layer or operation.
#[derive(Debug)]
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
    pub inputs: Vec<ValueId>,
    pub outputs: Vec<ValueId>,
}

/// Something that flows: an input, or what a node gives.
#[derive(Debug)]
pub struct Value {
    pub source: Source,
    /// The name that the user gave it: an input's, a `let`'s, a named layer's.
    pub name: Option<Ident>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Input(usize),
    Node { node: NodeId, port: usize },
}

/// A graph whose values have shapes. Behind gate 2 all of them do; before it `None` is "unknown", after an error.
#[derive(Debug)]
pub struct Shaped {
    pub graph: Graph,
    /// One entry for each of `graph.values`.
    pub shapes: Vec<Option<Shape>>,
}
