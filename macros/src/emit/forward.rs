//! Going forward: in prediction and in training.

use super::{Emit, number};
use crate::plan::Scope;
use proc_macro2::TokenStream;
use quote::quote;

impl Emit<'_> {
    pub fn predict_body(&self) -> TokenStream {
        let krate = &self.names.krate;
        let program = &self.plan.predict;
        let loads = self.loads(program, false);
        let steps = program.forward.iter().map(|step| self.step(program, Scope::Network, step));
        let (each, fixed) = (number(program.memory.each), number(program.memory.fixed));
        let kept = match self.is_over_sequences() {
            true => {
                let steps = number(program.memory.steps);
                quote!(__sequences.steps() * #steps + __samples * #each + #fixed)
            }
            false => quote!(__samples * #each + #fixed),
        };
        let sequences = self.sequences();
        let only = quote!(#krate::__private::only_sample(&__inputs));
        let (tiny, small) = (self.predict_tiny(&only), self.predict_small(&only));
        quote! {
            #tiny
            #small
            let __samples = __inputs.samples;
            #sequences
            let __mode = #krate::layers::Mode::Predict;
            let __parameters = #krate::Parameters::as_slice(self);
            #loads
            let (__memory, __scratch) = __memory.split_at_mut(#kept);
            #(#steps)*
        }
    }

    /// Where each sequence begins, if there are any.
    pub fn sequences(&self) -> Option<TokenStream> {
        self.is_over_sequences().then(|| quote!(let __sequences = __inputs.sequences;))
    }

    pub fn forward_body(&self) -> TokenStream {
        let krate = &self.names.krate;
        let program = &self.plan.train;
        let loads = self.loads(program, false);
        let steps = program.forward.iter().map(|step| self.step(program, Scope::Network, step));
        let sequences = self.sequences();
        quote! {
            let __samples = __inputs.samples;
            #sequences
            let __mode = #krate::layers::Mode::Train(__noise);
            let __parameters = #krate::Parameters::as_slice(self);
            #loads
            #(#steps)*
        }
    }
}
