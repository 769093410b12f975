//! What people write who come from other languages and frameworks, put right before it is read, so that one slip is one
//! mistake: each is reported once, with the edit, and the rest of the body is read as if it had been made.

use crate::errors::{Change, Error, Errors, How, Place};
use crate::layers;
use crate::suggest;
use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};

/// First parts of paths to other frameworks' layers and functions.
const MODULES: [&str; 20] = [
    "nn",
    "F",
    "torch",
    "tf",
    "tensorflow",
    "keras",
    "layers",
    "functional",
    "np",
    "numpy",
    "jnp",
    "jax",
    "flax",
    "linen",
    "nnx",
    "burn",
    "candle",
    "candle_nn",
    "tch",
    "formwork",
];

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

/// What there is in the place of a word that begins a statement of Rust's, if it is one that a value cannot begin with.
pub fn instead_of_statement(word: &str) -> Option<&'static str> {
    let begins = ["for", "while", "loop", "if", "match"].contains(&word);
    STATEMENTS.iter().find(|(statement, _)| begins && *statement == word).map(|(_, instead)| *instead)
}

/// A body's tokens without such slips.
pub fn mend(tokens: TokenStream, capitals: Vec<String>, errors: &mut Errors) -> TokenStream {
    let all = tokens.into_iter().collect();
    let (level, habit, closure, changed) = (Level::Body, None, false, false);
    Mender { all, at: 0, out: Vec::new(), level, habit, closure, capitals, changed, errors }.run().0
}

#[derive(Clone, Copy, PartialEq)]
enum Level {
    Body,
    /// The arguments of a layer or a function.
    Arguments,
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
    changed: bool,
    errors: &'e mut Errors,
}

impl Mender<'_> {
    fn run(mut self) -> (TokenStream, bool) {
        while self.at < self.all.len() {
            let mended = self.arrow()
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
            _ => Level::Other,
        };
        // Functions of numbers have signs of their own.
        if matches!(self.out.last(), Some(TokenTree::Ident(name)) if name == "map") {
            return token;
        }
        let all = group.stream().into_iter().collect();
        let capitals = self.capitals.clone();
        let (out, habit, closure, changed) = (Vec::new(), None, false, false);
        let (stream, changed) =
            Mender { all, at: 0, out, level, habit, closure, capitals, changed, errors: self.errors }.run();
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

    /// Other signs where data flows: `=>`, `- >`, `|>`, `>`, and commas between layers.
    fn arrow(&mut self) -> bool {
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

    /// `nn.Linear`, `nn::Linear`: layers and functions have no path.
    fn path(&mut self) -> bool {
        let Some(first) = self.ident(0) else { return false };
        let behind_arrow = self.is_behind_arrow();
        if !self.is_at_start() || !(behind_arrow || MODULES.contains(&first.as_str())) {
            return false;
        }
        let mut length = 0;
        loop {
            let dot = self.punct(length + 1) == Some('.');
            let colons = self.punct(length + 1) == Some(':')
                && self.is_joint(length + 1)
                && self.punct(length + 2) == Some(':');
            let step = if dot { 2 } else { 3 };
            if !(dot || colons) || self.ident(length + step).is_none() {
                break;
            }
            length += step;
        }
        // Whoever names a module of his own means a set of layers from there, which has capitals.
        if length == 0 || !self.is_capital(length) && self.group(length + 1, Delimiter::Parenthesis).is_none()
        {
            return false;
        }
        // A network from elsewhere has a path and a claim.
        let after = length + if self.group(length + 1, Delimiter::Parenthesis).is_some() { 2 } else { 1 };
        if self.punct(after) == Some('=') {
            return false;
        }
        let place = self.place(length + 1);
        let name = self.ident(length).unwrap_or_default();
        // Or has forgotten its claim, and hears of that.
        if layers::our_name(&name).is_none()
            && !MODULES.contains(&first.as_str())
            && self.punct(1) != Some('.')
        {
            return false;
        }
        let path: TokenStream = self.all[self.at..=self.at + length].iter().cloned().collect();
        let path = suggest::source(&path).replace(' ', "");
        let line = format!("`{path}`: layers and functions are written without a path");
        let ours = layers::our_name(&name).unwrap_or(name);
        let span = self.span(length);
        if let Some(call) =
            self.group(length + 1, Delimiter::Parenthesis).and_then(|g| sizes_in_order(&ours, g))
        {
            let place = self.place(length + 2);
            self.errors.push(Error::new(place, line).help_replace(format!("`{call}`"), place, call.clone()));
            self.at += length + 2;
            self.out.extend(placed(&call, span));
            return true;
        }
        self.errors.push(Error::new(place, line).help_replace(format!("`{ours}`"), place, ours.clone()));
        self.at += length;
        self.out.push(Ident::new(&ours, self.span(0)).into());
        self.at += 1;
        true
    }

    /// `x.Dense(3)`, `h.relu()`: what works on a value stands behind an arrow.
    fn method(&mut self) -> bool {
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

    /// `return`, Python's `True` and `False`.
    fn word(&mut self) -> bool {
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

    /// `let Hidden = …;`, and what it names.
    fn capital(&mut self) -> bool {
        let Some(name) = self.ident(0).filter(|name| name.starts_with(char::is_uppercase)) else {
            return false;
        };
        let lower = lowered(&name);
        let place = self.place(1);
        let line = capital_line(&name);
        let binds = matches!(self.out.last(), Some(TokenTree::Ident(word)) if word == "let");
        if binds {
            self.errors.push(Error::new(place, line).help_replace(
                format!("`{lower}`"),
                place,
                lower.clone(),
            ));
            self.capitals.push(name);
        } else if self.capitals.contains(&name) && self.is_at_start() && !self.is_behind_arrow() {
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
    fn statement(&mut self) -> bool {
        let starts = self.level == Level::Body && (self.out.is_empty() || self.last_is(';'));
        let Some(word) = self.ident(0).filter(|_| starts) else { return false };
        let Some((_, instead)) = STATEMENTS.iter().find(|(statement, _)| *statement == word) else {
            return false;
        };
        // A value may have that name by mistake.
        let is_value = matches!(self.punct(1), Some('-' | '+' | '*' | '/' | ',')) || self.token(1).is_none();
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

    /// `h = x -> …;` without its `let`, and `y += x;`; `-> fc = Dense(3)`.
    fn assignment(&mut self) -> bool {
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

    /// Words in quotes.
    fn literal(&mut self) -> bool {
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
            [.., TokenTree::Ident(label), TokenTree::Punct(p)] if p.as_char() == ':' => label.to_string(),
            _ => String::new(),
        };
        let place = self.place(1);
        if !["name", "activation", "data_format", "dtype", "device"].contains(&label.as_str()) {
            let line = format!("`{text}` stands in quotes: words and numbers do not here");
            self.errors.push(Error::new(place, line).help_replace(format!("`{word}`"), place, word.clone()));
        }
        let mut token = token.clone();
        token.set_span(place.first);
        self.out.push(token);
        self.at += 1;
        true
    }

    /// Layers that other frameworks have and that nobody needs here: `Identity`, `Input`; `Activation(relu)`; and sums
    /// and joins of a tuple, `(a, b) -> Add`.
    fn foreign_layer(&mut self) -> bool {
        let Some(name) = self.ident(0).filter(|_| self.is_behind_arrow() && !self.last_is(':')) else {
            return false;
        };
        let arguments = self.group(1, Delimiter::Parenthesis).cloned();
        let length = if arguments.is_some() { 2 } else { 1 };
        let place = self.place(length);
        let line = format!("there is no layer `{name}`");
        let arrow = self.out[self.out.len() - 2].span();
        match name.as_str() {
            "Identity" | "Input" | "InputLayer" | "Passthrough" => {
                let whole = Place { first: arrow, last: place.last };
                let error = Error::new(place.first, line).note("a value is what flows in already");
                self.errors.push(error.help_replace("leave it out", whole, ""));
                self.out.truncate(self.out.len() - 2);
            }
            "Activation" => {
                let word = arguments.map(|group| suggest::source(&group.stream())).unwrap_or_default();
                let Some(layer) = layers::our_name(word.trim_matches(['"', '\''])) else { return false };
                let error = Error::new(place.first, line).note("an activation is a layer of its own");
                self.errors.push(error.help_replace(format!("`{layer}`"), place, layer.clone()));
                self.out.push(Ident::new(&layer, place.first).into());
            }
            "Add" | "Sum" | "Subtract" | "Sub" | "Multiply" | "Mul" => {
                let Some(TokenTree::Group(tuple)) = self.out.len().checked_sub(3).map(|at| &self.out[at])
                else {
                    return false;
                };
                let sign = match name.as_str() {
                    "Add" | "Sum" => " + ",
                    "Subtract" | "Sub" => " - ",
                    _ => " * ",
                };
                let parts = split(tuple);
                if parts.len() < 2 {
                    return false;
                }
                let text = format!("({})", parts.join(sign));
                let whole = Place { first: tuple.span(), last: place.last };
                let error =
                    Error::new(place.first, line).note(format!("values are joined with `{}`", sign.trim()));
                self.errors.push(error.help_replace(format!("`{text}`"), whole, text.clone()));
                self.out.truncate(self.out.len() - 3);
                self.out.extend(placed(&text, whole.first));
            }
            _ => return false,
        }
        self.at += length;
        true
    }

    /// `Sequential(Dense(8), Relu)` behind an arrow.
    fn sequential(&mut self) -> bool {
        let found = self.ident(0).is_some_and(|name| ["Sequential", "sequential"].contains(&name.as_str()));
        if !found || !self.is_behind_arrow() {
            return false;
        }
        let Some(group) = self.group(1, Delimiter::Parenthesis).cloned() else { return false };
        let parts = parts_of(&unwrapped(&group));
        if parts.is_empty() {
            return false;
        }
        let place = self.place(2);
        let text = parts.iter().map(suggest::source).collect::<Vec<_>>().join(" -> ");
        let line = "there is no `Sequential`: layers are chained with `->`";
        self.errors.push(Error::new(place.first, line).help_replace(format!("`{text}`"), place, text));
        let mut all = Vec::new();
        for (i, part) in parts.into_iter().enumerate() {
            if i > 0 {
                let mut dash = Punct::new('-', Spacing::Joint);
                dash.set_span(place.first);
                all.extend([TokenTree::from(dash), Punct::new('>', Spacing::Alone).into()]);
            }
            all.extend(part);
        }
        self.all.splice(self.at..self.at + 2, all);
        true
    }

    /// `Dense[3]` and `Dense{3}`, and a part of a value in brackets.
    fn brackets(&mut self) -> bool {
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
    fn operator(&mut self) -> bool {
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

/// What is said of a value's name with a capital.
pub fn capital_line(name: &str) -> String {
    format!("`{name}` begins with a capital, as layers do; values and names do not")
}

/// A name in small letters: `hidden_size` of `HiddenSize`, `fc` of `FC`.
pub fn lowered(name: &str) -> String {
    if name.contains(char::is_lowercase) { suggest::snake_case(name) } else { name.to_lowercase() }
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
    let mut parts: Vec<TokenStream> = vec![TokenStream::new()];
    for token in group.stream() {
        match &token {
            TokenTree::Punct(p) if p.as_char() == ',' => parts.push(TokenStream::new()),
            _ => parts.iter_mut().rev().take(1).for_each(|part| part.extend([token.clone()])),
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
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

/// `Dense(8, in: 16)` for PyTorch's `Linear(16, 8)`, and `Conv2d(16, kernel: 3, in: 8)` for `Conv2d(8, 16, 3)`: what comes
/// in stands first there.
fn sizes_in_order(ours: &str, group: &Group) -> Option<String> {
    let parts: Vec<String> = parts_of(group).iter().map(suggest::source).collect();
    let is_constant =
        |part: &str| part.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    let are_numbers = parts.iter().all(|part| part.parse::<u64>().is_ok() || is_constant(part));
    match (&parts[..], ours) {
        ([first, second], "Dense") if are_numbers => Some(format!("Dense({second}, in: {first})")),
        ([first, second, kernel], "Conv1d" | "Conv2d" | "Conv3d") if are_numbers => {
            Some(format!("{ours}({second}, kernel: {kernel}, in: {first})"))
        }
        _ => None,
    }
}
