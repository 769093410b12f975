//! The pipeline up to gate 2 as plain functions: text in, a list of mistakes out.

mod constants;
mod corpus;
mod gallery;
mod layers;
mod limits;
mod lints;
mod messages;
mod plans;
mod properties;
mod spatial;
mod typing;
mod valid;

use crate::ast::Program;
use crate::errors::{Change, Error, Errors, How, Place};
use crate::graph::Shaped;
use crate::{parse, remedies};

/// Runs all stages that report. As behind gate 1, shapes are inferred for what could be resolved.
pub fn analyse(source: &str) -> (Vec<Shaped>, Vec<Error>) {
    crate::limits::reset();
    let tokens: proc_macro2::TokenStream =
        source.parse().unwrap_or_else(|e| panic!("{source} is no run of tokens: {e}"));
    let mut errors = Errors::new();
    let shaped = analyse_all(&parse::parse(tokens.clone(), &mut errors), &mut errors);
    remedies::keep_proved(&tokens, &mut errors);
    (shaped, errors.into_sorted())
}

/// Runs all stages behind the parser that report.
pub fn analyse_all(program: &Program, errors: &mut Errors) -> Vec<Shaped> {
    remedies::analyse(program, errors)
}

/// Where spans of the text that was parsed last begin in the bytes that `byte_range` counts.
fn range(source: &str, place: Place) -> std::ops::Range<usize> {
    // Columns count characters.
    let at = |line: usize, column: usize| {
        let mut lines = source.split_inclusive('\n');
        let before: usize = lines.by_ref().take(line - 1).map(str::len).sum();
        before + lines.next().map_or(0, |line| line.chars().take(column).map(char::len_utf8).sum())
    };
    let (start, end) = (place.first.start(), place.last.end());
    at(start.line, start.column)..at(end.line, end.column)
}

/// The text that an error underlines.
pub fn underlined<'a>(source: &'a str, error: &Error) -> &'a str {
    &source[range(source, error.place)]
}

/// The source after a help was followed.
pub fn follow(source: &str, changes: &[Change]) -> String {
    let mut edits: Vec<(usize, usize, &str)> = changes
        .iter()
        .map(|change| {
            let range = range(source, change.place);
            match change.how {
                How::Before => (range.start, range.start, change.text.as_str()),
                How::After => (range.end, range.end, change.text.as_str()),
                How::Replace => (range.start, range.end, change.text.as_str()),
            }
        })
        .collect();
    edits.sort();
    let mut text = source.to_string();
    for (start, end, new) in edits.into_iter().rev() {
        text.replace_range(start..end, new);
    }
    text
}

/// An error as one text: the underlined tokens, then what is said.
pub fn show(source: &str, errors: &[Error]) -> String {
    let texts: Vec<_> = errors.iter().map(|e| format!("^ {}\n{e}", underlined(source, e))).collect();
    texts.join("\n")
}
