//! Values that no layer gives: learned tensors.

use super::{Binding, Builder, dimensions, plain};
use crate::ast::{Param, ValueKind};
use crate::demands::follow;
use crate::errors::{Change, Error, How, Place};
use crate::graph::{Node, NodeId, Source, ValueId};
use crate::infer;
use crate::layers::{self, AnyLayer, Init, Role, Scheme};
use crate::shape::{Dim, Shape};
use crate::suggest;
use proc_macro2::{Ident, TokenStream, TokenTree};

impl Builder<'_, '_> {
    /// `param gamma: [96, 1, 1] = 1e-6;`
    pub(super) fn param(&mut self, param: &Param) {
        let text = plain(&param.name);
        let earlier = match self.frame.scope.get(&text) {
            None => None,
            Some(Binding::Layer(_, layer)) => Some(format!("the layer `{text}: {layer}`")),
            Some(Binding::Shared(_)) => Some(format!("the layer `{text}`")),
            Some(Binding::Value(value)) if matches!(self.graph.values[value.0].source, Source::Input(_)) => {
                Some("an input".into())
            }
            Some(Binding::Value(_) | Binding::Several(_)) => Some(format!("the value `{text}`")),
        };
        if let Some(earlier) = earlier {
            let free = self.free_name(&text);
            let line = format!("the name `{}` is already used by {earlier}", param.name);
            let error = Error::new(&param.name, line);
            self.errors.push(error.help(format!("another name for the tensor: `param {free}: …`")));
            if let Some(Binding::Layer(..) | Binding::Shared(_)) = self.frame.scope.get(&text) {
                // From here on the name means the tensor: one mistake is enough.
                let value = self.unknown(&TokenTree::from(param.name.clone()).into());
                self.frame.scope.insert(text, Binding::Value(value));
            }
            return;
        }
        let first_error = self.errors.count();
        let known = &self.frame.dimensions;
        let shape = param.shape.as_ref();
        let shape = shape.and_then(|shape| {
            follow(&[], self.errors, &mut self.open, |errors| {
                dimensions::shape(shape, known, &param.tokens, errors)
            })
        });
        if let Some(shape) = shape.as_ref().filter(|shape| shape.rank() > layers::MAX_TENSOR_RANK) {
            let line = format!("a tensor has {} axes at most, found `{shape}`", layers::MAX_TENSOR_RANK);
            self.errors.push(Error::new(&param.tokens, line));
        }
        let init = shape.as_ref().and_then(|shape| self.first(param, shape));
        let value = match (shape, init) {
            (Some(shape), Some(init)) if self.errors.count() == first_error => {
                let node = Node {
                    name: param.name.clone(),
                    named: true,
                    text: format!("param {shape}"),
                    layer: Some(AnyLayer::param(shape, init)),
                    tokens: TokenTree::from(param.name.clone()).into(),
                    call: None,
                    operands: vec![param.tokens.clone()],
                    inputs: Vec::new(),
                    outputs: Vec::new(),
                    group: None,
                    shares: None,
                    frozen: param.frozen,
                };
                self.push(node)
            }
            _ => self.unknown(&TokenTree::from(param.name.clone()).into()),
        };
        self.graph.call_value(value, &param.name, self.frame.group);
        self.frame.scope.insert(text, Binding::Value(value));
    }

    /// `embed.weight`: a tensor of a layer; `None` if the name means no layer.
    pub(super) fn tensor_of(&mut self, name: &Ident, part: &Ident, tokens: &TokenStream) -> Option<ValueId> {
        let node = match self.frame.scope.get(&plain(name))? {
            Binding::Layer(value, _) => match self.graph.values[value.0].source {
                Source::Node { node, .. } => node,
                _ => return None,
            },
            Binding::Shared(shared) => match shared.owner() {
                Some(node) => node,
                None => {
                    let line = format!("`{name}` has no tensors before its first use");
                    self.errors.push(Error::new(tokens, line));
                    return Some(self.unknown(tokens));
                }
            },
            _ => return None,
        };
        let kept = &self.graph.nodes[node.0];
        if kept.group != self.frame.group {
            // A block: it has no tensor of its own.
            return None;
        }
        let shapes: Option<Vec<Shape>> = kept.inputs.iter().map(|v| self.shapes[v.0].clone()).collect();
        // What is wrong with the layer has been reported, or will be.
        let fits = kept.outputs.iter().all(|v| self.shapes[v.0].is_some());
        let (Some(layer), Some(shapes), true) = (&kept.layer, shapes, fits) else {
            return Some(self.unknown(tokens));
        };
        let (parameters, text) = (layer.parameters(&shapes), kept.title());
        if layer.network().is_some() {
            let line = format!("`{text}` is declared elsewhere: its tensors cannot be used as values here");
            self.errors.push(Error::new(tokens, line));
            return Some(self.unknown(tokens));
        }
        let owner = kept.shares.unwrap_or(node);
        let names: Vec<&str> = parameters.iter().map(|p| p.name).collect();
        let Some(place) = names.iter().position(|known| part == known) else {
            let error = Error::new(part, format!("`{text}` has no tensor `{part}`"));
            self.errors.push(match (suggest::similar(&part.to_string(), &names, &[]), &names[..]) {
                (Some(found), _) => {
                    let change = Change { place: part.into(), how: How::Replace, text: found.into() };
                    error.help_with(format!("a tensor with a similar name exists: `{found}`"), vec![change])
                }
                (None, []) => error,
                (None, _) => error.help(format!("its tensors are {}", layers::list(&names))),
            });
            return Some(self.unknown(tokens));
        };
        if parameters.iter().any(|p| p.role != Role::Learned) {
            let line = format!("`{text}` keeps statistics: its tensors cannot be used as values");
            self.errors.push(Error::new(tokens, line));
            return Some(self.unknown(tokens));
        }
        let layer = AnyLayer::tensor(parameters, place);
        Some(self.borrowing(owner, layer, format!("{name}.{part}"), tokens, Vec::new()))
    }

    /// A node that uses the tensors of another.
    pub(super) fn borrowing(
        &mut self,
        owner: NodeId,
        layer: AnyLayer,
        text: String,
        tokens: &TokenStream,
        inputs: Vec<ValueId>,
    ) -> ValueId {
        let name = self.automatic_name(layer.name(), Place::of(tokens).first);
        self.push(Node {
            name,
            named: false,
            layer: Some(layer),
            text,
            tokens: tokens.clone(),
            call: None,
            operands: Vec::new(),
            inputs,
            outputs: Vec::new(),
            group: None,
            shares: Some(owner),
            frozen: false,
        })
    }

    /// The product of a value with a tensor, as `matmul` of both is computed without a copy of the tensor for each sample;
    /// `None` if it is no such product, or does not fit.
    pub(super) fn product(&self, inputs: &[ValueId]) -> Option<(NodeId, AnyLayer)> {
        let &[x, mut w] = inputs else { return None };
        let mut transposed = false;
        loop {
            let Source::Node { node, .. } = self.graph.values[w.0].source else { return None };
            let kept = &self.graph.nodes[node.0];
            let layer = kept.layer.as_ref()?;
            if let Some(tensor) = layer.as_tensor().filter(|tensor| tensor.shape().rank() == 2) {
                let product = AnyLayer::product(tensor, transposed);
                let shape = self.shapes[x.0].clone()?;
                let fits = self.graph.indices(x).is_none() && infer::shapes_of(&product, &[shape]).is_some();
                return fits.then(|| (kept.shares.unwrap_or(node), product));
            }
            if layer.name() != "Transpose" {
                return None;
            }
            transposed = !transposed;
            w = *kept.inputs.first()?;
        }
    }

    /// What a tensor begins with.
    fn first(&mut self, param: &Param, shape: &Shape) -> Option<Init> {
        // PyTorch's convention: the first axis is what comes out, the others what goes in.
        let fans = match &shape.0[..] {
            [] => [1.into(), 1.into()],
            [n] => [*n, *n],
            [out, inward @ ..] => {
                let pixels: Dim = inward[1..].iter().product();
                [inward[0] * pixels, *out * pixels]
            }
        };
        let Some(value) = &param.first else { return Some(Scheme::Usual.weight(fans[0], fans[1])) };
        let kind = dimensions::value(value, &self.frame.dimensions, self.errors);
        let (word, line) = match &kind {
            ValueKind::Integer(n) if n.as_f64().is_some() => return n.as_f64().map(Init::Constant),
            ValueKind::Float(x, _) => return Some(Init::Constant(*x)),
            ValueKind::Broken => return None,
            ValueKind::Word(word) => match Scheme::named(word) {
                Some(scheme) => return Some(scheme.weight(fans[0], fans[1])),
                None => (word.as_str(), format!("there is no way to draw a tensor called `{word}`")),
            },
            other => ("", format!("`{other}`: a tensor begins with one number, or is drawn, `= he_normal`")),
        };
        let error = Error::new(&value.tokens, line);
        let names = Scheme::names();
        self.errors.push(match suggest::similar(word, &names, &layers::INIT_ALIASES) {
            Some(found) => {
                let change = Change { place: (&value.tokens).into(), how: How::Replace, text: found.into() };
                error.help_with(format!("a similar name exists: `{found}`"), vec![change])
            }
            None if ["ones", "zeros"].contains(&word) => {
                let number = if word == "ones" { "1.0" } else { "0.0" };
                error.help_replace(format!("`{number}`"), &value.tokens, number)
            }
            None if word.is_empty() => error,
            None => error.help(format!("there are {}, or a number", layers::list(&names))),
        });
        None
    }
}
