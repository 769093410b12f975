//! Layers as other frameworks make them, `nn.Conv2d(3, 16, kernel_size=3)`: in which order their arguments stand, and what
//! these are called here.

use crate::layers;
use crate::suggest;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// An argument of a call, whose sign may be `=` or `:`.
#[derive(Clone)]
pub struct Argument {
    pub name: Option<String>,
    pub is_equals: bool,
    pub tokens: TokenStream,
}

/// Arguments that say what is known here, or has no meaning.
const LEFT_OUT: [&str; 12] = [
    "batch_first",
    "input_shape",
    "name",
    "key",
    "rng",
    "rngs",
    "device",
    "dtype",
    "inplace",
    "training",
    "deterministic",
    "keepdim",
];

pub fn arguments(group: &Group) -> Vec<Argument> {
    let parts = suggest::between_commas(group.stream());
    let argument = |part: TokenStream| {
        let all: Vec<TokenTree> = part.clone().into_iter().collect();
        match &all[..] {
            [TokenTree::Ident(name), TokenTree::Punct(sign), rest @ ..]
                if [':', '='].contains(&sign.as_char()) && !rest.is_empty() =>
            {
                let (name, is_equals) = (Some(name.to_string()), sign.as_char() == '=');
                Argument { name, is_equals, tokens: rest.iter().cloned().collect() }
            }
            _ => Argument { name: None, is_equals: false, tokens: part },
        }
    };
    parts.into_iter().map(argument).collect()
}

impl Argument {
    pub fn text(&self) -> String {
        let value = suggest::source(&self.tokens);
        match &self.name {
            Some(name) if self.is_equals => format!("{name} = {value}"),
            Some(name) => format!("{name}: {value}"),
            None => value,
        }
    }
}

/// Whether an argument is none of ours: `dim=1`, or counted from the end.
pub fn is_strange(argument: &Argument) -> bool {
    argument.is_equals || argument.text().replace(' ', "").contains("[-") || argument.text().starts_with('-')
}

/// Values in brackets.
pub fn is_list(tokens: &TokenStream) -> bool {
    matches!(&tokens.clone().into_iter().collect::<Vec<_>>()[..], [TokenTree::Group(_)])
}

/// Numbers, words in quotes, constants and lists of these, and no values.
pub fn is_number(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().all(|token| match token {
        TokenTree::Literal(_) => true,
        TokenTree::Ident(word) => {
            let word = word.to_string();
            ["true", "false", "True", "False", "None"].contains(&word.as_str())
                || word.len() > 1 && !word.contains(char::is_lowercase)
        }
        TokenTree::Group(group) => is_number(&group.stream()),
        TokenTree::Punct(sign) => "-,*/+.".contains(sign.as_char()),
    })
}

/// The operator that is a function elsewhere.
pub fn sign(name: &str) -> Option<&'static str> {
    match name {
        "add" | "Add" | "plus" => Some("+"),
        "sub" | "subtract" | "Subtract" => Some("-"),
        "mul" | "multiply" | "Multiply" => Some("*"),
        "div" | "divide" | "true_divide" => Some("/"),
        _ => None,
    }
}

/// The values of arguments, out of a list if they stand in one.
pub fn unlisted(arguments: &[Argument]) -> Vec<String> {
    if let [only] = arguments {
        let mut tokens = only.tokens.clone().into_iter();
        if let (Some(TokenTree::Group(list)), None) = (tokens.next(), tokens.next()) {
            return suggest::between_commas(list.stream()).iter().map(suggest::source).collect();
        }
    }
    arguments.iter().map(|argument| suggest::source(&argument.tokens)).collect()
}

/// The layers of a call, one behind the other: `Dense(8, in: 4)` and `Relu`.
pub fn stages(name: &str, group: &Group) -> Option<Vec<String>> {
    if name == "Sequential" || name == "sequential" || name == "ModuleList" {
        let all = super::parts_of(&super::unwrapped(group));
        let all: Option<Vec<Vec<String>>> = all.iter().map(layer).collect();
        return all.map(|all| all.concat()).filter(|all| !all.is_empty());
    }
    if let ("TimeDistributed" | "Bidirectional", [inner]) = (name, &arguments(group)[..]) {
        let mut all = layer(&inner.tokens)?;
        if let (Some(first), "Bidirectional") = (all.first_mut(), name) {
            *first = format!("{}, bidirectional: true)", first.strip_suffix(')')?);
        }
        return Some(all);
    }
    stages_of(name, &arguments(group))
}

/// One layer in a list of them, `nn.Linear(8, 16)` or `Relu`.
pub fn layer(tokens: &TokenStream) -> Option<Vec<String>> {
    let all: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let (path, length) = super::flow::path(&all)?;
    let name = path.last()?;
    match &all[length..] {
        [] => stages_of(name, &[]),
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::Parenthesis => stages(name, group),
        _ => None,
    }
}

/// The same for arguments that were read.
pub fn stages_of(name: &str, arguments: &[Argument]) -> Option<Vec<String>> {
    if name == "Identity" {
        return Some(Vec::new());
    }
    let ours = layers::our_layer(name).filter(|ours| ours.starts_with(char::is_uppercase))?;
    let by_place = arguments.iter().filter(|a| a.name.is_none() && !is_about_the_machine(&a.tokens));
    let mut texts: Vec<String> = by_place.map(|a| literal(&a.tokens)).collect();
    if let Some((pair, rest)) = texts.split_first()
        && ours.starts_with("Conv")
        && let Some((from, to)) =
            pair.strip_prefix('(').and_then(|pair| pair.strip_suffix(')')?.split_once(", "))
    {
        // `Conv2dConfig::new([1, 8], [3, 3])`
        texts = [from.to_string(), to.to_string()].into_iter().chain(rest.iter().cloned()).collect();
    }
    let mut named: Vec<(String, String)> = arguments
        .iter()
        .filter_map(|a| Some((a.name.clone()?, literal(&a.tokens))))
        .filter(|(name, _)| !LEFT_OUT.contains(&name.as_str()))
        .collect();
    let activation = named.iter().position(|(name, _)| name == "activation").map(|at| named.remove(at).1);
    let activation = match activation.as_deref() {
        None | Some("none" | "linear") => None,
        Some(word) => Some(layers::our_layer(word)?),
    };
    let has = |argument: &str| named.iter().any(|(name, _)| name.starts_with(argument));
    let order: &[&str] = match (ours.as_str(), texts.len()) {
        ("Dense" | "Rnn" | "Gru" | "Lstm" | "MultiHeadAttention", 2) => &["in", ""],
        ("Embedding", 2) => &["_", ""],
        ("GroupNorm", 2) => &["", "_"],
        (conv, 2) if conv.starts_with("Conv") && has("kernel") => &["in", ""],
        (conv, 2) if conv.starts_with("Conv") => &["", "kernel"],
        (conv, 3..) if conv.starts_with("Conv") => &["in", "", "kernel", "stride", "padding"],
        (pool, 2..) if pool.starts_with("MaxPool") || pool.starts_with("AvgPool") => {
            &["", "stride", "padding"]
        }
        (norm, _) if norm.contains("Norm") && norm != "GroupNorm" => &["_", "_", "_"],
        ("Flatten" | "Relu" | "Softmax" | "LogSoftmax", _) => &["_", "_"],
        _ => &["", "", "", "", ""],
    };
    if texts.len() > order.len() {
        return None;
    }
    let mut all: Vec<(String, String)> = Vec::new();
    for (name, text) in order.iter().zip(&texts).filter(|(name, _)| **name != "_") {
        all.push((name.to_string(), text.clone()));
    }
    for (name, text) in named {
        if ours.contains("oftmax") && ["dim", "axis"].contains(&name.as_str()) || ours == "Flatten" {
            continue;
        }
        let name = layers::our_argument(&ours, &name)?;
        // What stands by place here.
        let by_place =
            ["outputs", "hidden", "rate", "width", "heads", "positions", "size", "scale", "factor", "slope"];
        let is_main = by_place.contains(&name.as_str()) || name == "kernel" && ours.contains("Pool");
        match is_main && !all.iter().any(|(name, _)| name.is_empty()) {
            true => all.insert(0, (String::new(), text)),
            false => all.push((name, text)),
        }
    }
    all.sort_by_key(|(name, _)| (!name.is_empty(), name == "in"));
    let all: Vec<String> = all
        .into_iter()
        .map(|(name, text)| if name.is_empty() { text } else { format!("{name}: {text}") })
        .collect();
    let call = if all.is_empty() { ours } else { format!("{ours}({})", all.join(", ")) };
    Some([call].into_iter().chain(activation).collect())
}

/// A number or a word as it is written here.
fn literal(tokens: &TokenStream) -> String {
    let text = suggest::source(tokens);
    let word = text.trim_matches(['"', '\'']);
    match word {
        "True" | "False" => word.to_lowercase(),
        _ if word.len() < text.len() => word.to_lowercase(),
        _ => match text.strip_prefix('[').and_then(|list| list.strip_suffix(']')) {
            Some(list) if list.contains(',') => format!("({list})"),
            Some(list) => list.into(),
            None => text,
        },
    }
}

/// A device, a store of weights or a seed, of which a layer knows nothing here.
fn is_about_the_machine(tokens: &TokenStream) -> bool {
    let text = suggest::source(tokens);
    let text = text.trim_start_matches(['&', ' ']);
    ["vb", "vs", "device", "key", "rng"]
        .iter()
        .any(|word| text == *word || text.starts_with(&format!("{word}.")))
}
