//! A step of a plan as one call on views of the working memory.

use super::{Emit, constants, number, over};
use crate::graph::NodeId;
use crate::layers::Layout;
use crate::plan::{BufferId, Place, Program, Scope, Step, Tensors};
use crate::shape::{Dim, explore};
use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote};

/// How many steps are few.
const FEW: usize = 4;

/// The views that one step takes of the memory, each under a name of its own.
pub struct Views<'a> {
    pub emit: &'a Emit<'a>,
    pub program: &'a Program,
    pub scope: Scope,
    pub taken: Vec<(BufferId, Ident)>,
    pub scratch: bool,
}

impl Emit<'_> {
    /// A constant for each node: the sizes that its kernels take.
    pub fn specs(&self) -> TokenStream {
        let krate = &self.names.krate;
        let shaped = &self.plan.shaped;
        let specs = (0..shaped.graph.nodes.len()).map(|n| {
            let node = NodeId(n);
            let layer = shaped.layer(node);
            let shapes = shaped.input_shapes(node);
            if layer.traits(&shapes).view || layer.network().is_some() {
                return TokenStream::new();
            }
            let specs = explore(&self.facts, || layer.spec(&shapes, n));
            let brace = |t: &TokenTree| matches!(t, TokenTree::Group(g) if g.delimiter() == Delimiter::Brace);
            let first = specs.leaves().first().map(|(_, spec)| TokenStream::clone(spec)).unwrap_or_default();
            let ty: TokenStream = first.into_iter().take_while(|t| !brace(t)).collect();
            let spec = constants::chosen(&specs.merged_by(&|a, b| a.to_string() == b.to_string()));
            let name = self.spec_name(node);
            quote!(const #name: #krate::layers::#ty = { use #krate::layers::*; #spec };)
        });
        quote!(#(#specs)*)
    }

    /// The lengths of the working memory.
    pub fn sizes(&self) -> TokenStream {
        if self.is_over_sequences() {
            return self.sizes_over();
        }
        let shaped = &self.plan.shaped;
        let nodes = (0..shaped.graph.nodes.len()).map(NodeId);
        let computed = nodes.filter(|&n| !shaped.layer(n).traits(&shaped.input_shapes(n)).view);
        let krate = &self.names.krate;
        let (mut predicting, mut training) = (Vec::new(), Vec::new());
        for node in computed {
            if let Some(network) = shaped.layer(node).network() {
                let network = self.names.outside(&self.names.in_constants(network.path()));
                predicting.push(quote!(#network::__SCRATCH.inside_prediction(__samples)));
                training.push(quote!(#network::__SCRATCH.training(__samples)));
                continue;
            }
            let spec = self.spec_name(node);
            if self.memory_of(node).is_some() || shaped.carrying.contains(&node) {
                // Nobody trains on one step.
                predicting.push(quote!(#spec.step_scratch()));
                continue;
            }
            predicting.push(quote!(#spec.forward_scratch(__samples)));
            training.extend([
                quote!(#spec.forward_scratch(__samples)),
                quote!(#spec.backward_scratch(__samples)),
            ]);
        }
        let len = |program: &Program| {
            let inputs: Dim =
                program.memory.inputs.iter().map(|n| n.next_multiple_of(crate::plan::LINE)).sum();
            [number(inputs + program.memory.each), number(program.memory.fixed)]
        };
        let [each, fixed] = len(&self.plan.train);
        let kept = quote!([#each, #fixed]);
        let len = |program: &Program| {
            let [each, fixed] = len(program);
            quote!(__samples * #each + #fixed)
        };
        let (predict, train) = (len(&self.plan.predict), len(&self.plan.train));
        let bytes = number(self.scalar_bytes());
        let private = quote!(#krate::__private);
        let output = self.plan.train.outputs[0];
        let output = number(self.plan.train.buffers[output.0].each);
        quote! {
            const fn __larger(__a: ::core::primitive::usize, __b: ::core::primitive::usize) -> ::core::primitive::usize {
                if __a > __b { __a } else { __b }
            }
            const fn __predict_len(__samples: ::core::primitive::usize) -> ::core::primitive::usize {
                let mut __scratch = 0;
                #(__scratch = __larger(__scratch, #predicting);)*
                #predict + __scratch
            }
            const fn __train_scratch(__samples: ::core::primitive::usize) -> ::core::primitive::usize {
                let mut __scratch = 0;
                #(__scratch = __larger(__scratch, #training);)*
                __scratch
            }
            const fn __train_len(__samples: ::core::primitive::usize) -> ::core::primitive::usize {
                #train + __train_scratch(__samples)
            }
            /// What a network needs to know in which this one stands.
            pub struct __Scratch;
            impl __Scratch {
                pub const fn inside_prediction(self, __samples: ::core::primitive::usize) -> ::core::primitive::usize {
                    #private::outside::room(__predict_len(__samples), __samples, #output)
                }
                pub const fn training(self, __samples: ::core::primitive::usize) -> ::core::primitive::usize {
                    __train_scratch(__samples)
                }
            }
            const __KEPT: [::core::primitive::usize; 2] = #kept;
            const __PREDICT_LEN: ::core::primitive::usize = __predict_len(1);
            const __ON_STACK: ::core::primitive::bool = __PREDICT_LEN * #bytes <= 64 * 1024;
            const __STACK_LEN: ::core::primitive::usize = if __ON_STACK { __PREDICT_LEN } else { 0 };
        }
    }

    /// The functions that say where things lie.
    pub fn places(&self) -> TokenStream {
        if self.is_over_sequences() {
            return self.places_over();
        }
        let program = &self.plan.train;
        let inputs: Dim = program.memory.inputs.iter().map(|n| n.next_multiple_of(crate::plan::LINE)).sum();
        let range = |buffer: BufferId| {
            let buffer = &program.buffers[buffer.0];
            let Place::Each { at } = buffer.place else {
                unreachable!("outputs of training lie in the workspace")
            };
            let (start, end) = (number(inputs + at), number(buffer.each));
            quote!(__samples * #start..__samples * (#start + #end))
        };
        let (output, gradient) = (range(program.outputs[0]), range(program.output_gradients[0]));
        let usize = quote!(::core::primitive::usize);
        quote! {
            fn __predict_len(__samples: #usize) -> #usize {
                __predict_len(__samples)
            }
            fn __train_len(__samples: #usize) -> #usize {
                __train_len(__samples)
            }
            const __KEPT: [#usize; 2] = __KEPT;
            type __Scratch = __Scratch;
            const __SCRATCH: __Scratch = __Scratch;
            fn __output(__samples: #usize) -> ::core::ops::Range<#usize> {
                #output
            }
            fn __output_gradient(__samples: #usize) -> ::core::ops::Range<#usize> {
                #gradient
            }
        }
    }

    /// Binds every input to a slice of its own: where the caller has it, or gathered at the front of the memory.
    pub fn loads(&self, program: &Program, again: bool) -> TokenStream {
        let krate = &self.names.krate;
        if self.is_over_sequences() {
            // What flows in has been gathered before.
            let names = self.header().inputs.iter().map(|input| input_name(&input.name));
            let places = (0..self.header().inputs.len()).map(number);
            return quote!(#(let #names = __inputs.columns[#places].numbers();)*);
        }
        let loads = self.header().inputs.iter().enumerate().map(|(i, input)| {
            let shape = self.input_shape(i);
            let last = program.loads[i] == Layout::ChannelsLast;
            let (channels, pixels) = match shape.0.as_slice() {
                [c, pixels @ ..] if last => (*c, pixels.iter().product::<Dim>()),
                _ => (Dim::ONE, shape.len()),
            };
            let reserved = number(program.memory.inputs[i].next_multiple_of(crate::plan::LINE));
            let (channels, pixels, place) = (number(channels), number(pixels), number(i));
            let name = input_name(&input.name);
            let call = if again { quote!(again) } else { quote!(fill) };
            quote! {
                let (#name, __memory) = #krate::__private::Load {
                    input: #place,
                    channels: #channels,
                    pixels: #pixels,
                    channels_last: #last,
                    reserved: #reserved,
                }.#call(&__inputs, __memory);
            }
        });
        quote!(#(#loads)*)
    }

    /// One step as one statement.
    pub fn step(&self, program: &Program, scope: Scope, step: &Step) -> TokenStream {
        let mut views = Views { emit: self, program, scope, taken: Vec::new(), scratch: false };
        let call = views.call(step);
        if self.is_over_sequences() && scope == Scope::Network {
            let (binding, samples) = (views.binding_over(), over::count(program, step));
            return quote!({ #binding let __samples = #samples; #call });
        }
        let binding = views.binding();
        quote!({ #binding #call })
    }
}

fn input_name(name: &Ident) -> Ident {
    format_ident!("__input_{}", name.to_string(), span = Span::mixed_site())
}

impl Views<'_> {
    fn call(&mut self, step: &Step) -> TokenStream {
        let krate = &self.emit.names.krate;
        let scalar = &self.emit.names.scalar;
        let private = quote!(#krate::__private);
        match step {
            Step::Forward { node, inputs, outputs, saved } => {
                let spec = self.emit.spec_name(*node);
                let parameters = self.emit.range(Tensors::Node(*node));
                let inputs: Vec<_> = inputs.iter().map(|b| self.read(*b)).collect();
                let outputs: Vec<_> = outputs.iter().map(|b| self.write(Some(*b))).collect();
                let saved = self.write(*saved);
                self.scratch = true;
                let shaped = &self.emit.plan.shaped;
                // What is the same at each step knows of none.
                let mode = match shaped.rows.is_empty() || shaped.works_on_a_row(*node) {
                    true => quote!(__mode),
                    false => quote!(#krate::layers::Mode::Predict),
                };
                let pass = quote! {
                    #krate::layers::Forward {
                        samples: __samples,
                        mode: #mode,
                        parameters: &__parameters[#parameters],
                        inputs: &[#(#inputs),*],
                        outputs: &mut [#(#outputs),*],
                        saved: #saved,
                        scratch: __scratch,
                    }
                };
                if let Some(memory) = self.emit.memory_of(*node) {
                    let call = quote!(#krate::layers::compiled::step::<#scalar, _>);
                    return quote!(#call(&#spec, &mut *#memory, #pass););
                }
                match self.emit.plan.shaped.layer(*node).network() {
                    Some(network) => {
                        let (network, node) = (self.emit.names.outside(network.path()), number(node.0));
                        quote!(#network::__forward_inside(#pass, #node);)
                    }
                    None if self.emit.plan.shaped.is_over_sequences(*node) => {
                        quote!(#krate::layers::compiled::forward_over::<#scalar, _>(&#spec, __sequences, #pass);)
                    }
                    None => quote!(#krate::layers::compiled::forward::<#scalar, _>(&#spec, #pass);),
                }
            }
            Step::Rounds { group, inputs, outputs, room } => self.rounds(*group, inputs, outputs, room),
            Step::RoundsBackward {
                group,
                inputs,
                outputs,
                room,
                output_gradients,
                input_gradients,
                added,
            } => {
                let given = (&output_gradients[..], &input_gradients[..]);
                self.rounds_backward(*group, (inputs, outputs), room, given, *added)
            }
            Step::AddParameters { tensors, from, uses } => {
                let (range, from) = (self.emit.range(*tensors), self.read(Some(*from)));
                let (averages, uses) = (self.emit.averages(*tensors), number(*uses));
                quote!(#private::add_gradient(&mut __gradients[#range], #from, #averages, #uses);)
            }
            Step::Backward { node, inputs, outputs, saved, output_gradients, input_gradients, added } => {
                let spec = self.emit.spec_name(*node);
                let parameters = self.emit.range(Tensors::Node(*node));
                let inputs: Vec<_> = inputs.iter().map(|b| self.read(*b)).collect();
                let outputs: Vec<_> = outputs.iter().map(|b| self.read(*b)).collect();
                let saved = self.write(*saved);
                let given: Vec<_> = output_gradients.iter().map(|b| self.read(*b)).collect();
                let made: Vec<_> = input_gradients.iter().map(|b| self.write_if_asked(*b)).collect();
                let frozen = self.emit.plan.shaped.frozen(*node);
                let (learned, all) = frozen.unwrap_or((Dim::ZERO, Dim::ONE));
                // What is frozen throughout needs no gradient; before running statistics it gets one that is thrown away.
                let left = match learned.is(all) {
                    true => quote!(&mut []),
                    false => self.left(Tensors::Node(*node), *added),
                };
                let network = self.emit.plan.shaped.layer(*node).network();
                let cleared = (network.is_none() && !learned.is(0) && !learned.is(all)).then(|| {
                    let (left, learned) = (self.left(Tensors::Node(*node), *added), number(learned));
                    quote!(#private::zero_fill(&mut (#left)[..#learned]);)
                });
                self.scratch = true;
                let pass = quote! {
                    #krate::layers::Backward {
                        samples: __samples,
                        noise: __noise,
                        parameters: &__parameters[#parameters],
                        inputs: &[#(#inputs),*],
                        outputs: &[#(#outputs),*],
                        saved: #saved,
                        output_gradients: &[#(#given),*],
                        input_gradients: &mut [#(#made),*],
                        parameter_gradients: #left,
                        scratch: __scratch,
                    }
                };
                match network {
                    Some(network) => {
                        let (node, frozen) = (number(node.0), frozen.is_some());
                        let network = self.emit.names.outside(network.path());
                        quote!(#network::__backward_inside(#pass, #node, #frozen);)
                    }
                    None if self.emit.plan.shaped.is_over_sequences(*node) => quote! {
                        #krate::layers::compiled::backward_over::<#scalar, _>(&#spec, __sequences, #pass);
                        #cleared
                    },
                    None => quote! {
                        #krate::layers::compiled::backward::<#scalar, _>(&#spec, #pass);
                        #cleared
                    },
                }
            }
            Step::Convert { from, to, channels, pixels, to_channels_last } => {
                let call = if *to_channels_last { quote!(channels_last) } else { quote!(row_major) };
                let (channels, pixels) = (number(*channels), number(*pixels));
                let (from, to) = (self.read(Some(*from)), self.write(Some(*to)));
                quote!(#krate::layers::layout::#call(__samples, #channels, #pixels, #from, #to);)
            }
            Step::Copy { from, to } => {
                let (from, to) = (self.read(Some(*from)), self.write(Some(*to)));
                quote!(#private::copy(#from, #to);)
            }
            Step::Add { into, from } => {
                let (from, into) = (self.read(Some(*from)), self.write(Some(*into)));
                quote!(#private::add(#from, #into);)
            }
            Step::Join { from, to } if self.is_mixed(from, *to) => {
                let parts: Vec<_> =
                    from.iter().map(|&b| self.kind_of(b, |views| views.read(Some(b)))).collect();
                let to = self.write(Some(*to));
                quote!(#private::sequences::join(__sequences, &[#(#parts),*], #to);)
            }
            Step::Part { from, to }
                if self.is_mixed(&to.iter().filter_map(|(_, to)| *to).collect::<Vec<_>>(), *from) =>
            {
                let parts: Vec<_> = to
                    .iter()
                    .map(|&(len, b)| match b {
                        Some(b) => self.kind_of(b, |views| views.write_if_asked(Some(b))),
                        None => {
                            let len = number(len);
                            quote!((#len, true, &mut []))
                        }
                    })
                    .collect();
                let from = self.read(Some(*from));
                quote!(#private::sequences::part(__sequences, &mut [#(#parts),*], #from);)
            }
            Step::Join { from, to } => {
                let parts: Vec<_> = from
                    .iter()
                    .map(|&b| {
                        let (len, part) = (number(self.program.buffers[b.0].each), self.read(Some(b)));
                        quote!((#len, #part))
                    })
                    .collect();
                let to = self.write(Some(*to));
                quote!(#private::join(__samples, &[#(#parts),*], #to);)
            }
            Step::Part { from, to } => {
                let parts: Vec<_> = to
                    .iter()
                    .map(|&(len, b)| {
                        let (len, part) = (number(len), self.write_if_asked(b));
                        quote!((#len, #part))
                    })
                    .collect();
                let from = self.read(Some(*from));
                quote!(#private::part(__samples, &mut [#(#parts),*], #from);)
            }
            Step::Zero { buffer } => {
                let buffer = self.write(Some(*buffer));
                quote!(#private::zero_fill(#buffer);)
            }
            Step::ZeroParameters { tensors } => {
                let range = self.emit.range(*tensors);
                quote!(#private::zero_fill(&mut __gradients[#range]);)
            }
        }
    }

    /// The buffer as a slice to read; nothing stands for an empty one.
    pub fn read(&mut self, buffer: Option<BufferId>) -> TokenStream {
        let Some(buffer) = buffer else { return quote!(&[]) };
        match self.program.buffers[buffer.0].place {
            Place::Input(i) if self.scope == Scope::Network => {
                let name = input_name(&self.emit.header().inputs[i].name);
                quote!(#name)
            }
            _ => {
                let name = self.name(buffer);
                quote!(&*#name)
            }
        }
    }

    pub fn write(&mut self, buffer: Option<BufferId>) -> TokenStream {
        let Some(buffer) = buffer else { return quote!(&mut []) };
        let name = self.name(buffer);
        quote!(&mut *#name)
    }

    /// The same in a step that runs whether or not anybody asks for the gradients by the inputs.
    fn write_if_asked(&mut self, buffer: Option<BufferId>) -> TokenStream {
        let written = self.write(buffer);
        match buffer.map(|buffer| &self.program.buffers[buffer.0]) {
            // The caller's own is empty if nobody asks.
            Some(buffer) if buffer.asked && !matches!(buffer.place, Place::InputGradient(_)) => {
                quote!(if __asked { #written } else { &mut [] })
            }
            _ => written,
        }
    }

    /// Where the gradient by tensors is written.
    pub fn left(&mut self, tensors: Tensors, added: Option<BufferId>) -> TokenStream {
        let range = self.emit.range(tensors);
        match added {
            Some(buffer) => self.write(Some(buffer)),
            None => quote!(&mut __gradients[#range]),
        }
    }

    /// What a buffer is called in the emitted code.
    fn name(&mut self, buffer: BufferId) -> Ident {
        match (self.program.buffers[buffer.0].place, self.scope) {
            (Place::Output(_), Scope::Network) => format_ident!("__output"),
            (Place::Input(i), _) => format_ident!("__in_{i}", span = Span::mixed_site()),
            (Place::Output(i), _) => format_ident!("__out_{i}", span = Span::mixed_site()),
            (Place::InputGradient(i), _) => format_ident!("__in_gradient_{i}", span = Span::mixed_site()),
            (Place::OutputGradient(i), _) => format_ident!("__out_gradient_{i}", span = Span::mixed_site()),
            _ => self.take(buffer),
        }
    }

    fn take(&mut self, buffer: BufferId) -> Ident {
        if let Some((_, name)) = self.taken.iter().find(|(b, _)| *b == buffer) {
            return name.clone();
        }
        let wanted =
            format_ident!("__buffer_{}", self.program.buffers[buffer.0].name, span = Span::mixed_site());
        let name = match self.taken.iter().any(|(_, name)| *name == wanted) {
            true => format_ident!("{}_{}", wanted, self.taken.len(), span = Span::mixed_site()),
            false => wanted,
        };
        self.taken.push((buffer, name.clone()));
        name
    }

    /// `let [__conv1, scratch] = views(memory, samples, […]);`: each view from a number for each sample and a fixed one
    /// to two such.
    fn binding(&self) -> TokenStream {
        let krate = &self.emit.names.krate;
        let private = quote!(#krate::__private);
        let memory = &self.program.memory;
        let each = number(memory.each);
        // In a round what is kept lies elsewhere.
        let (mut here, mut kept, mut kept_fixed) = (Vec::new(), Vec::new(), Vec::new());
        for (buffer, name) in &self.taken {
            let buffer = &self.program.buffers[buffer.0];
            match buffer.place {
                Place::Each { at } => {
                    let (start, end) = (number(at), number(at + buffer.each));
                    here.push((name, quote!([#start, 0, #end, 0])));
                }
                Place::Fixed { at } => {
                    let (start, end) = (number(at), number(at + buffer.fixed));
                    here.push((name, quote!([#each, #start, #each, #end])));
                }
                Place::Kept { at } => {
                    let (start, end) = (number(at), number(at + buffer.each));
                    kept.push((name, quote!([#start, 0, #end, 0])));
                }
                Place::KeptFixed { at } => {
                    let (start, end) = (number(at), number(at + buffer.fixed));
                    kept_fixed.push((name, quote!([0, #start, 0, #end])));
                }
                _ => unreachable!("only memory is viewed"),
            }
        }
        let scratch = self.scratch.then(|| quote!(let __scratch = &mut *__scratch;));
        // A few views are best where they are used; of many the build would take long.
        let views = match self.program.forward.len() <= FEW {
            true => quote!(views),
            false => quote!(views_of_many),
        };
        let bind = |memory: TokenStream, taken: Vec<(&Ident, TokenStream)>| {
            let (names, places): (Vec<_>, Vec<_>) = taken.into_iter().unzip();
            (!names.is_empty()).then(|| {
                let places = quote!(const { &#private::Places::new([#(#places),*]) });
                quote!(let [#(#names),*] = #private::#views(#memory, __samples, #places);)
            })
        };
        let here = bind(quote!(__memory), here);
        let kept = bind(quote!(__kept), kept);
        let kept_fixed = bind(quote!(__kept_fixed), kept_fixed);
        quote!(#here #kept #kept_fixed #scratch)
    }
}
