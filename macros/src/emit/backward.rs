//! Going backward.

use super::Emit;
use crate::plan::Scope;
use proc_macro2::TokenStream;
use quote::quote;

impl Emit<'_> {
    pub fn backward_body(&self) -> TokenStream {
        let krate = &self.names.krate;
        let program = &self.plan.train;
        let loads = self.loads(program, true);
        let steps = program.backward.iter().map(|step| self.step(program, Scope::Network, step));
        quote! {
            let __samples = __inputs.samples;
            let __parameters = #krate::Parameters::as_slice(self);
            let __gradients = #krate::Parameters::as_mut_slice(__gradient);
            #loads
            #(#steps)*
        }
    }
}
