//! One step of a cell for some samples, and its gradient: what stands between the products.
//!
//! All work on pieces of [`WIDE`] units that are copied to arrays first, which is what becomes vector code.

use crate::Real;
use crate::kernels::math::Elementary;

/// How many units are worked on side by side.
const WIDE: usize = 16;

/// Some units from one on; what there is not is zero.
///
/// Each load stands by itself in the cells: a `map` over an array of gates is compiled as a function without the vectors,
/// and an array that it copies in small pieces stalls the wide loads behind it.
#[inline(always)]
fn load<T: Real>(x: &[T], from: usize) -> [T; WIDE] {
    let x = &x[from..];
    if let Some(whole) = x.first_chunk() {
        return *whole;
    }
    let mut units = [T::zero(); WIDE];
    units[..x.len()].copy_from_slice(x);
    units
}

/// Puts them back.
#[inline(always)]
fn store<T: Real>(units: &[T; WIDE], x: &mut [T], from: usize) {
    let x = &mut x[from..];
    if let Some(whole) = x.first_chunk_mut() {
        *whole = *units;
        return;
    }
    let len = x.len();
    x.copy_from_slice(&units[..len]);
}

/// `1 / (1 + e^-x)`, which is never less than `e^-87`: nothing is lost of a gate that is as good as shut.
#[inline(always)]
fn sigmoid<T: Elementary<M>, M>(x: T) -> T {
    T::one() / (T::one() + (-x).exp_within_87())
}

/// The part of a row that belongs to one gate.
#[inline(always)]
fn gate<T>(row: &[T], hidden: usize, gate: usize) -> &[T] {
    &row[gate * hidden..][..hidden]
}

#[inline(always)]
fn gate_mut<T>(row: &mut [T], hidden: usize, gate: usize) -> &mut [T] {
    &mut row[gate * hidden..][..hidden]
}

/// `h = tanh a`, or what of `a` is above 0; the gates hold `a` and then `h`.
#[inline(always)]
pub(crate) fn plain<T: Elementary<M>, M>(relu: bool, gates: &mut [T], h: &mut [T]) {
    if relu {
        for g in gates.iter_mut().filter(|g| **g <= T::zero()) {
            *g = T::zero();
        }
    } else {
        gates.iter_mut().for_each(|g| *g = g.tanh_of());
    }
    h.copy_from_slice(gates);
}

/// The gates hold `h` and then the gradient by `a`.
#[inline(always)]
pub(crate) fn plain_backward<T: Elementary<M>, M>(relu: bool, gates: &mut [T], dh: &[T]) {
    for (g, &dh) in gates.iter_mut().zip(dh) {
        *g = match relu {
            true if *g > T::zero() => dh,
            true => T::zero(),
            false => dh * (T::one() - *g * *g),
        };
    }
}

/// `i, f, o = σ`, `g = tanh` of the gates, `c = f c' + i g`, `h = o tanh c`. Gates and `tanh c` stay for backward.
#[inline(always)]
pub(crate) fn lstm<T: Elementary<M>, M>(
    hidden: usize,
    gates: &mut [T],
    before: &[T],
    c: &mut [T],
    tanh_c: &mut [T],
    h: &mut [T],
) {
    let rows = gates.chunks_exact_mut(4 * hidden).zip(before.chunks_exact(hidden));
    let states =
        c.chunks_exact_mut(hidden).zip(tanh_c.chunks_exact_mut(hidden)).zip(h.chunks_exact_mut(hidden));
    for ((row, before), ((c, tanh_c), h)) in rows.zip(states) {
        for from in (0..hidden).step_by(WIDE) {
            let mut i = load(gate(row, hidden, 0), from);
            let mut f = load(gate(row, hidden, 1), from);
            let mut g = load(gate(row, hidden, 2), from);
            let mut o = load(gate(row, hidden, 3), from);
            let mut state = load(before, from);
            let (mut bent, mut out) = ([T::zero(); WIDE], [T::zero(); WIDE]);
            for k in 0..WIDE {
                i[k] = sigmoid(i[k]);
                f[k] = sigmoid(f[k]);
                g[k] = g[k].tanh_of();
                o[k] = sigmoid(o[k]);
                state[k] = f[k] * state[k] + i[k] * g[k];
                bent[k] = state[k].tanh_of();
                out[k] = o[k] * bent[k];
            }
            store(&i, gate_mut(row, hidden, 0), from);
            store(&f, gate_mut(row, hidden, 1), from);
            store(&g, gate_mut(row, hidden, 2), from);
            store(&o, gate_mut(row, hidden, 3), from);
            store(&state, c, from);
            store(&bent, tanh_c, from);
            store(&out, h, from);
        }
    }
}

/// From the gradients by `h` and `c` to those by the gates, which take their place, and by the `c` before, which takes
/// that of `dc`.
#[inline(always)]
pub(crate) fn lstm_backward<T: Elementary<M>, M>(
    hidden: usize,
    gates: &mut [T],
    before: &[T],
    tanh_c: &[T],
    dh: &[T],
    dc: &mut [T],
) {
    let rows = gates.chunks_exact_mut(4 * hidden).zip(before.chunks_exact(hidden));
    let states = tanh_c.chunks_exact(hidden).zip(dh.chunks_exact(hidden)).zip(dc.chunks_exact_mut(hidden));
    for ((row, before), ((tanh_c, dh), dc)) in rows.zip(states) {
        for from in (0..hidden).step_by(WIDE) {
            let mut i = load(gate(row, hidden, 0), from);
            let mut f = load(gate(row, hidden, 1), from);
            let mut g = load(gate(row, hidden, 2), from);
            let mut o = load(gate(row, hidden, 3), from);
            let (before, bent, dh) = (load(before, from), load(tanh_c, from), load(dh, from));
            let mut dstate = load(dc, from);
            for k in 0..WIDE {
                let one = T::one();
                let dout = dh[k] * bent[k];
                let d = dstate[k] + dh[k] * o[k] * (one - bent[k] * bent[k]);
                dstate[k] = d * f[k];
                o[k] = dout * o[k] * (one - o[k]);
                f[k] = d * before[k] * f[k] * (one - f[k]);
                let (into, new) = (i[k], g[k]);
                i[k] = d * new * into * (one - into);
                g[k] = d * into * (one - new * new);
            }
            store(&i, gate_mut(row, hidden, 0), from);
            store(&f, gate_mut(row, hidden, 1), from);
            store(&g, gate_mut(row, hidden, 2), from);
            store(&o, gate_mut(row, hidden, 3), from);
            store(&dstate, dc, from);
        }
    }
}

/// `r, z = σ` of the gates, `n = tanh(a + r p)` with `p` what the state gives the third one, `h = (1 - z) n + z h'`. Gates
/// and `p` stay for backward.
#[inline(always)]
pub(crate) fn gru<T: Elementary<M>, M>(hidden: usize, gates: &mut [T], p: &[T], before: &[T], h: &mut [T]) {
    let rows = gates.chunks_exact_mut(3 * hidden).zip(p.chunks_exact(hidden));
    let states = before.chunks_exact(hidden).zip(h.chunks_exact_mut(hidden));
    for ((row, p), (before, h)) in rows.zip(states) {
        for from in (0..hidden).step_by(WIDE) {
            let mut r = load(gate(row, hidden, 0), from);
            let mut z = load(gate(row, hidden, 1), from);
            let mut n = load(gate(row, hidden, 2), from);
            let (p, mut state) = (load(p, from), load(before, from));
            for k in 0..WIDE {
                r[k] = sigmoid(r[k]);
                z[k] = sigmoid(z[k]);
                n[k] = (n[k] + r[k] * p[k]).tanh_of();
                state[k] = n[k] + z[k] * (state[k] - n[k]);
            }
            store(&r, gate_mut(row, hidden, 0), from);
            store(&z, gate_mut(row, hidden, 1), from);
            store(&n, gate_mut(row, hidden, 2), from);
            store(&state, h, from);
        }
    }
}

/// From the gradient by `h` to those by the gates and by `p`, which take their places; in that of `dh` stays what goes
/// straight to the `h` before.
#[inline(always)]
pub(crate) fn gru_backward<T: Elementary<M>, M>(
    hidden: usize,
    gates: &mut [T],
    p: &mut [T],
    before: &[T],
    dh: &mut [T],
) {
    let rows = gates.chunks_exact_mut(3 * hidden).zip(p.chunks_exact_mut(hidden));
    let states = before.chunks_exact(hidden).zip(dh.chunks_exact_mut(hidden));
    for ((row, p), (before, dh)) in rows.zip(states) {
        for from in (0..hidden).step_by(WIDE) {
            let mut r = load(gate(row, hidden, 0), from);
            let mut z = load(gate(row, hidden, 1), from);
            let mut n = load(gate(row, hidden, 2), from);
            let (mut through, before, mut d) = (load(p, from), load(before, from), load(dh, from));
            for k in 0..WIDE {
                let one = T::one();
                let dz = d[k] * (before[k] - n[k]);
                let dn = d[k] * (one - z[k]) * (one - n[k] * n[k]);
                let dr = dn * through[k];
                d[k] *= z[k];
                z[k] = dz * z[k] * (one - z[k]);
                through[k] = dn * r[k];
                r[k] = dr * r[k] * (one - r[k]);
                n[k] = dn;
            }
            store(&r, gate_mut(row, hidden, 0), from);
            store(&z, gate_mut(row, hidden, 1), from);
            store(&n, gate_mut(row, hidden, 2), from);
            store(&through, p, from);
            store(&d, dh, from);
        }
    }
}
