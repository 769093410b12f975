//! What is different in a pass over sequences of any length: some buffers have a part for each step, others for each
//! sequence.

use super::steps::Views;
use super::{Emit, number};
use crate::graph::{NodeId, ValueId};
use crate::plan::{BufferId, Place, Program, Step};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// How many parts the buffers of a step have.
pub fn count(program: &Program, step: &Step) -> TokenStream {
    let (reads, writes) = step.accesses();
    match reads.iter().chain(&writes).any(|buffer| program.buffers[buffer.0].steps) {
        true => quote!(__sequences.steps()),
        false => quote!(__sequences.len()),
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
        let shaped = &self.plan.shaped;
        let nodes = (0..shaped.graph.nodes.len()).map(NodeId);
        let computed = nodes.filter(|&n| !shaped.layer(n).traits(&shaped.input_shapes(n)).view);
        let (mut predicting, mut training) = (Vec::new(), Vec::new());
        for node in computed {
            if let Some(network) = shaped.layer(node).network() {
                let network = self.names.outside(&self.names.in_constants(network.path()));
                predicting.push(quote!(#network::__SCRATCH.inside_prediction(__samples)));
                training.push(quote!(#network::__SCRATCH.training(__samples)));
                continue;
            }
            let spec = self.spec_name(node);
            if shaped.is_over_sequences(node) {
                predicting.push(quote!(#spec.forward_scratch_over(__steps, __samples, false)));
                training.push(quote!(#spec.forward_scratch_over(__steps, __samples, true)));
                training.push(quote!(#spec.backward_scratch_over(__steps, __samples)));
                continue;
            }
            let values = &shaped.graph.nodes[node.0].outputs;
            let count = match values.iter().any(|&value| shaped.is_each_step(value)) {
                true => quote!(__steps),
                false => quote!(__samples),
            };
            predicting.push(quote!(#spec.forward_scratch(#count)));
            training.push(quote!(#spec.forward_scratch(#count)));
            training.push(quote!(#spec.backward_scratch(#count)));
        }
        let len = |program: &Program| {
            let memory = &program.memory;
            let [steps, each, fixed] = [memory.steps, memory.each, memory.fixed].map(number);
            quote!(__steps * #steps + __samples * #each + #fixed)
        };
        let (predict, train) = (len(&self.plan.predict), len(&self.plan.train));
        let usize = quote!(::core::primitive::usize);
        quote! {
            const fn __larger(__a: #usize, __b: #usize) -> #usize {
                if __a > __b { __a } else { __b }
            }
            const fn __predict_len(__steps: #usize, __samples: #usize) -> #usize {
                let mut __scratch = 0;
                #(__scratch = __larger(__scratch, #predicting);)*
                #predict + __scratch
            }
            const fn __kept(__steps: #usize, __samples: #usize) -> #usize {
                #train
            }
            const fn __train_len(__steps: #usize, __samples: #usize) -> #usize {
                let mut __scratch = 0;
                #(__scratch = __larger(__scratch, #training);)*
                #train + __scratch
            }
        }
    }

    /// The functions that say where things lie.
    pub fn places_over(&self) -> TokenStream {
        let krate = &self.names.krate;
        let sequences = quote!(#krate::__private::sequences);
        let program = &self.plan.train;
        let range = |buffer: BufferId| {
            let [start, end] = place(program, buffer);
            quote!(#start..#end)
        };
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
fn place(program: &Program, buffer: BufferId) -> [TokenStream; 2] {
    let (memory, buffer) = (&program.memory, &program.buffers[buffer.0]);
    let (steps, each) = (number(memory.steps), number(memory.each));
    match buffer.place {
        Place::Each { at } if buffer.steps => {
            let (start, end) = (number(at), number(at + buffer.each));
            [quote!(__steps * #start), quote!(__steps * #end)]
        }
        Place::Each { at } => {
            let (start, end) = (number(at), number(at + buffer.each));
            [quote!(__steps * #steps + __samples * #start), quote!(__steps * #steps + __samples * #end)]
        }
        Place::Fixed { at } => {
            let (start, end) = (number(at), number(at + buffer.fixed));
            let before = quote!(__steps * #steps + __samples * #each);
            [quote!(#before + #start), quote!(#before + #end)]
        }
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
    pub fn kind_of(&mut self, part: BufferId, view: impl FnOnce(&mut Self) -> TokenStream) -> TokenStream {
        let buffer = &self.program.buffers[part.0];
        let (len, steps) = (number(buffer.each), buffer.steps);
        let place = view(self);
        quote!((#len, #steps, #place))
    }

    /// The views that a step takes.
    pub fn binding_over(&self) -> TokenStream {
        let private = &self.emit.names.krate;
        let private = quote!(#private::__private);
        let scratch = self.scratch.then(|| quote!(let __scratch = &mut *__scratch;));
        if self.taken.is_empty() {
            return quote!(#scratch);
        }
        let names = self.taken.iter().map(|(_, name)| name);
        let places = self.taken.iter().map(|&(buffer, _)| {
            let [start, end] = place(self.program, buffer);
            quote!(#start..#end)
        });
        quote! {
            let [#(#names),*] = {
                let (__steps, __samples) = (__sequences.steps(), __sequences.len());
                #private::parts(__memory, [#(#places),*])
            };
            #scratch
        }
    }
}
