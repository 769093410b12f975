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
    /// The smallest and the largest number, and a half, for the approximations of `f32`.
    tiny: T,
    huge: T,
    half: T,
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
pub(super) const CHUNK: usize = 1 << 15;
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
        tiny: of(f32::MIN_POSITIVE.into()),
        huge: of(f32::MAX.into()),
        half: of(0.5),
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
