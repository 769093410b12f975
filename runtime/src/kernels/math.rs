//! Elementary functions for loops over slices.
//!
//! For `f32` they are branch-free polynomials, so that a loop over them becomes vector code; each is within 2 units in
//! the last place where its result is not subnormal, except [`Elementary::normal_of`], whose error is below 2e-7. The
//! polynomials are those of Cephes (S. Moshier: `expf`, `tanhf`) and, for the normal distribution, one of degree 8 that
//! was fitted to `erfc(a) e^(a²) / t` for `a` up to 9.3 with a relative error below 4.2e-8. For `f64` they are the exact ones of the standard library and of `libm`.
//!
//! Those of `f32` exist twice: with [`Fused`] multiply-adds, for loops that are compiled for machines that have them
//! (elsewhere each would be a call), and [`Plain`]. Fused they take two thirds of the instructions, and wait half as long
//! for each other.

use crate::Real;

/// How the polynomials of a loop multiply and add.
pub(crate) trait MultiplyAdd {
    /// `a b + c`.
    fn multiply_add(a: f32, b: f32, c: f32) -> f32;
    /// The same for `f64`.
    fn multiply_add_wide(a: f64, b: f64, c: f64) -> f64;
}

/// In two instructions, each of which rounds.
#[derive(Debug)]
pub(crate) struct Plain;

/// In one instruction, for loops that are compiled for a machine with FMA.
#[derive(Debug)]
#[cfg_attr(all(debug_assertions, not(test)), expect(dead_code, reason = "what is optimized fuses"))]
pub(crate) struct Fused;

/// Whether loops are compiled by an optimizer, or tested.
pub(crate) const OPTIMIZED: bool = cfg!(any(test, not(debug_assertions)));

/// What loops take that are compiled for a machine with FMA. Without an optimizer a fused multiply-add is a call, which made
/// activations twice as slow in a user's debug build.
#[cfg(any(test, not(debug_assertions)))]
pub(crate) type Vector = Fused;
/// As above.
#[cfg(not(any(test, not(debug_assertions))))]
pub(crate) type Vector = Plain;

impl MultiplyAdd for Plain {
    #[inline(always)]
    fn multiply_add(a: f32, b: f32, c: f32) -> f32 {
        a * b + c
    }

    #[inline(always)]
    fn multiply_add_wide(a: f64, b: f64, c: f64) -> f64 {
        a * b + c
    }
}

impl MultiplyAdd for Fused {
    #[inline(always)]
    fn multiply_add(a: f32, b: f32, c: f32) -> f32 {
        a.mul_add(b, c)
    }

    #[inline(always)]
    fn multiply_add_wide(a: f64, b: f64, c: f64) -> f64 {
        a.mul_add(b, c)
    }
}

/// The functions that exist for both scalars.
pub(crate) trait Elementary<M = Plain>: Real {
    /// `e^x`.
    fn exp_of(self) -> Self;
    /// `e^x` for `x <= 0`, or little above it: the bits of [`exp_of`](Elementary::exp_of) with fewer instructions.
    fn exp_of_negative(self) -> Self;
    /// `1 + e^x` for `x` within ±87, beyond which it stays what it is there: with the fewest instructions.
    fn one_plus_exp(self) -> Self;
    /// `self b + c`.
    fn multiply_add(self, b: Self, c: Self) -> Self;
    /// `e^x - 1` for `x <= 0`, exact for small `x`.
    fn exp_m1_of(self) -> Self;
    /// `ln(1 + x)` for `0 <= x <= 1`.
    fn ln_1p_of(self) -> Self;
    /// `tanh x`.
    fn tanh_of(self) -> Self;
    /// The normal distribution `Φ(x) = erfc(-x / √2) / 2`, and beside it the bell `e^(-x²/2)`.
    fn normal_and_bell(self) -> (Self, Self);

    /// The normal distribution `Φ(x)`.
    #[inline(always)]
    fn normal_of(self) -> Self {
        self.normal_and_bell().0
    }

    /// `1 / (1 + e^-x)`.
    #[inline(always)]
    fn sigmoid_of(self) -> Self {
        // Of e^|x| and e^-|x| only the latter cannot overflow.
        let e = (-self.abs()).exp_of_negative();
        let half = Self::one() / (Self::one() + e);
        if self < Self::zero() { e * half } else { half }
    }
}

/// `x = n ln 2 + r` with whole `n` and `|r| <= ln 2 / 2`; gives `n` and `e^r - 1`.
///
/// `x` must be within ±1e5 or NaN, for which `n` is of no meaning and `r` is NaN.
#[inline(always)]
fn reduce<M: MultiplyAdd>(x: f32) -> (i32, f32) {
    // Adding 1.5 * 2^23 rounds to whole numbers, and leaves them in the low bits.
    const ROUND: f32 = 12_582_912.0;
    let shifted = M::multiply_add(x, std::f32::consts::LOG2_E, ROUND);
    let n = (shifted.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
    let whole = shifted - ROUND;
    // ln 2 in two parts, the first short enough for exact products.
    let r = M::multiply_add(whole, 2.121_944_4e-4, M::multiply_add(whole, -0.693_359_4, x));
    // In pairs, as Estrin does it: each step waits for the one before, and so there are half as many of them.
    let r2 = r * r;
    let high = M::multiply_add(1.987_569_1e-4, r, 1.398_2e-3);
    let middle = M::multiply_add(8.333_452e-3, r, 4.166_579_6e-2);
    let low = M::multiply_add(0.166_666_65, r, 0.5);
    (n, M::multiply_add(M::multiply_add(M::multiply_add(high, r2, middle), r2, low), r2, r))
}

/// The least argument whose exponential is a normal number. Subnormal ones are taken for 0: a processor needs some
/// hundred cycles for each, and where weights are hidden or far from the largest they come in crowds.
const LEAST: f32 = -87.3;

/// `2^n` for `n` from -126 to 127.
#[inline(always)]
fn power_of_two(n: i32) -> f32 {
    f32::from_bits((n.wrapping_add(127) as u32) << 23)
}

/// `1 + e^x` for `x` within ±87.3 or NaN; the sum is ready one addition earlier than if `e^x` were made first.
#[inline(always)]
fn one_plus_exp<M: MultiplyAdd>(x: f32) -> f32 {
    let (n, m) = reduce::<M>(x);
    let power = power_of_two(n);
    M::multiply_add(m, power, power + 1.0)
}

/// `x` within `low..=high`; NaN stays NaN.
#[inline(always)]
fn clamp(x: f32, low: f32, high: f32) -> f32 {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}

impl<M: MultiplyAdd> Elementary<M> for f32 {
    #[inline(always)]
    fn exp_of(self) -> f32 {
        // Outside these bounds the result is 0 or infinite.
        let (n, m) = reduce::<M>(clamp(self, LEAST, 89.0));
        // In two steps, since 2^128 is no normal number.
        let first = n >> 1;
        let power = (m + 1.0) * power_of_two(first) * power_of_two(n.wrapping_sub(first));
        if self < LEAST { 0.0 } else { power }
    }

    #[inline(always)]
    fn exp_of_negative(self) -> f32 {
        let (n, m) = reduce::<M>(if self < LEAST { LEAST } else { self });
        let power = (m + 1.0) * power_of_two(n);
        if self < LEAST { 0.0 } else { power }
    }

    #[inline(always)]
    fn one_plus_exp(self) -> f32 {
        one_plus_exp::<M>(clamp(self, LEAST, -LEAST))
    }

    #[inline(always)]
    fn sigmoid_of(self) -> f32 {
        let y = 1.0 / one_plus_exp::<M>(clamp(-self, LEAST, -LEAST));
        if self < LEAST { 0.0 } else { y }
    }

    #[inline(always)]
    fn multiply_add(self, b: f32, c: f32) -> f32 {
        M::multiply_add(self, b, c)
    }

    #[inline(always)]
    fn exp_m1_of(self) -> f32 {
        let (n, m) = reduce::<M>(clamp(self, -87.0, 0.0));
        let scale = power_of_two(n);
        M::multiply_add(scale, m, scale - 1.0)
    }

    #[inline(always)]
    fn ln_1p_of(self) -> f32 {
        // ln(1 + x) = 2 artanh(t) with t = x / (2 + x) <= 1/3.
        let t = self / (2.0 + self);
        let z = t * t;
        let mut p = 1.0 / 15.0;
        p = M::multiply_add(p, z, 1.0 / 13.0);
        p = M::multiply_add(p, z, 1.0 / 11.0);
        p = M::multiply_add(p, z, 1.0 / 9.0);
        p = M::multiply_add(p, z, 1.0 / 7.0);
        p = M::multiply_add(p, z, 0.2);
        p = M::multiply_add(p, z, 1.0 / 3.0);
        let t2 = t + t;
        M::multiply_add(t2 * z, p, t2)
    }

    #[inline(always)]
    fn tanh_of(self) -> f32 {
        let a = self.abs();
        let z = self * self;
        let mut p = -5.704_988_7e-3;
        p = M::multiply_add(p, z, 2.063_909e-2);
        p = M::multiply_add(p, z, -5.373_971_6e-2);
        p = M::multiply_add(p, z, 0.133_314_42);
        p = M::multiply_add(p, z, -0.333_332_8);
        let near = M::multiply_add(p * z, self, self);
        // Beyond this all but 1 is lost.
        let double = if a > 10.0 { 20.0 } else { a + a };
        let far = 1.0 - 2.0 / one_plus_exp::<M>(double);
        if a < 0.625 { near } else { far.copysign(self) }
    }

    #[inline(always)]
    fn normal_and_bell(self) -> (f32, f32) {
        // erfc(a) = t p(t) e^(-a²) with t = 1 / (1 + a/2) and a² = x²/2; the tail is right to relative precision.
        let bell = Elementary::<M>::exp_of_negative(-0.5 * self * self);
        let t = 1.0 / M::multiply_add(0.5 * std::f32::consts::FRAC_1_SQRT_2, self.abs(), 1.0);
        let mut p = -5.880_218e-2;
        p = M::multiply_add(p, t, 0.283_266_8);
        p = M::multiply_add(p, t, -0.484_475_7);
        p = M::multiply_add(p, t, 0.274_930_1);
        p = M::multiply_add(p, t, -2.444_820_2e-2);
        p = M::multiply_add(p, t, 0.201_757_45);
        p = M::multiply_add(p, t, 0.243_341_08);
        p = M::multiply_add(p, t, 0.282_342_3);
        p = M::multiply_add(p, t, 0.282_088_33);
        let tail = 0.5 * t * p * bell;
        (if self > 0.0 { 1.0 - tail } else { tail }, bell)
    }
}

impl<M: MultiplyAdd> Elementary<M> for f64 {
    #[inline(always)]
    fn exp_of(self) -> f64 {
        self.exp()
    }

    #[inline(always)]
    fn exp_of_negative(self) -> f64 {
        self.exp()
    }

    #[inline(always)]
    fn one_plus_exp(self) -> f64 {
        1.0 + self.exp()
    }

    #[inline(always)]
    fn multiply_add(self, b: f64, c: f64) -> f64 {
        M::multiply_add_wide(self, b, c)
    }

    #[inline(always)]
    fn exp_m1_of(self) -> f64 {
        self.exp_m1()
    }

    #[inline(always)]
    fn ln_1p_of(self) -> f64 {
        self.ln_1p()
    }

    #[inline(always)]
    fn tanh_of(self) -> f64 {
        self.tanh()
    }

    #[inline(always)]
    fn normal_and_bell(self) -> (f64, f64) {
        (0.5 * libm::erfc(-self * std::f64::consts::FRAC_1_SQRT_2), (-0.5 * self * self).exp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest distance from the exact value, in units of the last place of `f32`, over evenly spaced points.
    fn worst(low: f32, high: f32, f: fn(f32) -> f32, exact: fn(f64) -> f64) -> f64 {
        let points = 200_000;
        (0..=points)
            .map(|i| {
                let x = low + (high - low) * (i as f32 / points as f32);
                let want = exact(f64::from(x));
                let unit = f64::from(f32::EPSILON) * want.abs().max(f64::from(f32::MIN_POSITIVE));
                (f64::from(f(x)) - want).abs() / unit
            })
            .fold(0.0, f64::max)
    }

    fn are_within_two_units<M: MultiplyAdd>() {
        let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
        for (what, worst) in [
            ("exp", worst(-87.0, 88.7, Elementary::<M>::exp_of, f64::exp)),
            ("exp near 0", worst(-1.0, 1.0, Elementary::<M>::exp_of, f64::exp)),
            ("exp_m1", worst(-90.0, 0.0, Elementary::<M>::exp_m1_of, f64::exp_m1)),
            ("exp_m1 near 0", worst(-1.0, 0.0, Elementary::<M>::exp_m1_of, f64::exp_m1)),
            ("exp_m1 nearer 0", worst(-1e-3, 0.0, Elementary::<M>::exp_m1_of, f64::exp_m1)),
            ("ln_1p", worst(0.0, 1.0, Elementary::<M>::ln_1p_of, f64::ln_1p)),
            ("ln_1p near 0", worst(0.0, 1e-5, Elementary::<M>::ln_1p_of, f64::ln_1p)),
            ("tanh", worst(-12.0, 12.0, Elementary::<M>::tanh_of, f64::tanh)),
            ("tanh near 0", worst(-0.7, 0.7, Elementary::<M>::tanh_of, f64::tanh)),
            ("1 + exp", worst(-87.0, 87.0, Elementary::<M>::one_plus_exp, |x| 1.0 + x.exp())),
            ("sigmoid", worst(-80.0, 30.0, Elementary::<M>::sigmoid_of, sigmoid)),
        ] {
            assert!(worst <= 2.0, "{what} is {worst} units off");
        }
    }

    #[test]
    fn f32_functions_are_within_two_units() {
        are_within_two_units::<Plain>();
        are_within_two_units::<Fused>();
    }

    fn normal_is_near<M: MultiplyAdd>() {
        let normal = Elementary::<M>::normal_of;
        for i in -12_000..=12_000i16 {
            let x = f32::from(i) * 1e-3;
            let (got, want) = (f64::from(normal(x)), Elementary::<Plain>::normal_of(f64::from(x)));
            assert!((got - want).abs() < 2e-7, "Φ({x}) is {got}, not {want}");
            assert!((got - want).abs() < 5e-6 * want, "Φ({x}) is {got}, not {want}");
        }
    }

    #[test]
    fn f32_normal_is_within_2e7_and_its_tail_within_5e6() {
        normal_is_near::<Plain>();
        normal_is_near::<Fused>();
    }

    fn extremes_saturate<M: MultiplyAdd>() {
        let (exp, exp_m1) = (Elementary::<M>::exp_of, Elementary::<M>::exp_m1_of);
        let (tanh, sigmoid) = (Elementary::<M>::tanh_of, Elementary::<M>::sigmoid_of);
        let (normal, ln_1p) = (Elementary::<M>::normal_of, Elementary::<M>::ln_1p_of);
        for x in [f32::NEG_INFINITY, -1e30, -1e4, -120.0] {
            assert_eq!(exp(x), 0.0);
            assert_eq!(exp_m1(x), -1.0);
            assert_eq!(tanh(x), -1.0);
            assert_eq!(sigmoid(x), 0.0);
            assert_eq!(normal(x), 0.0);
            assert_eq!(exp(-x), f32::INFINITY);
            assert_eq!(tanh(-x), 1.0);
            assert_eq!(sigmoid(-x), 1.0);
            assert_eq!(normal(-x), 1.0);
        }
        for f in [exp, exp_m1, ln_1p, tanh, sigmoid, normal] {
            assert!(f(f32::NAN).is_nan());
        }
        let (negative, within) = (Elementary::<M>::exp_of_negative, Elementary::<M>::one_plus_exp);
        assert_eq!(exp(-88.0), 0.0, "a subnormal number");
        assert!(exp(-87.29) >= f32::MIN_POSITIVE);
        assert_eq!(negative(-88.0f32), 0.0);
        assert!(negative(f32::NAN).is_nan() && within(f32::NAN).is_nan());
        assert!(within(1e30f32).is_finite() && within(-1e30f32) > 0.0);
    }

    #[test]
    fn extremes_saturate_and_nan_stays() {
        extremes_saturate::<Plain>();
        extremes_saturate::<Fused>();
    }

    fn shorter_exponentials_have_the_same_bits<M: MultiplyAdd>() {
        for i in -873_000..=873_000i32 {
            let x = i as f32 * 1e-4;
            let exp = Elementary::<M>::exp_of(x);
            let (sum, want) = (Elementary::<M>::one_plus_exp(x), 1.0 + exp);
            assert!((sum - want).abs() <= want * f32::EPSILON, "{x}");
            if x <= 1.0 {
                assert_eq!(Elementary::<M>::exp_of_negative(x), exp, "{x}");
            }
        }
    }

    #[test]
    fn the_shorter_exponentials_have_the_same_bits() {
        shorter_exponentials_have_the_same_bits::<Plain>();
        shorter_exponentials_have_the_same_bits::<Fused>();
    }
}
