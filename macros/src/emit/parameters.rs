//! The struct of tensors, and the table that says what lies where.

use super::constants::of_part;
use super::lexed::outside_in_constants;
use super::{Emit, Names, digits, number};
use crate::demands::Part;
use crate::fields::{self, Field, FieldKind, Guess};
use crate::graph::{GroupKind, Node, NodeId, Shaped, ValueId};
use crate::layers::{Init, Parameter, Role, Spread};
use crate::plan::Tensors;
use crate::shape::{Dim, Shape, source};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{format_ident, quote};

impl Emit<'_> {
    /// The place of tensors in the flat slice of the network, or of the round around.
    pub fn range(&self, tensors: Tensors) -> String {
        let (shaped, places) = (&self.plan.shaped, &self.plan.places);
        let (span, rounds) = match tensors {
            Tensors::Node(node) => (places.node(shaped, node), Dim::ONE),
            Tensors::Group(group) => {
                (places.group(shaped, group), shaped.graph.groups[group.0].repeat.unwrap_or(Dim::ONE))
            }
        };
        format!("{}..{}", digits(span.start), digits(span.start + span.len * rounds))
    }

    /// The struct itself, and those of the blocks in it.
    pub fn definition(&self) -> TokenStream {
        let header = self.header();
        let attributes = &header.attributes;
        let table = self.table();
        let mut structs = Vec::new();
        let name = self.names.name.clone();
        let heading = quote!(#(#attributes)* #[doc = #table] #[repr(C, align(64))]);
        self.structure(&name, &heading, &self.plan.fields, &mut structs);
        quote!(#(#structs)*)
    }

    /// One struct, and behind it those of its fields.
    fn structure(
        &self,
        name: &Ident,
        heading: &TokenStream,
        fields: &[Field],
        structs: &mut Vec<TokenStream>,
    ) {
        let Names { scalar, generics, bounds, .. } = &self.names;
        let shaped = &self.plan.shaped;
        let visibility = &self.header().visibility;
        let place = structs.len();
        structs.push(TokenStream::new());
        let mut written = Vec::new();
        for field in fields {
            let ident = &field.name;
            let element = self.names.field_type(shaped, field, name);
            if let (FieldKind::Struct(group, inner), Element::Block(ty)) = (&field.kind, &element) {
                let group = &shaped.graph.groups[group.0];
                let doc = source(&format!("The tensors of `{}` in [`{}`].", group.text, self.names.name));
                let derives = self.header().derives();
                self.structure(ty, &quote!(#[doc = #doc] #(#derives)* #[repr(C)]), inner, structs);
            }
            let element = match element {
                Element::Layer(ty) | Element::Outside(ty) => ty,
                Element::Block(ty) => quote!(#ty #generics),
                Element::Network(ty) => quote!(#ty #generics),
            };
            let part = self.part(field_part(field));
            let ty = match field.repeat {
                Some(rounds) => {
                    let rounds = number(rounds);
                    quote!([#element; #rounds])
                }
                None => element,
            };
            let ty = of_part(ty, part);
            let fill = (!field.fill.is(0)).then(|| {
                let (fill, len) = (format_ident!("__fill_{}", ident), of_part(number(field.fill), part));
                quote!(#[doc(hidden)] #fill: [#scalar; #len],)
            });
            let doc = source(&field_doc(shaped, field));
            written.push(quote! {
                #[doc = #doc]
                pub #ident: #ty,
                #fill
            });
        }
        // A network without a tensor must still use its parameter.
        let unused = (fields.is_empty() && !generics.is_empty())
            .then(|| quote!(#[doc(hidden)] __scalar: ::core::marker::PhantomData<#scalar>,));
        structs[place] = quote! {
            #heading
            #[allow(non_snake_case)]
            #visibility struct #name #bounds {
                #(#written)*
                #unused
            }
        };
    }

    /// `unsafe impl Parameters`, checked against the real layout of the struct.
    pub fn parameters(&self) -> TokenStream {
        let Names { krate, scalar, generics, bounds, name } = &self.names;
        let fields = &self.plan.fields;
        let (mut tensors, mut places) = (String::new(), String::new());
        self.tensors(fields, "", Dim::ZERO, &mut tensors);
        offsets(fields, "", Dim::ZERO, &mut places);
        let (tensors, places) = (self.lexed(&tensors), self.lexed(&places));
        let total = number(fields::size(fields));
        let checks = self.if_good(quote! {
            ::core::assert!(::core::mem::size_of::<Self>() == #total * ::core::mem::size_of::<#scalar>());
            ::core::assert!(#krate::__private::lie_there::<#scalar>(&[#places]));
        });
        quote! {
            // SAFETY: the struct is `repr(C)` and made of scalars alone; its size and the place of every layer are
            // compared with the table when the program is compiled.
            unsafe impl #bounds #krate::Parameters for #name #generics {
                type Scalar = #scalar;
                const TENSORS: #krate::Tensors = {
                    use #krate::{
                        Init as __Init, Role as __Role, TensorInfo as __TensorInfo, TensorName as __TensorName,
                        TensorRow as __TensorRow,
                    };
                    #krate::Tensors::new(&[#tensors])
                };
                const SCALARS: ::core::primitive::usize = {
                    #checks
                    #total
                };
            }
        }
    }

    /// The rows of the table of tensors; those of a repetition stand once, between its beginning and its end.
    fn tensors(&self, fields: &[Field], path: &str, base: Dim, rows: &mut String) {
        for field in fields {
            let mut offset = base + field.offset;
            let path = format!("{path}{}.", field.name);
            let path = match field.repeat {
                Some(rounds) => {
                    let [rounds, stride] = [rounds, field.len].map(digits);
                    *rows += &format!("__TensorRow::Repeat {{ rounds: {rounds}, stride: {stride} }}, ");
                    format!("{path}*.")
                }
                None => path,
            };
            match &field.kind {
                FieldKind::Struct(_, inner) => self.tensors(inner, &path, offset, rows),
                FieldKind::Guess(..) => {}
                FieldKind::Layer(node, parameters) => {
                    for parameter in parameters {
                        let row = match self.plan.shaped.layer(*node).network() {
                            Some(_) => self.rows_of(*node, &path, offset),
                            None => format!("__TensorRow::Tensor({})", tensor(&path, parameter, offset)),
                        };
                        *rows += &row;
                        *rows += ", ";
                        offset += parameter.len();
                    }
                }
            }
            if field.repeat.is_some() {
                *rows += "__TensorRow::End, ";
            }
        }
    }

    /// The rows of all tensors of a network from elsewhere.
    fn rows_of(&self, node: NodeId, name: &str, offset: Dim) -> String {
        let (offset, frozen) = (digits(offset), self.plan.shaped.frozen(node).is_some());
        let network = outside_in_constants(node);
        format!(
            "__TensorRow::Network {{ about: {network}::__ABOUT, name: {name:?}, offset: {offset}, frozen: {frozen} }}"
        )
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

/// The layer of a field with its shapes.
pub fn field_doc(shaped: &Shaped, field: &Field) -> String {
    let list = |values: &[ValueId]| {
        let shape = |value: &ValueId| {
            shaped.shapes[value.0].as_ref().map_or("?".into(), |shape| format!("`{shape}`"))
        };
        values.iter().map(shape).collect::<Vec<_>>().join(", ")
    };
    match &field.kind {
        FieldKind::Guess(node, _) => {
            let node = &shaped.graph.nodes[node.0];
            format!("`{}`: {} to {}", node.text, list(&node.inputs), list(&node.outputs))
        }
        FieldKind::Struct(group, _) => {
            let group = &shaped.graph.groups[group.0];
            format!("`{}`: {} to {}", group.text, list(&group.inputs), list(&group.outputs))
        }
        FieldKind::Layer(node, _) if shaped.layer(*node).network().is_some() => {
            let node = &shaped.graph.nodes[node.0];
            format!("`{}`: {} to {}", node.text, list(&node.inputs), list(&node.outputs))
        }
        FieldKind::Layer(node, parameters) => {
            let tensors = parameters.iter().map(|p| {
                let shape: Vec<_> = p.axes.iter().map(|&a| p.memory_shape[a]).collect();
                format!("`{}` `{}`", p.name, Shape(shape))
            });
            let tensors = tensors.collect::<Vec<_>>().join(", ");
            let node = &shaped.graph.nodes[node.0];
            format!("`{}`: {} to {}; {tensors}", node.text, list(&node.inputs), list(&node.outputs))
        }
    }
}

/// What has to be good for a field to have its size.
pub fn field_part(field: &Field) -> Part {
    match &field.kind {
        FieldKind::Layer(node, _) | FieldKind::Guess(node, _) => Part::Node(*node),
        FieldKind::Struct(group, _) => Part::Close(*group),
    }
}

/// What a field's struct is, or one element of it.
pub enum Element {
    Layer(TokenStream),
    /// A struct of its own.
    Block(Ident),
    /// Another network's.
    Network(Ident),
    /// That of a network from elsewhere, with its scalar.
    Outside(TokenStream),
}

impl Names {
    /// The type of a field of a struct of that name.
    pub fn field_type(&self, shaped: &Shaped, field: &Field, parent: &Ident) -> Element {
        match &field.kind {
            FieldKind::Layer(node, _) => {
                let ty = shaped.layer(*node).field(&shaped.input_shapes(*node), &self.scalar);
                if shaped.layer(*node).network().is_some() {
                    return Element::Outside(ty);
                }
                let krate = &self.krate;
                let ty = named_by(ty, &shaped.graph.nodes[node.0]);
                Element::Layer(quote!(#krate::layers::#ty))
            }
            FieldKind::Guess(_, guess) => {
                let krate = &self.krate;
                let Some(Guess { layer, inputs }) = guess.as_deref() else {
                    return Element::Layer(quote!(#krate::__private::Unknown));
                };
                let ty = layer.field(inputs, &self.scalar);
                match layer.network() {
                    Some(_) => Element::Outside(ty),
                    None => Element::Layer(quote!(#krate::layers::#ty)),
                }
            }
            FieldKind::Struct(group, _) => match &shaped.graph.groups[group.0].kind {
                GroupKind::Network(name) => Element::Network(name.clone()),
                _ => Element::Block(struct_name(parent, &field.name)),
            },
        }
    }
}

/// A layer's type with its own name at the place of the name that the user wrote, so that an editor shows its
/// documentation there.
fn named_by(ty: TokenStream, node: &Node) -> TokenStream {
    let Some(call) = &node.call else { return ty };
    let mut tokens: Vec<TokenTree> = ty.into_iter().collect();
    let is_open = |token: &TokenTree| matches!(token, TokenTree::Punct(sign) if sign.as_char() == '<');
    let end = tokens.iter().position(is_open).unwrap_or(tokens.len());
    if let Some(TokenTree::Ident(name)) = tokens[..end].last_mut() {
        name.set_span(call.name.span());
    }
    tokens.into_iter().collect()
}

/// The name of the struct of a block: its place in the network, as one word.
fn struct_name(parent: &Ident, field: &Ident) -> Ident {
    let words = field.to_string();
    let words = words.trim_start_matches("r#").split('_').map(|word| {
        let mut letters = word.chars();
        letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
    });
    let word: String = words.collect();
    // These names are taken by what else is generated for a network.
    let taken = ["Output", "State", "Workspace", "Batch"].contains(&word.as_str());
    let end = if taken { "Block" } else { "" };
    format_ident!("{parent}{word}{end}", span = field.span())
}

/// The places of fields in the struct, each beside the one that was planned. Inside a repetition places count from its
/// element.
fn offsets(fields: &[Field], path: &str, base: Dim, all: &mut String) {
    for field in fields {
        let (path, at) = (format!("{path}{}", field.name), base + field.offset);
        *all += &format!("(::core::mem::offset_of!(Self, {path}), {}), ", digits(at));
        if let (FieldKind::Struct(_, inner), None) = (&field.kind, field.repeat) {
            offsets(inner, &format!("{path}."), at, all);
        }
    }
}

fn tensor(path: &str, p: &Parameter, offset: Dim) -> String {
    // A tensor that is a field itself has the field's name.
    let name = format!("{path}{}", p.name);
    let name = name.trim_end_matches('.');
    let [len, offset] = [p.len(), offset].map(digits);
    let shape: Vec<_> = p.axes.iter().map(|&a| digits(p.memory_shape[a])).collect();
    let memory_shape: Vec<_> = p.memory_shape.iter().map(|&n| digits(n)).collect();
    let (shape, memory_shape, axes) = (shape.join(", "), memory_shape.join(", "), &p.axes);
    let role = match p.role {
        Role::Learned => "Learned".to_string(),
        Role::CumulativeAverage => "CumulativeAverage".to_string(),
        Role::Count => "Count".to_string(),
        Role::Frozen => "Frozen".to_string(),
        Role::Network { .. } => unreachable!("a network from elsewhere has rows of its own"),
        Role::Average { momentum } => format!("Average {{ momentum: {momentum:?}f64 }}"),
    };
    let init = match p.init {
        Init::Constant(value) => format!("Constant({value:?}f64)"),
        Init::Uniform { bound } => format!("Uniform {{ bound: {} }}", spread(bound)),
        Init::Normal { std } => format!("Normal {{ std: {} }}", spread(std)),
        Init::NormalBut { std, from, to } => {
            let [from, to] = [from, to].map(digits);
            format!("NormalBut {{ std: {std:?}f64, from: {from}, to: {to} }}")
        }
    };
    format!(
        "__TensorInfo {{ name: __TensorName::new({name:?}), shape: &[{shape}], memory_shape: &[{memory_shape}], \
         axes: &{axes:?}, offset: {offset}, len: {len}, role: __Role::{role}, init: __Init::{init} }}"
    )
}

fn spread(spread: Spread) -> String {
    match (spread.known(), spread) {
        (Some(known), _) | (None, Spread::Of(known)) => format!("{known:?}f64"),
        (None, Spread::OneOverRoot(n)) => {
            format!("1.0 / __private::constants::root({} as f64)", digits(n))
        }
        (None, Spread::RootOf(c, n)) => {
            format!("__private::constants::root({c}.0 / {} as f64)", digits(n))
        }
    }
}
