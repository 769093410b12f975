//! A block's parameters, and what is given for them.

use super::Builder;
use super::dimensions::{self, Dimensions};
use super::signature::Signature;
use crate::ast::{Block, Call, ValueKind};
use crate::errors::{Error, Place};
use crate::layers;
use crate::maps::OrderedMap;
use crate::shape::counted;
use crate::suggest;
use proc_macro2::TokenStream;

impl Builder<'_, '_> {
    /// A block's parameters with what the call gives for them, and where; what is missing stands for `Broken`.
    pub(super) fn arguments(&mut self, block: &Block, call: &Call) -> (Dimensions, OrderedMap<TokenStream>) {
        let mut fixed = Dimensions::new();
        let mut given = OrderedMap::new();
        let names: Vec<String> = block.parameters.iter().map(ToString::to_string).collect();
        let quoted: Vec<&str> = names.iter().map(String::as_str).collect();
        let before = self.errors.count();
        for argument in &call.arguments {
            let place = Place::of(&argument.tokens);
            let slot = match &argument.name {
                Some(name) if name == "in" => continue,
                Some(name) => names.iter().find(|n| *name == **n),
                None => names.iter().find(|n| fixed.get(n).is_none()),
            };
            match slot {
                Some(slot) if fixed.get(slot).is_some() => {
                    let line = format!("`{slot}` is given twice");
                    self.errors.push(Error::new(place, line));
                }
                Some(slot) => {
                    fixed.insert(slot.clone(), argument.value.kind.clone());
                    given.insert(slot.clone(), argument.value.source().clone());
                }
                // What was meant as a parameter may stand among the inputs, which could not be read then.
                None if block.inputs.iter().any(|input| input.shape.is_none()) => {}
                None => {
                    let block = &block.name;
                    let line = match &argument.name {
                        Some(name) => format!("`{block}` has no parameter `{name}`"),
                        None if names.is_empty() => format!("`{block}` takes no arguments"),
                        None => {
                            format!("`{block}` takes {}, found one more", counted(names.len(), "arguments"))
                        }
                    };
                    let mut error = match &argument.name {
                        Some(name) => Error::new(name, line),
                        None => Error::new(place, line),
                    };
                    let similar = argument
                        .name
                        .as_ref()
                        .and_then(|name| suggest::similar(&name.to_string(), &quoted, &[]));
                    let missing = quoted.iter().find(|name| {
                        !call.arguments.iter().any(|a| a.name.as_ref().is_some_and(|given| given == **name))
                    });
                    if let (Some(name), Some(found)) = (&argument.name, similar.or(missing.copied())) {
                        error = error.help_or(format!("`{found}`"), name, found);
                    }
                    if let [only] = &quoted[..] {
                        error = error.note(format!("its parameter is `{only}`"));
                    } else if !names.is_empty() {
                        error = error.note(format!("its parameters are {}", layers::list(&quoted)));
                    }
                    // Without it, or by place.
                    let others: Vec<_> =
                        call.arguments.iter().filter(|a| !std::ptr::eq(*a, argument)).collect();
                    let text = |arguments: &[String]| match arguments {
                        [] => block.to_string(),
                        some => format!("{block}({})", some.join(", ")),
                    };
                    let mut rest: Vec<String> = others.iter().map(|a| layers::argument_text(a)).collect();
                    if argument.name.is_some() {
                        let by_place = rest.iter().zip(&others).take_while(|(_, a)| a.name.is_none()).count();
                        let mut all = rest.clone();
                        all.insert(by_place, argument.value.kind.to_string());
                        error = error.help_call(&call.tokens, text(&all));
                    }
                    rest.truncate(names.len());
                    self.errors.push(error.help_call(&call.tokens, text(&rest)));
                }
            }
        }
        let missing: Vec<&str> = quoted.iter().copied().filter(|name| fixed.get(name).is_none()).collect();
        if !missing.is_empty() && self.errors.count() == before {
            let line = format!("`{call}` needs {}", layers::list(&missing));
            let declared = format!("it is declared `{}({})`", block.name, names.join(", "));
            let mut error = Error::new(&call.tokens, line).note(declared);
            // The number that the network declares may be what is missing.
            let sizes: Vec<String> = (self.graph.header.outputs.iter())
                .filter_map(|output| output.shape.as_ref().map(|shape| shape.0.clone()))
                .flatten()
                .map(|n| n.to_string())
                .collect();
            let given: Vec<String> = call.arguments.iter().map(layers::argument_text).collect();
            if let [_] = missing[..] {
                for size in sizes {
                    let by_place = call.arguments.iter().all(|a| a.name.is_none());
                    let size = if by_place { size } else { format!("{}: {size}", missing[0]) };
                    let all: Vec<String> = given.iter().cloned().chain([size]).collect();
                    error = error
                        .help_call(&call.tokens, format!("{block}({})", all.join(", "), block = block.name));
                }
            }
            self.errors.push(error);
        }
        for name in missing {
            fixed.insert(name.to_string(), ValueKind::Broken);
        }
        (fixed, given)
    }

    /// Every name in what comes out is a parameter or bound by what goes in.
    pub(super) fn check_bound(&mut self, signature: &Signature) {
        if signature.inputs.iter().any(|input| input.dimensions.is_none()) {
            return;
        }
        let known = signature.unbound();
        for port in &signature.outputs {
            for dimension in port.dimensions.iter().flatten() {
                let unknown = dimensions::names(dimension).into_iter().find(|name| known.get(name).is_none());
                if let Some(name) = unknown {
                    let line =
                        format!("`{name}` is no parameter and in no shape of an input, so nobody knows it");
                    self.errors.push(Error::new(dimensions::place_of(name, &port.tokens), line));
                }
            }
        }
    }
}
