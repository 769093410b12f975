//! A whole small network in one call: a chain of dense layers and activations over one sample.
//!
//! Where a network's work is a few hundred multiply-adds, what stands around a layer's call (views of memory, passes over
//! threads) is most of the time. Here the values between two layers never leave the first cache, and nothing stands
//! between two products. These are the ones of every other path, so the bits are too.

use super::Kernels;
use super::math::Elementary;
use super::short_row::{self, is_short};
use crate::Real;
use crate::layers::activation::ActivationSpec;
use crate::layers::dense::DenseSpec;

/// The most values between two layers of such a network.
const WIDEST: usize = 128;
/// The most that do not count as many.
const NARROW: usize = 32;
/// The multiply-adds from which on the tiles are worth their call.
const WORK: usize = 8192;
/// What activations are padded to: a vector's loop without a rest.
const PAD: usize = 16;

/// A layer of a small network.
#[derive(Clone, Copy, Debug)]
pub enum Link {
    /// A dense layer and where its parameters begin.
    Dense(DenseSpec, usize),
    /// An activation.
    Activation(ActivationSpec),
}

impl Link {
    /// The values that come out.
    const fn width(&self) -> usize {
        match self {
            Link::Dense(spec, _) => spec.outputs,
            Link::Activation(spec) => spec.len,
        }
    }
}

impl DenseSpec {
    /// As a layer of a small network whose parameters begin there.
    #[doc(hidden)]
    #[must_use]
    pub const fn link(self, parameters: usize) -> Link {
        Link::Dense(self, parameters)
    }
}

impl ActivationSpec {
    /// As a layer of a small network.
    #[doc(hidden)]
    #[must_use]
    pub const fn link(self, _parameters: usize) -> Link {
        Link::Activation(self)
    }
}

/// Whether the chain is best done in one call.
#[must_use]
pub const fn is_small(chain: &[Link]) -> bool {
    let (mut at, mut work) = (0, 0);
    while at < chain.len() {
        let (widest, more) = match &chain[at] {
            Link::Dense(spec, _) if spec.rows == 1 => (spec.outputs, spec.inputs * spec.outputs),
            Link::Dense(..) => return false,
            Link::Activation(spec) => (spec.len, 8 * spec.len),
        };
        if widest > WIDEST {
            return false;
        }
        work += more;
        at += 1;
    }
    !chain.is_empty() && work <= WORK
}

/// The chain over one sample: `y = chain(x)`.
#[doc(hidden)]
pub fn predict<T: Real>(chain: &[Link], parameters: &[T], x: &[T], y: &mut [T]) {
    // Most are narrow, and to clear room for wide ones would take as long as to compute them.
    if chain.iter().all(|link| link.width() <= NARROW) {
        let [mut a, mut b] = [[T::zero(); NARROW]; 2];
        T::small_network(chain, parameters, x, y, [&mut a, &mut b]);
    } else {
        let [mut a, mut b] = [[T::zero(); WIDEST]; 2];
        T::small_network(chain, parameters, x, y, [&mut a, &mut b]);
    }
}

/// The loops of [`predict`], between two rooms for the values.
#[inline(always)]
pub(super) fn run<T: Elementary<M> + Kernels, M>(
    chain: &[Link],
    parameters: &[T],
    x: &[T],
    y: &mut [T],
    [mut values, mut next]: [&mut [T]; 2],
) {
    let mut len = x.len();
    for (at, link) in chain.iter().enumerate() {
        match link {
            Link::Dense(spec, start) => {
                let x = if at == 0 { x } else { &values[..len] };
                let last = at + 1 == chain.len();
                let out = if last { &mut *y } else { &mut next[..spec.outputs] };
                if is_short(spec) {
                    short_row::dense(spec, &parameters[*start..], x, out);
                } else {
                    // One row needs no room for copies.
                    T::dense_forward(spec, 1, &parameters[*start..], x, out, &mut []);
                }
                if last {
                    return;
                }
                (values, next) = (next, values);
                len = spec.outputs;
            }
            Link::Activation(spec) => {
                if at == 0 {
                    values[..len].copy_from_slice(x);
                }
                // A function of its own: the constants of all activations would be read before a chain begins if their
                // loops stood in this one.
                T::activate(spec.function, &[], &mut values[..len.next_multiple_of(PAD)]);
            }
        }
    }
    y.copy_from_slice(&values[..len]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::tests::spread;
    use crate::kernels::isa::{Isa, with_isa};
    use crate::layers::{Forward, Layer, Mode};

    /// Every layer by itself.
    fn one_by_one(chain: &[Link], parameters: &[f32], x: &[f32]) -> Vec<f32> {
        let mut values = x.to_vec();
        for link in chain {
            let (len, start) = match link {
                Link::Dense(spec, start) => (spec.outputs, *start),
                Link::Activation(spec) => (spec.len, 0),
            };
            let mut y = vec![f32::NAN; len];
            let mut scratch = vec![f32::NAN; 1 << 16];
            let pass = Forward {
                samples: 1,
                mode: Mode::Predict,
                parameters: &parameters[start..],
                inputs: &[&values],
                outputs: &mut [&mut y],
                saved: &mut [],
                scratch: &mut scratch,
            };
            match link {
                Link::Dense(spec, _) => spec.forward(pass),
                Link::Activation(spec) => spec.forward(pass),
            }
            values = y;
        }
        values
    }

    #[test]
    fn one_call_gives_the_bits_of_many() {
        use crate::layers::activation::Activation;
        let functions = [Activation::Sigmoid, Activation::Relu, Activation::Gelu, Activation::Tanh];
        for isa in Isa::available() {
            with_isa(isa, || {
                for (number, widths) in [
                    &[2, 3, 1][..],
                    &[8, 16, 16, 4],
                    &[1, 31, 33],
                    &[40, 65, 7, 128],
                    &[5, 2],
                    &[300, 18, 12],
                ]
                .into_iter()
                .enumerate()
                {
                    let (mut chain, mut parameters) = (Vec::new(), Vec::new());
                    for (i, pair) in widths.windows(2).enumerate() {
                        let (inputs, outputs, bias) = (pair[0], pair[1], (i + number) % 3 != 2);
                        chain.push(DenseSpec { rows: 1, inputs, outputs, bias }.link(parameters.len()));
                        let len = inputs * outputs + outputs;
                        parameters.extend(spread(len, i as u64 as _).iter().map(|&x| x as f32 * 0.3));
                        let function = functions[(i + number) % 4];
                        chain.push(ActivationSpec { len: outputs, function }.link(0));
                    }
                    let x: Vec<f32> = spread(widths[0], 77).iter().map(|&x| x as f32).collect();
                    let mut y = vec![f32::NAN; widths[widths.len() - 1]];
                    predict(&chain, &parameters, &x, &mut y);
                    assert_eq!(y, one_by_one(&chain, &parameters, &x), "{isa:?}, {widths:?}");
                }
            });
        }
    }

    #[test]
    fn small_is_what_fits() {
        let dense = |inputs, outputs| DenseSpec { rows: 1, inputs, outputs, bias: true }.link(0);
        assert!(is_small(&[dense(2, 3), dense(3, 1)]));
        assert!(!is_small(&[]));
        assert!(!is_small(&[dense(2, WIDEST + 1)]));
        assert!(!is_small(&[dense(784, 64)]));
        assert!(!is_small(&[DenseSpec { rows: 2, inputs: 3, outputs: 4, bias: true }.link(0)]));
    }
}
