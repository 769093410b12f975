//! Ways out that lie further up than what does not fit: in an input's declaration, in the layers on the way, in a
//! block's own words. They are changes of the text alone, which are proved where all helps are.

use super::super::trial::source_node;
use super::edits::{operand_text, replace};
use super::{Candidate, Explainer, definition};
use crate::ast::{Value, ValueKind, shape_text};
use crate::errors::{Change, How, Place};
use crate::graph::{Group, GroupKind, Node, NodeId, Source, ValueId};
use crate::layers::{is_value, our_name};
use crate::shape::{Dim, Shape};
use crate::suggest;

pub(super) fn textual(text: impl Into<String>, changes: Vec<Change>) -> Candidate {
    Candidate { edits: Vec::new(), text: text.into(), changes, gives: None }
}

/// The argument of a call by that name, or the one by place.
pub(super) fn given<'a>(node: &'a Node, name: Option<&str>) -> Option<&'a Value> {
    let call = node.call.as_ref()?;
    let found = call.arguments.iter().find(|a| match (&a.name, name) {
        (Some(given), Some(name)) => given == name,
        (None, None) => !is_value(a),
        _ => false,
    })?;
    Some(&found.value)
}

/// Its text.
fn argument(node: &Node, name: Option<&str>) -> Option<String> {
    Some(suggest::source(&given(node, name)?.tokens))
}

/// What it is worth, if it is one number.
fn number(node: &Node, name: Option<&str>) -> Option<usize> {
    match given(node, name)?.kind {
        ValueKind::Integer(n) => n.known(),
        _ => None,
    }
}

fn kind(node: &Node) -> String {
    node.call.as_ref().map(|call| call.name.to_string()).unwrap_or_default()
}

/// Height and width of an image, or the length of a sequence.
fn sizes(shape: &Shape) -> Option<Vec<usize>> {
    let sizes = match &shape.0[..] {
        [t, _] => vec![t.known()?],
        [_, h, w] => vec![h.known()?, w.known()?],
        _ => return None,
    };
    Some(sizes)
}

fn tuple(sizes: &[String]) -> String {
    if sizes.windows(2).all(|pair| pair[0] == pair[1]) {
        sizes[0].clone()
    } else {
        format!("({})", sizes.join(", "))
    }
}

impl Explainer<'_> {
    /// The layers behind each other that a value comes through, from the last to the first.
    pub(super) fn chain(&self, mut value: ValueId) -> Vec<NodeId> {
        let mut chain = Vec::new();
        while let Some(id) = source_node(self.graph, value) {
            chain.push(id);
            match self.graph.nodes[id.0].inputs.first() {
                Some(&input) if chain.len() <= self.graph.nodes.len() => value = input,
                _ => break,
            }
        }
        chain
    }

    /// What a stride has rounded on the way to a value.
    pub(super) fn rounded(&self, value: ValueId) -> Option<String> {
        self.chain(value).into_iter().find_map(|id| {
            let node = &self.graph.nodes[id.0];
            let stride = number(node, Some("stride")).or_else(|| match kind(node).as_str() {
                "MaxPool1d" | "MaxPool2d" | "AvgPool1d" | "AvgPool2d" => {
                    number(node, Some("kernel")).or_else(|| number(node, None))
                }
                _ => None,
            })?;
            let stride = Some(stride).filter(|&n| n > 1)?;
            let before = sizes(self.shape(*node.inputs.first()?)?)?;
            let after = sizes(self.shape(*node.outputs.first()?)?)?;
            let (before, after) = before.into_iter().zip(after).find(|(before, _)| before % stride != 0)?;
            let way = if after * stride < before { "down" } else { "up" };
            (after < before)
                .then(|| format!("`{}` rounds {before} / {stride} {way} to {after}", node.short()))
        })
    }

    /// Another size out of a layer that makes images or sequences larger, so that a value has the size it should have.
    pub(super) fn grown(&self, value: ValueId, wanted: &Shape) -> Vec<Candidate> {
        let Some(found) = self.shape(value).cloned() else { return Vec::new() };
        let (Some(to), Some(from)) = (sizes(wanted), sizes(&found)) else { return Vec::new() };
        let mut candidates: Vec<Candidate> = self.longer(value, wanted, &found);
        if to.len() != from.len() || to == from {
            return Vec::new();
        }
        for id in self.chain(value) {
            let node = &self.graph.nodes[id.0];
            let call = suggest::source(&node.tokens);
            let added = |text: &str| {
                let call = match call.strip_suffix(')') {
                    Some(open) => format!("{open}, {text})"),
                    None => format!("{call}({text})"),
                };
                textual(format!("`{}`", self.labelled_as(node, &call)), vec![replace(&node.tokens, call)])
            };
            match kind(node).as_str() {
                "Upsample" if argument(node, Some("size")).is_none() => {
                    // The size that it had to give: what is missing is missing here.
                    let Some(gives) = node.outputs.first().and_then(|v| sizes(self.shape(*v)?)) else {
                        continue;
                    };
                    let scale: Vec<String> = gives
                        .iter()
                        .zip(to.iter().zip(&from))
                        .map(|(gives, (to, from))| (gives + to).saturating_sub(*from).to_string())
                        .collect();
                    let mode = argument(node, Some("mode")).map(|mode| format!(", mode: {mode}"));
                    let call = format!("Upsample(size: {}{})", tuple(&scale), mode.unwrap_or_default());
                    let text = format!("`{}`", self.labelled_as(node, &call));
                    candidates.push(textual(text, vec![replace(&node.tokens, call)]));
                }
                "ConvTranspose1d" | "ConvTranspose2d" if argument(node, Some("output_padding")).is_none() => {
                    candidates.push(added("output_padding: 1"));
                }
                _ => {}
            }
        }
        candidates
    }

    pub(super) fn labelled_as(&self, node: &Node, call: &str) -> String {
        if node.named { format!("{}: {call}", node.name) } else { call.to_string() }
    }

    /// An input whose sides can be halved as often as the layers halve them; an output of that size goes with it.
    pub(super) fn divisible(&self) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        for input in &self.graph.header.inputs {
            let Some(shape) = &input.shape else { continue };
            let (Some(old), true) = (sizes(shape), shape.rank() >= 2) else { continue };
            for step in [2, 4, 8, 16, 32] {
                if old.iter().all(|n| n % step == 0) {
                    continue;
                }
                for up in [0, step - 1] {
                    let new: Vec<usize> = old.iter().map(|n| (n + up) / step * step).collect();
                    if new.contains(&0) {
                        continue;
                    }
                    let resized = |shape: &Shape| {
                        let mut shape = shape.clone();
                        let first = if shape.rank() == 2 { 0 } else { 1 };
                        for (axis, n) in new.iter().enumerate() {
                            shape.0[first + axis] = Dim::from(*n);
                        }
                        shape
                    };
                    let mut changes = vec![replace(&input.tokens, resized(shape).to_string())];
                    for output in &self.graph.header.outputs {
                        let same = output.shape.as_ref().filter(|s| s.rank() == shape.rank());
                        if let Some(same) = same.filter(|s| sizes(s).as_ref() == Some(&old)) {
                            changes.push(replace(&output.tokens, resized(same).to_string()));
                        }
                    }
                    let text = format!("a size that {step} divides: `{}: {}`", input.name, resized(shape));
                    candidates.push(textual(text, changes));
                }
            }
        }
        candidates
    }

    /// An input without its first axis, which may be meant as the batch.
    pub(super) fn without_batch(&self) -> Vec<Candidate> {
        (0..self.graph.header.inputs.len()).flat_map(|i| self.batch_left_out(ValueId(i))).collect()
    }

    /// Another shape for the input that a value is, through layers that leave the shape alone.
    pub(super) fn redeclared(&self, value: ValueId, shape: &Shape) -> Option<Candidate> {
        let (mut value, found) = (value, self.shape(value)?);
        while let Some(id) = source_node(self.graph, value) {
            value = *self.graph.nodes[id.0].inputs.first()?;
            if self.shape(value) != Some(found) {
                return None;
            }
        }
        let Source::Input(index) = self.graph.values[value.0].source else { return None };
        let input = &self.graph.header.inputs[index];
        let text = format!("declare it: `{}: {shape}`", input.name);
        Some(textual(text, vec![replace(&input.tokens, shape.to_string())]))
    }

    /// An input declared as indices.
    pub(super) fn as_indices(&self, value: ValueId) -> Option<Candidate> {
        let Source::Input(index) = self.graph.values[value.0].source else { return None };
        let input = &self.graph.header.inputs[index];
        let text = format!("{} in 0..1000", suggest::source(&input.tokens));
        let help = format!("declare indices, with as many as there are: `{}: {text}`", input.name);
        Some(textual(help, vec![replace(&input.tokens, text)]))
    }

    /// A layer left out that stands right behind another.
    pub(super) fn left_out(&self, node: &Node) -> Option<Candidate> {
        let feeder = &self.graph.nodes[source_node(self.graph, *node.inputs.first()?)?.0];
        let (first, last) = (self.placed(feeder), self.placed(node));
        let call = self.labelled_as(feeder, &suggest::source(&feeder.tokens));
        let change = Change { place: first.to(last), how: How::Replace, text: call };
        Some(textual(format!("leave `{}` out", suggest::source(&node.tokens)), vec![change]))
    }

    pub(super) fn placed(&self, node: &Node) -> Place {
        let call = Place::of(&node.tokens);
        if node.named { Place::from(&node.name).to(call) } else { call }
    }

    /// Padding that keeps the size, in a layer's own words: of all windows on the way to these values.
    pub(super) fn padded(&self, values: &[ValueId]) -> Option<Candidate> {
        let (mut changes, mut names): (Vec<Change>, Vec<String>) = Default::default();
        let mut seen = Vec::new();
        for id in self.ancestors(values) {
            let node = &self.graph.nodes[id.0];
            let place = definition(self.graph, super::Fault::Node(id));
            if place.is_some() && seen.contains(&place) {
                continue;
            }
            seen.push(place);
            if let Some((change, text)) = self.padded_call(node) {
                names.push(format!("`{}`", self.labelled_as(node, &text)));
                changes.push(change);
            }
        }
        if names.is_empty() {
            return None;
        }
        let shown =
            if names.len() > 3 { format!("{} and so on", names[..3].join(", ")) } else { names.join(", ") };
        Some(textual(format!("padding keeps the size: {shown}"), changes))
    }

    fn padded_call(&self, node: &Node) -> Option<(Change, String)> {
        let name = kind(node);
        let is_pool = name.starts_with("MaxPool") || name.starts_with("AvgPool");
        if !(is_pool || name.starts_with("Conv") && !name.starts_with("ConvTranspose")) {
            return None;
        }
        // A pooling moves by its window, unless it is told otherwise.
        let stride = argument(node, Some("stride"));
        if is_pool && stride.as_ref()? != "1" {
            return None;
        }
        let dilation = argument(node, Some("dilation")).map_or(Some(1), |d| d.parse::<usize>().ok());
        let kernel = argument(node, Some("kernel")).or_else(|| argument(node, None).filter(|_| is_pool))?;
        let kernel: Vec<usize> = kernel
            .trim_matches(['(', ')'])
            .split(", ")
            .map(|part| part.parse().ok())
            .collect::<Option<_>>()
            .unwrap_or_default();
        // What a block's parameter decides is left to the layer.
        let reach: Vec<usize> = match dilation {
            Some(dilation) => kernel.iter().map(|k| k.saturating_sub(1) * dilation).collect(),
            None => Vec::new(),
        };
        let padding = match !reach.is_empty() && reach.iter().all(|n| n % 2 == 0) {
            true => tuple(&reach.iter().map(|n| (n / 2).to_string()).collect::<Vec<_>>()),
            // As much on either side does not keep the size of an even kernel.
            false if !is_pool && stride.is_none_or(|stride| stride == "1") => "same".into(),
            false => return None,
        };
        if !kernel.is_empty() && kernel.iter().all(|k| *k == 1) && argument(node, Some("padding")).is_none() {
            return None;
        }
        let call = suggest::source(&node.tokens);
        let text = match argument(node, Some("padding")) {
            Some(old) if old == padding || old == "same" => return None,
            Some(old) => call.replace(&format!("padding: {old}"), &format!("padding: {padding}")),
            None => format!("{}, padding: {padding})", call.strip_suffix(')')?),
        };
        Some((replace(&node.tokens, text.clone()), text))
    }

    /// How a size is called where a block speaks of it: by a parameter or a variable.
    fn feature_name(&self, viewer: &Node, value: ValueId, axis: usize) -> Option<String> {
        let origin = self.origin(value, axis).map(|id| &self.graph.nodes[id.0]);
        if let Some(node) = origin.filter(|node| node.group == viewer.group) {
            return node.layer.as_ref()?.decides_features().then(|| argument(node, None))?;
        }
        // What flows in has it, and the head has a name for it.
        let group = &self.graph.groups[viewer.group?.0];
        let (shape, ports) = (self.shape(value)?, &group.signature.as_ref()?.inputs);
        let port = group.taken.iter().position(|&taken| {
            self.shape(taken).is_some_and(|s| s.rank() == shape.rank() && s.0[axis] == shape.0[axis])
        })?;
        Some(ports.get(port)?.dimensions.as_ref()?.get(axis)?.to_string())
    }

    /// A shortcut in a block, which has the block's own words for its numbers.
    pub(super) fn projected(&self, node: &Node) -> Vec<Candidate> {
        let &[a, b] = &node.inputs[..] else { return Vec::new() };
        let mut candidates = Vec::new();
        if node.operands.len() != 2 || node.group.is_none() {
            return candidates;
        }
        for (short, long, side) in [(b, a, 1), (a, b, 0)] {
            let (Some(from), Some(to)) = (self.shape(short), self.shape(long)) else { continue };
            let (Some(axis), true) = (to.claimed_axis(), from.rank() == to.rank()) else { continue };
            let from_here = self.chain(long).into_iter().map(|id| &self.graph.nodes[id.0]);
            let stride = from_here.take(12).find_map(|node| argument(node, Some("stride")));
            let Some(name) = self.feature_name(node, long, axis) else { continue };
            let call = match (to.rank(), stride) {
                (3, Some(stride)) => format!("Conv2d({name}, kernel: 1, stride: {stride})"),
                (3, None) => format!("Conv2d({name}, kernel: 1)"),
                _ => format!("Dense({name})"),
            };
            let operand = suggest::source(&node.operands[side]);
            let longer = format!("({operand} -> {call})");
            let mut operands: Vec<String> = node.operands.iter().map(operand_text).collect();
            operands[side] = longer.clone();
            let sign = node.layer.as_ref().and_then(|layer| layer.sign()).unwrap_or("+");
            let text = format!("`{}`", operands.join(&format!(" {sign} ")));
            candidates.push(textual(text, vec![replace(&node.operands[side], longer)]));
            // What flows into the block as it is has to have the width before.
            let groups = self.graph.around(node.group).map(|g| &self.graph.groups[g.0]);
            let outermost = groups.filter(|group| group.taken.contains(&short)).last();
            if let Some(group) = outermost.filter(|_| to.0[1..] == from.0[1..]) {
                let width = to.0[axis];
                let layer = match to.rank() {
                    3 => format!("Conv2d({width}, kernel: 1)"),
                    _ => format!("Dense({width})"),
                };
                candidates.push(self.before_use(group, &layer, &format!("`{}`", group.text)));
            }
        }
        candidates
    }

    /// A value spread in a block to the shape of what flows in, in the block's own words: `x * expand(g, [c, h, w])`.
    pub(super) fn spread(&self, node: &Node) -> Vec<Candidate> {
        let &[a, b] = &node.inputs[..] else { return Vec::new() };
        let group = self.graph.around(node.group).map(|g| &self.graph.groups[g.0]).next();
        let Some(signature) = group.and_then(|g| g.signature.as_ref()) else { return Vec::new() };
        let (Some(group), 2) = (group, node.operands.len()) else { return Vec::new() };
        let mut candidates = Vec::new();
        for (side, large) in [(1, a), (0, b)] {
            let Some(shape) = self.shape(large) else { continue };
            let port = group.taken.iter().position(|&taken| self.shape(taken) == Some(shape));
            let dimensions = port.and_then(|port| signature.inputs.get(port)?.dimensions.as_ref());
            let Some(declared) = dimensions.map(|dimensions| shape_text(dimensions)) else { continue };
            let spread = format!("expand({}, {declared})", suggest::source(&node.operands[side]));
            let mut operands: Vec<String> = node.operands.iter().map(operand_text).collect();
            operands[side] = spread.clone();
            let sign = node.layer.as_ref().and_then(|layer| layer.sign()).unwrap_or("+");
            let text = format!("`{}`", operands.join(&format!(" {sign} ")));
            candidates.push(textual(text, vec![replace(&node.operands[side], spread)]));
        }
        candidates
    }

    /// `in:` left out of a call.
    pub(super) fn unclaimed(&self, node: &Node) -> Option<Candidate> {
        let call = node.call.as_ref()?;
        let written = suggest::source(&call.tokens);
        let claim = call.arguments.iter().find(|a| a.name.as_ref().is_some_and(|name| name == "in"))?;
        let claim = suggest::source(&claim.tokens);
        let text = written
            .replace(&format!(", {claim}"), "")
            .replace(&format!("{claim}, "), "")
            .replace(&format!("({claim})"), "");
        Some(textual(format!("leave `in:` out: `{text}`"), vec![replace(&call.tokens, text)]))
    }

    /// Two inputs that should have one shape.
    pub(super) fn same_inputs(&self, node: &Node) -> Vec<Candidate> {
        let &[a, b] = &node.inputs[..] else { return Vec::new() };
        let (Some(shape_a), Some(shape_b)) = (self.shape(a), self.shape(b)) else { return Vec::new() };
        let is_input = |value: ValueId| matches!(self.graph.values[value.0].source, Source::Input(_));
        if !is_input(a) || !is_input(b) || shape_a.rank() != shape_b.rank() {
            return Vec::new();
        }
        self.redeclared(b, shape_a).into_iter().chain(self.redeclared(a, shape_b)).collect()
    }

    /// One layer on the way replaced by another without its arguments, where there is one of that name.
    pub(super) fn swapped(&self, value: ValueId, old: &str, new: &str) -> Option<Candidate> {
        let new = our_name(new)?;
        let id = self.chain(value).into_iter().find(|id| kind(&self.graph.nodes[id.0]) == old)?;
        let tokens = &self.graph.nodes[id.0].tokens;
        Some(textual(format!("`{new}` in place of `{old}`"), vec![replace(tokens, new)]))
    }

    /// The layer inside of a repetition padded.
    pub(super) fn padded_group(&self, group: &Group) -> Option<Candidate> {
        let results: Vec<ValueId> = group.results.clone();
        match group.kind {
            GroupKind::Layer => {
                let node = &self.graph.nodes[group.nodes.clone()].first()?;
                let (_, text) = self.padded_call(node)?;
                let whole = suggest::source(&group.tokens);
                let text = whole.replacen(&suggest::source(&node.tokens), &text, 1);
                Some(textual(format!("`{text}`"), vec![replace(&group.tokens, text)]))
            }
            _ => self.padded(&results),
        }
    }
}
