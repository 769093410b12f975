//! What people write who come from other languages and frameworks, put right before it is read, so that one slip is one
//! mistake: each is reported once, with the edit, and the rest of the body is read as if it had been made.

mod flow;
mod frameworks;
mod functions;
mod made;
mod signs;
mod whole;
mod words;

pub use words::{QUOTED, capital_line, instead_of_statement, lowered};

use crate::errors::{Error, Errors, Place};
use crate::suggest;
use proc_macro2::{Delimiter, Group, Punct, Spacing, Span, TokenStream, TokenTree};

/// Stands for a value of which nothing is known, after an error.
pub const UNKNOWN: &str = "__unknown_value";

/// A body's tokens without such slips.
pub fn mend(tokens: TokenStream, capitals: Vec<String>, errors: &mut Errors) -> TokenStream {
    let all: Vec<TokenTree> = tokens.into_iter().collect();
    let declared = whole::declared(&all);
    let (level, habit, closure, changed) = (Level::Body, None, false, false);
    Mender { all, at: 0, out: Vec::new(), level, habit, closure, capitals, declared, changed, errors }.run().0
}

#[derive(Clone, Copy, PartialEq)]
enum Level {
    Body,
    /// The arguments of a layer or a function.
    Arguments,
    /// A layer that is repeated, a shape, or several values by mistake.
    Brackets,
    /// Any other group.
    Other,
}

struct Mender<'e> {
    all: Vec<TokenTree>,
    at: usize,
    out: Vec<TokenTree>,
    level: Level,
    /// The last error about a sign for an arrow: all in one statement are one habit, and one mistake.
    habit: Option<(String, usize)>,
    /// Whether a function of numbers has begun in this statement, which has signs of its own.
    closure: bool,
    /// Inputs and values whose names begin with a capital by mistake.
    capitals: Vec<String>,
    /// Names of layers that are used later.
    declared: Vec<String>,
    changed: bool,
    errors: &'e mut Errors,
}

impl Mender<'_> {
    fn run(mut self) -> (TokenStream, bool) {
        while self.at < self.all.len() {
            let mended = self.arrow()
                || self.broken_chain()
                || self.declaration()
                || self.listed_layers()
                || self.input()
                || self.whole_expression()
                || self.whole_layer()
                || self.receiver()
                || self.path()
                || self.method()
                || self.word()
                || self.capital()
                || self.statement()
                || self.assignment()
                || self.literal()
                || self.sequential()
                || self.foreign_layer()
                || self.brackets()
                || self.operator();
            self.changed |= mended;
            if !mended {
                let token = self.all[self.at].clone();
                self.at += 1;
                match &token {
                    TokenTree::Punct(p) if p.as_char() == ';' => (self.habit, self.closure) = (None, false),
                    TokenTree::Punct(p) if p.as_char() == '|' => self.closure = true,
                    _ => {}
                }
                let token = self.inside(token);
                self.out.push(token);
            }
        }
        (self.out.into_iter().collect(), self.changed)
    }

    /// A group with its own slips mended.
    fn inside(&mut self, token: TokenTree) -> TokenTree {
        let TokenTree::Group(group) = &token else { return token };
        let after_name = matches!(self.out.last(), Some(TokenTree::Ident(_)));
        let level = match group.delimiter() {
            Delimiter::Parenthesis if after_name => Level::Arguments,
            Delimiter::None => self.level,
            Delimiter::Bracket => Level::Brackets,
            _ => Level::Other,
        };
        // Functions of numbers have signs of their own.
        if matches!(self.out.last(), Some(TokenTree::Ident(name)) if name == "map") {
            return token;
        }
        let all = group.stream().into_iter().collect();
        let (capitals, declared) = (self.capitals.clone(), self.declared.clone());
        let (out, habit, closure, changed) = (Vec::new(), None, false, false);
        let (stream, changed) = Mender {
            all,
            at: 0,
            out,
            level,
            habit,
            closure,
            capitals,
            declared,
            changed,
            errors: self.errors,
        }
        .run();
        // A new group does not know where its brackets are.
        if !changed {
            return token;
        }
        self.changed = true;
        let mut mended = Group::new(group.delimiter(), stream);
        mended.set_span(group.span());
        TokenTree::Group(mended)
    }

    fn token(&self, ahead: usize) -> Option<&TokenTree> {
        self.all.get(self.at + ahead)
    }

    fn punct(&self, ahead: usize) -> Option<char> {
        match self.token(ahead) {
            Some(TokenTree::Punct(p)) => Some(p.as_char()),
            _ => None,
        }
    }

    fn is_joint(&self, ahead: usize) -> bool {
        matches!(self.token(ahead), Some(TokenTree::Punct(p)) if p.spacing() == Spacing::Joint)
    }

    fn ident(&self, ahead: usize) -> Option<String> {
        match self.token(ahead) {
            Some(TokenTree::Ident(name)) => Some(name.to_string()),
            _ => None,
        }
    }

    fn is_capital(&self, ahead: usize) -> bool {
        self.ident(ahead).is_some_and(|name| name.starts_with(char::is_uppercase))
    }

    fn group(&self, ahead: usize, delimiter: Delimiter) -> Option<&Group> {
        match self.token(ahead) {
            Some(TokenTree::Group(group)) if group.delimiter() == delimiter => Some(group),
            _ => None,
        }
    }

    fn span(&self, ahead: usize) -> Span {
        self.token(ahead).map_or_else(Span::call_site, TokenTree::span)
    }

    fn place(&self, tokens: usize) -> Place {
        Place { first: self.span(0), last: self.span(tokens - 1) }
    }

    fn last_is(&self, c: char) -> bool {
        matches!(self.out.last(), Some(TokenTree::Punct(p)) if p.as_char() == c)
    }

    /// Whether the tokens so far end with an arrow, or with an arrow and a label.
    fn is_behind_arrow(&self) -> bool {
        let out = &self.out[..];
        let out = match out {
            [.., TokenTree::Ident(_), TokenTree::Punct(p)] if p.as_char() == ':' => &out[..out.len() - 2],
            _ => out,
        };
        matches!(out, [.., TokenTree::Punct(a), TokenTree::Punct(b)] if a.as_char() == '-' && b.as_char() == '>')
    }

    /// Whether a value or a layer may begin here.
    fn is_at_start(&self) -> bool {
        match self.out.last() {
            None => true,
            Some(TokenTree::Punct(p)) => p.as_char() != '.',
            Some(TokenTree::Ident(word)) => word == "return",
            _ => false,
        }
    }

    fn is_behind_value(&self) -> bool {
        matches!(self.out.last(), Some(TokenTree::Ident(_) | TokenTree::Group(_) | TokenTree::Literal(_)))
    }

    fn push_arrow(&mut self, span: Span) {
        for (c, spacing) in [('-', Spacing::Joint), ('>', Spacing::Alone)] {
            let mut punct = Punct::new(c, spacing);
            punct.set_span(span);
            self.out.push(punct.into());
        }
    }

    /// Reports a sign, or adds its change to that of the same sign before.
    fn habitual(&mut self, sign: String, error: Error) {
        match &self.habit {
            Some((earlier, number)) if *earlier == sign => {
                for change in error.helps.into_iter().flat_map(|help| help.changes) {
                    self.errors.extend_help(*number, change);
                }
            }
            _ => {
                self.habit = Some((sign, self.errors.count()));
                self.errors.push(error);
            }
        }
    }
}

/// New tokens that stand where others stood.
fn placed(text: &str, span: Span) -> Vec<TokenTree> {
    let placed = |mut token: TokenTree| {
        if let TokenTree::Group(group) = &token {
            let mut inner = Group::new(group.delimiter(), placed_stream(group.stream(), span));
            inner.set_span(span);
            return TokenTree::Group(inner);
        }
        token.set_span(span);
        token
    };
    text.parse::<TokenStream>().unwrap_or_default().into_iter().map(placed).collect()
}

fn placed_stream(tokens: TokenStream, span: Span) -> TokenStream {
    placed(&tokens.to_string(), span).into_iter().collect()
}

/// What stands between the commas of a group, as tokens.
fn parts_of(group: &Group) -> Vec<TokenStream> {
    suggest::between_commas(group.stream())
}

/// The same as text; chains in parentheses.
fn split(group: &Group) -> Vec<String> {
    let texts = parts_of(group).into_iter().map(|part| suggest::source(&part));
    texts.map(|text| if text.contains("->") { format!("({text})") } else { text }).collect()
}

/// What stands in one pair of brackets around all, as in `Sequential([…])`.
fn unwrapped(group: &Group) -> Group {
    let mut tokens = group.stream().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Group(inner)), None) if inner.delimiter() == Delimiter::Bracket => inner,
        _ => group.clone(),
    }
}
