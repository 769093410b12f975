//! Similar names, and how source is shown.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// The name among `known` that was most likely meant: the same letters in another case, then `aliases`, then the
/// fewest edits, at most a third of the letters (rustc's own bound).
pub fn similar<'a>(name: &str, known: &[&'a str], aliases: &[(&str, &'a str)]) -> Option<&'a str> {
    let plain = |s: &str| s.replace('_', "").to_lowercase();
    let is_plain = |s: &str, wanted: &str| {
        s.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).eq(wanted.chars())
    };
    let wanted = plain(name);
    if let Some(found) = known.iter().find(|k| is_plain(k, &wanted)) {
        return Some(found);
    }
    let mut meant = aliases.iter().filter(|(a, _)| is_plain(a, &wanted)).peekable();
    if meant.peek().is_some() {
        return meant.map(|(_, found)| *found).find(|found| known.contains(found));
    }
    let bound = name.chars().count().max(3) / 3;
    // Of one letter another is nothing similar.
    if name.chars().count() == 1 {
        return None;
    }
    // What is longer or shorter by more than that is further away than that.
    let letters = wanted.chars().count();
    let near =
        known.iter().map(|k| (plain(k), *k)).filter(|(k, _)| k.chars().count().abs_diff(letters) <= bound);
    near.map(|(plain, k)| (distance(&plain, &wanted), k))
        .filter(|(d, _)| *d <= bound)
        .min_by_key(|(d, _)| *d)
        .map(|(_, k)| k)
}

/// At most six of `known`: those that share a part of their name with `name`, else the first ones.
pub fn family<'a>(name: &str, known: &[&'a str]) -> Vec<&'a str> {
    let parts = |name: &str| -> Vec<String> {
        let snake = snake_case(name);
        snake
            .split('_')
            .filter(|p| p.len() > 3)
            .map(|p| p.trim_end_matches("1d").trim_end_matches("2d").into())
            .collect()
    };
    let wanted = parts(name);
    let related = known.iter().filter(|k| parts(k).iter().any(|p| wanted.contains(p)));
    let related: Vec<&'a str> = related.copied().take(6).collect();
    if related.is_empty() { known.iter().copied().take(6).collect() } else { related }
}

/// The number of insertions, deletions, replacements and swaps of neighbours between two words.
pub fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let mut best = change.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best = best.min(rows[i - 2][j - 2] + 1);
                }
                best
            };
        }
    }
    rows[a.len()][b.len()]
}

/// `MaxPool2d` becomes `max_pool2d`.
pub fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for (i, c) in name.chars().enumerate() {
        if c.is_uppercase() {
            if i > 0 {
                snake.push('_');
            }
            snake.extend(c.to_lowercase());
        } else {
            snake.push(c);
        }
    }
    snake
}

/// Tokens with the spaces that a person would write.
pub fn source(tokens: &TokenStream) -> String {
    let mut text = String::new();
    write(tokens, &mut text);
    text.trim().to_string()
}

fn write(tokens: &TokenStream, text: &mut String) {
    for token in tokens.clone() {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{ ", " }"),
                    Delimiter::None => ("", ""),
                };
                text.push_str(open);
                write(&group.stream(), text);
                text.push_str(close);
            }
            TokenTree::Punct(punct) => match punct.as_char() {
                ',' | ':' | ';' => {
                    text.push(punct.as_char());
                    text.push(' ');
                }
                '>' if text.ends_with('-') => text.push_str("> "),
                '.' => text.push('.'),
                // A sign, and no operator.
                '-' if punct.spacing() == Spacing::Alone
                    && (text.is_empty() || text.ends_with([' ', '(', '['])) =>
                {
                    text.push('-');
                }
                c if punct.spacing() == Spacing::Joint => {
                    text.push(' ');
                    text.push(c);
                }
                c => {
                    text.push(' ');
                    text.push(c);
                    text.push(' ');
                }
            },
            other => {
                let word = text.ends_with(|c: char| c.is_alphanumeric() || c == '_');
                if word {
                    text.push(' ');
                }
                text.push_str(&other.to_string());
            }
        }
        while text.ends_with("  ") {
            text.pop();
        }
    }
    let trimmed = text.trim_end().len();
    if text.len() > trimmed {
        text.truncate(trimmed);
    }
}

/// The texts between the commas of one pair of parentheses; `None` if there is something else.
pub fn parts(tokens: &TokenStream) -> Option<Vec<String>> {
    let mut tokens = tokens.clone().into_iter();
    let (Some(TokenTree::Group(group)), None) = (tokens.next(), tokens.next()) else { return None };
    Some(between_commas(group.stream()).iter().map(source).collect())
}
/// What stands between the commas; nothing for two in a row or a last one.
pub fn between_commas(tokens: TokenStream) -> Vec<TokenStream> {
    let mut parts = vec![TokenStream::new()];
    for token in tokens {
        match (&token, parts.last_mut()) {
            (TokenTree::Punct(p), _) if p.as_char() == ',' => parts.push(TokenStream::new()),
            (_, Some(part)) => part.extend([token]),
            (_, None) => {}
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}
