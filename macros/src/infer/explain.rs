//! Makes a mismatch into an error: puts the names in, says where the numbers come from, and keeps those ways out that
//! a trial has found good.

mod edits;
mod fitting;
mod groups;
mod origin;
mod recurrent;
mod transposed;
mod upstream;
mod uses;
mod values;

use super::trial::{Edit, Fault, Trial, run, source_node};
use crate::ast::Port;
use crate::errors::{Change, Error, Help, Place};
use crate::graph::{Graph, Node, NodeId, Source, ValueId};
use crate::layers::{At, Mismatch, Proposal, is_value, list};
use crate::limits;
use crate::resolve::Signature;
use crate::shape::{Dim, Shape};
use crate::suggest;
use edits::replace;
pub use groups::{closed, definition, is_at_use, opened};
use groups::{elsewhere, inside};

/// The most ways out that one error shows.
const MAX_HELPS: usize = 2;

/// The most layers that are named beside the one that an error is about.
const MOST_ALIKE: usize = 6;

/// The error for a layer that its inputs do not fit, and for those after it which they do not fit either.
pub fn node(graph: &Graph, before: &Trial, id: NodeId, alike: &[NodeId], mismatch: &Mismatch) -> Error {
    let node = &graph.nodes[id.0];
    let fill = |text: &str| fill(graph, node, text);
    let mut error = Error::new(place(graph, node, mismatch.at), fill(&mismatch.line));
    let explainer = Explainer { graph, before, fault: Fault::Node(id) };
    if before.is_open(explainer.fault) {
        // No edit can be tried where nobody knows the numbers.
        error.notes.extend(mismatch.notes.iter().map(|n| fill(n)));
        error.notes.extend(explainer.origins(node, mismatch));
        if mismatch.trail {
            error.notes.extend(explainer.trail(node.inputs[0]));
        }
        if mismatch.at != At::Use {
            error.notes.extend(inside(graph, node.group));
        }
        return error;
    }
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
        candidates.extend(explainer.features_first(id));
        candidates.extend(explainer.claims(id));
        candidates.extend(explainer.unclaimed(node).filter(|_| node.group.is_some()));
    }
    if mismatch.at == At::Argument("groups") {
        candidates.extend(explainer.as_many_as_groups(node));
    }
    if mismatch.at == At::Layer {
        candidates.extend(explainer.resized(&node.inputs));
    }
    if !is_turned {
        candidates.extend(
            explainer.ordered(node, &mismatch.proposals).filter_map(|p| explainer.at_all(id, alike, p)),
        );
    }
    candidates.extend(explainer.beyond(node, mismatch, &mut error.notes));
    if is_at_use(graph, explainer.fault, mismatch) {
        candidates.extend(explainer.exchanged(node.group));
    }
    error.helps = explainer.good(candidates);
    let others: Vec<String> = alike.iter().map(|other| graph.nodes[other.0].title()).collect();
    if !others.is_empty() {
        let others: Vec<&str> = others.iter().map(String::as_str).take(MOST_ALIKE).collect();
        error.notes.push(format!(
            "and so {} {}",
            if others.len() == 1 { "does" } else { "do" },
            list(&others)
        ));
    }
    if mismatch.at != At::Use {
        error.notes.extend(inside(graph, node.group));
        elsewhere(graph, node.group, &node.title(), &mut error);
    }
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
        Some(node) if graph.nodes[node.0].group.is_none() => {
            format!("`{}` gives", graph.nodes[node.0].title())
        }
        Some(_) => format!("{} gives", graph.describe_to(None, value)),
        None => format!("{} is", graph.describe(value)),
    };
    let explainer = Explainer { graph, before, fault: Fault::Output(index) };
    if graph.indices(value).is_some() {
        let line = format!("`{network}` declares `{target}`, numbers, but {title} indices");
        return Some(Error::new(&declared.tokens, line));
    }
    let mut error =
        Error::new(&declared.tokens, format!("`{network}` declares `{target}`, but {title} `{found}`"));
    if wanted.rank() != found.rank() || wanted.rank() == 3 {
        error.notes.extend(explainer.trail(value));
    }
    if before.is_open(explainer.fault) {
        return Some(error);
    }
    let mut candidates = Vec::new();
    let last = source_node(graph, value).map(|node| &graph.nodes[node.0]);
    let channels_last = last.and_then(|node| explainer.channels_last(node));
    if let Some((candidate, line)) = channels_last.filter(|c| explainer.is_good(&c.0)) {
        error.notes.insert(0, line);
        candidates.push(candidate);
    }
    candidates.extend(explainer.last_step(value, wanted));
    candidates.extend(explainer.reduced(wanted, found));
    candidates.extend(explainer.append(index, value, wanted, found));
    candidates.extend(explainer.wider(value, wanted, found));
    candidates.extend(explainer.longer(value, wanted, found));
    candidates.extend(explainer.multiplied(value));
    candidates.extend(explainer.grown(value, wanted));
    candidates.extend(explainer.told(value, wanted, found));
    let group = source_node(graph, value).and_then(|node| graph.nodes[node.0].group);
    candidates.extend(explainer.exchanged(group));
    if found.rank() == wanted.rank() + 1 {
        // A number that many batches have is most likely one.
        let first = graph.header.inputs.first().and_then(|input| input.shape.as_ref()?.0.first().copied());
        let is_usual = |n: Dim| match n.known() {
            Some(n) => [8, 16, 32, 64, 100, 128, 256, 512].contains(&n),
            None => ["B", "N", "BS", "BATCH", "BATCH_SIZE"]
                .contains(&crate::shape::source(&n.to_string()).as_str()),
        };
        let at = if first.is_some_and(is_usual) { 0 } else { candidates.len() };
        candidates.splice(at..at, explainer.without_batch());
    }
    candidates.extend(explainer.swapped(value, "Flatten", "GlobalAvgPool2d"));
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
#[derive(Clone)]
struct Candidate {
    edits: Vec<Edit>,
    text: String,
    changes: Vec<Change>,
    /// The value whose new shape is worth saying.
    gives: Option<Gives>,
}

#[derive(Clone)]
enum Gives {
    Value(ValueId),
    Shape(Shape),
}

impl Candidate {
    /// None at all, which is left out.
    fn none() -> Candidate {
        Candidate { edits: Vec::new(), text: String::new(), changes: Vec::new(), gives: None }
    }
}

struct Explainer<'a> {
    graph: &'a Graph,
    before: &'a Trial,
    fault: Fault,
}

impl Explainer<'_> {
    fn is_good(&self, candidate: &Candidate) -> bool {
        self.tried(candidate).is_some_and(|after| self.mends(&after))
    }

    /// What comes of a candidate; `None` if enough has been tried. An edit in a block's text is one of all places where the block is used.
    fn tried(&self, candidate: &Candidate) -> Option<Trial> {
        if !limits::may_try(limits::NODE * self.graph.order.len()) {
            return None;
        }
        let mut edits = candidate.edits.clone();
        for edit in &candidate.edits {
            let (Edit::Insert { node, .. } | Edit::Replace { node, .. } | Edit::Earlier { node, .. }) = edit
            else {
                continue;
            };
            let Some(place) = definition(self.graph, Fault::Node(*node)) else { continue };
            for other in (0..self.graph.nodes.len()).map(NodeId).filter(|other| other != node) {
                if definition(self.graph, Fault::Node(other)) == Some(place) {
                    let distance = |id: NodeId| NodeId(id.0 + other.0 - node.0);
                    edits.push(match edit.clone() {
                        Edit::Insert { input, call, .. } => Edit::Insert { node: other, input, call },
                        Edit::Replace { call, .. } => Edit::Replace { node: other, call },
                        Edit::Earlier { before, .. } if other.0 > node.0 => {
                            Edit::Earlier { node: other, before: distance(before) }
                        }
                        _ => continue,
                    });
                }
            }
        }
        Some(run(self.graph, &edits))
    }

    /// Whether an edit would write the numbers of one use into the text of a block, which other uses have too.
    fn is_for_one_use(&self, candidate: &Candidate) -> bool {
        candidate.edits.iter().any(|edit| match edit {
            Edit::Replace { node, .. } => {
                let inner = &self.graph.nodes[node.0];
                let is_numbered =
                    |call: &crate::ast::Call| call.to_string() != suggest::source(&inner.tokens);
                self.is_general(*node) && inner.call.as_ref().is_some_and(is_numbered)
            }
            Edit::Insert { node, call, .. } => self.is_general(*node) && !call.arguments.is_empty(),
            _ => false,
        })
    }

    /// Whether a node stands in a block whose numbers differ from use to use.
    fn is_general(&self, node: NodeId) -> bool {
        let mut around = self.graph.around(self.graph.nodes[node.0].group);
        around.any(|g| self.graph.groups[g.0].signature.as_ref().is_some_and(Signature::is_general))
    }

    fn mends(&self, after: &Trial) -> bool {
        let place = definition(self.graph, self.fault);
        let left = |fault| place.is_some() && definition(self.graph, fault) == place;
        // An output that is the declared one for some constants alone most likely is not.
        let is_certain = !matches!(self.fault, Fault::Output(_)) || !after.is_open(self.fault);
        is_certain && after.mends(self.before, self.fault) && !after.failures.iter().any(|f| left(f.fault))
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

    /// Ways out of a layer's mismatch that its own proposals do not reach.
    fn beyond(&self, node: &Node, mismatch: &Mismatch, notes: &mut Vec<String>) -> Vec<Candidate> {
        let mut candidates = self.started(node, mismatch);
        candidates.extend(self.turned(node, mismatch));
        candidates.extend(self.spread_from(node));
        candidates.extend(self.shared(node).filter(|_| mismatch.line.contains(" has weights for ")));
        let values = &node.inputs;
        let joins = values.len() > 1 && mismatch.at == At::Layer;
        if joins {
            if mismatch.line.contains(" never broadcasts") {
                candidates.extend(self.spread(node));
            }
            let vector = values.iter().filter_map(|&other| self.shape(other)).find(|shape| shape.rank() == 1);
            candidates.extend(vector.and_then(|v| values.iter().find_map(|&value| self.last_step(value, v))));
            candidates.extend(self.projected(node));
            candidates.extend(self.same_inputs(node));
            candidates.extend(self.lengthened(node));
            candidates.extend(self.joined(node));
            if let (&[a, b, ..], Some(axis)) = (&values[..], mismatch.axis.map(|axis| axis as usize)) {
                // The side of an image or the length of a sequence differs.
                let (Some(left), Some(right)) = (self.shape(a), self.shape(b)) else { return candidates };
                if left.claimed_axis() == Some(axis) {
                    candidates.extend(self.made(a, axis, right.0[axis]).into_iter().chain(self.made(
                        b,
                        axis,
                        left.0[axis],
                    )));
                } else if left.rank() == right.rank() {
                    notes.extend(self.rounded(a).into_iter().chain(self.rounded(b)).take(1));
                    candidates.extend(self.grown(a, right));
                    candidates.extend(self.grown(b, left));
                    candidates.extend(self.padded(values));
                    if self.rounded(a).or_else(|| self.rounded(b)).is_some() {
                        candidates.extend(self.divisible());
                    }
                    candidates.extend(self.alike(node, axis));
                }
            }
        }
        for proposal in &mismatch.proposals {
            if let (Proposal::Input(shape), [value]) = (proposal, &values[..]) {
                if self.shape(*value).is_some_and(|found| found.0.get(1..) == Some(&shape[..])) {
                    candidates.extend(self.batch_left_out(*value));
                    continue;
                }
                candidates.insert(
                    0,
                    self.redeclared(*value, &Shape(shape.clone())).unwrap_or_else(Candidate::none),
                );
            }
        }
        if mismatch.line.contains(" takes indices, but ") {
            candidates.extend(values.first().and_then(|value| self.as_indices(*value)));
            candidates.extend(self.left_out(node));
        }
        if let [value] = values[..] {
            candidates.extend(self.as_image(node, value, mismatch));
            candidates.extend(self.unflattened(node, value, mismatch));
        }
        if mismatch.trail && !joins {
            candidates.extend(self.padded(values));
        }
        if let ([value], true) = (&values[..], mismatch.line.contains("the number of elements differs"))
            && let Some(rounded) = self.rounded(*value)
        {
            notes.push(rounded);
            candidates.extend(self.divisible());
        }
        candidates.retain(|candidate| !candidate.changes.is_empty());
        candidates
    }

    /// The first few candidates that make the network good; if none does, the first that makes it good up to here.
    fn good(&self, candidates: Vec<Candidate>) -> Vec<Help> {
        if crate::remedies::is_silent() {
            return Vec::new();
        }
        let mut helps: Vec<Help> = Vec::new();
        let candidates = candidates.into_iter().filter(|c| !self.is_for_one_use(c));
        let trials: Vec<(Candidate, Trial)> =
            candidates.filter_map(|c| self.tried(&c).map(|after| (c, after))).collect();
        let any = trials.iter().any(|(_, after)| self.mends(after));
        for (candidate, after) in trials {
            if candidate.edits.is_empty() {
                // A change of the text alone is proved where all are. What reads the same is one way out.
                let one_of = helps.iter_mut().filter(|help| help.text == candidate.text);
                let one_of = one_of.map(|help| help.one_of = true).count() > 0;
                helps.push(Help { text: candidate.text, changes: candidate.changes, one_of });
                continue;
            }
            let good = match any {
                true => self.mends(&after),
                false if definition(self.graph, self.fault).is_some() => false,
                false => helps.is_empty() && after.mends_here(self.graph, self.before, self.fault),
            };
            let proved = helps.iter().filter(|help| !help.one_of).count();
            if !good || proved >= MAX_HELPS + 8 {
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
                helps.push(Help { text, changes: candidate.changes, one_of: false });
            }
        }
        helps
    }
}

/// Puts names where a layer left room for them.
fn fill(graph: &Graph, node: &Node, text: &str) -> String {
    let kind = node.call.as_ref().map_or(String::new(), |c| c.name.to_string());
    let input = |i: usize| node.inputs.get(i).map_or(String::new(), |v| graph.describe_to(node.group, *v));
    let is_input = node.inputs.first().is_some_and(|v| matches!(graph.values[v.0].source, Source::Input(_)));
    let verb = if is_input { "is" } else { "gives" };
    let mut text = text.to_string();
    for (i, value) in node.inputs.iter().enumerate() {
        let verb = if matches!(graph.values[value.0].source, Source::Input(_)) { "is" } else { "gives" };
        text = text.replace(&format!("{{input_is {i}}}"), &format!("{} {verb}", input(i)));
    }
    let side = |i: usize| match operand_name(graph, node, i) {
        name if name.is_empty() => input(i),
        name => name,
    };
    let text = text
        .replace("{title}", &format!("`{}`", node.title()))
        .replace("{name}", &format!("`{}`", node.short()))
        .replace("{kind}", &format!("`{kind}`"))
        .replace("{input_is}", &format!("{} {verb}", input(0)))
        .replace("{input_has}", &format!("{} has", input(0)))
        .replace("{input}", &input(0))
        .replace("{a}", &side(0))
        .replace("{b}", &side(1));
    (2..node.inputs.len()).fold(text, |text, i| text.replace(&format!("{{{i}}}"), &side(i)))
}

/// How a message calls one side of a sum: as written if that is short.
fn operand_name(graph: &Graph, node: &Node, i: usize) -> String {
    match (node.operands.get(i), node.inputs.get(i)) {
        (Some(tokens), Some(value)) => match suggest::source(tokens) {
            text if text.len() <= 24 => format!("`{text}`"),
            _ => graph.describe_to(node.group, *value),
        },
        _ => String::new(),
    }
}

/// What a network from elsewhere is claimed to give.
fn claims(node: &Node) -> Option<&[Port]> {
    Some(&node.call.as_ref()?.outside.as_ref()?.claims)
}

fn place(graph: &Graph, node: &Node, at: At) -> Place {
    let argument = |name: &str| {
        let call = node.call.as_ref()?;
        let found = call.arguments.iter().find(|a| a.name.as_ref().is_some_and(|n| n == name))?;
        Some(Place::of(found.value.source()))
    };
    let by_place = || {
        let call = node.call.as_ref()?;
        Some(Place::of(call.arguments.iter().find(|a| a.name.is_none() && !is_value(a))?.value.source()))
    };
    match at {
        At::Main(name) => argument(name).or_else(by_place).unwrap_or_else(|| Place::of(&node.tokens)),
        At::Argument(name) => argument(name).unwrap_or_else(|| Place::of(&node.tokens)),
        At::Layer => Place::of(&node.tokens),
        At::Claim(port) => claims(node)
            .and_then(|all| all.get(port))
            .map_or_else(|| Place::of(&node.tokens), |claim| Place::of(&claim.tokens)),
        At::Claims => match claims(node) {
            Some([first, .., last]) => Place::of(&first.tokens).to(Place::of(&last.tokens)),
            Some([one]) => Place::of(&one.tokens),
            _ => Place::of(&node.tokens),
        },
        At::Use => {
            let used = graph.around(node.group).filter(|g| graph.groups[g.0].shares.is_some()).last();
            Place::of(used.map_or(&node.tokens, |g| &graph.groups[g.0].tokens))
        }
    }
}
