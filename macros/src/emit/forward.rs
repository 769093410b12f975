//! Going forward: in prediction and in training.

use super::Emit;
use crate::plan::Scope;
use proc_macro2::TokenStream;
use quote::quote;

impl Emit<'_> {
    pub fn predict_body(&self) -> TokenStream {
        let krate = &self.names.krate;
        let program = &self.plan.predict;
        let loads = self.loads(program, false);
        let steps = program.forward.iter().map(|step| self.step(program, Scope::Network, step));
        quote! {
            let __samples = __inputs.samples;
            let __mode = #krate::layers::Mode::Predict;
            let __parameters = #krate::Parameters::as_slice(self);
            #loads
            #(#steps)*
        }
    }

    pub fn forward_body(&self) -> TokenStream {
        let krate = &self.names.krate;
        let program = &self.plan.train;
        let loads = self.loads(program, false);
        let steps = program.forward.iter().map(|step| self.step(program, Scope::Network, step));
        quote! {
            let __samples = __inputs.samples;
            let __mode = #krate::layers::Mode::Train(__noise);
            let __parameters = #krate::Parameters::as_slice(self);
            #loads
            #(#steps)*
        }
    }
}
