//! Shapes of a graph as it is, or as it would be after an edit: what the user is told to do has been tried.

use super::groups;
use crate::ast::{Argument, Call, Value, ValueKind};
use crate::demands::{self, Part};
use crate::graph::{Event, Graph, GroupId, Node, NodeId, Source, ValueId};
use crate::layers::{self, AnyLayer, At, Mismatch, Proposal};
use crate::limits;
use crate::shape::{Dim, Fact, Shape, Tree, explore};
use std::cell::OnceCell;
use std::collections::BTreeSet;

/// A change to a graph.
#[derive(Clone, Debug)]
pub enum Edit {
    /// Another layer between a node and its input of that number.
    Insert { node: NodeId, input: usize, call: Call },
    /// Another call in a node's place.
    Replace { node: NodeId, call: Call },
    /// A node before the one that feeds it.
    Earlier { node: NodeId, before: NodeId },
    /// Another shape for a network's input.
    Input { index: usize, shape: Shape },
    /// Another shape for a network's output.
    Output { index: usize, shape: Shape },
    /// A layer after the last, on the output of that number.
    Append { index: usize, call: Call },
}

/// Where a rule is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    Node(NodeId),
    /// What flows into a group does not fit its declaration.
    Open(GroupId),
    /// What a group's body gives is not what it declares, or no round can follow on it.
    Close(GroupId),
    /// The declared output of that number.
    Output(usize),
}

impl Fault {
    /// The layer, if it is one.
    pub fn node(self) -> Option<NodeId> {
        match self {
            Fault::Node(node) => Some(node),
            _ => None,
        }
    }
}

#[derive(Clone, Debug)]
pub struct Failure {
    pub fault: Fault,
    pub mismatch: Mismatch,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Trial {
    pub shapes: Vec<Option<Shape>>,
    /// What each result has after all edits.
    pub results: Vec<Option<Shape>>,
    pub failures: Vec<Failure>,
    /// Where they are, once somebody asks: each of many trials asks for each of many failures.
    faults: OnceCell<BTreeSet<Fault>>,
    /// What hangs on constants: an end with a mismatch is bad.
    pub open: Vec<(Fault, Tree<Option<Mismatch>>)>,
    /// What is so of constants where a value is good.
    facts: Vec<Vec<Fact>>,
    /// And inside of each group.
    inside: Vec<Vec<Fact>>,
}

impl Trial {
    /// Whether an edit has mended `fault` and nothing is wrong that was not wrong before.
    pub fn mends(&self, before: &Trial, fault: Fault) -> bool {
        self.failures.iter().all(|f| f.fault != fault && before.has(f.fault))
    }

    /// Whether an edit has mended `fault`, and what is wrong now was wrong before or could not be known: while a
    /// network is being written, its end is always wrong.
    pub fn mends_here(&self, graph: &Graph, before: &Trial, fault: Fault) -> bool {
        let unknown = |fault| match fault {
            Fault::Node(id) => graph.nodes[id.0].inputs.iter().any(|v| before.shapes[v.0].is_none()),
            Fault::Open(id) | Fault::Close(id) => {
                let group = &graph.groups[id.0];
                group.inputs.iter().chain(&group.results).any(|v| before.shapes[v.0].is_none())
            }
            Fault::Output(i) => before.results.get(i).is_none_or(Option::is_none),
        };
        self.failures.iter().all(|f| f.fault != fault && (before.has(f.fault) || unknown(f.fault)))
    }

    /// Whether a value is an input of the network, seen from outside any group.
    pub fn is_input(&self, graph: &Graph, value: ValueId) -> bool {
        match graph.values[value.0].source {
            Source::Input(_) => true,
            Source::Round { group, port } => self.is_input(graph, graph.groups[group.0].inputs[port]),
            _ => false,
        }
    }

    /// Whether constants decide it.
    pub fn is_open(&self, fault: Fault) -> bool {
        self.open.iter().any(|(open, _)| *open == fault)
    }

    /// What is so of constants where these values and all around are good.
    fn facts_of(&self, graph: &Graph, values: &[ValueId], group: Option<GroupId>, part: Part) -> Vec<Fact> {
        let mut facts = graph.facts(part);
        graph.around(group).for_each(|group| facts.extend(&self.inside[group.0]));
        values.iter().for_each(|value| facts.extend(&self.facts[value.0]));
        facts
    }

    fn has(&self, fault: Fault) -> bool {
        self.faults.get_or_init(|| self.failures.iter().map(|f| f.fault).collect()).contains(&fault)
    }
}

/// Finds the shapes with the edits in force. Reports nothing.
pub fn run(graph: &Graph, edits: &[Edit]) -> Trial {
    let mut trial = Trial {
        shapes: vec![None; graph.values.len()],
        results: Vec::new(),
        failures: Vec::new(),
        faults: OnceCell::new(),
        open: Vec::new(),
        facts: vec![Vec::new(); graph.values.len()],
        inside: vec![Vec::new(); graph.groups.len()],
    };
    for (i, input) in graph.header.inputs.iter().enumerate() {
        let edited = edits.iter().find_map(|e| match e {
            Edit::Input { index, shape } if *index == i => Some(shape.clone()),
            _ => None,
        });
        trial.shapes[i] = edited.or_else(|| input.shape.clone());
        trial.facts[i] = graph.facts(Part::Input(i));
    }
    // What a group that does not fit has inside is unknown.
    let mut closed_to: Option<GroupId> = None;
    for event in &graph.order {
        match *event {
            Event::Node(id) if closed_to.is_none() => {
                let node = &graph.nodes[id.0];
                let mut facts = trial.facts_of(graph, &node.inputs, node.group, Part::Node(id));
                let ways = explore(&facts, || outputs(graph, &trial, id, node, edits));
                if ways.single().is_some_and(Option::is_none) {
                    continue;
                }
                match joined(&ways) {
                    Ok(shapes) => {
                        let open =
                            ways.map(&mut |way| way.as_ref().and_then(|way| way.as_ref().err().cloned()));
                        trial.leave_open(Fault::Node(id), open, &mut facts);
                        for (value, shape) in node.outputs.iter().zip(shapes) {
                            trial.shapes[value.0] = Some(shape);
                            trial.facts[value.0].clone_from(&facts);
                        }
                    }
                    Err(mismatch) => {
                        if let Some(shapes) = regardless(graph, &trial, id, &mismatch) {
                            for (value, shape) in node.outputs.iter().zip(shapes) {
                                trial.shapes[value.0] = Some(shape);
                            }
                        }
                        trial.failures.push(Failure { fault: Fault::Node(id), mismatch });
                    }
                }
            }
            Event::Open(id) if closed_to.is_none() => {
                let group = &graph.groups[id.0];
                let mut facts = trial.facts_of(graph, &group.inputs, group.parent, Part::Open(id));
                let ways = explore(&facts, || groups::open(graph, &trial, id).err());
                if let Some(mismatch) = always(&ways) {
                    trial.failures.push(Failure { fault: Fault::Open(id), mismatch });
                    closed_to = Some(id);
                    continue;
                }
                trial.leave_open(Fault::Open(id), ways, &mut facts);
                for taken in &group.taken {
                    trial.facts[taken.0].clone_from(&facts);
                }
                trial.inside[id.0] = facts;
                for (&taken, &input) in group.taken.iter().zip(&group.inputs) {
                    trial.shapes[taken.0] = trial.shapes[input.0].clone();
                }
            }
            Event::Close(id) if closed_to == Some(id) => closed_to = None,
            Event::Close(id) if closed_to.is_none() => match closing(graph, &mut trial, id) {
                Ok((shapes, facts)) => {
                    for (value, shape) in graph.groups[id.0].outputs.iter().zip(shapes) {
                        trial.shapes[value.0] = shape;
                        trial.facts[value.0].extend(&facts);
                    }
                }
                Err(mismatch) => {
                    trial.failures.push(Failure { fault: Fault::Close(id), mismatch });
                    for value in &graph.groups[id.0].outputs {
                        // A value that only passes through is still what it was.
                        if !graph.groups[id.0].inputs.contains(value) {
                            trial.shapes[value.0] = None;
                        }
                    }
                }
            },
            _ => {}
        }
    }
    for (i, result) in graph.results.iter().enumerate() {
        let mut shape = result.and_then(|value| trial.shapes[value.0].clone());
        for edit in edits {
            if let Edit::Append { index, call } = edit
                && *index == i
                && let Some(before) = shape
            {
                let indices = result.and_then(|value| graph.indices(value));
                shape = apply(call, &before, indices);
                if shape.is_none() {
                    let mismatch = Mismatch::new("the appended layer does not fit");
                    trial.failures.push(Failure { fault: Fault::Output(i), mismatch });
                }
            }
        }
        trial.results.push(shape.clone());
        let edited = edits.iter().find_map(|e| match e {
            Edit::Output { index, shape } if *index == i => Some(shape.clone()),
            _ => None,
        });
        let declared = edited.or_else(|| graph.header.outputs.get(i).and_then(|o| o.shape.clone()));
        let holds_indices = result.is_some_and(|value| graph.indices(value).is_some());
        let appended = edits.iter().any(|e| matches!(e, Edit::Append { index, .. } if *index == i));
        if let (Some(declared), Some(found)) = (declared, shape) {
            let values = result.as_slice();
            let mut facts = trial.facts_of(graph, values, None, Part::Output(i));
            let fault = Fault::Output(i);
            let ways = explore(&facts, || {
                let differs = declared != found || holds_indices && !appended;
                differs.then(|| Mismatch::new(format!("{found}")))
            });
            match always(&ways) {
                Some(mismatch) => trial.failures.push(Failure { fault, mismatch }),
                None => trial.leave_open(fault, ways, &mut facts),
            }
        }
    }
    trial
}

impl Trial {
    /// Keeps what constants decide, and takes what they must be for facts.
    fn leave_open(&mut self, fault: Fault, ways: Tree<Option<Mismatch>>, facts: &mut Vec<Fact>) {
        let ways = ways.merged_by(&|a, b| a.is_none() && b.is_none());
        if ways.single().is_none() {
            facts.extend(demands::common(&ways, &Option::is_none));
            self.open.push((fault, ways));
        }
    }
}

/// The mismatch if there is no way without one.
fn always(ways: &Tree<Option<Mismatch>>) -> Option<Mismatch> {
    let leaves = ways.leaves();
    leaves.iter().all(|(_, way)| way.is_some()).then(|| leaves.last().and_then(|(_, way)| (*way).clone()))?
}

/// What comes out of a group, with what is so of constants then.
fn closing(
    graph: &Graph,
    trial: &mut Trial,
    id: GroupId,
) -> Result<(Vec<Option<Shape>>, Vec<Fact>), Mismatch> {
    let group = &graph.groups[id.0];
    let mut facts = trial.facts_of(graph, &group.results, Some(id), Part::Close(id));
    let ways = explore(&facts, || groups::close(graph, trial, id).err());
    if let Some(mismatch) = always(&ways) {
        return Err(mismatch);
    }
    trial.leave_open(Fault::Close(id), ways, &mut facts);
    Ok((group.results.iter().map(|v| trial.shapes[v.0].clone()).collect(), facts))
}

/// What a node gives however its mistake is mended: a claim changes nothing, nor does the number of heads.
fn regardless(graph: &Graph, trial: &Trial, id: NodeId, mismatch: &Mismatch) -> Option<Vec<Shape>> {
    let node = &graph.nodes[id.0];
    let layer = node.layer.as_ref()?;
    let inputs: Vec<Shape> = node.inputs.iter().map(|v| trial.shapes[v.0].clone()).collect::<Option<_>>()?;
    let first = inputs.first()?;
    if let Some(shape) = &mismatch.gives {
        let shapes = std::slice::from_ref(&**shape);
        // Unless something behind it takes it for what it was.
        let suits = |later: &Node| match (&later.layer, &later.inputs[..]) {
            (Some(layer), [_]) => shapes_of(layer, shapes).is_some(),
            _ => true,
        };
        let wants_more = graph.header.outputs.iter().filter_map(|output| output.shape.as_ref());
        let is_meant = wants_more.into_iter().all(|wanted| wanted.rank() <= 1)
            && graph.nodes[id.0 + 1..].iter().all(suits);
        return is_meant.then(|| shapes.to_vec());
    }
    match mismatch.at {
        At::Argument("in") => {
            // Whose axes may stand in another order nobody knows.
            let Some(ValueKind::Integer(claimed)) = node.call.as_ref().and_then(claim).map(|c| &c.value.kind)
            else {
                return None;
            };
            let turned = first.0.contains(claimed);
            (!turned).then(|| shapes_of(layer, &inputs))?
        }
        At::Main("heads" | "groups" | "positions")
        | At::Argument("heads" | "mask" | "positions" | "rotary")
            if node.outputs.len() == 1 =>
        {
            Some(vec![first.clone()])
        }
        _ => None,
    }
}

/// The shapes that a layer gives on its good ways.
pub fn shapes_of(layer: &AnyLayer, inputs: &[Shape]) -> Option<Vec<Shape>> {
    joined(&explore(&[], || Some(layer.outputs(inputs)))).ok()
}

/// The shapes of all good ways in one, or the mismatch if there is none.
fn joined(ways: &Tree<Option<Result<Vec<Shape>, Mismatch>>>) -> Result<Vec<Shape>, Mismatch> {
    match ways {
        Tree::Leaf(Some(result)) => result.clone(),
        Tree::Leaf(None) => Err(Mismatch::new("nothing is known about it")),
        Tree::Fork(test, yes, no) => match (joined(yes), joined(no)) {
            (Ok(yes), Ok(no)) => {
                let choose = |(a, b): (&Shape, &Shape)| {
                    Shape(a.0.iter().zip(&b.0).map(|(a, b)| Dim::choice(*test, *a, *b)).collect())
                };
                Ok(yes.iter().zip(&no).map(choose).collect())
            }
            (Ok(shapes), Err(_)) | (_, Ok(shapes)) => Ok(shapes),
            // What no constant mends is there on the ways where no number is 0 or below, which come last.
            (Err(_), Err(mismatch)) => Err(mismatch),
        },
    }
}

/// What a node gives; `None` if something that it needs is unknown.
fn outputs(
    graph: &Graph,
    trial: &Trial,
    id: NodeId,
    node: &Node,
    edits: &[Edit],
) -> Option<Result<Vec<Shape>, Mismatch>> {
    let mut layer = node.layer.clone();
    let mut call = node.call.clone();
    let mut inputs: Vec<Option<Shape>> = node.inputs.iter().map(|v| trial.shapes[v.0].clone()).collect();
    let mut after = None;
    let indices_of = |values: &[ValueId]| values.iter().map(|&v| graph.indices(v)).collect::<Vec<_>>();
    let mut indices = indices_of(&node.inputs);
    for edit in edits {
        match edit {
            Edit::Insert { node, input, call } if *node == id => {
                let shape = inputs.get_mut(*input)?;
                *shape = shape.as_ref().and_then(|s| apply(call, s, indices[*input]));
                indices[*input] = None;
                if shape.is_none() {
                    return Some(Err(Mismatch::new("the inserted layer does not fit")));
                }
            }
            Edit::Replace { node, call: edited } if *node == id => {
                layer = read(edited);
                if layer.is_none() {
                    return Some(Err(Mismatch::new("the edited layer cannot be read")));
                }
                call = Some(edited.clone());
            }
            Edit::Earlier { node, before } if *node == id => {
                let feeder = &graph.nodes[before.0];
                inputs = feeder.inputs.iter().map(|v| trial.shapes[v.0].clone()).collect();
                indices = indices_of(&feeder.inputs);
                after = feeder.layer.clone();
            }
            _ => {}
        }
    }
    let mut layer = layer?;
    layer.ask(node.outputs.len());
    layer.bind(&indices);
    let inputs: Vec<Shape> = inputs.into_iter().collect::<Option<_>>()?;
    if layer.refuses(inputs.len()).is_some() {
        return None;
    }
    if let Err(mismatch) = check_elements(graph, node, &layer, &inputs, &indices) {
        return Some(Err(mismatch));
    }
    let known = layer.refuses_any_length(&inputs).and_then(|()| layer.outputs(&inputs));
    let result = known.and_then(|shapes| {
        layer.check_steps(&inputs, &shapes)?;
        check_claim(call.as_ref(), &inputs)?;
        check_frozen(call.as_ref(), &layer, &inputs)?;
        groups::check_shared(graph, trial, node, &layer, &inputs)?;
        check_size(&layer, &inputs, &shapes)?;
        match after {
            Some(after) if after.takes_indices() => Err(Mismatch::new("indices come first")),
            Some(after) => after.outputs(&shapes),
            None => Ok(shapes),
        }
    });
    Some(result)
}

pub fn read(call: &Call) -> Option<AnyLayer> {
    let mut errors = crate::errors::Errors::new();
    let layer = AnyLayer::parse(call, &mut errors).ok().flatten();
    let good = errors.is_empty();
    layer.filter(|_| good)
}

/// What a layer makes of a value, with the bound of its elements if they are indices.
pub fn apply(call: &Call, shape: &Shape, indices: Option<Dim>) -> Option<Shape> {
    let mut layer = read(call)?;
    layer.bind(&[indices]);
    if layer.takes_indices() != indices.is_some() {
        return None;
    }
    let outputs = layer.outputs(std::slice::from_ref(shape)).ok()?;
    outputs.into_iter().next()
}

/// A layer takes numbers or indices, and must get what it takes: `tokens -> Dense(10)` and `image -> Embedding(32)` break
/// it.
fn check_elements(
    graph: &Graph,
    node: &Node,
    layer: &AnyLayer,
    inputs: &[Shape],
    indices: &[Option<Dim>],
) -> Result<(), Mismatch> {
    if layer.checks_elements() {
        return Ok(());
    }
    if let (true, Some(place)) = (layer.takes_indices(), indices.iter().position(Option::is_none)) {
        let value = node.inputs[place];
        let embedded = source_node(graph, value)
            .is_some_and(|id| graph.nodes[id.0].layer.as_ref().is_some_and(AnyLayer::takes_indices));
        if embedded {
            return Err(Mismatch::new("{title} takes indices, but {input} has made vectors of them already"));
        }
        return Err(Mismatch::new(format!(
            "{{title}} takes indices, but {{input_is}} `{}` of numbers",
            inputs[place]
        ))
        .note("indices enter a network as an input with their range: `tokens: [64] in 0..1000`"));
    }
    let are_wrong =
        |(i, bound): (usize, &Option<Dim>)| (bound.is_some() && !layer.may_be_indices(i)).then_some(i);
    if let (false, Some(place)) = (layer.takes_indices(), indices.iter().enumerate().find_map(are_wrong)) {
        let (value, shape) = (graph.describe_to(node.group, node.inputs[place]), &inputs[place]);
        // The width that fits what it meets, if it meets such.
        let fits = |other: &Shape| match other.0.split_last() {
            Some((width, outer)) if outer == shape.0 => Some(*width),
            _ => None,
        };
        let width = inputs.iter().find_map(fits).unwrap_or(32.into());
        let line = format!(
            "{{title}} takes numbers, but {value} holds indices, `{shape} in 0..{}`",
            indices[place].unwrap_or(Dim::ZERO)
        );
        let insert = Proposal::Insert { input: place, call: layers::embedding(width) };
        let mismatch = Mismatch::new(line);
        // An operator with a number has no place for a layer.
        let takes_layer = node.call.is_some() || !node.operands.is_empty();
        return Err(if takes_layer { mismatch.propose(insert) } else { mismatch });
    }
    Ok(())
}

/// The `in:` of a call.
pub fn claim(call: &Call) -> Option<&Argument> {
    call.arguments.iter().find(|a| a.name.as_ref().is_some_and(|n| n == "in"))
}

/// What the user claims to come in must come in: `Dense(10, in: 128)` after `Dense(64)`.
fn check_claim(call: Option<&Call>, inputs: &[Shape]) -> Result<(), Mismatch> {
    let Some(Argument { value: Value { kind, .. }, .. }) = call.and_then(claim) else { return Ok(()) };
    let shape = &inputs[0];
    match kind {
        ValueKind::Shape(claimed) if claimed != shape => {
            Err(Mismatch::new(format!("`in: {claimed}` does not match: {{input_is}} `{shape}`"))
                .at("in")
                .trail())
        }
        // What no claim can be has been refused.
        ValueKind::Integer(claimed) if claimed.integer().is_some_and(|n| n < 1) => Ok(()),
        ValueKind::Integer(claimed) => {
            let Some(axis) = shape.claimed_axis() else {
                return Err(
                    Mismatch::new(format!("`in: {claimed}` does not match: {{input_is}} a scalar")).at("in")
                );
            };
            if shape.0[axis] == *claimed {
                return Ok(());
            }
            let found = match shape.rank() {
                1 => format!("{{input_is}} `{shape}`"),
                _ => {
                    format!("{{input_has}} {}", crate::shape::counted(shape.0[axis], &shape.axis_name(axis)))
                }
            };
            Err(Mismatch::new(format!("`in: {claimed}` does not match: {found}")).at("in").axis(axis).trail())
        }
        _ => Ok(()),
    }
}

/// What is frozen has something that could be learned: `Relu(frozen: true)` has not.
fn check_frozen(call: Option<&Call>, layer: &AnyLayer, inputs: &[Shape]) -> Result<(), Mismatch> {
    let given = call.is_some_and(|call| {
        call.arguments.iter().any(|a| a.name.as_ref().is_some_and(|name| name == "frozen"))
    });
    if given && layer.parameters(inputs).iter().all(|p| p.learned().is(0)) {
        return Err(Mismatch::new("{title} has no weights, so there is nothing to freeze").at("frozen"));
    }
    Ok(())
}

/// No value and no tensor may be larger than any memory.
fn check_size(layer: &AnyLayer, inputs: &[Shape], outputs: &[Shape]) -> Result<(), Mismatch> {
    if let Some(shape) = outputs.iter().find(|s| s.rank() > limits::AXES) {
        let line = format!(
            "{{name}} gives a shape of {} axes, but a shape has {} at most",
            shape.rank(),
            limits::AXES
        );
        return Err(Mismatch::new(line));
    }
    if let Some(shape) = outputs.iter().find(|s| s.elements().is_none()) {
        return Err(Mismatch::new(format!(
            "{{name}} gives `{shape}`, which has more elements than memory can address"
        )));
    }
    for parameter in layer.parameters(inputs) {
        let shape = Shape(parameter.memory_shape);
        if shape.elements().is_none() {
            return Err(Mismatch::new(format!(
                "the {} of {{name}} takes {} numbers, more than memory can address",
                parameter.name,
                shape.product()
            )));
        }
    }
    Ok(())
}

/// The node that gives a value.
pub fn source_node(graph: &Graph, value: ValueId) -> Option<NodeId> {
    match graph.values[value.0].source {
        Source::Node { node, .. } => Some(node),
        _ => None,
    }
}
