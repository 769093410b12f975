//! Laying the buffers out: those whose lifetimes do not meet share their place.

use super::{BufferId, Place, Program, Scope};
use crate::fields::LINE;
use crate::shape::Dim;

/// The size of a program's working memory, in scalars: what is gathered of the inputs, then what is per sample, then
/// the rest. Every place is a multiple of [`LINE`], so every buffer starts on a cache line.
#[derive(Clone, Debug, PartialEq)]
pub struct Memory {
    /// For each input the scalars for each sample.
    pub inputs: Vec<Dim>,
    pub each: Dim,
    /// Of a network over sequences of any length, per step.
    pub steps: Dim,
    pub fixed: Dim,
    /// What one round of a repetition keeps from forward to backward, per sample and beside that.
    pub kept: Dim,
    pub kept_fixed: Dim,
}

impl Default for Memory {
    fn default() -> Memory {
        Memory {
            inputs: Vec::new(),
            each: Dim::ZERO,
            steps: Dim::ZERO,
            fixed: Dim::ZERO,
            kept: Dim::ZERO,
            kept_fixed: Dim::ZERO,
        }
    }
}

/// Buffers that the compiler lays out, by the rules of `pack`.
#[derive(Clone, Debug)]
pub struct Packing {
    /// The number under which the first place is found; the others follow, and behind them what all take.
    pub first: usize,
    /// The length of each, and the first and the last step that touches it.
    pub runs: Vec<(Dim, Lifetime)>,
}

impl Packing {
    pub fn numbers(&self) -> std::ops::RangeInclusive<usize> {
        self.first..=self.first + self.runs.len()
    }
}

/// From the first step that writes a buffer to the last that touches it.
type Lifetime = (usize, usize);

pub fn lay_out(program: &mut Program, scope: Scope) {
    let lifetimes = lifetimes(program, scope);
    let (mut kept, mut kept_fixed) = (Dim::ZERO, Dim::ZERO);
    // What one step of a sequence keeps for the next lies apart from all else.
    for buffer in &mut program.buffers {
        if let Place::KeptFixed { at } = &mut buffer.place {
            *at = kept_fixed;
            kept_fixed = (kept_fixed + buffer.fixed).next_multiple_of(LINE);
        }
    }
    if scope != Scope::Network {
        // The other rounds run between a round's way forward and its way back.
        let turn = program.forward.len();
        for (buffer, life) in program.buffers.iter_mut().zip(&lifetimes) {
            let stays = life.is_some_and(|(first, last)| first < turn && last > turn);
            match &buffer.place {
                Place::Each { .. } if stays => {
                    buffer.place = Place::Kept { at: kept };
                    kept = (kept + buffer.each).next_multiple_of(LINE);
                }
                Place::Fixed { .. } if stays => {
                    buffer.place = Place::KeptFixed { at: kept_fixed };
                    kept_fixed = (kept_fixed + buffer.fixed).next_multiple_of(LINE);
                }
                _ => {}
            }
        }
    }
    let [each, steps] = [false, true].map(|steps| {
        let mut runs = Vec::new();
        for (b, buffer) in program.buffers.iter().enumerate().filter(|(_, buffer)| buffer.steps == steps) {
            if let (Place::Each { .. }, Some(life)) = (buffer.place, lifetimes[b]) {
                runs.push((b, buffer.each, life));
            }
        }
        let known: Option<Vec<_>> =
            runs.iter().map(|&(b, len, life)| Some((b, len.known()?, life))).collect();
        match known {
            Some(known) => pack(program, known).into(),
            None => leave(program, &runs),
        }
    });
    let mut fixed = Dim::ZERO;
    for buffer in &mut program.buffers {
        if let Place::Fixed { at } = &mut buffer.place {
            *at = fixed;
            fixed = (fixed + buffer.fixed).next_multiple_of(LINE);
        }
    }
    let mut inputs = vec![Dim::ZERO; program.loads.len()];
    for buffer in &program.buffers {
        if let Place::Input(i) = buffer.place {
            inputs[i] = buffer.each;
        }
    }
    program.memory = Memory { inputs, each, steps, fixed, kept, kept_fixed };
}

/// Lays buffers out; what they take in all.
fn pack(program: &mut Program, mut runs: Vec<(usize, usize, Lifetime)>) -> usize {
    // The largest first: the small ones then find room in the gaps.
    runs.sort_by_key(|&(b, len, _)| (std::cmp::Reverse(len), b));
    let mut placed: Vec<(usize, usize, Lifetime)> = Vec::new();
    for (b, len, life) in runs {
        let mut taken: Vec<_> = placed.iter().filter(|(.., other)| meet(life, *other)).collect();
        taken.sort();
        let mut at = 0;
        for &&(start, end, _) in &taken {
            if at + len <= start {
                break;
            }
            at = at.max(end);
        }
        let end = (at + len).next_multiple_of(LINE);
        program.buffers[b].place = Place::Each { at: at.into() };
        placed.push((at, end, life));
    }
    placed.iter().map(|&(_, end, _)| end).max().unwrap_or(0)
}

/// Leaves that to the compiler, which knows the lengths.
fn leave(program: &mut Program, runs: &[(usize, Dim, Lifetime)]) -> Dim {
    let first = crate::shape::found(runs.len() + 1);
    for (i, (b, ..)) in runs.iter().enumerate() {
        program.buffers[*b].place = Place::Each { at: Dim::found(first + i) };
    }
    let runs = runs.iter().map(|&(_, len, life)| (len, life)).collect::<Vec<_>>();
    let all = Dim::found(first + runs.len());
    program.packings.push(Packing { first, runs });
    all
}

fn meet(a: Lifetime, b: Lifetime) -> bool {
    a.0 <= b.1 && b.0 <= a.1
}

fn lifetimes(program: &Program, scope: Scope) -> Vec<Option<Lifetime>> {
    let mut lives: Vec<Option<Lifetime>> = vec![None; program.buffers.len()];
    let mut touch = |buffer: BufferId, time: usize| {
        let life = lives[buffer.0].get_or_insert((time, time));
        life.1 = time;
    };
    for (time, step) in program.forward.iter().enumerate() {
        let (reads, writes) = step.accesses();
        reads.into_iter().chain(writes).for_each(|b| touch(b, time));
    }
    // The loss reads the output and writes its gradient.
    let loss = program.forward.len();
    if scope == Scope::Network {
        program.outputs.iter().chain(&program.output_gradients).for_each(|&b| touch(b, loss));
    }
    for (i, step) in program.backward.iter().enumerate() {
        let (reads, writes) = step.accesses();
        reads.into_iter().chain(writes).for_each(|b| touch(b, loss + 1 + i));
    }
    lives
}
