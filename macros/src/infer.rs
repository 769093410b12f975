//! From `Graph` to `Shaped`: every layer says what shape it gives. What an error feeds stays unknown, in silence.

mod explain;
mod trial;

use crate::demands::{Demand, Part};
use crate::errors::Errors;
use crate::graph::{Graph, Shaped};
use crate::layers::Mismatch;
use crate::shape::{Fact, Tree, explore};

/// Finds the shape of every value, and reports every layer that its input does not fit.
pub fn infer(graph: Graph, errors: &mut Errors) -> Shaped {
    let trial = trial::run(&graph, &[]);
    for failure in &trial.failures {
        if let trial::Fault::Node(node) = failure.fault {
            errors.push(explain::node(&graph, &trial, node, &failure.mismatch));
        }
    }
    let mut demands = Vec::new();
    for (fault, ways) in &trial.open {
        let part = match fault {
            Fault::Node(node) => Part::Node(*node),
            Fault::Output(output) => Part::Result(*output),
        };
        // Names and notes may hang on more constants than the mistake itself.
        let explained = |facts: &[Fact], mismatch: &Option<Mismatch>| match mismatch {
            None => Tree::Leaf(Vec::new()),
            Some(mismatch) => explore(facts, || match fault {
                Fault::Node(node) => {
                    vec![explain::node(&graph, &trial, *node, mismatch)]
                }
                Fault::Output(output) => explain::output(&graph, &trial, *output).into_iter().collect(),
            }),
        };
        let ways = ways.grown(&mut Vec::new(), &mut { explained });
        demands.push(Demand { part, ways });
    }
    let mut graph = graph;
    graph.demands.extend(demands);
    Shaped { shapes: trial.shapes, graph }
}

pub use explain::output;
pub use trial::{Fault, run, source_node};

/// Whether a network is good with another call in a node's place, whatever was wrong with it before.
pub fn would_fit(graph: &Graph, node: crate::graph::NodeId, call: &str) -> bool {
    let Some(call) = call.parse().ok().and_then(crate::parse::parse_call) else { return false };
    let before = trial::run(graph, &[]);
    let after = trial::run(graph, &[trial::Edit::Replace { node, call }]);
    after.mends(&before, Fault::Node(node))
}
