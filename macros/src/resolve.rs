//! From `ast` to `Graph`: names, layers, arguments. Reports undefined names, names used twice, and wrong arguments.

mod arguments;
mod dimensions;
mod elsewhere;
mod expressions;
mod groups;
mod header;
mod meant;
mod names;
mod operations;
mod outside;
mod parts;
mod shared;
mod signature;
mod values;
mod wider;

use crate::ast::{Body, Expression, Network, Pattern, Port, Program, Statement, ValueKind};
use crate::demands::{Demand, Part, Ways};
use crate::errors::{Change, Error, Errors, How, Place};
use crate::graph::{Event, Graph, GroupId, GroupKind, Header, Node, NodeId, Scalar, Source, Value, ValueId};
use crate::infer;
use crate::layers::AnyLayer;
use crate::limits;
use crate::lints::Levels;
use crate::maps::OrderedMap;
use crate::shape::Shape;
use crate::suggest;
pub use dimensions::{Dimensions, evaluate, with_constants};
use header::{check_derives, header, names_of};
use proc_macro2::{Ident, TokenStream, TokenTree};
pub use signature::{Misfit, PortShape, Signature};

/// The most inputs that the runtime takes.
const MAX_INPUTS: usize = 16;

/// What a name stands for.
#[derive(Clone)]
enum Binding {
    Value(ValueId),
    /// A layer: what it gives, and how it reads.
    Layer(ValueId, String),
    /// Several values that have names of their own.
    Several(Vec<(String, ValueId)>),
    /// A layer that may be used several times.
    Shared(Box<shared::Shared>),
}

struct Builder<'p, 'e> {
    program: &'p Program,
    graph: Graph,
    /// What is known of the shapes so far: a block's variables are bound by them.
    shapes: Vec<Option<Shape>>,
    frame: Frame,
    /// The blocks and networks that are being put in, from the outermost.
    within: Vec<String>,
    /// The next node and group whose tensors are used again, while a shared layer is.
    sharing: Option<(usize, usize)>,
    /// What the expressions and blocks around take of the stack.
    depth: usize,
    /// What hangs on constants in the arguments of the node that comes next.
    open: Vec<Ways>,
    errors: &'e mut Errors,
}

/// What belongs to one body: that of a network or of a block.
struct Frame {
    scope: OrderedMap<Binding>,
    /// What names in dimensions and arguments stand for.
    dimensions: Dimensions,
    /// Where a block's parameters were written at its use.
    given: OrderedMap<TokenStream>,
    /// Every name that the user gives anywhere, for numbering and for "defined only later".
    taken: Vec<String>,
    /// Names reported as undefined, each once, with the error's number and the name that is similar.
    reported: OrderedMap<(usize, Option<String>)>,
    /// How many unnamed layers there are of each kind.
    counts: OrderedMap<usize>,
    group: Option<GroupId>,
}

impl Frame {
    fn new(inputs: &[Port], body: Option<&Body>, group: Option<GroupId>) -> Frame {
        Frame {
            scope: OrderedMap::new(),
            dimensions: Dimensions::new(),
            given: OrderedMap::new(),
            taken: names_of(inputs, body),
            reported: OrderedMap::new(),
            counts: OrderedMap::new(),
            group,
        }
    }
}

/// Gives every name in one of a program's networks a meaning. What could not be resolved is a node without a layer,
/// whose value has no shape.
pub fn resolve(program: &Program, network: &Network, errors: &mut Errors) -> Graph {
    let mut demands = Vec::new();
    let header = header(network, &mut demands, errors);
    check_derives(&header, errors);
    let mut builder = Builder::new(program, header, network.body.as_ref(), &network.inputs, errors);
    builder.graph.demands = demands;
    for i in 0..builder.graph.header.inputs.len() {
        let input = &builder.graph.header.inputs[i];
        let (name, shape) = (input.name.clone(), input.shape.clone());
        let value = builder.value(Source::Input(i), shape);
        builder.graph.values[value.0].name = Some(name.clone());
        builder.frame.scope.insert(plain(&name), Binding::Value(value));
    }
    builder.within.push(network.name.to_string());
    let outputs = builder.graph.header.outputs.len();
    builder.graph.results = vec![None; outputs];
    if let Some(body) = &network.body {
        let head = Declared { name: &network.name, outputs };
        if let Some(values) = builder.body(body, &head) {
            builder.graph.results = values.into_iter().map(Some).collect();
            builder.graph.result = body.result.as_ref().map(Expression::tokens).unwrap_or_default();
        }
    }
    builder.graph
}

/// Reports what is wrong with blocks that no network uses; their shapes are unknown.
pub fn check_unused(program: &Program, used: &[usize], errors: &mut Errors) {
    let unused = (0..program.blocks.len()).filter(|block| !used.contains(block));
    for block in unused {
        let block = &program.blocks[block];
        let header = Header {
            attributes: Vec::new(),
            levels: Levels::default(),
            visibility: syn::Visibility::Inherited,
            name: block.name.clone(),
            scalar: Scalar::F32,
            inputs: Vec::new(),
            outputs: Vec::new(),
        };
        let mut builder = Builder::new(program, header, None, &[], errors);
        builder.alone(block);
    }
}

/// The blocks that a graph has somewhere.
pub fn blocks_of(graph: &Graph) -> impl Iterator<Item = usize> {
    graph.groups.iter().filter_map(|group| match group.kind {
        GroupKind::Block(block) => Some(block),
        _ => None,
    })
}

/// Whether all could be read that a network is made of, so that what is missing in another keeps none from being built.
pub fn is_readable(program: &Program, network: &Network, graph: &Graph) -> bool {
    let inner = |group: &crate::graph::Group| match &group.kind {
        GroupKind::Block(block) => program.blocks[*block].broken,
        GroupKind::Network(name) => program.networks.iter().any(|other| other.name == *name && other.broken),
        GroupKind::Layer => false,
    };
    !network.broken && !graph.groups.iter().any(inner)
}

/// What a body has to give.
struct Declared<'a> {
    name: &'a Ident,
    outputs: usize,
}

/// A name without what `parse` does to words of Rust, so that they are found again after their error.
fn plain(name: &Ident) -> String {
    let text = name.to_string();
    match text.as_str() {
        "self" | "Self" | "super" | "crate" => format!("{text}_"),
        other => other.trim_start_matches("r#").to_string(),
    }
}

impl<'p, 'e> Builder<'p, 'e> {
    fn new(
        program: &'p Program,
        header: Header,
        body: Option<&Body>,
        inputs: &[Port],
        errors: &'e mut Errors,
    ) -> Builder<'p, 'e> {
        let graph = Graph {
            header,
            nodes: Vec::new(),
            values: Vec::new(),
            groups: Vec::new(),
            order: Vec::new(),
            demands: Vec::new(),
            results: Vec::new(),
            result: TokenStream::new(),
        };
        Builder {
            program,
            graph,
            shapes: Vec::new(),
            frame: Frame::new(inputs, body, None),
            within: Vec::new(),
            sharing: None,
            depth: 0,
            open: Vec::new(),
            errors,
        }
    }

    /// What a body gives; `None` if it is not as many values as declared.
    fn body(&mut self, body: &Body, declared: &Declared) -> Option<Vec<ValueId>> {
        for statement in &body.statements {
            if self.is_full() {
                return None;
            }
            match statement {
                Statement::Layer(stage) => self.shared_layer(stage),
                Statement::Param(param) => self.param(param),
                Statement::Let(binding) => match &binding.pattern {
                    Pattern::One(name) => self.bind_one(name.as_ref(), &binding.value),
                    Pattern::Tuple(names, tokens) => self.bind_all(names, tokens, &binding.value),
                },
            }
        }
        let name = declared.name;
        let Some(result) = &body.result else {
            if !body.broken {
                self.no_result(name, body);
            }
            return None;
        };
        let values = self.several(result);
        let values = self.widened(values, declared.outputs, result);
        if declared.outputs == 0 || values.len() == declared.outputs {
            return (declared.outputs > 0).then_some(values);
        }
        let count = crate::shape::counted(declared.outputs, "values");
        let line = format!("`{name}` declares {count}, but its body gives {}", values.len());
        let error = Error::new(&result.tokens(), line);
        self.errors.push(error);
        None
    }

    /// A body that ends with its last name still to be said.
    fn no_result(&mut self, name: &Ident, body: &Body) {
        let line = format!("the body of `{name}` ends without a result");
        let Some(TokenTree::Group(braces)) = body.tokens.clone().into_iter().next() else { return };
        let last = braces.stream().into_iter().last();
        let (Some(last), Some(Statement::Let(binding))) = (last, body.statements.last()) else {
            self.errors.push(Error::new(&body.tokens, line));
            return;
        };
        let error = Error::new(braces.span_close(), line);
        self.errors.push(match &binding.pattern {
            Pattern::One(Some(value)) => {
                let change = Change { place: last.span().into(), how: How::After, text: format!(" {value}") };
                error.help_with(format!("end with `{value}`"), vec![change])
            }
            _ => error,
        });
    }

    /// A name for a value, or for several that have names of their own: `let e = x -> Encoder;`.
    fn bind_one(&mut self, name: Option<&Ident>, expression: &Expression) {
        let values = self.several(expression);
        let parts = self.parts(&values);
        match (&values[..], parts, name) {
            (&[value], ..) => {
                if let Some(name) = name {
                    self.bind(name, value);
                }
            }
            (_, Some(parts), Some(name)) => {
                self.frame.scope.insert(plain(name), Binding::Several(parts));
            }
            _ => {
                let value = self.only(values, expression);
                if let Some(name) = name {
                    self.bind(name, value);
                }
            }
        }
    }

    /// The names of several values, if they are the outputs of a group that names them.
    fn parts(&self, values: &[ValueId]) -> Option<Vec<(String, ValueId)>> {
        if let Some(node) = values.first().and_then(|value| infer::source_node(&self.graph, *value))
            && let node = &self.graph.nodes[node.0]
            && node.outputs == values
            && let Some(outside) = node.call.as_ref().and_then(|call| call.outside.as_ref())
        {
            let names = outside.claims.iter().map(|claim| claim.name.as_ref().map(ToString::to_string));
            let names: Vec<String> = names.collect::<Option<_>>()?;
            return Some(names.into_iter().zip(values.iter().copied()).collect());
        }
        let group = self.graph.groups.iter().rev().find(|group| group.outputs == values)?;
        let names = group.signature.as_ref()?.outputs.iter().map(|output| output.name.clone());
        let names: Vec<String> = names.collect::<Option<_>>()?;
        Some(names.into_iter().zip(values.iter().copied()).collect())
    }

    /// Binds the names of a pattern.
    fn bind_all(&mut self, names: &[Option<Ident>], tokens: &TokenStream, value: &Expression) {
        let values = self.several(value);
        let values = self.widened(values, names.len(), value);
        // What a layer gives whose arguments are wrong nobody knows.
        let unknown = values.len() == 1
            && infer::source_node(&self.graph, values[0])
                .is_some_and(|n| self.graph.nodes[n.0].layer.is_none());
        if values.len() != names.len() && !unknown && !matches!(value, Expression::Unknown(_)) {
            let given = crate::shape::counted(values.len(), "values");
            let named = crate::shape::counted(names.len(), "names");
            let verb = if names.len() == 1 { "is" } else { "are" };
            let last = match value {
                Expression::Chain(_, stages, _) => stages.last().map(|stage| suggest::source(&stage.tokens)),
                Expression::Function(function) => Some(suggest::source(&function.call.tokens)),
                _ => None,
            };
            let line = match last {
                Some(last) => format!("{named} {verb} bound, but `{last}` gives {given}"),
                None => format!(
                    "{named} {verb} bound, but here {} {given}",
                    if values.len() == 1 { "is" } else { "are" }
                ),
            };
            let error = Error::new(tokens, line);
            let error = self.with_offer(error, &values, names, tokens);
            self.errors.push(as_many_parts(error, names.len(), value));
        }
        for (i, name) in names.iter().enumerate() {
            let Some(name) = name else { continue };
            let value = values.get(i).copied();
            let value = value.unwrap_or_else(|| self.unknown(&TokenTree::from(name.clone()).into()));
            self.bind(name, value);
        }
    }

    /// Binds a `let`. It may take over the name of an earlier value, but not that of a layer.
    fn bind(&mut self, name: &Ident, value: ValueId) {
        let text = plain(name);
        if let Some(Binding::Layer(_, layer)) = self.frame.scope.get(&text) {
            let line = format!("the name `{name}` is already used by the layer `{name}: {layer}`");
            let free = self.free_name(&text);
            let error = Error::new(name, line).help(format!("another name for the value: `let {free} = …`"));
            self.errors.push(error);
        }
        let named = &mut self.graph.values[value.0];
        if named.name.is_none() {
            (named.name, named.scope) = (Some(name.clone()), self.frame.group);
        }
        self.frame.scope.insert(text, Binding::Value(value));
    }

    /// Whether no more blocks fit into one another, which is reported once. From then on the program is full.
    fn is_too_deep(&mut self, tokens: &TokenStream) -> bool {
        if self.within.len() <= limits::BLOCKS && self.depth <= limits::DEPTH {
            return false;
        }
        let line = format!("blocks stand in one another {} deep at most", limits::BLOCKS);
        self.errors.push(Error::new(tokens, line));
        self.program.layers.set(limits::FULL);
        true
    }

    /// Whether no more layers fit into the program, which is reported once.
    fn is_full(&mut self) -> bool {
        let layers = &self.program.layers;
        if layers.get() <= limits::LAYERS {
            return false;
        }
        if layers.replace(limits::FULL) < limits::FULL {
            let line = format!(
                "with `{}` there are more than {} layers here, those of a block counted at each use",
                self.graph.header.name,
                limits::LAYERS
            );
            let note =
                "a repetition, `[Block; 100]`, counts once, and so does a network from another invocation";
            self.errors.push(Error::new(&self.graph.header.name, line).note(note));
        }
        true
    }

    /// A value of which nothing is known, after an error.
    fn unknown(&mut self, tokens: &TokenStream) -> ValueId {
        let name = self.automatic_name("unknown", Place::of(tokens).first);
        self.push(Node {
            name,
            named: false,
            layer: None,
            text: suggest::source(tokens),
            tokens: tokens.clone(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            call: None,
            operands: Vec::new(),
            group: None,
            shares: None,
            frozen: false,
        })
    }

    /// Adds a node, and the one value that it gives.
    fn push(&mut self, node: Node) -> ValueId {
        self.push_all(node)[0]
    }

    /// Adds a node, and all values that it gives.
    fn push_all(&mut self, mut node: Node) -> Vec<ValueId> {
        if let Some(layer) = &mut node.layer {
            layer.bind(&node.inputs.iter().map(|&value| self.graph.indices(value)).collect::<Vec<_>>());
        }
        self.program.layers.update(|layers| layers + 1);
        let ports = node.layer.as_ref().map_or(1, AnyLayer::ports);
        let id = NodeId(self.graph.nodes.len());
        let open = self.open.drain(..).map(|ways| Demand { part: Part::Node(id), ways, definition: None });
        self.graph.demands.extend(open);
        let shapes = self.outputs_of(&node).unwrap_or_default();
        node.outputs = (0..ports)
            .map(|port| self.value(Source::Node { node: id, port }, shapes.get(port).cloned()))
            .collect();
        node.group = self.frame.group;
        node.shares = self.next_shared().or(node.shares);
        let outputs = node.outputs.clone();
        self.graph.nodes.push(node);
        self.graph.order.push(Event::Node(id));
        outputs
    }

    fn outputs_of(&self, node: &Node) -> Option<Vec<Shape>> {
        let inputs: Option<Vec<Shape>> = node.inputs.iter().map(|v| self.shapes[v.0].clone()).collect();
        let (layer, inputs) = (node.layer.as_ref()?, inputs?);
        let mut indices = node.inputs.iter().enumerate().filter(|(i, _)| !layer.may_be_indices(*i));
        let indices = indices.any(|(_, &value)| self.graph.indices(value).is_some());
        if layer.refuses(inputs.len()).is_some()
            || !layer.checks_elements() && layer.takes_indices() != indices
        {
            return None;
        }
        infer::shapes_of(layer, &inputs)
    }

    fn value(&mut self, source: Source, shape: Option<Shape>) -> ValueId {
        self.graph.values.push(Value { source, name: None, scope: self.frame.group });
        self.shapes.push(shape);
        ValueId(self.graph.values.len() - 1)
    }
}

/// `split(x, 4, axis: 0)` for four names: others say there how long a part is.
fn as_many_parts(error: Error, names: usize, value: &Expression) -> Error {
    let function = match value {
        Expression::Function(function) => Some(function),
        Expression::Chain(_, stages, _) => stages.last().and_then(|stage| stage.function.as_ref()),
        _ => None,
    };
    let Some(call) = function.map(|function| &function.call).filter(|call| call.name == "split") else {
        return error;
    };
    let parts =
        call.arguments.iter().find(|a| a.name.is_none() && matches!(a.value.kind, ValueKind::Integer(_)));
    let Some(parts) = parts else { return error };
    let change = Change { place: Place::of(&parts.tokens), how: How::Replace, text: names.to_string() };
    match crate::remedies::changed(&call.tokens, &change) {
        Some(text) => error.help_with(format!("`{}`", suggest::source(&text)), vec![change]),
        None => error,
    }
}
