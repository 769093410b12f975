//! Makes a mismatch into an error: puts the names in, says where the numbers come from, and keeps those ways out that
//! a trial has found good.

use super::trial::{self, Edit, Fault, Trial, claim, run, source_node};
use crate::ast::{Argument, Call, Value, ValueKind};
use crate::errors::{Change, Error, Help, How, Place};
use crate::graph::{Graph, Node, NodeId, Source, ValueId};
use crate::layers::{At, Mismatch, Proposal};
use crate::parse::parse_call;
use crate::shape::Shape;
use crate::suggest;
use proc_macro2::{Ident, TokenStream};

/// The most ways out that one error shows.
const MAX_HELPS: usize = 2;

/// The most steps of a trail.
const MAX_STEPS: usize = 6;

/// The error for a layer that its inputs do not fit.
pub fn node(graph: &Graph, before: &Trial, id: NodeId, mismatch: &Mismatch) -> Error {
    let node = &graph.nodes[id.0];
    let fill = |text: &str| fill(graph, node, text);
    let mut error = Error::new(place(node, mismatch.at), fill(&mismatch.line));
    let explainer = Explainer { graph, before, fault: Fault::Node(id) };
    let mut candidates = Vec::new();
    let channels_last = explainer.channels_last(node);
    let channels_last = channels_last.filter(|c| mismatch.trail && explainer.is_good(&c.0));
    let is_turned = channels_last.is_some() && mismatch.at == At::Layer;
    if let Some((help, line)) = channels_last {
        if matches!(graph.values[node.inputs[0].0].source, Source::Input(_)) && is_turned {
            error.notes.push(std::mem::replace(&mut error.line, line));
        } else {
            error.notes.push(line);
        }
        candidates.push(help);
    }
    error.notes.extend(mismatch.notes.iter().map(|n| fill(n)));
    error.notes.extend(explainer.origins(node, mismatch));
    if mismatch.trail {
        error.notes.extend(explainer.trail(node.inputs[0]));
    }
    if mismatch.at == At::Argument("in") {
        candidates.extend(explainer.claims(id));
    }
    if !is_turned {
        candidates
            .extend(explainer.ordered(node, &mismatch.proposals).filter_map(|p| explainer.candidate(id, p)));
    }
    error.helps = explainer.good(candidates);
    error
}

/// The error for a result whose shape is not the declared one.
pub fn output(graph: &Graph, before: &Trial, index: usize) -> Option<Error> {
    let declared = &graph.header.outputs[index];
    let value = graph.results.get(index).copied().flatten()?;
    let (wanted, found) = (declared.shape.as_ref()?, before.shapes[value.0].as_ref()?);
    let network = &graph.header.name;
    let target = match &declared.name {
        Some(name) => format!("{name}: {wanted}"),
        None => format!("-> {wanted}"),
    };
    let title = match source_node(graph, value) {
        Some(node) => format!("`{}` gives", graph.nodes[node.0].title()),
        None => format!("{} is", graph.describe(value)),
    };
    let explainer = Explainer { graph, before, fault: Fault::Output(index) };
    let mut error =
        Error::new(&declared.tokens, format!("`{network}` declares `{target}`, but {title} `{found}`"));
    if wanted.rank() != found.rank() || wanted.rank() == 3 {
        error.notes.extend(explainer.trail(value));
    }
    let mut candidates = Vec::new();
    candidates.extend(explainer.append(index, value, wanted, found));
    candidates.extend(explainer.wider(value, wanted, found));
    if wanted.rank() == 3
        && found.rank() == 3
        && let Some(node) = source_node(graph, value)
    {
        candidates.extend(explainer.keep_size(&graph.nodes[node.0], Some(value)));
    }
    candidates.push(Candidate {
        edits: vec![Edit::Output { index, shape: found.clone() }],
        text: match &declared.name {
            Some(name) => format!("declare `{name}: {found}`"),
            None => format!("declare `-> {found}`"),
        },
        changes: vec![replace(&declared.tokens, found.to_string())],
        gives: None,
    });
    error.helps = explainer.good(candidates);
    Some(error)
}

/// A way out that has still to be tried.
struct Candidate {
    edits: Vec<Edit>,
    text: String,
    changes: Vec<Change>,
    /// The value whose new shape is worth saying.
    gives: Option<Gives>,
}

enum Gives {
    Value(ValueId),
    Shape(Shape),
}

struct Explainer<'a> {
    graph: &'a Graph,
    before: &'a Trial,
    fault: Fault,
}

impl Explainer<'_> {
    fn is_good(&self, candidate: &Candidate) -> bool {
        run(self.graph, &candidate.edits).mends(self.before, self.fault)
    }

    /// On which side of a sum a layer is put in first: on the shorter way here, which is the shortcut.
    fn ordered<'a>(&self, node: &Node, proposals: &'a [Proposal]) -> impl Iterator<Item = &'a Proposal> {
        let length = |proposal: &Proposal| match proposal {
            Proposal::Insert { input, .. } => self.ancestors(&node.inputs[*input..=*input]).len() + 1,
            _ => 0,
        };
        let mut proposals: Vec<&Proposal> = proposals.iter().collect();
        proposals.sort_by_key(|p| if node.operands.is_empty() { 0 } else { length(p) });
        proposals.into_iter()
    }

    /// The first few candidates that make the network good; if none does, the first that makes it good up to here.
    fn good(&self, candidates: Vec<Candidate>) -> Vec<Help> {
        let mut helps: Vec<Help> = Vec::new();
        let trials: Vec<Trial> = candidates.iter().map(|c| run(self.graph, &c.edits)).collect();
        let any = trials.iter().any(|t| t.mends(self.before, self.fault));
        for (candidate, after) in candidates.into_iter().zip(trials) {
            let good = match any {
                true => after.mends(self.before, self.fault),
                false => helps.is_empty() && after.mends_here(self.graph, self.before, self.fault),
            };
            if !good || helps.len() == MAX_HELPS {
                continue;
            }
            let shape = match candidate.gives {
                Some(Gives::Value(value)) => after.shapes[value.0].clone(),
                Some(Gives::Shape(shape)) => Some(shape),
                None => None,
            };
            let text = match shape {
                Some(shape) => format!("{}, giving `{shape}`", candidate.text),
                None => candidate.text,
            };
            if helps.iter().all(|h| h.text != text) {
                helps.push(Help { text, changes: candidate.changes, untried: None });
            }
        }
        helps
    }

    fn candidate(&self, id: NodeId, proposal: &Proposal) -> Option<Candidate> {
        let node = &self.graph.nodes[id.0];
        match proposal {
            Proposal::Insert { input, call } => self.insert(id, *input, call),
            Proposal::Argument { name, value } => {
                let call = with_argument(node.call.as_ref()?, Some(name), value)?;
                Some(self.replaced(id, call))
            }
            Proposal::Main(value) => {
                let call = with_argument(node.call.as_ref()?, None, value)?;
                Some(self.replaced(id, call))
            }
            Proposal::Rename(name) => {
                let old = node.call.as_ref()?;
                let call = Call { name: Ident::new(name, old.name.span()), ..old.clone() };
                Some(self.replaced(id, call))
            }
            Proposal::Earlier => self.earlier(id),
            Proposal::Input(shape) => self.declared(node.inputs[0], Shape(shape.clone())),
            Proposal::KeepSize => self.keep_size(node, None),
        }
    }

    fn replaced(&self, id: NodeId, call: Call) -> Candidate {
        let node = &self.graph.nodes[id.0];
        Candidate {
            text: format!("`{}`", labelled_call(node, &call)),
            changes: vec![replace(&node.tokens, call.to_string())],
            gives: node.outputs.first().copied().map(Gives::Value),
            edits: vec![Edit::Replace { node: id, call }],
        }
    }

    fn insert(&self, id: NodeId, input: usize, text: &str) -> Option<Candidate> {
        let node = &self.graph.nodes[id.0];
        let call = parsed(text)?;
        let edits = vec![Edit::Insert { node: id, input, call: call.clone() }];
        let Some(operand) = node.operands.get(input) else {
            let mut layer = trial::read(&call)?.outputs(&[self.shape(node.inputs[input])?.clone()]).ok()?;
            return Some(Candidate {
                edits,
                text: format!("insert `-> {text}` before it"),
                changes: vec![Change {
                    place: labelled(node),
                    how: How::Before,
                    text: format!("{text} -> "),
                }],
                gives: layer.pop().map(Gives::Shape),
            });
        };
        let longer = format!("({} -> {text})", suggest::source(operand));
        let operands: Vec<_> = node
            .operands
            .iter()
            .enumerate()
            .map(|(i, tokens)| if i == input { longer.clone() } else { operand_text(tokens) })
            .collect();
        Some(Candidate {
            edits,
            text: format!("`{}`", operands.join(" + ")),
            changes: vec![replace(operand, longer)],
            gives: node.outputs.first().copied().map(Gives::Value),
        })
    }

    /// A layer before the one that feeds it, if nobody else reads that one.
    fn earlier(&self, id: NodeId) -> Option<Candidate> {
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
    fn declared(&self, value: ValueId, shape: Shape) -> Option<Candidate> {
        let Source::Input(index) = self.graph.values[value.0].source else { return None };
        let input = &self.graph.header.inputs[index];
        let old = input.shape.as_ref()?;
        let hint = if old.rank() == 4 { "leave the batch axis out" } else { "declare it" };
        Some(Candidate {
            text: format!("{hint}: `{}: {shape}`", input.name),
            changes: vec![replace(&input.tokens, shape.to_string())],
            edits: vec![Edit::Input { index, shape }],
            gives: None,
        })
    }

    /// All convolutions on the way here padded so that they keep the size.
    fn keep_size(&self, node: &Node, itself: Option<ValueId>) -> Option<Candidate> {
        let (mut edits, mut changes, mut names) = (Vec::new(), Vec::new(), Vec::new());
        let from = itself.map_or(node.inputs.clone(), |value| vec![value]);
        for id in self.ancestors(&from) {
            let ancestor = &self.graph.nodes[id.0];
            let Some(call) = ancestor.call.as_ref().filter(|c| c.name == "Conv2d") else { continue };
            let Some(kernel) = call.arguments.iter().find(|a| a.name.as_ref().is_some_and(|n| n == "kernel"))
            else {
                continue;
            };
            let padding = match &kernel.value.kind {
                ValueKind::Integer(k) if k % 2 == 1 && *k > 1 => (k / 2).to_string(),
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

    /// All that these values come from, in order.
    fn ancestors(&self, values: &[ValueId]) -> Vec<NodeId> {
        let mut seen = vec![false; self.graph.nodes.len()];
        let mut open: Vec<ValueId> = values.to_vec();
        while let Some(value) = open.pop() {
            if let Some(id) = source_node(self.graph, value)
                && !std::mem::replace(&mut seen[id.0], true)
            {
                open.extend(&self.graph.nodes[id.0].inputs);
            }
        }
        (0..seen.len()).filter(|&i| seen[i]).map(NodeId).collect()
    }

    /// The true number for an `in:` that is wrong.
    fn claims(&self, id: NodeId) -> Option<Candidate> {
        let node = &self.graph.nodes[id.0];
        let call = node.call.as_ref()?;
        let argument = claim(call)?;
        let shape = self.shape(node.inputs[0])?;
        let truth = match &argument.value.kind {
            ValueKind::Shape(_) => shape.to_string(),
            _ => shape.0[shape.claimed_axis()?].to_string(),
        };
        let call = with_argument(call, Some("in"), &truth)?;
        Some(Candidate {
            edits: vec![Edit::Replace { node: id, call }],
            text: format!("write `in: {truth}`, or leave `in:` out"),
            changes: vec![replace(&argument.value.tokens, truth)],
            gives: None,
        })
    }

    /// Whether the input at the start of this looks like height, width, channels.
    fn channels_last(&self, node: &Node) -> Option<(Candidate, String)> {
        let mut value = *node.inputs.first()?;
        while let Some(id) = source_node(self.graph, value) {
            value = *self.graph.nodes[id.0].inputs.first()?;
        }
        let Source::Input(index) = self.graph.values[value.0].source else { return None };
        let input = &self.graph.header.inputs[index];
        let &[a, b, c] = &input.shape.as_ref()?.0[..] else { return None };
        if !(c <= 4 && a > 4 && b > 4) {
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
    fn append(&self, index: usize, value: ValueId, wanted: &Shape, found: &Shape) -> Vec<Candidate> {
        let Some(node) = source_node(self.graph, value).map(|id| &self.graph.nodes[id.0]) else {
            return Vec::new();
        };
        let readers = self.graph.nodes.iter().filter(|n| n.inputs.contains(&value)).count();
        if wanted.rank() == found.rank() || readers > 0 || !node.operands.is_empty() {
            return Vec::new();
        }
        let layers = ["GlobalAvgPool2d", "Flatten"].into_iter().filter_map(|text| {
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

    /// Another width for the layer that made the last features.
    fn wider(&self, value: ValueId, wanted: &Shape, found: &Shape) -> Option<Candidate> {
        let axis = found.claimed_axis()?;
        let differing = (0..found.rank()).filter(|&a| wanted.0.get(a) != found.0.get(a)).collect::<Vec<_>>();
        if wanted.rank() != found.rank() || differing != [axis] {
            return None;
        }
        let id = self.origin(value, axis)?;
        let node = &self.graph.nodes[id.0];
        if !node.layer.as_ref()?.decides_features() {
            return None;
        }
        let call = with_argument(node.call.as_ref()?, None, &wanted.0[axis].to_string())?;
        Some(Candidate {
            text: format!("`{}`", labelled_call(node, &call)),
            changes: vec![replace(&node.tokens, call.to_string())],
            edits: vec![Edit::Replace { node: id, call }],
            gives: None,
        })
    }

    fn shape(&self, value: ValueId) -> Option<&Shape> {
        self.before.shapes[value.0].as_ref()
    }

    /// The node that gave an axis of a value its size; `None` if an input brought it.
    fn origin(&self, mut value: ValueId, axis: usize) -> Option<NodeId> {
        loop {
            let id = source_node(self.graph, value)?;
            let node = &self.graph.nodes[id.0];
            let shape = self.shape(value)?;
            let decides = node.layer.as_ref()?.decides_features() && shape.claimed_axis() == Some(axis);
            let input = *node.inputs.first()?;
            let passes =
                self.shape(input).is_some_and(|s| s.rank() == shape.rank() && s.0[axis] == shape.0[axis]);
            if decides || !passes {
                return Some(id);
            }
            value = input;
        }
    }

    /// Where the number at fault was made.
    fn origins(&self, node: &Node, mismatch: &Mismatch) -> Vec<String> {
        let Some(axis) = mismatch.axis else { return Vec::new() };
        let mut notes = Vec::new();
        for (i, &value) in node.inputs.iter().enumerate() {
            if node.inputs[..i].contains(&value) {
                continue;
            }
            let Some(shape) = self.shape(value).filter(|s| axis < s.rank()) else { continue };
            let Some(id) = self.origin(value, axis) else { continue };
            let maker = &self.graph.nodes[id.0];
            // The neighbour needs no introduction, except as a side of a sum.
            let itself = maker.outputs.contains(&value) && maker.named && node.operands.is_empty();
            let view = maker.inputs.first().and_then(|v| self.shape(*v)).filter(|s| s.rank() != shape.rank());
            match view {
                Some(source) if maker.call.is_some() => notes.push(format!(
                    "`{}` makes `{}` of `{source}` ({})",
                    maker.title(),
                    Shape(vec![shape.len()]),
                    source.product()
                )),
                _ if itself => {}
                // A size is often lost in many small steps.
                _ if !node.operands.is_empty()
                    && shape.rank() == 3
                    && axis > 0
                    && self.trail(value).is_some() =>
                {
                    notes.extend(self.trail(value));
                }
                _ => {
                    let operand = operand_name(self.graph, node, i);
                    let name = if operand.is_empty() { self.graph.describe(value) } else { operand };
                    let size = match shape.axis_name(axis).as_str() {
                        noun @ ("height" | "width") => {
                            format!("is {} {}", shape.0[axis], if noun == "height" { "high" } else { "wide" })
                        }
                        noun => format!("has {}", crate::shape::counted(shape.0[axis], noun)),
                    };
                    let title = maker.title();
                    if name != format!("`{title}`") || !node.operands.is_empty() {
                        notes.push(format!("{name} {size} since `{title}`"));
                    }
                }
            }
        }
        notes
    }

    /// The sizes on the way to a value: `image` [1, 28, 28] -> `conv1` [8, 26, 26].
    fn trail(&self, mut value: ValueId) -> Option<String> {
        let mut steps = Vec::new();
        loop {
            let shape = self.shape(value)?;
            match source_node(self.graph, value) {
                None => {
                    steps.push(format!("{} {shape}", self.graph.describe(value)));
                    break;
                }
                Some(id) => {
                    let node = &self.graph.nodes[id.0];
                    let input = *node.inputs.first()?;
                    // What leaves the shape alone is no step, unless the user gave it a name.
                    if self.shape(input) != Some(shape) || node.named {
                        steps.push(format!("`{}` {shape}", node.short()));
                    }
                    value = input;
                }
            }
        }
        if steps.len() < 3 {
            return None;
        }
        steps.reverse();
        if steps.len() > MAX_STEPS {
            let tail = steps.split_off(steps.len() - (MAX_STEPS - 3));
            steps.truncate(2);
            steps.push("…".into());
            steps.extend(tail);
        }
        Some(steps.join(" -> "))
    }
}

/// Puts names where a layer left room for them.
fn fill(graph: &Graph, node: &Node, text: &str) -> String {
    let kind = node.call.as_ref().map_or(String::new(), |c| c.name.to_string());
    let input = |i: usize| node.inputs.get(i).map_or(String::new(), |v| graph.describe(*v));
    let is_input = node.inputs.first().is_some_and(|v| matches!(graph.values[v.0].source, Source::Input(_)));
    let verb = if is_input { "is" } else { "gives" };
    text.replace("{name}", &format!("`{}`", node.short()))
        .replace("{kind}", &format!("`{kind}`"))
        .replace("{input_is}", &format!("{} {verb}", input(0)))
        .replace("{input_has}", &format!("{} has", input(0)))
        .replace("{input}", &input(0))
        .replace("{a}", &operand_name(graph, node, 0))
        .replace("{b}", &operand_name(graph, node, 1))
}

/// How a message calls one side of a sum: as written if that is short.
fn operand_name(graph: &Graph, node: &Node, i: usize) -> String {
    match (node.operands.get(i), node.inputs.get(i)) {
        (Some(tokens), Some(value)) => match suggest::source(tokens) {
            text if text.len() <= 24 => format!("`{text}`"),
            _ => graph.describe(*value),
        },
        _ => String::new(),
    }
}

fn place(node: &Node, at: At) -> Place {
    let argument = |name: &str| {
        let call = node.call.as_ref()?;
        let found = call.arguments.iter().find(|a| a.name.as_ref().is_some_and(|n| n == name))?;
        Some(Place::of(&found.value.tokens))
    };
    match at {
        At::Argument(name) => argument(name).unwrap_or_else(|| Place::of(&node.tokens)),
        At::Layer => Place::of(&node.tokens),
    }
}

/// A layer with its label.
fn labelled(node: &Node) -> Place {
    let call = Place::of(&node.tokens);
    if node.named { Place::from(&node.name).to(call) } else { call }
}

fn labelled_text(node: &Node) -> String {
    labelled_call(node, node.call.as_ref().unwrap_or_else(|| unreachable!("asked of layers only")))
}

fn labelled_call(node: &Node, call: &Call) -> String {
    if node.named { format!("{}: {call}", node.name) } else { call.to_string() }
}

fn operand_text(tokens: &TokenStream) -> String {
    let text = suggest::source(tokens);
    if text.contains("->") { format!("({text})") } else { text }
}

fn replace(tokens: &TokenStream, text: String) -> Change {
    Change { place: Place::of(tokens), how: How::Replace, text }
}

fn parsed(text: &str) -> Option<Call> {
    parse_call(text.parse().ok()?)
}

/// A call with another value for an argument, or with the argument added; without a name it is the one by place.
fn with_argument(call: &Call, name: Option<&str>, value: &str) -> Option<Call> {
    let value = parsed(&format!("X({value})"))?.arguments.pop()?.value;
    let mut call = call.clone();
    let old = call.arguments.iter_mut().find(|a| match (&a.name, name) {
        (Some(given), Some(name)) => given == name,
        (None, None) => true,
        _ => false,
    });
    match (old, name) {
        (Some(argument), _) => argument.value = value,
        (None, Some(name)) => {
            let name = Ident::new(name, call.name.span());
            let Value { kind, tokens } = value;
            let value = Value { kind, tokens: tokens.clone() };
            call.arguments.push(Argument { name: Some(name), value, tokens });
        }
        (None, None) => return None,
    }
    Some(call)
}
