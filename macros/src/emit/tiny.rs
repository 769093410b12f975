//! Tiny networks, and single steps of small ones, as one function in which all sizes are constants.

use super::steps_of::Steps;
use super::{Emit, Names, number};
use crate::graph::{NodeId, ValueId};
use crate::layers::Link;
use crate::plan::Tensors;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

/// The widest values, and the multiplications, from which on loops that are written out only grow code.
const TINY: Size = Size { width: 32, work: 1024 };
/// The same of a step of a sequence, whose states would else be copied in and out.
const TINY_STEP: Size = Size { width: 64, work: 20_000 };

struct Size {
    width: usize,
    work: usize,
}

/// From the only input to the only output: what is computed, and for each value the one that it is.
struct Flow {
    nodes: Vec<NodeId>,
    same: Vec<ValueId>,
    result: ValueId,
}

impl Emit<'_> {
    /// Of a network that is known to be tiny: the type that runs it.
    pub fn tiny(&self) -> Option<TokenStream> {
        Some(self.tiny_type(&quote!(__Tiny), &self.tiny_flow()?, None))
    }

    /// `return …;` for the only sample, where the network is known to be tiny. `input` is an expression that gives that
    /// sample's scalars, if there is one.
    pub fn predict_tiny(&self, input: &TokenStream) -> Option<TokenStream> {
        self.tiny_flow()?;
        let Names { krate, scalar, .. } = &self.names;
        let tiny = quote!(#krate::__private::tiny);
        Some(quote! {
            if #tiny::WRITTEN_OUT {
                if let ::core::option::Option::Some(__input) = #input {
                    let __parameters = #krate::Parameters::as_slice(self);
                    return <#scalar as #tiny::TinyKernels>::run_tiny(__Tiny {
                        parameters: __parameters,
                        input: __input,
                        output: __output,
                    });
                }
            }
        })
    }

    fn tiny_flow(&self) -> Option<Flow> {
        let header = self.header();
        let one = header.inputs.len() == 1 && header.outputs.len() == 1 && !self.is_over_sequences();
        self.flow(|_| false).filter(|flow| one && self.is_within(&TINY, flow))
    }

    /// The layers that run, if all of them can be a part of a tiny network; `carried` are those whose further inputs are
    /// states.
    fn flow(&self, carried: impl Fn(NodeId) -> bool) -> Option<Flow> {
        let shaped = &self.plan.shaped;
        let graph = &shaped.graph;
        if graph.header.inputs.first().is_none_or(|input| input.indices.is_some())
            || !shaped.memories.is_empty()
        {
            return None;
        }
        let live = graph.is_live();
        let mut same: Vec<_> = (0..graph.values.len()).map(ValueId).collect();
        let mut nodes = Vec::new();
        for id in (0..graph.nodes.len()).map(NodeId).filter(|id| live[id.0]) {
            let (node, layer) = (&graph.nodes[id.0], shaped.layer(id));
            if graph.repetition(node.group).is_some() {
                return None;
            }
            let shapes = shaped.input_shapes(id);
            let traits = layer.traits(&shapes);
            match layer.link(&shapes) {
                _ if node.inputs.len() == 1 && (traits.view || traits.identity_in_prediction) => {
                    same[node.outputs[0].0] = same[node.inputs[0].0];
                }
                Some(Link::Step) if !carried(id) => return None,
                Some(_) => nodes.push(id),
                None => return None,
            }
        }
        let result = same[graph.results[0]?.0];
        (!nodes.is_empty() && result != ValueId(0)).then_some(Flow { nodes, same, result })
    }

    /// Whether all sizes are known, and no larger.
    fn is_within(&self, size: &Size, flow: &Flow) -> bool {
        let shaped = &self.plan.shaped;
        let work = flow.nodes.iter().map(|&id| {
            let node = &shaped.graph.nodes[id.0];
            let mut values = node.inputs.iter().chain(&node.outputs);
            let narrow =
                values.all(|&value| shaped.shape(value).len().known().is_some_and(|n| n <= size.width));
            narrow.then(|| shaped.layer(id).multiply_adds(&shaped.input_shapes(id)).known())?
        });
        work.sum::<Option<usize>>().is_some_and(|work| work <= size.work)
    }

    /// The type that runs these layers; those that carry states find them in the fields of `state`.
    fn tiny_type(&self, name: &TokenStream, flow: &Flow, state: Option<&TokenStream>) -> TokenStream {
        let Names { krate, scalar, bounds, .. } = &self.names;
        let tiny = quote!(#krate::__private::tiny);
        let graph = &self.plan.shaped.graph;
        let len = |value: ValueId| number(self.plan.shaped.shape(value).len());
        let variable = |value: ValueId| variable(flow.same[value.0]);
        let layers = flow.nodes.iter().map(|&id| {
            let (spec, range) = (self.spec_name(id), self.lexed(&self.range(Tensors::Node(id))));
            let node = &graph.nodes[id.0];
            let (inputs, outputs) = (len(node.inputs[0]), len(node.outputs[0]));
            let (from, to) = (variable(node.inputs[0]), variable(node.outputs[0]));
            let sizes = quote!(#scalar, __Level, #inputs, #outputs);
            let states = node.inputs[1..].iter().map(|&value| {
                let field = &graph.header.inputs[value.0].name;
                quote!(#krate::Tensor::scalars_mut(&mut self.state.#field))
            });
            match self.plan.shaped.layer(id).link(&self.plan.shaped.input_shapes(id)) {
                Some(Link::Sum) => {
                    let other = variable(node.inputs[1]);
                    quote!(let #to = #tiny::add(#from, #other);)
                }
                Some(Link::Step) => {
                    let none = (node.inputs.len() == 2).then(|| quote!(&mut []));
                    let states = quote!([#(#states,)* #none]);
                    quote!(let #to = #spec.tiny_step::<#sizes>(&self.parameters[#range], #from, #states);)
                }
                _ => quote!(let #to = #spec.tiny::<#sizes>(&self.parameters[#range], #from);),
            }
        });
        let (field, parameter) = match state {
            Some(_) => (Some(quote!(state: &'a mut __State,)), Some(quote!(, __State))),
            None => (None, None),
        };
        let state = state.map(|state| quote!(, #state));
        let (input, first, last) = (len(ValueId(0)), variable(ValueId(0)), variable(flow.result));
        quote! {
            struct #name<'a, __Scalar #parameter> {
                parameters: &'a [__Scalar],
                input: &'a [__Scalar],
                output: &'a mut [__Scalar],
                #field
            }
            impl #bounds #tiny::Chain<#scalar> for #name<'_, #scalar #state> {
                #[inline(always)]
                fn run<__Level: #tiny::Level<#scalar>>(self) {
                    let #first = #tiny::all::<#scalar, #input>(self.input);
                    #(#layers)*
                    self.output.copy_from_slice(&#last);
                }
            }
        }
    }
}

fn variable(value: ValueId) -> Ident {
    format_ident!("__value_{}", value.0, span = Span::mixed_site())
}

impl Steps<'_> {
    /// Of one step that is known to be tiny, with one input and one output: the type that runs it, and what `step` does then.
    pub fn tiny(&self) -> Option<[TokenStream; 2]> {
        let (emit, one) = self.both();
        let ([input], [_]) = (&emit.header().inputs[..], &emit.header().outputs[..]) else { return None };
        let flow = one.flow(|id| self.is_carried(id)).filter(|flow| one.is_within(&TINY_STEP, flow))?;
        let Names { krate, scalar, .. } = &one.names;
        let tiny = quote!(#krate::__private::tiny);
        let (state, given) = (self.state_type(), &input.name);
        let definition = one.tiny_type(&quote!(__TinyStep), &flow, Some(&state));
        let run = quote! {
            if #tiny::WRITTEN_OUT {
                <#scalar as #tiny::TinyKernels>::run_tiny(__TinyStep {
                    parameters: #krate::Parameters::as_slice(self),
                    input: #krate::Tensor::scalars(#given),
                    output: #krate::Tensor::scalars_mut(&mut __output),
                    state: __state,
                });
                return __output;
            }
        };
        Some([definition, run])
    }

    /// Whether the states that a layer reads are those that it gives.
    fn is_carried(&self, id: NodeId) -> bool {
        let graph = &self.both().1.plan.shaped.graph;
        let node = &graph.nodes[id.0];
        node.inputs.len() > 1
            && node.inputs.len() == node.outputs.len()
            && node.inputs[1..].iter().zip(&node.outputs[1..]).all(|(read, given)| {
                // Behind the only input and the only output, states stand in the same order.
                graph.results.get(read.0) == Some(&Some(*given))
            })
    }
}
