//! The memories that layers keep from step to step: fields of the state, handed to the function of one step and, of what is
//! repeated, to that of one round.

use super::{Emit, Names, number};
use crate::graph::{GroupId, Memory, NodeId};
use crate::shape::Dim;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

impl Emit<'_> {
    /// The type of a memory, and what makes it: of a layer in a repetition one for each round, outside of the given one.
    pub fn memory_type(&self, memory: &Memory, inside: Option<GroupId>) -> (TokenStream, TokenStream) {
        let Names { krate, scalar, .. } = &self.names;
        let Memory { ty, arguments, .. } = memory;
        let layers = quote!(#krate::layers);
        let one = (quote!(#layers::#ty<#scalar>), quote!(#layers::#ty::<#scalar>::new(#arguments)));
        let graph = &self.plan.shaped.graph;
        let around = graph.around(graph.nodes[memory.node.0].group);
        let rounds = around.take_while(|&group| Some(group) != inside);
        let rounds = rounds.filter_map(|group| graph.groups[group.0].repeat);
        rounds.fold(one, |(ty, new), rounds: Dim| {
            let rounds = number(rounds);
            (quote!([#ty; #rounds]), quote!(::core::array::from_fn::<_, { #rounds }, _>(|_| #new)))
        })
    }

    /// What the memories of a repetition, or of all, are called inside of a function that works on them, and their types.
    pub fn memories(&self, inside: Option<GroupId>) -> (Vec<Ident>, Vec<TokenStream>) {
        let graph = &self.plan.shaped.graph;
        let is_inside = |memory: &&Memory| match inside {
            Some(group) => graph.around(graph.nodes[memory.node.0].group).any(|around| around == group),
            None => true,
        };
        let all = self.plan.shaped.memories.iter().filter(is_inside);
        all.map(|memory| (name(memory), self.memory_type(memory, inside).0)).unzip()
    }

    /// The memory on which a node works.
    pub fn memory_of(&self, node: NodeId) -> Option<Ident> {
        self.plan.shaped.memories.iter().find(|memory| memory.node == node).map(name)
    }

    /// What a function of one round takes beside that of any round: the memories of the round, or where each sequence
    /// begins, if a layer in it wants to know. Behind it what it is given.
    pub fn carried(&self, group: GroupId) -> (TokenStream, String) {
        let krate = &self.names.krate;
        let (memories, types) = self.memories(Some(group));
        let shaped = &self.plan.shaped;
        let mut nodes = shaped.graph.groups[group.0].nodes.clone().map(NodeId);
        if nodes.any(|node| shaped.is_over_sequences(node)) {
            (quote!(__sequences: #krate::layers::Sequences<'_>,), "__sequences,".into())
        } else if memories.is_empty() {
            Default::default()
        } else {
            let given: String = memories.iter().map(|memory| format!("&mut {memory}[__round],")).collect();
            (quote!((#(#memories,)*): (#(&mut #types,)*),), format!("({given}),"))
        }
    }
}

fn name(memory: &Memory) -> Ident {
    format_ident!("__memory_{}", memory.name, span = Span::call_site())
}
