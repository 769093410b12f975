//! Words of other languages: `return`, `True`, words in quotes, names in capitals, statements of Rust.

use super::{Level, Mender};
use crate::errors::{Change, Error, How};
use crate::suggest;
use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

/// Words of Rust that begin a statement, and what there is in their place.
const STATEMENTS: [(&str, &str); 10] = [
    ("for", "layers in a row are written `[Dense(64); 3]`"),
    ("while", "layers in a row are written `[Dense(64); 3]`"),
    ("loop", "layers in a row are written `[Dense(64); 3]`"),
    ("if", "a network does the same for every sample"),
    ("match", "a network does the same for every sample"),
    ("const", "constants stand outside of `network!`"),
    ("static", "constants stand outside of `network!`"),
    ("fn", "a `block` stands beside the network"),
    ("def", "a `block` stands beside the network"),
    ("struct", "a network stands beside the other"),
];

/// How a mistake ends that is about quotes alone.
pub const QUOTED: &str = "stands in quotes: words and numbers do not here";

/// What stands in the list of such names before that of a layer, which data flows through.
const ARROW: &str = "-> ";

impl Mender<'_> {
    /// `return`, Python's `True` and `False`.
    pub(super) fn word(&mut self) -> bool {
        let Some(word) = self.ident(0) else { return false };
        let place = self.place(1);
        let starts = self.out.is_empty() || self.last_is(';');
        if word == "return" && self.level == Level::Body && starts && self.token(1).is_some() {
            let line = "`return` is not needed: the last expression of a body is its result";
            let mut changes = vec![Change { place, how: How::Replace, text: String::new() }];
            // The semicolon of `return x;` is a part of the habit.
            let is_end = |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ';');
            if self.all.iter().skip(self.at).position(is_end) == Some(self.all.len() - self.at - 1)
                && let Some(end) = self.all.pop()
            {
                changes.push(Change { place: end.span().into(), how: How::Replace, text: String::new() });
                self.changed = true;
            }
            self.errors.push(Error::new(place, line).help_with("leave it out", changes));
            self.at += 1;
            return true;
        }
        let lower = word.to_lowercase();
        if self.level == Level::Arguments && ["True", "False"].contains(&word.as_str()) && self.last_is(':') {
            let line = format!("`{word}` is written `{lower}`");
            self.errors.push(Error::new(place, line).help_replace(
                format!("`{lower}`"),
                place,
                lower.clone(),
            ));
            self.out.push(Ident::new(&lower, place.first).into());
            self.at += 1;
            return true;
        }
        false
    }

    /// `let Hidden = …;`, `layer Encoder = …;`, and what it names.
    pub(super) fn capital(&mut self) -> bool {
        let Some(name) = self.ident(0).filter(|name| name.starts_with(char::is_uppercase)) else {
            return false;
        };
        let lower = lowered(&name);
        let place = self.place(1);
        let line = capital_line(&name);
        let is_layer = matches!(self.out.last(), Some(TokenTree::Ident(word)) if word == "layer");
        let binds = ["let", "param"];
        let binds =
            matches!(self.out.last(), Some(TokenTree::Ident(word)) if binds.iter().any(|b| word == b));
        if binds || is_layer {
            self.errors.push(Error::new(place, line).help_replace(
                format!("`{lower}`"),
                place,
                lower.clone(),
            ));
            self.capitals.push(if is_layer { format!("{ARROW}{name}") } else { name });
        } else if self.is_at_start()
            && self.capitals.contains(&match self.is_behind_arrow() {
                true => format!("{ARROW}{name}"),
                false => name.clone(),
            })
        {
            let number = self.errors.lines().iter().position(|other| *other == line);
            let change = Change { place, how: How::Replace, text: lower.clone() };
            number.into_iter().for_each(|number| self.errors.extend_help(number, change.clone()));
        } else {
            return false;
        }
        self.out.push(Ident::new(&lower, place.first).into());
        self.at += 1;
        true
    }

    /// Statements of Rust that a network has not.
    pub(super) fn statement(&mut self) -> bool {
        let starts = self.level == Level::Body && (self.out.is_empty() || self.last_is(';'));
        let Some(word) = self.ident(0).filter(|_| starts) else { return false };
        let Some((_, instead)) = STATEMENTS.iter().find(|(statement, _)| *statement == word) else {
            return false;
        };
        // A value may have that name by mistake.
        let is_let = self.ident(1).is_some() && self.punct(2) == Some('=');
        let is_value = is_let && word == "const"
            || matches!(self.punct(1), Some('-' | '+' | '*' | '/' | ','))
            || self.token(1).is_none();
        if is_value {
            return false;
        }
        let line = format!("`{word}` has no meaning in a network");
        self.errors.push(Error::new(self.place(1), line).note(*instead));
        while let Some(token) = self.all.get(self.at) {
            let end = matches!(token, TokenTree::Punct(p) if p.as_char() == ';');
            let is_braces = matches!(token, TokenTree::Group(g) if g.delimiter() == Delimiter::Brace);
            let goes_on = self.ident(1).is_some_and(|next| next == "else");
            self.at += 1;
            if end || is_braces && !goes_on {
                break;
            }
        }
        true
    }

    /// Words in quotes.
    pub(super) fn literal(&mut self) -> bool {
        let Some(TokenTree::Literal(literal)) = self.token(0) else { return false };
        if self.level != Level::Arguments {
            return false;
        }
        let text = literal.to_string();
        let quoted = text.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
        let quoted = quoted.or_else(|| text.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')));
        let Some(word) = quoted.map(str::to_lowercase) else { return false };
        let tokens: Vec<TokenTree> =
            word.parse::<TokenStream>().map(|t| t.into_iter().collect()).unwrap_or_default();
        let [token] = &tokens[..] else { return false };
        if matches!(token, TokenTree::Group(_) | TokenTree::Punct(_)) {
            return false;
        }
        // An argument that does not exist is the mistake then.
        let label = match &self.out[..] {
            [.., TokenTree::Ident(label), TokenTree::Punct(p)] if [':', '='].contains(&p.as_char()) => {
                label.to_string()
            }
            _ => String::new(),
        };
        let place = self.place(1);
        if !["name", "activation", "data_format", "dtype", "device"].contains(&label.as_str()) {
            let line = format!("`{text}` {QUOTED}");
            self.errors.push(Error::new(place, line).help_replace(format!("`{word}`"), place, word.clone()));
        }
        let mut token = token.clone();
        token.set_span(place.first);
        self.out.push(token);
        self.at += 1;
        true
    }
}

/// What there is in the place of a word that begins a statement of Rust's, if it is one that a value cannot begin with.
pub fn instead_of_statement(word: &str) -> Option<&'static str> {
    let begins = ["for", "while", "loop", "if", "match"].contains(&word);
    STATEMENTS.iter().find(|(statement, _)| begins && *statement == word).map(|(_, instead)| *instead)
}

/// What is said of a value's name with a capital.
pub fn capital_line(name: &str) -> String {
    format!("`{name}` begins with a capital, as layers do; values and names do not")
}

/// A name in small letters: `hidden_size` of `HiddenSize`, `fc` of `FC`.
pub fn lowered(name: &str) -> String {
    if name.contains(char::is_lowercase) { suggest::snake_case(name) } else { name.to_lowercase() }
}
