//! Blocks, repetitions, shared layers and networks inside of networks, against finite differences.

mod common;

use common::differences::{check, check_batch, draw, places};
use formwork::prelude::*;

network! {
    block Residual(channels)(x: [channels, h, w]) -> [channels, h, w] {
        let y = x
            -> conv1: Conv2d(channels, kernel: 3, padding: 1, bias: false) -> norm1: BatchNorm2d -> Tanh
            -> conv2: Conv2d(channels, kernel: 3, padding: 1);
        x + y
    }

    /// A gate for each channel, whose size is a share of them.
    block SqueezeExcite(ratio)(x: [c, h, w]) -> [c, h, w] {
        let gate = x -> GlobalAvgPool2d -> squeeze: Dense(c / ratio) -> Relu -> excite: Dense(c) -> Sigmoid;
        x * expand(reshape(gate, [c, 1, 1]), [c, h, w])
    }

    block Down(channels)(x: [c, h, w]) -> [2 * channels, h / 2, w / 2] {
        x -> Conv2d(2 * channels, kernel: 3, padding: 1, stride: 2) -> res: Residual(2 * channels) -> Elu
    }

    /// Blocks, one inside of another.
    pub struct Blocks<T>(image: [4, 4, 4]) -> [3] {
        image -> first: Residual(4) -> SqueezeExcite(2) -> Down(2) -> Flatten -> logits: Dense(3)
    }

    /// A block several times, one behind the other.
    pub struct Repeated<T>(image: [3, 3, 2]) -> [2] {
        image
            -> stem: Conv2d(4, kernel: 1)
            -> body: [Residual(4); 3]
            -> Flatten
            -> layers: [Dense(24); 2]
            -> Dense(2)
    }

    block Pair(n)(a: [n], b: [n]) -> (left: [n], right: [n]) {
        let c = (a -> Dense(n)) * (b -> Dense(n) -> Tanh);
        (b + c, a -> Dropout(0.2))
    }

    block Deep(n)(x: [n]) -> [n] {
        x -> inner: [Narrow(n); 2] -> Dropout(0.3)
    }

    block Narrow(n)(x: [n]) -> [n] {
        x + (x -> Dense(n + 1) -> Tanh -> Dense(n))
    }

    /// Two values from round to round, and repetitions inside of repetitions.
    pub struct Rounds<T>(x: [5]) -> [2] {
        let a = x -> Dense(5);
        let p = (a, x) -> pairs: [Pair(5); 4];
        p.left - p.right -> deep: [Deep(5); 3] -> once: [Dense(5, bias: false); 1] -> Dense(2)
    }

    /// The same weights for two inputs: a layer, a block, a repetition.
    #[allow(formwork::bias_before_batch_norm, formwork::missing_activation)]
    pub struct Siamese<T>(a: [6], b: [6]) -> [1] {
        layer embed = Dense(5);
        layer tower = Tower(4);
        layer deep = [Narrow(4); 2];
        let p = a -> embed -> tower -> deep;
        let q = b -> embed -> tower -> deep;
        let both = concat(p, q, axis: 0) -> Dense(5);
        layer square = Tower(5);
        let again = both -> [square; 3];
        abs(p - q) * (again -> Dense(4) -> Tanh) -> Dense(1)
    }

    block Tower(n)(x: [m]) -> [n] {
        x -> first: Dense(m) -> BatchNorm1d -> Tanh -> second: Dense(n)
    }

    /// A network of its own, and a part of others.
    pub struct Decoder<T>(z: [3]) -> [6] {
        z -> hidden: Dense(4) -> Tanh -> Dense(6)
    }

    pub struct Encoder<T>(x: [6]) -> (mean: [3], spread: [3]) {
        let h = x -> Dense(5) -> Tanh;
        (h -> mean: Dense(3), h -> Dense(3))
    }

    pub struct AutoEncoder<T>(x: [6]) -> [6] {
        let e = x -> encoder: Encoder;
        e.mean + 0.1 * e.spread -> decoder: Decoder
    }

    /// What passes through unchanged, and what only changes places from round to round.
    block Swap(x: [n], y: [n]) -> (y: [n], x: [n]) {
        (y, x)
    }

    block Nothing(x: [n]) -> [n] {
        x
    }

    #[allow(formwork::unnamed_twins)]
    pub struct Passing<T>(x: [4]) -> [2] {
        let (p, q) = (x -> Dense(4), x -> Dense(4)) -> [Swap; 3];
        let (r, _s) = (p, p) -> [Swap; 2];
        2.0 * q + r -> Nothing -> [Nothing; 3] -> Dense(2)
    }
}

network! {
    /// Half of what is left is dropped in each round.
    pub struct Dropped(x: [4096]) -> [4096] {
        x -> [Half; 3]
    }

    block Half(x: [n]) -> [n] { x -> [Dropout(0.5); 2] }
}

#[test]
fn every_round_draws_its_own_noise() {
    let network = Dropped::new(1);
    let mut workspace = Dropped::workspace();
    let x = [SVector::<f32, 4096>::repeat(1.0)];
    let noise = formwork::Noise { seed: 1, step: 2, first: 0 };
    let pass = network.forward(&x, Selection::All, noise, &mut workspace).expect("a batch");
    let kept = pass.outputs()[0].iter().filter(|&&y| y > 0.0).count();
    // Six rounds that agree would keep 2048; six that draw for themselves keep 64, give or take 8.
    assert!((32..96).contains(&kept), "{kept}");
}

#[test]
fn blocks() {
    check::<Blocks<f64>>(3);
}

#[test]
fn repetitions() {
    check::<Repeated<f64>>(3);
    check::<Rounds<f64>>(3);
    check::<Passing<f64>>(2);
}

#[test]
fn shared_layers() {
    let samples = 3;
    let [mut a, mut b] = [1, 2].map(|_| formwork::tensor::zeroed_vec::<SVector<f64, 6>>(samples + 2));
    draw(formwork::tensor::flat_mut(&mut a), 21);
    draw(formwork::tensor::flat_mut(&mut b), 22);
    check_batch::<Siamese<f64>>(SiameseBatch { a: &a, b: &b }, &places(samples));
}

#[test]
fn networks_in_networks() {
    check::<AutoEncoder<f64>>(3);
}

#[test]
fn names_lead_to_the_tensors() {
    let names: Vec<String> = Repeated::<f32>::TENSORS.iter().map(|info| info.name.to_string()).collect();
    let round = ["conv1.weight", "norm1.weight", "norm1.bias", "norm1.running_mean", "norm1.running_var"];
    let round: Vec<_> = round.into_iter().chain(["conv2.weight", "conv2.bias"]).collect();
    let mut expected = vec!["stem.weight".to_string(), "stem.bias".into()];
    for i in 0..3 {
        expected.extend(round.iter().map(|name| format!("body.{i}.{name}")));
    }
    for i in 0..2 {
        expected.extend(["weight", "bias"].map(|name| format!("layers.{i}.{name}")));
    }
    expected.extend(["dense1.weight".to_string(), "dense1.bias".into()]);
    assert_eq!(names, expected);
    let network = Repeated::<f32>::new(1);
    let weight = &network.body[2].conv2.bias;
    let (start, flat) = (network.as_slice().as_ptr(), weight.as_ptr());
    let info = Repeated::<f32>::TENSORS.iter().find(|info| info.name == "body.2.conv2.bias").unwrap();
    // SAFETY: both point into the network.
    assert_eq!(unsafe { flat.offset_from(start) }, info.offset as isize);
}

#[test]
fn a_part_is_a_network_of_its_own() {
    let whole = AutoEncoder::<f64>::new(3);
    let x = SVector::<f64, 6>::from_fn(|i, _| i as f64 / 6.0);
    let parts = whole.encoder.predict(&x);
    let z = parts.mean + parts.spread * 0.1;
    assert_eq!(whole.decoder.predict(&z), whole.predict(&x));
}
