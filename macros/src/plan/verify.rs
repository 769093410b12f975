//! What must hold of every plan, checked by running it over marks in place of numbers.

use super::{BufferId, Place, Plan, Program, Step, Tensors};
use crate::shape::Dim;

impl Plan {
    /// Panics if a step reads what was not written or was overwritten, if two buffers of one step overlap, or if a
    /// layer's parameters do not get exactly one gradient. Any of it is a defect of the planner.
    pub fn verify(&self) {
        self.predict.verify();
        self.train.verify();
        for round in self.rounds.iter().flatten() {
            round.predict.verify();
            round.train.verify();
        }
        let programs = || [&self.train].into_iter().chain(self.rounds.iter().flatten().map(|r| &r.train));
        for (i, node) in self.shaped.graph.nodes.iter().enumerate() {
            let id = crate::graph::NodeId(i);
            if node.shares.is_some() || !self.shaped.keeps_numbers(id) {
                continue;
            }
            let own = Tensors::Node(id);
            let gradients = programs().flat_map(|p| &p.backward).filter(|step| match step {
                Step::Backward { node, added: None, .. } => self.shaped.owner(*node) == id,
                Step::ZeroParameters { tensors } => *tensors == own,
                _ => false,
            });
            let gradients = gradients.count();
            // A repetition that is used again has one for each use, and one that nothing reaches is zeroed whole.
            let repeated = self.shaped.graph.repetition(node.group).is_some();
            assert!(gradients == 1 || repeated, "`{}` gets {gradients} gradients", node.name);
        }
    }
}

impl Program {
    fn verify(&self) {
        // The buffers whose content is whole at the moment.
        let mut whole: Vec<BufferId> = (0..self.buffers.len())
            .map(BufferId)
            .filter(|b| matches!(self.buffers[b.0].place, Place::Input(_)))
            .collect();
        for step in &self.forward {
            self.run(step, &mut whole);
        }
        for output in &self.outputs {
            let name = &self.buffers[output.0].name;
            assert!(whole.contains(output), "the output `{name}` is not there");
        }
        for &gradient in &self.output_gradients {
            self.write(gradient, &mut whole);
        }
        for output in &self.outputs {
            let name = &self.buffers[output.0].name;
            assert!(whole.contains(output), "the loss overwrites the output `{name}`");
        }
        for step in &self.backward {
            self.run(step, &mut whole);
        }
        for gradient in &self.input_gradients {
            let name = &self.buffers[gradient.0].name;
            assert!(whole.contains(gradient), "the gradient `{name}` is not there");
        }
    }

    fn run(&self, step: &Step, whole: &mut Vec<BufferId>) {
        let (reads, writes) = step.accesses();
        for (i, &buffer) in reads.iter().enumerate() {
            assert!(
                whole.contains(&buffer),
                "{step:?} reads `{}`, which is gone",
                self.buffers[buffer.0].name
            );
            for &other in &writes {
                let apart = buffer == other || !self.overlap(buffer, other);
                assert!(apart, "{step:?} reads and writes one place");
                let in_place = buffer != other || reads[..i].iter().all(|&b| b != buffer);
                assert!(in_place, "{step:?} reads twice what it overwrites");
            }
        }
        for &buffer in &writes {
            let place = self.buffers[buffer.0].place;
            let outside = matches!(place, Place::Input(_) | Place::OutputGradient(_));
            assert!(!outside, "{step:?} writes what is not the program's own");
            self.write(buffer, whole);
        }
        for &buffer in &writes {
            assert!(whole.contains(&buffer), "{step:?} writes one place twice");
        }
    }

    fn write(&self, buffer: BufferId, whole: &mut Vec<BufferId>) {
        whole.retain(|&other| other != buffer && !self.overlap(buffer, other));
        whole.push(buffer);
    }

    fn overlap(&self, a: BufferId, b: BufferId) -> bool {
        let (a, b) = (&self.buffers[a.0], &self.buffers[b.0]);
        if a.steps != b.steps {
            return false;
        }
        match (a.place, b.place) {
            (Place::Each { at: x }, Place::Each { at: y }) => meet((x, a.each), (y, b.each)),
            (Place::Fixed { at: x }, Place::Fixed { at: y }) => meet((x, a.fixed), (y, b.fixed)),
            (Place::Input(x), Place::Input(y)) => x == y,
            (Place::Kept { at: x }, Place::Kept { at: y }) => meet((x, a.each), (y, b.each)),
            (Place::KeptFixed { at: x }, Place::KeptFixed { at: y }) => meet((x, a.fixed), (y, b.fixed)),
            (Place::Output(x), Place::Output(y)) => x == y,
            (Place::OutputGradient(x), Place::OutputGradient(y)) => x == y,
            (Place::InputGradient(x), Place::InputGradient(y)) => x == y,
            _ => false,
        }
    }
}

/// Whether two runs, each with its start and its length, have a place in common. What the compiler lays out is right by
/// the tests of the function that does it.
fn meet(a: (Dim, Dim), b: (Dim, Dim)) -> bool {
    let known = |(at, len): (Dim, Dim)| Some((at.known()?, len.known()?));
    match (known(a), known(b)) {
        (Some((x, a)), Some((y, b))) => x < y + b && y < x + a,
        _ => false,
    }
}
