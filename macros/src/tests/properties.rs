//! What must hold of every network and of every run of tokens, tried on random ones. `FORMWORK_CASES=20000` tries more
//! of them than the few that a test run has time for.

use super::analyse;
use super::valid::{DIGITS, RESIDUAL, SEVERAL};
use crate::{expand, layers, plan};
use generator::{Dice, Drawn, Usage, draw};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use std::collections::BTreeSet;

#[path = "../../../tests/random/generator.rs"]
mod generator;
#[path = "../../../tests/random/kinds.rs"]
mod kinds;

/// How many cases to try.
fn cases(usual: u64) -> u64 {
    std::env::var("FORMWORK_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}

fn random(seed: u64, usage: &mut Usage) -> Drawn {
    draw("Random", seed, 1 + seed as usize % 14, usage)
}

/// Any legal graph gets the shapes that PyTorch documents, and a plan that keeps every rule.
#[test]
fn random_networks_have_their_shapes_and_a_sound_plan() {
    let mut usage = Usage::new();
    let mut seen = BTreeSet::new();
    for seed in 0..cases(300) {
        let drawn = random(seed, &mut usage);
        let (mut shaped, errors) = analyse(&drawn.source);
        assert!(errors.is_empty(), "seed {seed}\n{}\n{}", drawn.source, super::show(&drawn.source, &errors));
        let shaped = shaped.remove(0);
        for (name, shape) in &drawn.values {
            let value = shaped.graph.values.iter().position(|v| v.name.as_ref().is_some_and(|n| n == name));
            let value = value.unwrap_or_else(|| panic!("seed {seed}: no `{name}`\n{}", drawn.source));
            let inferred = shaped.shapes[value].as_ref().map(ToString::to_string);
            assert_eq!(inferred, Some(format!("{shape:?}")), "seed {seed}: `{name}`\n{}", drawn.source);
        }
        for node in &shaped.graph.nodes {
            seen.extend(node.layer.as_ref().map(layers::AnyLayer::name));
        }
        // `plan` verifies itself in debug builds; here in every build.
        let planned = std::panic::catch_unwind(|| plan::plan(shaped).verify());
        assert!(planned.is_ok(), "seed {seed}: the plan breaks a rule\n{}", drawn.source);
    }
    // A network from elsewhere has no shapes that anybody could compare here.
    let kinds = layers::KINDS.iter().filter(|kind| **kind != "Network");
    let missing: Vec<_> = kinds.filter(|kind| !seen.contains(*kind)).collect();
    assert!(missing.is_empty(), "not drawn, so to be added in tests/random/kinds.rs: {missing:?}");
}

/// Runs the whole macro; it must give Rust, and say something: a network or what is wrong.
fn expand_anything(tokens: TokenStream, seed: u64) {
    let text = tokens.to_string();
    let empty = text.trim().is_empty();
    let crate_first = [TokenTree::from(Group::new(Delimiter::Parenthesis, quote::quote!(::formwork)))];
    let all: TokenStream = crate_first.into_iter().chain(tokens).collect();
    let expanded = std::panic::catch_unwind(|| expand::expand(all));
    let Ok(expanded) = expanded else { panic!("seed {seed} panics\n{text}") };
    let code = expanded.to_string();
    // A network with imported blocks is handed on to the set, which calls again.
    let says = ["compile_error", "struct", "! {"].iter().any(|sign| code.contains(sign));
    assert!(empty || says, "seed {seed} gives nothing\n{text}\n{code}");
    if let Err(error) = syn::parse2::<syn::File>(expanded) {
        panic!("seed {seed} gives no Rust: {error}\n{text}\n{code}");
    }
}

/// What networks are written with, and what they are not.
fn vocabulary() -> Vec<TokenTree> {
    let words = "struct pub let layer block param x y image N T Dense Conv2d Relu concat split sum in as if r#fn \
                 kernel stride padding same axis true false self _ __v 0 1 2 3.5 1e400 -1 99999999999999999999 \"text\" 'c' \
                 'static b\"x\" été größe 2147483647 2147483648 65535 0x10 1_000 N * M / K in=3 : :: ; , -> => . .. + - * / = | < > # ! ? $ @ & % ^ ~";
    let mut all: Vec<TokenTree> = words.parse::<TokenStream>().into_iter().flatten().collect();
    for delimiter in [Delimiter::Parenthesis, Delimiter::Bracket, Delimiter::Brace, Delimiter::None] {
        all.push(Group::new(delimiter, TokenStream::new()).into());
        all.push(Group::new(delimiter, quote::quote!(x: [3])).into());
    }
    all
}

#[test]
fn random_tokens_never_panic() {
    let vocabulary = vocabulary();
    fn run(dice: &mut Dice, words: &[TokenTree], depth: usize) -> TokenStream {
        let len = dice.roll(14);
        let token = |dice: &mut Dice| match dice.pick(words).clone() {
            TokenTree::Group(group) if depth < 4 => {
                TokenTree::from(Group::new(group.delimiter(), run(dice, words, depth + 1)))
            }
            other => other,
        };
        (0..len).map(|_| token(dice)).collect()
    }
    for seed in 0..cases(1500) {
        let mut dice = Dice::new(seed);
        let noise = run(&mut dice, &vocabulary, 0);
        // Half of it behind a header, so that it gets further.
        let tokens = match dice.once_in(2) {
            true => noise,
            false => quote::quote!(struct N(x: [4]) -> [4] { #noise }),
        };
        expand_anything(tokens, seed);
    }
}

/// The tokens with a few changes anywhere.
fn mutate(dice: &mut Dice, tokens: TokenStream, words: &[TokenTree]) -> TokenStream {
    let mut tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for _ in 0..1 + dice.roll(2) {
        if tokens.is_empty() {
            break;
        }
        let at = dice.roll(tokens.len());
        match (tokens[at].clone(), dice.roll(6)) {
            // Most tokens stand inside groups.
            (TokenTree::Group(group), 0..=4) => {
                let inside = mutate(dice, group.stream(), words);
                tokens[at] = Group::new(group.delimiter(), inside).into();
            }
            (_, 0) => drop(tokens.remove(at)),
            (token, 1) => tokens.insert(at, token),
            (_, 2) => tokens.insert(at, dice.pick(words).clone()),
            (_, 3) => {
                let other = dice.roll(tokens.len());
                tokens.swap(at, other);
            }
            _ => tokens[at] = dice.pick(words).clone(),
        }
    }
    tokens.into_iter().collect()
}

/// All tokens, those in brackets too, and each bracket with what is in it.
fn pieces(tokens: &TokenStream, all: &mut Vec<TokenTree>) {
    for token in tokens.clone() {
        if let TokenTree::Group(group) = &token {
            pieces(&group.stream(), all);
        }
        all.push(token);
    }
}

#[test]
fn mutations_of_good_networks_never_panic() {
    let (mut words, mut usage) = (vocabulary(), Usage::new());
    // Pieces of one network in another, up to whole bodies.
    let gallery = super::gallery::all_networks();
    gallery.iter().for_each(|network| pieces(network, &mut words));
    for seed in 0..cases(600) {
        let mut dice = Dice::new(seed);
        if dice.once_in(3) {
            let network = dice.pick(&gallery).clone();
            expand_anything(mutate(&mut dice, network, &words), seed);
            continue;
        }
        let source = match dice.roll(6) {
            0 => DIGITS.to_string(),
            1 => RESIDUAL.into(),
            2 => SEVERAL.into(),
            _ => random(seed, &mut usage).source,
        };
        let tokens = source.parse().unwrap_or_else(|error| panic!("{source}: {error}"));
        expand_anything(mutate(&mut dice, tokens, &words), seed);
    }
}

/// All expansions of a few networks in one number (FNV-1a).
fn expansions() -> u64 {
    let mut usage = Usage::new();
    let networks = (0..25).map(|seed| random(seed, &mut usage).source);
    let mistakes = super::corpus::sources().into_iter().step_by(9);
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for source in networks.chain(mistakes) {
        let tokens = format!("(::formwork) {source}").parse().unwrap_or_default();
        for byte in expand::expand(tokens).to_string().bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    hash
}

/// The same tokens give the same code: twice here, and in another process, whose hashers have other seeds.
#[test]
fn expansion_depends_on_nothing_but_the_tokens() {
    const CHILD: &str = "FORMWORK_PRINT_EXPANSIONS";
    let here = expansions();
    if std::env::var_os(CHILD).is_some() {
        println!("expansions {here:016x}.");
        return;
    }
    assert_eq!(here, expansions());
    let name = "tests::properties::expansion_depends_on_nothing_but_the_tokens";
    let child = std::env::current_exe()
        .and_then(|exe| {
            std::process::Command::new(exe).args([name, "--exact", "--nocapture"]).env(CHILD, "1").output()
        })
        .expect("the test runs itself");
    let printed = String::from_utf8_lossy(&child.stdout);
    assert!(printed.contains(&format!("expansions {here:016x}.")), "{printed}");
}
