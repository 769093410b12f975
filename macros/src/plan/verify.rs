//! What must hold of every plan, checked by running it over marks in place of numbers.

use super::{BufferId, Place, Plan, Program, Step};
use crate::layers::Role;

impl Plan {
    /// Panics if a step reads what was not written or was overwritten, if two buffers of one step overlap, or if a
    /// layer's parameters do not get exactly one gradient. Any of it is a defect of the planner.
    pub fn verify(&self) {
        self.predict.verify();
        self.train.verify();
        for (i, node) in self.shaped.graph.nodes.iter().enumerate() {
            let shapes = self.shaped.shapes_of(&node.inputs);
            let layer = self.shaped.layer(crate::graph::NodeId(i));
            let learned = layer.parameters(&shapes).iter().any(|p| p.role == Role::Learned);
            let gradients = self.train.backward.iter().filter(|s| match s {
                Step::Backward { node, .. } | Step::ZeroParameters { node } => node.0 == i,
                _ => false,
            });
            let gradients = gradients.count();
            assert!(
                gradients == 1 || !learned && gradients == 0,
                "`{}` gets {gradients} gradients",
                node.name
            );
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
        let name = &self.buffers[self.output.0].name;
        assert!(whole.contains(&self.output), "the output `{name}` is not there");
        if let Some(gradient) = self.output_gradient {
            self.write(gradient, &mut whole);
            assert!(whole.contains(&self.output), "the loss overwrites the output `{name}`");
        }
        for step in &self.backward {
            self.run(step, &mut whole);
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
            assert!(!matches!(self.buffers[buffer.0].place, Place::Input(_)), "{step:?} writes an input");
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
        match (a.place, b.place) {
            (Place::Each { at: x }, Place::Each { at: y }) => x < y + b.each && y < x + a.each,
            (Place::Fixed { at: x }, Place::Fixed { at: y }) => x < y + b.fixed && y < x + a.fixed,
            (Place::Input(x), Place::Input(y)) => x == y,
            (Place::Output, Place::Output) => true,
            _ => false,
        }
    }
}
