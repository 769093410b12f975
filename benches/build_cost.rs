//! What a network adds to the build of the crate that declares it.
//!
//! `cargo bench --bench build_cost` makes a crate with one chain of layers, 5, 50 and 200 long, and times `cargo check`,
//! an unoptimized and a release build of that crate alone (its dependencies are built already) against the same crate
//! without a network. Prints a Markdown table of the medians.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

const RUNS: usize = 5;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let dir = root.join("target/build-cost");
    fs::create_dir_all(dir.join("src")).expect("a folder for the crate");
    let runtime = root.join("runtime").display().to_string();
    let manifest = format!(
        "[package]\nname = \"build-cost\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
         [dependencies]\nformwork = {{ path = {runtime:?} }}\n\n[workspace]\n"
    );
    fs::write(dir.join("Cargo.toml"), manifest).expect("a manifest");
    let _ = fs::copy(root.join("Cargo.lock"), dir.join("Cargo.lock"));

    println!("| layers | `cargo check` s | debug build s | release build s |\n|---:|---:|---:|---:|");
    let mut without = [0.0; 3];
    for layers in [0, 5, 50, 200] {
        fs::write(dir.join("src/main.rs"), program(layers)).expect("a program");
        let mut times = [0.0; 3];
        for (time, arguments) in times.iter_mut().zip([&["check"][..], &["build"], &["build", "--release"]]) {
            build(&dir, arguments);
            let mut samples: Vec<f64> = (0..RUNS)
                .map(|_| {
                    let source = fs::read(dir.join("src/main.rs")).expect("the program");
                    fs::write(dir.join("src/main.rs"), source).expect("the program, touched");
                    let start = Instant::now();
                    build(&dir, arguments);
                    start.elapsed().as_secs_f64()
                })
                .collect();
            samples.sort_by(f64::total_cmp);
            *time = samples[RUNS / 2];
        }
        if layers == 0 {
            without = times;
            println!("| none | {:.2} | {:.2} | {:.2} |", times[0], times[1], times[2]);
        } else {
            let [check, debug, release] = [0, 1, 2].map(|i| times[i] - without[i]);
            println!("| {layers} | +{check:.2} | +{debug:.2} | +{release:.2} |");
        }
    }
}

/// A chain of convolutions, normalisations and activations with a residual sum now and then, and its training step.
fn program(layers: usize) -> String {
    if layers == 0 {
        return "use formwork::prelude::*;\nfn main() { println!(\"{}\", Adam::new(1e-3).learning_rate()); }\n".into();
    }
    let mut body = String::from("let v0 = image -> Conv2d(8, kernel: 3, padding: 1);\n");
    let mut left = layers - 3;
    let mut values = 0;
    while left > 0 {
        let take = left.min(4);
        let chain: Vec<_> =
            ["Conv2d(8, kernel: 3, padding: 1)", "BatchNorm2d", "Relu", "Conv2d(8, kernel: 1)"]
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
         network! {{ pub struct Net(image: [3, 16, 16]) -> [10] {{ {body} }} }}\n\
         fn main() {{\n\
             let mut net = Net::new(1);\n\
             let data = Dataset {{ inputs: vec![Default::default(); 4], targets: vec![Index::<10>::new(1).unwrap(); 4] }};\n\
             let trainer = Trainer::new(CrossEntropy::new(), Adam::new(1e-3)).epochs(1).batch_size(4);\n\
             trainer.fit(&mut net, &data).unwrap();\n\
             println!(\"{{}}\", net.predict(&data.inputs[0]));\n\
         }}\n"
    )
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
