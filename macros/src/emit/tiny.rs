//! Tiny networks, and single steps of small ones, as one function in which all sizes are constants.

use super::steps_of::Steps;
use super::{Emit, Names, number};
use crate::graph::{NodeId, ValueId};
use crate::plan::Tensors;
use proc_macro2::TokenStream;
use quote::quote;

/// The widest values, and the multiplications, from which on loops that are written out only grow code.
const TINY: Size = Size { width: 32, work: 1024 };
/// The same of a step of a sequence, whose states would else be copied in and out.
const TINY_STEP: Size = Size { width: 64, work: 20_000 };

struct Size {
    width: usize,
    work: usize,
}

impl Emit<'_> {
    /// Of a chain that is known to be tiny: the type that runs it.
    pub fn tiny_chain(&self) -> Option<TokenStream> {
        let nodes = self.chain().filter(|nodes| self.is_tiny(nodes))?;
        Some(self.tiny_type(&quote!(__Tiny), &nodes, None))
    }

    pub fn is_tiny(&self, nodes: &[NodeId]) -> bool {
        self.is_within(&TINY, nodes)
    }

    /// Whether all sizes are known, and no larger.
    fn is_within(&self, size: &Size, nodes: &[NodeId]) -> bool {
        let shaped = &self.plan.shaped;
        let work = nodes.iter().map(|&id| {
            let node = &shaped.graph.nodes[id.0];
            let mut values = node.inputs.iter().chain(&node.outputs);
            let narrow =
                values.all(|&value| shaped.shape(value).len().known().is_some_and(|n| n <= size.width));
            narrow.then(|| shaped.layer(id).multiply_adds(&shaped.input_shapes(id)).known())?
        });
        work.sum::<Option<usize>>().is_some_and(|work| work <= size.work)
    }

    /// The type that runs these layers, one behind the other; those that carry states find them in the fields of `state`.
    fn tiny_type(&self, name: &TokenStream, nodes: &[NodeId], state: Option<&TokenStream>) -> TokenStream {
        let Names { krate, scalar, bounds, .. } = &self.names;
        let tiny = quote!(#krate::__private::tiny);
        let graph = &self.plan.shaped.graph;
        let len = |value: ValueId| number(self.plan.shaped.shape(value).len());
        let input = len(ValueId(0));
        let layers = nodes.iter().map(|&id| {
            let (spec, range) = (self.spec_name(id), self.range(Tensors::Node(id)));
            let node = &graph.nodes[id.0];
            let (inputs, outputs) = (len(node.inputs[0]), len(node.outputs[0]));
            let sizes = quote!(#scalar, __Level, #inputs, #outputs);
            let states = node.inputs[1..].iter().map(|&value| {
                let field = &graph.header.inputs[value.0].name;
                quote!(#krate::Tensor::scalars_mut(&mut self.state.#field))
            });
            match node.inputs.len() {
                1 => quote!(let __values = #spec.tiny::<#sizes>(&self.parameters[#range], __values);),
                n => {
                    let none = (n == 2).then(|| quote!(&mut []));
                    let states = quote!([#(#states,)* #none]);
                    quote!(let __values = #spec.tiny_step::<#sizes>(&self.parameters[#range], __values, #states);)
                }
            }
        });
        let (field, parameter) = match state {
            Some(_) => (Some(quote!(state: &'a mut __State,)), Some(quote!(, __State))),
            None => (None, None),
        };
        let state = state.map(|state| quote!(, #state));
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
                    let __values = #tiny::all::<#scalar, #input>(self.input);
                    #(#layers)*
                    self.output.copy_from_slice(&__values);
                }
            }
        }
    }
}

impl Steps<'_> {
    /// Of one step that is known to be tiny, a chain of layers from one input to one output: the type that runs it, and what
    /// `step` does then.
    pub fn tiny(&self) -> Option<[TokenStream; 2]> {
        let (emit, one) = self.both();
        let [input] = &emit.header().inputs[..] else { return None };
        let nodes = self.chain().filter(|nodes| one.is_within(&TINY_STEP, nodes))?;
        let Names { krate, scalar, .. } = &one.names;
        let tiny = quote!(#krate::__private::tiny);
        let (state, given) = (self.state_type(), &input.name);
        let definition = one.tiny_type(&quote!(__TinyStep), &nodes, Some(&state));
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

    /// The layers of a step, if each does no more than read the one before and its own states.
    fn chain(&self) -> Option<Vec<NodeId>> {
        let (emit, one) = self.both();
        let shaped = &one.plan.shaped;
        let graph = &shaped.graph;
        if emit.header().inputs[0].indices.is_some()
            || emit.header().outputs.len() != 1
            || !shaped.memories.is_empty()
        {
            return None;
        }
        let live = graph.is_live();
        let (mut last, mut nodes) = (ValueId(0), Vec::new());
        for id in (0..graph.nodes.len()).map(NodeId).filter(|id| live[id.0]) {
            let (node, layer) = (&graph.nodes[id.0], shaped.layer(id));
            let (input, states) = node.inputs.split_first()?;
            if *input != last || graph.repetition(node.group).is_some() {
                return None;
            }
            let traits = layer.traits(&shaped.input_shapes(id));
            let carries = layer.steps_alone() && !states.is_empty() && self.are_carried(id);
            if carries || (states.is_empty() && layer.links()) {
                nodes.push(id);
            } else if !(traits.view || traits.identity_in_prediction) {
                return None;
            }
            last = node.outputs[0];
        }
        (graph.results[0] == Some(last) && !nodes.is_empty()).then_some(nodes)
    }

    /// Whether the states that a layer reads are those that it gives.
    fn are_carried(&self, id: NodeId) -> bool {
        let graph = &self.both().1.plan.shaped.graph;
        let node = &graph.nodes[id.0];
        node.inputs.len() == node.outputs.len()
            && node.inputs[1..].iter().zip(&node.outputs[1..]).all(|(read, given)| {
                // Behind the only input and the only output, states stand in the same order.
                graph.results.get(read.0) == Some(&Some(*given))
            })
    }
}
