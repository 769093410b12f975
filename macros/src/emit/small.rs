//! Small networks: a chain of layers that one call of the runtime runs through.

use super::{Emit, Names, digits};
use crate::graph::{NodeId, ValueId};
use crate::layers::Layout;
use crate::plan::{BufferId, Place, Step, Tensors};
use proc_macro2::TokenStream;
use quote::quote;

/// The widest values of a tiny network, and its multiplications: beyond, loops that are written out only grow code.
const TINY_WIDTH: usize = 32;
const TINY_WORK: usize = 1024;

impl Emit<'_> {
    /// Of a chain that is known to be tiny: a type that runs it with all its loops written out.
    pub fn tiny_chain(&self) -> Option<TokenStream> {
        let nodes = self.chain().filter(|nodes| self.is_tiny(nodes))?;
        let Names { krate, scalar, bounds, .. } = &self.names;
        let tiny = quote!(#krate::__private::tiny);
        let len = |value: ValueId| digits(self.plan.shaped.shape(value).len());
        let input = self.lexed(&len(ValueId(0)));
        let steps = nodes.iter().map(|&id| {
            let (spec, range) = (self.spec_name(id), self.range(Tensors::Node(id)));
            let node = &self.plan.shaped.graph.nodes[id.0];
            let (inputs, outputs) = (len(node.inputs[0]), len(node.outputs[0]));
            format!(
                "let __values = {spec}.tiny::<{scalar}, __Level, {inputs}, {outputs}>(&self.parameters[{range}], __values);"
            )
        });
        let steps = self.lexed(&steps.collect::<String>());
        Some(quote! {
            struct __Tiny<'a, __Scalar> {
                parameters: &'a [__Scalar],
                input: &'a [__Scalar],
                output: &'a mut [__Scalar],
            }
            impl #bounds #tiny::Chain<#scalar> for __Tiny<'_, #scalar> {
                #[inline(always)]
                fn run<__Level: #tiny::Level<#scalar>>(self) {
                    let __values = #tiny::all::<#scalar, #input>(self.input);
                    #steps
                    self.output.copy_from_slice(&__values);
                }
            }
        })
    }

    fn is_tiny(&self, nodes: &[NodeId]) -> bool {
        let shaped = &self.plan.shaped;
        let sizes = nodes.iter().map(|&id| {
            let node = &shaped.graph.nodes[id.0];
            let lens =
                node.inputs.iter().chain(&node.outputs).map(|&value| shaped.shape(value).len().known());
            let [inputs, outputs] = lens.collect::<Option<Vec<_>>>()?[..] else { return None };
            let work = shaped.layer(id).multiply_adds(&shaped.input_shapes(id)).known()?;
            (inputs.max(outputs) <= TINY_WIDTH).then_some(work)
        });
        sizes.sum::<Option<usize>>().is_some_and(|work| work <= TINY_WORK)
    }

    /// `const __CHAIN` and `const __SMALL`, where prediction is a chain of layers from one input to one output; whether it is
    /// small enough the compiler works out, as its sizes may hang on constants.
    pub fn chain_of_links(&self) -> Option<TokenStream> {
        let nodes = self.chain()?;
        let (count, places) = (nodes.len(), &self.plan.places);
        let links = nodes.into_iter().map(|node| {
            let start = places.node(&self.plan.shaped, node).start;
            format!("{}.link({}), ", self.spec_name(node), digits(start))
        });
        let links: String = links.collect();
        Some(self.lexed(&format!(
            "const __CHAIN: [__private::small::Link; {count}] = [{links}]; \
             const __SMALL: ::core::primitive::bool = __private::small::is_small(&__CHAIN);"
        )))
    }

    /// `if __SMALL { … return; }`, where there is such a chain. `input` is an expression that gives the only sample's scalars,
    /// if there is one.
    pub fn predict_small(&self, input: &TokenStream) -> Option<TokenStream> {
        let krate = &self.names.krate;
        let small = quote!(#krate::__private::small);
        let nodes = self.chain()?;
        let tiny = self.is_tiny(&nodes).then(|| {
            let (scalar, tiny) = (&self.names.scalar, quote!(#krate::__private::tiny));
            quote! {
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
            }
        });
        Some(quote! {
            #tiny
            if __SMALL {
                if let ::core::option::Option::Some(__input) = #input {
                    let __parameters = #krate::Parameters::as_slice(self);
                    return #small::predict(
                        &__CHAIN, __parameters, __input, __output,
                    );
                }
            }
        })
    }

    /// The layers of the chain, if prediction is one.
    fn chain(&self) -> Option<Vec<NodeId>> {
        let program = &self.plan.predict;
        let [input] = &self.header().inputs[..] else { return None };
        if self.is_over_sequences() || input.indices.is_some() || program.loads[0] == Layout::ChannelsLast {
            return None;
        }
        let mut last: Option<BufferId> = None;
        let mut nodes = Vec::new();
        for step in &program.forward {
            let Step::Forward { node, inputs, outputs, .. } = step else { return None };
            let ([read], [written]) = (&inputs[..], &outputs[..]) else { return None };
            let follows = match (read, last) {
                (Some(read), Some(last)) => *read == last,
                (Some(read), None) => matches!(program.buffers[read.0].place, Place::Input(0)),
                // In place.
                (None, last) => last == Some(*written),
            };
            if !follows || !self.plan.shaped.layer(*node).links() {
                return None;
            }
            last = Some(*written);
            nodes.push(*node);
        }
        (last.is_some() && program.outputs.first().copied() == last).then_some(nodes)
    }
}
