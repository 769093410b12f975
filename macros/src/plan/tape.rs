//! Nodes as operations over slots: views vanish, conversions between layouts appear.

use super::{Mode, Scope, differs};
use crate::graph::{Event, GroupId, NodeId, Shaped, Source, ValueId};
use crate::layers::Layout;
use crate::shape::Dim;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SlotId(pub usize);

/// A value in one layout.
#[derive(Debug)]
pub struct Slot {
    pub name: String,
    /// Scalars for each sample.
    pub len: Dim,
    /// Whether there is such a value for each step of sequences of any length, and not for each sample.
    pub steps: bool,
    /// The network's input that this is.
    pub input: Option<usize>,
    /// The operation that writes it.
    pub made_by: Option<usize>,
}

#[derive(Clone, Debug)]
pub enum Op {
    Node {
        node: NodeId,
        inputs: Vec<SlotId>,
        outputs: Vec<SlotId>,
    },
    Convert {
        from: SlotId,
        to: SlotId,
        channels: Dim,
        pixels: Dim,
        to_channels_last: bool,
    },
    Copy {
        from: SlotId,
        to: SlotId,
    },
    /// Several outputs as one struct for each sample; or what there is for a sequence of any length at each of its steps.
    Join {
        from: Vec<SlotId>,
        to: SlotId,
    },
    /// All rounds of a repetition.
    Repeat {
        group: GroupId,
        inputs: Vec<SlotId>,
        outputs: Vec<SlotId>,
    },
}

impl Op {
    pub fn reads(&self) -> &[SlotId] {
        match self {
            Op::Node { inputs, .. } | Op::Repeat { inputs, .. } | Op::Join { from: inputs, .. } => inputs,
            Op::Convert { from, .. } | Op::Copy { from, .. } => core::slice::from_ref(from),
        }
    }
}

#[derive(Debug, Default)]
pub struct Tape {
    pub slots: Vec<Slot>,
    pub ops: Vec<Op>,
    /// The slots that leave: one for a network, whose outputs are joined, as many as a repetition has for a round.
    pub results: Vec<SlotId>,
    /// The slots that come in.
    pub inputs: Vec<SlotId>,
    /// For each input the layout in which it is loaded.
    pub loads: Vec<Layout>,
}

impl Tape {
    /// For each slot the last operation that reads it.
    pub fn last_reads(&self) -> Vec<Option<usize>> {
        let mut last = vec![None; self.slots.len()];
        for (at, op) in self.ops.iter().enumerate() {
            for slot in op.reads() {
                last[slot.0] = Some(at);
            }
        }
        last
    }
}

/// Where a value can be had: its slot in each layout so far. A value without the difference has one slot for both.
#[derive(Clone, Copy, Default)]
struct Homes {
    row_major: Option<SlotId>,
    channels_last: Option<SlotId>,
}

struct Recorder<'a> {
    shaped: &'a Shaped,
    scope: Scope,
    tape: Tape,
    homes: Vec<Homes>,
}

pub fn record(shaped: &Shaped, mode: Mode, scope: Scope) -> Tape {
    let homes = vec![Homes::default(); shaped.graph.values.len()];
    let mut recorder = Recorder { shaped, scope, tape: Tape::default(), homes };
    let graph = &shaped.graph;
    let place = |wanted: Event| graph.order.iter().position(|&event| event == wanted);
    let events = match scope {
        Scope::Network => {
            recorder.load_inputs();
            &graph.order[..]
        }
        Scope::Round(group) => {
            recorder.take_inputs(group);
            match (place(Event::Open(group)), place(Event::Close(group))) {
                (Some(open), Some(close)) => &graph.order[open + 1..close],
                _ => unreachable!("every group is opened and closed"),
            }
        }
    };
    // What nobody reads is not computed, and what is inside of a repetition is no matter of this program.
    let (live, live_groups) = (graph.is_live(), graph.is_live_group());
    let mut inside = None;
    for &event in events {
        match event {
            Event::Open(group) if inside.is_none() && graph.groups[group.0].repeat.is_some() => {
                inside = Some(group);
                if live_groups[group.0] {
                    recorder.repeat(group);
                }
            }
            Event::Close(group) if inside == Some(group) => inside = None,
            Event::Node(node) if inside.is_none() && live[node.0] => recorder.node(node, mode),
            _ => {}
        }
    }
    recorder.results();
    recorder.tape
}

impl Recorder<'_> {
    fn slot(&mut self, name: String, len: Dim, input: Option<usize>) -> SlotId {
        let made_by = input.is_none().then_some(self.tape.ops.len());
        self.tape.slots.push(Slot { name, len, steps: false, input, made_by });
        SlotId(self.tape.slots.len() - 1)
    }

    fn slot_of(&mut self, value: ValueId, name: String, input: Option<usize>) -> SlotId {
        let slot = self.slot(name, self.shaped.shape(value).len(), input);
        self.tape.slots[slot.0].steps = self.shaped.is_each_step(value);
        slot
    }

    fn settle(&mut self, value: ValueId, slot: SlotId, layout: Layout) {
        let both = !differs(&self.shaped.shape(value).0, Layout::ChannelsLast);
        let homes = &mut self.homes[value.0];
        if both || layout != Layout::ChannelsLast {
            homes.row_major = Some(slot);
        }
        if both || layout == Layout::ChannelsLast {
            homes.channels_last = Some(slot);
        }
    }

    /// An input is loaded in the layout that its first reader wants.
    fn load_inputs(&mut self) {
        for (i, input) in self.shaped.graph.header.inputs.iter().enumerate() {
            let value = ValueId(i);
            let readers = self.shaped.graph.nodes.iter().filter(|n| n.inputs.contains(&value));
            let mut layouts = readers
                .filter_map(|n| n.layer.as_ref().map(|l| l.traits(&self.shaped.shapes_of(&n.inputs)).layout))
                .chain(self.is_repeated(value).then_some(Layout::ChannelsLast));
            let layout = match layouts.next() {
                Some(Layout::ChannelsLast) if differs(&self.shaped.shape(value).0, Layout::ChannelsLast) => {
                    Layout::ChannelsLast
                }
                _ => Layout::RowMajor,
            };
            let slot = self.slot_of(value, input.name.to_string(), Some(i));
            self.tape.loads.push(layout);
            self.tape.inputs.push(slot);
            self.settle(value, slot, layout);
        }
    }

    /// What flows into a round lies channels last, so that nothing is turned round between two.
    fn take_inputs(&mut self, group: GroupId) {
        for (port, &value) in self.shaped.graph.groups[group.0].taken.iter().enumerate() {
            let slot = self.slot_of(value, self.shaped.value_name(value), Some(port));
            self.tape.loads.push(Layout::ChannelsLast);
            self.tape.inputs.push(slot);
            self.settle(value, slot, Layout::ChannelsLast);
        }
    }

    fn repeat(&mut self, group: GroupId) {
        let (inputs, outputs) = {
            let group = &self.shaped.graph.groups[group.0];
            (group.inputs.clone(), group.outputs.clone())
        };
        let inputs: Vec<_> = inputs.iter().map(|&v| self.value_in(v, Layout::ChannelsLast)).collect();
        let slots: Vec<_> =
            outputs.iter().map(|&v| self.slot_of(v, self.shaped.value_name(v), None)).collect();
        self.tape.ops.push(Op::Repeat { group, inputs, outputs: slots.clone() });
        for (&value, slot) in outputs.iter().zip(slots) {
            self.settle(value, slot, Layout::ChannelsLast);
        }
    }

    /// Whether a repetition reads a value.
    fn is_repeated(&self, value: ValueId) -> bool {
        self.shaped.graph.groups.iter().any(|group| group.repeat.is_some() && group.inputs.contains(&value))
    }

    /// The value in that layout, converted if it is not there yet.
    fn value_in(&mut self, value: ValueId, layout: Layout) -> SlotId {
        let homes = self.homes[value.0];
        let (wanted, other) = match layout {
            Layout::ChannelsLast => (homes.channels_last, homes.row_major),
            _ => (homes.row_major, homes.channels_last),
        };
        if let Some(slot) = wanted {
            return slot;
        }
        let Some(from) = other else { unreachable!("values are made before they are read") };
        let shape = self.shaped.shape(value);
        let name = format!(
            "{}_{}",
            self.tape.slots[from.0].name,
            if layout == Layout::ChannelsLast { "last" } else { "rows" }
        );
        let to = self.slot_of(value, name, None);
        let (channels, pixels) = (shape.0[0], shape.0[1..].iter().product());
        let to_channels_last = layout == Layout::ChannelsLast;
        self.tape.ops.push(Op::Convert { from, to, channels, pixels, to_channels_last });
        self.settle(value, to, layout);
        to
    }

    fn node(&mut self, id: NodeId, mode: Mode) {
        let node = &self.shaped.graph.nodes[id.0];
        let traits = self.shaped.layer(id).traits(&self.shaped.input_shapes(id));
        let layout = match traits.layout {
            Layout::Any if self.homes[node.inputs[0].0].row_major.is_none() => Layout::ChannelsLast,
            Layout::Any => Layout::RowMajor,
            fixed => fixed,
        };
        let mut inputs: Vec<_> = node.inputs.iter().map(|&v| self.value_in(v, layout)).collect();
        let is_each = |slot: &SlotId| self.tape.slots[slot.0].steps;
        let mixed = inputs.iter().any(is_each) && !inputs.iter().all(is_each);
        // What works step by step wants all it reads at each step; all values of a round are there at each.
        if mixed && self.scope == Scope::Network && !self.shaped.is_over_sequences(id) {
            inputs = inputs.into_iter().map(|slot| self.at_each_step(slot)).collect();
        }
        if traits.view || (mode != Mode::Train && traits.identity_in_prediction) {
            self.settle(node.outputs[0], inputs[0], layout);
            return;
        }
        let outputs: Vec<_> = node
            .outputs
            .iter()
            .map(|&v| {
                let name = self.shaped.value_name(v);
                self.slot_of(v, name, None)
            })
            .collect();
        self.tape.ops.push(Op::Node { node: id, inputs, outputs: outputs.clone() });
        for (&value, slot) in node.outputs.iter().zip(outputs) {
            self.settle(value, slot, layout);
        }
    }

    /// The same at each step of a sequence of any length.
    fn at_each_step(&mut self, from: SlotId) -> SlotId {
        let Slot { name, len, steps, .. } = &self.tape.slots[from.0];
        if *steps {
            return from;
        }
        let (name, len) = (format!("{name}_each"), *len);
        let to = self.slot(name, len, None);
        self.tape.slots[to.0].steps = true;
        self.tape.ops.push(Op::Join { from: vec![from], to });
        to
    }

    /// What leaves lies in a slot of its own that is no input. A network's outputs are row-major, and several are
    /// joined to one struct; a round's are channels last.
    fn results(&mut self) {
        let (values, layout) = match self.scope {
            Scope::Network => {
                let results = self.shaped.graph.results.iter().flatten().copied();
                (results.collect::<Vec<_>>(), Layout::RowMajor)
            }
            Scope::Round(group) => (self.shaped.graph.groups[group.0].results.clone(), Layout::ChannelsLast),
        };
        let slots: Vec<_> = values.iter().map(|&value| self.value_in(value, layout)).collect();
        if self.scope == Scope::Network && slots.len() > 1 {
            let len = slots.iter().map(|s| self.tape.slots[s.0].len).sum();
            let to = self.slot("outputs".into(), len, None);
            self.tape.slots[to.0].steps = slots.iter().any(|from| self.tape.slots[from.0].steps);
            self.tape.ops.push(Op::Join { from: slots, to });
            self.tape.results.push(to);
            return;
        }
        for from in slots {
            let own = self.tape.slots[from.0].input.is_none() && !self.tape.results.contains(&from);
            let result = if own { from } else { self.copied(from) };
            self.tape.results.push(result);
        }
    }

    fn copied(&mut self, from: SlotId) -> SlotId {
        let (name, len) = (format!("{}_out", self.tape.slots[from.0].name), self.tape.slots[from.0].len);
        let to = self.slot(name, len, None);
        self.tape.slots[to.0].steps = self.tape.slots[from.0].steps;
        self.tape.ops.push(Op::Copy { from, to });
        to
    }
}

impl Shaped {
    /// Behind gate 2 every value has a shape.
    pub fn shape(&self, value: ValueId) -> &crate::shape::Shape {
        let Some(shape) = &self.shapes[value.0] else { unreachable!("planned before gate 2") };
        shape
    }

    pub fn shapes_of(&self, values: &[ValueId]) -> Vec<crate::shape::Shape> {
        values.iter().map(|&v| self.shape(v).clone()).collect()
    }

    pub fn input_shapes(&self, node: NodeId) -> Vec<crate::shape::Shape> {
        self.shapes_of(&self.graph.nodes[node.0].inputs)
    }

    /// Behind gate 2 every node has a layer.
    pub fn layer(&self, node: NodeId) -> &crate::layers::AnyLayer {
        let Some(layer) = &self.graph.nodes[node.0].layer else { unreachable!("planned before gate 2") };
        layer
    }

    /// What a value is called in listings and emitted code.
    pub fn value_name(&self, value: ValueId) -> String {
        match self.graph.values[value.0].source {
            Source::Input(i) => self.graph.header.inputs[i].name.to_string(),
            Source::Node { node, port: 0 } => self.graph.nodes[node.0].name.to_string(),
            Source::Node { node, port } => format!("{}_{port}", self.graph.nodes[node.0].name),
            Source::Round { group, port } => {
                format!("{}_in_{port}", self.graph.groups[group.0].name)
            }
            Source::Repeat { group, port: 0 } => self.graph.groups[group.0].name.to_string(),
            Source::Repeat { group, port } => format!("{}_{port}", self.graph.groups[group.0].name),
        }
    }
}
