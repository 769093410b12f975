//! After an error: the same names with bodies that never run, so that the rest of the program still type-checks and
//! the editor still completes.

use super::constants::{Table, of_part, part_index};
use super::ports::Ports;
use super::{Names, number};
use crate::demands::Part;
use crate::graph::{Input, NodeId, Output, Shaped};
use crate::shape::{Dim, Shape};
use proc_macro2::TokenStream;
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
        header.inputs.push(Input { name, shape: None, tokens });
    }
    if header.outputs.is_empty() {
        header.outputs.push(Output { name: None, shape: None, tokens: TokenStream::new() });
    }
    let ports = Ports {
        names: &names,
        inputs: header.inputs.iter().map(|i| i.shape.clone().unwrap_or_else(unknown)).collect(),
        outputs: header.outputs.iter().map(|o| o.shape.clone().unwrap_or_else(unknown)).collect(),
        header: &header,
    };
    let (sample, batch, output) = (ports.sample(), ports.batch(&quote!('a)), ports.output());
    let (definitions, implementations) = (ports.definitions(), ports.implementations());
    let arguments = ports.arguments();
    let fields = fields(krate, shaped, scalar);
    let graph_name = name.to_string();
    let workspace = format_ident!("{}Workspace", name);
    let predicted = ports.boxed().ty(krate, &output);
    let input = ports.passed();
    let predict_batch = if ports.is_single() {
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
    let zero = number(0);
    let usize = quote!(::core::primitive::usize);
    let outer = quote! {
        #(#attributes)*
        #[allow(non_snake_case, dead_code)]
        #visibility struct #name #bounds {
            #(#fields)*
            #[doc(hidden)]
            __scalar: ::core::marker::PhantomData<#scalar>,
        }
        #[allow(dead_code)]
        #visibility type #workspace #generics = #krate::Workspace<#name #generics>;
        #definitions
    };
    let inner = quote! {
            static __GRAPH: #krate::Graph =
                #krate::Graph { name: #graph_name, inputs: &[], nodes: &[], groups: &[], outputs: &[], fingerprint: 0 };
            unsafe impl #bounds #krate::Parameters for #name #generics {
                type Scalar = #scalar;
                const TENSORS: &'static [#krate::TensorInfo] = &[];
                const SCALARS: #usize = 0;
            }
            #implementations
            impl #bounds #krate::Network for #name #generics {
                type Sample = #sample;
                type Batch<'a> = #batch;
                type Output = #output;
                type Kind = #krate::kind::Unknown;
                const GRAPH: &'static #krate::Graph = &__GRAPH;
                const PARAMETERS: #usize = #zero;
                const MIN_TRAINING_SAMPLES: #usize = #zero;
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
                ) { loop {} }
                fn __backward(
                    &self,
                    inputs: #private::Inputs<'_, #scalar>,
                    noise: #krate::Noise,
                    gradient: &mut Self,
                    memory: &mut [#scalar],
                ) { loop {} }
            }
            impl #bounds #name #generics {
                pub const PARAMETERS: #usize = 0;
                pub const GRAPH: &'static #krate::Graph = &__GRAPH;
                pub fn new(seed: ::core::primitive::u64) -> #private::Box<Self> { loop {} }
                pub fn duplicate(&self) -> #private::Box<Self> { loop {} }
                pub fn workspace() -> #krate::Workspace<Self> { loop {} }
                pub fn summary() -> #krate::report::Summary { loop {} }
                pub fn predict(&self, #arguments) -> #predicted { loop {} }
                pub fn predict_into(&self, #arguments, output: &mut #output) { loop {} }
                pub fn predict_with(
                    &self,
                    workspace: &mut #krate::Workspace<Self>,
                    #arguments,
                    output: &mut #output,
                ) { loop {} }
                #predict_batch
            }
            impl #bounds ::core::fmt::Debug for #name #generics {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result { loop {} }
            }
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

/// The fields of all layers whose inputs are known.
fn fields(krate: &TokenStream, shaped: &Shaped, scalar: &TokenStream) -> Vec<TokenStream> {
    let mut names = std::collections::BTreeSet::new();
    let graph = &shaped.graph;
    let known = graph.nodes.iter().enumerate().filter_map(|(n, node)| {
        let layer = node.layer.as_ref()?;
        let inputs: Option<Vec<Shape>> = node.inputs.iter().map(|v| shaped.shapes[v.0].clone()).collect();
        let inputs = inputs?;
        // A layer that its inputs do not fit has no shape to come out, and its parameters cannot be told.
        node.outputs.iter().all(|v| shaped.shapes[v.0].is_some()).then_some(())?;
        (!layer.parameters(&inputs).is_empty()).then_some(())?;
        // The same name twice is a mistake already reported.
        names.insert(node.name.to_string()).then_some(())?;
        let part = part_index(graph, Part::Node(NodeId(n)));
        let (ident, ty) = (&node.name, of_part(layer.field(&inputs, scalar), part));
        Some(quote!(pub #ident: #krate::layers::#ty,))
    });
    known.collect()
}
