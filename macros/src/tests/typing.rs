//! What an editor sees while a network is being written: it is cut off anywhere, or a token is missing, and the header
//! is there all the same.

use super::valid::{DIGITS, RESIDUAL, SEVERAL};
use super::*;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// Runs all stages over tokens; a panic would be a defect of ours.
fn analyse_tokens(tokens: TokenStream) -> (Vec<Shaped>, Vec<Error>) {
    let mut errors = Errors::new();
    let shaped = analyse_all(&parse::parse(tokens, &mut errors), &mut errors);
    (shaped, errors.into_sorted())
}

fn count(tokens: &TokenStream) -> usize {
    let inside = |token: TokenTree| match token {
        TokenTree::Group(group) => 1 + count(&group.stream()),
        _ => 1,
    };
    tokens.clone().into_iter().map(inside).sum()
}

/// The tokens with those for which `keep` says no left out, numbered in the order of the source; a group that loses
/// tokens stays closed, as an editor closes it.
fn select(tokens: &TokenStream, next: &mut usize, keep: &impl Fn(usize) -> bool) -> TokenStream {
    let mut kept = TokenStream::new();
    for token in tokens.clone() {
        let wanted = keep(*next);
        *next += 1;
        match token {
            TokenTree::Group(group) => {
                let inside = select(&group.stream(), next, keep);
                if wanted {
                    let mut shorter = Group::new(group.delimiter(), inside);
                    shorter.set_span(group.span());
                    kept.extend([TokenTree::Group(shorter)]);
                }
            }
            other if wanted => kept.extend([other]),
            _ => {}
        }
    }
    kept
}

/// The number of tokens up to and including the first struct's name.
fn name_at(source: &str) -> usize {
    let mut at = 0;
    let mut tokens = Vec::new();
    fn flat(tokens: TokenStream, all: &mut Vec<String>) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => {
                    all.push(String::new());
                    flat(group.stream(), all);
                }
                other => all.push(other.to_string()),
            }
        }
    }
    flat(source.parse().unwrap_or_default(), &mut tokens);
    while tokens[at] != "struct" {
        at += 1;
    }
    at + 2
}

#[test]
fn cut_after_every_token() {
    for source in [DIGITS, RESIDUAL, SEVERAL] {
        let tokens: TokenStream = source.parse().unwrap_or_default();
        let all = count(&tokens);
        let name = name_at(source);
        for cut in 0..all {
            let (shaped, errors) = analyse_tokens(select(&tokens, &mut 0, &|i| i < cut));
            assert!(cut < name || !shaped.is_empty(), "{source}\nafter {cut} tokens: no header");
            // A network of which only the name is there cannot pass for a whole one.
            assert!(cut == 0 || cut > name || !errors.is_empty(), "{source}\nafter {cut} tokens: no error");
        }
    }
}

#[test]
fn every_token_missing() {
    for source in [DIGITS, RESIDUAL, SEVERAL] {
        let tokens: TokenStream = source.parse().unwrap_or_default();
        for missing in 0..count(&tokens) {
            analyse_tokens(select(&tokens, &mut 0, &|i| i != missing));
        }
    }
}

/// Sources that are wrong already, with each token left out.
#[test]
fn every_token_missing_from_a_mistake() {
    for source in super::corpus::sources() {
        let tokens: TokenStream = source.parse().unwrap_or_default();
        for missing in 0..count(&tokens) {
            analyse_tokens(select(&tokens, &mut 0, &|i| i != missing));
        }
    }
}

#[test]
fn tokens_in_pairs_swapped() {
    for source in [DIGITS, RESIDUAL, SEVERAL] {
        let body: Vec<TokenTree> = source.parse::<TokenStream>().unwrap_or_default().into_iter().collect();
        let Some(place) =
            body.iter().position(|t| matches!(t, TokenTree::Group(g) if g.delimiter() == Delimiter::Brace))
        else {
            panic!("{source} has no body");
        };
        let TokenTree::Group(group) = &body[place] else { continue };
        let inside: Vec<TokenTree> = group.stream().into_iter().collect();
        for i in 1..inside.len() {
            let mut swapped = inside.clone();
            swapped.swap(i - 1, i);
            let mut all = body.clone();
            all[place] = Group::new(Delimiter::Brace, swapped.into_iter().collect()).into();
            let (shaped, _) = analyse_tokens(all.into_iter().collect());
            assert!(!shaped.is_empty());
        }
    }
}

/// What was named before a half-written line stays known: the only error is about that line.
#[test]
fn earlier_names_stay() {
    for unfinished in ["let z =", "let z = y ->", "let", "y ->", "y -> Dense(", "y -> fc:"] {
        let body = format!("let y = x -> Dense(4); {} y", unfinished.replace('(', ""));
        let source = format!("struct N(x: [8]) -> [4] {{ {body} }}");
        let (shaped, errors) = analyse(&source);
        assert_eq!(shaped.len(), 1);
        let known = errors.iter().all(|e| !e.line.contains("no value"));
        assert!(known && !errors.is_empty(), "{unfinished}: {}", show(&source, &errors));
    }
}

#[test]
fn names_that_cannot_stand_in_rust() {
    let (shaped, errors) =
        analyse("struct N(type: [8], self: [8]) -> [8] { type + self -> match: Dense(8) }");
    assert_eq!(errors.len(), 3, "{errors:?}");
    let header = &shaped[0].graph.header;
    assert_eq!(header.inputs.iter().map(|i| i.name.to_string()).collect::<Vec<_>>(), ["r#type", "self_"]);
}

/// Where an editor looks for what a name in the macro is: the field has the place of its name, and its type that of the
/// layer's.
#[test]
fn fields_and_their_types_stand_where_the_user_wrote_them() {
    let source = "(::formwork) struct N(x: [1, 9, 9]) -> [4] { x -> conv: Conv2d(2, kernel: 3) -> Flatten -> Dense(4) }";
    let code = crate::expand::expand(source.parse().unwrap_or_default());
    let mut found: Vec<(String, usize)> = Vec::new();
    fn walk(tokens: TokenStream, found: &mut Vec<(String, usize)>) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => walk(group.stream(), found),
                TokenTree::Ident(name) => found.push((name.to_string(), name.span().start().column)),
                _ => {}
            }
        }
    }
    walk(code, &mut found);
    let at = |text: &str| source.find(text).unwrap_or_default();
    for (name, place) in
        [("N", at("N(x")), ("conv", at("conv:")), ("Conv2d", at("Conv2d(")), ("Dense", at("Dense("))]
    {
        assert!(found.contains(&(name.into(), place)), "{name}: {found:?}");
    }
    // An unnamed layer's field has the place of its kind.
    assert!(found.contains(&("dense1".into(), at("Dense("))), "{found:?}");
}

/// What cannot be read of one network keeps no other from being built, but for those that it is part of.
#[test]
fn a_broken_network_leaves_the_others_whole() {
    let whole = |source: &str| {
        let tokens: proc_macro2::TokenStream = format!("(formwork) {source}").parse().unwrap_or_default();
        let code = crate::expand::expand(tokens).to_string();
        // A stub has no such body; a whole network has one, and one that calls it.
        code.matches("fn __predict_len (__samples").count() / 2
    };
    let (good, bad) =
        ("struct A(x: [4]) -> [2] { x -> Dense(2) }", "struct B(x: [4]) -> [2] { x -> -> Relu }");
    assert_eq!(whole(good), 1);
    assert_eq!(whole(bad), 0);
    assert_eq!(whole(&format!("{good} {bad}")), 1);
    assert_eq!(whole(&format!("{bad} {good}")), 1);
    assert_eq!(whole(&format!("{bad} struct C(x: [4]) -> [2] {{ x -> B }}")), 0);
    assert_eq!(
        whole(&format!("block D(x: [n]) -> [n] {{ x -> }} struct C(x: [4]) -> [4] {{ x -> D }} {good}")),
        1
    );
}
