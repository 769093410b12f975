//! Counter-based random numbers: every draw is a pure function of where it stands.
//!
//! The generator is Philox4x32-10 (Salmon, Moraes, Dror, Shaw: *Parallel random numbers: as easy as 1, 2, 3*, 2011): a
//! key and a counter of four words go in, four random words come out. The key is the seed. Noise within a pass takes
//! `[block, sample, step, node]` as the counter, a [`Stream`] takes `[position, number, purpose, !0]`, so the two never
//! meet.

use crate::tensor::{flat_mut, zeroed_vec};
use crate::{Real, Tensor};
use core::convert::Infallible;
use rand_distr::{Distribution, StandardNormal};

/// Where a training pass stands in the stream of noise: together with node, sample and element it fixes every draw, so
/// masks are the same whatever the threads, and a resumed run draws what the uninterrupted one would.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Noise {
    /// The run's seed.
    pub seed: u64,
    /// The training step.
    pub step: u64,
    /// The place of the pass's first sample in its batch.
    pub first: u64,
}

impl Noise {
    /// The noise of one round of a repetition: the upper half of the step, which no run counts up to, tells rounds
    /// apart, also those of a repetition within a repetition.
    #[doc(hidden)]
    #[must_use]
    pub const fn round(self, round: usize) -> Noise {
        let outer = (self.step >> 32) as u32;
        let inner = outer.wrapping_mul(0x1_0001).wrapping_add(round as u32 + 1);
        Noise { step: (inner as u64) << 32 | self.step & 0xffff_ffff, ..self }
    }

    /// The noise inside of a network that is one node of another: its nodes have numbers of their own.
    #[must_use]
    pub(crate) const fn inside(self, node: usize) -> Noise {
        let outer = (self.step >> 32) as u32;
        // No count of rounds gets so far.
        let inner = outer.wrapping_mul(0x1_0001) ^ (0x8000_0000 | (node as u32 + 1));
        Noise { step: (inner as u64) << 32 | self.step & 0xffff_ffff, ..self }
    }
}

const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
const ROUNDS: usize = 10;

/// How many counters stand side by side.
pub(crate) const LANES: usize = 32;
/// How many elements [`draw`] serves.
pub(crate) const GROUP: usize = 4 * LANES;

/// The key that belongs to a seed.
const fn key(seed: u64) -> [u32; 2] {
    [seed as u32, (seed >> 32) as u32]
}

/// Philox4x32-10.
#[inline(always)]
fn philox(mut c: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for _ in 0..ROUNDS {
        let first = u64::from(MULTIPLIERS[0]) * u64::from(c[0]);
        let second = u64::from(MULTIPLIERS[1]) * u64::from(c[2]);
        c = [
            (second >> 32) as u32 ^ c[1] ^ key[0],
            second as u32,
            (first >> 32) as u32 ^ c[3] ^ key[1],
            first as u32,
        ];
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
    }
    c
}

/// Writes the random words of the elements `group * GROUP ..` of one sample at one node: element `e` of the group has
/// word `words[e / LANES][e % LANES]`, of which those for `len` elements are written. Samples and steps count modulo
/// 2³².
#[inline(always)]
pub(crate) fn draw(
    noise: Noise,
    node: u32,
    sample: usize,
    group: usize,
    len: usize,
    words: &mut [[u32; LANES]; 4],
) {
    let place = noise.first.wrapping_add(sample as u64) as u32;
    let [low, high] = key(noise.seed);
    // The rounds of a repetition have keys of their own.
    let key = [low, high ^ ((noise.step >> 32) as u32).wrapping_mul(0x9E37_79B9)];
    let first = (group * LANES) as u32;
    let [a, b, c, d] = words;
    let lanes = a.iter_mut().zip(b).zip(c).zip(d).take(len);
    for (block, (((a, b), c), d)) in (first..).zip(lanes) {
        [*a, *b, *c, *d] = philox([block, place, noise.step as u32, node], key);
    }
}

/// A stream of random numbers for what happens outside a pass: drawing weights, shuffling, splitting.
///
/// It is a generator in the sense of the `rand` crates, so `rand`'s shuffles and `rand_distr`'s distributions draw from
/// it. Streams of different purposes or numbers are independent; the same three values always give the same stream.
///
/// ```
/// use formwork::noise::Stream;
/// use rand::{Rng, seq::SliceRandom};
/// let mut order: Vec<usize> = (0..10).collect();
/// order.shuffle(&mut Stream::new(7, 1));
/// let mut again: Vec<usize> = (0..10).collect();
/// again.shuffle(&mut Stream::new(7, 1));
/// assert_eq!(order, again);
/// assert_ne!(Stream::new(7, 1).next_u64(), Stream::new(7, 2).next_u64());
/// ```
#[derive(Clone, Debug)]
pub struct Stream {
    seed: u64,
    purpose: u32,
    number: u32,
    position: u64,
    words: [u32; 4],
    used: usize,
}

impl Stream {
    /// The stream of a seed for one purpose.
    #[must_use]
    pub const fn new(seed: u64, purpose: u32) -> Self {
        Stream::numbered(seed, purpose, 0)
    }

    /// One of many streams for the same purpose: of an epoch, of a tensor.
    #[must_use]
    pub const fn numbered(seed: u64, purpose: u32, number: u32) -> Self {
        Stream { seed, purpose, number, position: 0, words: [0; 4], used: 4 }
    }

    /// Values of mean 0 and variance 1 in every scalar: what a generator or a decoder makes something of.
    ///
    /// ```
    /// use formwork::noise::Stream;
    /// use nalgebra::SVector;
    /// let codes: Vec<SVector<f32, 20>> = Stream::new(7, 1).normal(64);
    /// assert_eq!(codes.len(), 64);
    /// assert_eq!(codes, Stream::new(7, 1).normal::<SVector<f32, 20>>(64));
    /// ```
    #[must_use]
    pub fn normal<V: Tensor>(&mut self, count: usize) -> Vec<V> {
        let mut values = zeroed_vec(count);
        self.fill_normal(flat_mut(&mut values));
        values
    }

    /// Writes numbers of mean 0 and variance 1, drawn in `f64` and rounded, so both scalars get the same.
    pub fn fill_normal<T: Real>(&mut self, scalars: &mut [T]) {
        for scalar in scalars {
            let drawn: f64 = StandardNormal.sample(self);
            *scalar = T::of(drawn);
        }
    }

    /// The next random word.
    fn word(&mut self) -> u32 {
        if self.used == self.words.len() {
            let [low, high] = [self.position as u32, (self.position >> 32) as u32];
            self.words = philox([low, self.number, self.purpose, !high], key(self.seed));
            self.position = self.position.wrapping_add(1);
            self.used = 0;
        }
        self.used += 1;
        self.words[self.used - 1]
    }
}

impl rand::TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.word())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let low = u64::from(self.word());
        Ok(u64::from(self.word()) << 32 | low)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(4) {
            let word = self.word().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    /// The known answers that come with Random123 (`kat_vectors`, philox4x32 10).
    #[test]
    fn philox_gives_the_known_answers() {
        let known = [
            ([0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
            ([u32::MAX; 4], [u32::MAX; 2], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
            (
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0],
                [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1],
            ),
        ];
        for (counter, key, words) in known {
            assert_eq!(philox(counter, key), words);
        }
    }

    #[test]
    fn a_stream_is_the_words_of_consecutive_counters() {
        let mut stream = Stream::numbered(0x0102_0304_0506_0708, 9, 5);
        let drawn: Vec<u32> = (0..100).map(|_| stream.next_u32()).collect();
        for (i, words) in drawn.chunks_exact(4).enumerate() {
            assert_eq!(words, philox([i as u32, 5, 9, !0], [0x0506_0708, 0x0102_0304]));
        }
    }

    #[test]
    fn bytes_and_long_words_continue_the_stream() {
        let mut words = Stream::new(3, 1);
        let mut other = Stream::new(3, 1);
        let long = other.next_u64();
        assert_eq!(long, u64::from(words.next_u32()) | u64::from(words.next_u32()) << 32);
        let mut bytes = [0; 6];
        other.fill_bytes(&mut bytes);
        assert_eq!(bytes[..4], words.next_u32().to_le_bytes());
        assert_eq!(bytes[4..], words.next_u32().to_le_bytes()[..2]);
    }

    #[test]
    fn noise_depends_on_every_part_of_its_place() {
        let draw = |noise: Noise, node: u32, sample: usize, group: usize| {
            let mut words = [[0; LANES]; 4];
            super::draw(noise, node, sample, group, GROUP, &mut words);
            words
        };
        let noise = Noise { seed: 1, step: 2, first: 3 };
        let base = draw(noise, 4, 5, 6);
        assert_ne!(base, draw(Noise { seed: 2, ..noise }, 4, 5, 6));
        assert_ne!(base, draw(Noise { step: 3, ..noise }, 4, 5, 6));
        assert_ne!(base, draw(noise, 5, 5, 6));
        assert_ne!(base, draw(noise, 4, 6, 6));
        assert_ne!(base, draw(noise, 4, 5, 7));
        assert_eq!(base, draw(Noise { first: 0, ..noise }, 4, 8, 6), "a sample is known by its place alone");
        let last = philox([7 * LANES as u32 - 1, 8, 2, 4], [1, 0]);
        assert_eq!(base.map(|word| word[LANES - 1]), last);
    }
}
