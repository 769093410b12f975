//! Whole expressions of other frameworks, put right at once: one expression is one mistake.

use super::flow::{Axes, DEEPEST, Flow, Reader, Slip, path};
use super::made;
use super::{Level, Mender, placed};
use crate::errors::{Error, Nature, Place, VALUE};
use crate::layers;
use crate::suggest;
use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};

impl Mender<'_> {
    /// `fc2(F.relu(fc1(x)))`, `torch.add(a, b)`, `layers.Dense(4, activation="relu")(x)`
    pub(super) fn whole_expression(&mut self) -> bool {
        let binds = matches!(self.out.last(), Some(TokenTree::Ident(_)));
        if self.closure
            || self.level == Level::Brackets
            || !self.is_at_start()
            || self.is_behind_arrow()
            || binds
            || self.last_is(':')
        {
            return false;
        }
        let goes_on =
            self.group(1, Delimiter::Parenthesis).is_some() || matches!(self.punct(1), Some('.' | ':'));
        if !goes_on {
            return false;
        }
        let read =
            |axes: Axes| Reader { declared: &self.declared, axes, depth: DEEPEST }.read(&self.all[self.at..]);
        let usual = Axes { batch: true, last: 0 };
        let Some((flow, length)) = read(usual) else { return false };
        let is = |slip: Slip| flow.slips.iter().all(|other| *other == slip);
        if flow.slips.is_empty() || is(Slip::Method) || is(Slip::Plain) && flow.slips.len() == 1 {
            return false;
        }
        let place = self.place(length);
        // Beside an operator a chain stands in parentheses.
        let sign = |c: Option<char>| c.is_some_and(|c| "+-*/".contains(c));
        let before = match self.out.last() {
            Some(TokenTree::Punct(p)) => sign(Some(p.as_char())),
            _ => false,
        };
        let is_arrow = self.punct(length) == Some('-') && self.punct(length + 1) == Some('>');
        let is_operand = before || sign(self.punct(length)) && !is_arrow;
        let text = |flow: &Flow| if is_operand { flow.operand() } else { flow.text() };
        if is(Slip::Later) && flow.slips.len() == 1 {
            let tokens = between(&text(&flow), place);
            if tokens.len() == length && flow.callee == self.ident(0).unwrap_or_default() {
                return false;
            }
            self.out.extend(tokens);
            self.at += length;
            return true;
        }
        let mut texts = vec![text(&flow)];
        if flow.axis {
            let others = [(true, 2), (true, 1), (true, 0), (false, 2), (false, 1), (false, 0)];
            let others = others.map(|(batch, last)| read(Axes { batch, last }).map(|(flow, _)| text(&flow)));
            // The last axis is the largest number that an axis has.
            let others: Vec<String> = others.into_iter().flatten().collect();
            texts = if flow.negative { others } else { texts.into_iter().chain(others).collect() };
            let mut known: Vec<String> = Vec::new();
            texts.retain(|text| {
                !known.contains(text) && {
                    known.push(text.clone());
                    true
                }
            });
        }
        let callee = flow.callee.clone();
        let is_layer = !callee.contains(['.', ':'])
            && (self.declared.contains(&callee) || callee.starts_with(char::is_uppercase));
        let line = match (flow.is_sum, flow.stages.is_empty()) {
            (false, false) if is_layer && self.declared.contains(&callee) => {
                format!("`{callee}` is a layer, not a function: `x -> {callee}`")
            }
            (false, false) if is_layer => {
                format!("`{callee}` is a layer and needs a value to work on: `x -> {callee}(…)`")
            }
            (true, true) => format!("`{}(…)`: values are joined with signs, as in `a + b`", flow.callee),
            (_, true) => format!("`{}(…)` is written otherwise here", flow.callee),
            (_, false) => format!("`{}(…)` is written otherwise here: data flows along `->`", flow.callee),
        };
        let mut error = Error::new(place, line);
        if texts.len() > 1 {
            error = error.of(Nature::Ordered);
        }
        let read_as = texts[0].clone();
        for text in texts {
            error = error.help_or(format!("`{text}`"), place, text);
        }
        self.errors.push(error);
        self.out.extend(between(&read_as, place));
        self.at += length;
        true
    }

    /// `-> nn.Sequential(…)`, `-> LinearConfig::new(784, 128).init(device)`, `-> nn.Linear(8, out_features=4)`
    pub(super) fn whole_layer(&mut self) -> bool {
        let is_alone =
            !self.is_behind_arrow() && self.is_at_start() && self.level == Level::Body && !self.closure;
        if !self.is_behind_arrow() && !is_alone {
            return false;
        }
        let Some((text, length, written)) = self.made_layer() else { return false };
        let place = self.place(length);
        if is_alone {
            if !written.ends_with("Sequential") {
                return false;
            }
            let line = format!("`{written}(…)` is written otherwise here: a chain begins with a value");
            let text = format!("{VALUE} -> {text}");
            let error = Error::new(place, line).help_or(format!("`{text}`"), place, text);
            self.errors.push(error.of(Nature::LayerAsValue));
            self.out.extend(placed(super::UNKNOWN, place.first));
            self.at += length;
            return true;
        }
        let line = format!("`{written}(…)` is written otherwise here");
        self.errors.push(Error::new(place, line).help_replace(format!("`{text}`"), place, text.clone()));
        self.out.extend(between(&text, place));
        self.at += length;
        true
    }

    /// `Dense(16); Relu; Dense(4)`, `model.add(Dense(16)); model.add(Relu);`: layers one after the other, and no value that
    /// flows through them.
    pub(super) fn listed_layers(&mut self) -> bool {
        let starts = self.level == Level::Body && (self.out.is_empty() || self.last_is(';'));
        if !starts {
            return false;
        }
        let (mut stages, mut count, mut at, mut end, mut sign) = (Vec::new(), 0, self.at, self.at, None);
        while let Some((found, length)) = listed_layer(&self.all[at..]) {
            stages.extend(found);
            (count, end) = (count + 1, at + length);
            let separator = match self.all.get(end) {
                Some(TokenTree::Punct(p)) if [';', ','].contains(&p.as_char()) => p.as_char(),
                _ => break,
            };
            sign = sign.or(Some(separator));
            at = end + 1;
        }
        let is_end = self.all.len() <= end + 1;
        let (true, Some(sign)) = (count > 1 && is_end, sign) else { return false };
        let place = Place { first: self.span(0), last: self.all[self.all.len() - 1].span() };
        let line = format!("layers are chained with `->`, found `{sign}` between them");
        let text = format!("{VALUE} -> {}", stages.join(" -> "));
        let error = Error::new(place, line).help_or(format!("`{text}`"), place, text);
        self.errors.push(error.of(Nature::LayerAsValue));
        self.out.extend(placed(super::UNKNOWN, place.first));
        self.at = self.all.len();
        true
    }

    /// `let inputs = Input(shape=(8,));`
    pub(super) fn input(&mut self) -> bool {
        let named = self.is_at_start() && !self.is_behind_arrow();
        let Some((parts, length)) = path(&self.all[self.at..]).filter(|_| named) else { return false };
        let is_input = parts.last().is_some_and(|name| name == "Input" || name == "InputLayer");
        if !is_input || self.group(length, Delimiter::Parenthesis).is_none() {
            return false;
        }
        let place = self.place(length + 1);
        let line =
            format!("`{}(…)`: what comes in is declared in the network's head", parts[parts.len() - 1]);
        let error = Error::new(place, line).help_or(format!("`{VALUE}`"), place, VALUE);
        self.errors.push(error.of(Nature::LayerAsValue));
        self.out.extend(placed(super::UNKNOWN, place.first));
        self.at += length + 1;
        true
    }

    /// A layer as others make it, if nobody else puts that right: its text here, how many tokens it has, and its name.
    fn made_layer(&self) -> Option<(String, usize, String)> {
        let all = &self.all[self.at..];
        let (parts, mut length) = path(all)?;
        let written = suggest::source(&all[..length].iter().cloned().collect()).replace(' ', "");
        let Some(TokenTree::Group(group)) = all.get(length) else { return None };
        if length == 1 || group.delimiter() != Delimiter::Parenthesis {
            return None;
        }
        let last = parts.last()?.clone();
        let is_new = last == "new";
        let name =
            if is_new { parts.get(parts.len() - 2)?.trim_end_matches("Config").to_string() } else { last };
        let has_names = made::arguments(group).iter().any(|argument| argument.name.is_some());
        length += 1;
        let mut made = is_new || has_names || name == "Sequential";
        // Where it is made on a device.
        while let [TokenTree::Punct(dot), TokenTree::Ident(_), TokenTree::Group(_), ..] = &all[length..]
            && dot.as_char() == '.'
            && is_new
        {
            length += 3;
        }
        if matches!(all.get(length), Some(TokenTree::Punct(p)) if p.as_char() == '?') {
            (length, made) = (length + 1, true);
        }
        let stages = made::stages(&name, group).filter(|stages| !stages.is_empty())?;
        made.then(|| (stages.join(" -> "), length, written))
    }

    /// `fc1: Dense(16);`, `self.fc1 = nn.Linear(8, 16);`: a layer that is used later.
    pub(super) fn declaration(&mut self) -> bool {
        let starts = self.level == Level::Body && (self.out.is_empty() || self.last_is(';'));
        let Some(declaration) = starts.then(|| declaration(&self.all[self.at..])).flatten() else {
            return false;
        };
        let Declaration { name, first, length, sign } = declaration;
        if !self.declared.contains(&name)
            || first == 0 && sign == '=' && self.ident(0).as_deref() == Some("layer")
        {
            return false;
        }
        let all = &self.all[self.at + first..self.at + length];
        let Some(stages) = made::layer(&all.iter().cloned().collect()) else { return false };
        let [layer] = &stages[..] else { return false };
        let place = self.place(length);
        let text = format!("layer {name} = {layer}");
        let line = format!("`{name}` is a layer that is used later: it is declared with `layer {name} = …;`");
        self.errors.push(Error::new(place, line).help_replace(format!("`{text};`"), place, text.clone()));
        self.out.extend(between(&text, place));
        self.at += length;
        true
    }
}

/// A layer that stands alone, or in `model.add(…)`, and how many tokens it has.
fn listed_layer(all: &[TokenTree]) -> Option<(Vec<String>, usize)> {
    let is_add = |sign: &TokenTree, add: &TokenTree| sign.to_string() == "." && add.to_string() == "add";
    if let [TokenTree::Ident(_), sign, add, TokenTree::Group(group), ..] = all
        && is_add(sign, add)
    {
        return Some((made::layer(&group.stream())?, 4));
    }
    let (parts, length) = path(all)?;
    let is_capital = parts.last()?.starts_with(char::is_uppercase);
    let length = match all.get(length) {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
            let are_numbers = made::arguments(group).iter().all(|a| made::is_number(&a.tokens));
            are_numbers.then_some(length + 1)?
        }
        _ => length,
    };
    let stages = made::layer(&all[..length].iter().cloned().collect())?;
    is_capital.then_some((stages, length))
}

/// A layer with a name in a statement of its own: where the layer begins and the statement ends.
struct Declaration {
    name: String,
    first: usize,
    length: usize,
    sign: char,
}

fn declaration(all: &[TokenTree]) -> Option<Declaration> {
    let word = |at: usize| match all.get(at) {
        Some(TokenTree::Ident(word)) => Some(word.to_string()),
        _ => None,
    };
    let punct = |at: usize| match all.get(at) {
        Some(TokenTree::Punct(p)) => Some(p.as_char()),
        _ => None,
    };
    let mut at = match (word(0)?.as_str(), punct(1)) {
        ("self", Some('.')) => 2,
        ("let", _) => 1,
        _ => 0,
    };
    let name =
        word(at).filter(|name| name.starts_with(char::is_lowercase) && name != "layer" && name != "param")?;
    let sign = punct(at + 1).filter(|sign| [':', '='].contains(sign))?;
    at += 2;
    let first = at;
    let (_, length) = path(&all[at..])?;
    at += length;
    if matches!(all.get(at), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis) {
        let Some(TokenTree::Group(group)) = all.get(at) else { return None };
        let of_numbers = made::arguments(group)
            .iter()
            .all(|argument| made::is_number(&argument.tokens) || argument.name.is_some());
        if !of_numbers {
            return None;
        }
        at += 1;
    }
    let is_layer = made::layer(&all[first..at].iter().cloned().collect()).is_some_and(|s| s.len() == 1);
    (is_layer && punct(at) == Some(';')).then_some(Declaration { name, first, length: at, sign })
}

/// Names of layers that a body declares in its own or in another way, and uses as layers later.
pub fn declared(all: &[TokenTree]) -> Vec<String> {
    let mut names = Vec::new();
    for at in 0..all.len() {
        let starts = at == 0 || matches!(&all[at - 1], TokenTree::Punct(p) if p.as_char() == ';');
        match &all[at..] {
            [TokenTree::Ident(layer), TokenTree::Ident(name), ..] if layer == "layer" && starts => {
                names.push(name.to_string());
            }
            rest if starts => names.extend(declaration(rest).map(|declaration| declaration.name)),
            _ => {}
        }
    }
    let text: TokenStream = all.iter().cloned().collect();
    let mut used = Vec::new();
    used_as_layers(&text, &mut used);
    names.retain(|name| used.contains(name) && !layers::is_function(name));
    names
}

/// Names behind an arrow, and before parentheses or `.forward`.
fn used_as_layers(tokens: &TokenStream, used: &mut Vec<String>) {
    let all: Vec<TokenTree> = tokens.clone().into_iter().collect();
    for at in 0..all.len() {
        match &all[at..] {
            [TokenTree::Ident(name), TokenTree::Group(group), ..]
                if group.delimiter() == Delimiter::Parenthesis =>
            {
                used.push(name.to_string());
            }
            [TokenTree::Ident(name), TokenTree::Punct(dot), TokenTree::Ident(forward), ..]
                if dot.as_char() == '.' && forward == "forward" =>
            {
                used.push(name.to_string());
            }
            [TokenTree::Punct(a), TokenTree::Punct(b), TokenTree::Ident(name), ..]
                if a.as_char() == '-' && b.as_char() == '>' =>
            {
                used.push(name.to_string());
            }
            _ => {}
        }
        if let TokenTree::Group(group) = &all[at] {
            if let [TokenTree::Ident(only)] = &group.stream().into_iter().collect::<Vec<_>>()[..] {
                used.push(only.to_string());
            }
            used_as_layers(&group.stream(), used);
        }
    }
}

/// New tokens from the first place to the last, so that what is said of all of them underlines what they stand for.
fn between(text: &str, place: Place) -> Vec<TokenTree> {
    let mut all = placed(text, place.first);
    let set = |token: &mut TokenTree, span: Span| token.set_span(span);
    if all.len() > 1
        && let Some(last) = all.last_mut()
    {
        set(last, place.last);
    }
    all
}
