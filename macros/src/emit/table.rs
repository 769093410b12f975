//! The constant in which all numbers are that hang on constants of the program, and the assertions about them.

use super::Names;
use super::constants::{Use, holds, integer, part_index, replaced, template, uses};
use crate::demands::Demand;
use crate::errors::Place;
use crate::graph::Shaped;
use crate::plan::{LINE, Plan};
use crate::shape::{Constant, Dim, Term, Test, Tree};
use proc_macro2::{Group, Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use std::collections::BTreeSet;

/// Its name.
pub fn table_name(names: &Names) -> Ident {
    format_ident!("__SizesOf{}", names.name, span = Span::call_site())
}

/// The constant in which a network's numbers are, and what is written with it.
pub struct Table<'a> {
    names: &'a Names,
    shaped: &'a Shaped,
    plan: Option<&'a Plan>,
    /// What is computed, one after the other.
    lines: Vec<TokenStream>,
    written: BTreeSet<String>,
}

impl<'a> Table<'a> {
    pub fn new(names: &'a Names, shaped: &'a Shaped, plan: Option<&'a Plan>) -> Table<'a> {
        Table { names, shaped, plan, lines: Vec::new(), written: BTreeSet::new() }
    }

    fn name(&self) -> Ident {
        table_name(self.names)
    }

    /// The items of a network, with the constants that they need: `outer` stands beside the network, `inner` in a block
    /// of its own, to which `wrap` adds what stands round it.
    pub fn finish(
        mut self,
        outer: TokenStream,
        inner: TokenStream,
        wrap: impl Fn(TokenStream) -> TokenStream,
    ) -> TokenStream {
        let asserted = self.assertions();
        let (mut all, mut inside) = (BTreeSet::new(), BTreeSet::new());
        if crate::shape::any_open() {
            uses(&outer, &mut all);
            uses(&asserted, &mut all);
            uses(&inner, &mut inside);
            all.extend(&inside);
        }
        if all.is_empty() && self.shaped.graph.demands.is_empty() {
            return [outer, wrap(inner)].into_iter().collect();
        }
        let mut places: Vec<usize> = all.iter().map(|one| one.place()).collect();
        places.dedup();
        places.sort_unstable();
        places.dedup();
        let table = self.table(&places);
        let name = self.name();
        let expression = |one: Use| {
            let index = Literal::usize_unsuffixed(places.binary_search(&one.place()).unwrap_or(0));
            match one {
                Use::Value(_) => quote!(#name.values[#index]),
                Use::Size(_, None) => quote!(#name.size(#index)),
                Use::Size(_, Some(part)) => {
                    let part = Literal::usize_unsuffixed(part);
                    quote!(#name.size_of(#index, #part))
                }
            }
        };
        let outside =
            |tokens| replaced(tokens, &|name| Use::read(name).map(expression).map(|e| quote!({ #e })));
        let (outer, asserted) = (outside(outer), outside(asserted));
        let constants = inside.iter().map(|&one| {
            let value = expression(one);
            match one {
                Use::Value(place) => {
                    let name = format_ident!("__value_{place}", span = Span::call_site());
                    quote!(const #name: ::core::primitive::i128 = #value;)
                }
                Use::Size(place, part) => {
                    let suffix = part.map_or(String::new(), |part| format!("_of_{part}"));
                    let name = format_ident!("__size_{place}{suffix}", span = Span::call_site());
                    quote!(const #name: ::core::primitive::usize = #value;)
                }
            }
        });
        let inner = wrap(quote!(#(#constants)* #inner));
        quote!(#table #outer #inner #asserted)
    }

    /// The constant itself.
    fn table(&mut self, places: &[usize]) -> TokenStream {
        let values: Vec<_> = places.iter().map(|&place| self.open(place)).collect();
        let (parts, checks) = self.parts();
        let lines = &self.lines;
        let krate = &self.names.krate;
        let counts = [values.len(), parts.len(), checks.len()].map(Literal::usize_unsuffixed);
        let name = self.name();
        quote! {
            #[doc(hidden)]
            #[allow(non_upper_case_globals, dead_code, unused_variables, long_running_const_eval, clippy::all)]
            const #name: #krate::__private::constants::Sizes<#(#counts),*> = {
                #(#lines)*
                #krate::__private::constants::Sizes {
                    values: [#(#values),*],
                    parts: [#(#parts),*],
                    checks: [#(#checks),*],
                }
            };
        }
    }

    /// Whether each part is good, and what each demand finds.
    fn parts(&mut self) -> (Vec<TokenStream>, Vec<TokenStream>) {
        let graph = &self.shaped.graph;
        let flag = |part| format_ident!("__good_{}", part_index(graph, part));
        let all = graph.parts();
        let mut goods = vec![quote!(true); all.len()];
        let mut checks = vec![quote!(0); graph.demands.len()];
        for (part, needs) in all {
            let (good, needs) = (flag(part), needs.into_iter().map(flag));
            self.lines.push(quote!(let #good = true #(&& #needs)*;));
            for (d, demand) in graph.demands.iter().enumerate().filter(|(_, d)| d.part == part) {
                let check = format_ident!("__check_{d}");
                let mut end = 0;
                let ends = demand.ways.map(&mut |errors| {
                    end += 1;
                    if errors.is_empty() { 0 } else { end }
                });
                let found = self.found(&ends);
                self.lines.push(quote! {
                    let #check: ::core::primitive::usize = if #good { #found } else { 0 };
                    let #good = #good && #check == 0;
                });
                // What another use of the block has reported is no news.
                let same =
                    |other: &Demand| demand.definition.is_some() && other.definition == demand.definition;
                let earlier = graph.demands[..d].iter().enumerate().filter(|(_, other)| same(other));
                let earlier = earlier.map(|(other, _)| format_ident!("__check_{other}"));
                checks[d] = quote!(if true #(&& #earlier == 0)* { #check } else { 0 });
            }
            goods[part_index(graph, part)] = quote!(#good);
        }
        (goods, checks)
    }

    fn found(&mut self, ends: &Tree<usize>) -> TokenStream {
        match ends {
            Tree::Leaf(end) => {
                let end = Literal::usize_unsuffixed(*end);
                quote!(#end)
            }
            Tree::Fork(test, yes, no) => {
                let test = self.test(*test);
                let (yes, no) = (self.found(yes), self.found(no));
                quote!(if #test { #yes } else { #no })
            }
        }
    }

    fn test(&mut self, test: Test) -> TokenStream {
        let n = self.dim(test.parts().0);
        holds(test, |_| n.clone())
    }

    fn dim(&mut self, n: Dim) -> TokenStream {
        match n.open() {
            None => integer(n.integer().unwrap_or(0)),
            Some(place) => self.open(place),
        }
    }

    /// The name of an expression's value, which is computed above.
    fn open(&mut self, place: usize) -> TokenStream {
        let name = format_ident!("__v{place}", span = Span::call_site());
        let is_written = |table: &Self, place: usize| table.written.contains(&format!("__v{place}"));
        // Where things lie is a sum that grows from one to the next.
        if let Some((longer, added)) = Dim::parts(place)
            && !is_written(self, place)
            && is_written(self, longer)
            && added.open().is_none_or(|added| is_written(self, added) || Dim::parts(added).is_none())
        {
            self.written.insert(name.to_string());
            let (longer, added) = (self.open(longer), self.dim(added));
            self.lines.push(quote!(let #name: ::core::primitive::i128 = #longer.saturating_add(#added);));
        } else if self.written.insert(name.to_string()) {
            let (number, products) = Dim::at(place).products();
            let mut sum = integer(number);
            if number < 0 || !products.is_empty() {
                sum = quote!((#sum as ::core::primitive::i128));
            }
            for (factor, terms) in products {
                let mut product = integer(factor);
                product = quote!((#product as ::core::primitive::i128));
                for term in terms {
                    let term = self.term(term);
                    product.extend(quote!(.saturating_mul(#term)));
                }
                sum.extend(quote!(.saturating_add(#product)));
            }
            self.lines.push(quote!(let #name: ::core::primitive::i128 = #sum;));
        }
        quote!(#name)
    }

    fn term(&mut self, term: Term) -> TokenStream {
        let krate = self.names.krate.clone();
        let private = quote!(#krate::__private::constants);
        match term {
            Term::Constant(place) => self.constant(place),
            Term::Found(number) => self.buffer(number),
            Term::Quotient(a, b) => {
                let (a, b) = (self.dim(a), self.dim(b));
                quote!(#private::quotient(#a, #b))
            }
            Term::Larger(a, b) => {
                let (a, b) = (self.dim(a), self.dim(b));
                quote!(#private::larger(#a, #b))
            }
            Term::Smaller(a, b) => {
                let (a, b) = (self.dim(a), self.dim(b));
                quote!(#private::smaller(#a, #b))
            }
            Term::Choice(test, a, b) => {
                let (test, a, b) = (self.test(test), self.dim(a), self.dim(b));
                quote!((if #test { #a } else { #b }))
            }
        }
    }

    /// A constant of the program, named once, so that what is wrong about it is said once.
    fn constant(&mut self, place: usize) -> TokenStream {
        let name = format_ident!("__c{place}", span = Span::call_site());
        if self.written.insert(name.to_string()) {
            let Constant { path, spans, asked } = Constant::at(place);
            if let Some(asked) = asked {
                let krate = &self.names.krate;
                let (function, network) = (Ident::new(asked.function, Span::call_site()), &asked.network);
                let network = self.names.outside(&self.names.in_constants(network));
                let arguments = &asked.arguments;
                self.lines.push(quote! {
                    let #name: ::core::primitive::i128 = #krate::__private::outside::#function(
                        #network::__ABOUT #(, #arguments)*
                    ) as ::core::primitive::i128;
                });
                return quote!(#name);
            }
            let mut spans = spans.into_iter();
            let mut tokens = TokenStream::new();
            let mut span = Span::call_site();
            for (i, part) in path.iter().enumerate() {
                if i > 0 {
                    tokens.extend(quote_spanned!(span=> ::));
                }
                if !part.is_empty() {
                    span = spans.next().unwrap_or(span);
                    let part = Ident::new(part, span);
                    tokens.extend(quote!(#part));
                }
            }
            self.lines.push(quote! {
                let #name: ::core::primitive::usize = #tokens;
                let #name = #name as ::core::primitive::i128;
            });
        }
        quote!(#name)
    }

    /// Where a buffer lies that the compiler lays out.
    fn buffer(&mut self, number: usize) -> TokenStream {
        let plans = || {
            self.plan.into_iter().flat_map(|plan| [Some(plan), plan.step.as_deref(), plan.cached.as_deref()])
        };
        let plans = || plans().flatten();
        let rounds = plans().flat_map(|plan| plan.rounds.iter().flatten());
        let programs = plans().flat_map(|plan| [&plan.predict, &plan.train]);
        let programs = programs.chain(rounds.flat_map(|round| [&round.predict, &round.train]));
        let packings: Vec<_> = programs.flat_map(|program| &program.packings).collect();
        let Some(packing) = packings.into_iter().find(|p| p.numbers().contains(&number)) else {
            unreachable!("only plans have places")
        };
        let name = format_ident!("__packed_{}", packing.first, span = Span::call_site());
        if self.written.insert(name.to_string()) {
            let krate = self.names.krate.clone();
            let lengths: Vec<_> = packing.runs.iter().map(|run| self.dim(run.0)).collect();
            let lives = packing.runs.iter().map(|&(_, (first, last))| {
                let (first, last) = (Literal::usize_unsuffixed(first), Literal::usize_unsuffixed(last));
                quote!((#first, #last))
            });
            let line = Literal::usize_unsuffixed(LINE);
            self.lines.push(quote! {
                let #name = #krate::__private::constants::pack([#(#lengths),*], [#(#lives),*], #line);
            });
        }
        match number - packing.first {
            at if at == packing.runs.len() => quote!(#name.all),
            at => {
                let at = Literal::usize_unsuffixed(at);
                quote!(#name.at[#at])
            }
        }
    }

    /// One assertion for each mistake that there may be, at its token, in the order of the source.
    fn assertions(&self) -> TokenStream {
        let (krate, name) = (&self.names.krate, self.name());
        let mut items = Vec::new();
        for (d, demand) in self.shaped.graph.demands.iter().enumerate() {
            let d = Literal::usize_unsuffixed(d);
            for (end, (_, errors)) in demand.ways.leaves().into_iter().enumerate() {
                let end = Literal::usize_unsuffixed(end + 1);
                for error in errors {
                    let refusal = refusal(error.place, &error.text());
                    items.push((
                        error.place.start(),
                        quote! {
                            const _: () = {
                                use #krate::__private::constants::refuse as __refuse;
                                if #name.checks[#d] == #end { #refusal }
                            };
                        },
                    ));
                }
            }
        }
        items.sort_by_key(|(start, _)| *start);
        items.into_iter().map(|(_, item)| item).collect()
    }
}

/// The call that shows the text: the name on the first token and the brackets on the last, so that all between the two
/// is underlined, as it is by `compile_error!`.
fn refusal(Place { first, last }: Place, text: &str) -> TokenStream {
    let (bytes, still, numbers) = template(text);
    let name = Ident::new("__refuse", first);
    let mut arguments = Group::new(proc_macro2::Delimiter::Parenthesis, quote!(#still, &[#(#numbers),*]));
    arguments.set_span(last);
    quote!(#name::<#bytes> #arguments)
}
