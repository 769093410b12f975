//! A place in a run of tokens.

use crate::errors::Place;
use proc_macro2::{Delimiter, Group, Ident, Spacing, Span, TokenStream, TokenTree};

/// Reads tokens one after another; groups are read by a cursor of their own.
pub struct Cursor {
    tokens: Vec<TokenTree>,
    at: usize,
    /// Where an error about the end is shown: on the last token before it.
    end: Span,
}

impl Cursor {
    pub fn new(tokens: TokenStream, end: Span) -> Cursor {
        let mut flat = Vec::new();
        flatten(tokens, &mut flat);
        Cursor { tokens: flat, at: 0, end }
    }

    /// What stands between a group's delimiters.
    pub fn inside(group: &Group) -> Cursor {
        Cursor::new(group.stream(), group.span_close())
    }

    pub fn at(&self) -> usize {
        self.at
    }

    /// Reads on from an earlier place.
    pub fn back_to(&mut self, at: usize) {
        self.at = at.min(self.at);
    }

    pub fn is_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    pub fn peek(&self) -> Option<&TokenTree> {
        self.tokens.get(self.at)
    }

    pub fn next(&mut self) -> Option<TokenTree> {
        let token = self.tokens.get(self.at).cloned();
        self.at += usize::from(token.is_some());
        token
    }

    /// The next token's place, or that of the one before the end.
    pub fn place(&self) -> Place {
        match self.peek() {
            Some(token) => token.span().into(),
            None => self.before(),
        }
    }

    /// The place of the next two tokens, which make one sign.
    pub fn pair_place(&self) -> Place {
        match self.tokens.get(self.at + 1) {
            Some(second) => self.place().to(second.span().into()),
            None => self.place(),
        }
    }

    /// Whether `..` comes after the next token, or now.
    pub fn peek_dots(&self, ahead: usize) -> bool {
        self.is_punct(ahead, '.') && self.is_punct(ahead + 1, '.')
    }

    /// Whether `..=` comes after so many tokens.
    pub fn peek_inclusive(&self, ahead: usize) -> bool {
        self.peek_dots(ahead) && self.is_punct(ahead + 2, '=')
    }

    /// Whether nothing comes after so many tokens.
    pub fn peek_end(&self, ahead: usize) -> bool {
        self.at + ahead >= self.tokens.len()
    }

    /// Whether parentheses come after so many tokens.
    pub fn peek_inputs_at(&self, ahead: usize) -> bool {
        let token = self.tokens.get(self.at + ahead);
        matches!(token, Some(TokenTree::Group(g)) if g.delimiter() == Delimiter::Parenthesis)
    }

    /// Whether a comma comes after so many tokens.
    pub fn peek_comma_after(&self, ahead: usize) -> bool {
        self.is_punct(ahead, ',')
    }

    /// Whether the number 1 comes after the next token.
    pub fn peek_one_after(&self) -> bool {
        matches!(self.tokens.get(self.at + 1), Some(TokenTree::Literal(n)) if n.to_string() == "1")
    }

    /// The place of the token that was read last.
    pub fn before(&self) -> Place {
        match self.at.checked_sub(1).and_then(|i| self.tokens.get(i)) {
            Some(token) => token.span().into(),
            None => self.end.into(),
        }
    }

    /// The tokens read since `start`.
    /// Whether what begins there or ends here is a side of an operator.
    pub fn is_operand(&self, start: usize) -> bool {
        let sign = self.sign_before(start).filter(|(sign, _)| "+-*/".contains(*sign));
        sign.is_some() || self.peek_operator().is_some()
    }

    /// The sign before a place.
    pub fn sign_before(&self, start: usize) -> Option<(char, Span)> {
        match self.tokens.get(start.checked_sub(1)?)? {
            TokenTree::Punct(punct) => Some((punct.as_char(), punct.span())),
            _ => None,
        }
    }

    /// The name on the other side of the operator before a place.
    pub fn other_operand(&self, start: usize) -> Option<String> {
        match self.tokens.get(start.checked_sub(2)?)? {
            TokenTree::Ident(name) => Some(name.to_string()),
            _ => None,
        }
    }

    pub fn since(&self, start: usize) -> TokenStream {
        self.tokens[start.min(self.at)..self.at].iter().cloned().collect()
    }

    /// All tokens but those read since `start`.
    pub fn without(&self, start: usize) -> TokenStream {
        let kept = self.tokens[..start.min(self.at)].iter().chain(&self.tokens[self.at..]);
        kept.cloned().collect()
    }

    pub fn peek_punct(&self, c: char) -> bool {
        self.is_punct(0, c)
    }

    fn is_punct(&self, ahead: usize, c: char) -> bool {
        matches!(self.tokens.get(self.at + ahead), Some(TokenTree::Punct(p)) if p.as_char() == c)
    }

    fn peek_pair(&self, first: char, second: char) -> bool {
        let joint = matches!(self.peek(), Some(TokenTree::Punct(p)) if p.spacing() == Spacing::Joint);
        joint && self.is_punct(0, first) && self.is_punct(1, second)
    }

    pub fn peek_arrow(&self) -> bool {
        self.peek_pair('-', '>')
    }

    /// Whether an arrow comes after the next token.
    pub fn peek_arrow_after(&self) -> bool {
        let joint = matches!(self.tokens.get(self.at + 1), Some(TokenTree::Punct(p)) if p.spacing() == Spacing::Joint);
        joint && self.is_punct(1, '-') && self.is_punct(2, '>')
    }

    /// `- >`
    pub fn peek_dash_and_arrow(&self) -> bool {
        self.is_punct(0, '-') && self.is_punct(1, '>')
    }

    pub fn peek_fat_arrow(&self) -> bool {
        self.peek_pair('=', '>')
    }

    /// A `:` that is not half of `::`.
    pub fn peek_colon(&self) -> bool {
        self.is_punct(0, ':') && !self.peek_pair(':', ':')
    }

    /// Whether an identifier and a single colon follow; in `min:-2` the colon and the sign behind it are two.
    pub fn peek_label(&self) -> bool {
        matches!(self.peek(), Some(TokenTree::Ident(_))) && self.is_punct(1, ':') && !self.peek_path_after()
    }

    /// Whether an identifier and `=` follow, as in Python's `dim=1`.
    pub fn peek_equals_after(&self) -> bool {
        self.peek_ident().is_some() && self.is_punct(1, '=') && !self.is_punct(2, '=')
    }

    /// The operator that follows, if one does; an arrow is none.
    pub fn peek_operator(&self) -> Option<char> {
        match self.peek() {
            Some(TokenTree::Punct(p))
                if matches!(p.as_char(), '+' | '-' | '*' | '/') && !self.peek_arrow() =>
            {
                Some(p.as_char())
            }
            _ => None,
        }
    }

    /// Whether an operator comes after the next token.
    pub fn peek_operator_after(&self) -> bool {
        let Some(TokenTree::Punct(p)) = self.tokens.get(self.at + 1) else { return false };
        let arrow = p.as_char() == '-' && p.spacing() == Spacing::Joint && self.is_punct(2, '>');
        matches!(p.as_char(), '+' | '-' | '*' | '/') && !arrow
    }

    /// Whether `::` comes after the next token.
    pub fn peek_path_after(&self) -> bool {
        let joint = matches!(self.tokens.get(self.at + 1), Some(TokenTree::Punct(p)) if p.spacing() == Spacing::Joint);
        joint && self.is_punct(1, ':') && self.is_punct(2, ':')
    }

    /// Whether `::` follows.
    pub fn peek_path_sign(&self) -> bool {
        self.peek_pair(':', ':')
    }

    pub fn take_path_sign(&mut self) -> bool {
        let found = self.peek_path_sign();
        self.at += if found { 2 } else { 0 };
        found
    }

    /// Whether `..` stands somewhere before the next comma.
    pub fn peek_range(&self) -> bool {
        let rest = (0..self.tokens.len() - self.at).take_while(|&ahead| !self.is_punct(ahead, ','));
        rest.into_iter().any(|ahead| self.peek_dots(ahead))
    }

    pub fn peek_ident(&self) -> Option<&Ident> {
        match self.peek() {
            Some(TokenTree::Ident(ident)) => Some(ident),
            _ => None,
        }
    }

    pub fn peek_word(&self, word: &str) -> bool {
        self.peek_ident().is_some_and(|i| i == word)
    }

    /// Whether the token after the next is an identifier.
    pub fn peek_second_ident(&self) -> bool {
        matches!(self.tokens.get(self.at + 1), Some(TokenTree::Ident(_)))
    }

    pub fn peek_group(&self, delimiter: Delimiter) -> bool {
        matches!(self.peek(), Some(TokenTree::Group(g)) if g.delimiter() == delimiter)
    }

    /// Whether a group comes after the next token.
    pub fn peek_group_after(&self, delimiter: Delimiter) -> bool {
        matches!(self.tokens.get(self.at + 1), Some(TokenTree::Group(g)) if g.delimiter() == delimiter)
    }

    pub fn take_punct(&mut self, c: char) -> bool {
        let found = self.peek_punct(c);
        self.at += usize::from(found);
        found
    }

    pub fn take_arrow(&mut self) -> bool {
        let found = self.peek_arrow();
        self.at += if found { 2 } else { 0 };
        found
    }

    pub fn take_ident(&mut self) -> Option<Ident> {
        let ident = self.peek_ident().cloned();
        self.at += usize::from(ident.is_some());
        ident
    }

    pub fn take_group(&mut self, delimiter: Delimiter) -> Option<Group> {
        match self.peek() {
            Some(TokenTree::Group(group)) if group.delimiter() == delimiter => {
                let group = group.clone();
                self.at += 1;
                Some(group)
            }
            _ => None,
        }
    }

    /// Skips to the next of these characters, which stays unread.
    pub fn skip_to(&mut self, stops: &[char]) {
        while !self.is_end() && !stops.iter().any(|&c| self.peek_punct(c)) {
            self.at += 1;
        }
    }

    /// What comes before the next of these signs, which stays unread.
    pub fn to_end_of(&self, stops: &[char]) -> TokenStream {
        let is_stop =
            |token: &&TokenTree| matches!(token, TokenTree::Punct(p) if stops.contains(&p.as_char()));
        self.tokens[self.at.min(self.tokens.len())..]
            .iter()
            .take_while(|token| !is_stop(token))
            .cloned()
            .collect()
    }

    /// Skips to the next `;` or `->`, which stays unread.
    pub fn skip_to_stage_end(&mut self) {
        while !self.is_end() && !self.peek_punct(';') && !self.peek_arrow() {
            self.at += 1;
        }
    }

    /// The next token as an error should show it.
    pub fn found(&self) -> String {
        match self.peek() {
            None => "the end".into(),
            Some(TokenTree::Group(group)) => match group.delimiter() {
                Delimiter::Parenthesis => "`(`".into(),
                Delimiter::Brace => "`{`".into(),
                Delimiter::Bracket => "`[`".into(),
                Delimiter::None => "an expression".into(),
            },
            Some(_) if self.peek_arrow() => "`->`".into(),
            Some(_) if self.peek_fat_arrow() => "`=>`".into(),
            Some(token) => format!("`{token}`"),
        }
    }
}

/// Takes away the invisible brackets that a `macro_rules!` fragment comes in.
fn flatten(tokens: TokenStream, flat: &mut Vec<TokenTree>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => flatten(group.stream(), flat),
            other => flat.push(other),
        }
    }
}
