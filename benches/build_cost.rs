//! What a network adds to the build of the crate that declares it.
//!
//! `cargo bench --bench build_cost` makes a crate with one network (chains of 5, 50 and 200 layers, one residual block
//! and 200 of it, ResNet-18 and ResNet-50) that is trained and predicts, and times `cargo check`, an unoptimized and a
//! release build of that crate alone (its dependencies are built already) against the same crate without a network.
//! Prints a Markdown table of the medians. Words behind `--` choose networks by a part of their name,
//! `--runs=1` one build in the place of three.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Instant;

/// How many builds a median is of, unless `--runs=N` says otherwise.
const RUNS: usize = 3;

fn runs() -> usize {
    let given = std::env::args().find_map(|word| word.strip_prefix("--runs=")?.parse().ok());
    given.unwrap_or(RUNS).max(1)
}

fn main() {
    // Asked when it runs: a folder of built programs may be shared by two checkouts.
    let root = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_string());
    let root = Path::new(&root);
    let dir = root.join("target/build-cost");
    fs::create_dir_all(dir.join("src")).expect("a folder for the crate");
    let runtime = root.join("runtime").display().to_string();
    let manifest = format!(
        "[package]\nname = \"build-cost\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
         [dependencies]\nformwork = {{ path = {runtime:?} }}\n\n[workspace]\n"
    );
    fs::write(dir.join("Cargo.toml"), manifest).expect("a manifest");
    let _ = fs::copy(root.join("Cargo.lock"), dir.join("Cargo.lock"));

    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    println!("| network | `cargo check` s | debug build s | release build s |\n|---|---:|---:|---:|");
    let without = times(&dir, NOTHING);
    let [check, debug, release] = without;
    println!("| none | {check:.2} | {debug:.2} | {release:.2} |");
    let chains = [5, 50, 200].map(|layers| (format!("a chain of {layers} layers"), small(&chain(layers))));
    let blocks =
        [1, 200].map(|n| (format!("`[Block; {n}]`"), small(&BLOCK.replace("TIMES", &n.to_string()))));
    let known = [("ResNet-18", RESNET_18), ("ResNet-50", RESNET_50)].map(|(name, source)| {
        let data = "formwork::tensor::zeroed_vec(2)";
        (name.to_string(), source.to_string() + &training(1000, data))
    });
    for (name, source) in chains.into_iter().chain(blocks).chain(known) {
        if wanted.is_empty() || wanted.iter().any(|word| name.contains(word)) {
            let times = times(&dir, &source);
            let [check, debug, release] = [0, 1, 2].map(|i| times[i] - without[i]);
            println!("| {name} | {check:+.2} | {debug:+.2} | {release:+.2} |");
        }
    }
}

const NOTHING: &str =
    "use formwork::prelude::*;\nfn main() { println!(\"{}\", Adam::new(1e-3).learning_rate()); }\n";
const BLOCK: &str = include_str!("build_cost/block.rs");
const RESNET_18: &str = include_str!("build_cost/resnet18.rs");
const RESNET_50: &str = include_str!("build_cost/resnet50.rs");

/// The medians of `cargo check`, a debug and a release build of that program, in seconds.
fn times(dir: &Path, source: &str) -> [f64; 3] {
    let file = dir.join("src/main.rs");
    [&["check"][..], &["build"], &["build", "--release"]].map(|arguments| {
        fs::write(&file, source).expect("a program");
        build(dir, arguments);
        let mut samples: Vec<f64> = (0..runs())
            .map(|_| {
                fs::write(&file, source).expect("the program, touched");
                let before = seconds();
                build(dir, arguments);
                seconds() - before
            })
            .collect();
        samples.sort_by(f64::total_cmp);
        samples[runs() / 2]
    })
}

/// A program around a small network.
fn small(source: &str) -> String {
    source.to_string() + &training(10, "vec![Default::default(); 2]")
}

/// A program that trains `Net` and predicts.
fn training(classes: usize, inputs: &str) -> String {
    format!(
        "fn main() {{\n\
             let mut net = Net::new(1);\n\
             let data = Dataset {{ inputs: {inputs}, targets: vec![Index::<{classes}>::new(1).unwrap(); 2] }};\n\
             let trainer = Trainer::new(CrossEntropy::new(), Adam::new(1e-3)).epochs(1).batch_size(2);\n\
             trainer.fit(&mut net, &data).unwrap();\n\
             println!(\"{{}}\", net.predict(&data.inputs[0]));\n\
         }}\n"
    )
}

/// A chain of convolutions, normalisations and activations with a residual sum now and then.
fn chain(layers: usize) -> String {
    let mut body = String::from("let v0 = image -> Conv2d(8, kernel: 3, padding: 1);\n");
    let mut left = layers - 3;
    let mut values = 0;
    while left > 0 {
        let take = left.min(4);
        let chain: Vec<_> =
            ["Conv2d(8, kernel: 3, padding: 1, bias: false)", "BatchNorm2d", "Relu", "Conv2d(8, kernel: 1)"]
                .into_iter()
                .take(take)
                .collect();
        let (from, to) = (values, values + 1);
        body += &format!("let v{to} = (v{from} -> {}) + v{from};\n", chain.join(" -> "));
        values = to;
        left -= take;
    }
    body += &format!("v{values} -> GlobalAvgPool2d -> Dense(10)");
    format!(
        "use formwork::prelude::*;\n\
         network! {{ pub struct Net(image: [3, 16, 16]) -> [10] {{ {body} }} }}\n"
    )
}

/// The processor time of all that has run and ended: other work on the machine does not stretch it. Where the system
/// does not say it in `/proc`, the clock.
fn seconds() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let start = START.get_or_init(Instant::now);
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name in parentheses may hold spaces; behind it `cutime` and `cstime` are the 14th and 15th, in hundredths.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: Vec<f64> = fields.skip(13).take(2).filter_map(|n| n.parse().ok()).collect();
    match ticks[..] {
        [user, system] => (user + system) / 100.0,
        _ => start.elapsed().as_secs_f64(),
    }
}

fn build(dir: &Path, arguments: &[&str]) {
    let status = Command::new(env!("CARGO"))
        .args(arguments)
        .arg("--quiet")
        .current_dir(dir)
        .env("CARGO_TARGET_DIR", dir.join("target"))
        .stdout(Stdio::null())
        .status()
        .expect("cargo runs");
    assert!(status.success(), "the generated crate builds");
}
