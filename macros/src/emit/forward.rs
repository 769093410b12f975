//! Going forward: in prediction and in training.

use super::Emit;
use proc_macro2::TokenStream;
use quote::quote;

impl Emit<'_> {
    pub fn predict_body(&self) -> TokenStream {
        let krate = &self.names.krate;
        let program = &self.plan.predict;
        let loads = self.loads(program, false);
        let steps = program.forward.iter().map(|step| self.step(program, step));
        quote! {
            let samples = inputs.samples;
            let mode = #krate::layers::Mode::Predict;
            let parameters = #krate::Parameters::as_slice(self);
            #loads
            #(#steps)*
        }
    }

    pub fn forward_body(&self) -> TokenStream {
        let krate = &self.names.krate;
        let program = &self.plan.train;
        let loads = self.loads(program, false);
        let steps = program.forward.iter().map(|step| self.step(program, step));
        quote! {
            let samples = inputs.samples;
            let mode = #krate::layers::Mode::Train(noise);
            let parameters = #krate::Parameters::as_slice(self);
            #loads
            #(#steps)*
        }
    }
}
