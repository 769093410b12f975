//! What a network over sequences of any length has in the place of `predict` for one sample: a state, and a step.

use super::ports::Ports;
use super::types::tensor_type;
use super::{Emit, Names, number};
use crate::graph::{Header, Memory, ValueId};
use crate::plan::Plan;
use crate::shape::{Dim, Shape};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// The states of the function of one step, and how they are emitted.
pub struct Steps<'a> {
    /// The whole network.
    emit: &'a Emit<'a>,
    /// Its function of one step.
    one: Emit<'a>,
}

impl<'a> Steps<'a> {
    pub fn of(emit: &'a Emit<'a>) -> Option<Steps<'a>> {
        let plan: &Plan = emit.plan.step.as_ref()?;
        let names = Names::new(&emit.names.krate, emit.header());
        Some(Steps { emit, one: Emit { plan, names, facts: emit.facts.clone() } })
    }

    /// The whole network, and its function of one step.
    pub fn both(&self) -> (&Emit<'a>, &Emit<'a>) {
        (self.emit, &self.one)
    }

    /// The type of the states.
    pub fn state_type(&self) -> TokenStream {
        let (state, generics) = (self.state_name(), &self.emit.names.generics);
        quote!(#state #generics)
    }

    /// Each state's name and shape.
    fn states(&self) -> Vec<(&Ident, &Shape)> {
        let inputs = self.one.header().inputs.iter().enumerate().skip(self.emit.header().inputs.len());
        inputs.map(|(i, input)| (&input.name, self.one.input_shape(i))).collect()
    }

    /// The memories, which are fields of the state like the others.
    fn memories(&self) -> &[Memory] {
        &self.one.plan.shaped.memories
    }

    fn state_name(&self) -> Ident {
        format_ident!("{}State", self.emit.names.name)
    }

    /// The struct of all states.
    pub fn state_definition(&self) -> TokenStream {
        let Names { krate, generics, bounds, name, scalar } = &self.emit.names;
        let visibility = &self.emit.header().visibility;
        let state = self.state_name();
        let states = self.states();
        let names: Vec<_> = states.iter().map(|(name, _)| name).collect();
        let kept: Vec<_> = self.memories().iter().map(|memory| &memory.name).collect();
        let (kept_types, made): (Vec<_>, Vec<_>) =
            self.memories().iter().map(|memory| self.one.memory_type(memory, None)).unzip();
        // What a memory holds lies on the heap.
        let copy = kept.is_empty().then(|| quote!(::core::marker::Copy,));
        let types: Vec<_> = states.iter().map(|(_, shape)| tensor_type(shape, &self.emit.names)).collect();
        let doc = format!("What [`{name}`] carries from step to step; zero at the beginning.");
        let private = quote!(#krate::__private);
        let marker = (!generics.is_empty() && names.is_empty() && kept.is_empty())
            .then(|| quote!(__scalar: ::core::marker::PhantomData<#scalar>,));
        let marked = marker.is_some().then(|| quote!(__scalar: ::core::marker::PhantomData,));
        quote! {
            #[doc = #doc]
            #[derive(
                ::core::clone::Clone,
                #copy
                ::core::fmt::Debug,
                ::core::cmp::PartialEq,
            )]
            #[allow(dead_code)]
            #visibility struct #state #bounds {
                #(#[allow(missing_docs)] pub #names: #types,)*
                #(#[allow(missing_docs)] pub #kept: #kept_types,)*
                #marker
            }
            #[allow(dead_code)]
            impl #bounds #state #generics {
                /// The state before the first step.
                pub fn reset(&mut self) {
                    #(self.#names = #private::zero::<#types>();)*
                    #(#krate::layers::Memory::reset(&mut self.#kept);)*
                }
            }
            impl #bounds ::core::default::Default for #state #generics {
                fn default() -> Self {
                    #state { #(#names: #private::zero::<#types>(),)* #(#kept: #made,)* #marked }
                }
            }
        }
    }

    /// `step`, and `predict` for a whole sequence if one flows in.
    pub fn methods(&self) -> TokenStream {
        let Names { krate, scalar, generics, bounds, name } = &self.emit.names;
        let private = quote!(#krate::__private);
        let ports = self.emit.ports();
        let arguments = ports.arguments();
        let passed: Vec<_> = self.emit.header().inputs.iter().map(|input| &input.name).collect();
        let states: Vec<_> = self.states().into_iter().map(|(name, _)| name).collect();
        let (ty, state) = (ports.output(), self.state_name());
        let (specs, sizes, rounds, body) =
            (self.one.specs(), self.one.sizes(), self.one.rounds(), self.one.predict_body());
        let tiny = self.one.tiny();
        let (tiny_step, run_tiny) = self.tiny().map_or((None, None), |[step, run]| (Some(step), Some(run)));
        let kept: Vec<_> = self.memories().iter().map(|memory| &memory.name).collect();
        let (memories, memory_types) = self.one.memories(None);
        let step_doc = self.step_doc();
        let all: Dim = self.one.header().outputs.iter().filter_map(|o| Some(o.shape.as_ref()?.len())).sum();
        let all = number(all);
        quote! {
            const _: () = {
                #specs
                #sizes
                #rounds
                #tiny
                #tiny_step
                impl #bounds #name #generics {
                    /// The bytes of working memory in which one step is predicted.
                    pub const WORKSPACE_BYTES: ::core::primitive::usize =
                        #private::workspace_bytes::<#scalar>(__PREDICT_LEN);

                    fn __predict_step(
                        &self,
                        __inputs: #private::Inputs<'_, #scalar>,
                        (#(#memories,)*): (#(&mut #memory_types,)*),
                        __output: &mut [#scalar],
                        __memory: &mut [#scalar],
                    ) {
                        #body
                    }

                    /// One step of a sequence: what comes out of it, and the state that the next step starts from. It
                    /// gives the same numbers as the whole sequence at once.
                    #step_doc
                    pub fn step(&self, #arguments, __state: &mut #state #generics) -> #ty {
                        let mut __output = #private::zero::<#ty>();
                        #run_tiny
                        // The output, and behind it the states.
                        let mut __all = #private::Stack::<#scalar, { #all }>::new();
                        let __columns = [
                            #(#krate::Sample::<#scalar>::column(::core::slice::from_ref(#passed)),)*
                            #(#krate::Sample::<#scalar>::column(::core::slice::from_ref(&__state.#states)),)*
                        ];
                        let __inputs = #private::only(&__columns);
                        let __memories = (#(&mut __state.#kept,)*);
                        if __ON_STACK {
                            let mut __memory = #private::Stack::<#scalar, __STACK_LEN>::new();
                            let __memory = __memory.as_mut_slice();
                            self.__predict_step(__inputs, __memories, __all.as_mut_slice(), __memory);
                        } else {
                            #private::with_thread_memory(__PREDICT_LEN, |__memory| {
                                self.__predict_step(__inputs, __memories, __all.as_mut_slice(), __memory);
                            });
                        }
                        let __rest = __all.as_mut_slice();
                        let __rest = #private::take(__rest, &mut __output);
                        #(let __rest = #private::take(__rest, &mut __state.#states);)*
                        __output
                    }
                }
            };
        }
    }

    /// What is to be known of a step beside that.
    fn step_doc(&self) -> TokenStream {
        let inputs = self.emit.header().inputs.iter().enumerate();
        let once = inputs.filter(|&(i, _)| !self.emit.plan.shaped.is_each_step(ValueId(i)));
        let given: Vec<_> = once.map(|(_, input)| format!("`{}`", input.name)).collect();
        let made: Vec<_> = self.emit.given_once().iter().map(|name| format!("`{name}`")).collect();
        let mut docs = TokenStream::new();
        for (names, what) in [
            (given, "no sequence: give the same at every step; a state to start from is read at the first"),
            (made, "what would come out if the sequence ended with this step"),
        ] {
            if !names.is_empty() {
                let doc = format!("Of {}: {what}.", names.join(", "));
                docs.extend(quote!(#[doc = ""] #[doc = #doc]));
            }
        }
        docs
    }

    /// The methods for whole sequences, of the network itself.
    pub fn whole(&self) -> TokenStream {
        let Names { krate, generics, scalar, .. } = &self.emit.names;
        let private = quote!(#krate::__private);
        let ports = self.emit.ports();
        let (state, ty) = (self.state_name(), ports.output());
        let each = self.emit.gives_each_step();
        let once = self.emit.given_once();
        let once_doc = match &once[..] {
            [] => String::new(),
            [one] => format!("`{one}` is what comes out at the end, in all of them."),
            several => {
                let names: Vec<_> = several.iter().map(|name| format!("`{name}`")).collect();
                format!("{} are what comes out at the end, in all of them.", names.join(", "))
            }
        };
        let once_doc_of_batch = (!once.is_empty()).then(|| quote!(#[doc = ""] #[doc = #once_doc]));
        let predict = ports.is_single().then(|| {
            let (predict, sample, given) = (ports.predict(), ports.input_type(0), ports.passed());
            match each {
                true if !once.is_empty() => quote! {
                    /// Predicts a whole sequence: what comes out at each of its steps.
                    #[doc = #once_doc]
                    pub fn #predict(&self, #given: &[#sample]) -> #private::Vec<#ty> {
                        let mut __state = <#state #generics as ::core::default::Default>::default();
                        let mut __all: #private::Vec<#ty> =
                            #given.iter().map(|__x| self.step(__x, &mut __state)).collect();
                        if let ::core::option::Option::Some(&__last) = __all.last() {
                            for __one in &mut __all {
                                #(__one.#once = __last.#once;)*
                            }
                        }
                        __all
                    }
                },
                true => quote! {
                    /// Predicts a whole sequence: what comes out at each of its steps.
                    pub fn #predict(&self, #given: &[#sample]) -> #private::Vec<#ty> {
                        let mut __state = <#state #generics as ::core::default::Default>::default();
                        #given.iter().map(|__x| self.step(__x, &mut __state)).collect()
                    }
                },
                false => quote! {
                    /// Predicts for a whole sequence: what comes out at its last step; nothing of an empty one.
                    pub fn #predict(&self, #given: &[#sample]) -> ::core::option::Option<#ty> {
                        let mut __state = <#state #generics as ::core::default::Default>::default();
                        #given.iter().map(|__x| self.step(__x, &mut __state)).last()
                    }
                },
            }
        });
        let batch = ports.batch(&quote!('_));
        let (doc, given, function) = match each {
            true => (
                "Predicts for many sequences: what comes out at each of their steps.",
                quote!(#private::Vec<#private::Vec<#ty>>),
                quote!(predict_steps),
            ),
            false => (
                "Predicts for many sequences: what comes out at the last step of each.",
                quote!(#private::Vec<#ty>),
                quote!(predict_batch),
            ),
        };
        let usize = quote!(::core::primitive::usize);
        quote! {
            /// The bytes of working memory in which sequences of so many steps in all are trained, for the `Workspace`
            /// alone: the weights, their gradient and the optimizer's state are as many values of the network's own
            /// size.
            pub const fn training_workspace_bytes(__steps: #usize, __samples: #usize) -> #usize {
                #private::workspace_bytes::<#scalar>(__train_len(__steps, __samples))
            }

            #predict

            #[doc = #doc]
            #once_doc_of_batch
            ///
            /// # Errors
            ///
            /// `Error::NoSteps` if a sequence is empty; of several inputs also `Error::UnequalInputs` and
            /// `Error::UnequalSteps`.
            pub fn predict_batch(&self, __batch: #batch) -> #krate::Result<#given> {
                #private::sequences::#function(self, __batch)
            }
        }
    }
}

/// The same after an error, when nothing is known of states.
pub struct Stub {
    each: bool,
    /// For each input whether it is a sequence of any length.
    pub sequences: Vec<bool>,
}

impl Stub {
    /// Leaves a step of each sequence of any length.
    pub fn new(header: &mut Header) -> Stub {
        let is_any = |shape: &Option<Shape>| shape.as_ref().is_some_and(Shape::is_any_length);
        let stub = Stub {
            sequences: header.inputs.iter().map(|input| is_any(&input.shape)).collect(),
            each: header.outputs.iter().any(|output| is_any(&output.shape)),
        };
        let outputs = header.outputs.iter_mut().map(|output| &mut output.shape);
        for shape in header.inputs.iter_mut().map(|input| &mut input.shape).chain(outputs).flatten() {
            shape.0.iter_mut().filter(|n| n.is_any_length()).for_each(|n| *n = Dim::ONE);
        }
        stub
    }

    /// Whether the network takes any.
    pub fn is_any(&self) -> bool {
        self.sequences.contains(&true)
    }

    /// Many sequences at once.
    pub fn predict_batch(&self, ports: &Ports) -> TokenStream {
        let krate = &ports.names.krate;
        let (batch, output) = (ports.batch(&quote!('_)), ports.output());
        let vec = quote!(#krate::__private::Vec);
        let given = if self.each { quote!(#vec<#vec<#output>>) } else { quote!(#vec<#output>) };
        quote!(pub fn predict_batch(&self, batch: #batch) -> #krate::Result<#given> { loop {} })
    }

    /// The state, and what takes it.
    pub fn items(&self, ports: &Ports) -> (TokenStream, TokenStream) {
        if !self.is_any() {
            return Default::default();
        }
        let Names { krate, scalar, generics, bounds, name } = ports.names;
        let visibility = &ports.header.visibility;
        let state = format_ident!("{}State", name);
        let (arguments, output) = (ports.arguments(), ports.output());
        let predict = ports.is_single().then(|| {
            let (predict, sample, input) = (ports.predict(), ports.input_type(0), ports.passed());
            let given = match self.each {
                true => quote!(#krate::__private::Vec<#output>),
                false => quote!(::core::option::Option<#output>),
            };
            quote!(pub fn #predict(&self, #input: &[#sample]) -> #given { loop {} })
        });
        let outer = quote! {
            #[derive(
                ::core::clone::Clone,
                ::core::marker::Copy,
                ::core::fmt::Debug,
                ::core::default::Default,
                ::core::cmp::PartialEq,
            )]
            #[allow(dead_code)]
            #visibility struct #state #bounds {
                __scalar: ::core::marker::PhantomData<#scalar>,
            }
        };
        let inner = quote! {
            impl #bounds #state #generics {
                pub fn reset(&mut self) { loop {} }
            }
            impl #bounds #name #generics {
                pub fn step(&self, #arguments, state: &mut #state #generics) -> #output { loop {} }
                #predict
            }
        };
        (outer, inner)
    }
}
