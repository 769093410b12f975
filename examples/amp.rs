//! An amplifier's distortion, learnt from its sound: a recurrent network and a small WaveNet, which then play a sample at
//! a time.

use clap::Parser;
use formwork::noise::Stream;
use formwork::prelude::*;
use rand::RngExt;
use std::f32::consts::TAU;
use std::hint::black_box;
use std::time::Instant;

/// Samples in a second, and in a piece that is learnt from.
const RATE: usize = 48_000;
const PIECE: usize = 2_400;

network! {
    /// What the amplifier adds to the sound (Wright et al., 2019).
    pub struct Recurrent(sound: [.., 1]) -> [.., 1] {
        sound + (sound -> Lstm(16) -> Dense(1))
    }

    block Gated(far)(x: [t, f]) -> [t, f] {
        let a = x -> filter: Conv1d(f, kernel: 3, padding: causal, dilation: far);
        let b = x -> gate: Conv1d(f, kernel: 3, padding: causal, dilation: far);
        x + (tanh(a) * sigmoid(b) -> mix: Dense(f))
    }

    /// The same out of causal convolutions, each of which looks twice as far back as the one before it (Damskägg et al.,
    /// 2019).
    pub struct Wave(sound: [.., 1]) -> [.., 1] {
        sound
            -> Conv1d(8, kernel: 3, padding: causal)
            -> Gated(2) -> Gated(4) -> Gated(8) -> Gated(16) -> Gated(32) -> Gated(64) -> Gated(128)
            -> Dense(8) -> Tanh -> Dense(1)
    }
}

type Sample = SVector<f32, 1>;
type Sound = Vec<Sample>;

#[derive(Parser)]
struct Options {
    #[arg(long, default_value_t = 100)]
    epochs: usize,
    /// The seconds of sound to learn from
    #[arg(long, default_value_t = 8)]
    seconds: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long)]
    json: bool,
}

fn main() -> formwork::Result<()> {
    let options = Options::parse();
    let mut stream = Stream::new(options.seed, 1);
    let dry = guitar(options.seconds, &mut stream);
    let wet = tube(&dry);
    let pieces = |sound: &Sound| sound.chunks(PIECE).map(<[_]>::to_vec).collect::<Vec<_>>();
    let train = Dataset::new(pieces(&dry), pieces(&wet))?;
    // Other tones than those to learn from.
    let dry = guitar(2, &mut stream);
    let wet = tube(&dry);

    let mut figures = serde_json::Map::new();
    macro_rules! learn {
        ($network:ident, $state:ident, $rate:expr) => {{
            let name = stringify!($network);
            let mut network = $network::new(options.seed);
            let start = Instant::now();
            // At the end with smaller steps.
            for rate in [$rate, $rate / 10.0] {
                Trainer::new(EachStep(MeanSquaredError::new()), Adam::new(rate))
                    .epochs(options.epochs.div_ceil(2))
                    .batch_size(16)
                    .seed(options.seed)
                    .fit(&mut network, &train)?;
            }
            let (parameters, seconds) = ($network::PARAMETERS, start.elapsed().as_secs_f64());
            println!("{name}: {parameters} parameters, trained in {seconds:.0} s");
            let mut state = $state::default();
            let played = play(&dry, |x| network.step(x, &mut state));
            let ratio = error_to_signal(&played.sound, &wet);
            let [median, late] = played.nanoseconds;
            let times = 1e9 / (RATE as f64 * median);
            println!("{name}: {:.2} % of the held-back signal's power is error", 100.0 * ratio);
            println!("{name}: {median:.0} ns a sample, p99 {late:.0} ns: {times:.0} times real time\n");
            figures.insert(name.into(), serde_json::json!({ "esr": ratio, "median_ns": median, "p99_ns": late }));
        }};
    }
    learn!(Recurrent, RecurrentState, 5e-3);
    learn!(Wave, WaveState, 3e-3);
    if options.json {
        println!("{}", serde_json::Value::from(figures));
    }
    Ok(())
}

/// Plucked strings and sweeps, four in a second, loud and soft.
fn guitar(seconds: usize, stream: &mut Stream) -> Sound {
    let mut sound = Sound::new();
    for tone in 0..4 * seconds {
        let mut draw = |from: f32, to: f32| from * (to / from).powf(stream.random::<f32>());
        let (pitch, loud, decay) = (draw(82.0, 880.0), draw(0.05, 0.8), draw(1.5, 6.0));
        let at = |time: f32| match tone % 4 {
            // From 80 Hz to 5 kHz, whose logarithm rises evenly.
            3 => {
                let rise = (5_000.0f32 / 80.0).ln() * 4.0;
                (TAU * 80.0 * ((rise * time).exp() - 1.0) / rise).sin()
            }
            _ => (1..9)
                .map(|k| k as f32)
                .map(|k| (TAU * k * pitch * time).sin() * (-decay * k * time).exp() / k)
                .sum(),
        };
        sound.extend((0..RATE / 4).map(|i| Sample::new(loud * at(i as f32 / RATE as f32))));
    }
    sound
}

/// A valve amplifier: what is low does not pass its capacitor, its valve bends one half of a wave more than the other,
/// and what is high does not leave its loudspeaker.
fn tube(dry: &Sound) -> Sound {
    let share = |hertz: f32| 1.0 - (-TAU * hertz / RATE as f32).exp();
    let (mut low, mut tone) = (0.0, 0.0);
    let valve = |x: f32| ((6.0 * x + 0.4).tanh() - 0.4f32.tanh()) * 0.7;
    let amplify = |x: &Sample| {
        low += share(100.0) * (x[0] - low);
        tone += share(6_000.0) * (valve(x[0] - low) - tone);
        Sample::new(tone)
    };
    dry.iter().map(amplify).collect()
}

/// What came out sample by sample, and what the middle one and the slowest of a hundred took.
struct Played {
    sound: Sound,
    nanoseconds: [f64; 2],
}

fn play(dry: &Sound, mut step: impl FnMut(&Sample) -> Sample) -> Played {
    let mut times = Vec::with_capacity(dry.len());
    let one = |x| {
        let start = Instant::now();
        let y = black_box(step(black_box(x)));
        times.push(start.elapsed().as_nanos() as f64);
        y
    };
    let sound = dry.iter().map(one).collect();
    times.sort_by(f64::total_cmp);
    Played { sound, nanoseconds: [times[times.len() / 2], times[times.len() * 99 / 100]] }
}

/// `Σ (target - output)² / Σ target²`
fn error_to_signal(output: &Sound, target: &Sound) -> f32 {
    let error: f32 = output.iter().zip(target).map(|(y, t)| (y - t).norm_squared()).sum();
    error / target.iter().map(Sample::norm_squared).sum::<f32>()
}
