//! The rounds of a repetition: three functions for what one round does, and loops over them.

use super::steps::Views;
use super::{Emit, Names, number};
use crate::graph::{GroupId, NodeId};
use crate::layers::Role;
use crate::plan::{BufferId, Rooms, Scope, Tensors};
use crate::shape::Dim;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

fn function(group: GroupId, what: &str) -> Ident {
    format_ident!("__round_{}_{}", group.0, what, span = Span::mixed_site())
}

/// `__in_0`, `__in_1`, …
fn ports(what: &str, count: usize) -> Vec<Ident> {
    (0..count).map(|i| format_ident!("__{what}_{i}", span = Span::mixed_site())).collect()
}

impl Emit<'_> {
    /// What one round of each repetition does.
    pub fn rounds(&self) -> TokenStream {
        let groups = self.plan.rounds.iter().enumerate();
        let functions = groups.filter_map(|(i, round)| {
            let round = round.as_ref()?;
            let group = GroupId(i);
            let scope = Scope::Round(group);
            let Names { krate, scalar, bounds, .. } = &self.names;
            let [carried, _] = self.carried(group);
            let count = self.plan.shaped.graph.groups[i].taken.len();
            let [ins, outs] = ["in", "out"].map(|what| ports(what, count));
            let [ins_back, outs_back] = ["in_gradient", "out_gradient"].map(|what| ports(what, count));
            let forward = |program: &crate::plan::Program, name: &str| {
                let function = function(group, name);
                let steps = program.forward.iter().map(|step| self.step(program, scope, step));
                quote! {
                    #[inline(never)]
                    fn #function #bounds(
                        __samples: ::core::primitive::usize,
                        #carried
                        __mode: #krate::layers::Mode,
                        __parameters: &[#scalar],
                        [#(#ins),*]: [&[#scalar]; #count],
                        [#(#outs),*]: [&mut [#scalar]; #count],
                        __kept: &mut [#scalar],
                        __kept_fixed: &mut [#scalar],
                        __memory: &mut [#scalar],
                        __scratch: &mut [#scalar],
                    ) {
                        #(#steps)*
                    }
                }
            };
            if !self.is_trained() {
                return Some(forward(&round.predict, "predict"));
            }
            let (predict, train) = (forward(&round.predict, "predict"), forward(&round.train, "forward"));
            let backward = function(group, "backward");
            let steps = round.train.backward.iter().map(|step| self.step(&round.train, scope, step));
            Some(quote! {
                #predict
                #train
                #[inline(never)]
                fn #backward #bounds(
                    __samples: ::core::primitive::usize,
                    #carried
                    __noise: #krate::Noise,
                    (__parameters, __gradients): (&[#scalar], &mut [#scalar]),
                    [#(#ins),*]: [&[#scalar]; #count],
                    [#(#outs),*]: [&[#scalar]; #count],
                    [#(#outs_back),*]: [&[#scalar]; #count],
                    [#(#ins_back),*]: [&mut [#scalar]; #count],
                    __kept: &mut [#scalar],
                    __kept_fixed: &mut [#scalar],
                    __memory: &mut [#scalar],
                    __scratch: &mut [#scalar],
                ) {
                    #(#steps)*
                }
            })
        });
        quote!(#(#functions)*)
    }

    /// The places of running averages among tensors, as ranges from their start.
    pub fn averages(&self, tensors: Tensors) -> TokenStream {
        if let Tensors::Node(node) = tensors
            && let Some(network) = self.plan.shaped.layer(node).network()
        {
            let krate = &self.names.krate;
            let network = self.names.outside(&self.names.in_constants(network.path()));
            return quote! {{
                const __TENSORS: #krate::Tensors = #network::__ABOUT.tensors;
                const __COUNT: ::core::primitive::usize = #krate::__private::outside::averages(__TENSORS);
                const __RANGES: &[::core::ops::Range<::core::primitive::usize>] =
                    &#krate::__private::outside::ranges_of_averages::<__COUNT>(__TENSORS);
                __RANGES
            }};
        }
        let ranges = self.own_averages(tensors);
        quote!(&[#(#ranges),*])
    }

    fn own_averages(&self, tensors: Tensors) -> Vec<TokenStream> {
        let (shaped, places) = (&self.plan.shaped, &self.plan.places);
        let own = |node: NodeId, start: Dim| {
            let mut at = start;
            let mut ranges = Vec::new();
            for parameter in shaped.parameters(node) {
                if matches!(parameter.role, Role::Average { .. } | Role::CumulativeAverage) {
                    let (start, end) = (number(at), number(at + parameter.len()));
                    ranges.push(quote!(#start..#end));
                }
                at += parameter.len();
            }
            ranges
        };
        match tensors {
            Tensors::Node(node) => own(node, Dim::ZERO),
            // Inside of a repetition that is used again places count from its element, of which there are several.
            Tensors::Group(group) => {
                let len = places.group(shaped, group).len;
                let rounds = shaped.graph.groups[group.0].repeat.and_then(Dim::known).unwrap_or(1);
                let nodes = shaped.graph.groups[group.0].nodes.clone();
                let direct =
                    nodes.filter(|&n| shaped.graph.repetition(shaped.graph.nodes[n].group) == Some(group));
                let direct: Vec<usize> = direct.collect();
                (0..rounds)
                    .flat_map(|round| {
                        let start = len * round;
                        direct
                            .iter()
                            .flat_map(move |&n| own(NodeId(n), start + places.node(shaped, NodeId(n)).start))
                    })
                    .collect()
            }
        }
    }
}

impl Views<'_> {
    /// What all loops over rounds need: how many there are, the scalars of each port, and those kept for one round.
    fn sizes(&self, group: GroupId) -> (TokenStream, Vec<TokenStream>, [TokenStream; 2], [TokenStream; 2]) {
        let plan = self.emit.plan;
        let inner = &plan.shaped.graph.groups[group.0];
        let lens = inner.taken.iter().map(|&v| {
            let len = number(plan.shaped.shape(v).len());
            quote!(__samples * #len)
        });
        let rounds = number(inner.repeat.unwrap_or(Dim::ONE));
        // Where there is no training, steps of a sequence keep something.
        let is_trained = self.emit.is_trained();
        let memory = plan.rounds[group.0].as_ref();
        let memory = memory.map(|round| if is_trained { &round.train.memory } else { &round.predict.memory });
        let (kept, fixed) = memory.map_or((Dim::ZERO, Dim::ZERO), |m| (m.kept, m.kept_fixed));
        let (kept, fixed) = (number(kept), number(fixed));
        let span = plan.places.group(&plan.shaped, group);
        let place = [number(span.start), number(span.len)];
        (rounds, lens.collect(), [quote!(__samples * #kept), quote!(#fixed)], place)
    }

    pub fn rounds(
        &mut self,
        group: GroupId,
        inputs: &[BufferId],
        outputs: &[BufferId],
        room: &Rooms,
    ) -> TokenStream {
        let krate = &self.emit.names.krate;
        let private = quote!(#krate::__private);
        let (rounds, lens, [kept_len, fixed_len], [start, len]) = self.sizes(group);
        let train = self.program.output_gradients.len() + self.program.backward.len() > 0;
        let function = function(group, if train { "forward" } else { "predict" });
        let [_, carried] = self.emit.carried(group);
        let first: Vec<_> = inputs.iter().map(|&b| self.read(Some(b))).collect();
        let last: Vec<_> = outputs.iter().map(|&b| self.write(Some(b))).collect();
        let chain: Vec<_> = room.chain.iter().map(|&b| self.write(b)).collect();
        let [kept, fixed, work] = [room.kept, room.kept_fixed, room.work].map(|b| self.write(b));
        let [ins, outs] = ["in", "out"].map(|what| ports(&format!("round_{what}"), inputs.len()));
        self.scratch = true;
        let [kept_len, fixed_len] = match train {
            true => [kept_len, fixed_len],
            false if !self.emit.is_trained() => [quote!(0), fixed_len],
            false => [quote!(0), quote!(0)],
        };
        quote! {
            for __round in 0..#rounds {
                #(let (#ins, #outs) = #private::link(__round, #rounds, #lens, #first, #chain, #last);)*
                #function(
                    __samples,
                    #carried
                    __mode.round(__round),
                    #private::part_of(__parameters, #start, __round, #len),
                    [#(#ins),*],
                    [#(#outs),*],
                    #private::part_of_mut(#kept, 0, __round, #kept_len),
                    #private::part_of_mut(#fixed, 0, __round, #fixed_len),
                    #work,
                    &mut *__scratch,
                );
            }
        }
    }

    pub fn rounds_backward(
        &mut self,
        group: GroupId,
        (inputs, outputs): (&[BufferId], &[BufferId]),
        room: &Rooms,
        (given, made): (&[BufferId], &[BufferId]),
        added: Option<BufferId>,
    ) -> TokenStream {
        let krate = &self.emit.names.krate;
        let private = quote!(#krate::__private);
        let (rounds, lens, [kept_len, fixed_len], [start, len]) = self.sizes(group);
        let function = function(group, "backward");
        let [_, carried] = self.emit.carried(group);
        let count = given.len();
        // What no step reads stands empty.
        let (mut first, mut last) = (Vec::new(), Vec::new());
        for port in 0..count {
            first.push(self.read(inputs.get(port).copied()));
            last.push(self.read(outputs.get(port).copied()));
        }
        let chain: Vec<_> = room.chain.iter().map(|&b| self.read(b)).collect();
        let given: Vec<_> = given.iter().map(|&b| self.read(Some(b))).collect();
        let made: Vec<_> = made.iter().map(|&b| self.write(Some(b))).collect();
        let gradients: Vec<_> = room.gradients.iter().map(|&b| self.write(b)).collect();
        let [kept, fixed, work] = [room.kept, room.kept_fixed, room.work].map(|b| self.write(b));
        let [ins, outs] = ["in", "out"].map(|what| ports(&format!("round_{what}"), count));
        let [ins_back, outs_back] =
            ["back_in", "back_out"].map(|what| ports(&format!("round_{what}"), count));
        let left = self.left(Tensors::Group(group), added);
        self.scratch = true;
        quote! {
            for __back in 0..#rounds {
                let __round = #rounds - 1 - __back;
                #(let #ins = #private::link_in(__round, #lens, #first, #chain);)*
                #(let #outs = #private::link_out(__round, #rounds, #lens, #chain, #last);)*
                #(let (#outs_back, #ins_back) =
                    #private::link(__back, #rounds, #lens, #given, #gradients, #made);)*
                #function(
                    __samples,
                    #carried
                    __noise.round(__round),
                    (
                        #private::part_of(__parameters, #start, __round, #len),
                        #private::part_of_mut(#left, 0, __round, #len),
                    ),
                    [#(#ins),*],
                    [#(#outs),*],
                    [#(#outs_back),*],
                    [#(#ins_back),*],
                    #private::part_of_mut(#kept, 0, __round, #kept_len),
                    #private::part_of_mut(#fixed, 0, __round, #fixed_len),
                    #work,
                    &mut *__scratch,
                );
            }
        }
    }
}
