//! The sizes that kernels take, and the lengths and places of the working memory.

use super::lexed::outside_in_constants;
use super::{Emit, constants, number};
use crate::graph::NodeId;
use crate::plan::{BufferId, Place, Program};
use crate::shape::{Dim, explore};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::quote;

impl Emit<'_> {
    /// A constant for each node: the sizes that its kernels take.
    pub fn specs(&self) -> TokenStream {
        let krate = &self.names.krate;
        let shaped = &self.plan.shaped;
        let specs = (0..shaped.graph.nodes.len()).map(|n| {
            let node = NodeId(n);
            let layer = shaped.layer(node);
            let shapes = shaped.input_shapes(node);
            if layer.traits(&shapes).view || layer.network().is_some() {
                return TokenStream::new();
            }
            let specs = explore(&self.facts, || layer.spec(&shapes, n));
            let brace = |t: &TokenTree| matches!(t, TokenTree::Group(g) if g.delimiter() == Delimiter::Brace);
            let first = specs.leaves().first().map(|(_, spec)| TokenStream::clone(spec)).unwrap_or_default();
            let ty: TokenStream = first.into_iter().take_while(|t| !brace(t)).collect();
            let spec = constants::chosen(&specs.merged_by(&|a, b| a.to_string() == b.to_string()));
            let name = self.spec_name(node);
            quote!(const #name: #krate::layers::#ty = { use #krate::layers::*; #spec };)
        });
        quote!(#(#specs)*)
    }

    /// What the layers need for themselves, one after the other: the largest of it in prediction, and in training.
    pub fn scratch(&self) -> [TokenStream; 2] {
        let shaped = &self.plan.shaped;
        let nodes = (0..shaped.graph.nodes.len()).map(NodeId);
        let computed = nodes.filter(|&n| !shaped.layer(n).traits(&shaped.input_shapes(n)).view);
        let (mut predicting, mut training) = (String::new(), String::new());
        for node in computed {
            if shaped.layer(node).network().is_some() {
                let network = outside_in_constants(node);
                predicting += &format!("{network}::__SCRATCH.inside_prediction(__samples), ");
                training += &format!("{network}::__SCRATCH.training(__samples), ");
                continue;
            }
            let spec = self.spec_name(node);
            let mut values = shaped.graph.nodes[node.0].outputs.iter();
            if self.memory_of(node).is_some() || shaped.carrying.contains(&node) {
                // Nobody trains on one step.
                predicting += &format!("{spec}.step_scratch(), ");
            } else if shaped.is_over_sequences(node) {
                let over = "scratch_over(__steps, __samples";
                predicting += &format!("{spec}.forward_{over}, false), ");
                training += &format!("{spec}.forward_{over}, true), {spec}.backward_{over}), ");
            } else {
                let is_each_step =
                    self.is_over_sequences() && values.any(|&value| shaped.is_each_step(value));
                let count = if is_each_step { "__steps" } else { "__samples" };
                let forward = format!("{spec}.forward_scratch({count}), ");
                predicting += &forward;
                training += &format!("{forward}{spec}.backward_scratch({count}), ");
            }
        }
        [predicting, training].map(|list| self.lexed(&format!("__private::largest(&[{list}])")))
    }

    /// The lengths of the working memory.
    pub fn sizes(&self) -> TokenStream {
        if self.is_over_sequences() {
            return self.sizes_over();
        }
        let krate = &self.names.krate;
        let [predicting, training] = self.scratch();
        let len = |program: &Program| {
            let inputs: Dim =
                program.memory.inputs.iter().map(|n| n.next_multiple_of(crate::plan::LINE)).sum();
            [number(inputs + program.memory.each), number(program.memory.fixed)]
        };
        let [each, fixed] = len(&self.plan.train);
        let kept = quote!([#each, #fixed]);
        let len = |program: &Program| {
            let [each, fixed] = len(program);
            quote!(__samples * #each + #fixed)
        };
        let (predict, train) = (len(&self.plan.predict), len(&self.plan.train));
        let bytes = number(self.scalar_bytes());
        let private = quote!(#krate::__private);
        let output = self.plan.train.outputs[0];
        let output = number(self.plan.train.buffers[output.0].each);
        let chain = self.chain_of_links();
        quote! {
            #chain
            const fn __predict_len(__samples: ::core::primitive::usize) -> ::core::primitive::usize {
                #predict + #predicting
            }
            const fn __train_scratch(__samples: ::core::primitive::usize) -> ::core::primitive::usize {
                #training
            }
            const fn __train_len(__samples: ::core::primitive::usize) -> ::core::primitive::usize {
                #train + __train_scratch(__samples)
            }
            /// What a network needs to know in which this one stands.
            pub struct __Scratch;
            impl __Scratch {
                pub const fn inside_prediction(self, __samples: ::core::primitive::usize) -> ::core::primitive::usize {
                    #private::outside::room(__predict_len(__samples), __samples, #output)
                }
                pub const fn training(self, __samples: ::core::primitive::usize) -> ::core::primitive::usize {
                    __train_scratch(__samples)
                }
            }
            const __KEPT: [::core::primitive::usize; 2] = #kept;
            const __PREDICT_LEN: ::core::primitive::usize = __predict_len(1);
            const __ON_STACK: ::core::primitive::bool = __PREDICT_LEN * #bytes <= 64 * 1024;
            const __STACK_LEN: ::core::primitive::usize = if __ON_STACK { __PREDICT_LEN } else { 0 };
        }
    }

    /// The functions that say where things lie.
    pub fn places(&self) -> TokenStream {
        if self.is_over_sequences() {
            return self.places_over();
        }
        let program = &self.plan.train;
        let inputs: Dim = program.memory.inputs.iter().map(|n| n.next_multiple_of(crate::plan::LINE)).sum();
        let range = |buffer: BufferId| {
            let buffer = &program.buffers[buffer.0];
            let Place::Each { at } = buffer.place else {
                unreachable!("outputs of training lie in the workspace")
            };
            let (start, end) = (number(inputs + at), number(buffer.each));
            quote!(__samples * #start..__samples * (#start + #end))
        };
        let (output, gradient) = (range(program.outputs[0]), range(program.output_gradients[0]));
        let usize = quote!(::core::primitive::usize);
        quote! {
            fn __predict_len(__samples: #usize) -> #usize {
                __predict_len(__samples)
            }
            fn __train_len(__samples: #usize) -> #usize {
                __train_len(__samples)
            }
            const __KEPT: [#usize; 2] = __KEPT;
            type __Scratch = __Scratch;
            const __SCRATCH: __Scratch = __Scratch;
            fn __output(__samples: #usize) -> ::core::ops::Range<#usize> {
                #output
            }
            fn __output_gradient(__samples: #usize) -> ::core::ops::Range<#usize> {
                #gradient
            }
        }
    }
}
