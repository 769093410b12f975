//! Activations, sums and the loops under them.

use super::isa::isa;
use super::math::Elementary;
use crate::Real;
use crate::layers::activation::Activation;

/// `y = f(x)`; an empty `x` means that the values stand in `y`.
#[inline(always)]
pub(super) fn map<T: Real>(x: &[T], y: &mut [T], f: impl Fn(T) -> T) {
    if x.is_empty() {
        for y in y {
            *y = f(*y);
        }
    } else {
        for (y, &x) in y.iter_mut().zip(x) {
            *y = f(x);
        }
    }
}

/// `dx = dy f'(v)` with the derivative `d(v) = f'`; an empty `dy` means that it stands in `dx`.
#[inline(always)]
pub(super) fn map_gradient<T: Real>(v: &[T], dy: &[T], dx: &mut [T], d: impl Fn(T) -> T) {
    if dy.is_empty() {
        for (dx, &v) in dx.iter_mut().zip(v) {
            *dx *= d(v);
        }
    } else {
        for ((dx, &dy), &v) in dx.iter_mut().zip(dy).zip(v) {
            *dx = dy * d(v);
        }
    }
}

/// As `map_gradient`, with `other(v, dy)` where `closed(v)` and else the gradient as it is: where the value is NaN, too.
#[inline(always)]
fn gate_gradient<T: Real>(
    v: &[T],
    dy: &[T],
    dx: &mut [T],
    closed: impl Fn(T) -> bool,
    other: impl Fn(T, T) -> T,
) {
    if dy.is_empty() {
        for (dx, &v) in dx.iter_mut().zip(v) {
            *dx = if closed(v) { other(v, *dx) } else { *dx };
        }
    } else {
        for ((dx, &dy), &v) in dx.iter_mut().zip(dy).zip(v) {
            *dx = if closed(v) { other(v, dy) } else { dy };
        }
    }
}

/// `λ` and `λα` of SELU (Klambauer et al.: *Self-normalizing neural networks*, 2017).
const SELU_SCALE: f64 = 1.050_700_987_355_480_5;
const SELU_ALPHA: f64 = 1.673_263_242_354_377_2;

/// `√(2/π)`.
const SQRT_2_OVER_PI: f64 = 0.797_884_560_802_865_4;
const GELU_CUBIC: f64 = 0.044_715;

/// `u = √(2/π) (x + 0.044715 x³)`. From ±16 on `tanh u` is ±1 in `f64` too; the bound keeps `x³` finite.
#[inline(always)]
fn gelu_argument<T: Elementary<M>, M>(x: T) -> (T, T) {
    let bound = T::of(16.0);
    let x = if x > bound { bound } else { x };
    let x = if x < -bound { -bound } else { x };
    let square = x * x;
    let scale = T::of(SQRT_2_OVER_PI);
    let cubic = T::of(GELU_CUBIC);
    (scale * (x + cubic * square * x), scale * (T::one() + T::of(3.0) * cubic * square))
}

// The functions of some size are no closures: only of these can one ask that they are inlined wherever they are called,
// and a loop with a call in it does not become vector code.

#[inline(always)]
fn elu<T: Elementary<M>, M>(positive: T, negative: T, x: T) -> T {
    let bent = negative * x.exp_m1_of();
    if x > T::zero() { positive * x } else { bent }
}

#[inline(always)]
fn gelu<T: Elementary<M>, M>(x: T) -> T {
    x * x.normal_of()
}

#[inline(always)]
fn gelu_slope<T: Elementary<M>, M>(x: T) -> T {
    // 1 / √(2π)
    let density = T::of(0.398_942_280_401_432_7);
    let (normal, bell) = x.normal_and_bell();
    normal + x * density * bell
}

#[inline(always)]
fn gelu_tanh<T: Elementary<M>, M>(x: T) -> T {
    T::of(0.5) * x * (T::one() + gelu_argument(x).0.tanh_of())
}

#[inline(always)]
fn gelu_tanh_slope<T: Elementary<M>, M>(x: T) -> T {
    let (half, one) = (T::of(0.5), T::one());
    let (u, slope) = gelu_argument(x);
    let t = u.tanh_of();
    half * (one + t) + half * x * (one - t * t) * slope
}

#[inline(always)]
fn silu<T: Elementary<M>, M>(x: T) -> T {
    x * x.sigmoid_of()
}

#[inline(always)]
fn silu_slope<T: Elementary<M>, M>(x: T) -> T {
    let s = x.sigmoid_of();
    s * (T::one() + x * (T::one() - s))
}

#[inline(always)]
pub(super) fn softplus<T: Elementary<M>, M>(beta: T, inverse: T, threshold: T, x: T) -> T {
    let u = beta * x;
    let positive = if u > T::zero() { u } else { T::zero() };
    let soft = (positive + (-u.abs()).exp_of_negative().ln_1p_of()) * inverse;
    if u > threshold { x } else { soft }
}

#[inline(always)]
fn softplus_slope<T: Elementary<M>, M>(beta: T, threshold: T, x: T) -> T {
    let u = beta * x;
    let s = u.sigmoid_of();
    if u > threshold { T::one() } else { s }
}

/// `t = tanh(ln(1 + eˣ))` and `1 - t`: with `e = e^-|x|` the fraction `(1 + 2 e) / (1 + 2 e + 2 e²)` above 0 and
/// `(2 e + e²) / (2 + 2 e + e²)` below.
#[inline(always)]
fn mish_gate<T: Elementary<M>, M>(x: T) -> (T, T) {
    let (one, two) = (T::one(), T::of(2.0));
    let e = (-x.abs()).exp_of_negative();
    let (twice, square) = (two * e, e * e);
    let above = x > T::zero();
    let numerator = if above { one + twice } else { twice + square };
    let rest = if above { two * square } else { two };
    let inverse = one / (numerator + rest);
    (numerator * inverse, rest * inverse)
}

#[inline(always)]
fn mish<T: Elementary<M>, M>(x: T) -> T {
    x * mish_gate(x).0
}

#[inline(always)]
fn mish_slope<T: Elementary<M>, M>(x: T) -> T {
    let (t, rest) = mish_gate(x);
    t + x * (rest * (T::one() + t)) * x.sigmoid_of()
}

#[inline(always)]
fn celu<T: Elementary<M>, M>(alpha: T, inverse: T, x: T) -> T {
    let bent = alpha * (x * inverse).exp_m1_of();
    if x > T::zero() { x } else { bent }
}

#[inline(always)]
fn log_sigmoid<T: Elementary<M>, M>(x: T) -> T {
    let negative = if x > T::zero() { T::zero() } else { x };
    negative - (-x.abs()).exp_of_negative().ln_1p_of()
}

/// `x` within bounds; NaN stays NaN.
#[inline(always)]
fn within<T: Elementary<M>, M>(min: T, max: T, x: T) -> T {
    let x = if x < min { min } else { x };
    if x > max { max } else { x }
}

#[inline(always)]
fn hardswish<T: Elementary<M>, M>(x: T) -> T {
    // The gate first: x (x + 3) would overflow.
    x * (within(T::of(-3.0), T::of(3.0), x) + T::of(3.0)) / T::of(6.0)
}

#[inline(always)]
fn hardswish_slope<T: Elementary<M>, M>(x: T) -> T {
    let slope = x / T::of(3.0) + T::of(0.5);
    let slope = if x <= T::of(-3.0) { T::zero() } else { slope };
    if x >= T::of(3.0) { T::one() } else { slope }
}

/// `y = f(x)`; an empty `x` means that the values stand in `y`.
#[inline(always)]
pub(super) fn activate<T: Elementary<M>, M>(function: Activation, x: &[T], y: &mut [T]) {
    let (zero, one) = (T::zero(), T::one());
    match function {
        Activation::Relu => map(x, y, |x| if x <= zero { zero } else { x }),
        Activation::LeakyRelu { slope } => {
            let slope = T::of(slope);
            map(x, y, |x| if x > zero { x } else { slope * x });
        }
        Activation::Elu { alpha } => {
            let alpha = T::of(alpha);
            map(x, y, |x| elu(one, alpha, x));
        }
        Activation::Selu => {
            let (scale, negative) = (T::of(SELU_SCALE), T::of(SELU_SCALE * SELU_ALPHA));
            map(x, y, |x| elu(scale, negative, x));
        }
        Activation::Gelu => map(x, y, |x| gelu(x)),
        Activation::GeluTanh => map(x, y, |x| gelu_tanh(x)),
        Activation::Silu => map(x, y, |x| silu(x)),
        Activation::Sigmoid => map(x, y, |x| x.sigmoid_of()),
        Activation::Tanh => map(x, y, |x| x.tanh_of()),
        Activation::Softplus { beta, threshold } => {
            let (beta, threshold, inverse) = (T::of(beta), T::of(threshold), T::of(1.0 / beta));
            map(x, y, |x| softplus(beta, inverse, threshold, x));
        }
        Activation::Relu6 => map(x, y, |x| within(zero, T::of(6.0), x)),
        Activation::Celu { alpha } => {
            let (alpha, inverse) = (T::of(alpha), T::of(1.0 / alpha));
            map(x, y, |x| celu(alpha, inverse, x));
        }
        Activation::Mish => map(x, y, |x| mish(x)),
        Activation::LogSigmoid => map(x, y, |x| log_sigmoid(x)),
        Activation::Softsign => map(x, y, |x| x / (one + x.abs())),
        Activation::Hardtanh { min, max } => {
            let (min, max) = (T::of(min), T::of(max));
            map(x, y, |x| within(min, max, x));
        }
        Activation::Hardsigmoid => {
            let (three, six) = (T::of(3.0), T::of(6.0));
            map(x, y, |x| (within(-three, three, x) + three) / six);
        }
        Activation::Hardswish => map(x, y, |x| hardswish(x)),
    }
}

/// `dx = dy f'`, where `v` is the input if the function's derivative reads inputs and the output otherwise; an empty
/// `dy` means that it stands in `dx`.
#[inline(always)]
pub(super) fn activate_backward<T: Elementary<M>, M>(function: Activation, v: &[T], dy: &[T], dx: &mut [T]) {
    let (zero, one) = (T::zero(), T::one());
    match function {
        Activation::Relu => gate_gradient(v, dy, dx, |v| v <= zero, |_, _| zero),
        Activation::LeakyRelu { slope } => {
            let slope = T::of(slope);
            gate_gradient(v, dy, dx, |v| v <= zero, |_, dy| dy * slope);
        }
        Activation::Elu { alpha } => {
            let alpha = T::of(alpha);
            if function.reads_inputs() {
                gate_gradient(v, dy, dx, |x| x <= zero, |x, dy| dy * (alpha * x.exp_of()));
            } else {
                gate_gradient(v, dy, dx, |y| y <= zero, |y, dy| dy * (y + alpha));
            }
        }
        Activation::Selu => {
            let (scale, negative) = (T::of(SELU_SCALE), T::of(SELU_SCALE * SELU_ALPHA));
            map_gradient(v, dy, dx, |y| if y > zero { scale } else { y + negative });
        }
        Activation::Gelu => map_gradient(v, dy, dx, |x| gelu_slope(x)),
        Activation::GeluTanh => map_gradient(v, dy, dx, |x| gelu_tanh_slope(x)),
        Activation::Silu => map_gradient(v, dy, dx, |x| silu_slope(x)),
        Activation::Sigmoid => map_gradient(v, dy, dx, |y| y * (one - y)),
        Activation::Tanh => map_gradient(v, dy, dx, |y| one - y * y),
        Activation::Softplus { beta, threshold } => {
            let (beta, threshold) = (T::of(beta), T::of(threshold));
            map_gradient(v, dy, dx, |x| softplus_slope(beta, threshold, x));
        }
        Activation::Relu6 => {
            let six = T::of(6.0);
            gate_gradient(v, dy, dx, |y| y <= zero || y >= six, |_, _| zero);
        }
        Activation::Celu { alpha } => {
            let inverse = T::of(1.0 / alpha);
            gate_gradient(v, dy, dx, |y| y <= zero, |y, dy| dy * (y * inverse + one));
        }
        Activation::Mish => map_gradient(v, dy, dx, |x| mish_slope(x)),
        // 1 - σ(x) = 1 - eʸ.
        Activation::LogSigmoid => map_gradient(v, dy, dx, |y| -y.exp_m1_of()),
        Activation::Softsign => map_gradient(v, dy, dx, |x| {
            let inverse = one / (one + x.abs());
            inverse * inverse
        }),
        Activation::Hardtanh { min, max } => {
            let (min, max) = (T::of(min), T::of(max));
            gate_gradient(v, dy, dx, |y| y <= min || y >= max, |_, _| zero);
        }
        Activation::Hardsigmoid => {
            let (three, slope) = (T::of(3.0), T::of(1.0 / 6.0));
            map_gradient(v, dy, dx, |x| if x <= -three || x >= three { zero } else { slope });
        }
        Activation::Hardswish => map_gradient(v, dy, dx, |x| hardswish_slope(x)),
    }
}

/// `y = a + b`; an empty `a` means that it stands in `y`.
#[inline(always)]
pub(super) fn add<T: Elementary>(a: &[T], b: &[T], y: &mut [T]) {
    let done = T::sweeps(isa()).map_or(0, |s| s.add(a, b, y));
    let (b, y) = (&b[done..], &mut y[done..]);
    if a.is_empty() {
        for (y, &b) in y.iter_mut().zip(b) {
            *y += b;
        }
    } else {
        for ((y, &a), &b) in y.iter_mut().zip(&a[done..]).zip(b) {
            *y = a + b;
        }
    }
}
