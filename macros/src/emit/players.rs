//! What a network says of itself where another one judges what it makes, or makes what it judges.

use super::Names;
use super::constants::of_part;
use super::number;
use super::ports::Ports;
use super::types::tensor_type;
use crate::shape::Shape;
use proc_macro2::TokenStream;
use quote::quote;

/// The axes that `players::Shape` has room for.
const AXES: usize = 6;

impl Ports<'_> {
    /// `impl Player for Name`; of a network with a mistake nothing is said.
    pub fn player(&self, known: bool) -> TokenStream {
        let Names { krate, generics, bounds, name, .. } = self.names;
        let players = quote!(#krate::__private::players);
        let unknown = quote!(#players::Unknown);
        let over = self.sequences.contains(&true);
        let indices = self.header.inputs[0].indices.is_some();
        let first = match indices {
            // No generator makes indices; the type is one of numbers, which nobody sees.
            true => self.names.scalar.clone(),
            false => self.input_type(0),
        };
        let taken = match (known, indices) {
            (false, _) => unknown.clone(),
            (true, _) if over => quote!(#players::Sequence),
            (true, true) => quote!(#players::Indices),
            (true, false) => of_part(self.shape_as_type(&self.inputs[0]), 0),
        };
        let given = match &self.outputs[..] {
            _ if !known => unknown.clone(),
            _ if over => quote!(#players::Sequence),
            [one] => of_part(self.shape_as_type(one), self.inputs.len()),
            _ => quote!(#players::Several),
        };
        let others = match self.inputs.len() {
            _ if !known => unknown,
            1 => quote!(#players::Nothing),
            2 => {
                let second = self.input_type(1);
                quote!(#players::Told<#second>)
            }
            _ => quote!(#players::Several),
        };
        quote! {
            #[diagnostic::do_not_recommend]
            impl #bounds #players::Player for #name #generics {
                type Given = #given;
                type Taken = #taken;
                type First = #first;
                type Others = #others;
            }
        }
    }

    fn shape_as_type(&self, shape: &Shape) -> TokenStream {
        let krate = &self.names.krate;
        if shape.0.len() > AXES {
            let values = tensor_type(shape, self.names);
            return quote!(#krate::__private::players::Deep<#values>);
        }
        let axes = shape.0.iter().map(|&n| number(n));
        quote!(#krate::__private::players::Shape<#(#axes),*>)
    }
}
