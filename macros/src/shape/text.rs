//! Numbers in texts that nobody knows yet: a mark stands for each, until the compiler puts the number in or a reader
//! gets to see the expression.

use super::Dim;
use super::table::{self, Constant, Term};

/// In front of a mark that stands for a number, and of one that stands for the `s` behind it: private characters, which
/// no source can have outside of its texts.
pub const NUMBER: char = '\u{E0F1}';
pub const PLURAL: char = '\u{E0F2}';
const END: char = '\u{E0F3}';

/// How many constants and brackets an expression shows.
const MOST_NAMES: usize = 100;

/// A part of a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    Text(String),
    Number(Dim),
    /// An `s`, unless the number is 1.
    Plural(Dim),
}

pub(super) fn hole(place: usize) -> String {
    format!("{NUMBER}{place}{END}")
}

/// The `s` of a noun behind a number.
pub(super) fn plural(n: Dim) -> String {
    match n.open() {
        None if n.is(1) => String::new(),
        None => "s".into(),
        Some(place) => format!("{PLURAL}{place}{END}"),
    }
}

/// A text with its numbers taken apart.
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find([NUMBER, PLURAL]) {
        plain += &rest[..at];
        let mark = &rest[at..];
        let is_number = mark.starts_with(NUMBER);
        let Some((place, behind)) = mark[NUMBER.len_utf8()..].split_once(END) else { break };
        // What a source has in its own texts may look like a mark.
        let Some(place) = place.parse().ok().filter(|place| table::is_entry(*place)) else { break };
        if !plain.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut plain)));
        }
        let n = Dim::at(place);
        pieces.push(if is_number { Piece::Number(n) } else { Piece::Plural(n) });
        rest = behind;
    }
    plain += rest;
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    pieces
}

/// A text with an expression over the constants where a number is not known, as a user would write it.
pub fn source(text: &str) -> String {
    let parts = pieces(text).into_iter().map(|piece| match piece {
        Piece::Text(text) => text,
        Piece::Number(n) => {
            let mut left = MOST_NAMES;
            expression(n, false, &mut left)
        }
        Piece::Plural(_) => "s".into(),
    });
    parts.collect()
}

/// `2 * SIDE + 1`; in brackets if something that binds closer stands round it.
fn expression(n: Dim, inner: bool, left: &mut usize) -> String {
    if let Some(n) = n.integer() {
        return n.to_string();
    }
    let (number, products) = n.products();
    let mut text = String::new();
    let append = |factor: i128, product: String, text: &mut String| {
        let sign = match (factor < 0, text.is_empty()) {
            (true, true) => "-",
            (true, false) => " - ",
            (false, true) => "",
            (false, false) => " + ",
        };
        *text += sign;
        *text += &product;
    };
    // What is added first, so that no sign begins the text if there is another way.
    let (plus, minus): (Vec<_>, Vec<_>) = products.into_iter().partition(|(factor, _)| *factor > 0);
    for (factor, terms) in plus.into_iter().chain(minus) {
        let alone = terms.len() == 1 && factor.unsigned_abs() == 1;
        let terms: Vec<_> = terms.into_iter().map(|t| term(t, alone, left)).collect();
        let product = match factor.unsigned_abs() {
            1 => terms.join(" * "),
            n => format!("{n} * {}", terms.join(" * ")),
        };
        append(factor, product, &mut text);
    }
    if number != 0 {
        append(number, number.unsigned_abs().to_string(), &mut text);
    }
    if inner && text.contains(' ') && !text.starts_with("max(") && !text.starts_with("min(") {
        format!("({text})")
    } else {
        text
    }
}

fn term(term: Term, alone: bool, left: &mut usize) -> String {
    if *left == 0 {
        return "…".into();
    }
    *left -= 1;
    let mut expression = |n, inner| expression(n, inner, left);
    match term {
        Term::Constant(place) => Constant::at(place).path.join("::"),
        Term::Quotient(a, b) => {
            let text = format!("{} / {}", expression(a, true), expression(b, true));
            if alone { text } else { format!("({text})") }
        }
        Term::Larger(a, b) => format!("max({}, {})", expression(a, false), expression(b, false)),
        Term::Smaller(a, b) => format!("min({}, {})", expression(a, false), expression(b, false)),
        Term::Choice(_, a, b) => format!("({} or {})", expression(a, false), expression(b, false)),
        Term::Found(number) => format!("place {number}"),
    }
}
