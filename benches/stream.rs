//! What a step of a stream takes: one number in, a recurrent layer, one number out.
//!
//! `cargo bench --bench stream` prints nanoseconds a step: the fastest and the median of runs of 480 steps (ten milliseconds
//! of sound at 48 kHz), and the 99th percentile of single steps with what it takes to read the clock.

use formwork::prelude::*;
use std::hint::black_box;
use std::time::Instant;

network! {
    pub struct Lstm8(x: [.., 1]) -> [.., 1] { x -> Lstm(8) -> Dense(1) }
    pub struct Lstm16(x: [.., 1]) -> [.., 1] { x -> Lstm(16) -> Dense(1) }
    pub struct Lstm32(x: [.., 1]) -> [.., 1] { x -> Lstm(32) -> Dense(1) }
    pub struct Gru8(x: [.., 1]) -> [.., 1] { x -> Gru(8) -> Dense(1) }
    pub struct Gru16(x: [.., 1]) -> [.., 1] { x -> Gru(16) -> Dense(1) }
    pub struct Gru32(x: [.., 1]) -> [.., 1] { x -> Gru(32) -> Dense(1) }
}

const STEPS: usize = 480;

/// Times `step` of a sample of a sound.
fn measure(name: &str, runs: usize, mut step: impl FnMut(f32) -> f32) {
    let sound: Vec<f32> = (0..STEPS).map(|i| (i as f32 * 0.07).sin()).collect();
    let mut times = Vec::with_capacity(runs);
    for _ in 0..runs {
        let start = Instant::now();
        for &x in &sound {
            black_box(step(black_box(x)));
        }
        times.push(start.elapsed().as_secs_f64() * 1e9 / STEPS as f64);
    }
    let mut single = Vec::with_capacity(runs * STEPS);
    for &x in sound.iter().cycle().take(runs * STEPS) {
        let start = Instant::now();
        black_box(step(black_box(x)));
        single.push(start.elapsed().as_nanos() as f64);
    }
    times.sort_by(f64::total_cmp);
    single.sort_by(f64::total_cmp);
    let (fastest, median, late) = (times[0], times[times.len() / 2], single[single.len() * 99 / 100]);
    println!("{name:8} {fastest:7.1} ns, median {median:7.1} ns, p99 {late:7.1} ns");
}

macro_rules! streams {
    ($runs:expr, $($network:ident $state:ident),*) => {
        $({
            let (network, mut state) = ($network::new(7), $state::default());
            measure(stringify!($network), $runs, |x| network.step(&SVector::from([x]), &mut state)[0]);
        })*
    };
}

fn main() {
    let short = std::env::args().any(|argument| argument == "--test");
    let runs = if short { 2 } else { 2000 };
    streams!(
        runs, Lstm8 Lstm8State, Lstm16 Lstm16State, Lstm32 Lstm32State, Gru8 Gru8State, Gru16 Gru16State,
        Gru32 Gru32State
    );
}
