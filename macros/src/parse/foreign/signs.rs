//! Signs and brackets that mean something else here, or nothing: `=>`, `.`, `Dense[3]`, `@`, a value without its `let`.

use super::{Level, Mender, parts_of, placed};
use crate::errors::{Change, Error, How, Place};
use crate::layers;
use crate::suggest;
use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, TokenStream, TokenTree};

/// Functions of several values.
const JOINING: [&str; 5] = ["concat", "matmul", "min", "max", "pow"];

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
            (Some('-'), Some('-')) if joint && self.punct(2) == Some('>') && name(self, 3) => 3,
            (Some('<'), Some('-')) if joint && name(self, 2) => 2,
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
        // `let h <- …;` wants another sign.
        let names =
            matches!(&self.out[..], [.., TokenTree::Ident(word), TokenTree::Ident(_)] if word == "let");
        if names && a == Some('<') {
            return false;
        }
        let place = self.place(length);
        let written = match (a, b) {
            (Some('-'), _) if length == 3 => "-->".into(),
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

    /// `x -> Dense(3); -> Relu`: a chain that goes on behind its end; and Python's `# comment`.
    pub(super) fn broken_chain(&mut self) -> bool {
        let place = self.place(1);
        let is_arrow =
            |me: &Self, at| me.punct(at) == Some('-') && me.is_joint(at) && me.punct(at + 1) == Some('>');
        if self.punct(0) == Some(';') && self.is_behind_value() && is_arrow(self, 1) {
            let error = Error::new(place, "`;` ends the chain, but `->` goes on with it");
            self.habitual("; ->".into(), error.help_replace("leave the `;` out", place, ""));
            self.at += 1;
            return true;
        }
        let starts = self.level == Level::Body && (self.out.is_empty() || self.last_is(';'));
        if starts && self.punct(0) == Some('#') && self.ident(1).is_some() {
            self.errors.push(Error::new(place, "a comment begins with `//`, and not with `#`"));
            let line = self.span(0).start().line;
            while self.token(0).is_some_and(|token| token.span().start().line == line) {
                self.at += 1;
            }
            return true;
        }
        false
    }

    /// `x.Dense(3)`, `h.relu()`: what works on a value stands behind an arrow.
    pub(super) fn method(&mut self) -> bool {
        let called = self.is_capital(1) || self.group(2, Delimiter::Parenthesis).is_some();
        if self.punct(0) != Some('.') || self.ident(1).is_none() || !self.is_behind_value() || !called {
            return false;
        }
        let name = self.ident(1).unwrap_or_default();
        let ours = layers::our_layer(&name).unwrap_or(name.clone());
        let line = format!("`.{name}`: data flows along `->`");
        let span = self.span(0);
        let arguments = self.group(2, Delimiter::Parenthesis).cloned();
        if let (Some(TokenTree::Ident(receiver)), Some(group), true) =
            (self.out.last().cloned(), &arguments, JOINING.contains(&ours.as_str()))
            && !group.stream().is_empty()
            && !self.is_behind_arrow()
        {
            // `a.concat(b)`
            let others = suggest::source(&group.stream());
            let axis = if ours == "concat" && !others.contains("axis") { ", axis: 0" } else { "" };
            let text = format!("{ours}({receiver}, {others}{axis})");
            let whole = Place { first: receiver.span(), last: group.span() };
            let error = Error::new(self.place(3), line);
            self.errors.push(error.help_replace(format!("`{text}`"), whole, text.clone()));
            self.out.pop();
            self.out.extend(placed(&text, receiver.span()));
            self.at += 3;
            return true;
        }
        let call = arguments.as_ref().and_then(|group| whole_call(&ours, group));
        let operand = matches!(&self.out[..], [.., TokenTree::Punct(p), TokenTree::Ident(_)] if "+-*/".contains(p.as_char()));
        if operand && let Some(receiver) = self.out.last().cloned() {
            // `x * g.reshape(…)` works on `g` alone.
            let written = match (&call, &arguments) {
                (Some(call), _) => call.clone(),
                (None, Some(group)) => format!("{ours}({})", suggest::source(&group.stream())),
                (None, None) => ours.clone(),
            };
            let length = if arguments.is_some() { 3 } else { 2 };
            let text = format!("({receiver} -> {written})");
            let whole = Place { first: receiver.span(), last: self.span(length - 1) };
            let error = Error::new(self.place(2), line);
            self.errors.push(error.help_replace(format!("`{text}`"), whole, text.clone()));
            self.out.pop();
            self.out.extend(placed(&text, receiver.span()));
            self.at += length;
            return true;
        }
        let place = if call.is_some() { self.place(3) } else { self.place(2) };
        let text = call.clone().unwrap_or(ours.clone());
        self.habitual(
            ".".into(),
            Error::new(place, line).help_replace(format!("`-> {text}`"), place, format!("-> {text}")),
        );
        self.push_arrow(span);
        let name_span = self.span(1);
        self.out.extend(placed(&text, name_span));
        self.at += if call.is_some() { 3 } else { 2 };
        true
    }

    /// `self.fc1(x)`: a layer stands where data flows through it.
    pub(super) fn receiver(&mut self) -> bool {
        let called = self.group(3, Delimiter::Parenthesis).is_some();
        if self.ident(0).as_deref() != Some("self") || self.punct(1) != Some('.') || !self.is_at_start() {
            return false;
        }
        let Some(name) = self.ident(2) else { return false };
        let place = self.place(if called { 4 } else { 3 });
        let line = format!("`self.{name}`: a network has no `self`, and a layer is written where it is used");
        let value = self.group(3, Delimiter::Parenthesis).map(|group| suggest::source(&group.stream()));
        let value = value.unwrap_or_else(|| "x".into());
        self.errors.push(Error::new(place, line).note(format!("`{value} -> {name}: Dense(64)`")));
        self.out.extend(placed(super::UNKNOWN, place.first));
        self.at += if called { 4 } else { 3 };
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
        if self.is_behind_arrow() && self.is_unlabelled() {
            // `-> fc Dense(3)`
            let (name, place) = (self.all[self.at].clone(), self.place(1));
            let line = format!("a layer's name is written with a colon: `{name}: …`");
            let change = Change { place, how: How::After, text: ":".into() };
            self.errors.push(Error::new(place, line).help_with("write `:` behind it", vec![change]));
            let mut colon = Punct::new(':', Spacing::Alone);
            colon.set_span(place.first);
            self.out.extend([name, colon.into()]);
            self.at += 1;
            return true;
        }
        let starts = self.level == Level::Body && (self.out.is_empty() || self.last_is(';'));
        if starts
            && let Some(names) = self.group(0, Delimiter::Parenthesis)
            && self.punct(1) == Some('=')
            && !self.is_joint(1)
        {
            // `(y, h) = …;`
            let text = format!("({})", suggest::source(&names.stream()));
            let place = self.place(1);
            let line = format!("`{text}` has no `let`: values are named with `let {text} = …;`");
            let error = Error::new(place, line);
            let change = Change { place, how: How::Before, text: "let ".into() };
            self.errors.push(error.help_with(format!("`let {text} = …;`"), vec![change]));
            self.out.push(Ident::new("let", place.first).into());
            let token = self.all[self.at].clone();
            self.out.push(token);
            self.at += 1;
            return true;
        }
        let Some(name) = self.ident(0).filter(|_| starts) else { return false };
        if name.starts_with(char::is_uppercase) || name == "let" {
            return false;
        }
        if self.bare_names() {
            return true;
        }
        let span = self.span(0);
        let walrus = self.punct(1) == Some(':') && self.is_joint(1) && self.punct(2) == Some('=');
        let other_word = ["const", "var", "val", "auto", "final", "mut"].contains(&name.as_str())
            && self.ident(1).is_some()
            && self.punct(2) == Some('=')
            && !self.is_joint(2);
        if walrus || other_word {
            let place = self.place(if walrus { 3 } else { 1 });
            let line = format!(
                "a value is named with `let {} = …;`",
                self.ident(usize::from(other_word)).unwrap_or_default()
            );
            let text = if walrus { format!("let {name} =") } else { "let".into() };
            self.errors.push(Error::new(place, line).help_replace(format!("`{text}`"), place, text.clone()));
            self.out.extend(placed(&text, span));
            self.at += if walrus { 3 } else { 1 };
            return true;
        }
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

    /// Whether a name and a layer follow on one another, and the name is neither a function's nor a shared layer's, which
    /// only lack the arrow.
    fn is_unlabelled(&self) -> bool {
        let Some(name) = self.ident(0).filter(|_| !self.is_capital(0) && self.is_capital(1)) else {
            return false;
        };
        let is_shared = |pair: &[TokenTree]| matches!(pair, [TokenTree::Ident(layer), TokenTree::Ident(other)] if layer == "layer" && *other == name);
        !self.last_is(':') && !layers::is_function(&name) && !self.all.windows(2).any(is_shared)
    }

    /// `y, h = …;` without its `let` and its parentheses.
    fn bare_names(&mut self) -> bool {
        let mut length = 1;
        while self.punct(length) == Some(',') && self.ident(length + 1).is_some() {
            length += 2;
        }
        if length == 1 || self.punct(length) != Some('=') || self.is_joint(length) {
            return false;
        }
        let place = self.place(length);
        let names: TokenStream = self.all[self.at..self.at + length].iter().cloned().collect();
        let text = format!("let ({})", suggest::source(&names));
        let line = format!("several values are named with `{text} = …;`");
        self.errors.push(Error::new(place, line).help_replace(format!("`{text} = …;`"), place, text));
        let mut group = Group::new(Delimiter::Parenthesis, names);
        group.set_span(place.first);
        self.out.extend([TokenTree::from(Ident::new("let", place.first)), group.into()]);
        self.at += length;
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
        if !capital && !is_word && group.delimiter() == Delimiter::Bracket {
            let whole = Place { first: name.span(), last: group.span() };
            let line = format!("a part of `{name}` is taken with `slice`, and not with brackets");
            let error = Error::new(whole, line);
            let mut text = format!("slice({name}, axis: 0, {inner})");
            self.out.pop();
            let parts: Vec<String> = parts_of(&group).iter().map(suggest::source).collect();
            let is_all = |part: &String| [":", "..", "…"].contains(&part.as_str());
            let taken: Vec<(usize, &String)> =
                parts.iter().enumerate().filter(|(_, part)| !is_all(part)).collect();
            if let (2.., [(axis, range)]) = (parts.len(), &taken[..]) {
                text = format!("slice({name}, axis: {axis}, {range})");
            }
            let is_range = taken.len() == 1 && taken[0].1.contains("..");
            if let ([(_, last)], false) = (&taken[..], is_range)
                && last.replace(' ', "") == "-1"
            {
                // The last step of a sequence.
                let text = format!("({name} -> Last)");
                self.errors.push(
                    error.help_or(format!("`{name} -> Last`"), whole, format!("{name} -> Last")).help_or(
                        format!("`{text}`"),
                        whole,
                        text,
                    ),
                );
                self.out.extend(placed(super::UNKNOWN, whole.first));
            } else if is_range {
                self.errors.push(error.help_replace(format!("`{text}`"), whole, text.clone()));
                self.out.extend(placed(&text, whole.first));
            } else {
                // One of many has an axis less.
                let one =
                    inner.parse::<usize>().ok().map(|n| format!("slice({name}, axis: 0, {n}..{})", n + 1));
                let texts = one.iter().flat_map(|one| [format!("({one} -> Flatten)"), one.clone()]);
                self.errors
                    .push(texts.fold(error, |error, text| error.help_or(format!("`{text}`"), whole, text)));
                self.out.extend(placed(super::UNKNOWN, whole.first));
            }
            self.at += 1;
            return true;
        }
        false
    }

    /// Signs between values that are functions here: `@`, `**`, `^`.
    pub(super) fn operator(&mut self) -> bool {
        if !self.is_behind_value() || matches!(self.level, Level::Other | Level::Brackets) {
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
        let mut error = Error::new(place, line);
        if let (Some(left), Some(right)) = (self.operand_before(), self.operand_behind(length)) {
            let (right, read) = self.mended_operand(length).unwrap_or_else(|| {
                let read = right.len();
                (right, read)
            });
            let whole = Place { first: left[0].span(), last: self.span(length + read - 1) };
            let (read, written) = (self.at + length + read, self.out.len() - left.len());
            let mut inside = TokenStream::new();
            inside.extend(unwrapped(left));
            inside.extend([TokenTree::from(Punct::new(',', Spacing::Alone))]);
            inside.extend(unwrapped(right));
            let text = format!("{function}({})", suggest::source(&inside));
            error = error.help_replace(format!("`{text}`"), whole, text);
            let mut group = Group::new(Delimiter::Parenthesis, inside);
            group.set_span(place.first);
            self.out.truncate(written);
            self.out.extend([TokenTree::from(Ident::new(function, place.first)), group.into()]);
            self.at = read;
            self.errors.push(error);
            return true;
        }
        self.errors.push(error);
        self.out.push(Punct::new('*', Spacing::Alone).into());
        self.at += length;
        true
    }
}

impl Mender<'_> {
    /// What stands before an operator: a name, a call of a function, something in parentheses.
    fn operand_before(&self) -> Option<Vec<TokenTree>> {
        let is_function = |name: &Ident| layers::is_function(&name.to_string());
        let found = match &self.out[..] {
            [.., name @ TokenTree::Ident(ident), group @ TokenTree::Group(inner)]
                if inner.delimiter() == Delimiter::Parenthesis && is_function(ident) =>
            {
                vec![name.clone(), group.clone()]
            }
            [.., TokenTree::Ident(_), TokenTree::Group(_)] => return None,
            [.., group @ TokenTree::Group(inner)] if inner.delimiter() == Delimiter::Parenthesis => {
                vec![group.clone()]
            }
            [.., name @ TokenTree::Ident(_)] => vec![name.clone()],
            _ => return None,
        };
        Some(found)
    }

    /// The same behind it, where that is written as in another framework, `b.transpose(1, 2)`.
    fn mended_operand(&self, at: usize) -> Option<(Vec<TokenTree>, usize)> {
        let axes = super::flow::Axes { batch: true, last: 0 };
        let reader = super::flow::Reader { declared: &self.declared, axes, depth: super::flow::DEEPEST };
        let (flow, length) = reader.read(&self.all[self.at + at..])?;
        (!flow.slips.is_empty()).then(|| (placed(&flow.text(), self.span(at)), length))
    }

    /// The same behind it; a number too.
    fn operand_behind(&self, at: usize) -> Option<Vec<TokenTree>> {
        match (self.token(at)?, self.token(at + 1)) {
            (name @ TokenTree::Ident(_), Some(group @ TokenTree::Group(inner)))
                if inner.delimiter() == Delimiter::Parenthesis =>
            {
                Some(vec![name.clone(), group.clone()])
            }
            (TokenTree::Group(inner), _) if inner.delimiter() != Delimiter::Parenthesis => None,
            (TokenTree::Punct(_), _) => None,
            (one, _) => Some(vec![one.clone()]),
        }
    }
}

/// Without parentheses around all of it, which those of a function take the place of.
fn unwrapped(tokens: Vec<TokenTree>) -> TokenStream {
    match &tokens[..] {
        [TokenTree::Group(group)] => group.stream(),
        _ => tokens.into_iter().collect(),
    }
}

/// A method's arguments as the function or layer of that name takes them, if that is another way: `reshape([16])` for
/// `view(-1, 16)`, and `Flatten` for `flatten()`.
fn whole_call(ours: &str, group: &Group) -> Option<String> {
    if group.stream().is_empty() {
        return Some(ours.into());
    }
    let sizes: Vec<String> = parts_of(group).iter().map(suggest::source).collect();
    let are_numbers = sizes.iter().all(|n| n.trim_start_matches('-').chars().all(|c| c.is_ascii_digit()));
    if let (["sum" | "mean"], [axis], true) = ([ours], &sizes[..], are_numbers) {
        return Some(format!("{ours}(axis: {axis})"));
    }
    if !["reshape", "expand", "permute"].contains(&ours) || !are_numbers {
        return None;
    }
    // Others count the batch.
    let sizes = match sizes.first().map(String::as_str) {
        Some("-1") if sizes.len() > 1 => &sizes[1..],
        _ => &sizes[..],
    };
    Some(format!("{ours}([{}])", sizes.join(", ")))
}
