//! Windows and rows of odd sizes: every instruction set gives the bits of the plain loops, and writes no further.

use super::{Draw, numbers};
use crate::Real;
use crate::kernels::batch_norm_loops as norm;
use crate::kernels::isa::{Isa, with_isa};
use crate::kernels::math::Elementary;
use crate::kernels::pool::{self, Window};

/// What stands behind the slices that kernels get, to see whether it stays.
const BEHIND: usize = 40;

/// The bits of what `f` leaves in `len` scalars, with the instruction set; panics if it wrote behind them.
fn bits<T: Real>(isa: Isa, len: usize, what: &str, f: impl FnOnce(&mut [T])) -> Vec<u64> {
    let mut room: Vec<T> = numbers(len + BEHIND, 3);
    let behind = room[len..].to_vec();
    with_isa(isa, || f(&mut room[..len]));
    assert!(room[len..] == behind, "{what} writes too far");
    room[..len].iter().map(|v| v.widen().to_bits()).collect()
}

/// Calls `f` with each instruction set and compares what it leaves with what the plain loops leave.
fn same<T: Real>(len: usize, what: &str, f: impl Fn(&mut [T])) {
    let plain = bits(Isa::Portable, len, what, &f);
    for isa in Isa::available().skip(1) {
        assert!(bits(isa, len, what, &f) == plain, "{what} with {isa:?}");
    }
}

fn windows<T: Elementary>(draw: &mut Draw) {
    let size = |draw: &mut Draw| [1 + draw.below(9), 1 + draw.below(9)];
    let few = |draw: &mut Draw| [1 + draw.below(3), 1 + draw.below(3)];
    let kernel = few(draw);
    // Half of them lie side by side.
    let stride = if draw.below(2) == 0 { kernel } else { few(draw) };
    let padding = [draw.below(2) * draw.below(kernel[0]), draw.below(2) * draw.below(kernel[1])];
    let w = Window {
        channels: 1 + draw.below(45),
        input: size(draw),
        kernel,
        stride,
        padding,
        dilation: [1 + draw.below(4) / 3, 1 + draw.below(4) / 3],
    };
    let samples = 1 + draw.below(2);
    let [height, width] = w.output();
    let [input, output] =
        [w.input[0] * w.input[1], height * width].map(|pixels| samples * pixels * w.channels);
    let mut x: Vec<T> = numbers(input, draw.next());
    // Equals and no numbers.
    for _ in 0..input / 8 {
        let (from, to) = (draw.below(input), draw.below(input));
        x[to] = if draw.below(9) == 0 { T::nan() } else { x[from] };
    }
    let dy: Vec<T> = numbers(output, draw.next());
    let what = format!("{w:?} {}", T::NAME);
    for relu in [false, true] {
        same(2 * output, &what, |room| {
            let (y, winners) = room.split_at_mut(output);
            pool::max_pool(w, relu, &x, y, winners);
        });
        same(output, &what, |y| pool::max_pool(w, relu, &x, y, &mut []));
        let mut y = vec![T::zero(); output];
        let mut winners = y.clone();
        with_isa(Isa::Portable, || pool::max_pool(w, relu, &x, &mut y, &mut winners));
        same(input, &what, |dx| pool::max_pool_backward(w, &winners, &dy, dx));
    }
    for include in [true, false] {
        let x = numbers::<T>(input, 7);
        same(output, &what, |y| pool::avg_pool(w, include, &x, y));
        same(input, &what, |dx| pool::avg_pool_backward(w, include, &dy, dx));
    }
}

fn rows<T: Elementary>(draw: &mut Draw) {
    let width = (1 + draw.below(9)) * [1, 4, 16][draw.below(3)];
    let len = draw.below(5 * width);
    let [x, dy] = [1, 2].map(|seed| numbers::<T>(len, seed));
    let wide = numbers::<T>(4 * width, 5);
    let what = format!("{len} in rows of {width} {}", T::NAME);
    same(width, &what, |sums| norm::sum(&x, sums));
    same(width, &what, |sums| norm::sum_squares(&x, &wide[..width], sums));
    same(2 * width, &what, |sums| norm::sum_gradients(&x, &dy, &wide[..width], sums));
    for stands in [false, true] {
        let x_or = if stands { &[] } else { &x[..] };
        let dy_or = if stands { &[] } else { &dy[..] };
        same(len, &what, |y| norm::normalise(x_or, &wide[..3 * width], y));
        same(len, &what, |dx| norm::gradient(&x, dy_or, &wide, dx));
        same(len, &what, |y| crate::kernels::elementwise::add(x_or, &dy, y));
    }
}

#[test]
fn vectors_give_the_bits_of_plain_loops() {
    let mut draw = Draw(11);
    for _ in 0..300 {
        windows::<f32>(&mut draw);
        windows::<f64>(&mut draw);
        rows::<f32>(&mut draw);
        rows::<f64>(&mut draw);
    }
}
