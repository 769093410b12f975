//! Sums whose order does not depend on the instruction set, and which still become vector code.

use super::math::Elementary;

/// How many sums run side by side.
pub(super) const LANES: usize = 16;

/// `Σ f(x)`: element `i` goes to sum `i % LANES`, and the sums are added in a fixed tree.
#[inline(always)]
pub(super) fn sum<T: Elementary>(x: &[T], f: impl Fn(T) -> T) -> T {
    let mut lanes = [T::zero(); LANES];
    let (whole, rest) = x.as_chunks::<LANES>();
    for chunk in whole {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane += f(x);
        }
    }
    for (lane, &x) in lanes.iter_mut().zip(rest) {
        *lane += f(x);
    }
    let mut width = LANES / 2;
    while width > 0 {
        for i in 0..width {
            let other = lanes[i + width];
            lanes[i] += other;
        }
        width /= 2;
    }
    lanes[0]
}
