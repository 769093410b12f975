//! A dozen random networks in which every kind of layer appears, each against finite differences.
//!
//! They are drawn by `tests/random/generator.rs`. `FORMWORK_BLESS=1 cargo test --test random_networks` writes them anew,
//! which is due where a kind of layer was added.

mod common;

#[path = "random/generator.rs"]
mod generator;
#[path = "random/kinds.rs"]
mod kinds;
// What is drawn at random is what nobody would write, and so what lints are there to say.
#[allow(deprecated)]
#[rustfmt::skip]
#[path = "random/networks.rs"]
mod networks;

use common::differences;
use formwork::prelude::*;
use generator::{Drawn, Usage};
use std::fmt::Write;

/// How many networks, and how many layers and functions each has at least.
const NETWORKS: u64 = 12;
const STEPS: usize = 13;

fn drawn<V: Tensor<Scalar = f64>>(len: usize, seed: u64) -> Vec<V> {
    let mut values = formwork::tensor::zeroed_vec::<V>(len);
    differences::draw(formwork::tensor::flat_mut(&mut values), seed);
    values
}

fn indices<const CLASSES: usize, const N: usize>(len: usize, seed: u64) -> Vec<[Index<CLASSES>; N]> {
    let mut dice = generator::Dice::new(seed);
    let mut one = || Index::new(dice.roll(CLASSES)).expect("below their number");
    (0..len).map(|_| std::array::from_fn(|_| one())).collect()
}

/// The declaration of a network, and its test.
fn module(name: &str, seed: u64, network: &Drawn) -> String {
    let mut text = String::from("\nnetwork! {\n");
    for line in network.source.lines() {
        let _ = writeln!(text, "    {line}");
    }
    text += "}\n\n#[test]\n";
    let _ = writeln!(text, "fn {}() {{", name.to_lowercase());
    for (i, input) in network.inputs.iter().enumerate() {
        let (name, seed) = (&input.name, 10 * seed + i as u64);
        let call = match input.classes {
            Some(classes) => format!("indices::<{classes}, {}>", input.shape[0]),
            None => "drawn".into(),
        };
        let _ = writeln!(text, "    let {name} = {call}({SAMPLES} + 2, {seed});");
    }
    let names: Vec<_> = network.inputs.iter().map(|input| input.name.as_str()).collect();
    let batch = match &names[..] {
        [one] => format!("&{one}[..]"),
        several => {
            let fields: Vec<_> = several.iter().map(|name| format!("{name}: &{name}")).collect();
            format!("{name}Batch {{ {} }}", fields.join(", "))
        }
    };
    let _ = writeln!(text, "    check_batch::<{name}<f64>>({batch}, &places({SAMPLES}));\n}}");
    text
}

/// Samples of a batch.
const SAMPLES: usize = 3;

#[test]
fn the_networks_are_what_the_generator_draws() {
    let mut text = String::from(
        "//! Drawn by `generator.rs`: not to be changed by hand.\n\n\
         use super::differences::{check_batch, places};\n\
         use super::{drawn, indices};\n\
         use formwork::prelude::*;\n",
    );
    let mut usage = Usage::new();
    for seed in 0..NETWORKS {
        let name = format!("Random{seed}");
        let network = generator::draw(&name, seed, STEPS, &mut usage);
        text += &module(&name, seed, &network);
    }
    let names = kinds::KINDS.iter().map(|kind| kind.name);
    let never: Vec<_> = names.filter(|name| !usage.contains_key(name)).collect();
    assert!(never.is_empty(), "in none of the networks: {never:?}");
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/random/networks.rs");
    if std::env::var_os("FORMWORK_BLESS").is_some() {
        std::fs::write(&file, &text).expect("it is written");
    }
    let kept = std::fs::read_to_string(&file).expect("they are there");
    assert!(kept == text, "the generator draws others; FORMWORK_BLESS=1 keeps them");
}
