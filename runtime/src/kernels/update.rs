//! Kernels for optimizers' updates, and the plainest element-wise loops.
//!
//! Large slices are cut into fixed chunks over the threads; every element is computed by itself, so neither chunks nor
//! threads change a bit of the result.

use super::isa::isa;
use super::parallel::{Shared, for_each};

/// One step of Adam (Kingma & Ba, 2015) as PyTorch takes it.
///
/// `g ← g + weight_decay · p` unless decoupled, else `p ← p (1 - lr · weight_decay)`;
/// `m ← β₁ m + (1 - β₁) g`, `v ← β₂ v + (1 - β₂) g²`, `p ← p - lr / bias1 · m / (√v / √bias2 + ε)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamStep {
    /// The learning rate.
    pub lr: f64,
    /// The share of the first moment that is kept.
    pub beta1: f64,
    /// The share of the second moment that is kept.
    pub beta2: f64,
    /// What keeps the denominator from zero.
    pub eps: f64,
    /// How strongly parameters are drawn to zero.
    pub weight_decay: f64,
    /// Whether they are so apart from the gradient (`AdamW`, Loshchilov & Hutter, 2019).
    pub decoupled: bool,
    /// `1 - β₁ᵗ` for the `t`-th step, counted from 1.
    pub bias1: f64,
    /// `1 - β₂ᵗ`.
    pub bias2: f64,
}

/// One step of stochastic gradient descent as PyTorch takes it.
///
/// `g ← g + weight_decay · p`; with momentum `v ← momentum · v + (1 - dampening) g` (in the first step `v ← g`), and
/// `g ← g + momentum · v` (Nesterov) or `g ← v`; `p ← p - lr · g`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SgdStep {
    /// The learning rate.
    pub lr: f64,
    /// The share of the velocity that is kept; 0 for none, and then no velocity is read or written.
    pub momentum: f64,
    /// How much less than the gradient is added to the velocity.
    pub dampening: f64,
    /// How strongly parameters are drawn to zero.
    pub weight_decay: f64,
    /// Whether to look ahead along the velocity.
    pub nesterov: bool,
    /// Whether this is the first step, in which the velocity becomes the gradient.
    pub first: bool,
}

/// The constants of a step of Adam, in the order in which the loops read them.
#[repr(C)]
pub(super) struct AdamConstants<T> {
    l2: T,
    keep: T,
    rest1: T,
    beta2: T,
    rest2: T,
    root: T,
    eps: T,
    rate: T,
}

/// The constants of a step with momentum, in the order in which the loops read them.
#[repr(C)]
pub(super) struct SgdConstants<T> {
    weight_decay: T,
    momentum: T,
    fresh: T,
    ahead: T,
    straight: T,
    lr: T,
}

/// The kernels of this module that exist once for each scalar type.
#[doc(hidden)]
pub trait UpdateKernels: Sized {
    /// Takes a step of Adam with parameters `p`, gradient `g` and moments `m` and `v`.
    fn adam(p: &mut [Self], g: &[Self], m: &mut [Self], v: &mut [Self], step: &AdamStep);

    /// The same with the largest second moment so far, `largest`, in the denominator (Reddi et al., 2018).
    fn amsgrad(
        p: &mut [Self],
        g: &[Self],
        m: &mut [Self],
        v: &mut [Self],
        largest: &mut [Self],
        step: &AdamStep,
    );

    /// Takes a step of gradient descent; `v`, the velocity, may be empty without momentum.
    fn sgd(p: &mut [Self], g: &[Self], v: &mut [Self], step: &SgdStep);

    /// `a += b`.
    fn add_assign(a: &mut [Self], b: &[Self]);

    /// All of `a` becomes `value`.
    fn fill(a: &mut [Self], value: Self);

    /// `y = max(x, 0)`; without an `x`, of `y` itself. NaN stays NaN.
    fn relu_forward(x: Option<&[Self]>, y: &mut [Self]);

    /// `dx = dy` where `y > 0`, else 0; without a `dy`, of `dx` itself.
    fn relu_backward(y: &[Self], dy: Option<&[Self]>, dx: &mut [Self]);
}

/// The scalars of a chunk, and how many chunks it takes before threads are worth their start.
const CHUNK: usize = 1 << 15;
const PARALLEL_CHUNKS: usize = 4;

/// Calls `f` with each chunk's place and length.
fn chunks(len: usize, f: impl Fn(usize, usize) + Sync) {
    let count = len.div_ceil(CHUNK);
    for_each(count, count >= PARALLEL_CHUNKS, &|chunk| {
        let start = chunk * CHUNK;
        f(start, CHUNK.min(len - start));
    });
}

/// A part of what tasks share.
///
/// # Safety
///
/// The part lies in it and no other task has any of it.
unsafe fn cut<'a, T>(shared: Shared<T>, start: usize, len: usize) -> &'a mut [T] {
    // SAFETY: by the contract.
    unsafe { core::slice::from_raw_parts_mut(shared.get().add(start), len) }
}

/// Calls the vector loop if there is one, and says how many scalars are done.
macro_rules! vectors {
    ($t:ty, $isa:expr, $name:ident($($argument:expr),*)) => {{
        #[cfg(target_arch = "x86_64")]
        let done = match <$t as super::update_x86::Streamed>::loops($isa) {
            Some(loops) => loops.$name($($argument),*),
            None => 0,
        };
        #[cfg(not(target_arch = "x86_64"))]
        let done = {
            let _ = $isa;
            0
        };
        done
    }};
}
macro_rules! update_kernels {
    ($t:ty) => {
        impl UpdateKernels for $t {
            fn adam(p: &mut [$t], g: &[$t], m: &mut [$t], v: &mut [$t], step: &AdamStep) {
                let len = p.len();
                assert!(g.len() == len && m.len() == len && v.len() == len);
                let constants = adam_constants(step, |x| x as $t);
                let isa = isa();
                let (p, m, v) = (Shared::new(p), Shared::new(m), Shared::new(v));
                chunks(len, |start, n| {
                    // SAFETY: the chunks are apart, and all slices as long as `p`.
                    let (p, m, v) = unsafe { (cut(p, start, n), cut(m, start, n), cut(v, start, n)) };
                    let g = &g[start..start + n];
                    let done = vectors!($t, isa, adam(p, g, m, v, &constants));
                    adam_rest(&mut p[done..], &g[done..], &mut m[done..], &mut v[done..], None, &constants);
                });
            }

            fn amsgrad(
                p: &mut [$t],
                g: &[$t],
                m: &mut [$t],
                v: &mut [$t],
                largest: &mut [$t],
                step: &AdamStep,
            ) {
                let len = p.len();
                assert!(g.len() == len && m.len() == len && v.len() == len && largest.len() == len);
                let constants = adam_constants(step, |x| x as $t);
                let (p, m, v, largest) =
                    (Shared::new(p), Shared::new(m), Shared::new(v), Shared::new(largest));
                chunks(len, |start, n| {
                    // SAFETY: the chunks are apart, and all slices as long as `p`.
                    let (p, m, v, largest) = unsafe {
                        (cut(p, start, n), cut(m, start, n), cut(v, start, n), cut(largest, start, n))
                    };
                    adam_rest(p, &g[start..start + n], m, v, Some(largest), &constants);
                });
            }

            fn sgd(p: &mut [$t], g: &[$t], v: &mut [$t], step: &SgdStep) {
                let len = p.len();
                assert!(g.len() == len);
                let isa = isa();
                let p = Shared::new(p);
                if step.momentum == 0.0 {
                    let (lr, weight_decay) = (step.lr as $t, step.weight_decay as $t);
                    chunks(len, |start, n| {
                        // SAFETY: the chunks are apart.
                        let p = unsafe { cut(p, start, n) };
                        let g = &g[start..start + n];
                        let done = vectors!($t, isa, descend(p, g, &[weight_decay, lr]));
                        for (p, g) in p[done..].iter_mut().zip(&g[done..]) {
                            *p -= lr * (g + weight_decay * *p);
                        }
                    });
                    return;
                }
                assert!(v.len() == len);
                let constants = sgd_constants(step, |x| x as $t);
                let v = Shared::new(v);
                chunks(len, |start, n| {
                    // SAFETY: the chunks are apart, and all slices as long as `p`.
                    let (p, v) = unsafe { (cut(p, start, n), cut(v, start, n)) };
                    let g = &g[start..start + n];
                    if step.first {
                        // Whatever stood there is not to be multiplied.
                        Self::fill(v, 0.0);
                    }
                    let done = vectors!($t, isa, sgd(p, g, v, &constants));
                    for ((p, g), v) in p[done..].iter_mut().zip(&g[done..]).zip(&mut v[done..]) {
                        let g = g + constants.weight_decay * *p;
                        *v = constants.momentum * *v + constants.fresh * g;
                        *p -= constants.lr * (constants.ahead * *v + constants.straight * g);
                    }
                });
            }

            fn add_assign(a: &mut [$t], b: &[$t]) {
                assert!(a.len() == b.len());
                let done = vectors!($t, isa(), add(a, b));
                for (a, b) in a[done..].iter_mut().zip(&b[done..]) {
                    *a += b;
                }
            }

            fn fill(a: &mut [$t], value: $t) {
                let done = vectors!($t, isa(), fill(a, &value));
                for a in &mut a[done..] {
                    *a = value;
                }
            }

            fn relu_forward(x: Option<&[$t]>, y: &mut [$t]) {
                assert!(x.is_none_or(|x| x.len() == y.len()));
                let done = vectors!($t, isa(), relu(y, x));
                for i in done..y.len() {
                    let x = x.map_or(y[i], |x| x[i]);
                    y[i] = if x < 0.0 { 0.0 } else { x };
                }
            }

            fn relu_backward(y: &[$t], dy: Option<&[$t]>, dx: &mut [$t]) {
                assert!(y.len() == dx.len() && dy.is_none_or(|dy| dy.len() == dx.len()));
                let done = vectors!($t, isa(), relu_gradient(dx, dy, y));
                for i in done..dx.len() {
                    let dy = dy.map_or(dx[i], |dy| dy[i]);
                    dx[i] = if y[i] > 0.0 { dy } else { 0.0 };
                }
            }
        }
    };
}

update_kernels!(f32);
update_kernels!(f64);

fn adam_constants<T>(step: &AdamStep, of: impl Fn(f64) -> T) -> AdamConstants<T> {
    let (l2, keep) =
        if step.decoupled { (0.0, 1.0 - step.lr * step.weight_decay) } else { (step.weight_decay, 1.0) };
    AdamConstants {
        l2: of(l2),
        keep: of(keep),
        rest1: of(1.0 - step.beta1),
        beta2: of(step.beta2),
        rest2: of(1.0 - step.beta2),
        root: of(1.0 / step.bias2.sqrt()),
        eps: of(step.eps),
        rate: of(step.lr / step.bias1),
    }
}

fn sgd_constants<T>(step: &SgdStep, of: impl Fn(f64) -> T) -> SgdConstants<T> {
    let (momentum, fresh) = if step.first { (0.0, 1.0) } else { (step.momentum, 1.0 - step.dampening) };
    let (ahead, straight) = if step.nesterov { (step.momentum, 1.0) } else { (1.0, 0.0) };
    SgdConstants {
        weight_decay: of(step.weight_decay),
        momentum: of(momentum),
        fresh: of(fresh),
        ahead: of(ahead),
        straight: of(straight),
        lr: of(step.lr),
    }
}

/// Adam in plain Rust: the oracle, the portable path, the rest behind the last whole vector, and AMSGrad.
fn adam_rest<T: num_traits::Float>(
    p: &mut [T],
    g: &[T],
    m: &mut [T],
    v: &mut [T],
    mut largest: Option<&mut [T]>,
    c: &AdamConstants<T>,
) {
    for i in 0..p.len() {
        let g = g[i] + c.l2 * p[i];
        m[i] = m[i] + c.rest1 * (g - m[i]);
        v[i] = c.beta2 * v[i] + c.rest2 * (g * g);
        let v = match &mut largest {
            Some(largest) => {
                largest[i] = largest[i].max(v[i]);
                largest[i]
            }
            None => v[i],
        };
        p[i] = c.keep * p[i] - c.rate * (m[i] / (v.sqrt() * c.root + c.eps));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Real;
    use crate::kernels::isa::{Isa, with_isa};

    fn numbers<T: Real>(count: usize, seed: usize) -> Vec<T> {
        (0..count).map(|i| T::of(((i * 37 + seed * 101) % 199) as f64 / 100.0 - 1.0)).collect()
    }

    fn assert_close<T: Real>(got: &[T], want: &[f64], what: &str) {
        for (i, (got, want)) in got.iter().zip(want).enumerate() {
            let tolerance = 40.0 * T::epsilon().widen() * want.abs().max(1.0);
            assert!((got.widen() - want).abs() <= tolerance, "{what}: element {i} is {got:?}, not {want}");
        }
    }

    fn wide<T: Real>(x: &[T]) -> Vec<f64> {
        x.iter().map(|x| x.widen()).collect()
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
        for len in [0, 1, 3, 7, 8, 15, 16, 17, 100, 4 * CHUNK + 5] {
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
        for len in [0, 1, 3, 7, 8, 15, 16, 17, 100, 4 * CHUNK + 5] {
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
}
