//! From `Graph` to `Shaped`: every layer says what shape it gives. What an error feeds stays unknown, in silence.

mod explain;
mod groups;
mod trial;

use crate::demands::{self, Demand, Part};
use crate::errors::Errors;
use crate::graph::{Graph, Node, NodeId, Shaped};
use crate::layers::{At, Mismatch};
use crate::shape::{Fact, Tree, explore_at_most};
use crate::{limits, suggest};

/// How many wordings of one mistake there may be where notes hang on constants.
const MOST_WORDINGS: usize = 8;

/// Finds the shape of every value, and reports every layer that its input does not fit.
pub fn infer(graph: Graph, errors: &mut Errors) -> Shaped {
    let trial = trial::run(&graph, &[]);
    // A mistake in a block is one mistake, however often the block is used.
    let mut reported = Vec::new();
    for (i, failure) in trial.failures.iter().enumerate() {
        let known = |earlier| is_alike(&graph, earlier, failure) || meets_again(&graph, earlier, failure);
        if trial.failures[..i].iter().any(known) {
            continue;
        }
        let definition = explain::definition(&graph, failure.fault);
        let at_use = explain::is_at_use(&graph, failure.fault, &failure.mismatch);
        if definition.is_some() && !at_use && reported.contains(&definition) {
            continue;
        }
        reported.push(definition);
        match failure.fault {
            Fault::Node(node) => {
                let alike = trial.failures[i + 1..].iter().filter(|later| is_alike(&graph, failure, later));
                let alike: Vec<NodeId> = alike.filter_map(|later| later.fault.node()).collect();
                let mut error = explain::node(&graph, &trial, node, &alike, &failure.mismatch);
                let again = trial.failures[i + 1..].iter().find(|later| meets_again(&graph, failure, later));
                if let Some(again) = again.and_then(|again| again.fault.node()) {
                    let again = suggest::source(&graph.nodes[again.0].tokens);
                    error.notes.push(format!(
                        "the same values meet in `{}`",
                        limits::shortened(&again, limits::QUOTED)
                    ));
                }
                errors.push(error);
            }
            Fault::Open(group) => errors.push(explain::opened(&graph, &trial, group, &failure.mismatch)),
            Fault::Close(group) => errors.push(explain::closed(&graph, &trial, group, &failure.mismatch)),
            Fault::Output(_) => {}
        }
    }
    let mut demands = Vec::new();
    for (fault, ways) in &trial.open {
        let part = match fault {
            Fault::Node(node) => Part::Node(*node),
            Fault::Open(group) => Part::Open(*group),
            Fault::Close(group) => Part::Close(*group),
            Fault::Output(output) => Part::Result(*output),
        };
        // Names and notes may hang on more constants than the mistake itself.
        let explained = |facts: &[Fact], mismatch: &Option<Mismatch>| match mismatch {
            None => Tree::Leaf(Vec::new()),
            Some(mismatch) => explore_at_most(MOST_WORDINGS, facts, || match fault {
                Fault::Node(node) => {
                    vec![explain::node(&graph, &trial, *node, &[], mismatch)]
                }
                Fault::Open(group) => {
                    vec![demands::conditional(&explain::opened(&graph, &trial, *group, mismatch))]
                }
                Fault::Close(group) => {
                    vec![demands::conditional(&explain::closed(&graph, &trial, *group, mismatch))]
                }
                Fault::Output(output) => explain::output(&graph, &trial, *output).into_iter().collect(),
            }),
        };
        let ways = ways.grown(&mut Vec::new(), &mut { explained }).merged_by(&|a, b| demands::same(a, b));
        let definition = explain::definition(&graph, *fault).or_else(|| first_meeting(&graph, *fault));
        demands.push(Demand { part, ways, definition });
    }
    one_for_the_order(&graph, &trial, &mut demands);
    let mut graph = graph;
    graph.demands.extend(demands);
    Shaped {
        shapes: trial.shapes,
        graph,
        declared: Vec::new(),
        each_step: Vec::new(),
        memories: Vec::new(),
        carrying: Vec::new(),
        rows: Vec::new(),
    }
}

/// A value that two layers cannot take for one reason is one mistake: `(image -> Dense(5), image -> Dense(4))`.
fn is_alike(graph: &Graph, a: &trial::Failure, b: &trial::Failure) -> bool {
    let (Some(first), Some(second)) = (a.fault.node(), b.fault.node()) else { return false };
    let (first, second) = (&graph.nodes[first.0], &graph.nodes[second.0]);
    a.mismatch.at == At::Layer
        && a.mismatch.line == b.mismatch.line
        && [" needs ", " takes numbers, but "].iter().any(|kind| a.mismatch.line.contains(kind))
        && (&first.inputs, first.group) == (&second.inputs, second.group)
}

/// The same values that meet again in another operator are one mistake: `a + b` and `a * b`.
fn meets_again(graph: &Graph, a: &trial::Failure, b: &trial::Failure) -> bool {
    let (Some(first), Some(second)) = (a.fault.node(), b.fault.node()) else { return false };
    let differ = |failure: &trial::Failure| {
        failure.mismatch.at == At::Layer && failure.mismatch.line.starts_with("cannot ")
    };
    differ(a) && differ(b) && have_same_values(&graph.nodes[first.0], &graph.nodes[second.0])
}

fn have_same_values(a: &Node, b: &Node) -> bool {
    let sorted = |node: &Node| {
        let mut inputs = node.inputs.clone();
        inputs.sort_by_key(|value| value.0);
        inputs
    };
    a.inputs.len() > 1 && a.group == b.group && sorted(a) == sorted(b)
}

/// The same where the compiler decides whether the values fit: what the first operator has reported is no news.
fn first_meeting(graph: &Graph, fault: Fault) -> Option<(usize, usize, bool)> {
    let joins = |node: &Node| {
        let name = node.layer.as_ref().map_or("", |layer| layer.name());
        ["Add", "Sub", "Mul", "Div", "Min", "Max", "Pow", "Concat"].contains(&name)
    };
    let node = Some(&graph.nodes[fault.node()?.0]).filter(|node| joins(node))?;
    let first = graph.nodes.iter().position(|other| joins(other) && have_same_values(other, node))?;
    Some((usize::MAX, first, true))
}

/// Two outputs in the other order are one mistake, of which constants may decide whether it is one.
fn one_for_the_order(graph: &Graph, trial: &trial::Trial, demands: &mut Vec<Demand>) {
    let is_result = |demand: &Demand| matches!(demand.part, Part::Result(_));
    if graph.results.len() != 2 || demands.iter().filter(|demand| is_result(demand)).count() != 2 {
        return;
    }
    let Some(error) = crate::check::other_order(graph, &trial.shapes) else { return };
    let error = demands::conditional(&error);
    let second = demands.iter().rposition(is_result);
    second.into_iter().for_each(|second| drop(demands.remove(second)));
    for demand in demands.iter_mut().filter(|demand| is_result(demand)) {
        demand.ways = demand.ways.map(&mut |errors| errors.iter().map(|_| error.clone()).take(1).collect());
    }
}

pub use explain::output;
pub use trial::{Fault, run, shapes_of, source_node};
