//! Ways out that are another number where a shape is said: in what is joined, in what a layer is told to give, in the
//! state that a recurrent layer starts from. They are changes of the text alone.

use super::super::trial::source_node;
use super::edits::{replace, with_argument};
use super::upstream::{given, textual};
use super::{Candidate, Explainer};
use crate::ast::ValueKind;
use crate::errors::{Change, How, Place};
use crate::graph::{Group, GroupId, GroupKind, Node, ValueId};
use crate::layers::Mismatch;
use crate::shape::{Dim, Shape};
use crate::suggest;
use proc_macro2::TokenStream;

/// The most layers that a repetition is written out as.
const MOST_WRITTEN_OUT: usize = 4;

/// Height and width as an argument says them.
fn size_text(sizes: &[Dim]) -> String {
    match sizes {
        [first, rest @ ..] if rest.iter().all(|n| n == first) => first.to_string(),
        _ => format!("({})", sizes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
    }
}

fn name_of(node: &Node) -> String {
    node.call.as_ref().map(|call| call.name.to_string()).unwrap_or_default()
}

/// All orders of so many axes.
fn orders(axes: usize) -> Vec<Vec<usize>> {
    if axes == 0 {
        return vec![Vec::new()];
    }
    let shorter = orders(axes - 1);
    let with = |at: usize| {
        shorter.iter().map(move |order| {
            let mut order = order.clone();
            order.insert(at, axes - 1);
            order
        })
    };
    (0..axes).flat_map(with).collect()
}

impl Explainer<'_> {
    /// Of values that are joined, the one that differs with the sizes of the others.
    pub(super) fn joined(&self, node: &Node) -> Vec<Candidate> {
        let axis =
            given(node, Some("axis")).and_then(|value| suggest::source(&value.tokens).parse::<usize>().ok());
        let shapes: Option<Vec<&Shape>> = node.inputs.iter().map(|&value| self.shape(value)).collect();
        let (Some(axis), Some(shapes), "concat") = (axis, shapes, name_of(node).as_str()) else {
            return Vec::new();
        };
        let mut candidates = Vec::new();
        for (i, &value) in node.inputs.iter().enumerate().rev() {
            let other = shapes[usize::from(i == 0)];
            if other.rank() != shapes[i].rank() || axis >= other.rank() {
                continue;
            }
            let mut wanted = other.clone();
            wanted.0[axis] = shapes[i].0[axis];
            if wanted == *shapes[i] {
                continue;
            }
            candidates.extend(self.resized_as(value, &wanted));
            candidates.extend(self.redeclared(value, &wanted));
            let features = wanted.claimed_axis().filter(|&f| wanted.0[f] != shapes[i].0[f]);
            candidates.extend(features.and_then(|features| self.made(value, features, wanted.0[features])));
        }
        candidates
    }

    /// Two sequences of other lengths, or one of them as long as the other where it comes in.
    pub(super) fn lengthened(&self, node: &Node) -> Vec<Candidate> {
        let &[a, b] = &node.inputs[..] else { return Vec::new() };
        let (Some(first), Some(second)) = (self.shape(a), self.shape(b)) else { return Vec::new() };
        if first.rank() != 2 || second.rank() != 2 || first.0.first() == second.0.first() {
            return Vec::new();
        }
        let as_long = |value: ValueId, length: Dim| {
            let mut value = value;
            let old = self.shape(value)?.0[0];
            while let Some(id) = source_node(self.graph, value) {
                value = *self.graph.nodes[id.0].inputs.first()?;
                if self.shape(value)?.0.first() != Some(&old) {
                    return None;
                }
            }
            let mut shape = self.shape(value)?.clone();
            shape.0[0] = length;
            self.redeclared(value, &shape)
        };
        as_long(b, first.0[0]).into_iter().chain(as_long(a, second.0[0])).collect()
    }

    /// The first two arguments of a block in each other's place.
    pub(super) fn exchanged(&self, group: Option<GroupId>) -> Option<Candidate> {
        let group = &self.graph.groups[group?.0];
        let (GroupKind::Block(_), Some(signature)) = (&group.kind, &group.signature) else { return None };
        let given: Vec<&TokenStream> = signature.given.iter().map(|(_, tokens)| tokens).take(2).collect();
        let &[first, second] = &given[..] else { return None };
        let texts = [first, second].map(suggest::source);
        if texts[0] == texts[1] || texts.iter().any(|text| text.parse::<u64>().is_err()) {
            return None;
        }
        let changes = vec![replace(first, texts[1].clone()), replace(second, texts[0].clone())];
        let written = changes
            .iter()
            .try_fold(group.tokens.clone(), |tokens, change| crate::remedies::changed(&tokens, change))?;
        Some(textual(format!("`{}`", suggest::source(&written)), changes))
    }

    /// A vector or a tensor in the size of the axes that it is spread beside.
    pub(super) fn spread_from(&self, node: &Node) -> Vec<Candidate> {
        let (&[value], "expand") = (&node.inputs[..], name_of(node).as_str()) else { return Vec::new() };
        let argument = node.call.as_ref().into_iter().flat_map(|call| &call.arguments);
        let wanted = argument.filter_map(|a| match &a.value.kind {
            ValueKind::Shape(shape) => Some(shape),
            _ => None,
        });
        let (Some(wanted), Some(found)) = (wanted.into_iter().next(), self.shape(value)) else {
            return Vec::new();
        };
        let Some(more) = wanted.rank().checked_sub(found.rank()) else { return Vec::new() };
        let ends = [&wanted.0[more..], &wanted.0[..found.rank()]];
        // Channels stand first, features last.
        let order = if wanted.rank() == 3 { [1, 0] } else { [0, 1] };
        let ends = order.into_iter().map(|end| Shape(ends[end].to_vec()));
        ends.flat_map(|shape| {
            self.resized_as(value, &shape).into_iter().chain(self.redeclared(value, &shape))
        })
        .collect()
    }

    /// Where something else than the declared shape comes out: that in what a layer on the way is told to give.
    pub(super) fn told(&self, value: ValueId, wanted: &Shape, found: &Shape) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        for id in self.chain(value) {
            let node = &self.graph.nodes[id.0];
            let Some(gives) = node.outputs.first().and_then(|&value| self.shape(value)) else { continue };
            let with = |argument: Option<&str>, text: String| {
                let call = with_argument(node.call.as_ref()?, argument, &text)?.to_string();
                Some(textual(
                    format!("`{}`", self.labelled_as(node, &call)),
                    vec![replace(&node.tokens, call)],
                ))
            };
            let sides = |shape: &Shape| match shape.0[..] {
                [t, _] => vec![t],
                [_, h, w] => vec![h, w],
                _ => Vec::new(),
            };
            let (gives_sides, found_sides, wanted_sides) = (sides(gives), sides(found), sides(wanted));
            let same_sides =
                !wanted_sides.is_empty() && gives_sides == found_sides && wanted_sides != found_sides;
            match name_of(node).as_str() {
                "concat" if gives == found => {
                    let axis = (0..found.rank())
                        .find(|&axis| found.0[axis] != wanted.0.get(axis).copied().unwrap_or(Dim::ZERO));
                    // Of many parts nobody knows which one is meant.
                    let is_pair = node.inputs.len() == 2 && found.rank() == wanted.rank();
                    let Some(axis) = axis.filter(|_| is_pair) else { continue };
                    let parts = node.inputs.iter().rev().filter_map(|&part| {
                        let shape = self.shape(part).filter(|shape| shape.claimed_axis() == Some(axis))?;
                        let n = (shape.0[axis] + wanted.0[axis]).checked_sub(found.0[axis])?;
                        Some(n).filter(|n| *n >= 1).and_then(|n| self.made(part, axis, n))
                    });
                    candidates.extend(parts.take(1));
                }
                "reshape" | "permute" if gives == found => {
                    let argument = node.call.as_ref().into_iter().flat_map(|call| &call.arguments);
                    let argument = argument.into_iter().find(|a| {
                        matches!(
                            a.value.kind,
                            ValueKind::Shape(_) | ValueKind::Axes(_) | ValueKind::Dimensions(_)
                        )
                    });
                    let Some(argument) = argument else { continue };
                    let text = match name_of(node).as_str() {
                        "reshape" if wanted.len() == found.len() => Some(wanted.to_string()),
                        "reshape" => None,
                        _ => node.inputs.first().and_then(|&input| self.shape(input)).and_then(|input| {
                            let fits = |order: &Vec<usize>| {
                                order.len() == wanted.rank()
                                    && order.iter().zip(&wanted.0).all(|(&axis, n)| input.0[axis] == *n)
                            };
                            let order = orders(input.rank().min(4)).into_iter().find(fits)?;
                            let order: Vec<String> = order.iter().map(ToString::to_string).collect();
                            Some(format!("[{}]", order.join(", ")))
                        }),
                    };
                    let Some(text) = text else { continue };
                    let change = replace(&argument.value.tokens, text);
                    let call = crate::remedies::changed(&node.tokens, &change);
                    candidates.extend(
                        call.map(|call| textual(format!("`{}`", suggest::source(&call)), vec![change])),
                    );
                }
                "Upsample" if same_sides && given(node, Some("size")).is_some() => {
                    candidates.extend(with(Some("size"), size_text(&wanted_sides)));
                }
                "Upsample" | "PixelShuffle" if same_sides && given(node, None).is_some() => {
                    let before = node.inputs.first().and_then(|&input| self.shape(input)).map(sides);
                    let scale = |(from, to): (&Dim, &Dim)| {
                        let (from, to) = (from.known()?, to.known()?);
                        (from > 0 && to > 0 && to % from == 0).then(|| Dim::from(to / from))
                    };
                    let scales: Option<Vec<Dim>> =
                        before.unwrap_or_default().iter().zip(&wanted_sides).map(scale).collect();
                    let scales = scales.filter(|scales| scales.len() == wanted_sides.len());
                    candidates.extend(scales.and_then(|scales| with(None, size_text(&scales))));
                }
                name if name.starts_with("Adaptive") && same_sides => {
                    candidates.extend(with(None, size_text(&wanted_sides)));
                }
                _ => {}
            }
        }
        candidates
    }

    /// Channels and kernel in each other's place, where the kernel is larger than what comes in.
    pub(super) fn turned(&self, node: &Node, mismatch: &Mismatch) -> Option<Candidate> {
        let call = node.call.as_ref()?;
        let number = |name: Option<&str>| match given(node, name)?.kind {
            ValueKind::Integer(n) => n.known(),
            _ => None,
        };
        let (outputs, kernel) = (number(None)?, number(Some("kernel"))?);
        if outputs >= kernel || !mismatch.line.starts_with("the ") {
            return None;
        }
        let turned = with_argument(call, None, &kernel.to_string())?;
        let turned = with_argument(&turned, Some("kernel"), &outputs.to_string())?.to_string();
        let text = format!("`{}`", self.labelled_as(node, &turned));
        Some(textual(text, vec![replace(&node.tokens, turned)]))
    }

    /// A state to start from in the width of the layer, or the layer in the width of the state.
    pub(super) fn started(&self, node: &Node, mismatch: &Mismatch) -> Vec<Candidate> {
        let wanted = mismatch.proposals.iter().find_map(|proposal| match proposal {
            crate::layers::Proposal::InputAt(_, wanted) => Some(Shape(wanted.clone())),
            _ => None,
        });
        let (Some(wanted), true) = (wanted, mismatch.line.contains(" starts from a state ")) else {
            return Vec::new();
        };
        let states = &node.inputs[1..];
        let mut candidates = Vec::new();
        // All states are declared alike.
        let wrong = states.iter().filter(|&&state| self.shape(state) != Some(&wanted));
        let declared: Option<Vec<Candidate>> = wrong.map(|&state| self.redeclared(state, &wanted)).collect();
        if let Some(declared) = declared.filter(|declared| declared.len() > 1) {
            let texts: Vec<&str> =
                declared.iter().map(|c| c.text.trim_start_matches("declare it: ")).collect();
            let changes = declared.iter().flat_map(|c| c.changes.clone()).collect();
            candidates.push(textual(format!("declare {}", texts.join(" and ")), changes));
        }
        let found = states.iter().filter_map(|&state| self.shape(state)).find(|shape| **shape != wanted);
        let (Some(width), Some(found_width)) = (wanted.0.last(), found.and_then(|shape| shape.0.last()))
        else {
            return candidates;
        };
        let with = |node: &Node, width: &Dim| {
            let call = with_argument(node.call.as_ref()?, None, &width.to_string())?.to_string();
            Some(textual(format!("`{}`", self.labelled_as(node, &call)), vec![replace(&node.tokens, call)]))
        };
        if width != found_width {
            candidates.extend(with(node, found_width));
            let maker = states.iter().find_map(|&state| source_node(self.graph, state));
            let maker = maker.map(|maker| &self.graph.nodes[maker.0]);
            candidates.extend(maker.and_then(|maker| {
                let candidate = with(maker, width)?;
                let text = format!("{} in the place of `{}`", candidate.text, suggest::source(&maker.tokens));
                Some(Candidate { text, ..candidate })
            }));
        }
        candidates
    }

    /// A later input of a shared layer in the shape of its first.
    pub(super) fn shared(&self, node: &Node) -> Option<Candidate> {
        let owner = &self.graph.nodes[node.shares?.0];
        let shape = self.shape(*owner.inputs.first()?)?;
        self.redeclared(*node.inputs.first()?, shape)
    }

    /// A repetition whose rounds do not follow on one another, written out.
    pub(super) fn written_out(&self, group: &Group) -> Option<Candidate> {
        let rounds = group.repeat?.known().filter(|n| (2..=MOST_WRITTEN_OUT).contains(n))?;
        if group.named || group.kind == GroupKind::Layer {
            return None;
        }
        let written = suggest::source(&group.tokens);
        let (one, _) = written.strip_prefix('[')?.rsplit_once(';')?;
        let text = vec![one; rounds].join(" -> ");
        let change = Change { place: Place::of(&group.tokens), how: How::Replace, text: text.clone() };
        Some(textual(format!("`{text}`"), vec![change]))
    }
}
