//! Signs and brackets that mean something else here, or nothing: `=>`, `.`, `Dense[3]`, `@`, a value without its `let`.

use super::{Level, Mender, placed};
use crate::errors::{Error, Place};
use crate::suggest;
use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, TokenTree};

impl Mender<'_> {
    /// Other signs where data flows: `=>`, `- >`, `|>`, `>`, and commas between layers.
    pub(super) fn arrow(&mut self) -> bool {
        if !self.is_behind_value() {
            return false;
        }
        let (a, b) = (self.punct(0), self.punct(1));
        let joint = self.is_joint(0);
        if self.closure {
            return false;
        }
        let name = |me: &Self, ahead| me.ident(ahead).is_some();
        let length = match (a, b) {
            // A claim, `=> [512]`, is part of the language.
            (Some('='), Some('>')) if joint && name(self, 2) => 2,
            (Some('-'), Some('>')) if !joint && name(self, 2) => 2,
            (Some('|' | '>' | '~'), Some('>')) if name(self, 2) => 2,
            (Some('>'), _) if name(self, 1) => 1,
            (Some('|'), _) if self.is_capital(1) => 1,
            (Some(','), _) if self.level == Level::Body && self.is_capital(1) => 1,
            _ => return false,
        };
        let is_closure = |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == '|');
        if self.out.iter().any(is_closure) {
            return false;
        }
        let place = self.place(length);
        let written = match (a, b) {
            (Some('-'), _) => "- >".into(),
            (Some(a), Some(b)) if length == 2 => format!("{a}{b}"),
            (a, _) => a.map(String::from).unwrap_or_default(),
        };
        let line = format!("expected `->`, found `{written}`: data flows along `->`");
        self.habitual(written, Error::new(place, line).help_replace("write `->`", place, "->"));
        let span = self.span(0);
        self.at += length;
        self.push_arrow(span);
        true
    }

    /// `x.Dense(3)`, `h.relu()`: what works on a value stands behind an arrow.
    pub(super) fn method(&mut self) -> bool {
        let called = self.is_capital(1) || self.group(2, Delimiter::Parenthesis).is_some();
        if self.punct(0) != Some('.') || self.ident(1).is_none() || !self.is_behind_value() || !called {
            return false;
        }
        let empty = self.group(2, Delimiter::Parenthesis).is_some_and(|group| group.stream().is_empty());
        let name = self.ident(1).unwrap_or_default();
        let place = if empty { self.place(3) } else { self.place(2) };
        let line = format!("`.{name}`: data flows along `->`");
        let error = Error::new(place, line);
        self.habitual(".".into(), error.help_replace(format!("`-> {name}`"), place, format!("-> {name}")));
        let span = self.span(0);
        self.push_arrow(span);
        let token = self.all[self.at + 1].clone();
        self.out.push(token);
        self.at += if empty { 3 } else { 2 };
        true
    }

    /// `h = x -> …;` without its `let`, and `y += x;`; `-> fc = Dense(3)`.
    pub(super) fn assignment(&mut self) -> bool {
        if self.is_behind_arrow() && self.punct(1) == Some('=') && !self.is_joint(1) && self.is_capital(2) {
            let Some(name) = self.ident(0) else { return false };
            let place = Place::from(self.span(1));
            let line = format!("a layer's name is written with a colon: `{name}: …`");
            self.errors.push(Error::new(place, line).help_replace("write `:`", place, ":"));
            let mut colon = Punct::new(':', Spacing::Alone);
            colon.set_span(place.first);
            let token = self.all[self.at].clone();
            self.out.extend([token, colon.into()]);
            self.at += 2;
            return true;
        }
        let starts = self.level == Level::Body && (self.out.is_empty() || self.last_is(';'));
        let Some(name) = self.ident(0).filter(|_| starts) else { return false };
        if name.starts_with(char::is_uppercase) || name == "let" {
            return false;
        }
        let span = self.span(0);
        let plain = self.punct(1) == Some('=') && !self.is_joint(1);
        let sign = self.punct(1).filter(|sign| {
            "+-*/".contains(*sign) && self.is_joint(1) && self.punct(2) == Some('=') && !self.is_joint(2)
        });
        let place = self.place(1);
        if plain {
            let line = format!("`{name}` has no `let`: a value is named with `let {name} = …;`");
            let error = Error::new(place, line);
            self.errors.push(error.help_replace(format!("`let {name} = …;`"), place, format!("let {name}")));
        } else if let Some(sign) = sign {
            let whole = self.place(3);
            let line = format!("`{name} {sign}=`: a value never changes, but a new one may take its name");
            let text = format!("let {name} = {name} {sign}");
            self.errors.push(Error::new(whole, line).help_replace(format!("`{text} …;`"), whole, text));
        } else {
            return false;
        }
        self.out.push(Ident::new("let", span).into());
        let token = self.all[self.at].clone();
        self.out.push(token.clone());
        self.at += 1;
        if let Some(sign) = sign {
            self.out.extend([
                Punct::new('=', Spacing::Alone).into(),
                token,
                Punct::new(sign, Spacing::Alone).into(),
            ]);
            self.at += 2;
        }
        true
    }

    /// `Dense[3]` and `Dense{3}`, and a part of a value in brackets.
    pub(super) fn brackets(&mut self) -> bool {
        let Some(TokenTree::Group(group)) = self.token(0).cloned() else { return false };
        let Some(TokenTree::Ident(name)) = self.out.last().cloned() else { return false };
        let place = self.place(1);
        let (name_text, inner) = (name.to_string(), suggest::source(&group.stream()));
        let capital = name_text.starts_with(char::is_uppercase);
        let behind = matches!(group.delimiter(), Delimiter::Bracket | Delimiter::Brace);
        if capital && behind && self.level == Level::Body {
            let found = if group.delimiter() == Delimiter::Bracket { "[" } else { "{" };
            let line = format!("the arguments of `{name}` stand in parentheses, found `{found}`");
            let error = Error::new(place, line);
            self.errors.push(error.help_replace(format!("`{name}({inner})`"), place, format!("({inner})")));
            let mut mended = Group::new(Delimiter::Parenthesis, group.stream());
            mended.set_span(group.span());
            self.all[self.at] = mended.into();
            return true;
        }
        let is_word = ["let", "in", "return"].contains(&name_text.as_str());
        if !capital && !is_word && group.delimiter() == Delimiter::Bracket && self.level == Level::Body {
            let whole = Place { first: name.span(), last: group.span() };
            let line = format!("a part of `{name}` is taken with `slice`, and not with brackets");
            let error = Error::new(whole, line);
            let text = format!("slice({name}, axis: 0, {inner})");
            self.errors.push(match inner.contains("..") {
                true => error.help_replace(format!("`{text}`"), whole, text.clone()),
                false => error,
            });
            if inner.contains("..") {
                self.out.pop();
                self.out.extend(placed(&text, whole.first));
            }
            self.at += 1;
            return true;
        }
        false
    }

    /// Signs between values that are functions here: `@`, `**`, `^`.
    pub(super) fn operator(&mut self) -> bool {
        if !self.is_behind_value() || self.level == Level::Other {
            return false;
        }
        let (function, written, length) = match (self.punct(0), self.punct(1)) {
            (Some('@'), _) => ("matmul", "@", 1),
            (Some('^'), _) => ("pow", "^", 1),
            (Some('*'), Some('*')) if self.is_joint(0) => ("pow", "**", 2),
            _ => return false,
        };
        let place = self.place(length);
        let line = format!("`{written}` has no meaning here: there is the function `{function}`");
        let (left, right) = (self.out.last().cloned(), self.token(length).cloned());
        let mut error = Error::new(place, line);
        let simple = matches!(right, Some(TokenTree::Ident(_) | TokenTree::Literal(_)));
        if let (Some(left @ TokenTree::Ident(_)), Some(right), true) = (left, right, simple) {
            let text = format!("{function}({left}, {right})");
            let whole = Place { first: left.span(), last: right.span() };
            error = error.help_replace(format!("`{text}`"), whole, text.clone());
            self.out.pop();
            self.out.extend(placed(&text, whole.first));
            self.at += length + 1;
            self.errors.push(error);
            return true;
        }
        self.errors.push(error);
        self.out.push(Punct::new('*', Spacing::Alone).into());
        self.at += length;
        true
    }
}
