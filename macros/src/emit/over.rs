//! What is different in a pass over sequences of any length: some buffers have a part for each step, others for each
//! sequence.

use super::views::Views;
use super::{Emit, digits, number};
use crate::graph::ValueId;
use crate::plan::{BufferId, Place, Program, Step};
use crate::shape::Dim;
use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// How many parts the buffers of a step have.
pub fn count(program: &Program, step: &Step) -> &'static str {
    let (reads, writes) = step.accesses();
    match reads.iter().chain(&writes).any(|buffer| program.buffers[buffer.0].steps) {
        true => "__sequences.steps()",
        false => "__sequences.len()",
    }
}

impl Emit<'_> {
    /// Whether the network takes sequences of any length, and this is no step of it.
    pub fn is_over_sequences(&self) -> bool {
        self.plan.step.is_some()
    }

    /// The outputs that come out once, beside others that come out at each step.
    pub fn given_once(&self) -> Vec<&Ident> {
        let shaped = &self.plan.shaped;
        let outputs = shaped.graph.header.outputs.iter().zip(&shaped.graph.results);
        let once = outputs.filter(|(_, value)| value.is_some_and(|value| !shaped.is_each_step(value)));
        let names = once.filter_map(|(output, _)| output.name.as_ref());
        if self.gives_each_step() { names.collect() } else { Vec::new() }
    }

    /// Whether something comes out at each step.
    pub fn gives_each_step(&self) -> bool {
        let shaped = &self.plan.shaped;
        shaped.graph.results.iter().flatten().any(|&value| shaped.is_each_step(value))
    }

    /// The lengths of the working memory.
    pub fn sizes_over(&self) -> TokenStream {
        let [predicting, training] = self.scratch();
        let len = |program: &Program| {
            let memory = &program.memory;
            let [steps, each, fixed] = [memory.steps, memory.each, memory.fixed].map(number);
            quote!(__steps * #steps + __samples * #each + #fixed)
        };
        let (predict, train) = (len(&self.plan.predict), len(&self.plan.train));
        let usize = quote!(::core::primitive::usize);
        quote! {
            const fn __predict_len(__steps: #usize, __samples: #usize) -> #usize {
                #predict + #predicting
            }
            const fn __kept(__steps: #usize, __samples: #usize) -> #usize {
                #train
            }
            const fn __train_len(__steps: #usize, __samples: #usize) -> #usize {
                #train + #training
            }
        }
    }

    /// The functions that say where things lie.
    pub fn places_over(&self) -> TokenStream {
        let krate = &self.names.krate;
        let sequences = quote!(#krate::__private::sequences);
        let program = &self.plan.train;
        let range = |buffer: BufferId| self.lexed(&place(program, buffer));
        let (output, gradient) = (range(program.outputs[0]), range(program.output_gradients[0]));
        let usize = quote!(::core::primitive::usize);
        let inputs = (0..self.header().inputs.len()).map(|i| {
            let (len, steps) = (number(self.input_shape(i).len()), self.plan.shaped.is_each_step(ValueId(i)));
            quote!(#sequences::SequenceInput { len: #len, steps: #steps })
        });
        let each = self.gives_each_step();
        quote! {
            const __KEPT: [#usize; 2] = [0, 0];
            type __Scratch = #krate::__private::outside::NoScratch;
            const __SCRATCH: Self::__Scratch = #krate::__private::outside::NoScratch;
            const __SEQUENCE_INPUTS: &'static [#sequences::SequenceInput] = &[#(#inputs),*];
            const __EACH_STEP: ::core::primitive::bool = #each;
            fn __predict_len(__samples: #usize) -> #usize {
                __predict_len(__samples, __samples)
            }
            fn __train_len(__samples: #usize) -> #usize {
                __train_len(__samples, __samples)
            }
            fn __output(__samples: #usize) -> ::core::ops::Range<#usize> {
                Self::__output_over(__samples, __samples)
            }
            fn __output_gradient(__samples: #usize) -> ::core::ops::Range<#usize> {
                Self::__output_gradient_over(__samples, __samples)
            }
            fn __predict_len_over(__steps: #usize, __samples: #usize) -> #usize {
                __predict_len(__steps, __samples)
            }
            fn __train_len_over(__steps: #usize, __samples: #usize) -> #usize {
                __train_len(__steps, __samples)
            }
            fn __kept_over(__steps: #usize, __samples: #usize) -> #usize {
                __kept(__steps, __samples)
            }
            fn __output_over(__steps: #usize, __samples: #usize) -> ::core::ops::Range<#usize> {
                #output
            }
            fn __output_gradient_over(__steps: #usize, __samples: #usize) -> ::core::ops::Range<#usize> {
                #gradient
            }
            fn __outputs_of(
                __batch: &Self::Batch<'_>,
                __selection: #krate::Selection<'_>,
            ) -> #krate::Result<#usize> {
                #sequences::outputs_of::<Self>(__batch, __selection)
            }
            fn forward<'n, 'b>(
                &'n self,
                __batch: Self::Batch<'b>,
                __selection: #krate::Selection<'b>,
                __noise: #krate::Noise,
                __workspace: &'n mut #krate::Workspace<Self>,
            ) -> #krate::Result<#krate::Pass<'n, 'b, Self>> {
                #sequences::forward(self, __batch, __selection, __noise, __workspace)
            }
            fn predict_selected(
                &self,
                __batch: Self::Batch<'_>,
                __selection: #krate::Selection<'_>,
                __outputs: &mut [Self::Output],
                __workspace: &mut #krate::Workspace<Self>,
            ) -> #krate::Result<()> {
                #sequences::predict_selected(self, __batch, __selection, __outputs, __workspace)
            }
        }
    }
}

/// Where a buffer begins and ends: first lies what there is for each step, then for each sequence, then once.
fn place(program: &Program, buffer: BufferId) -> String {
    let (memory, buffer) = (&program.memory, &program.buffers[buffer.0]);
    let [steps, each] = [memory.steps, memory.each].map(digits);
    let range = |before: &str, at: Dim, len: Dim| {
        let (start, end) = (digits(at), digits(at + len));
        format!("{before}{start}..{before}{end}")
    };
    match buffer.place {
        Place::Each { at } if buffer.steps => range("__steps * ", at, buffer.each),
        Place::Each { at } => range(&format!("__steps * {steps} + __samples * "), at, buffer.each),
        Place::Fixed { at } => range(&format!("__steps * {steps} + __samples * {each} + "), at, buffer.fixed),
        _ => unreachable!("only memory is viewed"),
    }
}

impl Views<'_> {
    /// Whether some of these values are there for each step of sequences, as what they are joined to is, and others for each
    /// sequence.
    pub fn is_mixed(&self, parts: &[BufferId], whole: BufferId) -> bool {
        let buffers = &self.program.buffers;
        parts.iter().any(|part| buffers[part.0].steps != buffers[whole.0].steps)
    }

    /// A part of them: its scalars, whether it has them for each step, and where it lies.
    pub fn kind_of(&mut self, part: BufferId, view: impl FnOnce(&mut Self) -> String) -> String {
        let buffer = &self.program.buffers[part.0];
        let (len, steps) = (digits(buffer.each), buffer.steps);
        format!("({len}, {steps}, {})", view(self))
    }

    /// The views that a step takes.
    pub fn binding_over(&self) -> String {
        let scratch = if self.scratch { "let __scratch = &mut *__scratch;" } else { "" };
        if self.taken.is_empty() {
            return scratch.into();
        }
        let names: Vec<&str> = self.taken.iter().map(|(_, name)| name.as_str()).collect();
        let places: Vec<String> = self.taken.iter().map(|&(buffer, _)| place(self.program, buffer)).collect();
        let (names, places) = (names.join(", "), places.join(", "));
        format!(
            "let [{names}] = {{ let (__steps, __samples) = (__sequences.steps(), __sequences.len()); \
             __private::parts(__memory, [{places}]) }}; {scratch}"
        )
    }
}
