//! The edits that may help, each with the words and the change of the source that say it.

use super::super::trial::{self, Edit, claim, source_node};
use super::{Candidate, Explainer, Gives};
use crate::ast::{Argument, Call, ValueKind};
use crate::errors::{Change, How, Place};
use crate::graph::{GroupKind, Node, NodeId, Source, ValueId};
use crate::layers::Proposal;
use crate::parse::parse_call;
use crate::shape::{Dim, Shape};
use crate::suggest;
use proc_macro2::{Ident, TokenStream};

impl Explainer<'_> {
    pub(super) fn candidate(&self, id: NodeId, proposal: &Proposal) -> Option<Candidate> {
        let node = &self.graph.nodes[id.0];
        match proposal {
            Proposal::Insert { input, call } => self.insert(id, *input, call),
            Proposal::Argument { name, value } => {
                if let Some(candidate) = self.at_use(node, Some(name), value) {
                    return Some(candidate);
                }
                let call = with_argument(node.call.as_ref()?, Some(name), value)?;
                Some(self.replaced(id, call))
            }
            Proposal::Main(value) => {
                if let Some(candidate) = self.at_use(node, None, value) {
                    return Some(candidate);
                }
                let call = node.call.as_ref()?;
                let named = MAIN
                    .iter()
                    .find_map(|name| has(call, name).then(|| with_argument(call, Some(name), value)));
                let call = with_argument(call, None, value).or(named.flatten())?;
                Some(self.replaced(id, call))
            }
            Proposal::Rename(name) => {
                let old = node.call.as_ref()?;
                let call = Call { name: Ident::new(name, old.name.span()), ..old.clone() };
                Some(self.replaced(id, call))
            }
            Proposal::Instead(text) => Some(self.replaced(id, parsed(text)?)),
            Proposal::Features(n) => {
                let value = node.inputs[0];
                self.made(value, self.shape(value)?.claimed_axis()?, *n)
            }
            Proposal::Earlier => self.earlier(id),
            Proposal::Input(shape) => self.declared(node.inputs[0], Shape(shape.clone())),
            Proposal::InputAt(i, shape) => self.declared(*node.inputs.get(*i)?, Shape(shape.clone())),
            Proposal::KeepSize => self.keep_size(node, None),
        }
    }

    /// The same for several layers, where it is a layer before each.
    pub(super) fn at_all(&self, id: NodeId, alike: &[NodeId], proposal: &Proposal) -> Option<Candidate> {
        let mut candidate = self.candidate(id, proposal)?;
        if let (Proposal::Insert { .. }, [_, ..]) = (proposal, alike) {
            for other in alike.iter().filter_map(|other| self.candidate(*other, proposal)) {
                candidate.edits.extend(other.edits);
                candidate.changes.extend(other.changes);
            }
            candidate.text = candidate.text.replace("before it", "before each");
        }
        Some(candidate)
    }

    pub(super) fn replaced(&self, id: NodeId, call: Call) -> Candidate {
        let node = &self.graph.nodes[id.0];
        let text = self.written(id, &call);
        let labelled = format!("`{}`", labelled_text_of(node, &text));
        let changes = vec![replace(&node.tokens, text)];
        if self.is_general(id) {
            return Candidate { edits: Vec::new(), text: labelled, changes, gives: None };
        }
        Candidate {
            text: labelled,
            changes,
            gives: node.outputs.first().copied().map(Gives::Value),
            edits: vec![Edit::Replace { node: id, call }],
        }
    }

    /// Another call in a node's place: in a block that has other numbers at each use in the block's own words, but for
    /// what is new.
    pub(super) fn written(&self, id: NodeId, call: &Call) -> String {
        let old = self.graph.nodes[id.0].call.as_ref().filter(|_| self.is_general(id));
        let Some(old) = old else { return call.to_string() };
        let mut call = call.clone();
        for argument in &mut call.arguments {
            let same = old.arguments.iter().find(|other| {
                other.name.as_ref().map(ToString::to_string)
                    == argument.name.as_ref().map(ToString::to_string)
                    && other.value.kind == argument.value.kind
            });
            if let Some(same) = same {
                argument.value.kind = ValueKind::Word(suggest::source(&same.value.tokens));
            }
        }
        call.to_string()
    }

    pub(super) fn insert(&self, id: NodeId, input: usize, text: &str) -> Option<Candidate> {
        let node = &self.graph.nodes[id.0];
        let call = parsed(text)?;
        let edits = vec![Edit::Insert { node: id, input, call: call.clone() }];
        let Some(operand) = node.operands.get(input) else {
            let value = node.inputs[input];
            // Before all rounds of a repetition, if it is in one.
            let repeated = node.group.map(|g| &self.graph.groups[g.0]);
            let place = match repeated.filter(|g| g.kind == GroupKind::Layer) {
                Some(group) => labelled_as(&group.name, group.named, &group.tokens),
                None => labelled(node),
            };
            let made = trial::apply(&call, self.shape(value)?, self.graph.indices(value))?;
            return Some(Candidate {
                edits,
                text: format!("insert `-> {text}` before it"),
                changes: vec![Change { place, how: How::Before, text: format!("{text} -> ") }],
                gives: Some(Gives::Shape(made)),
            });
        };
        let function = call.name.to_string().starts_with(char::is_lowercase);
        let longer = match (function, call.arguments.first()) {
            (true, Some(argument)) => {
                format!("{}({}, {})", call.name, suggest::source(operand), argument.value.kind)
            }
            (true, None) => format!("{}({})", call.name, suggest::source(operand)),
            _ => format!("({} -> {text})", suggest::source(operand)),
        };
        let operands: Vec<_> = node
            .operands
            .iter()
            .enumerate()
            .map(|(i, tokens)| if i == input { longer.clone() } else { operand_text(tokens) })
            .collect();
        let text = match (node.layer.as_ref()?.sign(), &node.call) {
            (Some(sign), _) => operands.join(&format!(" {sign} ")),
            (None, Some(call)) => {
                let mut operands = operands.into_iter();
                let parts = call.arguments.iter().map(|a| match (&a.value.kind, &a.name) {
                    (ValueKind::Given(_), _) => operands.next().unwrap_or_default(),
                    (kind, Some(name)) => format!("{name}: {kind}"),
                    (kind, None) => kind.to_string(),
                });
                format!("{}({})", call.name, parts.collect::<Vec<_>>().join(", "))
            }
            (None, None) => return None,
        };
        Some(Candidate {
            edits,
            text: format!("`{text}`"),
            changes: vec![replace(operand, longer)],
            gives: node.outputs.first().copied().map(Gives::Value),
        })
    }

    /// A layer before the one that feeds it, if nobody else reads that one.
    pub(super) fn earlier(&self, id: NodeId) -> Option<Candidate> {
        let node = &self.graph.nodes[id.0];
        let value = node.inputs[0];
        let before = source_node(self.graph, value)?;
        let feeder = &self.graph.nodes[before.0];
        let readers = self.graph.nodes.iter().flat_map(|n| &n.inputs).filter(|v| **v == value).count();
        let results = self.graph.results.contains(&Some(value));
        if readers != 1 || results || feeder.inputs.len() != 1 || feeder.call.is_none() {
            return None;
        }
        let (here, there) = (labelled_text(node), labelled_text(feeder));
        let change = |node: &Node, text| Change { place: labelled(node), how: How::Replace, text };
        Some(Candidate {
            edits: vec![Edit::Earlier { node: id, before }],
            text: format!("move it before `{}`", feeder.short()),
            changes: vec![change(feeder, here), change(node, there)],
            gives: None,
        })
    }

    /// Another shape for the input that this value is.
    pub(super) fn declared(&self, value: ValueId, shape: Shape) -> Option<Candidate> {
        let Source::Input(index) = self.graph.values[value.0].source else { return None };
        let input = &self.graph.header.inputs[index];
        let old = input.shape.as_ref()?;
        let hint = match (&old.0[..], &shape.0[..]) {
            ([_, rest @ ..], new) if rest == new => "leave the batch axis out",
            ([a, b], [c, d]) if (a, b) == (d, c) => "sequences are time first here",
            _ => "declare it",
        };
        Some(Candidate {
            text: format!("{hint}: `{}: {shape}`", input.name),
            changes: vec![replace(&input.tokens, shape.to_string())],
            edits: vec![Edit::Input { index, shape }],
            gives: None,
        })
    }

    /// All convolutions on the way here padded so that they keep the size.
    pub(super) fn keep_size(&self, node: &Node, itself: Option<ValueId>) -> Option<Candidate> {
        let (mut edits, mut changes, mut names) = (Vec::new(), Vec::new(), Vec::new());
        let from = itself.map_or(node.inputs.clone(), |value| vec![value]);
        for id in self.ancestors(&from) {
            let ancestor = &self.graph.nodes[id.0];
            let is_convolution =
                |call: &&Call| ["Conv1d", "Conv2d", "Conv3d"].iter().any(|name| call.name == name);
            let Some(call) = ancestor.call.as_ref().filter(is_convolution) else { continue };
            let Some(kernel) = call.arguments.iter().find(|a| a.name.as_ref().is_some_and(|n| n == "kernel"))
            else {
                continue;
            };
            let padding = match &kernel.value.kind {
                ValueKind::Integer(k) if *k % 2 == 1 && *k > 1 => (*k / 2).to_string(),
                _ => continue,
            };
            if call
                .arguments
                .iter()
                .any(|a| a.name.as_ref().is_some_and(|n| n == "padding" || n == "dilation"))
            {
                continue;
            }
            let call = with_argument(call, Some("padding"), &padding)?;
            names.push(format!("`{}`", labelled_call(ancestor, &call)));
            changes.push(replace(&ancestor.tokens, call.to_string()));
            edits.push(Edit::Replace { node: id, call });
        }
        if names.is_empty() {
            return None;
        }
        // Of a long list the first layers say what is meant.
        let shown =
            if names.len() > 3 { format!("{} and so on", names[..3].join(", ")) } else { names.join(", ") };
        Some(Candidate {
            edits,
            text: format!("padding keeps the size: {shown}"),
            changes,
            gives: node.outputs.first().copied().map(Gives::Value),
        })
    }

    /// The true number for an `in:` that is wrong.
    pub(super) fn claims(&self, id: NodeId) -> Option<Candidate> {
        let node = &self.graph.nodes[id.0];
        let call = node.call.as_ref()?;
        let argument = claim(call)?;
        let shape = self.shape(node.inputs[0])?;
        let truth = match &argument.value.kind {
            ValueKind::Shape(_) => shape.to_string(),
            _ => shape.0[shape.claimed_axis()?].to_string(),
        };
        if let Some(candidate) = self.at_use(node, Some("in"), &truth) {
            return Some(candidate);
        }
        let call = with_argument(call, Some("in"), &truth)?;
        Some(Candidate {
            edits: vec![Edit::Replace { node: id, call }],
            text: format!("write `in: {truth}`, or leave `in:` out"),
            changes: vec![replace(&argument.value.tokens, truth)],
            gives: None,
        })
    }

    /// A sequence declared `[features, time]`, as other frameworks have it, with a claim that says so.
    pub(super) fn features_first(&self, id: NodeId) -> Option<Candidate> {
        let node = &self.graph.nodes[id.0];
        let value = *node.inputs.first()?;
        let &[time, features] = &self.shape(value)?.0[..] else { return None };
        match claim(node.call.as_ref()?)?.value.kind {
            ValueKind::Integer(n) if time == n => self.declared(value, Shape(vec![features, time])),
            _ => None,
        }
    }

    /// Whether the input at the start of this looks like height, width, channels.
    pub(super) fn channels_last(&self, node: &Node) -> Option<(Candidate, String)> {
        let mut value = *node.inputs.first()?;
        while let Some(id) = source_node(self.graph, value) {
            value = *self.graph.nodes[id.0].inputs.first()?;
        }
        let Source::Input(index) = self.graph.values[value.0].source else { return None };
        let input = &self.graph.header.inputs[index];
        let &[a, b, c] = &input.shape.as_ref()?.0[..] else { return None };
        // A constant is most likely a side.
        let is_side = |n: Dim| n.known().is_none_or(|n| n > 4);
        if !(c.known().is_some_and(|c| c <= 4) && is_side(a) && is_side(b)) {
            return None;
        }
        let shape = Shape(vec![c, a, b]);
        let line = format!("`{}` is read as {a} channels of {b} x {c} pixels", input.name);
        let candidate = Candidate {
            text: format!("images are channels first here: `{}: {shape}`", input.name),
            changes: vec![replace(&input.tokens, shape.to_string())],
            edits: vec![Edit::Input { index, shape }],
            gives: None,
        };
        Some((candidate, line))
    }

    /// A layer that brings the last shape to the declared one.
    pub(super) fn append(
        &self,
        index: usize,
        value: ValueId,
        wanted: &Shape,
        found: &Shape,
    ) -> Vec<Candidate> {
        let Some(node) = source_node(self.graph, value).map(|id| &self.graph.nodes[id.0]) else {
            return Vec::new();
        };
        let readers = self.graph.nodes.iter().filter(|n| n.inputs.contains(&value)).count();
        if wanted.rank() == found.rank() || readers > 0 || !node.operands.is_empty() {
            return Vec::new();
        }
        // Of many numbers the one that is meant may be their mean.
        let is_reduced = self.reduced(wanted, found).is_some();
        let layers = ["GlobalAvgPool2d", "GlobalAvgPool1d", "Flatten", "sum", "reshape([1])"]
            .into_iter()
            .filter(|text| !(is_reduced && *text == "sum"))
            .filter_map(|text| {
                let call = parsed(text)?;
                Some(Candidate {
                    edits: vec![Edit::Append { index, call }],
                    text: format!("end with `-> {text}`"),
                    changes: vec![Change {
                        place: Place::of(&node.tokens),
                        how: How::After,
                        text: format!(" -> {text}"),
                    }],
                    gives: Some(Gives::Shape(wanted.clone())),
                })
            });
        layers.collect()
    }

    /// One number of all, where a number is declared.
    pub(super) fn reduced(&self, wanted: &Shape, found: &Shape) -> Option<Candidate> {
        let result = &self.graph.result;
        if wanted.rank() > 0 || found.len() == Dim::ONE || self.graph.results.len() != 1 || result.is_empty()
        {
            return None;
        }
        let written = suggest::source(result);
        let (text, place) = match written.contains("->") {
            true => (format!("{written} -> mean"), "end with `-> mean`, or with `-> sum`".to_string()),
            false => {
                let value = written.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
                let value = value.filter(|value| !value.contains([')', '('])).unwrap_or(&written);
                (format!("mean({value})"), format!("`mean({value})`, or `sum({value})`"))
            }
        };
        Some(super::upstream::textual(format!("{place}, giving `[]`"), vec![replace(result, text)]))
    }

    /// The sizes that a stride makes one: an `output_padding` for the last transposed convolution, or for all of them.
    pub(super) fn longer(&self, value: ValueId, wanted: &Shape, found: &Shape) -> Vec<Candidate> {
        let spatial = |shape: &Shape| match shape.0[..] {
            [t, _] => vec![t],
            [_, h, w] => vec![h, w],
            _ => Vec::new(),
        };
        let (wanted, found) = (spatial(wanted), spatial(found));
        if wanted.is_empty() || wanted.len() != found.len() {
            return Vec::new();
        }
        let missing: Vec<Dim> = wanted.iter().zip(&found).map(|(w, f)| w.saturating_sub(*f)).collect();
        let transposed: Vec<_> = self
            .ancestors(&[value])
            .into_iter()
            .filter_map(|id| {
                let call = self.graph.nodes[id.0].call.as_ref()?;
                let given =
                    |name: &str| call.arguments.iter().find(|a| a.name.as_ref().is_some_and(|n| n == name));
                let free =
                    call.name.to_string().starts_with("ConvTranspose") && given("output_padding").is_none();
                free.then(|| (id, call, given("stride").map(|a| a.value.kind.clone())))
            })
            .collect();
        let padded = |(id, call, padding): (NodeId, &Call, String)| {
            let call = with_argument(call, Some("output_padding"), &padding)?;
            Some(self.replaced(id, call))
        };
        let last = transposed.last().and_then(|&(id, call, _)| {
            let missing: Vec<_> = missing.iter().map(ToString::to_string).collect();
            let equal = missing.iter().all(|m| *m == missing[0]);
            padded((id, call, if equal { missing[0].clone() } else { format!("({})", missing.join(", ")) }))
        });
        let all = transposed.iter().map(|(id, call, stride)| match stride {
            Some(ValueKind::Integer(stride)) => padded((*id, call, (*stride - 1).to_string())),
            _ => None,
        });
        let all = all.collect::<Option<Vec<_>>>().filter(|all| all.len() > 1).map(|all| Candidate {
            text: all.iter().map(|c| c.text.as_str()).collect::<Vec<_>>().join(", "),
            changes: all.iter().flat_map(|c| c.changes.clone()).collect(),
            edits: all.iter().flat_map(|c| c.edits.clone()).collect(),
            gives: Some(Gives::Value(value)),
        });
        last.into_iter().chain(all).collect()
    }

    /// Another width for the layer that made the last features.
    pub(super) fn wider(&self, value: ValueId, wanted: &Shape, found: &Shape) -> Option<Candidate> {
        let axis = found.claimed_axis()?;
        let differing = (0..found.rank()).filter(|&a| wanted.0.get(a) != found.0.get(a)).collect::<Vec<_>>();
        if wanted.rank() != found.rank() || differing != [axis] {
            return None;
        }
        self.made(value, axis, wanted.0[axis])
    }

    /// So many features out of the layer that made those of a value.
    pub(super) fn made(&self, value: ValueId, axis: usize, features: Dim) -> Option<Candidate> {
        let id = self.origin(value, axis)?;
        let node = &self.graph.nodes[id.0];
        if !node.layer.as_ref()?.decides_features() {
            return None;
        }
        if let Some(candidate) = self.at_use(node, None, &features.to_string()) {
            return Some(candidate);
        }
        let call = with_argument(node.call.as_ref()?, None, &features.to_string())?;
        Some(Candidate { gives: None, ..self.replaced(id, call) })
    }
}

/// The names that the argument by place may be called by.
const MAIN: [&str; 6] = ["kernel", "outputs", "groups", "width", "scale", "factor"];

fn has(call: &Call, name: &str) -> bool {
    call.arguments.iter().any(|a| a.name.as_ref().is_some_and(|given| given == name))
}

fn labelled_text_of(node: &Node, call: &str) -> String {
    if node.named { format!("{}: {call}", node.name) } else { call.to_string() }
}

/// A layer with its label.
fn labelled(node: &Node) -> Place {
    labelled_as(&node.name, node.named, &node.tokens)
}

fn labelled_as(name: &Ident, named: bool, tokens: &TokenStream) -> Place {
    let call = Place::of(tokens);
    if named { Place::from(name).to(call) } else { call }
}

fn labelled_text(node: &Node) -> String {
    labelled_call(node, node.call.as_ref().unwrap_or_else(|| unreachable!("asked of layers only")))
}

pub(super) fn operand_text(tokens: &TokenStream) -> String {
    let text = suggest::source(tokens);
    if text.contains("->") { format!("({text})") } else { text }
}

fn parsed(text: &str) -> Option<Call> {
    Some(crate::resolve::with_constants(&parse_call(crate::shape::source(text).parse().ok()?)?))
}

/// A call with another value for an argument, or with the argument added; without a name it is the one by place.
pub(super) fn with_argument(call: &Call, name: Option<&str>, value: &str) -> Option<Call> {
    let value = parsed(&format!("X({value})"))?.arguments.pop()?.value;
    let mut call = call.clone();
    let old = call.arguments.iter_mut().find(|a| match (&a.name, name) {
        (Some(given), Some(name)) => given == name,
        (None, None) => !matches!(a.value.kind, ValueKind::Given(_)),
        _ => false,
    });
    match (old, name) {
        (Some(argument), _) => argument.value = value,
        (None, Some(name)) => {
            let name = Ident::new(name, call.name.span());
            let tokens = value.tokens.clone();
            call.arguments.push(Argument { name: Some(name), value, tokens });
        }
        (None, None) => return None,
    }
    Some(call)
}

fn labelled_call(node: &Node, call: &Call) -> String {
    if node.named { format!("{}: {call}", node.name) } else { call.to_string() }
}

pub fn replace(tokens: &TokenStream, text: String) -> Change {
    Change { place: Place::of(tokens), how: How::Replace, text: crate::shape::source(&text) }
}
