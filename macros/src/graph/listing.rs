//! Graphs as short listings.

use super::{Graph, Shaped, ValueId};
use std::fmt;

impl fmt::Display for Graph {
    /// One line for each input, node and result.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.list(f, |_| String::new())
    }
}

impl fmt::Display for Shaped {
    /// The listing of the graph with the shape of each value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.graph.list(f, |value| match &self.shapes[value.0] {
            Some(shape) => format!(": {shape}"),
            None => ": unknown".into(),
        })
    }
}

impl Graph {
    fn list(&self, f: &mut fmt::Formatter<'_>, shape: impl Fn(ValueId) -> String) -> fmt::Result {
        let quote = |value: &ValueId| format!("v{}", value.0);
        writeln!(f, "network {}", self.header.name)?;
        for (i, input) in self.header.inputs.iter().enumerate() {
            writeln!(f, "  v{i}{} = input {}", shape(ValueId(i)), input.name)?;
        }
        for node in &self.nodes {
            let inputs: Vec<_> = node.inputs.iter().map(quote).collect();
            let outputs: Vec<_> = node.outputs.iter().map(|v| format!("v{}{}", v.0, shape(*v))).collect();
            let layer = if node.layer.is_some() { &node.text } else { "unknown" };
            writeln!(f, "  {} = {}: {layer} ({})", outputs.join(", "), node.name, inputs.join(", "))?;
        }
        let results: Vec<_> = self.results.iter().map(|r| r.as_ref().map_or("?".into(), quote)).collect();
        writeln!(f, "  results {}", results.join(", "))
    }
}
