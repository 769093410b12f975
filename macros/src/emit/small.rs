//! Small networks: a chain of layers that one call of the runtime runs through.

use super::Emit;
use crate::graph::NodeId;
use crate::layers::Layout;
use crate::plan::{BufferId, Place, Step, Tensors};
use proc_macro2::TokenStream;
use quote::quote;

impl Emit<'_> {
    /// `if __SMALL { … return; }`, where prediction is a chain of layers from one input to one output; whether it is
    /// small enough the compiler works out, as its sizes may hang on constants. `input` is an expression that gives the
    /// only sample's scalars, if there is one.
    pub fn predict_small(&self, input: &TokenStream) -> Option<TokenStream> {
        let krate = &self.names.krate;
        let small = quote!(#krate::__private::small);
        let nodes = self.chain()?;
        let links = nodes.iter().map(|&node| {
            let (spec, range) = (self.spec_name(node), self.range(Tensors::Node(node)));
            quote!(#spec.link((#range).start))
        });
        let count = nodes.len();
        Some(quote! {
            const __CHAIN: [#small::Link; #count] = [#(#links),*];
            const __SMALL: ::core::primitive::bool = #small::is_small(&__CHAIN);
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
