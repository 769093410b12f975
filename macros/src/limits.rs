//! How far a program may go. The macro answers within a second on a stack of two megabytes, in a debug build too, so
//! what would take longer or go deeper gets an answer of its own. Networks that people know have about a thousand layers, most of them in repetitions.

use crate::errors::{Error, Place};
use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};
use std::cell::Cell;

/// Brackets that stand in one another.
const BRACKETS: usize = 48;

/// Operators that stand behind one another in one expression.
const OPERATORS: usize = 768;

/// What a bracket takes of the stack, in operators.
pub const BRACKET: usize = OPERATORS / BRACKETS;

/// Layers of one invocation, those of blocks and inner networks counted at each use; a repetition counts once.
pub const LAYERS: usize = 1024;

/// More of them than can be: all that comes behind a mistake of this kind is passed over.
pub const FULL: usize = usize::MAX / 2;

/// Blocks that stand in one another.
pub const BLOCKS: usize = 32;

/// What the blocks around a layer and the expressions around their uses take of the stack together, in operators.
pub const DEPTH: usize = BLOCKS * BRACKET + OPERATORS;

/// Axes of a shape.
pub const AXES: usize = 16;

/// Operations of a function of numbers.
pub const FORMULA: usize = 1024;

/// Letters of an expression that stand for it; the middle of a longer one is left out.
pub const QUOTED: usize = 200;

/// Letters of a line of a message.
pub const LINE: usize = 600;

/// How much is tried to find ways out of mistakes: tokens that are read once more, nodes whose shapes are found again.
const EFFORT: usize = 130_000;

/// What it takes to find the shapes of a node once more.
pub const NODE: usize = 3;

/// What it takes to read a token once more, through all stages.
pub const TOKEN: usize = 8;

/// What it takes to say once more what is wrong, for each mistake.
pub const MISTAKE: usize = 80;

/// How much arithmetic on constants there may be, in terms of sums.
const ARITHMETIC: usize = 1_000_000;

thread_local! {
    static EFFORT_LEFT: Cell<usize> = const { Cell::new(EFFORT) };
    static ARITHMETIC_LEFT: Cell<usize> = const { Cell::new(ARITHMETIC) };
}

/// Begins to count anew.
pub fn reset() {
    EFFORT_LEFT.set(EFFORT);
    ARITHMETIC_LEFT.set(ARITHMETIC);
}

/// Counts work on sums of so many terms; no if it is too much for one expansion. From then on what hangs on constants
/// is 1, and the network is given up.
pub fn spend(terms: usize) -> bool {
    ARITHMETIC_LEFT.set(ARITHMETIC_LEFT.get().saturating_sub(terms));
    !is_exhausted()
}

/// Whether so much hung on constants that what was found is wrong.
pub fn is_exhausted() -> bool {
    ARITHMETIC_LEFT.get() == 0
}

/// Whether so much more may be tried. Who is told no leaves a help out, never a mistake.
pub fn may_try(effort: usize) -> bool {
    let left = EFFORT_LEFT.get().checked_sub(effort);
    EFFORT_LEFT.set(left.unwrap_or(0));
    left.is_some()
}

/// How many tokens there are.
pub fn size(tokens: &TokenStream) -> usize {
    let of = |token| match token {
        TokenTree::Group(group) => 1 + size(&group.stream()),
        _ => 1,
    };
    tokens.clone().into_iter().map(of).sum()
}

/// A text without its middle if it has more letters than anybody reads.
pub fn shortened(text: &str, most: usize) -> String {
    let letters: Vec<char> = text.chars().collect();
    // A mark that stands for a number must stay whole.
    if letters.len() <= most || text.contains(crate::shape::NUMBER) {
        return text.into();
    }
    let (start, end) = (&letters[..most * 2 / 3], &letters[letters.len() - most / 4..]);
    start.iter().chain(&[' ', '…', ' ']).chain(end).collect()
}

/// The tokens without what stands too deep in them, and where that is.
pub fn shallow(tokens: TokenStream) -> (TokenStream, Option<Error>) {
    let mut error = None;
    let kept = cut(tokens.clone(), 0, &mut error);
    // As they were written they know better where their brackets are.
    if error.is_some() { (kept, error) } else { (tokens, None) }
}

/// Leaves out what is deeper in a tree of expressions than `OPERATORS`; `depth` is that of the bracket around.
fn cut(tokens: TokenStream, depth: usize, error: &mut Option<Error>) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let ends = |token: &TokenTree| match token {
        TokenTree::Punct(sign) => matches!(sign.as_char(), ',' | ';' | '#'),
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        _ => false,
    };
    let mut kept = TokenStream::new();
    for expression in tokens.split_inclusive(ends) {
        let operators = (0..expression.len()).filter(|i| is_operator(expression, *i)).count();
        for (i, token) in expression.iter().enumerate() {
            let mut refuse = |line: String| {
                error.get_or_insert_with(|| Error::new(Place::from(token.span()), line));
            };
            match token {
                TokenTree::Group(group) if depth + BRACKET > OPERATORS => {
                    refuse(format!("brackets stand in one another {BRACKETS} deep at most"));
                    kept.extend([TokenTree::from(refilled(group, TokenStream::new()))]);
                }
                TokenTree::Group(group) => {
                    let deeper = (depth + operators).min(OPERATORS - BRACKET) + BRACKET;
                    let inside = cut(group.stream(), deeper, error);
                    kept.extend([TokenTree::from(refilled(group, inside))]);
                }
                _ if depth + operators > OPERATORS && is_operator(expression, i) => refuse(format!(
                    "an expression has {OPERATORS} operators at most, a bracket counted as {BRACKET}: name parts of it"
                )),
                other => kept.extend([other.clone()]),
            }
        }
    }
    kept
}

/// Whether that token is an operator; an arrow is none, and a chain of layers may be long.
fn is_operator(tokens: &[TokenTree], at: usize) -> bool {
    let sign = |at: usize| match tokens.get(at) {
        Some(TokenTree::Punct(sign)) => Some((sign.as_char(), sign.spacing())),
        _ => None,
    };
    let is_arrow = |at: usize| {
        sign(at) == Some(('-', Spacing::Joint)) && sign(at + 1).is_some_and(|(sign, _)| sign == '>')
    };
    let Some((sign, _)) = sign(at) else { return false };
    "+-*/.!&|<>%^".contains(sign) && !is_arrow(at) && !at.checked_sub(1).is_some_and(is_arrow)
}

fn refilled(group: &Group, inside: TokenStream) -> Group {
    let mut copy = Group::new(group.delimiter(), inside);
    copy.set_span(group.span());
    copy
}
