//! What was meant by a call with a wrong name or a wrong argument, where its error says so. What comes behind it is read
//! as if that stood there, so that one build shows the mistakes behind it too.

use super::Builder;
use crate::ast::{Call, ValueKind};
use crate::graph::ValueId;
use crate::infer;
use crate::layers::AnyLayer;
use crate::parse::parse_call;
use crate::shape::{Dim, Shape};
use crate::{limits, remedies};
use proc_macro2::{Group, Span, TokenStream, TokenTree};
use std::collections::BTreeSet;
use std::ops::Range;

impl Builder<'_, '_> {
    /// The layer that a call with these errors stands for, and the call as it should be.
    pub(super) fn meant(
        &mut self,
        call: &Call,
        errors: Range<usize>,
        inputs: &[ValueId],
    ) -> Option<(AnyLayer, Call)> {
        if call.outside.is_some() || errors.is_empty() || !limits::may_try(errors.len()) {
            return None;
        }
        let name = call.name.to_string();
        if let Some(argument) = AnyLayer::stand_in(&name)
            && let Some(read) = self.read_instead(&format!("{name}({argument})").parse().ok()?, call)
        {
            return Some(read);
        }
        let shapes: Option<Vec<Shape>> = inputs.iter().map(|v| self.shapes[v.0].clone()).collect();
        let helps = self.errors.certain_changes(errors)?;
        // The last mistake may have several ways out, of which the first that fits what flows in is meant.
        let (last, others) = helps.split_last()?;
        let mut tokens = call.tokens.clone();
        for changes in others {
            tokens = remedies::changed(&tokens, changes.first()?)?;
        }
        let fits = |(layer, call): &(AnyLayer, Call), claimed: bool| match &shapes {
            Some(shapes) if layer.refuses(shapes.len()).is_none() => {
                let known = layer.takes_indices() || infer::shapes_of(layer, shapes).is_some();
                known && shapes.first().is_none_or(|shape| is_claimed(call, shape, claimed))
            }
            Some(_) => false,
            None => true,
        };
        // Which way out is good may hang on numbers that only the compiler knows.
        let is_open = |n: &Dim| n.known().is_none();
        let (before, opened) = (self.errors.count(), self.open.len());
        let numbers = self.with_numbers(call);
        self.errors.forget(before);
        self.open.truncate(opened);
        let open =
            numbers.arguments.iter().any(|a| matches!(&a.value.kind, ValueKind::Integer(n) if is_open(n)));
        if open && last.len() > 1 {
            return None;
        }
        // A layer and another behind it are more than can stand here.
        if last.iter().any(|change| change.text.contains("->")) {
            return None;
        }
        for claimed in [true, false] {
            let good = last.iter().find_map(|change| {
                let read = self.read_instead(&remedies::changed(&tokens, change)?, call)?;
                fits(&read, claimed).then_some(read)
            });
            if good.is_some() {
                return good;
            }
        }
        // Under its own name a layer may have more mistakes, in its arguments.
        let named = last.iter().find(|change| remedies::is_same(change.place.first, call.name.span()))?;
        let renamed = parse_call(placed(remedies::changed(&tokens, named)?, &call.tokens))?;
        let is_layer = crate::layers::user_names().contains(&named.text.as_str());
        if !is_layer || renamed.arguments.is_empty() {
            return None;
        }
        let renamed = self.with_numbers(&renamed);
        let before = self.errors.count();
        let read = self.read_layer(&renamed);
        if before == self.errors.count() || read.is_err() {
            self.errors.forget(before);
            return None;
        }
        // A name that is not among the layers' leads no further.
        let meant = self.meant(&renamed, before..self.errors.count(), inputs);
        if meant.is_none() {
            self.errors.forget(before);
        }
        meant.map(|(layer, instead)| (layer, Call { tokens: call.tokens.clone(), ..instead }))
    }

    /// Another call in the place of one, if it is good.
    fn read_instead(&mut self, tokens: &TokenStream, call: &Call) -> Option<(AnyLayer, Call)> {
        let written = parse_call(placed(tokens.clone(), &call.tokens))?;
        let instead = Call { tokens: call.tokens.clone(), ..written };
        let before = self.errors.count();
        let instead = self.with_numbers(&instead);
        let open = self.open.len();
        let layer = self.read_layer(&instead).ok().flatten();
        let good = layer.is_some() && self.errors.count() == before;
        self.errors.forget(before);
        if !good {
            self.open.truncate(open);
        }
        layer.filter(|_| good).map(|layer| (layer, instead))
    }
}

/// Whether what a call claims of its input is so; or whether it can be known at least, which constants keep it from.
fn is_claimed(call: &Call, shape: &Shape, truly: bool) -> bool {
    let claim = call.arguments.iter().find(|a| a.name.as_ref().is_some_and(|name| name == "in"));
    match (claim.map(|claim| &claim.value.kind), shape.claimed_axis()) {
        (Some(ValueKind::Integer(n)), Some(axis)) if truly => shape.0[axis] == *n,
        (Some(ValueKind::Integer(n)), Some(axis)) => n.known().is_some() && shape.0[axis].known().is_some(),
        _ => true,
    }
}

/// New tokens where the layer's name stands, so that what is wrong with them is shown there.
fn placed(tokens: TokenStream, old: &TokenStream) -> TokenStream {
    let mut known = BTreeSet::new();
    collect(old, &mut known);
    let name = old.clone().into_iter().next().map_or_else(Span::call_site, |token| token.span());
    moved(tokens, &known, name)
}

fn collect(tokens: &TokenStream, known: &mut BTreeSet<String>) {
    for token in tokens.clone() {
        known.insert(remedies::key(token.span()));
        if let TokenTree::Group(group) = token {
            collect(&group.stream(), known);
        }
    }
}

fn moved(tokens: TokenStream, known: &BTreeSet<String>, name: Span) -> TokenStream {
    let moved = tokens.into_iter().map(|mut token| {
        let is_known = known.contains(&remedies::key(token.span()));
        if let TokenTree::Group(group) = &token {
            let mut inner = Group::new(group.delimiter(), moved(group.stream(), known, name));
            inner.set_span(group.span());
            token = inner.into();
        }
        if !is_known {
            token.set_span(name);
        }
        token
    });
    moved.collect()
}
