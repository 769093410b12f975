//! Other frameworks' layers: their paths, those that nobody needs here, and layers in a list.

use super::{Mender, parts_of, placed, split, unwrapped};
use crate::errors::{Error, Place};
use crate::layers;
use crate::suggest;
use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, TokenStream, TokenTree};

/// First parts of paths to other frameworks' layers and functions.
pub(super) const MODULES: [&str; 25] = [
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
    "eqx",
    "equinox",
    "hk",
    "mx",
    "paddle",
];

impl Mender<'_> {
    /// `nn.Linear`, `nn::Linear`: layers and functions have no path.
    pub(super) fn path(&mut self) -> bool {
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
        let is_named = self.is_capital(length) || self.group(length + 1, Delimiter::Parenthesis).is_some();
        if length == 0 || !(is_named || behind_arrow && MODULES.contains(&first.as_str())) {
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
        let ours = layers::our_name(&name).unwrap_or_else(|| name.clone());
        let span = self.span(length);
        if let Some(call) = self
            .group(length + 1, Delimiter::Parenthesis)
            .filter(|_| name != "stack")
            .and_then(|g| sizes_in_order(&ours, g).or_else(|| joined_list(&ours, g)))
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

    /// Layers that other frameworks have and that nobody needs here: `Identity`, `Input`; `Activation(relu)`; and sums
    /// and joins of a tuple, `(a, b) -> Add`.
    pub(super) fn foreign_layer(&mut self) -> bool {
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
                let Some(layer) = layers::our_layer(word.trim_matches(['"', '\''])) else { return false };
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
            "TimeDistributed" | "Bidirectional" | "Lambda" => {
                return arguments.is_some_and(|group| self.wrapper(&name, &group, line));
            }
            _ => return false,
        }
        self.at += length;
        true
    }

    /// What other frameworks wrap around a layer or a function of numbers: `Bidirectional(Lstm(8))`.
    fn wrapper(&mut self, name: &str, group: &Group, line: String) -> bool {
        let parts = parts_of(group);
        let ([inner], place) = (&parts[..], self.place(2)) else { return false };
        let text = suggest::source(inner);
        let (text, note) = match name {
            "Lambda" if text.starts_with('|') => {
                let text = text.replacen("| ", "|", 1).replacen(" |", "|", 1);
                (format!("map({text})"), "a function of each number is `map`")
            }
            "Lambda" => return false,
            "Bidirectional" => {
                let Some(open) = text.strip_suffix(')') else { return false };
                (format!("{open}, bidirectional: true)"), "reading in both directions is an argument")
            }
            _ => (text, "a layer works on each step by itself where that has a meaning"),
        };
        let error = Error::new(place.first, line).note(note);
        self.errors.push(error.help_replace(format!("`{text}`"), place, text.clone()));
        // Spans of the user's own tokens stay.
        let mut all: Vec<TokenTree> = inner.clone().into_iter().collect();
        if name != "TimeDistributed" {
            all = placed(&text, self.span(0));
        }
        self.all.splice(self.at..self.at + 2, all);
        true
    }

    /// `Sequential(Dense(8), Relu)` behind an arrow.
    pub(super) fn sequential(&mut self) -> bool {
        let found = self
            .ident(0)
            .is_some_and(|name| ["Sequential", "sequential", "ModuleList"].contains(&name.as_str()));
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
}

/// `concat(a, b, axis: 0)` for PyTorch's `cat((a, b), 1)`, which counts the batch as an axis.
fn joined_list(ours: &str, group: &Group) -> Option<String> {
    let parts = parts_of(group);
    let (list, axis) = match &parts[..] {
        [list] => (list, "0".to_string()),
        [list, axis] => (list, suggest::source(axis)),
        _ => return None,
    };
    let axis = axis.trim_start_matches(|c: char| !c.is_ascii_digit()).parse::<usize>().ok()?;
    let mut tokens = list.clone().into_iter();
    let (Some(TokenTree::Group(list)), None, "concat") = (tokens.next(), tokens.next(), ours) else {
        return None;
    };
    Some(format!("concat({}, axis: {})", split(&list).join(", "), axis.saturating_sub(1)))
}

/// `Dense(8, in: 16)` for PyTorch's `Linear(16, 8)`, and `Conv2d(16, kernel: 3, in: 8)` for `Conv2d(8, 16, 3)`: what comes
/// in stands first there.
fn sizes_in_order(ours: &str, group: &Group) -> Option<String> {
    let parts: Vec<String> = parts_of(group).iter().map(suggest::source).collect();
    let is_constant =
        |part: &str| part.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    let are_numbers = parts.iter().all(|part| part.parse::<u64>().is_ok() || is_constant(part));
    match (&parts[..], ours) {
        ([first, second], "Dense" | "MultiHeadAttention") if are_numbers => {
            Some(format!("{ours}({second}, in: {first})"))
        }
        ([first, second, kernel], "Conv1d" | "Conv2d" | "Conv3d") if are_numbers => {
            Some(format!("{ours}({second}, kernel: {kernel}, in: {first})"))
        }
        _ => None,
    }
}
