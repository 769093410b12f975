//! The table of a network's layers.

use super::table::{Table, thousands};
use crate::{Graph, Node};
use core::fmt;

/// What a network consists of, layer by layer; made by [`summary`], printed as a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// The network's name.
    pub name: &'static str,
    /// The inputs with their shapes.
    pub inputs: Vec<(&'static str, &'static [usize])>,
    /// The layers and operations, in the order in which they run.
    pub rows: Vec<Row>,
}

/// One layer of a [`Summary`].
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The layer's name.
    pub name: &'static str,
    /// The layer as it was declared, with its arguments.
    pub text: &'static str,
    /// The shapes of what comes out.
    pub outputs: &'static [&'static [usize]],
    /// The number of learned scalars.
    pub parameters: usize,
    /// The number of frozen scalars.
    pub frozen: usize,
    /// Multiplications followed by an addition, for one sample.
    pub multiply_adds: u64,
}

/// The summary of a described network.
///
/// ```
/// use formwork::{Graph, Node, report::summary};
/// const GRAPH: Graph = Graph {
///     name: "Tiny",
///     inputs: &[],
///     nodes: &[Node {
///         name: "logits", layer: "Dense", text: "Dense(10)", inputs: &[], outputs: &[&[10]], tensors: (0, 2),
///         parameters: 1290, frozen: 0, multiply_adds: 1280, group: None,
///     }],
///     groups: &[],
///     outputs: &[],
///     fingerprint: 1,
/// };
/// let table = summary(&GRAPH).to_string();
/// assert!(table.contains("logits: Dense(10)") && table.contains("1,290"));
/// ```
#[must_use]
pub fn summary(graph: &Graph) -> Summary {
    let row = |node: &Node| Row {
        name: node.name,
        text: node.text,
        outputs: node.outputs,
        parameters: node.parameters,
        frozen: node.frozen,
        multiply_adds: node.multiply_adds,
    };
    Summary {
        name: graph.name,
        inputs: graph.inputs.iter().map(|port| (port.name, port.shape)).collect(),
        rows: graph.nodes.iter().map(row).collect(),
    }
}

impl Summary {
    /// The number of learned scalars.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.rows.iter().map(|row| row.parameters).sum()
    }

    /// The number of scalars that are frozen: constants of the network, which no optimizer changes.
    #[must_use]
    pub fn frozen(&self) -> usize {
        self.rows.iter().map(|row| row.frozen).sum()
    }

    /// Multiplications followed by an addition, for one sample.
    #[must_use]
    pub fn multiply_adds(&self) -> u64 {
        self.rows.iter().map(|row| row.multiply_adds).sum()
    }
}

impl fmt::Display for Summary {
    /// A table: layer, output shape, parameters, multiply-adds of one sample, and its share of all multiply-adds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.multiply_adds();
        let share = |part: u64| match (part, all) {
            (0, _) | (_, 0) => String::new(),
            _ => format!("{:.1} %", 100.0 * part as f64 / all as f64),
        };
        let count = |number: u64| if number == 0 { String::new() } else { thousands(number) };
        let row = |layer: String, shape: String, parameters: usize, multiply_adds: u64| {
            vec![layer, shape, count(parameters as u64), count(multiply_adds), share(multiply_adds)]
        };
        let mut rows: Vec<_> =
            self.inputs.iter().map(|(name, shape)| row((*name).into(), format!("{shape:?}"), 0, 0)).collect();
        rows.extend(self.rows.iter().map(|node| {
            let shapes: Vec<String> = node.outputs.iter().map(|shape| format!("{shape:?}")).collect();
            row(
                format!("{}: {}", node.name, node.text),
                shapes.join(", "),
                node.parameters,
                node.multiply_adds,
            )
        }));
        let foot = row(self.name.into(), String::new(), self.parameters(), all);
        let head = ["layer", "output", "parameters", "multiply-adds", "share"].map(String::from).to_vec();
        Table { head, rows, foot: Some(foot), left: 2 }.fmt(f)?;
        if self.frozen() > 0 {
            let (learned, all) = (self.parameters() as u64, (self.parameters() + self.frozen()) as u64);
            writeln!(f, "\n{} of {} parameters are trained.", thousands(learned), thousands(all))?;
        }
        Ok(())
    }
}
