//! From `ast` to `Graph`: names, layers, arguments. Reports undefined names, names used twice, and wrong arguments.

mod dimensions;
mod names;
mod operations;

use crate::ast::{Body, Expression, Network, Pattern, Port, Stage, Statement};
use crate::demands::{self, Demand, Part, Ways};
use crate::errors::{Error, Errors, Place};
use crate::graph::{Graph, Header, Input, Node, NodeId, Output, Scalar, Source, Value, ValueId};
use crate::infer;
use crate::layers::AnyLayer;
use crate::maps::OrderedMap;
use crate::suggest;
use dimensions::Dimensions;
pub use dimensions::evaluate;
use proc_macro2::{Ident, TokenStream};

/// The most inputs that the runtime takes.
const MAX_INPUTS: usize = 16;

/// What a name stands for.
#[derive(Clone)]
enum Binding {
    Value(ValueId),
    /// A layer: what it gives, and how it reads.
    Layer(ValueId, String),
}

struct Builder<'e> {
    graph: Graph,
    /// The names of all networks of the invocation.
    siblings: Vec<String>,
    scope: OrderedMap<Binding>,
    /// What names in dimensions and arguments stand for.
    dimensions: Dimensions,
    /// Every name that the user gives anywhere, for numbering and for "defined only later".
    taken: Vec<String>,
    /// Names reported as undefined, each once, with the error's number and the name that is similar.
    reported: OrderedMap<(usize, Option<String>)>,
    /// How many unnamed layers there are of each kind.
    counts: OrderedMap<usize>,
    /// Layers with errors whose helps can be tried only when the graph is whole.
    untried: Vec<(NodeId, std::ops::Range<usize>)>,
    /// What hangs on constants in the arguments of the node that comes next.
    open: Vec<Ways>,
    errors: &'e mut Errors,
}

/// Gives every name a meaning. What could not be resolved is a node without a layer, whose value has no shape.
pub fn resolve(network: Network, errors: &mut Errors) -> Graph {
    let taken = names_of(&network);
    let mut demands = Vec::new();
    let graph = Graph {
        header: header(&network, &mut demands, errors),
        nodes: Vec::new(),
        values: Vec::new(),
        results: Vec::new(),
        demands,
    };
    let mut builder = Builder {
        graph,
        siblings: network.siblings.clone(),
        scope: OrderedMap::new(),
        dimensions: Dimensions::new(),
        taken,
        reported: OrderedMap::new(),
        counts: OrderedMap::new(),
        untried: Vec::new(),
        open: Vec::new(),
        errors,
    };
    for i in 0..builder.graph.header.inputs.len() {
        let name = builder.graph.header.inputs[i].name.clone();
        let value = ValueId(i);
        builder.graph.values.push(Value { source: Source::Input(i), name: Some(name.clone()) });
        builder.scope.insert(plain(&name), Binding::Value(value));
    }
    let outputs = builder.graph.header.outputs.len();
    builder.graph.results = vec![None; outputs];
    if let Some(body) = &network.body {
        builder.body(body);
    }
    let Builder { graph, untried, errors, .. } = builder;
    for (node, range) in untried {
        errors.keep_helps(range, |call| infer::would_fit(&graph, node, call));
    }
    graph
}

fn header(network: &Network, demands: &mut Vec<Demand>, errors: &mut Errors) -> Header {
    if let Some(input) = network.inputs.get(MAX_INPUTS) {
        errors.push(Error::new(&input.tokens, format!("a network takes at most {MAX_INPUTS} inputs")));
    }
    let mut shape = |port: &Port, part: Part| {
        let dimensions = port.shape.as_deref()?;
        let mut open = Vec::new();
        let shape = demands::follow(&[], errors, &mut open, |errors| {
            dimensions::shape(dimensions, &Dimensions::new(), &port.tokens, errors)
        });
        demands.extend(open.into_iter().map(|ways| Demand { part, ways }));
        shape
    };
    let mut inputs = Vec::new();
    for port in &network.inputs {
        if let Some(name) = port.name.clone() {
            let shape = shape(port, Part::Input(inputs.len()));
            inputs.push(Input { name, shape, tokens: port.tokens.clone() });
        }
    }
    let mut outputs = Vec::new();
    for port in &network.outputs {
        let (name, tokens) = (port.name.clone(), port.tokens.clone());
        let shape = shape(port, Part::Output(outputs.len()));
        outputs.push(Output { name, shape, tokens });
    }
    Header {
        attributes: network.attributes.clone(),
        visibility: network.visibility.clone(),
        name: network.name.clone(),
        scalar: network.generic.clone().map_or(Scalar::F32, Scalar::Generic),
        inputs,
        outputs,
    }
}

/// A name without what `parse` does to words of Rust, so that they are found again after their error.
fn plain(name: &Ident) -> String {
    let text = name.to_string();
    match text.as_str() {
        "self" | "Self" | "super" | "crate" => format!("{text}_"),
        other => other.trim_start_matches("r#").to_string(),
    }
}

/// Every name that the user gives to an input, a value or a layer.
fn names_of(network: &Network) -> Vec<String> {
    let mut names: Vec<String> =
        network.inputs.iter().filter_map(|p| p.name.as_ref()).map(ToString::to_string).collect();
    let Some(body) = &network.body else { return names };
    for Statement::Let(binding) in &body.statements {
        match &binding.pattern {
            Pattern::One(name) => names.extend(name.iter().map(ToString::to_string)),
            Pattern::Tuple(all, _) => names.extend(all.iter().flatten().map(ToString::to_string)),
        }
        layer_names(&binding.value, &mut names);
    }
    body.result.iter().for_each(|result| layer_names(result, &mut names));
    names
}

fn layer_names(expression: &Expression, names: &mut Vec<String>) {
    match expression {
        Expression::Name(_) | Expression::Number(..) | Expression::Unknown(_) => {}
        Expression::Negative(value, _) => layer_names(value, names),
        Expression::Function(function) => function.values.iter().for_each(|v| layer_names(v, names)),
        Expression::Tuple(parts, _) => parts.iter().for_each(|part| layer_names(part, names)),
        Expression::Chain(source, stages, _) => {
            layer_names(source, names);
            names.extend(stages.iter().filter_map(|s| s.name.as_ref()).map(ToString::to_string));
        }
        Expression::Binary(left, _, right, _) => {
            layer_names(left, names);
            layer_names(right, names);
        }
    }
}

impl Builder<'_> {
    fn body(&mut self, body: &Body) {
        for Statement::Let(binding) in &body.statements {
            match &binding.pattern {
                Pattern::One(name) => {
                    let value = self.single(&binding.value);
                    if let Some(name) = name {
                        self.bind(name, value);
                    }
                }
                Pattern::Tuple(names, tokens) => self.bind_all(names, tokens, &binding.value),
            }
        }
        let header_outputs = self.graph.header.outputs.len();
        let Some(result) = &body.result else {
            if !body.broken {
                let name = &self.graph.header.name;
                let line = format!("the body of `{name}` ends without a result");
                self.errors.push(Error::new(&body.tokens, line));
            }
            return;
        };
        let values = self.several(result);
        if header_outputs == 0 {
            return;
        }
        if values.len() == header_outputs {
            self.graph.results = values.into_iter().map(Some).collect();
            return;
        }
        let name = &self.graph.header.name;
        let declared = crate::shape::counted(header_outputs, "values");
        let line = format!("`{name}` declares {declared}, but its body gives {}", values.len());
        self.errors.push(Error::new(&result.tokens(), line));
    }

    fn bind_all(&mut self, names: &[Option<Ident>], tokens: &TokenStream, value: &Expression) {
        let values = self.several(value);
        if values.len() != names.len() && !matches!(value, Expression::Unknown(_)) {
            let given = crate::shape::counted(values.len(), "values");
            let line = format!("{} names are bound, but there is {given}", names.len());
            let line = if values.len() == 1 { line } else { line.replace("there is", "there are") };
            self.errors.push(Error::new(tokens, line));
        }
        for (i, name) in names.iter().enumerate() {
            let value = values.get(i).copied().unwrap_or_else(|| self.unknown(tokens));
            if let Some(name) = name {
                self.bind(name, value);
            }
        }
    }

    /// Binds a `let`. It may take over the name of an earlier value, but not that of a layer.
    fn bind(&mut self, name: &Ident, value: ValueId) {
        let text = plain(name);
        if let Some(Binding::Layer(_, layer)) = self.scope.get(&text) {
            let line = format!("the name `{name}` is already used by the layer `{name}: {layer}`");
            let free = self.free_name(&text);
            let error = Error::new(name, line).help(format!("another name for the value: `let {free} = …`"));
            self.errors.push(error);
        }
        let named = &mut self.graph.values[value.0];
        if named.name.is_none() {
            named.name = Some(name.clone());
        }
        self.scope.insert(text, Binding::Value(value));
    }

    /// One value; several where one is wanted are an error.
    fn single(&mut self, expression: &Expression) -> ValueId {
        let values = self.several(expression);
        match values[..] {
            [value] => value,
            _ => {
                let tokens = expression.tokens();
                let line = format!("one value is wanted here, but these are {}", values.len());
                self.errors.push(Error::new(&tokens, line));
                self.unknown(&tokens)
            }
        }
    }

    fn several(&mut self, expression: &Expression) -> Vec<ValueId> {
        match expression {
            Expression::Name(name) => vec![self.lookup(name)],
            Expression::Tuple(parts, _) => parts.iter().map(|part| self.single(part)).collect(),
            Expression::Unknown(tokens) => vec![self.unknown(tokens)],
            Expression::Binary(..) | Expression::Negative(..) | Expression::Number(..) => {
                vec![self.arithmetic(expression)]
            }
            Expression::Function(function) => self.function(function, Vec::new()),
            Expression::Chain(source, stages, _) => {
                let mut values = self.several(source);
                for stage in stages {
                    values = match &stage.function {
                        Some(function) => self.function(function, values),
                        None => self.stage(stage, values),
                    };
                }
                values
            }
        }
    }

    /// A layer over what flows into it.
    fn stage(&mut self, stage: &Stage, inputs: Vec<ValueId>) -> Vec<ValueId> {
        let name = stage.name.as_ref().filter(|name| self.is_free(name, stage));
        let Some(call) = &stage.call else {
            let value = self.unknown(&stage.tokens);
            if let Some(name) = name {
                self.graph.values[value.0].name = Some(name.clone());
                self.scope.insert(plain(name), Binding::Layer(value, "…".into()));
            }
            return vec![value];
        };
        let first_error = self.errors.count();
        let call = &self.with_numbers(call);
        let mut layer = match self.layer(call) {
            Ok(layer) => layer,
            Err(()) => {
                self.no_such_layer(call);
                None
            }
        };
        let errors = first_error..self.errors.count();
        self.check_claim(call);
        if let Some(wanted) = layer.as_ref().and_then(|layer| layer.refuses(inputs.len())) {
            let line = format!("`{call}` takes {wanted}, but gets {}", inputs.len());
            self.errors.push(Error::new(&call.tokens, line));
            layer = None;
        }
        let text = layer.as_ref().map_or_else(|| call.to_string(), AnyLayer::text);
        let named = name.is_some();
        let node_name = match name {
            Some(name) => name.clone(),
            None => self.automatic_name(&call.name.to_string(), call.name.span()),
        };
        let values = self.push_all(Node {
            name: node_name,
            named,
            layer,
            text,
            tokens: call.tokens.clone(),
            inputs,
            outputs: Vec::new(),
            call: Some(call.clone()),
            operands: Vec::new(),
        });
        if !errors.is_empty() {
            self.untried.push((NodeId(self.graph.nodes.len() - 1), errors));
        }
        if let (Some(name), Some(&value)) = (name, values.first()) {
            self.graph.values[value.0].name = Some(name.clone());
            self.scope.insert(plain(name), Binding::Layer(value, call.to_string()));
        }
        values
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
        })
    }

    /// Adds a node, and the one value that it gives.
    fn push(&mut self, node: Node) -> ValueId {
        self.push_all(node)[0]
    }

    /// Adds a node, and all values that it gives.
    fn push_all(&mut self, mut node: Node) -> Vec<ValueId> {
        let first = self.graph.values.len();
        let ports = node.layer.as_ref().map_or(1, AnyLayer::ports);
        node.outputs = (first..first + ports).map(ValueId).collect();
        let outputs = node.outputs.clone();
        let id = NodeId(self.graph.nodes.len());
        let open = self.open.drain(..).map(|ways| Demand { part: Part::Node(id), ways });
        self.graph.demands.extend(open);
        self.graph.nodes.push(node);
        for port in 0..ports {
            self.graph.values.push(Value { source: Source::Node { node: id, port }, name: None });
        }
        outputs
    }
}
