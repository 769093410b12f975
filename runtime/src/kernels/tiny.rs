//! A tiny network, or one step of it, as one function: its sizes are constants of the program, so that all its loops are written out and its
//! values stay in registers, and the instruction set is chosen once for all of it.
//!
//! The chain itself stands in the user's crate, where its sizes are known; what is unsafe, the call of a function with
//! instructions that not every machine has, stands here.

#[cfg(target_arch = "x86_64")]
use super::isa::{Isa, isa};
use super::math::{Elementary, OPTIMIZED, Plain};
use super::recurrent::one_step;
use super::{elementwise, short_row};
use crate::layers::activation::ActivationSpec;
use crate::layers::dense::DenseSpec;
use crate::layers::recurrent::RecurrentSpec;

/// Whether loops are written out by an optimizer. Without one, tiles in assembly are faster.
pub const WRITTEN_OUT: bool = OPTIMIZED;

/// The layers of a tiny network over one sample.
pub trait Chain<T> {
    /// Runs them with the instructions of a level.
    fn run<L: Level<T>>(self);
}

/// The numbers of a slice that is as long.
#[inline(always)]
pub fn all<T: Copy + Default, const N: usize>(x: &[T]) -> [T; N] {
    x.first_chunk().copied().unwrap_or([T::default(); N])
}

/// `a + b`.
#[inline(always)]
pub fn add<T: Copy + core::ops::Add<Output = T>, const N: usize>(a: [T; N], b: [T; N]) -> [T; N] {
    let mut sum = a;
    for k in 0..N {
        sum[k] = a[k] + b[k];
    }
    sum
}

/// The instructions that a chain is compiled for.
pub trait Level<T> {
    /// `y = W x + b`.
    fn dense(spec: &DenseSpec, parameters: &[T], x: &[T], y: &mut [T]);
    /// `y = f(y)`.
    fn activate(spec: &ActivationSpec, y: &mut [T]);
    /// A step of a recurrent layer, its states carried in place.
    fn step<const H: usize>(spec: &RecurrentSpec, parameters: &[T], x: &[T], states: [&mut [T]; 2])
    -> [T; H];
}

impl<T: Elementary<M>, M> Level<T> for M {
    #[inline(always)]
    fn dense(spec: &DenseSpec, parameters: &[T], x: &[T], y: &mut [T]) {
        short_row::dense(spec, parameters, x, y);
    }

    #[inline(always)]
    fn activate(spec: &ActivationSpec, y: &mut [T]) {
        elementwise::activate(spec.function, &[], y);
    }

    #[inline(always)]
    fn step<const H: usize>(
        spec: &RecurrentSpec,
        parameters: &[T],
        x: &[T],
        states: [&mut [T]; 2],
    ) -> [T; H] {
        one_step::in_place::<T, M, H>(spec, parameters, x, states)
    }
}

impl RecurrentSpec {
    /// A step of the layer in a tiny network; there is a second state of an LSTM alone.
    #[doc(hidden)]
    #[inline(always)]
    pub fn tiny_step<T, L: Level<T>, const I: usize, const O: usize>(
        &self,
        parameters: &[T],
        x: [T; I],
        states: [&mut [T]; 2],
    ) -> [T; O] {
        L::step(self, parameters, &x, states)
    }
}

impl DenseSpec {
    /// The layer in a tiny network.
    #[doc(hidden)]
    #[inline(always)]
    pub fn tiny<T: Copy + Default, L: Level<T>, const I: usize, const O: usize>(
        &self,
        parameters: &[T],
        x: [T; I],
    ) -> [T; O] {
        let mut y = [T::default(); O];
        L::dense(self, parameters, &x, &mut y);
        y
    }
}

impl ActivationSpec {
    /// The layer in a tiny network.
    #[doc(hidden)]
    #[inline(always)]
    pub fn tiny<T: Copy + Default, L: Level<T>, const I: usize, const O: usize>(
        &self,
        _: &[T],
        x: [T; I],
    ) -> [T; O] {
        // As many as come in.
        let mut y = [T::default(); O];
        y.iter_mut().zip(x).for_each(|(y, x)| *y = x);
        L::activate(self, &mut y);
        y
    }
}

/// The kernel of this module that exists once for each scalar type.
#[doc(hidden)]
pub trait TinyKernels: Sized {
    /// Runs a chain with the best instructions that the machine has.
    fn run_tiny(chain: impl Chain<Self>);
}

macro_rules! tiny {
    ($($scalar:ident)*) => {
        $(impl TinyKernels for $scalar {
            #[inline]
            fn run_tiny(chain: impl Chain<$scalar>) {
                #[cfg(target_arch = "x86_64")]
                {
                    use super::math::Vector;
                    #[target_feature(enable = "avx512f,avx512vl")]
                    fn avx512(chain: impl Chain<$scalar>) {
                        chain.run::<Vector>();
                    }
                    #[target_feature(enable = "avx2,fma")]
                    fn avx2(chain: impl Chain<$scalar>) {
                        chain.run::<Vector>();
                    }
                    // SAFETY: each is only chosen on machines that have the instruction set.
                    match isa() {
                        Isa::Avx512 => return unsafe { avx512(chain) },
                        Isa::Avx2 => return unsafe { avx2(chain) },
                        Isa::Portable => {}
                    }
                }
                chain.run::<Plain>();
            }
        })*
    };
}

tiny! { f32 f64 }

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::tests::spread;
    use crate::kernels::isa::{Isa, with_isa};
    use crate::layers::activation::Activation;
    use crate::layers::{Forward, Layer, Mode};

    const FIRST: DenseSpec = DenseSpec { rows: 1, inputs: 5, outputs: 19, bias: true };
    const BENT: ActivationSpec = ActivationSpec { len: 19, function: Activation::Tanh };
    const SECOND: DenseSpec = DenseSpec { rows: 1, inputs: 19, outputs: 3, bias: false };
    const LAST: ActivationSpec = ActivationSpec { len: 3, function: Activation::Sigmoid };
    const SPLIT: usize = 6 * 19;

    struct Small<'a> {
        parameters: &'a [f32],
        x: &'a [f32],
        y: &'a mut [f32],
    }

    impl Chain<f32> for Small<'_> {
        fn run<L: Level<f32>>(self) {
            let v = all::<f32, 5>(self.x);
            let v = FIRST.tiny::<f32, L, 5, 19>(&self.parameters[..SPLIT], v);
            let v = BENT.tiny::<f32, L, 19, 19>(&[], v);
            let v = SECOND.tiny::<f32, L, 19, 3>(&self.parameters[SPLIT..], v);
            let v = LAST.tiny::<f32, L, 3, 3>(&[], v);
            self.y.copy_from_slice(&v);
        }
    }

    fn layer(spec: &impl Layer<f32>, parameters: &[f32], x: &[f32], outputs: usize) -> Vec<f32> {
        let mut y = vec![f32::NAN; outputs];
        spec.forward(Forward {
            samples: 1,
            mode: Mode::Predict,
            parameters,
            inputs: &[x],
            outputs: &mut [&mut y],
            saved: &mut [],
            scratch: &mut [],
        });
        y
    }

    #[test]
    fn one_function_gives_the_bits_of_all_layers() {
        let [parameters, x] = [(SPLIT + 19 * 3, 3), (5, 4)]
            .map(|(len, seed)| spread(len, seed).iter().map(|&x| x as f32).collect::<Vec<_>>());
        for isa in Isa::available() {
            with_isa(isa, || {
                let mut y = [f32::NAN; 3];
                f32::run_tiny(Small { parameters: &parameters, x: &x, y: &mut y });
                let v = layer(&FIRST, &parameters[..SPLIT], &x, 19);
                let v = layer(&SECOND, &parameters[SPLIT..], &layer(&BENT, &[], &v, 19), 3);
                assert_eq!(y[..], layer(&LAST, &[], &v, 3), "{isa:?}");
            });
        }
    }
}
