//! What stands behind an arrow: a layer, a block, a network of the same invocation, a shared layer; once or several
//! times.

use super::dimensions::{self, Dimensions};
use super::signature::Signature;
use super::{Binding, Builder, Declared, Frame, plain};
use crate::ast::{Block, Body, Call, Port, Repeat, Stage, Value, ValueKind};
use crate::demands::follow;
use crate::errors::Error;
use crate::graph::{Event, Group, GroupId, GroupKind, Node, Source, ValueId};
use crate::layers;
use crate::limits;
use crate::shape::{Dim, counted};
use proc_macro2::{Ident, TokenStream, TokenTree};

/// A group about to be opened.
struct Opening {
    name: Ident,
    named: bool,
    kind: GroupKind,
    repeat: Option<Dim>,
    text: String,
    tokens: TokenStream,
    signature: Option<Signature>,
}

impl Builder<'_, '_> {
    /// A layer, or whatever is used as one, over what flows into it.
    pub(super) fn stage(&mut self, stage: &Stage, inputs: Vec<ValueId>) -> Vec<ValueId> {
        let name = stage.name.as_ref().filter(|name| self.is_free(name, stage));
        let Some(call) = &stage.call else {
            let value = self.unknown(&stage.tokens);
            if let Some(name) = name {
                self.name_unknown(value, name);
                self.graph.call_value(value, name, self.frame.group);
                self.frame.scope.insert(plain(name), Binding::Layer(value, "…".into()));
            }
            return vec![value];
        };
        if let Some(Binding::Shared(shared)) = self.frame.scope.get(&plain(&call.name)).cloned() {
            return self.use_shared(stage, call, &shared, inputs);
        }
        let first = self.graph.nodes.len();
        let values = self.apply(name, call, stage.repeat.as_ref(), inputs);
        if let (Some(name), Some(&value)) = (name, values.first()) {
            let is_new = match self.graph.values[value.0].source {
                Source::Node { node, .. } => node.0 >= first,
                Source::Repeat { .. } => true,
                Source::Input(_) | Source::Round { .. } => false,
            };
            if is_new {
                self.name_unknown(value, name);
                self.graph.call_value(value, name, self.frame.group);
            }
            self.frame.scope.insert(plain(name), Binding::Layer(value, call.to_string()));
        }
        values
    }

    /// Gives what could not be read the name that it has, for its field.
    fn name_unknown(&mut self, value: ValueId, name: &Ident) {
        if let Source::Node { node, .. } = self.graph.values[value.0].source
            && let node = &mut self.graph.nodes[node.0]
            && node.layer.is_none()
            && node.call.is_none()
            && node.group == self.frame.group
        {
            (node.name, node.named) = (name.clone(), true);
        }
    }

    pub(super) fn apply(
        &mut self,
        name: Option<&Ident>,
        call: &Call,
        repeat: Option<&Repeat>,
        inputs: Vec<ValueId>,
    ) -> Vec<ValueId> {
        let first_error = self.errors.count();
        let call = &self.without_needless_claim(call);
        let call = &self.with_numbers(call);
        let repeat = match repeat.map(|repeat| (self.rounds(&repeat.count), &repeat.tokens)) {
            Some((None, tokens)) => return vec![self.unknown(tokens)],
            Some((Some(rounds), tokens)) => Some((rounds, tokens)),
            None => None,
        };
        let program = self.program;
        let here = call.outside.is_none();
        if let Some(index) = program.blocks.iter().position(|block| here && block.name == call.name) {
            let block = &program.blocks[index];
            let (fixed, given) = self.arguments(block, call);
            let signature = Signature { given, ..Signature::new(&block.inputs, &block.outputs, fixed) };
            let opening = self.opening(name, call, GroupKind::Block(index), repeat, Some(signature));
            return self.put_in(opening, &block.inputs, block.body.as_ref(), inputs);
        }
        // A layer of the language goes before a network of its name.
        let is_layer = layers::user_names().contains(&call.name.to_string().as_str());
        let network = program.networks.iter().find(|network| network.name == call.name);
        if let Some(network) = network.filter(|_| here && !is_layer) {
            if let Some(argument) = call.arguments.first() {
                let line = format!("`{}` is a network and takes no arguments", call.name);
                self.errors.push(Error::new(&argument.tokens, line));
            }
            let signature = Signature::new(&network.inputs, &network.outputs, Dimensions::new());
            let kind = GroupKind::Network(network.name.clone());
            self.check_scalar(network.generic.is_some(), call);
            let opening = self.opening(name, call, kind, repeat, Some(signature));
            return self.put_in(opening, &network.inputs, network.body.as_ref(), inputs);
        }
        if repeat.is_none() {
            return self.layer(name, call, first_error, inputs);
        }
        let opening = self.opening(name, call, GroupKind::Layer, repeat, None);
        let node_name = opening.name.clone();
        let named = opening.named;
        self.within_group(opening, inputs, |builder, inputs| {
            let values = builder.layer(Some(&node_name), call, first_error, inputs);
            if let Some(node) = builder.graph.nodes.last_mut() {
                node.named = named;
            }
            Some(values)
        })
    }

    /// The number of rounds of a repetition.
    pub(super) fn rounds(&mut self, count: &Value) -> Option<Dim> {
        let known = &self.frame.dimensions;
        let around = self.graph.around(self.frame.group).filter_map(|g| self.graph.groups[g.0].repeat);
        let around: Dim = around.product();
        follow(&[], self.errors, &mut self.open, |errors| {
            let why = match dimensions::value(count, known, errors) {
                ValueKind::Broken => return None,
                ValueKind::Integer(n) if n < 1 => format!("a layer is repeated once at least, found `{n}`"),
                ValueKind::Integer(n) if n > 0xffff => "a layer is repeated 65535 times at most".into(),
                ValueKind::Integer(n) if n * around > 0xffff => format!(
                    "a layer is repeated 65535 times at most, but with the repetitions around it these are {}",
                    n * around
                ),
                ValueKind::Integer(n) => return Some(n),
                other => format!("how often a layer is repeated is a whole number, found `{other}`"),
            };
            errors.push(Error::new(&count.tokens, why));
            None
        })
    }

    /// A layer of the table.
    fn layer(
        &mut self,
        name: Option<&Ident>,
        call: &Call,
        first_error: usize,
        mut inputs: Vec<ValueId>,
    ) -> Vec<ValueId> {
        let mut layer = match self.read_layer(call) {
            Ok(layer) => layer,
            Err(()) => {
                let error = self.errors.count();
                self.no_such_layer(call);
                self.written_here(error, call, inputs.first().copied(), None);
                None
            }
        };
        let errors = first_error..self.errors.count();
        let meant = if layer.is_none() { self.meant(call, errors.clone(), &inputs) } else { None };
        let instead;
        let call = match meant {
            Some((found, written)) => {
                (layer, instead) = (Some(found), written);
                &instead
            }
            None => call,
        };
        self.check_claim(call);
        let frozen = self.is_frozen(call);
        inputs.extend(self.named_value(layer.as_ref(), call));
        if let Some(wanted) = layer.as_ref().and_then(|layer| layer.refuses(inputs.len())) {
            let group =
                self.graph.groups.iter().rev().find(|group| group.outputs == inputs && inputs.len() > 1);
            let line = match group {
                Some(group) => {
                    format!("`{call}` takes {wanted}, but `{}` gives {}", group.text, inputs.len())
                }
                None => format!("`{call}` takes {wanted}, but gets {}", inputs.len()),
            };
            self.errors.push(Error::new(&call.tokens, line));
            layer = None;
        }
        // Of a constant nobody knows whether it is the usual value, which is left out.
        let is_open = call
            .arguments
            .iter()
            .any(|a| matches!(&a.value.kind, ValueKind::Integer(n) if n.known().is_none()));
        let text = match &layer {
            Some(layer) if !is_open => layer.text(),
            _ => call.to_string(),
        };
        let node_name = match name {
            Some(name) => name.clone(),
            None => self.automatic_name(&call.name.to_string(), call.name.span()),
        };
        let values = self.push_all(Node {
            name: node_name,
            named: name.is_some(),
            layer,
            text,
            tokens: call.tokens.clone(),
            inputs,
            outputs: Vec::new(),
            call: Some(call.clone()),
            operands: Vec::new(),
            group: None,
            shares: None,
            frozen,
        });
        // `Dense` without a number may give what the network does.
        if errors.len() == 1 {
            self.size_for_output(call, errors.start);
        }
        values
    }

    /// The value that an argument names: `mask: hidden`.
    fn named_value(&mut self, layer: Option<&layers::AnyLayer>, call: &Call) -> Option<ValueId> {
        let argument = layer?.named_value()?;
        let written = call.arguments.iter().find(|a| a.name.as_ref().is_some_and(|name| name == argument))?;
        let Some(TokenTree::Ident(name)) = written.value.tokens.clone().into_iter().next() else {
            return None;
        };
        let group = self.frame.group.map(|group| &self.graph.groups[group.0]);
        if group.is_some_and(|group| group.kind == GroupKind::Layer) {
            let line = format!("`{argument}: {name}` cannot be handed to each round of a repetition");
            let note = "a block takes it in and gives it on: `(x, mask) -> [Encoder(8); 6]`";
            self.errors.push(Error::new(&written.tokens, line).note(note));
            return Some(self.unknown(&written.tokens));
        }
        Some(self.lookup(&name))
    }

    /// A network inside a network has its scalar.
    fn check_scalar(&mut self, inner: bool, call: &Call) {
        let outer = matches!(self.graph.header.scalar, crate::graph::Scalar::Generic(_));
        let name = &self.graph.header.name;
        let (inside, line) = (
            &call.name,
            match (outer, inner) {
                (true, false) => {
                    format!("`{name}` is generic over its scalar, but `{}` is made of `f32`", call.name)
                }
                (false, true) => {
                    format!("`{}` is generic over its scalar, but `{name}` is made of `f32`", call.name)
                }
                _ => return,
            },
        );
        let help = if outer { format!("`struct {inside}<T>`") } else { format!("`struct {name}<T>`") };
        self.errors.push(Error::new(inside, line).help(help));
    }

    fn opening(
        &mut self,
        name: Option<&Ident>,
        call: &Call,
        kind: GroupKind,
        repeat: Option<(Dim, &TokenStream)>,
        signature: Option<Signature>,
    ) -> Opening {
        let (text, tokens) = match repeat {
            Some((rounds, tokens)) => (format!("[{call}; {rounds}]"), tokens.clone()),
            None => (call.to_string(), call.tokens.clone()),
        };
        let repeat = repeat.map(|(rounds, _)| rounds);
        let named = name.is_some();
        let name = match name {
            Some(name) => name.clone(),
            None => self.automatic_name(&call.name.to_string(), call.name.span()),
        };
        Opening { name, named, kind, repeat, text, tokens, signature }
    }

    /// The body of a block or a network in the place of its call.
    fn put_in(
        &mut self,
        opening: Opening,
        ports: &[Port],
        body: Option<&Body>,
        mut inputs: Vec<ValueId>,
    ) -> Vec<ValueId> {
        let Some(signature) = opening.signature.clone() else { return Vec::new() };
        let tokens = opening.tokens.clone();
        let declared_name = match &opening.kind {
            GroupKind::Network(name) => name.clone(),
            GroupKind::Block(block) => self.program.blocks[*block].name.clone(),
            GroupKind::Layer => return Vec::new(),
        };
        let outputs = signature.outputs.len();
        let unknown = |builder: &mut Self| (0..outputs.max(1)).map(|_| builder.unknown(&tokens)).collect();
        if inputs.len() != ports.len() {
            // Without a readable declaration nobody knows how many it takes.
            if ports.is_empty() || ports.iter().any(|port| port.shape.is_none()) {
                return unknown(self);
            }
            let wanted = counted(ports.len(), "values");
            let names: Vec<String> =
                ports.iter().filter_map(|port| Some(port.name.as_ref()?.to_string())).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let line = format!(
                "`{}` takes {wanted}, {}, but gets {}",
                opening.text,
                layers::list(&names),
                inputs.len()
            );
            self.errors.push(Error::new(&tokens, line));
            // Its fields are there whatever flows in.
            inputs = ports.iter().map(|_| self.unknown(&tokens)).collect();
        }
        let key = declared_name.to_string();
        if let Some(first) = self.within.iter().position(|name| *name == key) {
            let circle: Vec<&str> =
                self.within[first..].iter().map(String::as_str).chain([key.as_str()]).collect();
            let line = format!("`{key}` contains itself: {}", circle.join(" -> "));
            self.errors.push(Error::new(&tokens, line));
            return unknown(self);
        }
        if self.is_full() || self.is_too_deep(&tokens) {
            return unknown(self);
        }
        self.within.push(key);
        self.depth += limits::BRACKET;
        let (before, first_demand) = (self.errors.count(), self.graph.demands.len());
        let used = match opening.named {
            true => format!("in `{}`, used as `{}`", opening.text, opening.name),
            false => format!("in `{}`", opening.text),
        };
        let imported = matches!(opening.kind, GroupKind::Block(block) if self.program.blocks[block].imported);
        self.check_bound(&signature);
        let is_parametric = signature.fixed.keys().next().is_some();
        let values = self.within_group(opening, inputs, |builder, inputs| {
            let mut frame = Frame::new(ports, body, builder.frame.group);
            let shapes: Vec<_> = inputs.iter().map(|v| builder.shapes[v.0].clone()).collect();
            let bound = signature.bind(&shapes).unwrap_or_else(|_| signature.unbound());
            frame.dimensions = signature.with_outputs(bound);
            frame.given = signature.given.clone();
            for (port, &value) in ports.iter().zip(&inputs) {
                if let Some(name) = &port.name {
                    frame.scope.insert(plain(name), Binding::Value(value));
                }
            }
            let outer = std::mem::replace(&mut builder.frame, frame);
            let declared = Declared { name: &declared_name, outputs };
            let values = body.and_then(|body| builder.body(body, &declared));
            builder.frame = outer;
            values
        });
        self.within.pop();
        self.depth -= limits::BRACKET;
        if imported {
            self.errors.relocate(before, &tokens);
        }
        if is_parametric || imported {
            self.errors.annotate(before, &used);
            for demand in &mut self.graph.demands[first_demand..] {
                demand.ways = demand.ways.map(&mut |errors| {
                    let mut errors = errors.clone();
                    errors.iter_mut().for_each(|error| error.annotate(&used));
                    errors
                });
            }
        }
        values
    }

    /// Opens a group, makes what is in it, and closes it.
    fn within_group(
        &mut self,
        opening: Opening,
        inputs: Vec<ValueId>,
        content: impl FnOnce(&mut Self, Vec<ValueId>) -> Option<Vec<ValueId>>,
    ) -> Vec<ValueId> {
        let id = GroupId(self.graph.groups.len());
        let first = self.graph.nodes.len();
        let shares = self.sharing.as_mut().map(|(_, group)| {
            *group += 1;
            GroupId(*group - 1)
        });
        let shares = shares.map(|owner| self.graph.groups[owner.0].shares.unwrap_or(owner));
        let tokens = opening.tokens.clone();
        let ports = opening.signature.as_ref().map_or(1, |s| s.outputs.len().max(1));
        let repeat = opening.repeat;
        let imported = matches!(opening.kind, GroupKind::Block(block) if self.program.blocks[block].imported);
        self.graph.groups.push(Group {
            name: opening.name,
            named: opening.named,
            kind: opening.kind,
            repeat,
            text: opening.text,
            tokens: opening.tokens,
            parent: self.frame.group,
            nodes: first..first,
            inputs: inputs.clone(),
            taken: Vec::new(),
            results: Vec::new(),
            outputs: Vec::new(),
            imported,
            signature: opening.signature,
            shares,
        });
        self.graph.order.push(Event::Open(id));
        let outer = self.frame.group.replace(id);
        let count = inputs.len();
        // Every round of a repetition takes other values, the first those that flow in.
        let taken: Vec<ValueId> = match repeat {
            None => inputs,
            Some(_) => (inputs.iter().enumerate())
                .map(|(port, input)| {
                    self.value(Source::Round { group: id, port }, self.shapes[input.0].clone())
                })
                .collect(),
        };
        self.graph.groups[id.0].taken = taken.clone();
        let results = content(self, taken);
        let results = results.unwrap_or_else(|| (0..ports).map(|_| self.unknown(&tokens)).collect());
        self.frame.group = outer;
        self.graph.order.push(Event::Close(id));
        let outputs = match repeat {
            None => results.clone(),
            Some(_) => (0..results.len())
                .map(|port| {
                    let shape = results.get(port).and_then(|v| self.shapes[v.0].clone());
                    self.value(Source::Repeat { group: id, port }, shape)
                })
                .collect(),
        };
        let last = self.graph.nodes.len();
        let group = &mut self.graph.groups[id.0];
        (group.nodes, group.results, group.outputs) = (first..last, results, outputs.clone());
        let group = &self.graph.groups[id.0];
        if let Some(&value) =
            group.inputs.iter().find(|v| repeat.is_some() && self.graph.indices(**v).is_some())
        {
            let (name, text) = (self.graph.describe(value), &self.graph.groups[id.0].text);
            let line = format!("`{text}` cannot take {name}: indices do not go from round to round");
            let tokens = self.graph.groups[id.0].tokens.clone();
            self.errors.push(Error::new(&tokens, line));
        } else if repeat.is_some() && outputs.len() != count {
            let given = counted(outputs.len(), "values");
            let line = format!(
                "`{}` takes {}, but gives {given}: a round takes what the one before it gives",
                group.text,
                counted(count, "values")
            );
            let tokens = group.tokens.clone();
            self.errors.push(Error::new(&tokens, line));
        }
        outputs
    }

    /// A block that nobody uses, with nothing known of its numbers.
    pub(super) fn alone(&mut self, block: &Block) {
        let mut fixed = Dimensions::new();
        for parameter in &block.parameters {
            fixed.insert(parameter.to_string(), ValueKind::Broken);
        }
        let signature = Signature::new(&block.inputs, &block.outputs, fixed);
        self.frame = Frame::new(&block.inputs, block.body.as_ref(), None);
        self.frame.dimensions = signature.with_outputs(signature.unbound());
        for name in block.inputs.iter().filter_map(|port| port.name.as_ref()) {
            let value = self.unknown(&TokenStream::from(proc_macro2::TokenTree::from(name.clone())));
            self.graph.call_value(value, name, self.frame.group);
            self.frame.scope.insert(plain(name), Binding::Value(value));
        }
        self.within.push(block.name.to_string());
        self.check_bound(&signature);
        let declared = Declared { name: &block.name, outputs: block.outputs.len() };
        if let Some(body) = &block.body {
            self.body(body, &declared);
        }
    }
}
