//! A plan as a short listing, one step a line.

use super::{BufferId, Memory, Place, Plan, Program, Round, Step, Tensors};
use crate::graph::Graph;
use std::fmt;

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (title, program) in [("predict", &self.predict), ("train", &self.train)] {
            let memory = &program.memory;
            writeln!(f, "{title}: {} scalars a sample and {} beside", memory.each, memory.fixed)?;
            program.list(f, &self.shaped.graph)?;
        }
        for (i, round) in self.rounds.iter().enumerate() {
            let Some(round) = round else { continue };
            for (title, program) in [("predict", &round.predict), ("train", &round.train)] {
                let Memory { each, kept, kept_fixed, .. } = &program.memory;
                let text = &self.shaped.graph.groups[i].text;
                writeln!(
                    f,
                    "{title} a round of {text}: {each} scalars a sample, {kept} kept and {kept_fixed} beside"
                )?;
                program.list(f, &self.shaped.graph)?;
            }
        }
        if let Some(step) = &self.cached {
            writeln!(f, "one step, which keeps {} scalars:", step.predict.memory.kept_fixed)?;
            step.predict.list(f, &self.shaped.graph)?;
            for (round, group) in step.rounds.iter().zip(&self.shaped.graph.groups) {
                let Some(Round { predict, .. }) = round else { continue };
                writeln!(f, "a round of {}, which keeps {}:", group.text, predict.memory.kept_fixed)?;
                predict.list(f, &self.shaped.graph)?;
            }
        }
        Ok(())
    }
}

impl Program {
    fn list(&self, f: &mut fmt::Formatter<'_>, graph: &Graph) -> fmt::Result {
        for step in &self.forward {
            self.line(f, graph, step)?;
        }
        for (&gradient, &output) in self.output_gradients.iter().zip(&self.outputs) {
            if !matches!(self.buffers[gradient.0].place, Place::OutputGradient(_)) {
                writeln!(f, "  {} = loss({})", self.show(gradient), self.show(output))?;
            }
        }
        for (step, asked) in self.backward.iter().zip(&self.asked) {
            if *asked {
                write!(f, "  if asked:")?;
            }
            self.line(f, graph, step)?;
        }
        Ok(())
    }

    fn line(&self, f: &mut fmt::Formatter<'_>, graph: &Graph, step: &Step) -> fmt::Result {
        match step {
            Step::Forward { node, inputs, outputs, saved } => {
                let node = &graph.nodes[node.0];
                let inputs = inputs.iter().map(|b| b.map_or("in place".into(), |b| self.show(b)));
                let outputs = outputs.iter().chain(saved).map(|&b| self.show(b));
                let (inputs, outputs) = (join(inputs), join(outputs));
                writeln!(f, "  {outputs} = {}: {} ({inputs})", node.name, node.text)
            }
            Step::Rounds { group, inputs, outputs, .. } => {
                let (read, made) = (self.list_of(inputs), self.list_of(outputs));
                writeln!(f, "  {made} = {} ({read})", graph.groups[group.0].text)
            }
            Step::RoundsBackward { group, output_gradients, input_gradients, .. } => {
                let (read, made) = (self.list_of(output_gradients), self.list_of(input_gradients));
                writeln!(f, "  {made} = backward of {} ({read})", graph.groups[group.0].text)
            }
            Step::AddParameters { tensors, from, .. } => {
                writeln!(f, "  gradient of {} += {}", tensors_name(graph, *tensors), self.show(*from))
            }
            Step::Backward { node, inputs, outputs, saved, output_gradients, input_gradients, .. } => {
                let node = &graph.nodes[node.0];
                let given = output_gradients.iter().map(|b| b.map_or("in place".into(), |b| self.show(b)));
                let read = inputs.iter().chain(outputs).flatten().chain(saved).map(|&b| self.show(b));
                let made = join(input_gradients.iter().flatten().map(|&b| self.show(b)));
                let made = if made.is_empty() { "parameters".into() } else { made };
                writeln!(f, "  {made} = backward of {} ({})", node.name, join(given.chain(read)))
            }
            Step::Convert { from, to, to_channels_last, .. } => {
                let layout = if *to_channels_last { "channels last" } else { "row-major" };
                writeln!(f, "  {} = {layout} ({})", self.show(*to), self.show(*from))
            }
            Step::Copy { from, to } => writeln!(f, "  {} = copy ({})", self.show(*to), self.show(*from)),
            Step::Join { from, to } => {
                writeln!(f, "  {} = joined ({})", self.show(*to), join(from.iter().map(|&b| self.show(b))))
            }
            Step::Part { from, to } => {
                let to = to.iter().map(|(_, b)| b.map_or("_".into(), |b| self.show(b)));
                writeln!(f, "  {} = parts of {}", join(to), self.show(*from))
            }
            Step::Add { into, from } => writeln!(f, "  {} += {}", self.show(*into), self.show(*from)),
            Step::Zero { buffer } => writeln!(f, "  {} = 0", self.show(*buffer)),
            Step::ZeroParameters { tensors } => {
                writeln!(f, "  gradient of {} = 0", tensors_name(graph, *tensors))
            }
        }
    }

    fn list_of(&self, buffers: &[BufferId]) -> String {
        join(buffers.iter().map(|&b| self.show(b)))
    }

    /// `conv1[5408]@0`: name, scalars, place.
    fn show(&self, buffer: BufferId) -> String {
        let b = &self.buffers[buffer.0];
        match b.place {
            Place::Input(_) => b.name.clone(),
            Place::Output(_) => format!("{}[{}]@out", b.name, b.each),
            Place::OutputGradient(_) | Place::InputGradient(_) => format!("{}[{}]@outside", b.name, b.each),
            Place::Kept { at } => format!("{}[{}]@kept {at}", b.name, b.each),
            Place::KeptFixed { at } => format!("{}[{}]@kept +{at}", b.name, b.fixed),
            Place::Each { at } => format!("{}[{}]@{at}", b.name, b.each),
            Place::Fixed { at } => format!("{}[{}]@+{at}", b.name, b.fixed),
        }
    }
}

fn tensors_name(graph: &Graph, tensors: Tensors) -> String {
    match tensors {
        Tensors::Node(node) => graph.nodes[node.0].name.to_string(),
        Tensors::Group(group) => graph.groups[group.0].name.to_string(),
    }
}

fn join(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}
