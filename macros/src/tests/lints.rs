//! Which lints a network is warned by; and that no network of the gallery is.

use super::*;
use crate::lints;
use proc_macro2::{TokenStream, TokenTree};

/// The lints and the tokens that they are shown at.
#[track_caller]
fn warned(source: &str) -> Vec<(&'static str, String)> {
    let (shaped, errors) = analyse(source);
    assert!(errors.is_empty(), "{}", show(source, &errors));
    let mut errors = Errors::new();
    let warnings: Vec<_> = shaped.iter().flat_map(|one| lints::warnings(one, &mut errors)).collect();
    assert!(errors.is_empty(), "{errors:?}");
    warnings.iter().map(|w| (w.lint, crate::suggest::source(&w.tokens))).collect()
}

#[track_caller]
fn one(source: &str, lint: &str, tokens: &str) {
    assert_eq!(warned(source), [(lint, tokens.to_string())].map(|(l, t)| (lints_name(l), t)), "{source}");
    // And none where it is allowed.
    assert_eq!(warned(&format!("#[allow(formwork::{lint})] {source}")), [], "{source}");
}

fn lints_name(name: &str) -> &'static str {
    lints::NAMES.into_iter().find(|known| *known == name).unwrap_or("no such lint")
}

#[test]
fn each_lint() {
    one("struct A(x: [9]) -> [3] { x -> a: Dense(20) -> b: Dense(3) }", "missing_activation", "Dense(3)");
    one(
        "struct A(x: [9]) -> [3] { x -> Dense(20) -> Dropout(0.5) -> Dense(3) }",
        "missing_activation",
        "Dense(3)",
    );
    one("struct A(x: [9]) -> [3] { x -> Dense(3) -> Relu -> Softmax }", "relu_before_softmax", "Relu");
    one(
        "struct A(x: [9]) -> [3] { x -> Dense(3) -> Softmax -> LogSoftmax }",
        "repeated_softmax",
        "LogSoftmax",
    );
    one("struct A(x: [9]) -> [1] { x -> Dense(1) -> Sigmoid -> Sigmoid }", "repeated_softmax", "Sigmoid");
    one(
        "struct A(x: [9], t: [3]) -> [] { -sum(t * ln(x -> Softmax -> Dense(3) -> Softmax)) }",
        "logarithm_of_softmax",
        "ln(x -> Softmax -> Dense(3) -> Softmax)",
    );
    one(
        "struct A(photo: [32, 32, 3]) -> [8] { photo -> Conv2d(8, kernel: 3) -> GlobalAvgPool2d }",
        "channels_last",
        "[32, 32, 3]",
    );
    one("struct A(x: [9]) -> [1] { x -> Dense(1) -> Softmax }", "softmax_of_one", "Softmax");
    one("struct A(x: [9, 1]) -> [9, 1] { x -> Softmax(axis: 1) }", "softmax_of_one", "Softmax(axis: 1)");
    one("struct A(x: [9]) -> [3] { x -> Dense(3) -> Dropout(0.2) }", "dropout_at_the_end", "Dropout(0.2)");
    one(
        "struct A(x: [3, 8, 8]) -> [3] { x -> AvgPool2d(8) -> BatchNorm2d -> Flatten }",
        "batch_norm_of_one_pixel",
        "BatchNorm2d",
    );
    one(
        "struct A(x: [3, 8, 8]) -> [4, 6, 6] { x -> Conv2d(4, kernel: 3) -> BatchNorm2d }",
        "bias_before_batch_norm",
        "Conv2d(4, kernel: 3)",
    );
    one("struct A(x: [3]) -> [4] { x -> fc: Dense(4) -> BatchNorm1d }", "bias_before_batch_norm", "Dense(4)");
    one(
        "struct A(x: [9]) -> [8] { (x -> Dense(8) -> Relu) * (x -> Dense(8) -> Tanh) }",
        "unnamed_twins",
        "Dense(8)",
    );
}

/// What looks like a mistake and is none.
#[test]
fn no_lint() {
    let fine = [
        // A bottleneck.
        "struct A(x: [64]) -> [64] { x -> Dense(8) -> Dense(64) }",
        // Other readers of what lies between.
        "struct A(x: [9]) -> (a: [5], b: [3]) { let a = x -> Dense(5); (a, a -> Dense(3)) }",
        // No bias, a bias that is not averaged away, and one that somebody else reads.
        "struct A(x: [3, 8, 8]) -> [4, 6, 6] { x -> Conv2d(4, kernel: 3, bias: false) -> BatchNorm2d }",
        "struct A(x: [3, 8, 8]) -> [4, 6, 6] { x -> Conv2d(4, kernel: 3) -> Relu -> BatchNorm2d }",
        "struct A(x: [3]) -> [4] { let y = x -> Dense(4); y + (y -> BatchNorm1d) }",
        // Behind each other no line can be swapped unseen; names, and one layer used twice.
        "struct A(x: [8]) -> [8] { x -> Dense(8) -> Relu -> Dense(8) -> Relu }",
        "struct A(x: [8]) -> [8] { (x -> a: Dense(8)) + (x -> b: Dense(8)) }",
        "struct A(x: [8], y: [8]) -> [8] { layer e = Dense(8); (x -> e) + (y -> e) }",
        // Dropout inside, a soft-max of several, and what no result needs.
        "struct A(x: [8]) -> [8] { x -> Dense(8) -> Relu -> Dropout(0.5) -> Dense(8) -> Softmax }",
        "struct A(x: [8]) -> [8] { let _y = x -> Dense(1) -> Softmax; x }",
        // Sizes that nobody knows yet.
        "struct A(x: [N]) -> [M] { x -> Dense(M) -> Softmax }",
    ];
    for source in fine {
        assert_eq!(warned(source), [], "{source}");
    }
}

/// A block that is used twice has one text, and one warning.
#[test]
fn once_for_a_block() {
    let source = "block B(c)(x: [k]) -> [c] { x -> Dense(c) -> BatchNorm1d -> Relu }
        struct A(x: [9]) -> [3] { x -> B(8) -> B(3) }";
    assert_eq!(warned(source), [("bias_before_batch_norm", "Dense(c)".into())]);
}

#[test]
fn levels() {
    let (_, errors) = analyse("#[allow(formwork::nonsense)] struct A(x: [9]) -> [3] { x -> Dense(3) }");
    assert_eq!(errors.len(), 1, "{errors:?}");
    let (shaped, _) = analyse(
        "#[allow(dead_code, formwork::missing_activation)] struct A(x: [9]) -> [3] { x -> Dense(3) }",
    );
    let kept = &shaped[0].graph.header.attributes;
    assert_eq!(kept.len(), 1);
    assert_eq!(quote::quote!(#(#kept)*).to_string(), "# [allow (dead_code)]");
    let (shaped, _) = analyse(
        "#[deny(formwork::missing_activation)] struct A(x: [9]) -> [3] { x -> Dense(9) -> Dense(3) }",
    );
    let mut errors = Errors::new();
    assert!(lints::warnings(&shaped[0], &mut errors).is_empty());
    assert_eq!(errors.into_sorted().len(), 1);
}

/// The tokens of every `network!` in a file.
fn networks(tokens: TokenStream, found: &mut Vec<TokenStream>) {
    let all: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in all.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        let called = at >= 2
            && matches!(&all[at - 1], TokenTree::Punct(p) if p.as_char() == '!')
            && matches!(&all[at - 2], TokenTree::Ident(name) if name == "network");
        if called { found.push(group.stream()) } else { networks(group.stream(), found) }
    }
}

/// Published architectures, and the examples that users copy from.
#[test]
fn the_gallery_is_clean() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or_else(|| unreachable!());
    let mut seen = 0;
    let mut wrong = Vec::new();
    for folder in ["tests/gallery", "examples", "benches/workloads", "benches/build_cost"] {
        let entries = std::fs::read_dir(root.join(folder)).unwrap_or_else(|e| panic!("{folder}: {e}"));
        let files = entries.filter_map(Result::ok).map(|entry| entry.path());
        for file in files.filter(|path| path.extension().is_some_and(|e| e == "rs")) {
            let text = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
            let mut found = Vec::new();
            networks(text.parse().unwrap_or_default(), &mut found);
            for tokens in found {
                let mut errors = Errors::new();
                let program = parse::parse(tokens, &mut errors);
                // Blocks from a set are not there.
                if program.import.is_some() {
                    continue;
                }
                for one in analyse_all(&program, &mut errors) {
                    seen += 1;
                    let warnings = lints::warnings(&one, &mut errors);
                    let name = &one.graph.header.name;
                    wrong.extend(
                        warnings
                            .iter()
                            .map(|w| format!("{}, {name}: {}: {}", file.display(), w.lint, w.text)),
                    );
                }
                assert!(errors.is_empty(), "{}: {:?}", file.display(), errors.into_sorted());
            }
        }
    }
    assert!(seen >= 30, "only {seen} networks were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
