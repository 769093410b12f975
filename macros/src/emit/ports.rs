//! What goes in and what comes out: the types of a sample, a batch and an output, with what is generated for several.

use super::constants::of_part;
use super::types::{index_type, tensor_type};
use super::{Names, number};
use crate::errors::Place;
use crate::graph::Header;
use crate::shape::{Dim, Shape, source};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{format_ident, quote};

/// How `predict` gives its output.
pub enum Return {
    Plain,
    Boxed,
    /// As the compiler finds: the type that decides it.
    Chosen(TokenStream),
}

impl Return {
    pub fn ty(&self, krate: &TokenStream, output: &TokenStream) -> TokenStream {
        match self {
            Return::Plain => output.clone(),
            Return::Boxed => quote!(#krate::__private::Box<#output>),
            Return::Chosen(handed) => quote!(#handed::Given),
        }
    }
}

/// The inputs and outputs of a network, with the shapes that are known to be right or, after an error, declared.
#[derive(Clone)]
pub struct Ports<'a> {
    pub names: &'a Names,
    pub header: &'a Header,
    /// One for each input.
    pub inputs: Vec<Shape>,
    /// One for each output.
    pub outputs: Vec<Shape>,
    /// For each input whether it is a sequence of any length, of which its shape is that of a step.
    pub sequences: Vec<bool>,
}

impl Ports<'_> {
    fn input_names(&self) -> Vec<&Ident> {
        self.header.inputs.iter().map(|i| &i.name).collect()
    }

    fn input_types(&self) -> Vec<TokenStream> {
        let inputs = self.inputs.iter().zip(&self.header.inputs);
        inputs
            .enumerate()
            .map(|(i, (shape, input))| {
                let ty = match input.indices {
                    Some(bound) => index_type(shape, bound, self.names),
                    None => tensor_type(shape, self.names),
                };
                of_part(ty, i)
            })
            .collect()
    }

    fn output_types(&self) -> Vec<TokenStream> {
        let types = self.outputs.iter().map(|shape| tensor_type(shape, self.names));
        types.enumerate().map(|(i, ty)| of_part(ty, self.inputs.len() + i)).collect()
    }

    /// What a sample has of each input.
    fn sample_types(&self) -> Vec<TokenStream> {
        let krate = &self.names.krate;
        let types = self.input_types().into_iter().zip(&self.sequences);
        types.map(|(ty, sequence)| if *sequence { quote!(#krate::__private::Vec<#ty>) } else { ty }).collect()
    }

    pub fn input_type(&self, input: usize) -> TokenStream {
        self.input_types().swap_remove(input)
    }

    pub fn is_single(&self) -> bool {
        self.inputs.len() == 1
    }

    /// One input's type, or a tuple of several.
    pub fn sample(&self) -> TokenStream {
        match &self.sample_types()[..] {
            [one] => one.clone(),
            several => quote!((#(#several),*)),
        }
    }

    /// A slice of samples, or the generated struct of slices.
    pub fn batch(&self, lifetime: &TokenStream) -> TokenStream {
        if self.is_single() {
            let sample = self.sample();
            return quote!(&#lifetime [#sample]);
        }
        let name = self.batch_name();
        match self.batch_is_generic() {
            false => quote!(#name<#lifetime>),
            true => {
                let scalar = &self.names.scalar;
                quote!(#name<#lifetime, #scalar>)
            }
        }
    }

    /// One output's type, or the generated struct.
    pub fn output(&self) -> TokenStream {
        match &self.output_types()[..] {
            [one] => one.clone(),
            _ => {
                let (name, generics) = (self.output_name(), &self.names.generics);
                quote!(#name #generics)
            }
        }
    }

    pub fn output_len(&self) -> Dim {
        self.outputs.iter().map(Shape::len).sum()
    }

    /// Whether an output is too large for the stack, and so comes in a box.
    pub fn boxed(&self) -> Return {
        let bytes = self.output_len() * if self.names.generics.is_empty() { 4 } else { 8 };
        const MOST: usize = 16 * 1024;
        if let Some(bytes) = bytes.known() {
            return if bytes > MOST { Return::Boxed } else { Return::Plain };
        }
        let (krate, output) = (&self.names.krate, self.output());
        let private = quote!(#krate::__private::constants);
        let part =
            (0..self.outputs.len()).map(|i| of_part(number(self.outputs[i].len()), self.inputs.len() + i));
        let width = number(if self.names.generics.is_empty() { 4 } else { 8 });
        let most = number(MOST);
        let large = quote!({ (0 #(+ #part)*) * #width > #most });
        Return::Chosen(quote!(<#private::Boxed<#large> as #private::Handed<#output>>))
    }

    /// Whether the struct of slices has the network's parameter: a batch of indices alone has no scalar.
    fn batch_is_generic(&self) -> bool {
        !self.names.generics.is_empty() && self.header.inputs.iter().any(|input| input.indices.is_none())
    }

    fn batch_name(&self) -> Ident {
        format_ident!("{}Batch", self.names.name)
    }

    fn output_name(&self) -> Ident {
        format_ident!("{}Output", self.names.name)
    }

    /// `image: &Image, depth: &Depth`
    pub fn arguments(&self) -> TokenStream {
        self.arguments_of(0..self.inputs.len())
    }

    /// The same for some of the inputs.
    pub fn arguments_of(&self, some: core::ops::Range<usize>) -> TokenStream {
        let names = &self.input_names()[some.clone()];
        let types = self.input_types().into_iter().take(some.end).skip(some.start);
        // Where a call does not fit, rustc shows the parameter: that is the input as the user declared it.
        let types = types.zip(&self.header.inputs[some]).map(|(ty, input)| {
            let place = Place::of(&input.tokens);
            let mut tokens: Vec<TokenTree> = quote!(&#ty).into_iter().collect();
            if let Some(first) = tokens.first_mut() {
                first.set_span(place.first);
            }
            if let Some(last) = tokens.last_mut() {
                last.set_span(place.last);
            }
            tokens.into_iter().collect::<TokenStream>()
        });
        quote!(#(#names: #types),*)
    }

    /// The name of the method that predicts, which rustc shows where the network is declared.
    pub fn predict(&self) -> Ident {
        Ident::new("predict", self.header.name.span())
    }

    /// `image, depth`
    pub fn passed(&self) -> TokenStream {
        let names = self.input_names();
        quote!(#(#names),*)
    }

    /// The flat values of all inputs.
    pub fn columns(&self) -> TokenStream {
        let (krate, scalar, names) = (&self.names.krate, &self.names.scalar, self.input_names());
        quote!([#(#krate::Sample::<#scalar>::column(::core::slice::from_ref(#names))),*])
    }

    /// `from `a` [3] and `b` [2, 4] to [5]`
    pub fn described(&self) -> String {
        let inputs = self.header.inputs.iter().zip(&self.inputs).map(|(i, s)| match i.indices {
            Some(bound) => format!("`{}` {s} in 0..{bound}", i.name),
            None => format!("`{}` {s}", i.name),
        });
        let outputs = self.header.outputs.iter().zip(&self.outputs).map(|(o, s)| match &o.name {
            Some(name) => format!("`{name}` {s}"),
            None => s.to_string(),
        });
        let joined = |parts: Vec<String>| parts.join(" and ");
        format!("from {} to {}", joined(inputs.collect()), joined(outputs.collect()))
    }

    /// The generated structs, for whoever uses the network.
    pub fn definitions(&self) -> TokenStream {
        let batch = (!self.is_single()).then(|| self.batch_definition());
        let output = (self.outputs.len() > 1).then(|| self.output_definition());
        quote!(#batch #output)
    }

    fn batch_definition(&self) -> TokenStream {
        let name = &self.names.name;
        let visibility = &self.header.visibility;
        let bounds = match self.batch_is_generic() {
            false => quote!(<'a>),
            true => {
                let (krate, scalar) = (&self.names.krate, &self.names.scalar);
                quote!(<'a, #scalar: #krate::Real>)
            }
        };
        let (batch, names, types) = (self.batch_name(), self.input_names(), self.sample_types());
        let doc = format!("A batch for [`{name}`]: as many values for each input as there are samples.");
        let docs = self.inputs.iter().map(|shape| source(&format!("{shape} for each sample.")));
        quote! {
            #[doc = #doc]
            #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
            #[allow(dead_code)]
            #visibility struct #batch #bounds {
                #(#[doc = #docs] pub #names: &'a [#types],)*
            }
        }
    }

    fn output_definition(&self) -> TokenStream {
        let Names { bounds, name, .. } = self.names;
        let visibility = &self.header.visibility;
        let (output, types) = (self.output_name(), self.output_types());
        let names = self.header.outputs.iter().map(|o| &o.name);
        let doc = format!("What [`{name}`] gives for a sample.");
        let docs = self.outputs.iter().map(|shape| source(&shape.to_string()));
        quote! {
            #[doc = #doc]
            #[repr(C)]
            #[derive(
                ::core::clone::Clone,
                ::core::marker::Copy,
                ::core::fmt::Debug,
                ::core::cmp::PartialEq,
            )]
            #[allow(dead_code)]
            #visibility struct #output #bounds {
                #(#[doc = #docs] pub #names: #types,)*
            }
        }
    }

    /// What the generated structs and the network's batches are good for.
    pub fn implementations(&self) -> TokenStream {
        let batch = if self.is_single() { self.single_input() } else { self.several_inputs() };
        let output = (self.outputs.len() > 1).then(|| self.several_outputs());
        quote!(#batch #output)
    }

    fn single_input(&self) -> TokenStream {
        let Names { krate, generics, bounds, name, .. } = self.names;
        let sample = self.sample();
        quote! {
            impl #bounds #krate::SingleInput for #name #generics {
                fn batch(__samples: &[#sample]) -> &[#sample] {
                    __samples
                }
            }
        }
    }

    fn several_inputs(&self) -> TokenStream {
        let Names { krate, scalar, generics, bounds, name } = self.names;
        let private = quote!(#krate::__private);
        let bound = (!bounds.is_empty()).then(|| quote!(#scalar: #krate::Real,));
        let (a, elided) = (self.batch(&quote!('a)), self.batch(&quote!('_)));
        let names = self.input_names();
        let steps = self.sequences.contains(&true).then(|| {
            let arms = names.iter().enumerate().filter(|(i, _)| self.sequences[*i]).map(|(i, name)| {
                let i = number(i);
                quote!(#i => #krate::Sample::<#scalar>::__steps(self.#name.get(__sample)?),)
            });
            quote! {
                fn __steps(
                    &self,
                    __input: ::core::primitive::usize,
                    __sample: ::core::primitive::usize,
                ) -> ::core::option::Option<#krate::Column<'a, #scalar>> {
                    match __input {
                        #(#arms)*
                        _ => ::core::option::Option::None,
                    }
                }
            }
        });
        let texts = names.iter().map(ToString::to_string);
        let count = number(names.len());
        quote! {
            impl<'a, #bound> #krate::Batch<'a, #scalar> for #a {
                type Columns = [#krate::Column<'a, #scalar>; #count];
                fn samples(
                    &self,
                ) -> ::core::result::Result<::core::primitive::usize, #krate::Error> {
                    #private::equally_many(&[#((#texts, self.#names.len())),*])
                }
                fn columns(&self) -> Self::Columns {
                    [#(#krate::Sample::<#scalar>::column(self.#names)),*]
                }
                #steps
            }
            impl<'a, #bound __Y> #krate::train::Examples<#name #generics> for (#a, &'a [__Y]) {
                type Target = __Y;
                fn inputs(&self) -> #elided {
                    self.0
                }
                fn targets(&self) -> &[__Y] {
                    self.1
                }
            }
        }
    }

    fn several_outputs(&self) -> TokenStream {
        let Names { krate, scalar, bounds, .. } = self.names;
        let output = self.output();
        let part = |i| self.inputs.len() + i;
        let lens = self.outputs.iter().enumerate().map(|(i, shape)| of_part(number(shape.len()), part(i)));
        let len = quote!((0 #(+ #lens)*));
        let len = if self.output_len().known().is_some() { number(self.output_len()) } else { len };
        let checked = quote!(::core::assert!(::core::mem::size_of::<Self>() == #len * ::core::mem::size_of::<#scalar>()););
        quote! {
            // SAFETY: the struct is `repr(C)` and made of scalars alone; its size is compared when the program is
            // compiled.
            unsafe impl #bounds #krate::Tensor for #output {
                type Scalar = #scalar;
                const LEN: ::core::primitive::usize = {
                    #checked
                    #len
                };
            }
        }
    }
}
