//! The planner and the writer: snapshots that a person reads, and random graphs that must keep every rule.

use super::analyse;
use crate::{expand, plan};
use std::path::Path;

const RESIDUAL: &str = "
    /// Documented.
    pub struct Residual(image: [3, 8, 8]) -> [10] {
        let x = image -> stem: Conv2d(4, kernel: 3, padding: 1, bias: false) -> BatchNorm2d -> Relu;
        let y = x -> Conv2d(4, kernel: 3, padding: 1) -> Gelu;
        x + y -> MaxPool2d(2) -> Flatten -> Dropout(0.5) -> head: Dense(10)
    }";

/// Compares with the committed text; `FORMWORK_BLESS=1` writes it anew.
fn snapshot(name: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/snapshots").join(name);
    if std::env::var_os("FORMWORK_BLESS").is_some() {
        std::fs::write(&file, text).expect("written");
    }
    let kept = std::fs::read_to_string(&file).expect("the snapshot is there: FORMWORK_BLESS=1 makes it");
    assert!(text == kept, "{name} has changed; read it, then FORMWORK_BLESS=1\n{text}");
}

fn planned(source: &str) -> plan::Plan {
    let (mut shaped, errors) = analyse(source);
    assert!(errors.is_empty(), "{source}\n{errors:?}");
    plan::plan(shaped.remove(0))
}

fn expansion(source: &str) -> String {
    let tokens = format!("(::formwork) {source}").parse().expect("tokens");
    let file = syn::parse2(expand::expand(tokens)).expect("the expansion is Rust");
    prettyplease::unparse(&file)
}

#[test]
fn a_plan_reads_well() {
    snapshot("residual.plan", &planned(RESIDUAL).to_string());
}

#[test]
fn an_expansion_reads_well() {
    let small = "pub struct Small<T>(x: [3]) -> [2] { x -> hidden: Dense(4) -> Relu -> Dense(2) }";
    snapshot("small.rs.txt", &expansion(small));
}

#[test]
fn an_expansion_is_the_same_every_time() {
    assert_eq!(expansion(RESIDUAL), expansion(RESIDUAL));
}

#[test]
fn a_mistake_still_yields_the_type_with_what_is_known() {
    let code = expansion("pub struct N(x: [4]) -> [2] { x -> a: Dense(8) -> b: Dense(3, init: cold) }");
    assert!(code.contains("pub struct N {"), "{code}");
    assert!(code.contains("pub a: ::formwork::layers::dense::Dense<"), "{code}");
    assert!(code.contains("compile_error!"), "{code}");
    assert_eq!(code.matches("compile_error!").count(), 1, "{code}");
    // What comes out of the layer that does not fit nobody knows, but its field is there.
    assert!(
        code.contains("pub b: ::formwork::layers::dense::Dense<") && code.contains("`[8]` to ?"),
        "{code}"
    );
}

#[test]
fn a_mistake_still_yields_the_blocks() {
    let code = expansion(
        "block B(n)(x: [m]) -> [n] { x -> first: Dense(n) -> second: Dense(n) }
        pub struct N<T>(x: [4]) -> [2] { x -> a: B(8) -> b: [Dense(8); 3] -> c: Dense(2, in: 9) }",
    );
    assert!(
        code.contains("pub a: NA<T>,") && code.contains("pub struct NA<T: ::formwork::Real> {"),
        "{code}"
    );
    assert!(code.contains("pub second: ::formwork::layers::dense::Dense<"), "{code}");
    assert!(code.contains("pub b: [::formwork::layers::dense::Dense<T, 8, 8, 8>; 3],"), "{code}");
    assert_eq!(code.matches("compile_error!").count(), 1, "{code}");
}

#[test]
fn a_mistake_still_yields_the_step_behind_attention() {
    let code = |dense: &str| {
        let body = "text -> Embedding(8) -> MultiHeadAttention(2, causal: true)";
        expansion(&format!("struct N(text: [6] in 0..5) -> [6, 4] {{ {body} -> Dense({dense}) }}"))
    };
    let (good, bad) = (code("4"), code("4, in: 9"));
    assert_eq!((good.matches("compile_error!").count(), bad.matches("compile_error!").count()), (0, 1));
    for code in [good, bad] {
        let words: String = code.split_whitespace().collect();
        let step = "pubfnstep(&self,text:&::formwork::Index<5>,";
        assert!(words.contains(step) && words.contains("typeNState=::formwork::Cache<N>;"), "{code}");
    }
    let ahead = expansion("struct N(x: [6, 8]) -> [6, 8] { x -> MultiHeadAttention(2) }");
    assert!(!ahead.contains("NState") && !ahead.contains("fn step"), "{ahead}");
}

/// A small generator of its own, so that a failure names its seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

/// A random network of images: every step takes any earlier value, or adds two of the same shape.
fn random_network(seed: u64) -> String {
    let mut dice = Dice(seed);
    let mut body = String::new();
    // All values keep 8 × 8 pixels; what differs is the channels.
    let mut values: Vec<(String, usize)> = vec![("x".into(), 3)];
    for i in 0..2 + dice.roll(12) {
        let (from, channels) = values[dice.roll(values.len())].clone();
        let out = 1 + dice.roll(4);
        let partner = values.iter().filter(|(_, c)| *c == channels).nth(dice.roll(3)).cloned();
        let (text, channels) = match (dice.roll(9), partner) {
            (0 | 1, Some((other, _))) => (format!("{from} + {other}"), channels),
            (2, _) => (format!("{from} -> Relu"), channels),
            (3, _) => (format!("{from} -> BatchNorm2d"), channels),
            (4, _) => (format!("{from} -> Gelu -> Dropout(0.2)"), channels),
            (5, _) => (format!("{from} -> MaxPool2d(3, stride: 1, padding: 1)"), channels),
            (6, _) => (format!("{from} -> Softmax -> Sigmoid"), channels),
            _ => (format!("{from} -> Conv2d({out}, kernel: 3, padding: 1)"), out),
        };
        body += &format!("let v{i} = {text};\n");
        values.push((format!("v{i}"), channels));
    }
    let (last, _) = &values[values.len() - 1 - dice.roll(2)];
    let head =
        ["GlobalAvgPool2d -> Dense(2)", "Flatten -> Dense(2)", "Flatten -> Relu -> Dense(2)"][dice.roll(3)];
    format!("struct N(x: [3, 8, 8]) -> [2] {{ {body} {last} -> {head} }}")
}

#[test]
fn random_graphs_keep_every_rule_of_the_plan() {
    for seed in 0..400 {
        let source = random_network(seed);
        let plan = planned(&source);
        // `plan` verifies itself in debug builds; here in every build.
        plan.verify();
        assert!(!plan.train.backward.is_empty(), "{source}");
        assert!(
            plan.predict.memory.each <= plan.train.memory.each,
            "prediction needs no more\n{source}\n{plan}"
        );
    }
}

/// A repetition that no result needs has tensors, but no program.
#[test]
fn an_unused_repetition_is_never_run() {
    let plan = planned("struct N(x: [6]) -> [6] { let _spare = x -> [Dense(6); 2]; x -> Dense(6) }");
    plan.verify();
    assert!(plan.rounds.iter().all(Option::is_none));
}

/// `Relu` is part of the pooling behind it, unless somebody else reads it.
#[test]
fn relu_is_pooled() {
    let alone = "struct N(x: [3, 8, 8]) -> [3, 4, 4] { x -> Conv2d(3, kernel: 1) -> Relu -> MaxPool2d(2) }";
    let shared = "struct N(x: [3, 8, 8]) -> (a: [3, 4, 4], b: [3]) {
        let y = x -> Conv2d(3, kernel: 1) -> Relu;
        (y -> MaxPool2d(2), y -> GlobalAvgPool2d)
    }";
    for (source, relus) in [(alone, 0), (shared, 1)] {
        let plan = planned(source);
        plan.verify();
        for program in [&plan.predict, &plan.train] {
            let steps = program.forward.iter().chain(&program.backward);
            let nodes = steps.filter_map(|step| match step {
                plan::Step::Forward { node, .. } | plan::Step::Backward { node, .. } => Some(*node),
                _ => None,
            });
            let layers = nodes.filter(|&node| plan.shaped.layer(node).name() == "Relu").count();
            assert_eq!(layers, relus * if program.backward.is_empty() { 1 } else { 2 }, "{source}");
        }
    }
    let described = expansion(alone);
    assert!(described.contains(r#"text: "Relu""#) && described.contains("relu: true"));
}
