//! A step of a plan as one call on views of the working memory.

use super::lexed::outside;
use super::views::Views;
use super::{Emit, digits, over};
use crate::layers::Layout;
use crate::plan::{BufferId, Program, Scope, Step, Tensors};
use crate::shape::Dim;
use proc_macro2::{Ident, TokenStream};

impl Emit<'_> {
    /// Binds every input to a slice of its own: where the caller has it, or gathered at the front of the memory.
    pub fn loads(&self, program: &Program, again: bool) -> TokenStream {
        let inputs = self.header().inputs.iter().enumerate();
        if self.is_over_sequences() {
            // What flows in has been gathered before.
            let load = |(i, name)| format!("let {name} = __inputs.columns[{i}].numbers();");
            let loads: String = inputs.map(|(i, input)| load((i, input_name(&input.name)))).collect();
            return self.lexed(&loads);
        }
        let loads = inputs.map(|(i, input)| {
            let shape = self.input_shape(i);
            let last = program.loads[i] == Layout::ChannelsLast;
            let (channels, pixels) = match shape.0.as_slice() {
                [c, pixels @ ..] if last => (*c, pixels.iter().product::<Dim>()),
                _ => (Dim::ONE, shape.len()),
            };
            let reserved = program.memory.inputs[i].next_multiple_of(crate::plan::LINE);
            let [channels, pixels, reserved] = [channels, pixels, reserved].map(digits);
            let name = input_name(&input.name);
            let call = if again { "again" } else { "fill" };
            format!(
                "let ({name}, __memory) = __private::Load {{ input: {i}, channels: {channels}, pixels: {pixels}, \
                 channels_last: {last}, reserved: {reserved} }}.{call}(&__inputs, __memory);"
            )
        });
        self.lexed(&loads.collect::<String>())
    }

    /// The steps forward, each of them one statement.
    pub fn forward(&self, program: &Program, scope: Scope) -> TokenStream {
        let steps = program.forward.iter().map(|step| self.step(program, scope, step));
        self.lexed(&steps.collect::<String>())
    }

    /// The steps backward. In a round all run: what nobody asks for has no place outside of one.
    pub fn backward(&self, program: &Program, scope: Scope) -> TokenStream {
        let steps = program.backward.iter().zip(&program.asked).map(|(step, asked)| {
            let step = self.step(program, scope, step);
            if *asked && scope == Scope::Network { format!("if __asked {step}") } else { step }
        });
        self.lexed(&steps.collect::<String>())
    }

    fn step(&self, program: &Program, scope: Scope, step: &Step) -> String {
        let mut views = Views { emit: self, program, scope, taken: Vec::new(), scratch: false };
        let call = views.call(step);
        if self.is_over_sequences() && scope == Scope::Network {
            let (binding, samples) = (views.binding_over(), over::count(program, step));
            return format!("{{ {binding} let __samples = {samples}; {call} }}");
        }
        let binding = views.binding();
        format!("{{ {binding} {call} }}")
    }
}

pub fn input_name(name: &Ident) -> String {
    format!("__input_{name}")
}

/// What stands in the brackets of a list.
fn list(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

impl Views<'_> {
    fn call(&mut self, step: &Step) -> String {
        match step {
            Step::Forward { node, inputs, outputs, saved } => {
                let spec = self.emit.spec_name(*node);
                let parameters = self.emit.range(Tensors::Node(*node));
                let inputs = list(inputs.iter().map(|b| self.read(*b)));
                let outputs = list(outputs.iter().map(|b| self.write(Some(*b))));
                let saved = self.write(*saved);
                self.scratch = true;
                let shaped = &self.emit.plan.shaped;
                // What is the same at each step knows of none.
                let mode = match shaped.rows.is_empty() || shaped.works_on_a_row(*node) {
                    true => "__mode",
                    false => "__layers::Mode::Predict",
                };
                let pass = format!(
                    "__layers::Forward {{ samples: __samples, mode: {mode}, parameters: &__parameters[{parameters}], \
                     inputs: &[{inputs}], outputs: &mut [{outputs}], saved: {saved}, scratch: __scratch }}"
                );
                if let Some(memory) = self.emit.memory_of(*node) {
                    return format!("__layers::compiled::step(&{spec}, &mut *{memory}, {pass});");
                }
                if shaped.layer(*node).network().is_some() {
                    return format!("{}::__forward_inside({pass}, {});", outside(*node), node.0);
                }
                match shaped.is_over_sequences(*node) {
                    true => format!("__layers::compiled::forward_over(&{spec}, __sequences, {pass});"),
                    false => format!("__layers::compiled::forward(&{spec}, {pass});"),
                }
            }
            Step::Rounds { group, inputs, outputs, room } => self.rounds(*group, inputs, outputs, room),
            Step::RoundsBackward {
                group,
                inputs,
                outputs,
                room,
                output_gradients,
                input_gradients,
                added,
            } => {
                let given = (&output_gradients[..], &input_gradients[..]);
                self.rounds_backward(*group, (inputs, outputs), room, given, *added)
            }
            Step::AddParameters { tensors, from, uses } => {
                let (range, from) = (self.emit.range(*tensors), self.read(Some(*from)));
                let averages = self.emit.averages(*tensors);
                let uses = digits(*uses);
                format!("__private::add_gradient(&mut __gradients[{range}], {from}, {averages}, {uses});")
            }
            Step::Backward { node, inputs, outputs, saved, output_gradients, input_gradients, added } => {
                let spec = self.emit.spec_name(*node);
                let parameters = self.emit.range(Tensors::Node(*node));
                let inputs = list(inputs.iter().map(|b| self.read(*b)));
                let outputs = list(outputs.iter().map(|b| self.read(*b)));
                let saved = self.write(*saved);
                let given = list(output_gradients.iter().map(|b| self.read(*b)));
                let made = list(input_gradients.iter().map(|b| self.write_if_asked(*b)));
                let shaped = &self.emit.plan.shaped;
                let frozen = shaped.frozen(*node);
                let (learned, all) = frozen.unwrap_or((Dim::ZERO, Dim::ONE));
                // What is frozen throughout needs no gradient; before running statistics it gets one that is thrown away.
                let left = match learned.is(all) {
                    true => "&mut []".to_string(),
                    false => self.left(Tensors::Node(*node), *added),
                };
                let is_network = shaped.layer(*node).network().is_some();
                let cleared = match is_network || learned.is(0) || learned.is(all) {
                    true => String::new(),
                    false => {
                        let left = self.left(Tensors::Node(*node), *added);
                        format!("__private::zero_fill(&mut ({left})[..{}]);", digits(learned))
                    }
                };
                self.scratch = true;
                let pass = format!(
                    "__layers::Backward {{ samples: __samples, noise: __noise, parameters: &__parameters[{parameters}], \
                     inputs: &[{inputs}], outputs: &[{outputs}], saved: {saved}, output_gradients: &[{given}], \
                     input_gradients: &mut [{made}], parameter_gradients: {left}, scratch: __scratch }}"
                );
                if is_network {
                    let (network, frozen) = (outside(*node), frozen.is_some());
                    return format!("{network}::__backward_inside({pass}, {}, {frozen});", node.0);
                }
                let call = match shaped.is_over_sequences(*node) {
                    true => format!("__layers::compiled::backward_over(&{spec}, __sequences, {pass});"),
                    false => format!("__layers::compiled::backward(&{spec}, {pass});"),
                };
                call + &cleared
            }
            Step::Convert { from, to, channels, pixels, to_channels_last } => {
                let call = if *to_channels_last { "channels_last" } else { "row_major" };
                let [channels, pixels] = [*channels, *pixels].map(digits);
                let (from, to) = (self.read(Some(*from)), self.write(Some(*to)));
                format!("__layers::layout::{call}(__samples, {channels}, {pixels}, {from}, {to});")
            }
            Step::Copy { from, to } => {
                let (from, to) = (self.read(Some(*from)), self.write(Some(*to)));
                format!("__private::copy({from}, {to});")
            }
            Step::Add { into, from } => {
                let (from, into) = (self.read(Some(*from)), self.write(Some(*into)));
                format!("__private::add({from}, {into});")
            }
            Step::Join { from, to } if self.is_mixed(from, *to) => {
                let parts = list(from.iter().map(|&b| self.kind_of(b, |views| views.read(Some(b)))));
                let to = self.write(Some(*to));
                format!("__private::sequences::join(__sequences, &[{parts}], {to});")
            }
            Step::Part { from, to }
                if self.is_mixed(&to.iter().filter_map(|(_, to)| *to).collect::<Vec<_>>(), *from) =>
            {
                let parts = list(to.iter().map(|&(len, b)| match b {
                    Some(b) => self.kind_of(b, |views| views.write_if_asked(Some(b))),
                    None => format!("({}, true, &mut [])", digits(len)),
                }));
                let from = self.read(Some(*from));
                format!("__private::sequences::part(__sequences, &mut [{parts}], {from});")
            }
            Step::Join { from, to } => {
                let parts = list(from.iter().map(|&b| self.sized(b)));
                let to = self.write(Some(*to));
                format!("__private::join(__samples, &[{parts}], {to});")
            }
            Step::Part { from, to } => {
                let parts =
                    list(to.iter().map(|&(len, b)| format!("({}, {})", digits(len), self.write_if_asked(b))));
                let from = self.read(Some(*from));
                format!("__private::part(__samples, &mut [{parts}], {from});")
            }
            Step::Zero { buffer } => {
                let buffer = self.write(Some(*buffer));
                format!("__private::zero_fill({buffer});")
            }
            Step::ZeroParameters { tensors } => {
                let range = self.emit.range(*tensors);
                format!("__private::zero_fill(&mut __gradients[{range}]);")
            }
        }
    }

    /// A part of what is joined, behind its scalars.
    fn sized(&mut self, buffer: BufferId) -> String {
        let len = digits(self.program.buffers[buffer.0].each);
        format!("({len}, {})", self.read(Some(buffer)))
    }
}
