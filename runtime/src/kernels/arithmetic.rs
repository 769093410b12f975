//! Element-wise arithmetic: functions of one value, of a value and a number, and of two values.

use super::elementwise::{map, map_gradient};
use super::lanes;
use super::math::Elementary;
use crate::Real;
use crate::layers::arithmetic::Arithmetic;
use crate::layers::elementary::Elementary as Function;

/// `xᶜ`, by multiplication where `c` is a whole number.
#[inline(always)]
pub(super) fn power<T: Real>(x: T, c: f64) -> T {
    let whole = c as i32;
    if f64::from(whole) == c { x.powi(whole) } else { x.powf(T::of(c)) }
}

/// 1 where `chosen`, ½ at a tie, else 0.
#[inline(always)]
pub(super) fn share<T: Real>(chosen: bool, tie: bool) -> T {
    let half = T::of(0.5);
    if tie {
        half
    } else if chosen {
        T::one()
    } else {
        T::zero()
    }
}

/// `y = f(x)`; an empty `x` means that the values stand in `y`.
#[inline(always)]
pub(super) fn elementary<T: Elementary<M>, M>(function: Function, x: &[T], y: &mut [T]) {
    match function {
        Function::Exp => map(x, y, |x| x.exp_of()),
        Function::Ln => map(x, y, |x| x.ln()),
        Function::Sqrt => map(x, y, |x| x.sqrt()),
        Function::Abs => map(x, y, |x| x.abs()),
        Function::Sin => map(x, y, |x| x.sin()),
        Function::Cos => map(x, y, |x| x.cos()),
        Function::Scale(c) => {
            let c = T::of(c);
            map(x, y, |x| c * x);
        }
        Function::Shift(c) => {
            let c = T::of(c);
            map(x, y, |x| x + c);
        }
        Function::From(c) => {
            let c = T::of(c);
            map(x, y, |x| c - x);
        }
        Function::Divide(c) => {
            let c = T::of(c);
            map(x, y, |x| x / c);
        }
        Function::Over(c) => {
            let c = T::of(c);
            map(x, y, |x| c / x);
        }
        Function::Min(c) => {
            let c = T::of(c);
            map(x, y, |x| if x > c { c } else { x });
        }
        Function::Max(c) => {
            let c = T::of(c);
            map(x, y, |x| if x < c { c } else { x });
        }
        Function::Power(2.0) => map(x, y, |x| x * x),
        Function::Power(c) => map(x, y, |x| power(x, c)),
        Function::Base(c) => {
            let c = T::of(c);
            map(x, y, |x| c.powf(x));
        }
    }
}

/// `dx = dy f'`, where `v` is the input or the output, as the function reads; an empty `dy` stands in `dx`.
#[inline(always)]
pub(super) fn elementary_backward<T: Elementary<M>, M>(function: Function, v: &[T], dy: &[T], dx: &mut [T]) {
    let (zero, one) = (T::zero(), T::one());
    match function {
        Function::Exp => map_gradient(v, dy, dx, |y| y),
        Function::Ln => map_gradient(v, dy, dx, |x| one / x),
        Function::Sqrt => map_gradient(v, dy, dx, |y| T::of(0.5) / y),
        Function::Abs => map_gradient(v, dy, dx, |x| {
            if x > zero {
                one
            } else if x < zero {
                -one
            } else {
                x
            }
        }),
        Function::Sin => map_gradient(v, dy, dx, |x| x.cos()),
        Function::Cos => map_gradient(v, dy, dx, |x| -x.sin()),
        Function::Scale(c) => scaled(T::of(c), dy, dx),
        Function::Shift(_) => scaled(one, dy, dx),
        Function::From(_) => scaled(-one, dy, dx),
        Function::Divide(c) => {
            let c = T::of(c);
            map(dy, dx, |dy| dy / c);
        }
        Function::Over(c) => {
            let c = T::of(c);
            map_gradient(v, dy, dx, |x| -c / (x * x));
        }
        Function::Min(c) => {
            let c = T::of(c);
            map_gradient(v, dy, dx, |x| share(x < c, x == c));
        }
        Function::Max(c) => {
            let c = T::of(c);
            map_gradient(v, dy, dx, |x| share(x > c, x == c));
        }
        Function::Power(0.0) => map(dy, dx, |_| zero),
        Function::Power(c) => {
            let factor = T::of(c);
            map_gradient(v, dy, dx, |x| factor * power(x, c - 1.0));
        }
        Function::Base(c) => {
            let slope = T::of(c).ln();
            map_gradient(v, dy, dx, |y| slope * y);
        }
    }
}

#[inline(always)]
fn scaled<T: Real>(factor: T, dy: &[T], dx: &mut [T]) {
    map(dy, dx, |dy| factor * dy);
}

#[inline(always)]
fn apply<T: Elementary>(wide: [bool; 2], len: usize, a: &[T], b: &[T], y: &mut [T], f: impl Fn(T, T) -> T) {
    match wide {
        [true, true] if a.is_empty() => {
            for (y, &b) in y.iter_mut().zip(b) {
                *y = f(*y, b);
            }
        }
        [true, true] => {
            for ((y, &a), &b) in y.iter_mut().zip(a).zip(b) {
                *y = f(a, b);
            }
        }
        [true, false] if a.is_empty() => {
            for (y, &b) in y.chunks_exact_mut(len).zip(b) {
                y.iter_mut().for_each(|y| *y = f(*y, b));
            }
        }
        [true, false] => {
            for ((y, a), &b) in y.chunks_exact_mut(len).zip(a.chunks_exact(len)).zip(b) {
                y.iter_mut().zip(a).for_each(|(y, &a)| *y = f(a, b));
            }
        }
        [false, _] => {
            for ((y, &a), b) in y.chunks_exact_mut(len).zip(a).zip(b.chunks_exact(len)) {
                y.iter_mut().zip(b).for_each(|(y, &b)| *y = f(a, b));
            }
        }
    }
}

/// `y = f(a, b)`, `len` numbers a sample; where `wide` says no, that side is one number a sample. An empty `a` stands in
/// `y`.
#[inline(always)]
pub(super) fn combine<T: Elementary>(
    function: Arithmetic,
    wide: [bool; 2],
    len: usize,
    a: &[T],
    b: &[T],
    y: &mut [T],
) {
    match function {
        Arithmetic::Add => apply(wide, len, a, b, y, |a, b| a + b),
        Arithmetic::Sub => apply(wide, len, a, b, y, |a, b| a - b),
        Arithmetic::Mul => apply(wide, len, a, b, y, |a, b| a * b),
        Arithmetic::Div => apply(wide, len, a, b, y, |a, b| a / b),
        Arithmetic::Min => apply(wide, len, a, b, y, |a, b| if a > b { b } else { a }),
        Arithmetic::Max => apply(wide, len, a, b, y, |a, b| if a < b { b } else { a }),
        Arithmetic::Pow => apply(wide, len, a, b, y, |a, b| a.powf(b)),
    }
}

/// The gradient by one side, the first or the second, of `len` numbers a sample: `d(a, b)` times `dy`, written to `dx` and
/// for a side that is one number a sample added up.
#[inline(always)]
fn side<T: Elementary>(
    wide: [bool; 2],
    second: bool,
    len: usize,
    [a, b, dy]: [&[T]; 3],
    dx: &mut [T],
    d: impl Fn(T, T) -> T,
) {
    if dx.is_empty() {
        return;
    }
    let one = |x: &[T], s: usize, i: usize, wide: bool| if wide { x[s * len + i] } else { x[s] };
    for (s, dy) in dy.chunks_exact(len).enumerate() {
        if wide[usize::from(second)] {
            let dx = &mut dx[s * len..][..len];
            match wide {
                [true, true] => {
                    let (a, b) = (&a[s * len..][..len], &b[s * len..][..len]);
                    for (((dx, &dy), &a), &b) in dx.iter_mut().zip(dy).zip(a).zip(b) {
                        *dx = dy * d(a, b);
                    }
                }
                _ => {
                    for (i, (dx, &dy)) in dx.iter_mut().zip(dy).enumerate() {
                        *dx = dy * d(one(a, s, i, wide[0]), one(b, s, i, wide[1]));
                    }
                }
            }
        } else {
            let mut sums = [T::zero(); lanes::LANES];
            for (i, &dy) in dy.iter().enumerate() {
                sums[i % lanes::LANES] += dy * d(one(a, s, i, wide[0]), one(b, s, i, wide[1]));
            }
            dx[s] = lanes::sum(&sums, |x| x);
        }
    }
}

/// The gradients of [`combine`] by both sides; an empty one is not asked for.
#[allow(clippy::too_many_arguments, reason = "two sides, their gradients, and how they lie")]
#[inline(always)]
pub(super) fn combine_backward<T: Elementary>(
    function: Arithmetic,
    wide: [bool; 2],
    len: usize,
    a: &[T],
    b: &[T],
    dy: &[T],
    da: &mut [T],
    db: &mut [T],
) {
    let (zero, one, all) = (T::zero(), T::one(), [a, b, dy]);
    match function {
        Arithmetic::Add => {
            spread(wide[0], len, one, dy, da);
            spread(wide[1], len, one, dy, db);
        }
        Arithmetic::Sub => {
            spread(wide[0], len, one, dy, da);
            spread(wide[1], len, -one, dy, db);
        }
        Arithmetic::Mul => {
            side(wide, false, len, all, da, |_, b| b);
            side(wide, true, len, all, db, |a, _| a);
        }
        Arithmetic::Div => {
            side(wide, false, len, all, da, |_, b| one / b);
            side(wide, true, len, all, db, |a, b| -a / (b * b));
        }
        Arithmetic::Min => {
            side(wide, false, len, all, da, |a, b| share(a < b, a == b));
            side(wide, true, len, all, db, |a, b| share(b < a, a == b));
        }
        Arithmetic::Max => {
            side(wide, false, len, all, da, |a, b| share(a > b, a == b));
            side(wide, true, len, all, db, |a, b| share(b > a, a == b));
        }
        Arithmetic::Pow => {
            side(wide, false, len, all, da, |a, b| if b == zero { zero } else { b * a.powf(b - one) });
            side(
                wide,
                true,
                len,
                all,
                db,
                |a, b| {
                    if a == zero && b >= zero { zero } else { a.powf(b) * a.ln() }
                },
            );
        }
    }
}

/// `dx = sign · dy`, or its sum over each sample.
#[inline(always)]
fn spread<T: Elementary>(wide: bool, len: usize, sign: T, dy: &[T], dx: &mut [T]) {
    if dx.is_empty() {
        return;
    }
    if wide {
        scaled(sign, dy, dx);
    } else {
        for (dx, dy) in dx.iter_mut().zip(dy.chunks_exact(len)) {
            *dx = sign * lanes::sum(dy, |dy| dy);
        }
    }
}
