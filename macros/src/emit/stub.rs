//! After an error: the same names with bodies that never run, so that the rest of the program still type-checks and
//! the editor still completes.

use super::constants::{of_part, part_index};
use super::parameters::{Element, field_doc, field_part};
use super::ports::Ports;
use super::steps_of::Stub;
use super::table::Table;
use super::{Names, number};
use crate::fields::{Field, FieldKind};
use crate::graph::{Input, Output, Shaped};
use crate::shape::{Dim, Shape, source};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// The skeleton of a network: its struct with every field that is known, and all its methods and traits.
pub fn stub(krate: &TokenStream, shaped: &Shaped) -> TokenStream {
    let header = &shaped.graph.header;
    let names = Names::new(krate, header);
    let Names { scalar, generics, bounds, name, .. } = &names;
    let private = quote!(#krate::__private);
    let (attributes, visibility) = (&header.attributes, &header.visibility);
    let unknown = || Shape(vec![Dim::ONE]);
    // A network has at least one of each, also where none could be read.
    let mut header = header.clone();
    if header.inputs.is_empty() {
        let (name, tokens) = (format_ident!("input"), TokenStream::new());
        header.inputs.push(Input { name, shape: None, indices: None, tokens });
    }
    if header.outputs.is_empty() {
        header.outputs.push(Output { name: None, shape: None, tokens: TokenStream::new() });
    }
    let steps = Stub::new(&mut header);
    let ports = Ports {
        sequences: steps.sequences.clone(),
        names: &names,
        inputs: header.inputs.iter().map(|i| i.shape.clone().unwrap_or_else(unknown)).collect(),
        outputs: header.outputs.iter().map(|o| o.shape.clone().unwrap_or_else(unknown)).collect(),
        header: &header,
    };
    let (sample, batch, output) = (ports.sample(), ports.batch(&quote!('a)), ports.output());
    let (definitions, implementations, player) =
        (ports.definitions(), ports.implementations(), ports.player(false));
    let (arguments, method) = (ports.arguments(), ports.predict());
    let (state, step) = steps.items(&ports);
    let (cache, cached) = super::cache::stub(shaped, ports.clone()).unzip();
    let fields = crate::fields::fields(shaped);
    let structures = structures(&names, shaped, name, &quote!(#(#attributes)*), &fields);
    let graph_name = name.to_string();
    let workspace = format_ident!("{}Workspace", name);
    let usize = quote!(::core::primitive::usize);
    let predicted = ports.boxed().ty(krate, &output);
    let input = ports.passed();
    let predict_batch = if steps.is_any() {
        steps.predict_batch(&ports)
    } else if ports.is_single() {
        quote!(pub fn predict_batch(&self, #input: &[#sample]) -> #private::Vec<#output> { loop {} })
    } else {
        let batch = ports.batch(&quote!('_));
        quote! {
            pub fn predict_batch(
                &self,
                batch: #batch,
            ) -> ::core::result::Result<#private::Vec<#output>, #krate::Error> { loop {} }
        }
    };
    let predict = (!steps.is_any()).then(|| {
        quote! {
            pub fn #method(&self, #arguments) -> #predicted { loop {} }
            pub fn predict_into(&self, #arguments, output: &mut #output) { loop {} }
            pub fn predict_with(
                &self,
                workspace: &mut #krate::Workspace<Self>,
                #arguments,
                output: &mut #output,
            ) { loop {} }
        }
    });
    let counts =
        if steps.is_any() { quote!(steps: #usize, samples: #usize) } else { quote!(samples: #usize) };
    let bytes = quote!(pub const fn training_workspace_bytes(#counts) -> #usize { 0 });
    let debug = header.derived("Debug").is_none().then(|| {
        quote! {
            impl #bounds ::core::fmt::Debug for #name #generics {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result { loop {} }
            }
        }
    });
    let zero = number(0);
    let outer = quote! {
        #structures
        #[allow(dead_code)]
        #visibility type #workspace #generics = #krate::Workspace<#name #generics>;
        #definitions
        #state
        #cache
    };
    let inner = quote! {
            static __GRAPH: #krate::Graph =
                #krate::Graph { name: #graph_name, inputs: &[], nodes: &[], groups: &[], outputs: &[], fingerprint: 0 };
            unsafe impl #bounds #krate::Parameters for #name #generics {
                type Scalar = #scalar;
                const TENSORS: #krate::Tensors = #krate::Tensors::new(&[]);
                const SCALARS: #usize = ::core::mem::size_of::<Self>() / ::core::mem::size_of::<#scalar>();
            }
            #implementations
            #player
            #[diagnostic::do_not_recommend]
            impl #bounds #private::outside::Declared for #name #generics {
                type Network = Self;
            }
            impl #bounds #krate::Network for #name #generics {
                type Sample = #sample;
                type Batch<'a> = #batch;
                type Output = #output;
                type Kind = #krate::kind::Unknown;
                const GRAPH: &'static #krate::Graph = &__GRAPH;
                const PARAMETERS: #usize = #zero;
                const MIN_TRAINING_SAMPLES: #usize = #zero;
                const __KEPT: [#usize; 2] = [0, 0];
                const __BROKEN: ::core::primitive::bool = true;
                type __Scratch = #private::outside::NoScratch;
                const __SCRATCH: Self::__Scratch = #private::outside::NoScratch;
                fn __predict_len(samples: #usize) -> #usize { loop {} }
                fn __train_len(samples: #usize) -> #usize { loop {} }
                fn __output(samples: #usize) -> ::core::ops::Range<#usize> { loop {} }
                fn __output_gradient(samples: #usize) -> ::core::ops::Range<#usize> { loop {} }
                fn __predict(
                    &self,
                    inputs: #private::Inputs<'_, #scalar>,
                    output: &mut [#scalar],
                    memory: &mut [#scalar],
                ) { loop {} }
                fn __forward(
                    &self,
                    inputs: #private::Inputs<'_, #scalar>,
                    noise: #krate::Noise,
                    memory: &mut [#scalar],
                    scratch: &mut [#scalar],
                ) { loop {} }
                fn __backward(
                    &self,
                    inputs: #private::Inputs<'_, #scalar>,
                    noise: #krate::Noise,
                    gradient: &mut Self,
                    input_gradients: &mut [&mut [#scalar]],
                    memory: &mut [#scalar],
                    scratch: &mut [#scalar],
                ) { loop {} }
            }
            impl #bounds #name #generics {
                pub const PARAMETERS: #usize = 0;
                pub const MULTIPLY_ADDS: ::core::primitive::u64 = 0;
                pub const WORKSPACE_BYTES: #usize = 0;
                #bytes
                pub const GRAPH: &'static #krate::Graph = &__GRAPH;
                pub fn new(seed: ::core::primitive::u64) -> #private::Box<Self> { loop {} }
                pub fn duplicate(&self) -> #private::Box<Self> { loop {} }
                pub fn workspace() -> #krate::Workspace<Self> { loop {} }
                pub fn summary() -> #krate::report::Summary { loop {} }
                pub fn diagram() -> #krate::report::Diagram { loop {} }
                #predict
                #predict_batch
            }
            #step
            #cached
            #debug
    };
    Table::new(&names, shaped, None).finish(outer, inner, |inner| {
        quote! {
            #[allow(warnings, clippy::all, clippy::pedantic)]
            const _: () = {
                #inner
            };
        }
    })
}

/// A struct with the fields of all layers, and those of the blocks in it; what is not known of a layer is guessed.
fn structures(
    names: &Names,
    shaped: &Shaped,
    name: &Ident,
    attributes: &TokenStream,
    fields: &[Field],
) -> TokenStream {
    let Names { scalar, generics, bounds, .. } = names;
    let visibility = &shaped.graph.header.visibility;
    let mut taken = std::collections::BTreeSet::new();
    let (mut written, mut inner) = (Vec::new(), Vec::new());
    for field in fields {
        let ident = &field.name;
        // The same name twice is a mistake already reported.
        if !taken.insert(ident.to_string()) {
            continue;
        }
        let element = match names.field_type(shaped, field, name) {
            Element::Layer(ty) | Element::Outside(ty) => ty,
            Element::Network(ty) => quote!(#ty #generics),
            Element::Block(ty) => {
                if let FieldKind::Struct(_, fields) = &field.kind {
                    let derives = shaped.graph.header.derives();
                    inner.push(structures(names, shaped, &ty, &quote!(#(#derives)*), fields));
                }
                quote!(#ty #generics)
            }
        };
        let doc = source(&field_doc(shaped, field));
        let ty = match field.repeat {
            Some(rounds) => {
                let rounds = number(rounds);
                quote!(#[doc = #doc] pub #ident: [#element; #rounds],)
            }
            None => quote!(#[doc = #doc] pub #ident: #element,),
        };
        written.push(of_part(ty, part_index(&shaped.graph, field_part(field))));
    }
    quote! {
        #attributes
        #[allow(non_snake_case, dead_code)]
        #visibility struct #name #bounds {
            #(#written)*
            #[doc(hidden)]
            __scalar: ::core::marker::PhantomData<#scalar>,
        }
        #(#inner)*
    }
}
