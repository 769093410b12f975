//! What a network over sequences of any length has in the place of `predict` for one sample: a state, and a step.

use super::constants::of_part;
use super::ports::Ports;
use super::types::tensor_type;
use super::{Emit, Names};
use crate::graph::Header;
use crate::shape::{Dim, Shape};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

impl Emit<'_> {
    /// Each state's name and type.
    fn states(&self) -> Vec<(Ident, TokenStream)> {
        let Some(steps) = &self.plan.shaped.steps else { return Vec::new() };
        let inputs = self.header().inputs.iter().enumerate().skip(steps.inputs);
        inputs
            .map(|(i, input)| (input.name.clone(), of_part(tensor_type(self.input_shape(i), &self.names), i)))
            .collect()
    }

    fn state_name(&self) -> Ident {
        format_ident!("{}State", self.names.name)
    }

    /// The struct of all states.
    pub fn state_definition(&self) -> Option<TokenStream> {
        self.plan.shaped.steps.as_ref()?;
        let Names { krate, generics, bounds, name, scalar } = &self.names;
        let visibility = &self.header().visibility;
        let state = self.state_name();
        let (names, types): (Vec<_>, Vec<_>) = self.states().into_iter().unzip();
        let doc = format!("What [`{name}`] carries from step to step; zero at the beginning.");
        let private = quote!(#krate::__private);
        let marker = (!generics.is_empty() && names.is_empty())
            .then(|| quote!(__scalar: ::core::marker::PhantomData<#scalar>,));
        let marked = marker.is_some().then(|| quote!(__scalar: ::core::marker::PhantomData,));
        Some(quote! {
            #[doc = #doc]
            #[derive(
                ::core::clone::Clone,
                ::core::marker::Copy,
                ::core::fmt::Debug,
                ::core::cmp::PartialEq,
            )]
            #[allow(dead_code)]
            #visibility struct #state #bounds {
                #(#[allow(missing_docs)] pub #names: #types,)*
                #marker
            }
            #[allow(dead_code)]
            impl #bounds #state #generics {
                /// The state before the first step.
                pub fn reset(&mut self) {
                    *self = ::core::default::Default::default();
                }
            }
            impl #bounds ::core::default::Default for #state #generics {
                fn default() -> Self {
                    #state { #(#names: #private::zero::<#types>(),)* #marked }
                }
            }
        })
    }

    /// `step`, and `predict` for a whole sequence if one flows in.
    pub fn step_methods(&self) -> Option<TokenStream> {
        let steps = self.plan.shaped.steps.as_ref()?;
        let Names { krate, generics, bounds, name, .. } = &self.names;
        let ports = self.ports();
        let (arguments, inputs) =
            (ports.arguments_of(0..steps.inputs), &self.header().inputs[..steps.inputs]);
        let passed: Vec<_> = inputs.iter().map(|input| &input.name).collect();
        let states: Vec<_> = self.states().into_iter().map(|(name, _)| name).collect();
        let output = self.header().outputs.first()?.name.clone()?;
        let ty = ports.output_type(0);
        let state = self.state_name();
        let one = Ident::new("__one_step", name.span());
        // Without any state there is but one output.
        let (value, carried) = match states.is_empty() {
            true => (quote!(__next), quote!()),
            false => (quote!(__next.#output), quote!(#(__state.#states = __next.#states;)*)),
        };
        let predict = (steps.inputs == 1).then(|| {
            let (predict, sample, given) = (ports.predict(), ports.input_type(0), &passed[0]);
            match steps.each {
                true => quote! {
                    /// Predicts a whole sequence: what comes out at each of its steps.
                    pub fn #predict(&self, #given: &[#sample]) -> #krate::__private::Vec<#ty> {
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
        Some(quote! {
            impl #bounds #name #generics {
                /// One step of a sequence: what comes out of it, and the state that the next step starts from. It
                /// gives the same numbers as the whole sequence at once.
                pub fn step(&self, #arguments, __state: &mut #state #generics) -> #ty {
                    let __next = self.#one(#(#passed,)* #(&__state.#states),*);
                    #carried
                    #value
                }
                #predict
            }
        })
    }
}

/// The same after an error, when nothing is known of states.
pub struct Stub {
    is_any: bool,
    each: bool,
}

impl Stub {
    /// Leaves a step of each sequence of any length.
    pub fn new(header: &mut Header) -> Stub {
        let is_any = |shape: &Option<Shape>| shape.as_ref().is_some_and(Shape::is_any_length);
        let stub = Stub {
            is_any: header.inputs.iter().any(|input| is_any(&input.shape)),
            each: header.outputs.iter().any(|output| is_any(&output.shape)),
        };
        let outputs = header.outputs.iter_mut().map(|output| &mut output.shape);
        for shape in header.inputs.iter_mut().map(|input| &mut input.shape).chain(outputs).flatten() {
            shape.0.iter_mut().filter(|n| n.is_any_length()).for_each(|n| *n = Dim::ONE);
        }
        stub
    }

    /// The name of the method that predicts for one sample.
    pub fn method(&self, ports: &Ports) -> Ident {
        if self.is_any { Ident::new("__one_step", ports.header.name.span()) } else { ports.predict() }
    }

    /// The state, and what takes it.
    pub fn items(&self, ports: &Ports) -> (TokenStream, TokenStream) {
        if !self.is_any {
            return Default::default();
        }
        let Names { krate, scalar, generics, bounds, name } = ports.names;
        let visibility = &ports.header.visibility;
        let state = format_ident!("{}State", name);
        let (arguments, output) = (ports.arguments(), ports.output());
        let predict = ports.is_single().then(|| {
            let (predict, sample, input) = (ports.predict(), ports.sample(), ports.passed());
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
