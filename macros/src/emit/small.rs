//! Small networks: a chain of layers that one call of the runtime runs through.

use super::{Emit, digits};
use crate::graph::NodeId;
use crate::layers::{Layout, Link};
use crate::plan::{BufferId, Place, Step};
use proc_macro2::TokenStream;
use quote::quote;

impl Emit<'_> {
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
        self.chain()?;
        Some(quote! {
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
            let (shaped, layer) = (&self.plan.shaped, self.plan.shaped.layer(*node));
            if !follows || layer.link(&shaped.input_shapes(*node)) != Some(Link::Function) {
                return None;
            }
            last = Some(*written);
            nodes.push(*node);
        }
        (last.is_some() && program.outputs.first().copied() == last).then_some(nodes)
    }
}
