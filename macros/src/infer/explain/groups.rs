//! Mistakes at blocks: in what flows in, in what comes out, and where in their text.

use super::super::trial::{Fault, Trial};
use super::Explainer;
use crate::errors::{Change, Error, Help, Place};
use crate::graph::{Graph, Group, GroupId, GroupKind};
use crate::layers::{At, Mismatch, is_value};
use crate::resolve::Signature;
use crate::suggest;

/// Where in which block's text a fault stands; `None` outside of blocks.
pub fn definition(graph: &Graph, fault: Fault) -> Option<(usize, usize, bool)> {
    let (group, place, is_node) = match fault {
        Fault::Node(id) => (graph.nodes[id.0].group, id.0, true),
        Fault::Open(id) => (graph.groups[id.0].parent, graph.groups[id.0].nodes.start, false),
        Fault::Close(id) => (Some(id), graph.groups[id.0].nodes.end, false),
        Fault::Output(_) => return None,
    };
    let group = graph.around(group).find(|g| matches!(graph.groups[g.0].kind, GroupKind::Block(_)))?;
    let group = &graph.groups[group.0];
    let GroupKind::Block(block) = group.kind else { return None };
    Some((block, place - group.nodes.start, is_node))
}

/// Whether a fault is shown at the use of a block: at the number that was given there for a parameter.
pub fn is_at_use(graph: &Graph, fault: Fault, mismatch: &Mismatch) -> bool {
    let Fault::Node(id) = fault else { return false };
    let Some(call) = &graph.nodes[id.0].call else { return false };
    call.arguments.iter().any(|argument| {
        let is_it = match mismatch.at {
            At::Argument(name) => argument.name.as_ref().is_some_and(|n| n == name),
            At::Main(name) => argument.name.as_ref().map_or(!is_value(argument), |n| n == name),
            _ => false,
        };
        is_it && argument.value.given.is_some()
    })
}

/// Where an error about something in that group is shown: the use of the outermost block from elsewhere around it, whose
/// text is out of reach, with a note that says where in it.
pub(super) fn elsewhere(graph: &Graph, group: Option<GroupId>, title: &str, error: &mut Error) {
    let around: Vec<GroupId> = graph.around(group).filter(|g| graph.groups[g.0].imported).collect();
    let (Some(inner), Some(outer)) = (around.first(), around.last()) else { return };
    let GroupKind::Block(_) = graph.groups[inner.0].kind else { return };
    let block = graph.groups[inner.0].text.split(['(', ';']).next().unwrap_or_default().replace('[', "");
    error.place = Place::of(&graph.groups[outer.0].tokens);
    error.helps.clear();
    error.notes.retain(|note| !note.starts_with("in `"));
    error.notes.push(format!("in block `{block}`, at `{title}`"));
}

/// The block that something stands in, as it is used there.
pub(super) fn inside(graph: &Graph, group: Option<GroupId>) -> Option<String> {
    let group = &graph.groups[graph.around(group).find(|g| graph.groups[g.0].kind != GroupKind::Layer)?.0];
    let used = if group.named { format!(", used as `{}`", group.name) } else { String::new() };
    let inputs: Vec<_> = group.inputs.iter().map(|&v| graph.describe_to(group.parent, v)).collect();
    Some(format!("in `{}`{used}, which takes {}", group.text, inputs.join(", ")))
}

/// The error for what flows into a block that does not take it.
pub fn opened(graph: &Graph, before: &Trial, id: GroupId, mismatch: &Mismatch) -> Error {
    let group = &graph.groups[id.0];
    let mut error = Error::new(&group.tokens, mismatch.line.clone());
    let explainer = Explainer { graph, before, fault: Fault::Open(id) };
    if !before.is_open(explainer.fault) {
        error.helps = explainer.good(explainer.fitting(group));
    }
    error.notes.extend(inside(graph, group.parent));
    elsewhere(graph, group.parent, &group.text, &mut error);
    error
}

/// The error for a block whose body gives something else than it says, or than a next round takes.
pub fn closed(graph: &Graph, before: &Trial, id: GroupId, mismatch: &Mismatch) -> Error {
    let group = &graph.groups[id.0];
    let declared = group.signature.as_ref().and_then(|s| s.outputs.first());
    match declared.filter(|_| mismatch.line.contains(" declares ")) {
        Some(port) => {
            let mut error = Error::new(&port.tokens, mismatch.line.clone());
            error.notes.extend(inside(graph, Some(id)));
            let explainer = Explainer { graph, before, fault: Fault::Close(id) };
            let mut candidates: Vec<_> = explainer.padded_group(group).into_iter().collect();
            candidates.extend(
                with_result(before, group, mismatch)
                    .iter()
                    .flat_map(|known| Explainer { before: known, ..explainer }.given_as_declared(group)),
            );
            candidates.extend(explainer.declared_as_given(group, mismatch.gives.as_deref()));
            candidates.extend(group.results.iter().filter_map(|&value| explainer.multiplied(value)));
            error.helps = explainer.good(candidates);
            elsewhere(graph, Some(id), &format!("-> {}", Signature::declared(port)), &mut error);
            error
        }
        None => {
            let mut error = Error::new(&group.tokens, mismatch.line.clone());
            error.notes.extend(inside(graph, group.parent));
            let explainer = Explainer { graph, before, fault: Fault::Close(id) };
            error.helps = explainer.good(explainer.padded_group(group).into_iter().collect());
            error.helps.extend(first_apart(graph, before, group).map(|help| Help { one_of: true, ..help }));
            let narrower = explainer.narrower(group).into_iter().collect();
            error.helps.extend(explainer.good(narrower));
            let written_out = explainer.good(explainer.written_out(group).into_iter().collect());
            error.helps.extend(written_out.into_iter().map(|help| Help { one_of: true, ..help }));
            elsewhere(graph, group.parent, &group.text, &mut error);
            error
        }
    }
}

/// What is known with the shape of a body's one result, which is unknown to all that follows.
fn with_result(before: &Trial, group: &Group, mismatch: &Mismatch) -> Option<Trial> {
    let ([result], Some(gives)) = (&group.results[..], &mismatch.gives) else { return None };
    let mut known = before.clone();
    known.shapes[result.0] = Some((**gives).clone());
    Some(known)
}

/// `Dense(6) -> [Dense(6); 2]` for `[Dense(6); 3]`, where the first round alone takes something else.
fn first_apart(graph: &Graph, before: &Trial, group: &Group) -> Option<Help> {
    let rounds = group.repeat?.known().filter(|&n| n > 1)?;
    let call = match group.kind {
        GroupKind::Layer => {
            let node = graph.nodes[group.nodes.clone()].first()?;
            let given = before.shapes[group.results.first()?.0].clone()?;
            let next = node.layer.as_ref()?.outputs(std::slice::from_ref(&given)).ok()?;
            if next.len() != 1 || next[0] != given {
                return None;
            }
            node.call.as_ref()?.to_string()
        }
        // Whether a block takes what it gives shows where all helps are proved.
        _ => suggest::source(&group.tokens).strip_prefix('[')?.rsplit_once(';')?.0.to_string(),
    };
    let text = match rounds {
        2 => format!("{call} -> {call}"),
        _ => format!("{call} -> [{call}; {}]", rounds - 1),
    };
    let text = if group.named {
        format!("first: {}", text.replacen("-> ", &format!("-> {}: ", group.name), 1))
    } else {
        text
    };
    // The name before it moves.
    let call = Place::of(&group.tokens);
    let place = if group.named { Place::from(&group.name).to(call) } else { call };
    let changes = vec![Change { place, how: crate::errors::How::Replace, text: text.clone() }];
    Some(Help { text: format!("`{text}`"), changes, one_of: false })
}
