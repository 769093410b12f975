//! Plan -> tokens. Nothing here can fail, and nothing here knows a layer by name.

mod backward;
mod cache;
mod constants;
mod description;
mod forward;
mod memories;
mod over;
mod parameters;
mod players;
mod ports;
mod rounds;
mod small;
mod steps;
mod steps_of;
mod stub;
mod table;
mod tiny;
mod types;

use crate::demands::Part;
use crate::graph::{Header, NodeId, Scalar};
use crate::plan::Plan;
use crate::shape::{Fact, source};
use cache::Cached;
pub use constants::number;
use ports::Return;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use steps_of::Steps;
pub use stub::stub;
use table::Table;

/// What every writer needs: the plan, and the names of things in the emitted code.
pub struct Emit<'a> {
    pub plan: &'a Plan,
    pub names: Names,
    /// What is so of constants if all is good.
    facts: Vec<Fact>,
}

/// How the emitted code calls the crate, the scalar and the struct.
pub struct Names {
    /// `$crate` of the runtime.
    pub krate: TokenStream,
    /// `f32` or `T`.
    pub scalar: TokenStream,
    /// Nothing, or `<T>`.
    pub generics: TokenStream,
    /// Nothing, or `<T: Real>`.
    pub bounds: TokenStream,
    pub name: Ident,
}

impl Names {
    pub fn new(krate: &TokenStream, header: &Header) -> Self {
        let (scalar, generics, bounds) = match &header.scalar {
            Scalar::F32 => (quote!(::core::primitive::f32), quote!(), quote!()),
            Scalar::Generic(t) => (quote!(#t), quote!(<#t>), quote!(<#t: #krate::Real>)),
        };
        Names { krate: krate.clone(), scalar, generics, bounds, name: header.name.clone() }
    }

    /// A network from elsewhere as the trait, at the user's own tokens: whatever is asked of what is no network, rustc says so
    /// once.
    pub fn outside(&self, path: &TokenStream) -> TokenStream {
        let krate = &self.krate;
        let span = path.clone().into_iter().next().map_or_else(Span::call_site, |token| token.span());
        let (as_declared, is_network) = (
            quote_spanned!(span=> #krate::__private::outside::Declared),
            quote_spanned!(span=> #krate::Network),
        );
        quote_spanned!(span=> <<#path as #as_declared>::Network as #is_network>)
    }

    /// A path where the scalar of a generic network is not known: sizes are the same for all.
    pub fn in_constants(&self, path: &TokenStream) -> TokenStream {
        if self.generics.is_empty() {
            return path.clone();
        }
        let scalar = self.scalar.to_string();
        constants::replaced(path.clone(), &|name| (name == scalar).then(|| quote!(::core::primitive::f32)))
    }
}

/// Writes a network out.
pub fn emit(krate: &TokenStream, plan: &Plan) -> TokenStream {
    let names = Names::new(krate, &plan.shaped.graph.header);
    let facts = plan.shaped.graph.demands.iter().flat_map(|demand| crate::demands::facts(&demand.ways));
    let emit = Emit { plan, names, facts: facts.collect() };
    let definition = emit.definition();
    let alias = emit.workspace_alias();
    let ports = emit.ports();
    let steps = Steps::of(&emit);
    let cached = Cached::of(&emit);
    let (structs, state) = (ports.definitions(), steps.as_ref().map(Steps::state_definition));
    let (never, no_step) = match cached.is_some() || steps.is_some() {
        true => (None, None),
        false => cache::without_steps(&emit).unzip(),
    };
    let cache = cached.as_ref().map(Cached::state_definition).or(never);
    let constants = [emit.specs(), emit.graph(), emit.sizes(), emit.rounds()];
    let items = [
        emit.parameters(),
        ports.implementations(),
        emit.network(),
        ports.player(true),
        emit.methods(steps.as_ref()),
        emit.debug(),
    ];
    let steps = steps.as_ref().map(Steps::methods);
    let cached = cached.as_ref().map(Cached::methods).or(no_step);
    let outer = quote!(#definition #alias #structs #state #cache);
    let inner = quote!(#(#constants)* #(#items)* #steps #cached);
    Table::new(&emit.names, &plan.shaped, Some(plan)).finish(outer, inner, |inner| {
        quote! {
            #[allow(non_upper_case_globals, non_snake_case, unused_variables, unused_mut, clippy::all, clippy::pedantic)]
            const _: () = {
                #inner
            };
        }
    })
}

impl Emit<'_> {
    fn header(&self) -> &Header {
        &self.plan.shaped.graph.header
    }

    /// The number of a part in the table of constants.
    fn part(&self, part: Part) -> usize {
        constants::part_index(&self.plan.shaped.graph, part)
    }

    /// What may only be checked where all sizes are right.
    fn if_good(&self, checks: TokenStream) -> TokenStream {
        if self.plan.shaped.graph.demands.is_empty() {
            return checks;
        }
        let sizes = table::table_name(&self.names);
        quote!(if #sizes.good() { #checks })
    }

    /// The constant that holds a node's spec.
    fn spec_name(&self, node: NodeId) -> Ident {
        format_ident!("__spec_{}", self.plan.words[node.0], span = Span::mixed_site())
    }

    /// `impl Network for Name`.
    fn network(&self) -> TokenStream {
        let Names { krate, scalar, generics, bounds, name } = &self.names;
        let private = quote!(#krate::__private);
        let ports = self.ports();
        let (sample, batch, output) = (ports.sample(), ports.batch(&quote!('a)), ports.output());
        let kind = self.kind();
        let learned = number(self.learned());
        let least = number(self.least_samples());
        let places = self.places();
        let (tiny, predict) = (self.tiny(), self.predict_body());
        let forward = self.forward_body();
        let backward = self.backward_body();
        // What runs over any length has no fixed memory that a network around could hold.
        let declared = self.plan.step.is_none().then(|| {
            quote! {
                #[diagnostic::do_not_recommend]
                impl #bounds #private::outside::Declared for #name #generics {
                    type Network = Self;
                }
            }
        });
        quote! {
            #declared
            #tiny
            impl #bounds #krate::Network for #name #generics {
                type Sample = #sample;
                type Batch<'a> = #batch;
                type Output = #output;
                type Kind = #kind;
                const GRAPH: &'static #krate::Graph = &__GRAPH;
                const PARAMETERS: ::core::primitive::usize = #learned;
                const MIN_TRAINING_SAMPLES: ::core::primitive::usize = #least;
                #places
                fn __predict(
                    &self,
                    __inputs: #private::Inputs<'_, #scalar>,
                    __output: &mut [#scalar],
                    __memory: &mut [#scalar],
                ) {
                    #predict
                }
                fn __forward(
                    &self,
                    __inputs: #private::Inputs<'_, #scalar>,
                    __noise: #krate::Noise,
                    __memory: &mut [#scalar],
                    __scratch: &mut [#scalar],
                ) {
                    #forward
                }
                fn __backward(
                    &self,
                    __inputs: #private::Inputs<'_, #scalar>,
                    __noise: #krate::Noise,
                    __gradient: &mut Self,
                    __input_gradients: &mut [&mut [#scalar]],
                    __memory: &mut [#scalar],
                    __scratch: &mut [#scalar],
                ) {
                    #backward
                }
            }
        }
    }

    /// The inherent methods: what is used every day needs no trait in scope.
    fn methods(&self, steps: Option<&Steps>) -> TokenStream {
        let Names { krate, generics, bounds, name, .. } = &self.names;
        let private = quote!(#krate::__private);
        let learned = number(self.learned());
        let (bytes, predicting) = match steps {
            Some(steps) => (TokenStream::new(), steps.whole()),
            None => (self.bytes(), self.predicting()),
        };
        quote! {
            impl #bounds #name #generics {
                /// The number of learned scalars.
                pub const PARAMETERS: ::core::primitive::usize = #learned;

                /// Multiplications followed by an addition, for one sample.
                pub const MULTIPLY_ADDS: ::core::primitive::u64 = __GRAPH.multiply_adds();

                #bytes

                /// The description of the network: layers, shapes, tensors.
                pub const GRAPH: &'static #krate::Graph = &__GRAPH;

                /// A network whose weights are drawn from the seed, on the heap.
                pub fn new(__seed: ::core::primitive::u64) -> #private::Box<Self> {
                    #private::initialized::<Self>(__seed)
                }

                /// A copy on the heap.
                pub fn duplicate(&self) -> #private::Box<Self> {
                    #krate::Parameters::duplicate(self)
                }

                /// Working memory for training and for `predict_with`; it grows to what it is used for.
                pub fn workspace() -> #krate::Workspace<Self> {
                    #krate::Workspace::new()
                }

                /// The layers as a table.
                pub fn summary() -> #krate::report::Summary {
                    #krate::report::summary(&__GRAPH)
                }

                /// The network as a drawing: Graphviz, Mermaid, SVG.
                pub fn diagram() -> #krate::report::Diagram {
                    #krate::report::diagram(&__GRAPH)
                }

                #predicting
            }
        }
    }

    /// How much memory the network works in.
    fn bytes(&self) -> TokenStream {
        let Names { krate, scalar, .. } = &self.names;
        let private = quote!(#krate::__private);
        quote! {
            /// The bytes of working memory in which one sample is predicted.
            pub const WORKSPACE_BYTES: ::core::primitive::usize =
                #private::workspace_bytes::<#scalar>(__PREDICT_LEN);

            /// The bytes of working memory in which a batch of so many samples is trained, for the `Workspace`
            /// alone: the weights, their gradient and the optimizer's state are as many values of the network's
            /// own size.
            pub const fn training_workspace_bytes(
                __samples: ::core::primitive::usize,
            ) -> ::core::primitive::usize {
                #private::workspace_bytes::<#scalar>(__train_len(__samples))
            }
        }
    }

    /// Predicting for one sample and for many.
    fn predicting(&self) -> TokenStream {
        let Names { krate, scalar, .. } = &self.names;
        let private = quote!(#krate::__private);
        let ports = self.ports();
        let (output, arguments, passed) = (ports.output(), ports.arguments(), ports.passed());
        let columns = ports.columns();
        let predict_doc = source(&format!("Predicts for one sample: {}.", ports.described()));
        let predict_batch = self.predict_batch();
        let input = ports.passed();
        let only = quote!(::core::option::Option::Some(#krate::Tensor::scalars(#input)));
        let (tiny, small) = (self.predict_tiny(&only), self.predict_small(&only));
        let method = ports.predict();
        let predict = match ports.boxed() {
            Return::Chosen(handed) => quote! {
                /// A large output comes in a box; `predict_into` writes it where you want it.
                pub fn #method(&self, #arguments) -> #handed::Given {
                    #handed::filled(|__output| self.predict_into(#passed, __output))
                }
            },
            Return::Boxed => quote! {
                /// The output is large and so comes in a box; `predict_into` writes it where you want it.
                pub fn #method(&self, #arguments) -> #private::Box<#output> {
                    let mut __output = <#output as #krate::Tensor>::zeroed();
                    self.predict_into(#passed, &mut __output);
                    __output
                }
            },
            Return::Plain => quote! {
                pub fn #method(&self, #arguments) -> #output {
                    let mut __output = #private::zero::<#output>();
                    self.predict_into(#passed, &mut __output);
                    __output
                }
            },
        };
        quote! {
            #[doc = #predict_doc]
            ///
            /// Small working memory lies on the stack, larger one is kept once for each thread.
            #predict

            /// Predicts for one sample into the caller's place.
            pub fn predict_into(&self, #arguments, __output: &mut #output) {
                let __output = #krate::Tensor::scalars_mut(__output);
                #tiny
                #small
                let __columns = #columns;
                if __ON_STACK {
                    let mut __memory = #private::Stack::<#scalar, __STACK_LEN>::new();
                    #private::predict_one(self, &__columns, __output, __memory.as_mut_slice());
                } else {
                    #private::with_thread_memory(__PREDICT_LEN, |__memory| {
                        #private::predict_one(self, &__columns, __output, __memory);
                    });
                }
            }

            /// Predicts for one sample with working memory of the caller's.
            pub fn predict_with(
                &self,
                __workspace: &mut #krate::Workspace<Self>,
                #arguments,
                __output: &mut #output,
            ) {
                let __columns = #columns;
                let __output = #krate::Tensor::scalars_mut(__output);
                #private::predict_one(self, &__columns, __output, __workspace.__take(__PREDICT_LEN));
            }

            #predict_batch
        }
    }

    fn predict_batch(&self) -> TokenStream {
        let krate = &self.names.krate;
        let private = quote!(#krate::__private);
        let ports = self.ports();
        let output = ports.output();
        if ports.is_single() {
            let (input, sample) = (ports.passed(), ports.sample());
            return quote! {
                /// Predicts for many samples.
                pub fn predict_batch(&self, #input: &[#sample]) -> #private::Vec<#output> {
                    #private::predict_batch(self, #input)
                }
            };
        }
        let batch = ports.batch(&quote!('_));
        quote! {
            /// Predicts for many samples.
            ///
            /// # Errors
            ///
            /// `Error::UnequalInputs` if the inputs are not equally many.
            pub fn predict_batch(
                &self,
                __batch: #batch,
            ) -> ::core::result::Result<#private::Vec<#output>, #krate::Error> {
                #private::predict_batches(self, __batch)
            }
        }
    }

    fn debug(&self) -> TokenStream {
        if self.header().derived("Debug").is_some() {
            return TokenStream::new();
        }
        let Names { krate, generics, bounds, name, .. } = &self.names;
        let text = constants::text(krate, &format!("{}({} parameters)", name, self.learned()));
        quote! {
            impl #bounds ::core::fmt::Debug for #name #generics {
                fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    __f.write_str(#text)
                }
            }
        }
    }
}
