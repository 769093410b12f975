//! The lints themselves, one function each: the rule, and the smallest network that breaks it.

use super::Warning;
use crate::graph::{Node, NodeId, Shaped, Source, ValueId};
use crate::infer::source_node;
use crate::shape::{Dim, Shape};
use proc_macro2::TokenStream;
use std::collections::BTreeMap;

pub fn find(shaped: &Shaped) -> Vec<Warning> {
    let mut readers = vec![0; shaped.graph.values.len()];
    shaped.graph.nodes.iter().flat_map(|node| &node.inputs).for_each(|value| readers[value.0] += 1);
    let unnamed = shaped.graph.nodes.iter().map(|node| unnamed(shaped, node)).collect();
    let before = before(shaped);
    let mut twins: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let unnamed: Vec<Option<String>> = unnamed;
    for (id, own) in unnamed.iter().enumerate() {
        own.iter().for_each(|own| twins.entry(own).or_default().push(id));
    }
    let lints = Lints { shaped, live: shaped.graph.is_live(), readers, unnamed: &unnamed, twins, before };
    let mut warnings = Vec::new();
    for (id, node) in shaped.graph.nodes.iter().enumerate().map(|(id, node)| (NodeId(id), node)) {
        // Nobody can be shown a block from elsewhere.
        let imported = shaped.graph.around(node.group).any(|g| shaped.graph.groups[g.0].imported);
        if imported || !lints.live[id.0] {
            continue;
        }
        let rules = [
            Lints::missing_activation,
            Lints::relu_before_softmax,
            Lints::repeated_softmax,
            Lints::logarithm_of_softmax,
            Lints::softmax_of_one,
            Lints::dropout_at_the_end,
            Lints::batch_norm_of_one_pixel,
            Lints::bias_before_batch_norm,
            Lints::unnamed_twins,
            Lints::channels_last,
        ];
        warnings.extend(rules.iter().filter_map(|rule| rule(&lints, id, node)));
    }
    warnings
}

struct Lints<'a> {
    shaped: &'a Shaped,
    live: Vec<bool>,
    /// How many nodes read a value.
    readers: Vec<usize>,
    /// What layers without names have in common with their twins.
    unnamed: &'a [Option<String>],
    /// The layers that have it.
    twins: BTreeMap<&'a str, Vec<usize>>,
    /// The nodes whose numbers flow into each node, a bit for each.
    before: Vec<Vec<u64>>,
}

fn warning(lint: &'static str, tokens: &TokenStream, text: String) -> Option<Warning> {
    Some(Warning { lint, tokens: tokens.clone(), text })
}

fn kind(node: &Node) -> &str {
    node.layer.as_ref().map_or("", |layer| layer.name())
}

const SOFTMAX: [&str; 2] = ["Softmax", "LogSoftmax"];
const DROPOUTS: [&str; 3] = ["Dropout", "Dropout2d", "AlphaDropout"];

impl Lints<'_> {
    fn nodes(&self) -> &[Node] {
        &self.shaped.graph.nodes
    }

    fn shape(&self, value: ValueId) -> Option<&Shape> {
        self.shaped.shapes[value.0].as_ref()
    }

    /// What gives the only input of a node, if nobody else reads that.
    fn feeder(&self, node: &Node) -> Option<&Node> {
        let &[value] = &node.inputs[..] else { return None };
        let id = source_node(&self.shaped.graph, value)?;
        let is_result = self.shaped.graph.results.contains(&Some(value));
        (self.readers[value.0] == 1 && !is_result).then(|| &self.nodes()[id.0])
    }

    /// The same, past layers of these kinds.
    fn feeder_past(&self, node: &Node, kinds: &[&str]) -> Option<&Node> {
        let mut feeder = self.feeder(node)?;
        while kinds.contains(&kind(feeder)) {
            feeder = self.feeder(feeder)?;
        }
        Some(feeder)
    }

    fn size(&self, value: Option<&ValueId>) -> Option<usize> {
        self.shape(*value?)?.0.last()?.known()
    }

    /// Two dense layers with nothing between them are one linear map: `x -> Dense(64) -> Dense(10)`. A bottleneck,
    /// narrower than both sides, is meant.
    fn missing_activation(&self, _: NodeId, node: &Node) -> Option<Warning> {
        let first = self.feeder_past(node, &["Dropout", "Flatten"])?;
        if kind(node) != "Dense" || kind(first) != "Dense" {
            return None;
        }
        let before = self.size(first.inputs.first())?;
        let (middle, after) = (self.size(first.outputs.first())?, self.size(node.outputs.first())?);
        if middle < before && middle < after {
            return None;
        }
        let text = format!(
            "`{}` and `{}` with nothing between them are one linear map\nhelp: `-> Relu` after `{}`",
            first.title(),
            node.title(),
            first.title()
        );
        warning("missing_activation", &node.tokens, text)
    }

    /// A `Relu` makes all negative scores equal: `-> Dense(10) -> Relu -> Softmax`.
    fn relu_before_softmax(&self, _: NodeId, node: &Node) -> Option<Warning> {
        let feeder = self.feeder_past(node, &["Dropout"])?;
        if !SOFTMAX.contains(&kind(node)) || !["Relu", "Relu6"].contains(&kind(feeder)) {
            return None;
        }
        let text = format!(
            "`{}` just before `{}` makes all negative scores equal\nhelp: remove `-> {}`",
            feeder.title(),
            node.title(),
            feeder.title()
        );
        warning("relu_before_softmax", &feeder.tokens, text)
    }

    /// What is a distribution already is made into one again: `-> Softmax -> Softmax`.
    fn repeated_softmax(&self, _: NodeId, node: &Node) -> Option<Warning> {
        let feeder = self.feeder_past(node, &["Dropout", "Flatten"])?;
        let again = SOFTMAX.contains(&kind(node)) && SOFTMAX.contains(&kind(feeder))
            || kind(node) == "Sigmoid" && ["Sigmoid", "Softmax"].contains(&kind(feeder))
            || kind(node) == "LogSigmoid" && kind(feeder) == "Sigmoid"
            || SOFTMAX.contains(&kind(node)) && kind(feeder) == "Sigmoid";
        if !again {
            return None;
        }
        let text = format!(
            "the input of `{}` comes out of `{}`: they are no raw scores any more\nhelp: remove one of the two",
            node.title(),
            feeder.title()
        );
        warning("repeated_softmax", &node.tokens, text)
    }

    /// The logarithm of a `Softmax`, as a loss takes it, loses all digits of small shares: `ln(x -> Softmax)`.
    fn logarithm_of_softmax(&self, _: NodeId, node: &Node) -> Option<Warning> {
        let feeder = self.feeder(node)?;
        let instead = match (kind(node), kind(feeder)) {
            ("ln" | "Ln", "Softmax") => "LogSoftmax",
            ("ln" | "Ln", "Sigmoid") => "LogSigmoid",
            _ => return None,
        };
        let text = format!(
            "the logarithm of `{}` has no digits left where a share is small\nhelp: `-> {instead}` in the place of both",
            feeder.title()
        );
        warning("logarithm_of_softmax", &node.tokens, text)
    }

    /// One share alone is always 1: `-> Dense(1) -> Softmax`.
    fn softmax_of_one(&self, _: NodeId, node: &Node) -> Option<Warning> {
        let &[value] = &node.inputs[..] else { return None };
        let shape = self.shape(value)?;
        let axis = node.call.as_ref().and_then(|call| {
            let axis = call.arguments.iter().find(|a| a.name.as_ref().is_some_and(|n| n == "axis"))?;
            axis.value.kind.to_string().parse::<usize>().ok()
        });
        let usual = if shape.rank() == 3 { 0 } else { shape.rank().checked_sub(1)? };
        let size = shape.0.get(axis.unwrap_or(usual))?.known()?;
        if !SOFTMAX.contains(&kind(node)) || size != 1 {
            return None;
        }
        let always = if kind(node) == "Softmax" { 1 } else { 0 };
        let text = format!(
            "`{}` over one value is always {always}, and {} is `{shape}`\nhelp: `-> Sigmoid` gives the share of one class against another",
            node.title(),
            self.shaped.graph.describe(value)
        );
        warning("softmax_of_one", &node.tokens, text)
    }

    /// Noise on what is compared with the target: `-> Dense(10) -> Dropout(0.5) }`.
    fn dropout_at_the_end(&self, _: NodeId, node: &Node) -> Option<Warning> {
        let last = node.outputs.iter().any(|value| self.shaped.graph.results.contains(&Some(*value)));
        if !DROPOUTS.contains(&kind(node)) || !last || node.group.is_some() {
            return None;
        }
        let text = format!(
            "`{}` is the last layer: while training, the loss sees outputs that are zero at random\nhelp: move it before the layer that gives the result, or remove it",
            node.title()
        );
        warning("dropout_at_the_end", &node.tokens, text)
    }

    /// One pixel for each channel has no spread unless the batch has: `-> GlobalAvgPool2d` as an image, then norm.
    fn batch_norm_of_one_pixel(&self, _: NodeId, node: &Node) -> Option<Warning> {
        let &[value] = &node.inputs[..] else { return None };
        let shape = self.shape(value)?;
        let one = shape.rank() == 3 && shape.0[1..].iter().all(|n| n.known() == Some(1));
        if kind(node) != "BatchNorm2d" || !one {
            return None;
        }
        let text = format!(
            "`{}` averages over one pixel for each channel, since {} is `{shape}`: a batch of one has no spread, and gives zeros\nhelp: normalise before the image has become one pixel, or with `LayerNorm`",
            node.title(),
            self.shaped.graph.describe(value)
        );
        warning("batch_norm_of_one_pixel", &node.tokens, text)
    }

    /// A batch norm takes the mean away, and a bias with it: `-> Conv2d(8, kernel: 3) -> BatchNorm2d`.
    fn bias_before_batch_norm(&self, _: NodeId, node: &Node) -> Option<Warning> {
        if !["BatchNorm1d", "BatchNorm2d"].contains(&kind(node)) {
            return None;
        }
        let feeder = self.feeder(node)?;
        let biased = ["Dense", "Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d"];
        // With running statistics nothing is taken away that the batch decides.
        let running = node.text.contains("statistics: running");
        if !biased.contains(&kind(feeder)) || running || feeder.frozen || feeder.shares.is_some() {
            return None;
        }
        let inputs: Vec<Shape> =
            feeder.inputs.iter().map(|v| self.shape(*v).cloned()).collect::<Option<_>>()?;
        let has_bias = feeder.layer.as_ref()?.parameters(&inputs).iter().any(|p| p.name == "bias");
        let call = feeder.call.as_ref().filter(|_| has_bias)?.to_string();
        let open = call.strip_suffix(')').unwrap_or(&call);
        let text = format!(
            "`{}` takes away the bias of `{}`, which learns nothing\nhelp: `{open}, bias: false)`",
            node.title(),
            feeder.title()
        );
        warning("bias_before_batch_norm", &feeder.tokens, text)
    }

    /// Two layers without names and of one kind and size, side by side: their numbers in a saved file are those of the
    /// lines, so that swapping the lines swaps their weights. `let a = x -> Dense(8); let b = x -> Dense(8);`
    fn unnamed_twins(&self, id: NodeId, node: &Node) -> Option<Warning> {
        let own = self.unnamed[id.0].as_ref()?;
        let mut alike = self.twins.get(own.as_str())?.iter().take_while(|&&other| other < id.0);
        let before = &self.before[id.0];
        let twin = &self.nodes()[*alike.find(|&&other| !has(before, other))?];
        let text = format!(
            "`{}` and `{}` are alike and have no names: in a saved file they are `{}` and `{}`, by the order of the lines\nhelp: a name for each, `name: {}`",
            twin.title(),
            node.title(),
            twin.name,
            node.name,
            node.title()
        );
        warning("unnamed_twins", &node.tokens, text)
    }

    /// An image whose last side is as many as colours have is most likely one with its channels last:
    /// `image: [224, 224, 3]`.
    fn channels_last(&self, _: NodeId, node: &Node) -> Option<Warning> {
        let &[value] = &node.inputs[..] else { return None };
        let Source::Input(index) = self.shaped.graph.values[value.0].source else { return None };
        let input = &self.shaped.graph.header.inputs[index];
        let &[a, b, c] = &input.shape.as_ref()?.0[..] else { return None };
        // A constant is most likely a side.
        let is_side = |n: Dim| n.known().is_none_or(|n| n >= 8);
        let colours = c.known().is_some_and(|c| [1, 3, 4].contains(&c));
        let of_images = ["Conv2d", "MaxPool2d", "AvgPool2d", "BatchNorm2d"];
        if !colours || !is_side(a) || !is_side(b) || !of_images.contains(&kind(node)) {
            return None;
        }
        let text = format!(
            "`{}` is read as {a} channels of {b} x {c} pixels\nhelp: images are channels first here: `{}: [{c}, {a}, {b}]`",
            input.name, input.name
        );
        warning("channels_last", &input.tokens, text)
    }
}

/// The nodes whose numbers flow into each node.
fn before(shaped: &Shaped) -> Vec<Vec<u64>> {
    let graph = &shaped.graph;
    let words = graph.nodes.len().div_ceil(64);
    let mut all: Vec<Vec<u64>> = Vec::new();
    for node in &graph.nodes {
        let mut before = vec![0; words];
        let mut open = node.inputs.clone();
        while let Some(value) = open.pop() {
            match graph.values[value.0].source {
                // Nodes stand in the order in which they run.
                Source::Node { node, .. } if !has(&before, node.0) => {
                    before[node.0 / 64] |= 1 << (node.0 % 64);
                    let earlier = all.get(node.0).into_iter().flatten();
                    before.iter_mut().zip(earlier).for_each(|(all, earlier)| *all |= earlier);
                }
                Source::Node { .. } | Source::Input(_) => {}
                Source::Round { group, port } => open.push(graph.groups[group.0].inputs[port]),
                Source::Repeat { group, .. } => open.extend(&graph.groups[group.0].results),
            }
        }
        all.push(before);
    }
    all
}

fn has(set: &[u64], node: usize) -> bool {
    set[node / 64] >> (node % 64) & 1 == 1
}

/// What tells layers without names apart: their kind and their tensors; `None` for what has names or no tensors.
fn unnamed(shaped: &Shaped, node: &Node) -> Option<String> {
    if node.named || node.group.is_some() || node.shares.is_some() || node.call.is_none() {
        return None;
    }
    let inputs: Vec<Shape> = node.inputs.iter().map(|v| shaped.shapes[v.0].clone()).collect::<Option<_>>()?;
    let tensors = node.layer.as_ref()?.parameters(&inputs);
    let shapes: Vec<String> = tensors.iter().map(|p| format!("{}{:?}", p.name, p.memory_shape)).collect();
    (!shapes.is_empty()).then(|| format!("{}: {}", kind(node), shapes.join(", ")))
}
