//! Layers that are declared once and used several times: `layer encoder = Dense(64);`.

use super::{Binding, Builder, plain};
use crate::ast::{Call, Repeat, Stage};
use crate::errors::{Change, Error, How, Place};
use crate::graph::{NodeId, ValueId};
use crate::shape::Dim;
use proc_macro2::{Ident, TokenStream};

/// A layer that was declared to be used several times.
#[derive(Clone)]
pub struct Shared {
    pub(super) call: Call,
    repeat: Option<Repeat>,
    /// The first node and the first group of its first use.
    owner: Option<(usize, usize)>,
}

impl Shared {
    /// The node of its first use, if it is a single layer.
    pub(super) fn owner(&self) -> Option<NodeId> {
        self.owner.filter(|_| self.repeat.is_none()).map(|(node, _)| NodeId(node))
    }
}

impl Builder<'_, '_> {
    /// `layer encoder = Dense(64);`
    pub(super) fn shared_layer(&mut self, stage: &Stage) {
        let Some(name) = stage.name.as_ref().filter(|name| self.is_free(name, stage)) else { return };
        let text = plain(name);
        let Some(call) = &stage.call else {
            let value = self.unknown(&stage.tokens);
            self.frame.scope.insert(text, Binding::Value(value));
            return;
        };
        let shared = Shared { call: call.clone(), repeat: stage.repeat.clone(), owner: None };
        self.frame.scope.insert(text, Binding::Shared(Box::new(shared)));
    }

    /// One more use of a shared layer; the first brings its tensors.
    pub(super) fn use_shared(
        &mut self,
        stage: &Stage,
        call: &Call,
        shared: &Shared,
        inputs: Vec<ValueId>,
    ) -> Vec<ValueId> {
        let own = plain(&call.name);
        if let Some(name) = &stage.name {
            let change = Change { place: Place::of(&stage.tokens), how: How::Replace, text: own.clone() };
            let line = format!("the layer `{own}` has a name of its own, and takes no other");
            let help = format!("`{own}` here, and `let {name} = …` names what it gives");
            self.errors.push(Error::new(name, line).help_with(help, vec![change]));
        }
        if let Some(argument) = call.arguments.first() {
            let line = format!("`{own}` has its arguments where it is declared: `{}`", shared.call);
            let error = Error::new(&argument.tokens, line);
            self.errors.push(error.help_replace(format!("`{own}`"), &call.tokens, own.clone()));
        }
        // Each use is written out, and what is used again is known by its rounds.
        let mut rounds = 1;
        for repeat in stage.repeat.iter().chain(&shared.repeat) {
            match self.rounds(&repeat.count) {
                Some(n) if n.known().is_none() => {
                    let line =
                        "how often a shared layer is repeated is a literal, for it decides what is built";
                    self.errors.push(Error::new(&repeat.count.tokens, line));
                    return vec![self.unknown(&stage.tokens)];
                }
                _ => {}
            }
        }
        if let Some(repeat) = &stage.repeat {
            rounds = self.rounds(&repeat.count).and_then(Dim::known).unwrap_or(1);
        }
        let mut values = inputs;
        for _ in 0..rounds {
            values = self.once_more(&call.name, &own, values);
        }
        values
    }

    fn once_more(&mut self, name: &Ident, own: &str, inputs: Vec<ValueId>) -> Vec<ValueId> {
        let Some(Binding::Shared(mut shared)) = self.frame.scope.get(own).cloned() else { return inputs };
        let first = (self.graph.nodes.len(), self.graph.groups.len());
        let outer = self.sharing;
        if outer.is_none() {
            self.sharing = shared.owner;
        }
        // What does not fit is shown where it is used.
        let tokens: TokenStream = proc_macro2::TokenTree::from(name.clone()).into();
        let repeat = shared.repeat.as_ref();
        let repeat = repeat.map(|repeat| Repeat { tokens: tokens.clone(), ..repeat.clone() });
        let call = Call { tokens, ..shared.call.clone() };
        let declared = Ident::new(own, name.span());
        let values = self.apply(Some(&declared), &call, repeat.as_ref(), inputs);
        self.sharing = outer;
        if shared.owner.is_none() {
            shared.owner = Some(first);
            self.frame.scope.insert(own.to_string(), Binding::Shared(shared));
        }
        values
    }

    /// The owner of the tensors of the node that comes next, while a shared layer is put in again.
    pub(super) fn next_shared(&mut self) -> Option<NodeId> {
        let (node, _) = self.sharing.as_mut()?;
        let owner = NodeId(*node);
        *node += 1;
        let kept = self.graph.nodes.get(owner.0)?;
        Some(kept.shares.unwrap_or(owner))
    }
}
