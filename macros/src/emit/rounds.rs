//! The rounds of a repetition: three functions for what one round does, and loops over them.

use super::lexed::outside_in_constants;
use super::views::Views;
use super::{Emit, Names, digits};
use crate::graph::{GroupId, NodeId, ValueId};
use crate::layers::Role;
use crate::plan::{BufferId, Rooms, Scope, Tensors};
use crate::shape::Dim;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

fn function(group: GroupId, what: &str) -> Ident {
    format_ident!("__round_{}_{}", group.0, what)
}

/// `__in_0`, `__in_1`, …
fn ports(what: &str, count: usize) -> Vec<String> {
    (0..count).map(|i| format!("__{what}_{i}")).collect()
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
            let (carried, _) = self.carried(group);
            let count = self.plan.shaped.graph.groups[i].taken.len();
            let names = ["in", "out", "in_gradient", "out_gradient"];
            let [ins, outs, ins_back, outs_back] =
                names.map(|what| self.lexed(&format!("[{}]", ports(what, count).join(", "))));
            let forward = |program: &crate::plan::Program, name: &str| {
                let function = function(group, name);
                let steps = self.forward(program, scope);
                quote! {
                    #[inline(never)]
                    fn #function #bounds(
                        __samples: ::core::primitive::usize,
                        #carried
                        __mode: #krate::layers::Mode,
                        __parameters: &[#scalar],
                        #ins: [&[#scalar]; #count],
                        #outs: [&mut [#scalar]; #count],
                        __kept: &mut [#scalar],
                        __kept_fixed: &mut [#scalar],
                        __memory: &mut [#scalar],
                        __scratch: &mut [#scalar],
                    ) {
                        #steps
                    }
                }
            };
            if !self.is_trained() {
                return Some(forward(&round.predict, "predict"));
            }
            let (predict, train) = (forward(&round.predict, "predict"), forward(&round.train, "forward"));
            let backward = function(group, "backward");
            let steps = self.backward(&round.train, scope);
            Some(quote! {
                #predict
                #train
                #[inline(never)]
                fn #backward #bounds(
                    __samples: ::core::primitive::usize,
                    #carried
                    __noise: #krate::Noise,
                    (__parameters, __gradients): (&[#scalar], &mut [#scalar]),
                    #ins: [&[#scalar]; #count],
                    #outs: [&[#scalar]; #count],
                    #outs_back: [&[#scalar]; #count],
                    #ins_back: [&mut [#scalar]; #count],
                    __kept: &mut [#scalar],
                    __kept_fixed: &mut [#scalar],
                    __memory: &mut [#scalar],
                    __scratch: &mut [#scalar],
                ) {
                    #steps
                }
            })
        });
        quote!(#(#functions)*)
    }

    /// The places of running averages among tensors, as ranges from their start.
    pub fn averages(&self, tensors: Tensors) -> String {
        if let Tensors::Node(node) = tensors
            && self.plan.shaped.layer(node).network().is_some()
        {
            let network = outside_in_constants(node);
            return format!(
                "{{ const __COUNT: ::core::primitive::usize = __private::outside::averages({network}::__ABOUT.tensors); \
                 const __RANGES: &[::core::ops::Range<::core::primitive::usize>] = \
                 &__private::outside::ranges_of_averages::<__COUNT>({network}::__ABOUT.tensors); __RANGES }}"
            );
        }
        format!("&[{}]", self.own_averages(tensors).join(", "))
    }

    fn own_averages(&self, tensors: Tensors) -> Vec<String> {
        let (shaped, places) = (&self.plan.shaped, &self.plan.places);
        let own = |node: NodeId, start: Dim| {
            let mut at = start;
            let mut ranges = Vec::new();
            for parameter in shaped.parameters(node) {
                if matches!(parameter.role, Role::Average { .. } | Role::CumulativeAverage) {
                    ranges.push(format!("{}..{}", digits(at), digits(at + parameter.len())));
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

/// What all loops over rounds need: how many there are, the scalars of each port, those kept for one round, and where the
/// tensors of the first begin and how many each has.
struct Sizes {
    rounds: String,
    lens: Vec<String>,
    kept: String,
    fixed: String,
    start: String,
    len: String,
}

impl Views<'_> {
    fn sizes(&self, group: GroupId) -> Sizes {
        let plan = self.emit.plan;
        let inner = &plan.shaped.graph.groups[group.0];
        let len = |&v: &ValueId| format!("__samples * {}", digits(plan.shaped.shape(v).len()));
        // Where there is no training, steps of a sequence keep something.
        let is_trained = self.emit.is_trained();
        let memory = plan.rounds[group.0].as_ref();
        let memory = memory.map(|round| if is_trained { &round.train.memory } else { &round.predict.memory });
        let (kept, fixed) = memory.map_or((Dim::ZERO, Dim::ZERO), |m| (m.kept, m.kept_fixed));
        let span = plan.places.group(&plan.shaped, group);
        Sizes {
            rounds: digits(inner.repeat.unwrap_or(Dim::ONE)),
            lens: inner.taken.iter().map(len).collect(),
            kept: format!("__samples * {}", digits(kept)),
            fixed: digits(fixed),
            start: digits(span.start),
            len: digits(span.len),
        }
    }

    pub fn rounds(
        &mut self,
        group: GroupId,
        inputs: &[BufferId],
        outputs: &[BufferId],
        room: &Rooms,
    ) -> String {
        let Sizes { rounds, lens, kept: kept_len, fixed: fixed_len, start, len } = self.sizes(group);
        let train = self.program.output_gradients.len() + self.program.backward.len() > 0;
        let function = function(group, if train { "forward" } else { "predict" });
        let (_, carried) = self.emit.carried(group);
        let first: Vec<_> = inputs.iter().map(|&b| self.read(Some(b))).collect();
        let last: Vec<_> = outputs.iter().map(|&b| self.write(Some(b))).collect();
        let chain: Vec<_> = room.chain.iter().map(|&b| self.write(b)).collect();
        let [kept, fixed, work] = [room.kept, room.kept_fixed, room.work].map(|b| self.write(b));
        let [ins, outs] = ["round_in", "round_out"].map(|what| ports(what, inputs.len()));
        self.scratch = true;
        let [kept_len, fixed_len] = match train {
            true => [kept_len, fixed_len],
            false if !self.emit.is_trained() => ["0".into(), fixed_len],
            false => ["0".into(), "0".into()],
        };
        let links = (0..inputs.len()).map(|i| {
            let (to, from) = (&ins[i], &outs[i]);
            let (len, first, chain, last) = (&lens[i], &first[i], &chain[i], &last[i]);
            format!(
                "let ({to}, {from}) = __private::link(__round, {rounds}, {len}, {first}, {chain}, {last});"
            )
        });
        let links: String = links.collect();
        let [ins, outs] = [ins, outs].map(|names| names.join(", "));
        format!(
            "for __round in 0..{rounds} {{ {links} {function}(__samples, {carried} __mode.round(__round), \
             __private::part_of(__parameters, {start}, __round, {len}), [{ins}], [{outs}], \
             __private::part_of_mut({kept}, 0, __round, {kept_len}), \
             __private::part_of_mut({fixed}, 0, __round, {fixed_len}), {work}, &mut *__scratch); }}"
        )
    }

    pub fn rounds_backward(
        &mut self,
        group: GroupId,
        (inputs, outputs): (&[BufferId], &[BufferId]),
        room: &Rooms,
        (given, made): (&[BufferId], &[BufferId]),
        added: Option<BufferId>,
    ) -> String {
        let Sizes { rounds, lens, kept: kept_len, fixed: fixed_len, start, len } = self.sizes(group);
        let function = function(group, "backward");
        let (_, carried) = self.emit.carried(group);
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
        let names = ["round_in", "round_out", "round_back_in", "round_back_out"];
        let [ins, outs, ins_back, outs_back] = names.map(|what| ports(what, count));
        let left = self.left(Tensors::Group(group), added);
        self.scratch = true;
        let links_in = (0..count).map(|i| {
            let (name, len, first, chain) = (&ins[i], &lens[i], &first[i], &chain[i]);
            format!("let {name} = __private::link_in(__round, {len}, {first}, {chain});")
        });
        let links_out = (0..count).map(|i| {
            let (name, len, chain, last) = (&outs[i], &lens[i], &chain[i], &last[i]);
            format!("let {name} = __private::link_out(__round, {rounds}, {len}, {chain}, {last});")
        });
        let links_back = (0..count).map(|i| {
            let (to, from) = (&outs_back[i], &ins_back[i]);
            let (len, given, gradient, made) = (&lens[i], &given[i], &gradients[i], &made[i]);
            format!(
                "let ({to}, {from}) = __private::link(__back, {rounds}, {len}, {given}, {gradient}, {made});"
            )
        });
        let links: String = links_in.chain(links_out).chain(links_back).collect();
        let [ins, outs, ins_back, outs_back] = [ins, outs, ins_back, outs_back].map(|names| names.join(", "));
        format!(
            "for __back in 0..{rounds} {{ let __round = {rounds} - 1 - __back; {links} \
             {function}(__samples, {carried} __noise.round(__round), \
             (__private::part_of(__parameters, {start}, __round, {len}), \
             __private::part_of_mut({left}, 0, __round, {len})), \
             [{ins}], [{outs}], [{outs_back}], [{ins_back}], \
             __private::part_of_mut({kept}, 0, __round, {kept_len}), \
             __private::part_of_mut({fixed}, 0, __round, {fixed_len}), {work}, &mut *__scratch); }}"
        )
    }
}
