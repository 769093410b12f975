//! Elementary functions for loops over slices.
//!
//! For `f32` they are branch-free polynomials, so that a loop over them becomes vector code; each is within 2 units in
//! the last place where its result is not subnormal, except [`Elementary::normal_of`], whose error is below 2e-7. The
//! polynomials are those of Cephes (S. Moshier: `expf`, `tanhf`) and, for the normal distribution, one of degree 8 that
//! was fitted to `erfc(a) e^(a²) / t` for `a` up to 9.3 with a relative error below 4.2e-8. For `f64` they are the exact ones of the standard library and of `libm`.
//!
//! No multiply-add is fused, so every instruction set gives the same bits.

use crate::Real;

/// The functions that exist for both scalars.
pub(crate) trait Elementary: Real {
    /// `e^x`.
    fn exp_of(self) -> Self;
    /// `e^x` for `x <= 0`, or little above it: the bits of [`exp_of`](Elementary::exp_of) with fewer instructions.
    fn exp_of_negative(self) -> Self;
    /// `e^x` for `x` within ±87, beyond which it stays what it is there: the bits of `exp_of` with the fewest
    /// instructions, for what only adds a number to it.
    fn exp_within_87(self) -> Self;
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
fn reduce(x: f32) -> (i32, f32) {
    // Adding 1.5 * 2^23 rounds to whole numbers, and leaves them in the low bits.
    const ROUND: f32 = 12_582_912.0;
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = (shifted.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
    let whole = shifted - ROUND;
    // ln 2 in two parts, the first short enough for exact products.
    let r = (x - whole * 0.693_359_4) - whole * -2.121_944_4e-4;
    // In pairs, as Estrin does it: each step waits for the one before, and so there are half as many of them.
    let r2 = r * r;
    let high = 1.987_569_1e-4 * r + 1.398_2e-3;
    let middle = 8.333_452e-3 * r + 4.166_579_6e-2;
    let low = 0.166_666_65 * r + 0.5;
    (n, ((high * r2 + middle) * r2 + low) * r2 + r)
}

/// The least argument whose exponential is a normal number. Subnormal ones are taken for 0: a processor needs some
/// hundred cycles for each, and where weights are hidden or far from the largest they come in crowds.
const LEAST: f32 = -87.3;

/// `2^n` for `n` from -126 to 127.
#[inline(always)]
fn power_of_two(n: i32) -> f32 {
    f32::from_bits((n.wrapping_add(127) as u32) << 23)
}

/// `x` within `low..=high`; NaN stays NaN.
#[inline(always)]
fn clamp(x: f32, low: f32, high: f32) -> f32 {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}

impl Elementary for f32 {
    #[inline(always)]
    fn exp_of(self) -> f32 {
        // Outside these bounds the result is 0 or infinite.
        let (n, m) = reduce(clamp(self, LEAST, 89.0));
        // In two steps, since 2^128 is no normal number.
        let first = n >> 1;
        let power = (m + 1.0) * power_of_two(first) * power_of_two(n.wrapping_sub(first));
        if self < LEAST { 0.0 } else { power }
    }

    #[inline(always)]
    fn exp_of_negative(self) -> f32 {
        let (n, m) = reduce(if self < LEAST { LEAST } else { self });
        let power = (m + 1.0) * power_of_two(n);
        if self < LEAST { 0.0 } else { power }
    }

    #[inline(always)]
    fn exp_within_87(self) -> f32 {
        let (n, m) = reduce(clamp(self, LEAST, -LEAST));
        (m + 1.0) * power_of_two(n)
    }

    #[inline(always)]
    fn exp_m1_of(self) -> f32 {
        let (n, m) = reduce(clamp(self, -87.0, 0.0));
        let scale = power_of_two(n);
        scale * m + (scale - 1.0)
    }

    #[inline(always)]
    fn ln_1p_of(self) -> f32 {
        // ln(1 + x) = 2 artanh(t) with t = x / (2 + x) <= 1/3.
        let t = self / (2.0 + self);
        let z = t * t;
        let mut p = 1.0 / 15.0;
        p = p * z + 1.0 / 13.0;
        p = p * z + 1.0 / 11.0;
        p = p * z + 1.0 / 9.0;
        p = p * z + 1.0 / 7.0;
        p = p * z + 0.2;
        p = p * z + 1.0 / 3.0;
        let t2 = t + t;
        t2 + t2 * z * p
    }

    #[inline(always)]
    fn tanh_of(self) -> f32 {
        let a = self.abs();
        let z = self * self;
        let mut p = -5.704_988_7e-3;
        p = p * z + 2.063_909e-2;
        p = p * z - 5.373_971_6e-2;
        p = p * z + 0.133_314_42;
        p = p * z - 0.333_332_8;
        let near = p * z * self + self;
        let far = 1.0 - 2.0 / ((a + a).exp_within_87() + 1.0);
        if a < 0.625 { near } else { far.copysign(self) }
    }

    #[inline(always)]
    fn normal_and_bell(self) -> (f32, f32) {
        // erfc(a) = t p(t) e^(-a²) with t = 1 / (1 + a/2) and a² = x²/2; the tail is right to relative precision.
        let bell = (-0.5 * self * self).exp_of_negative();
        let t = 1.0 / (1.0 + 0.5 * std::f32::consts::FRAC_1_SQRT_2 * self.abs());
        let mut p = -5.880_218e-2;
        p = p * t + 0.283_266_8;
        p = p * t - 0.484_475_7;
        p = p * t + 0.274_930_1;
        p = p * t - 2.444_820_2e-2;
        p = p * t + 0.201_757_45;
        p = p * t + 0.243_341_08;
        p = p * t + 0.282_342_3;
        p = p * t + 0.282_088_33;
        let tail = 0.5 * t * p * bell;
        (if self > 0.0 { 1.0 - tail } else { tail }, bell)
    }
}

impl Elementary for f64 {
    #[inline(always)]
    fn exp_of(self) -> f64 {
        self.exp()
    }

    #[inline(always)]
    fn exp_of_negative(self) -> f64 {
        self.exp()
    }

    #[inline(always)]
    fn exp_within_87(self) -> f64 {
        self.exp()
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

    #[test]
    fn f32_functions_are_within_two_units() {
        let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
        for (what, worst) in [
            ("exp", worst(-87.0, 88.7, Elementary::exp_of, f64::exp)),
            ("exp near 0", worst(-1.0, 1.0, Elementary::exp_of, f64::exp)),
            ("exp_m1", worst(-90.0, 0.0, Elementary::exp_m1_of, f64::exp_m1)),
            ("exp_m1 near 0", worst(-1.0, 0.0, Elementary::exp_m1_of, f64::exp_m1)),
            ("exp_m1 nearer 0", worst(-1e-3, 0.0, Elementary::exp_m1_of, f64::exp_m1)),
            ("ln_1p", worst(0.0, 1.0, Elementary::ln_1p_of, f64::ln_1p)),
            ("ln_1p near 0", worst(0.0, 1e-5, Elementary::ln_1p_of, f64::ln_1p)),
            ("tanh", worst(-12.0, 12.0, Elementary::tanh_of, f64::tanh)),
            ("tanh near 0", worst(-0.7, 0.7, Elementary::tanh_of, f64::tanh)),
            ("sigmoid", worst(-80.0, 30.0, Elementary::sigmoid_of, sigmoid)),
        ] {
            assert!(worst <= 2.0, "{what} is {worst} units off");
        }
    }

    #[test]
    fn f32_normal_is_within_2e7_and_its_tail_within_5e6() {
        for i in -12_000..=12_000i16 {
            let x = f32::from(i) * 1e-3;
            let (got, want) = (f64::from(x.normal_of()), f64::from(x).normal_of());
            assert!((got - want).abs() < 2e-7, "Φ({x}) is {got}, not {want}");
            assert!((got - want).abs() < 5e-6 * want, "Φ({x}) is {got}, not {want}");
        }
    }

    #[test]
    fn extremes_saturate_and_nan_stays() {
        for x in [f32::NEG_INFINITY, -1e30, -1e4, -120.0] {
            assert_eq!(x.exp_of(), 0.0);
            assert_eq!(x.exp_m1_of(), -1.0);
            assert_eq!(x.tanh_of(), -1.0);
            assert_eq!(x.sigmoid_of(), 0.0);
            assert_eq!(x.normal_of(), 0.0);
            assert_eq!((-x).exp_of(), f32::INFINITY);
            assert_eq!((-x).tanh_of(), 1.0);
            assert_eq!((-x).sigmoid_of(), 1.0);
            assert_eq!((-x).normal_of(), 1.0);
        }
        for f in [f32::exp_of, f32::exp_m1_of, f32::ln_1p_of, f32::tanh_of, f32::sigmoid_of, f32::normal_of] {
            assert!(f(f32::NAN).is_nan());
        }
        assert_eq!((-88.0f32).exp_of(), 0.0, "a subnormal number");
        assert!((-87.29f32).exp_of() >= f32::MIN_POSITIVE);
        assert_eq!((-88.0f32).exp_of_negative(), 0.0);
        assert!(f32::NAN.exp_of_negative().is_nan() && f32::NAN.exp_within_87().is_nan());
        assert!((1e30f32).exp_within_87().is_finite() && (-1e30f32).exp_within_87() > 0.0);
    }

    #[test]
    fn the_shorter_exponentials_have_the_same_bits() {
        for i in -873_000..=873_000i32 {
            let x = i as f32 * 1e-4;
            assert_eq!(x.exp_within_87(), x.exp_of(), "{x}");
            if x <= 1.0 {
                assert_eq!(x.exp_of_negative(), x.exp_of(), "{x}");
            }
        }
    }
}
