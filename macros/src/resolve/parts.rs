//! Parts of values: `e.mean`.

use super::{Binding, Builder, plain};
use crate::errors::{Change, Error, How, Place};
use crate::graph::ValueId;
use crate::infer;
use crate::layers;
use proc_macro2::Ident;

impl Builder<'_, '_> {
    /// `e.mean`: one of several values by its name.
    pub(super) fn part(&mut self, name: &Ident, part: &Ident) -> ValueId {
        let text = plain(name);
        if part.to_string().trim_start_matches('_').parse::<usize>().is_ok() {
            let tokens = crate::ast::Expression::Part(name.clone(), part.clone()).tokens();
            let several = match self.frame.scope.get(&text) {
                // That it is several has been reported where it was named.
                Some(&Binding::Value(value)) => infer::source_node(&self.graph, value)
                    .is_some_and(|id| self.graph.nodes[id.0].layer.is_none()),
                _ => false,
            };
            if !several {
                let error = Error::new(Place::from(name).to(part.into()), "values have names and no numbers");
                self.errors.push(error.note("several are taken apart by `let (a, b) = …`"));
            }
            return self.unknown(&tokens);
        }
        let parts = match self.frame.scope.get(&text) {
            Some(Binding::Several(parts)) => Some(parts.clone()),
            Some(Binding::Layer(value, _)) => {
                let group = self.graph.groups.iter().rev().find(|g| g.outputs.first() == Some(value));
                group.map(|g| g.outputs.clone()).and_then(|outputs| self.parts(&outputs))
            }
            Some(_) => None,
            None => return self.lookup(name),
        };
        let tokens = crate::ast::Expression::Part(name.clone(), part.clone()).tokens();
        if parts.is_none()
            && let Some(value) = self.tensor_of(name, part, &tokens)
        {
            return value;
        }
        let Some(parts) = parts else {
            self.errors.push(Error::new(&tokens, format!("`{name}` has no part `{part}`")));
            return self.unknown(&tokens);
        };
        if let Some((_, value)) = parts.iter().find(|(known, _)| part == known) {
            return *value;
        }
        let known: Vec<&str> = parts.iter().map(|(known, _)| known.as_str()).collect();
        let error = Error::new(part, format!("`{name}` has no part `{part}`"));
        let error = match crate::suggest::similar(&part.to_string(), &known, &[]) {
            Some(found) => {
                let change = Change { place: part.into(), how: How::Replace, text: found.into() };
                error.help_with(format!("a part with a similar name exists: `{found}`"), vec![change])
            }
            None => error.help(format!("its parts are {}", layers::list(&known))),
        };
        self.errors.push(error);
        self.unknown(&tokens)
    }
}
