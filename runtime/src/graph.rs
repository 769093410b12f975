//! The one constant description of a network that summary, diagram, files and documentation read.

/// A network's description: what `network!` understood.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Graph {
    /// The network's name.
    pub name: &'static str,
    /// The inputs in order.
    pub inputs: &'static [Port],
    /// The layers and operations in the order in which they run.
    pub nodes: &'static [Node],
    /// What stands together: blocks, repetitions and inner networks, the outer before the inner.
    pub groups: &'static [Group],
    /// The outputs in order.
    pub outputs: &'static [Port],
    /// A number that differs for every other architecture.
    pub fingerprint: u64,
}

impl Graph {
    /// Multiplications followed by an addition, for one sample; all layers together.
    #[must_use]
    pub const fn multiply_adds(&self) -> u64 {
        let (mut sum, mut node) = (0, 0);
        // Constant functions have no iterators.
        while node < self.nodes.len() {
            sum += self.nodes[node].multiply_adds;
            node += 1;
        }
        sum
    }
}

/// A named value that enters or leaves a network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Port {
    /// The name; empty for a single unnamed output.
    pub name: &'static str,
    /// The shape, without the batch.
    pub shape: &'static [usize],
    /// For an input of indices their bound: 65 in `[64] in 0..65`.
    pub indices: Option<usize>,
    /// Where the value comes from (outputs), or `Source::Input` of itself (inputs).
    pub source: Source,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The network's input of that number.
    Input(usize),
    /// An output (`port`) of an earlier node.
    Node {
        /// The node's place in `Graph::nodes`.
        node: usize,
        /// Which of its outputs.
        port: usize,
    },
}

/// One layer or operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Node {
    /// The names from the network down to the layer: the user's, or ones made from the layers (`relu1`); in a group
    /// `body.conv1`, and `body.*.conv1` in a repetition.
    pub name: &'static str,
    /// The layer, for example `Conv2d`.
    pub layer: &'static str,
    /// The layer with its arguments in full, for example `Conv2d(32, kernel: 3)`.
    pub text: &'static str,
    /// Where the inputs come from.
    pub inputs: &'static [Source],
    /// The outputs' shapes.
    pub outputs: &'static [&'static [usize]],
    /// The range of the network's table of tensors that is this node's: in a repetition those of its first round, for
    /// a shared layer those of its first use.
    pub tensors: (usize, usize),
    /// The number of learned scalars, over all rounds; none for a further use of a shared layer.
    pub parameters: usize,
    /// The number of frozen scalars, counted in the same way.
    pub frozen: usize,
    /// Multiplications followed by an addition, for one sample, over all rounds.
    pub multiply_adds: u64,
    /// The innermost group that the node stands in.
    pub group: Option<usize>,
}

/// Nodes that stand together: a block, an inner network, or what is repeated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Group {
    /// The names from the network down to the group: `body`, `encoder.body`.
    pub name: &'static str,
    /// As it was written: `Residual(16)`, `[Dense(64); 3]`.
    pub text: &'static str,
    /// How many times it runs, one behind the other.
    pub rounds: usize,
    /// The range of `Graph::nodes` that is in it.
    pub nodes: (usize, usize),
    /// The group around.
    pub parent: Option<usize>,
}
