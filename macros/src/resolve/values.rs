//! Values that no layer gives: learned tensors.

use super::{Binding, Builder, dimensions, plain};
use crate::ast::{Param, ValueKind};
use crate::errors::{Change, Error, How};
use crate::graph::{Node, Source};
use crate::layers::{self, AnyLayer, Init, Scheme};
use crate::shape::{Dim, Shape};
use crate::suggest;
use proc_macro2::TokenTree;

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
        let shape = shape.and_then(|shape| dimensions::shape(shape, known, &param.tokens, self.errors));
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
                    operands: Vec::new(),
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
        self.graph.values[value.0].name = Some(param.name.clone());
        self.frame.scope.insert(text, Binding::Value(value));
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
            #[expect(clippy::cast_precision_loss, reason = "numbers are below 2^31")]
            ValueKind::Integer(n) => return Some(Init::Constant(*n as f64)),
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
            None if word.is_empty() => error,
            None => error.help(format!("there are {}, or a number", layers::list(&names))),
        });
        None
    }
}
