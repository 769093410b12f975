//! What a network with causal attention over a fixed length has beside all else: a state, and a step.

use super::ports::{Ports, Return};
use super::{Emit, Names, number};
use crate::graph::{Header, Node, Shaped};
use crate::plan::{LINE, Scope};
use crate::shape::{Dim, Shape};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// The function of one step, and how it is emitted.
pub struct Cached<'a> {
    /// The whole network.
    emit: &'a Emit<'a>,
    /// Its function of one step.
    one: Emit<'a>,
}

impl Emit<'_> {
    /// Whether there is a way back; of one step of a sequence there is none.
    pub fn is_trained(&self) -> bool {
        !self.plan.train.outputs.is_empty()
    }
}

impl<'a> Cached<'a> {
    pub fn of(emit: &'a Emit<'a>) -> Option<Cached<'a>> {
        let plan = emit.plan.cached.as_ref()?;
        let names = Names::new(&emit.names.krate, emit.header());
        Some(Cached { emit, one: Emit { plan, names, facts: emit.facts.clone() } })
    }

    pub fn state_definition(&self) -> TokenStream {
        state_definition(&self.emit.names, self.emit.header())
    }

    /// The input that comes step by step.
    fn sequence(&self) -> usize {
        self.one.plan.shaped.rows.iter().position(|&row| row).unwrap_or(0)
    }

    /// One row of what flows in and out.
    fn ports(&self) -> Ports<'_> {
        of_a_row(self.emit.ports(), self.sequence())
    }

    /// The trait, and `step`.
    pub fn methods(&self) -> TokenStream {
        let Names { krate, scalar, generics, bounds, name } = &self.emit.names;
        let private = quote!(#krate::__private);
        let one = &self.one;
        let program = &one.plan.predict;
        let (specs, rounds, loads) = (one.specs(), one.rounds(), one.loads(program, false));
        let steps = one.forward(program, Scope::Network);
        let memory = &program.memory;
        let inputs: Dim = memory.inputs.iter().map(|n| n.next_multiple_of(LINE)).sum();
        let (work, kept) = (number(memory.each + memory.fixed), number(memory.kept_fixed));
        let (room, scratch) = (number(inputs + memory.each + memory.fixed), one.step_scratch());
        let length = number(self.emit.input_shape(self.sequence()).0[0]);
        let ports = self.ports();
        let (arguments, columns, output, state) =
            (ports.arguments(), ports.columns(), ports.output(), state_name(&self.emit.names));
        let same = self.same_at_each_step();
        let boxed = ports.boxed();
        let given = boxed.ty(krate, &output);
        let made = match boxed {
            Return::Chosen(handed) => quote!(#handed::filled(__fill)),
            Return::Boxed => quote! {{
                let mut __output = <#output as #krate::Tensor>::zeroed();
                __fill(&mut __output);
                __output
            }},
            Return::Plain => quote! {{
                let mut __output = #private::zero::<#output>();
                __fill(&mut __output);
                __output
            }},
        };
        let usize = quote!(::core::primitive::usize);
        quote! {
            const _: () = {
                #specs
                #rounds
                impl #bounds #krate::Steps for #name #generics {
                    const STEPS: #usize = #length;
                    const __KEEPS: #usize = #kept;
                    const __ROOM: #usize = {
                        let mut __scratch = 0;
                        #(if #scratch > __scratch { __scratch = #scratch; })*
                        #room + __scratch
                    };
                    fn __step(
                        &self,
                        __inputs: #private::Inputs<'_, #scalar>,
                        __mode: #krate::layers::Mode,
                        __output: &mut [#scalar],
                        __kept_fixed: &mut [#scalar],
                        __memory: &mut [#scalar],
                    ) {
                        let __samples = __inputs.samples;
                        let __parameters = #krate::Parameters::as_slice(self);
                        #loads
                        let (__memory, __scratch) = __memory.split_at_mut(#work);
                        #steps
                    }
                }
                impl #bounds #name #generics {
                    /// What comes out at one step of the sequence, given those that the state has seen: the same numbers
                    /// as the whole sequence at once. Nothing is allocated.
                    #same
                    ///
                    /// # Errors
                    ///
                    /// `Error::TooManySteps` behind as many as the sequence has.
                    pub fn step(&self, #arguments, __state: &mut #state #generics) -> #krate::Result<#given> {
                        __state.__begin()?;
                        let __columns = #columns;
                        let mut __fill = |__output: &mut #output| {
                            __state.__step(self, &__columns, #krate::Tensor::scalars_mut(__output));
                        };
                        ::core::result::Result::Ok(#made)
                    }
                }
            };
        }
    }
}

impl Cached<'_> {
    /// What is to be known of other inputs.
    fn same_at_each_step(&self) -> TokenStream {
        let others = self.emit.header().inputs.iter().enumerate().filter(|(i, _)| *i != self.sequence());
        let others: Vec<_> = others.map(|(_, input)| format!("`{}`", input.name)).collect();
        if others.is_empty() {
            return TokenStream::new();
        }
        let doc = format!("Of {}: no part of the sequence, give the same at every step.", others.join(", "));
        quote!(#[doc = ""] #[doc = #doc])
    }
}

impl Emit<'_> {
    /// What each layer needs for itself.
    fn step_scratch(&self) -> Vec<TokenStream> {
        let live = self.plan.shaped.graph.is_live();
        let nodes = (0..live.len()).map(crate::graph::NodeId).filter(|node| live[node.0]);
        let computed = nodes.filter(|&node| {
            let shaped = &self.plan.shaped;
            !shaped.layer(node).traits(&shaped.input_shapes(node)).view
        });
        computed
            .map(|node| {
                let spec = self.spec_name(node);
                quote!(#spec.forward_scratch(1))
            })
            .collect()
    }
}

/// The state and the step where attention is causal and there is no step all the same: who asks for the state, of which
/// there is no value, is told why.
pub fn without_steps(emit: &Emit) -> Option<(TokenStream, TokenStream)> {
    let shaped = &emit.plan.shaped;
    let live = shaped.graph.is_live();
    let mut nodes = (0..live.len()).map(crate::graph::NodeId).filter(|node| live[node.0]);
    if !nodes.any(|node| shaped.layer(node).attends_causally()) {
        return None;
    }
    let Names { krate, generics, bounds, name, .. } = &emit.names;
    let (visibility, state) = (&emit.header().visibility, state_name(&emit.names));
    let private = quote!(#krate::__private);
    let ports = emit.ports();
    let sequence = likely_sequence(&ports)?;
    let ports = of_a_row(ports, sequence);
    let (arguments, given) = (ports.arguments(), ports.boxed().ty(krate, &ports.output()));
    let outer = quote! {
        #[doc(hidden)]
        #[allow(dead_code)]
        #visibility type #state #generics = #private::WithoutSteps<#name #generics>;
    };
    let inner = quote! {
        impl #bounds #name #generics {
            #[doc(hidden)]
            pub fn step(&self, #arguments, __state: &mut #state #generics) -> #krate::Result<#given> {
                match *__state {
                    #private::WithoutSteps::Never(ref __never, _) => match *__never {},
                }
            }
        }
    };
    Some((outer, inner))
}

/// The input that comes step by step, if any does: the one that is as long as what comes out, or else the first.
fn likely_sequence(ports: &Ports) -> Option<usize> {
    let [output] = &ports.outputs[..] else { return None };
    let length = output.0.first()?;
    let is_as_long = |input: &Shape| input.0.first().is_some_and(|first| first == length);
    let sequence = ports.inputs.iter().position(is_as_long);
    sequence.or_else(|| ports.inputs.iter().position(|input| input.rank() > 0))
}

fn state_name(names: &Names) -> Ident {
    format_ident!("{}State", names.name)
}

fn state_definition(names: &Names, header: &Header) -> TokenStream {
    let Names { krate, generics, name, .. } = names;
    let (visibility, state) = (&header.visibility, state_name(names));
    let doc = format!("What [`{name}`] carries from step to step.");
    quote! {
        #[doc = #doc]
        #[allow(dead_code)]
        #visibility type #state #generics = #krate::Cache<#name #generics>;
    }
}

/// One row of what flows in and out, where that input is the sequence.
fn of_a_row<'a>(mut ports: Ports<'a>, sequence: usize) -> Ports<'a> {
    let row = |shape: &mut Shape| shape.0.drain(..shape.rank().min(1)).for_each(drop);
    ports.inputs.iter_mut().skip(sequence).take(1).chain(&mut ports.outputs).for_each(row);
    ports
}

/// The state and the step after an error, where there seem to be any.
pub fn stub(shaped: &Shaped, ports: Ports) -> Option<(TokenStream, TokenStream)> {
    let sequence = likely_sequence(&ports)?;
    let attends = |node: &Node| node.call.as_ref().is_some_and(|call| call.name == "MultiHeadAttention");
    let seems = !ports.sequences.contains(&true) && shaped.graph.nodes.iter().any(attends);
    if !seems {
        return None;
    }
    let outer = state_definition(ports.names, ports.header);
    let ports = of_a_row(ports, sequence);
    let Names { krate, scalar, generics, bounds, name } = ports.names;
    let (private, state) = (quote!(#krate::__private), state_name(ports.names));
    let (arguments, given) = (ports.arguments(), ports.boxed().ty(krate, &ports.output()));
    let usize = quote!(::core::primitive::usize);
    let inner = quote! {
        impl #bounds #krate::Steps for #name #generics {
            const STEPS: #usize = 0;
            const __KEEPS: #usize = 0;
            const __ROOM: #usize = 0;
            fn __step(
                &self,
                inputs: #private::Inputs<'_, #scalar>,
                mode: #krate::layers::Mode,
                output: &mut [#scalar],
                kept: &mut [#scalar],
                memory: &mut [#scalar],
            ) { loop {} }
        }
        impl #bounds #name #generics {
            pub fn step(&self, #arguments, state: &mut #state #generics) -> #krate::Result<#given> { loop {} }
        }
    };
    Some((outer, inner))
}
