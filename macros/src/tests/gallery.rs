//! What an editor sees while a network of the gallery, or of an example, is being written: after every token the struct
//! is there with all that was written before, and what is wrong is where the text ends.

use super::*;
use crate::expand;
use crate::fields::{Field, FieldKind, fields};
use crate::graph::NodeId;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};

/// The files of the gallery and of the examples.
fn files() -> Vec<std::path::PathBuf> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let mut files = Vec::new();
    for folder in ["tests/gallery", "examples"] {
        let entries =
            std::fs::read_dir(format!("{root}/{folder}")).unwrap_or_else(|e| panic!("{folder}: {e}"));
        files.extend(entries.filter_map(|entry| Some(entry.ok()?.path())));
    }
    files.retain(|file| file.extension().is_some_and(|end| end == "rs"));
    files.sort();
    assert!(files.len() > 12, "the gallery has {} files only", files.len());
    files
}

/// The tokens of every `network!` in a file.
fn networks(file: &std::path::Path) -> Vec<TokenStream> {
    let text = std::fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let parsed = syn::parse_file(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let mut networks = Vec::new();
    collect(&parsed.items, &mut networks);
    networks
}

/// All of them.
pub fn all_networks() -> Vec<TokenStream> {
    files().iter().flat_map(|file| networks(file)).collect()
}

fn collect(items: &[syn::Item], networks: &mut Vec<TokenStream>) {
    for item in items {
        match item {
            syn::Item::Macro(item) if item.mac.path.segments.last().is_some_and(|s| s.ident == "network") => {
                networks.push(item.mac.tokens.clone());
            }
            syn::Item::Mod(module) => {
                collect(module.content.as_ref().map_or(&[], |(_, items)| items), networks);
            }
            _ => {}
        }
    }
}

type At = (usize, usize);

fn end(span: proc_macro2::Span) -> At {
    (span.end().line, span.end().column)
}

/// The tokens up to the first of those that end behind a place; what is begun stays closed. Attributes and names are
/// not cut apart.
fn before(tokens: &TokenStream, cut: At) -> TokenStream {
    let mut kept = TokenStream::new();
    for token in tokens.clone() {
        match &token {
            TokenTree::Group(group) if end(group.span()) > cut => {
                if end(group.span_open()) <= cut {
                    let mut shorter = Group::new(group.delimiter(), before(&group.stream(), cut));
                    shorter.set_span(group.span());
                    kept.extend([TokenTree::Group(shorter)]);
                }
                break;
            }
            other if end(other.span()) > cut => break,
            _ => kept.extend([token]),
        }
    }
    kept
}

/// The end of every token, and of every bracket that opens.
fn ends(tokens: &TokenStream, all: &mut BTreeSet<At>) {
    for token in tokens.clone() {
        all.insert(end(token.span()));
        if let TokenTree::Group(group) = token {
            all.insert(end(group.span_open()));
            ends(&group.stream(), all);
        }
    }
}

/// Every field with the place where its layer's text ends; those in blocks, too.
fn written(shaped: &Shaped) -> BTreeMap<String, At> {
    fn walk(shaped: &Shaped, fields: &[Field], path: &str, outer: At, all: &mut BTreeMap<String, At>) {
        for field in fields {
            let path = format!("{path}.{}", field.name);
            let tokens = match &field.kind {
                FieldKind::Layer(NodeId(node), _) | FieldKind::Guess(NodeId(node), _) => {
                    &shaped.graph.nodes[*node].tokens
                }
                FieldKind::Struct(group, _) => &shaped.graph.groups[group.0].tokens,
            };
            let here = outer.max(end(Place::of(tokens).last));
            if let FieldKind::Struct(_, inner) = &field.kind {
                walk(shaped, inner, &path, here, all);
            }
            all.insert(path, here);
        }
    }
    let mut all = BTreeMap::new();
    let name = &shaped.graph.header.name;
    walk(shaped, &fields(shaped), &name.to_string(), end(name.span()), &mut all);
    all
}

/// Where the item, or the statement of a body, begins that a cut is in: before it nothing may be wrong.
fn last_begin(tokens: &TokenStream) -> At {
    let mut begin = (0, 0);
    let mut fresh = true;
    let all: Vec<TokenTree> = tokens.clone().into_iter().collect();
    for (i, token) in all.iter().enumerate() {
        if fresh {
            begin = (token.span().start().line, token.span().start().column);
        }
        fresh = matches!(token, TokenTree::Punct(sign) if sign.as_char() == ';')
            || matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        if let (TokenTree::Group(group), true) = (token, i + 1 == all.len())
            && group.delimiter() == Delimiter::Brace
            && !group.stream().is_empty()
        {
            begin = begin.max(last_begin(&group.stream()));
        }
    }
    begin
}

#[test]
fn cut_after_every_token_of_the_gallery() {
    let files = files();
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = files.iter().map(|file| scope.spawn(|| cut_everywhere(file))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or(vec!["a panic".into()])).collect()
    });
    let some: Vec<_> = wrong.iter().take(20).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} are wrong, among them\n{}", wrong.len(), some.join("\n"));
}

/// What is wrong while the networks of a file are written.
fn cut_everywhere(file: &std::path::Path) -> Vec<String> {
    let mut wrong = Vec::new();
    for tokens in networks(file) {
        let file = file.display();
        let analysed = |tokens: TokenStream| {
            crate::limits::reset();
            let mut errors = Errors::new();
            // What to do about a mistake is not asked here, and takes most of the time.
            let shaped = remedies::silently(|| analyse_all(&parse::parse(tokens, &mut errors), &mut errors));
            (shaped, errors.into_sorted())
        };
        let (whole, errors) = analysed(tokens.clone());
        assert!(errors.is_empty(), "{file}: {errors:?}");
        let expected: BTreeMap<String, At> = whole.iter().flat_map(written).collect();
        let mut cuts = BTreeSet::new();
        ends(&tokens, &mut cuts);
        for (number, cut) in cuts.into_iter().enumerate() {
            let shorter = before(&tokens, cut);
            let begin = last_begin(&shorter);
            let (shaped, errors) = analysed(shorter.clone());
            let found: BTreeSet<String> = shaped.iter().flat_map(|one| written(one).into_keys()).collect();
            let missing: Vec<_> = expected
                .iter()
                .filter(|(field, at)| **at <= cut && !found.contains(*field))
                // A network inside another has the fields of its own struct.
                .map(|(field, _)| field)
                .collect();
            if !missing.is_empty() {
                wrong.push(format!("{file} cut at {cut:?}: {missing:?} are missing"));
            }
            for error in &errors {
                // What a network gives is compared with what it declares; that it does not give it yet is true.
                let declares = error.line.contains(" declares ");
                if end(error.place.last) < begin && !declares {
                    let at = error.place.start();
                    wrong.push(format!("{file} cut at {cut:?}: {at:?}, before {begin:?}: {error}"));
                }
            }
            // A cut layer in a cut function, and the body gives nothing yet.
            if errors.len() > 3 {
                wrong.push(format!("{file} cut at {cut:?}: {} errors: {errors:?}", errors.len()));
            }
            // All of it, up to code, for some of them.
            if number % 32 == 0 {
                let krate = [TokenTree::from(Group::new(Delimiter::Parenthesis, quote::quote!(::formwork)))];
                let code = expand::expand(krate.into_iter().chain(shorter).collect());
                if let Err(error) = syn::parse2::<syn::File>(code) {
                    wrong.push(format!("{file} cut at {cut:?} gives no Rust: {error}"));
                }
            }
        }
    }
    wrong
}
