//! Generators that learn from discriminators: what they make, what decides it, and what is refused.

use formwork::noise::Stream;
use formwork::prelude::*;
use formwork::{Error, Network, Parameters};

network! {
    pub struct Generator(z: [2]) -> [2] { z -> Dense(16) -> Relu -> Dense(2) }
    pub struct Discriminator(x: [2]) -> [1] { x -> Dense(24) -> LeakyRelu(0.2) -> Dense(1) }

    pub struct Told(z: [2], class: [] in 0..3) -> [2] {
        concat(z, class -> Embedding(4), axis: 0) -> Dense(24) -> Relu -> Dense(2)
    }
    pub struct Telling(x: [2], class: [] in 0..3) -> [1] {
        concat(x, class -> Embedding(4), axis: 0) -> Dense(32) -> LeakyRelu(0.2) -> Dense(1)
    }

    /// What is told may be numbers too.
    pub struct ToldNumbers(z: [2], place: [2]) -> [2] { concat(z, place, axis: 0) -> Dense(16) -> Relu -> Dense(2) }
    pub struct TellingNumbers(x: [2], place: [2]) -> [] {
        concat(x, place, axis: 0) -> Dense(16) -> Relu -> Dense(1) -> reshape([])
    }

    /// Makes what it is given, so that made and real samples are the same, and so is all that lies between.
    pub struct Same<T>(z: [2]) -> [2] { z + (z -> Dense(2, bias: false)) }
    pub struct Smooth<T>(x: [2]) -> [1] { x -> Dense(4) -> Tanh -> Dense(3) -> Softplus -> Dense(1) }
    pub struct Bowl(x: [2]) -> [] { param scale: []; scale * sum(x * x) }

    pub struct Normed(z: [2]) -> [2] { z -> Dense(8, bias: false) -> BatchNorm1d -> Relu -> Dense(2) }
    pub struct NormedJudge(x: [2]) -> [1] { x -> Dense(8, bias: false) -> BatchNorm1d -> Relu -> Dropout(0.2) -> Dense(1) }
}

type Point = SVector<f32, 2>;

/// A cloud about each of three corners, with the corner's number.
fn clouds(count: usize) -> Dataset<Point, Index<3>> {
    let corners = [[3.0, -1.0], [-2.0, 2.0], [0.0, -3.0]].map(Point::from);
    let about = Stream::new(5, 1).normal::<Point>(count);
    let class = |i: usize| Index::new(i % 3).expect("one of three");
    let inputs = about.iter().enumerate().map(|(i, x)| 0.2 * x + corners[i % 3]).collect();
    Dataset::new(inputs, (0..count).map(class).collect()).expect("as many of both")
}

fn mean(points: &[Point]) -> Point {
    points.iter().sum::<Point>() / points.len() as f32
}

/// The mean of what is made for each class lies near that of what is real.
fn makes_what_it_is_told(generator: &Told, data: &Dataset<Point, Index<3>>, history: &History) {
    let z = Stream::new(9, 9).normal(100);
    for class in 0..3 {
        let class = vec![Index::new(class).expect("one of three"); 100];
        let made = generator.predict_batch(ToldBatch { z: &z, class: &class }).expect("as many of both");
        let real: Vec<_> = data.iter().filter(|(_, c)| **c == class[0]).map(|(x, _)| *x).collect();
        let away = (mean(&made) - mean(&real)).norm();
        assert!(away < 0.8, "{away} from corner {}\n{history}", class[0].get());
    }
}

#[test]
fn a_conditional_pair_makes_what_it_is_told() {
    let data = clouds(600);
    let (mut generator, mut discriminator) = (Told::new(1), Telling::new(2));
    let adam = Adam::new(5e-3).betas(0.5, 0.999);
    let trainer = Adversarial::new(adam, adam).epochs(60).batch_size(60).quiet();
    let history = trainer.fit(&mut generator, &mut discriminator, &data).expect("it trains");
    makes_what_it_is_told(&generator, &data, &history);
    assert_eq!(history.epochs.len(), 60);
    assert_eq!(history.metrics, ["discriminator loss", "score of real", "score of made"]);
}

#[test]
fn wasserstein_keeps_the_critic_in_bounds() {
    let data = clouds(300);
    let (mut generator, mut discriminator) = (Generator::new(1), Discriminator::new(2));
    let trainer = Adversarial::new(Sgd::new(0.05), Sgd::new(0.05)).wasserstein(0.1).critic_steps(5).quiet();
    let history =
        trainer.epochs(20).batch_size(20).fit(&mut generator, &mut discriminator, &data).expect("it trains");
    assert!(discriminator.as_slice().iter().all(|w| w.abs() <= 0.1));
    // The critic finds a distance, and its loss is that distance with the other sign.
    let first = &history.epochs[0].training.metrics;
    assert!((first[0] - (first[2] - first[1])).abs() < 1e-6, "{first:?}");
    assert!(history.epochs[3].training.metrics[0] < 0.0, "{history}");
    let before = mean(&Generator::new(1).predict_batch(&Stream::new(1, 1).normal(100)));
    let after = mean(&generator.predict_batch(&Stream::new(1, 1).normal(100)));
    let to = mean(&data.inputs);
    assert!((after - to).norm() < (before - to).norm(), "{before} {after} {to}");
}

/// What a penalty of 10 adds to the critic's loss, and its gradient.
fn penalty<T: formwork::Real>() -> (f64, Vec<f64>) {
    let generator = Same::<T>::zeroed();
    let mut critic = Smooth::<T>::zeroed();
    let mut number = 0;
    let mut next = || {
        number += 1;
        T::of(0.8 * f64::from(number).sin())
    };
    // In the order of PyTorch's rows.
    for (out, input) in (0..4).flat_map(|o| (0..2).map(move |i| (o, i))) {
        critic.dense1.weight[(out, input)] = next();
    }
    critic.dense1.bias.iter_mut().for_each(|b| *b = next());
    for (out, input) in (0..3).flat_map(|o| (0..4).map(move |i| (o, i))) {
        critic.dense2.weight[(out, input)] = next();
    }
    critic.dense2.bias.iter_mut().for_each(|b| *b = next());
    critic.dense3.weight.iter_mut().for_each(|w| *w = next());
    critic.dense3.bias[0] = next();
    let x: Vec<SVector<T, 2>> =
        (0..5).map(|i| SVector::from_fn(|j, _| T::of(((3 * i + j) as f64).cos()))).collect();
    let before = critic.duplicate();
    let trainer = Adversarial::new(Sgd::new(1.0), Sgd::new(1.0)).gradient_penalty(10.0);
    let mut pair = trainer.start(&*generator, &*critic).expect("a critic without batch normalisation");
    let judged = pair.discriminate(&generator, &mut critic, &x, &x).expect("a step");
    let step = |get: &dyn Fn(&Smooth<T>) -> Vec<T>| -> Vec<f64> {
        get(&before).into_iter().zip(get(&critic)).map(|(w, after)| w.widen() - after.widen()).collect()
    };
    let rows = |w: &[T], outs: usize| -> Vec<T> {
        (0..outs).flat_map(|o| w.iter().skip(o).step_by(outs).copied().collect::<Vec<_>>()).collect()
    };
    let tensors = [
        step(&|c| rows(c.dense1.weight.as_slice(), 4)),
        step(&|c| c.dense1.bias.as_slice().to_vec()),
        step(&|c| rows(c.dense2.weight.as_slice(), 3)),
        step(&|c| c.dense2.bias.as_slice().to_vec()),
        step(&|c| c.dense3.weight.as_slice().to_vec()),
        step(&|c| c.dense3.bias.as_slice().to_vec()),
    ];
    (judged.loss, tensors.concat())
}

/// From PyTorch 2.15 in f64, by a second backward pass:
///
/// ```python
/// g, = torch.autograd.grad(D(x).sum(), x, create_graph=True)
/// torch.autograd.grad(10 * ((g.norm(dim=1) - 1) ** 2).mean(), D.parameters())
/// ```
const PENALTY: f64 = 7.106452720324743;
#[rustfmt::skip]
const BY_WEIGHTS: [f64; 31] = [
    0.46681260045335093, 0.008034077906596881, -1.046207119228602, 1.1891292230843211,
    0.9266229680060047, 1.6625628156020054, -1.4059298803375944, 0.6389145410704172,
    -0.7621426628485394, -0.9538234734183326, 1.3295390721850686, 0.6121350707316483,
    0.24845766652958057, -0.24906188955370825, -0.2535209154150019, 0.06735392547817914,
    -0.735896773022049, 1.3380136553739168, 0.9326833226453801, 0.12235715464543284,
    -0.5056924581236402, 2.3566227890037745, 1.2567625049060418, 1.1239352658235517,
    -0.17737269360907193, -0.0008303852714032431, -0.5598588883222506,
    -1.4185019118001645, 0.046197447163776995, 2.4598189985871053, 0.0,
];

#[test]
fn the_penalty_is_that_of_a_second_derivative() {
    for ((loss, gradient), close) in [(penalty::<f64>(), 1e-8), (penalty::<f32>(), 1e-3)] {
        assert!((loss - PENALTY).abs() < close, "{loss}");
        assert_eq!(gradient.len(), BY_WEIGHTS.len());
        for (i, (found, expected)) in gradient.iter().zip(BY_WEIGHTS).enumerate() {
            assert!((found - expected).abs() < close, "{i}: {found}, not {expected}");
        }
    }
}

#[test]
fn the_penalty_is_paid_between_real_and_made() {
    // With D(y) = y², real samples at (1, 0) and made ones at 0 a share s of the way costs (2 s - 1)², 1/3 on average.
    let generator = Generator::zeroed();
    let mut bowl = Bowl::zeroed();
    bowl.as_mut_slice()[0] = 1.0;
    let real = vec![Point::new(1.0, 0.0); 4000];
    let trainer = Adversarial::new(Sgd::new(0.0), Sgd::new(0.0)).gradient_penalty(3.0);
    let mut pair = trainer.start(&*generator, &*bowl).expect("a critic without batch normalisation");
    let judged =
        pair.discriminate(&generator, &mut bowl, &real, &vec![Point::zeros(); 4000]).expect("a step");
    assert_eq!((judged.real, judged.made), (1.0, 0.0));
    assert!((judged.loss - (-1.0 + 1.0)).abs() < 0.05, "{judged:?}");
}

#[test]
fn a_penalized_critic_leads_to_the_data() {
    let data = clouds(300);
    let (mut generator, mut critic) = (Told::new(1), Telling::new(2));
    let adam = Adam::new(5e-3).betas(0.0, 0.9);
    let trainer = Adversarial::new(adam, adam).gradient_penalty(1.0).critic_steps(5).epochs(80).quiet();
    let history = trainer.batch_size(30).fit(&mut generator, &mut critic, &data).expect("it trains");
    makes_what_it_is_told(&generator, &data, &history);
}

#[test]
fn the_seed_decides_every_bit() {
    let data = clouds(90);
    let train = |seed| {
        let (mut generator, mut discriminator) = (Normed::new(1), NormedJudge::new(2));
        let trainer =
            Adversarial::new(Adam::new(1e-3), Adam::new(1e-3)).epochs(2).batch_size(20).seed(seed).quiet();
        trainer.fit(&mut generator, &mut discriminator, &data).expect("it trains");
        (generator.as_slice().to_vec(), discriminator.as_slice().to_vec())
    };
    assert_eq!(train(3), train(3));
    assert_ne!(train(3), train(4));
}

/// Twice the same samples are, for a discriminator's average over real and made ones, the average over one of them.
#[test]
fn running_averages_take_the_mean_of_both_passes() {
    let mut generator = Normed::new(1);
    let mut discriminator = NormedJudge::new(2);
    let still = Sgd::new(0.0);
    let z: Vec<Point> = Stream::new(1, 1).normal(30);
    let real: Vec<Point> = Stream::new(1, 2).normal(30);
    let mut pair = Adversarial::new(still, still).start(&*generator, &*discriminator).expect("settings");
    let average = |net: &NormedJudge| net.tensor("batch_norm1d1.running_mean").expect("it has one").to_vec();
    let before = average(&discriminator);
    pair.discriminate(&generator, &mut discriminator, &real, &z).expect("a batch");
    let after = average(&discriminator);
    // In training the generator normalises by its batch, so what it makes is taken from a pass of training.
    let mut workspace = Normed::workspace();
    let pass =
        generator.forward(&z, Selection::All, formwork::Noise::default(), &mut workspace).expect("a batch");
    let both: Vec<Point> = [pass.outputs(), &real].concat();
    let weight = &discriminator.dense1.weight;
    for (unit, (before, after)) in before.iter().zip(&after).enumerate() {
        let seen = mean(&both);
        let batch = weight[(unit, 0)] * seen.x + weight[(unit, 1)] * seen.y;
        let expected = 0.9 * before + 0.1 * batch;
        assert!((after - expected).abs() < 1e-5, "{after} is not {expected}");
    }
    // A step of the generator leaves the discriminator and its averages alone.
    let bits = discriminator.as_slice().to_vec();
    pair.generate(&mut generator, &discriminator, &z).expect("a batch");
    assert_eq!(bits, discriminator.as_slice());
}

#[test]
fn numbers_may_be_told() {
    let places: Vec<Point> = Stream::new(5, 1).normal(64);
    let data = Dataset::new(places.iter().map(|p| p * 2.0).collect(), places).expect("as many of both");
    let (mut generator, mut discriminator) = (ToldNumbers::new(1), TellingNumbers::new(2));
    let before = generator.as_slice().to_vec();
    let trainer =
        Adversarial::new(Adam::new(1e-3), Adam::new(1e-3)).smooth(0.9).epochs(1).batch_size(16).quiet();
    let history = trainer.fit(&mut generator, &mut discriminator, &data).expect("it trains");
    assert!(history.epochs[0].training.loss.is_finite());
    assert_ne!(before, generator.as_slice());
}

#[test]
fn what_makes_no_sense_is_refused() {
    let (mut generator, mut discriminator) = (Normed::new(1), NormedJudge::new(2));
    let trainer = || Adversarial::new(Sgd::new(0.1), Sgd::new(0.1)).quiet();
    let none = Dataset::<Point, ()>::default();
    let fit = trainer().fit(&mut generator, &mut discriminator, &none);
    assert!(matches!(fit, Err(Error::NoSamples { .. })));
    let one = Dataset::new(vec![Point::zeros()], vec![()]).expect("as many of both");
    let fit = trainer().fit(&mut generator, &mut discriminator, &one);
    assert!(matches!(fit, Err(Error::BatchTooSmall { expected: 2, found: 1, .. })));
    let mut broken = clouds(12);
    broken.inputs[7].x = f32::NAN;
    let before = discriminator.as_slice().to_vec();
    let fit = trainer().batch_size(12).fit(&mut generator, &mut discriminator, &broken);
    assert!(matches!(fit, Err(Error::Diverged { network: "NormedJudge", epoch: 1, step: 1, .. })));
    assert_eq!(before, discriminator.as_slice());
    let penalized = trainer().gradient_penalty(10.0).start(&*generator, &*discriminator).map(|_| ());
    assert_eq!(
        penalized.expect_err("its samples are mixed").to_string(),
        "Adversarial: what a gradient penalty is taken of should be a discriminator without batch normalisation, but is \
         `NormedJudge`, which has one"
    );
    let mut pair = trainer().start(&*generator, &*discriminator).expect("settings");
    let judged =
        pair.discriminate(&generator, &mut discriminator, &[Point::zeros(); 3], &[Point::zeros(); 2]);
    assert!(matches!(judged, Err(Error::UnequalInputs { expected: 3, found: 2, .. })));
}
