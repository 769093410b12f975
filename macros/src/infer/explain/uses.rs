//! Ways out where a block is used: another argument, another value that flows in, a layer before it.

use super::edits::replace;
use super::upstream::textual;
use super::{Candidate, Explainer, source_node};
use crate::ast::{Dimension, ValueKind};
use crate::errors::{Change, How, Place};
use crate::graph::{Group, GroupId, GroupKind, Node, ValueId};
use crate::layers::is_value;
use crate::resolve::{PortShape, Signature, evaluate};
use crate::shape::{Dim, Shape};
use crate::{remedies, suggest};
use proc_macro2::TokenStream;
use std::cmp::Ordering;

impl Explainer<'_> {
    /// Another value for an argument that is a parameter of a block around, where that was written: `Head(4)` for
    /// `Head(5)`.
    pub(super) fn at_use(&self, node: &Node, name: Option<&str>, value: &str) -> Option<Candidate> {
        let call = node.call.as_ref()?;
        let argument = call.arguments.iter().find(|a| match (&a.name, name) {
            (Some(given), Some(name)) => given == name,
            (None, None) => !is_value(a),
            _ => false,
        })?;
        self.given(node.group, argument.value.given.as_ref()?, value)
    }

    fn given(&self, group: Option<GroupId>, given: &TokenStream, value: &str) -> Option<Candidate> {
        let change = replace(given, value.to_string());
        let uses = self.graph.around(group).map(|g| &self.graph.groups[g.0].tokens);
        let text = uses.filter_map(|tokens| remedies::changed(tokens, &change)).next()?;
        Some(textual(format!("`{}`", suggest::source(&text)), vec![change]))
    }

    /// Ways to what a block or a network takes.
    pub(super) fn fitting(&self, group: &Group) -> Vec<Candidate> {
        let Some(signature) = &group.signature else { return Vec::new() };
        let mut candidates = Vec::new();
        for (port, &value) in signature.inputs.iter().zip(&group.inputs) {
            let (Some(dimensions), Some(found)) = (&port.dimensions, self.shape(value)) else { continue };
            let known = |dimension: &Dimension| {
                let fixed = |name: &str| match signature.fixed.get(name) {
                    Some(ValueKind::Integer(n)) => Some(*n),
                    _ => None,
                };
                evaluate(dimension, &fixed).ok().flatten()
            };
            match (dimensions.len(), found.rank()) {
                (3, 2) => {
                    let channels = known(&dimensions[0]).unwrap_or(Dim::ONE);
                    let shape = [channels].into_iter().chain(found.0.iter().copied()).collect();
                    candidates.extend(self.redeclared(value, &Shape(shape)));
                }
                (wanted, rank) if wanted + 1 == rank && wanted > 0 => {
                    candidates.extend(self.batch_left_out(value));
                }
                _ => {}
            }
            if dimensions.len() == 1 && found.rank() > 1 {
                candidates.push(self.before_use(group, "Flatten", "it"));
            }
            if dimensions.len() != found.rank() {
                continue;
            }
            for (axis, dimension) in dimensions.iter().enumerate() {
                let Some(wanted) = known(dimension).filter(|n| *n != found.0[axis]) else { continue };
                if found.claimed_axis() == Some(axis) {
                    candidates.extend(self.made(value, axis, wanted));
                }
                if let Dimension::Name(name) = dimension {
                    candidates.extend(self.parameter(group, signature, name, found.0[axis]));
                }
            }
            let wanted: Option<Vec<Dim>> =
                dimensions.iter().zip(&found.0).map(|(d, n)| known(d).or(Some(*n))).collect();
            if let Some(wanted) = wanted.map(Shape).filter(|wanted| wanted != found) {
                candidates.extend(self.redeclared(value, &wanted));
                let axis = found.claimed_axis().filter(|&axis| {
                    (0..found.rank()).all(|other| other == axis || wanted.0[other] == found.0[other])
                });
                let layer = axis.map(|axis| match found.rank() {
                    3 => format!("Conv2d({}, kernel: 1)", wanted.0[axis]),
                    _ => format!("Dense({})", wanted.0[axis]),
                });
                candidates.extend(layer.map(|layer| self.before_use(group, &layer, "it")));
                candidates.extend(Self::taking(group, port, found));
            }
        }
        candidates
    }

    /// An inner network that declares its input as what flows in.
    fn taking(group: &Group, port: &PortShape, found: &Shape) -> Option<Candidate> {
        let GroupKind::Network(name) = &group.kind else { return None };
        let text = format!("declare `{}: {found}` in `{name}`", port.name.as_ref()?);
        Some(textual(text, vec![replace(&port.tokens, found.to_string())]))
    }

    fn parameter(&self, group: &Group, signature: &Signature, name: &str, n: Dim) -> Option<Candidate> {
        let change = replace(signature.given.get(name)?, n.to_string());
        let text = remedies::changed(&group.tokens, &change)?;
        Some(textual(format!("`{}`", suggest::source(&text)), vec![change]))
    }

    /// A repeated block whose parameter is what flows in, for one whose rounds do not follow on one another.
    pub(super) fn narrower(&self, group: &Group) -> Option<Candidate> {
        let (input, result) = (*group.inputs.first()?, *group.results.first()?);
        let (taken, given) = (self.shape(input)?, self.shape(result)?);
        let axis = taken.claimed_axis().filter(|_| taken.rank() == given.rank())?;
        let mut candidate = self.made(result, axis, taken.0[axis])?;
        if let [change] = &candidate.changes[..]
            && let Some(text) = remedies::changed(&group.tokens, change)
        {
            candidate.text = format!("`{}`", Self::group_text(group, &suggest::source(&text)));
        }
        Some(candidate)
    }

    fn group_text(group: &Group, text: &str) -> String {
        if group.named { format!("{}: {text}", group.name) } else { text.to_string() }
    }

    /// A layer before a block, which the error is about or which is called by its text.
    pub(super) fn before_use(&self, group: &Group, layer: &str, it: &str) -> Candidate {
        let call = Place::of(&group.tokens);
        let place = if group.named { Place::from(&group.name).to(call) } else { call };
        let change = Change { place, how: How::Before, text: format!("{layer} -> ") };
        textual(format!("insert `-> {layer}` before {it}"), vec![change])
    }

    /// What makes a body give what its block declares: other features, the last step alone, or an axis less.
    pub(super) fn given_as_declared(&self, group: &Group) -> Vec<Candidate> {
        let shapes: Vec<_> = group.inputs.iter().map(|value| self.shape(*value).cloned()).collect();
        let Some((signature, Ok(bound))) = group.signature.as_ref().map(|s| (s, s.bind(&shapes))) else {
            return Vec::new();
        };
        let mut candidates = Vec::new();
        for (port, &value) in group.results.iter().enumerate() {
            let (Some(wanted), Some(found)) = (signature.output(port, &bound), self.shape(value)) else {
                continue;
            };
            if wanted == *found {
                continue;
            }
            candidates.extend(self.last_step(value, &wanted));
            let axis = wanted.claimed_axis();
            let declared = signature.outputs[port].dimensions.as_ref().zip(axis).map(|(d, axis)| &d[axis]);
            let wider = self.wider(value, &wanted, found).map(|wider| match (declared, axis) {
                (Some(Dimension::Name(name)), Some(axis)) => called_by(wider, wanted.0[axis], name),
                _ => wider,
            });
            candidates.extend(wider);
            let last = source_node(self.graph, value).map(|node| &self.graph.nodes[node.0]);
            let is_own = |node: &&Node| {
                node.group.is_some_and(|id| std::ptr::eq(&self.graph.groups[id.0], group))
                    && node.operands.is_empty()
                    && wanted.rank() < found.rank()
            };
            let Some(last) = last.filter(is_own) else { continue };
            candidates.extend(["GlobalAvgPool2d", "GlobalAvgPool1d", "Flatten"].map(|layer| {
                let place = Place::of(&last.tokens);
                let change = Change { place, how: How::After, text: format!(" -> {layer}") };
                textual(format!("end with `-> {layer}`, giving `{wanted}`"), vec![change])
            }));
        }
        candidates
    }

    /// What a block declares to give, with the arithmetic that its body does: `[n, h / 2, w / 2]` for `[n, h, w]`.
    pub(super) fn declared_as_given(&self, group: &Group, given: Option<&Shape>) -> Option<Candidate> {
        let signature = group.signature.as_ref()?;
        let shapes: Vec<_> = group.inputs.iter().map(|value| self.shape(*value).cloned()).collect();
        let bound = signature.bind(&shapes).ok()?;
        let (port, found) = (signature.outputs.first()?, given?);
        let (wanted, dimensions) = (signature.output(0, &bound)?, port.dimensions.as_ref()?);
        if signature.outputs.len() > 1 || wanted.rank() != found.rank() {
            return None;
        }
        let named = |n: usize| {
            bound.keys().find(|name| matches!(bound.get(name), Some(ValueKind::Integer(m)) if m.is(n)))
        };
        let sizes = wanted.0.iter().zip(&found.0).zip(dimensions);
        let sizes = sizes.map(|((wanted, found), dimension)| {
            let (wanted, found) = (wanted.known()?, found.known()?);
            let written = match dimension {
                Dimension::Binary(..) => format!("({dimension})"),
                _ => dimension.to_string(),
            };
            Some(match (wanted.cmp(&found), dimension) {
                (Ordering::Equal, _) => dimension.to_string(),
                (_, Dimension::Number(_)) => found.to_string(),
                (Ordering::Greater, _) if wanted.is_multiple_of(found) => {
                    format!("{written} / {}", wanted / found)
                }
                (Ordering::Less, _) if found.is_multiple_of(wanted) => {
                    format!("{written} * {}", found / wanted)
                }
                _ => match named(found) {
                    Some(name) => name.to_string(),
                    None if wanted > found && dimensions.len() > 1 => {
                        format!("{dimension} - {}", wanted - found)
                    }
                    None => return None,
                },
            })
        });
        let text = format!("[{}]", sizes.collect::<Option<Vec<_>>>()?.join(", "));
        Some(textual(format!("declare `-> {text}`"), vec![replace(&port.tokens, text)]))
    }

    /// An input without its first axis, through layers that leave the shape alone.
    pub(super) fn batch_left_out(&self, value: ValueId) -> Vec<Candidate> {
        let Some(shape) = self.shape(value).filter(|shape| shape.rank() > 1) else { return Vec::new() };
        let batch = shape.0[0];
        let rest = Shape(shape.0[1..].to_vec());
        let Some(mut candidate) = self.redeclared(value, &rest) else { return Vec::new() };
        candidate.text = candidate.text.replacen("declare it", "leave the batch axis out", 1);
        let alone = candidate.clone();
        // Who writes the batch into the input may write it into the output too.
        for output in &self.graph.header.outputs {
            let Some(shape) = output.shape.as_ref().filter(|s| s.rank() > 1 && s.0[0] == batch) else {
                continue;
            };
            let rest = Shape(shape.0[1..].to_vec());
            let end = match &output.name {
                Some(name) => format!(", `{name}: {rest}`"),
                None => format!(" and `-> {rest}`"),
            };
            candidate.text += &end;
            candidate.changes.push(replace(&output.tokens, rest.to_string()));
        }
        vec![alone, candidate]
    }
}

/// A layer's number under its name in the block, `Dense(n)`.
fn called_by(candidate: Candidate, number: Dim, name: &str) -> Candidate {
    let named = |text: &str| text.replacen(&format!("({number}"), &format!("({name}"), 1);
    let changes =
        candidate.changes.iter().map(|change| Change { text: named(&change.text), ..change.clone() });
    textual(named(&candidate.text), changes.collect())
}
