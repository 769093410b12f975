//! Updates against their formulas in `f64`, on every instruction set that the machine has.

use super::wide;
use crate::Real;
use crate::kernels::isa::{Isa, with_isa};
use crate::kernels::update::{AdamStep, CHUNK, SgdStep, UpdateKernels};

fn numbers<T: Real>(count: usize, seed: usize) -> Vec<T> {
    (0..count).map(|i| T::of(((i * 37 + seed * 101) % 199) as f64 / 100.0 - 1.0)).collect()
}

fn assert_close<T: Real>(got: &[T], want: &[f64], what: &str) {
    for (i, (got, want)) in got.iter().zip(want).enumerate() {
        let tolerance = 40.0 * T::epsilon().widen() * want.abs().max(1.0);
        assert!((got.widen() - want).abs() <= tolerance, "{what}: element {i} is {got:?}, not {want}");
    }
}

/// Three steps from the same start, by the formulas of the papers and by the kernels.
fn check_adam<T: Real>(len: usize, weight_decay: f64, decoupled: bool, amsgrad: bool) {
    for isa in Isa::available() {
        let what = format!("{isa:?} {} {len} {weight_decay} {decoupled} {amsgrad}", T::NAME);
        let mut p = numbers::<T>(len, 1);
        let (mut m, mut v, mut top) = (vec![T::zero(); len], vec![T::zero(); len], vec![T::zero(); len]);
        let (mut wp, mut wm, mut wv, mut wt) = (wide(&p), wide(&m), wide(&v), wide(&top));
        let (lr, beta1, beta2, eps) = (0.01, 0.9, 0.99, 1e-3);
        for t in 1..=3 {
            let g = numbers::<T>(len, 7 * t);
            let bias = |beta: f64| 1.0 - beta.powi(t as i32);
            let (bias1, bias2) = (bias(beta1), bias(beta2));
            let step = AdamStep { lr, beta1, beta2, eps, weight_decay, decoupled, bias1, bias2 };
            with_isa(isa, || {
                if amsgrad {
                    T::amsgrad(&mut p, &g, &mut m, &mut v, &mut top, &step);
                } else {
                    T::adam(&mut p, &g, &mut m, &mut v, &step);
                }
            });
            for i in 0..len {
                let mut g = g[i].widen();
                if decoupled {
                    wp[i] -= lr * weight_decay * wp[i];
                } else {
                    g += weight_decay * wp[i];
                }
                wm[i] = beta1 * wm[i] + (1.0 - beta1) * g;
                wv[i] = beta2 * wv[i] + (1.0 - beta2) * g * g;
                wt[i] = wt[i].max(wv[i]);
                let second = if amsgrad { wt[i] } else { wv[i] };
                wp[i] -= lr / bias1 * wm[i] / (second.sqrt() / bias2.sqrt() + eps);
            }
        }
        assert_close(&p, &wp, &what);
        assert_close(&m, &wm, &what);
        assert_close(&v, &wv, &what);
    }
}

#[test]
fn adam_follows_its_formula() {
    for len in [0, 1, 3, 7, 8, 15, 16, 17, 100] {
        for (weight_decay, decoupled) in [(0.0, false), (0.1, false), (0.1, true)] {
            for amsgrad in [false, true] {
                check_adam::<f32>(len, weight_decay, decoupled, amsgrad);
                check_adam::<f64>(len, weight_decay, decoupled, amsgrad);
            }
        }
    }
}

fn check_sgd<T: Real>(len: usize, step: SgdStep) {
    for isa in Isa::available() {
        let what = format!("{isa:?} {} {len} {step:?}", T::NAME);
        // What the velocity holds before the first step must not matter.
        let (mut p, mut v) = (numbers::<T>(len, 1), vec![T::nan(); len]);
        let (mut wp, mut wv) = (wide(&p), vec![0.0; len]);
        for t in 1..=3 {
            let g = numbers::<T>(len, 7 * t);
            let step = SgdStep { first: t == 1, ..step };
            with_isa(isa, || {
                let v = if step.momentum == 0.0 { &mut [][..] } else { &mut v[..] };
                T::sgd(&mut p, &g, v, &step);
            });
            for i in 0..len {
                let mut g = g[i].widen() + step.weight_decay * wp[i];
                if step.momentum != 0.0 {
                    wv[i] = if t == 1 { g } else { step.momentum * wv[i] + (1.0 - step.dampening) * g };
                    g = if step.nesterov { g + step.momentum * wv[i] } else { wv[i] };
                }
                wp[i] -= step.lr * g;
            }
        }
        assert_close(&p, &wp, &what);
        if step.momentum != 0.0 {
            assert_close(&v, &wv, &what);
        }
    }
}

#[test]
fn gradient_descent_follows_its_formula() {
    for len in [0, 1, 3, 7, 8, 15, 16, 17, 100] {
        for (momentum, dampening, nesterov) in
            [(0.0, 0.0, false), (0.9, 0.0, false), (0.9, 0.3, false), (0.8, 0.0, true)]
        {
            for weight_decay in [0.0, 0.05] {
                let step = SgdStep { lr: 0.1, momentum, dampening, weight_decay, nesterov, first: false };
                check_sgd::<f32>(len, step);
                check_sgd::<f64>(len, step);
            }
        }
    }
}

fn check_streams<T: Real>(len: usize) {
    let (a, b) = (numbers::<T>(len, 1), numbers::<T>(len, 2));
    let zip = |f: fn(T, T) -> T| a.iter().zip(&b).map(|(&a, &b)| f(a, b)).collect::<Vec<T>>();
    let clamped = |x: T| if x > T::zero() { x } else { T::zero() };
    for isa in Isa::available() {
        with_isa(isa, || {
            let mut c = a.clone();
            <T as UpdateKernels>::add_assign(&mut c, &b);
            assert_eq!(c, zip(|a, b| a + b));
            T::fill(&mut c, T::of(0.25));
            assert!(c.iter().all(|&c| c == T::of(0.25)));
            let want: Vec<T> = a.iter().map(|&a| clamped(a)).collect();
            T::relu_forward(Some(&a), &mut c);
            assert_eq!(c, want);
            c.copy_from_slice(&a);
            T::relu_forward(None, &mut c);
            assert_eq!(c, want);
            let want = zip(|a, b| if a > T::zero() { b } else { T::zero() });
            T::relu_backward(&a, Some(&b), &mut c);
            assert_eq!(c, want);
            c.copy_from_slice(&b);
            T::relu_backward(&a, None, &mut c);
            assert_eq!(c, want);
        });
    }
}

#[test]
fn plain_loops_are_right_at_every_length() {
    for len in (0..40).chain([1000, 1001]) {
        check_streams::<f32>(len);
        check_streams::<f64>(len);
    }
}

#[test]
fn a_clamp_lets_nan_through() {
    for isa in Isa::available() {
        let mut y = vec![f32::NAN; 20];
        with_isa(isa, || f32::relu_forward(None, &mut y));
        assert!(y.iter().all(|y| y.is_nan()), "{isa:?}");
    }
}

#[test]
fn chunks_leave_nothing_out() {
    check_adam::<f32>(4 * CHUNK + 5, 0.1, true, false);
    check_sgd::<f32>(
        4 * CHUNK + 5,
        SgdStep { lr: 0.1, momentum: 0.9, dampening: 0.0, weight_decay: 0.0, nesterov: false, first: false },
    );
}

#[test]
fn adam_stands_extreme_gradients() {
    for isa in Isa::available() {
        let (mut p, g) = (vec![1.0f32; 20], [0.0, 1e-30, 1e-20, 1e25, -1e30]);
        let g: Vec<f32> = g.into_iter().cycle().take(20).collect();
        let (mut m, mut v) = (vec![0.0; 20], vec![0.0; 20]);
        let (bias1, bias2) = (0.1, 0.001);
        let step = AdamStep {
            lr: 0.01,
            beta1: 0.9,
            beta2: 0.999,
            eps: 1e-8,
            weight_decay: 0.0,
            decoupled: false,
            bias1,
            bias2,
        };
        with_isa(isa, || f32::adam(&mut p, &g, &mut m, &mut v, &step));
        assert!(p.iter().all(|p| p.is_finite()), "{isa:?} {p:?}");
        assert!(p[0] == 1.0 && (p[1] - 1.0).abs() < 1e-6, "{isa:?} {p:?}");
    }
}
