//! The struct of tensors, and the table that says what lies where.

use super::constants::of_part;
use super::{Emit, Names, number};
use crate::demands::Part;
use crate::graph::NodeId;
use crate::layers::{Init, Parameter, Role, Spread};
use crate::plan::LINE;
use crate::shape::{Dim, Shape, source};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

/// One layer's run of tensors in the flat slice.
pub struct Field {
    pub node: NodeId,
    pub offset: Dim,
    pub len: Dim,
    /// Zeros behind it, so that the next layer starts on 64 bytes.
    pub fill: Dim,
    pub parameters: Vec<Parameter>,
}

impl Emit<'_> {
    pub fn fields(&self) -> Vec<Field> {
        let shaped = &self.plan.shaped;
        let mut offset = Dim::ZERO;
        let mut fields = Vec::new();
        for n in 0..shaped.graph.nodes.len() {
            let node = NodeId(n);
            let parameters = shaped.layer(node).parameters(&shaped.input_shapes(node));
            let len: Dim = parameters.iter().map(Parameter::len).sum();
            if !parameters.is_empty() {
                let fill = len.next_multiple_of(LINE) - len;
                fields.push(Field { node, offset, len, fill, parameters });
                offset += len + fill;
            }
        }
        fields
    }

    /// The place of a node's parameters in the flat slice.
    pub fn parameter_range(&self, node: NodeId) -> TokenStream {
        let field = self.fields().into_iter().find(|f| f.node == node);
        let (start, end) = field.map_or((Dim::ZERO, Dim::ZERO), |f| (f.offset, f.offset + f.len));
        let (start, end) = (number(start), number(end));
        quote!(#start..#end)
    }

    /// The struct itself.
    pub fn definition(&self) -> TokenStream {
        let Names { krate, scalar, bounds, name, .. } = &self.names;
        let shaped = &self.plan.shaped;
        let header = self.header();
        let (attributes, visibility) = (&header.attributes, &header.visibility);
        let fields = self.fields();
        let fields = fields.iter().map(|field| {
            let node = &shaped.graph.nodes[field.node.0];
            let (ident, doc) = (&node.name, self.field_doc(field));
            let part = self.part(Part::Node(field.node));
            let ty = shaped.layer(field.node).field(&shaped.input_shapes(field.node), scalar);
            let ty = of_part(ty, part);
            let fill = (!field.fill.is(0)).then(|| {
                let (fill, len) = (format_ident!("__fill_{}", ident), of_part(number(field.fill), part));
                quote!(#[doc(hidden)] #fill: [#scalar; #len],)
            });
            quote! {
                #[doc = #doc]
                pub #ident: #krate::layers::#ty,
                #fill
            }
        });
        // A network without a tensor must still use its parameter.
        let unused = (self.fields().is_empty() && !self.names.generics.is_empty())
            .then(|| quote!(#[doc(hidden)] __scalar: ::core::marker::PhantomData<#scalar>,));
        let table = self.table();
        quote! {
            #(#attributes)*
            #[doc = #table]
            #[repr(C, align(64))]
            #[allow(non_snake_case)]
            #visibility struct #name #bounds {
                #(#fields)*
                #unused
            }
        }
    }

    fn field_doc(&self, field: &Field) -> String {
        let shaped = &self.plan.shaped;
        let node = &shaped.graph.nodes[field.node.0];
        let inputs: Vec<_> = shaped.input_shapes(field.node).iter().map(Shape::to_string).collect();
        let outputs: Vec<_> = shaped.shapes_of(&node.outputs).iter().map(Shape::to_string).collect();
        let tensors = field.parameters.iter().map(|p| {
            let shape: Vec<_> = p.axes.iter().map(|&a| p.memory_shape[a]).collect();
            format!("`{}` {}", p.name, Shape(shape))
        });
        source(&format!(
            "`{}`: {} to {}; {}",
            node.text,
            inputs.join(", "),
            outputs.join(", "),
            tensors.collect::<Vec<_>>().join(", ")
        ))
    }

    /// `unsafe impl Parameters`, checked against the real layout of the struct.
    pub fn parameters(&self) -> TokenStream {
        let Names { krate, scalar, generics, bounds, name } = &self.names;
        let shaped = &self.plan.shaped;
        let fields = self.fields();
        let tensors = fields.iter().flat_map(|field| {
            let layer = shaped.graph.nodes[field.node.0].name.to_string();
            let mut offset = field.offset;
            field.parameters.iter().map(move |p| {
                let tensor = tensor(krate, &layer, p, offset);
                offset += p.len();
                tensor
            })
        });
        let offsets = fields.iter().map(|field| {
            let (ident, offset) = (&shaped.graph.nodes[field.node.0].name, number(field.offset));
            quote!(::core::assert!(::core::mem::offset_of!(Self, #ident) == #offset * ::core::mem::size_of::<#scalar>());)
        });
        let total = number(fields.iter().map(|f| f.len + f.fill).sum::<Dim>());
        let checks = self.if_good(quote! {
            ::core::assert!(::core::mem::size_of::<Self>() == #total * ::core::mem::size_of::<#scalar>());
            #(#offsets)*
        });
        quote! {
            // SAFETY: the struct is `repr(C)` and made of scalars alone; its size and the place of every layer are
            // compared with the table when the program is compiled.
            unsafe impl #bounds #krate::Parameters for #name #generics {
                type Scalar = #scalar;
                const TENSORS: &'static [#krate::TensorInfo] = &[#(#tensors),*];
                const SCALARS: ::core::primitive::usize = {
                    #checks
                    #total
                };
            }
        }
    }

    pub fn workspace_alias(&self) -> TokenStream {
        let Names { krate, generics, name, .. } = &self.names;
        let visibility = &self.header().visibility;
        let alias = format_ident!("{}Workspace", name);
        let doc = format!("The working memory of [`{name}`].");
        quote! {
            #[doc = #doc]
            #[allow(dead_code)]
            #visibility type #alias #generics = #krate::Workspace<#name #generics>;
        }
    }
}

fn tensor(krate: &TokenStream, layer: &str, p: &Parameter, offset: Dim) -> TokenStream {
    let name = format!("{layer}.{}", p.name);
    let len = number(p.len());
    let offset = number(offset);
    let shape = p.axes.iter().map(|&a| number(p.memory_shape[a]));
    let memory_shape = p.memory_shape.iter().map(|&n| number(n));
    let axes = p.axes.iter().map(|&a| number(a));
    let float = Literal::f64_suffixed;
    let role = match p.role {
        Role::Learned => quote!(Learned),
        Role::Average { momentum } => {
            let momentum = float(momentum);
            quote!(Average { momentum: #momentum })
        }
    };
    let init = match p.init {
        Init::Constant(value) => {
            let value = float(value);
            quote!(Constant(#value))
        }
        Init::Uniform { bound } => {
            let bound = spread(krate, bound);
            quote!(Uniform { bound: #bound })
        }
        Init::Normal { std } => {
            let std = spread(krate, std);
            quote!(Normal { std: #std })
        }
    };
    quote! {
        #krate::TensorInfo {
            name: #name,
            shape: &[#(#shape),*],
            memory_shape: &[#(#memory_shape),*],
            axes: &[#(#axes),*],
            offset: #offset,
            len: #len,
            role: #krate::Role::#role,
            init: #krate::Init::#init,
        }
    }
}

fn spread(krate: &TokenStream, spread: Spread) -> TokenStream {
    if let Some(known) = spread.known() {
        let known = Literal::f64_suffixed(known);
        return quote!(#known);
    }
    match spread {
        Spread::OneOverRoot(n) => {
            let n = number(n);
            quote!(1.0 / #krate::__private::constants::root(#n as f64))
        }
        Spread::RootOf(c, n) => {
            let (c, n) = (Literal::f64_suffixed(c.into()), number(n));
            quote!(#krate::__private::constants::root(#c / #n as f64))
        }
    }
}
