//! The last gate of every `help:`: it is done to the user's own tokens, and all stages read the result. Only a help
//! that leaves fewer mistakes, and none that was not there before, is shown.

use crate::ast::Program;
use crate::errors::{Change, Error, Errors, Help, How, Nature};
use crate::graph::Shaped;
use crate::{check, infer, limits, parse, resolve};
use proc_macro2::{Group, Spacing, Span, TokenStream, TokenTree};
use std::cell::Cell;
use std::collections::BTreeMap;

/// The most ways out that one error shows.
const MOST_HELPS: usize = 2;

/// The most helps of one invocation that are tried, so that a text full of mistakes is not read for ever.
const MOST_TRIALS: usize = 64;

thread_local! {
    static SILENT: Cell<bool> = const { Cell::new(false) };
}

/// Whether only the number of mistakes matters, so that no way out need be looked for.
pub fn is_silent() -> bool {
    SILENT.get()
}

/// Does that work without looking for ways out.
pub fn silently<R>(work: impl FnOnce() -> R) -> R {
    let before = SILENT.replace(true);
    let result = work();
    SILENT.set(before);
    result
}

/// All stages that report.
pub fn analyse(program: &Program, errors: &mut Errors) -> Vec<Shaped> {
    let mut shaped = Vec::new();
    let mut used = Vec::new();
    for network in &program.networks {
        let graph = resolve::resolve(program, network, errors);
        used.extend(resolve::blocks_of(&graph));
        let one = infer::infer(graph, errors);
        check::check(&one, errors);
        shaped.push(one);
    }
    resolve::check_unused(program, &used, errors);
    shaped
}

/// Keeps of each error those helps that have been proved; what says nothing to do is a note.
pub fn keep_proved(tokens: &TokenStream, errors: &mut Errors) {
    errors.one_for_each_argument();
    errors.one_for_each_place();
    let before: Vec<String> = errors.lines();
    let mut trials = 0;
    let mut mended = Vec::new();
    for error in errors.iter_mut() {
        mended.push(prove(tokens, error, &before, &mut trials));
    }
    one_for_each_cause(errors, &mended);
    // The other readings of what was read in one way are there for what comes of it.
    errors
        .iter_mut()
        .filter(|error| error.nature == Nature::Reading)
        .for_each(|error| error.helps.truncate(1));
}

/// Several mistakes that one change mends are one: a size that a sum does not take and that is not the declared one
/// either. The first is shown, which lies before the others in the flow of the data, with that change; what the others say
/// is a note.
fn one_for_each_cause(errors: &mut Errors, mended: &[Vec<Vec<String>>]) {
    let list: Vec<&mut Error> = errors.iter_mut().collect();
    let mut gone = vec![false; list.len()];
    let mut kept: Vec<(usize, usize)> = Vec::new();
    for first in 0..list.len() {
        for (choice, help) in list[first].helps.iter().enumerate().filter(|_| !gone[first]) {
            let is_reading = matches!(list[first].nature, Nature::Reading | Nature::Ordered);
            let shares = |other: &Error| {
                is_reading || other.helps.iter().any(|h| is_same_edit(&h.changes, &help.changes))
            };
            let mends = |other: &Error| mended[first][choice].contains(&other.line);
            let others: Vec<usize> = (first + 1..list.len())
                .filter(|&other| !gone[other] && list[other].line != list[first].line)
                .filter(|&other| shares(list[other]) && mends(list[other]))
                .collect();
            if !others.is_empty() {
                others.into_iter().for_each(|other| gone[other] = true);
                kept.push((first, choice));
                break;
            }
        }
    }
    if kept.is_empty() {
        return;
    }
    let lines: Vec<String> = list.iter().map(|error| error.line.clone()).collect();
    drop(list);
    for (error, choice) in kept {
        let also = mended[error][choice].clone();
        if let Some(error) = errors.iter_mut().nth(error) {
            let chosen = error.helps.swap_remove(choice);
            error.helps = vec![chosen];
            let is_told = !matches!(error.nature, Nature::Reading | Nature::Ordered);
            let note = lines.iter().zip(&gone).find(|(line, gone)| **gone && also.contains(line));
            let note = note.filter(|_| is_told);
            error.notes.extend(note.map(|(line, _)| format!("the same change mends another: {line}")));
        }
    }
    let mut at = 0;
    errors.retain(|_| {
        at += 1;
        !gone[at - 1]
    });
}

/// Keeps the helps of one error that are good, and gives for each of them what it mends.
fn prove(tokens: &TokenStream, error: &mut Error, before: &[String], trials: &mut usize) -> Vec<Vec<String>> {
    let mut kept: Vec<Help> = Vec::new();
    let mut mended = Vec::new();
    let (mut chosen, mut uncovering) = (false, Vec::new());
    let mut helps = std::mem::take(&mut error.helps);
    if error.nature == Nature::Ordered {
        let effort = limits::TOKEN * limits::size(tokens) + limits::MISTAKE * before.len();
        let left = |help: &Help| match limits::may_try(effort) {
            true => mistakes_after(tokens, &help.changes).map_or(usize::MAX, |after| after.len()),
            false => usize::MAX,
        };
        helps.sort_by_cached_key(left);
    }
    for help in helps {
        if help.changes.is_empty() {
            error.notes.push(help.text);
            continue;
        }
        let known = kept.iter().any(|other| is_same_edit(&other.changes, &help.changes));
        if kept.len() == MOST_HELPS || known || help.one_of && chosen {
            continue;
        }
        *trials += 1;
        let effort = limits::TOKEN * limits::size(tokens) + limits::MISTAKE * before.len();
        let may = *trials <= MOST_TRIALS && limits::may_try(effort);
        let after = may.then(|| mistakes_after(tokens, &help.changes)).flatten();
        match after.as_ref().map(|after| judge(&error.line, before, after)) {
            Some(Verdict::Good) => {
                chosen |= help.one_of;
                kept.push(help);
                let after = after.unwrap_or_default();
                mended.push(before.iter().filter(|line| !after.contains(line)).cloned().collect());
            }
            // What it uncovers is another mistake, which nobody could see before.
            Some(Verdict::Uncovers) if kept.is_empty() && names_another(&help.text) => {
                uncovering.push(help.text);
            }
            Some(Verdict::Uncovers) if kept.is_empty() && error.line.ends_with(":`") => {
                uncovering.push(format!("for instance {}", help.text));
            }
            Some(Verdict::Uncovers) if kept.is_empty() && error.nature == Nature::LayerAsValue => {
                uncovering.push(format!("written {}, leads to the next mistake", help.text));
            }
            Some(Verdict::Uncovers) if kept.is_empty() && help.text.starts_with("insert ") => {
                uncovering.push(format!("{}, leads to the next mistake", help.text));
            }
            _ => {}
        }
    }
    if kept.is_empty() {
        error.notes.extend(uncovering.into_iter().next());
    }
    error.helps = kept;
    mended
}

fn is_same_edit(a: &[Change], b: &[Change]) -> bool {
    let same = |(a, b): (&Change, &Change)| {
        a.text == b.text
            && a.how == b.how
            && is_same(a.place.first, b.place.first)
            && is_same(a.place.last, b.place.last)
    };
    a.len() == b.len() && a.iter().zip(b).all(same)
}

/// Whether a help says what something is called here: that is so whatever else is wrong.
fn names_another(text: &str) -> bool {
    text.contains("` is called `") || text.contains("a similar name exists")
}

enum Verdict {
    Good,
    /// The mistake is gone, and others are there instead.
    Uncovers,
    Bad,
}

fn judge(line: &str, before: &[String], after: &[String]) -> Verdict {
    let (before, after) = (counts(before), counts(after));
    if after.get(line) >= before.get(line) {
        Verdict::Bad
    } else if after.iter().all(|(left, count)| Some(count) <= before.get(left)) {
        Verdict::Good
    } else {
        Verdict::Uncovers
    }
}

/// How often each line is there.
fn counts(lines: &[String]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    lines.iter().for_each(|line| *counts.entry(line.as_str()).or_default() += 1);
    counts
}

/// The first lines of all mistakes that are left after a change; `None` if it cannot be done.
fn mistakes_after(tokens: &TokenStream, changes: &[Change]) -> Option<Vec<String>> {
    if limits::is_exhausted() {
        return None;
    }
    let mut done = vec![false; changes.len()];
    let changed = apply(tokens, changes, &mut done)?;
    if done.contains(&false) {
        return None;
    }
    let mut errors = Errors::new();
    silently(|| {
        let program = parse::parse(changed, &mut errors);
        if program.import.is_none() {
            analyse(&program, &mut errors);
            errors.one_for_each_argument();
            errors.one_for_each_place();
        }
    });
    if limits::is_exhausted() {
        let _ = errors.take();
        return None;
    }
    Some(errors.into_sorted().into_iter().map(|error| error.line).collect())
}

/// Stable Rust compares no spans; what is printed of one tells it from all others.
pub fn is_same(a: Span, b: Span) -> bool {
    key(a) == key(b)
}

/// What tells a span from others.
pub fn key(span: Span) -> String {
    format!("{span:?}")
}

/// The tokens with one change made; `None` if its place is not among them.
pub fn changed(tokens: &TokenStream, change: &Change) -> Option<TokenStream> {
    let mut done = [false];
    let changed = apply(tokens, std::slice::from_ref(change), &mut done)?;
    done[0].then_some(changed)
}

/// The tokens with the changes made whose places are found, which are marked.
fn apply(tokens: &TokenStream, changes: &[Change], done: &mut [bool]) -> Option<TokenStream> {
    let ends: Vec<[String; 2]> = changes.iter().map(|c| [c.place.first, c.place.last].map(key)).collect();
    apply_at(tokens, changes, &ends, done)
}

/// The same, with the spans of the changes' places as what tells them from others.
fn apply_at(
    tokens: &TokenStream,
    changes: &[Change],
    ends: &[[String; 2]],
    done: &mut [bool],
) -> Option<TokenStream> {
    if !done.contains(&false) {
        return Some(tokens.clone());
    }
    let all: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let mut changed = TokenStream::new();
    let mut at = 0;
    while at < all.len() {
        let mut behind: Vec<&str> = Vec::new();
        let mut replaced = None;
        let here = if done.contains(&false) { key(all[at].span()) } else { String::new() };
        let open = changes.iter().zip(ends).zip(done.iter_mut()).filter(|(_, done)| !**done);
        for ((change, ends), done) in open {
            let [first, last] = [0, 1].map(|end| ends[end] == here);
            match change.how {
                How::Before if first => changed.extend(change.text.parse::<TokenStream>().ok()?),
                How::After if last => behind.push(&change.text),
                How::Replace if first => {
                    let end = (at..all.len()).find(|&end| key(all[end].span()) == ends[1])?;
                    // Text without a token, as a `;` that goes, leaves nothing.
                    changed.extend(change.text.parse::<TokenStream>().ok()?);
                    replaced = Some(end + 1);
                }
                _ => continue,
            }
            *done = true;
            if replaced.is_some() {
                break;
            }
        }
        match (replaced, &all[at]) {
            (Some(end), _) => at = end,
            (None, TokenTree::Group(group)) => {
                let mut inner =
                    Group::new(group.delimiter(), apply_at(&group.stream(), changes, ends, done)?);
                inner.set_span(group.span());
                changed.extend([TokenTree::Group(inner)]);
                at += 1;
            }
            (None, TokenTree::Punct(punct)) if !behind.is_empty() => {
                // What comes behind is no part of the same sign.
                let mut punct = proc_macro2::Punct::new(punct.as_char(), Spacing::Alone);
                punct.set_span(all[at].span());
                changed.extend([TokenTree::Punct(punct)]);
                at += 1;
            }
            (None, token) => {
                changed.extend([token.clone()]);
                at += 1;
            }
        }
        for text in behind {
            changed.extend(text.parse::<TokenStream>().ok()?);
        }
    }
    Some(changed)
}
