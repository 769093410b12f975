//! Going backward.

use super::Emit;
use crate::plan::{Place, Scope};
use proc_macro2::TokenStream;
use quote::quote;

impl Emit<'_> {
    pub fn backward_body(&self) -> TokenStream {
        let krate = &self.names.krate;
        let program = &self.plan.train;
        let loads = self.loads(program, true);
        let asked = self.input_gradients();
        let steps = self.backward(program, Scope::Network);
        let sequences = self.sequences();
        quote! {
            let __samples = __inputs.samples;
            #sequences
            let __parameters = #krate::Parameters::as_slice(self);
            let __gradients = #krate::Parameters::as_mut_slice(__gradient);
            #asked
            #loads
            #steps
        }
    }

    /// A slice for each input whose gradient the caller asks for, or empty ones for all.
    fn input_gradients(&self) -> TokenStream {
        let program = &self.plan.train;
        let count = self.header().inputs.len();
        let is_asked = |i| program.buffers.iter().any(|buffer| buffer.place == Place::InputGradient(i));
        if !(0..count).any(is_asked) {
            return TokenStream::new();
        }
        let krate = &self.names.krate;
        let names = (0..count).map(|i| match is_asked(i) {
            true => format!("__in_gradient_{i}, "),
            false => "_, ".into(),
        });
        let names = self.lexed(&names.collect::<String>());
        quote! {
            let __asked = !__input_gradients.is_empty();
            let [#names] = #krate::__private::each_or_none(__input_gradients);
        }
    }
}
