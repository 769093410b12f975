//! Checks of the kernels against plain loops, and what they share.

mod bits;
mod product;
mod update;
mod vectors;

use crate::Real;

/// Numbers that look random and are the same each time.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 20
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}

/// Numbers from -1 to 1.
fn numbers<T: Real>(count: usize, seed: u64) -> Vec<T> {
    let mut draw = Draw(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    (0..count).map(|_| T::of((draw.next() % (1 << 24)) as f64 / f64::from(1 << 23) - 1.0)).collect()
}

fn wide<T: Real>(x: &[T]) -> Vec<f64> {
    x.iter().map(|x| x.widen()).collect()
}

fn assert_close<T: Real>(got: &[T], want: &[f64], terms: usize, what: &str) {
    let tolerance = T::epsilon().widen() * (terms as f64 + 8.0);
    assert_eq!(got.len(), want.len());
    for (i, (got, want)) in got.iter().zip(want).enumerate() {
        assert!((got.widen() - want).abs() <= tolerance, "{what}: element {i} is {got:?}, not {want}");
    }
}
