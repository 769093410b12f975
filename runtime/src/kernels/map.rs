//! The table of the element-wise, pooling and normalising kernels, and how each picks its instruction set.
//!
//! Every kernel is written once, as a generic function of plain loops in a file of its own, and compiled four times
//! here: for `f32` and `f64`, and for each with the instructions that every machine has and with AVX2. Which of the two
//! runs is decided when the program runs. As no multiply-add is fused, both give the same bits.

#[cfg(target_arch = "x86_64")]
use super::isa::{Isa, isa};
use super::pool::Window;
use super::{batch_norm, dropout, elementwise, layout, pool, softmax};
use crate::layers::activation::Activation;
use crate::noise::Noise;

macro_rules! kernels {
    ($($(#[$doc:meta])* fn $name:ident($($arg:ident: $type:ty),* $(,)?) = $module:ident::$function:ident;)*) => {
        /// The kernels of this module that exist once for each scalar type; `T` is the type itself.
        #[doc(hidden)]
        pub trait MapKernels<T = Self>: Sized {
            $($(#[$doc])* #[allow(clippy::too_many_arguments)] fn $name($($arg: $type),*);)*
        }

        kernels! { @for f32 $(fn $name($($arg: $type),*) = $module::$function;)* }
        kernels! { @for f64 $(fn $name($($arg: $type),*) = $module::$function;)* }
    };
    (@for $scalar:ident $(fn $name:ident($($arg:ident: $type:ty),*) = $module:ident::$function:ident;)*) => {
        const _: () = {
            type T = $scalar;

            impl MapKernels for $scalar {
                $(fn $name($($arg: $type),*) {
                    #[cfg(target_arch = "x86_64")]
                    {
                        #[target_feature(enable = "avx2")]
                        #[allow(clippy::too_many_arguments)]
                        fn with_avx2($($arg: $type),*) {
                            $module::$function::<T>($($arg),*);
                        }
                        if isa() >= Isa::Avx2 {
                            // SAFETY: this is only chosen on machines that have AVX2.
                            return unsafe { with_avx2($($arg),*) };
                        }
                    }
                    $module::$function::<T>($($arg),*);
                })*
            }
        };
    };
}

kernels! {
    /// `y = f(x)`; an empty `x` means that the values stand in `y`.
    fn activate(function: Activation, x: &[T], y: &mut [T]) = elementwise::activate;
    /// `dx = dy f'`, with `v` the inputs or outputs, as the function reads; an empty `dy` stands in `dx`.
    fn activate_backward(function: Activation, v: &[T], dy: &[T], dx: &mut [T]) = elementwise::activate_backward;
    /// `y = a + b`; an empty `a` stands in `y`.
    fn add_slices(a: &[T], b: &[T], y: &mut [T]) = elementwise::add;
    /// Soft-max over the middle axis of `[rows, len, inner]`, or its logarithm; an empty `x` stands in `y`.
    fn softmax(len: usize, inner: usize, log: bool, x: &[T], y: &mut [T]) = softmax::softmax;
    /// Its gradient, from the outputs; an empty `dy` stands in `dx`.
    fn softmax_backward(len: usize, inner: usize, log: bool, y: &[T], dy: &[T], dx: &mut [T])
        = softmax::softmax_backward;
    /// The largest of each window, and (if `winners` is not empty) which of the window's elements it is.
    fn max_pool(window: Window, x: &[T], y: &mut [T], winners: &mut [T]) = pool::max_pool;
    /// Its gradient, from the winners.
    fn max_pool_backward(window: Window, winners: &[T], dy: &[T], dx: &mut [T]) = pool::max_pool_backward;
    /// The mean of each window.
    fn avg_pool(window: Window, count_include_pad: bool, x: &[T], y: &mut [T]) = pool::avg_pool;
    /// Its gradient.
    fn avg_pool_backward(window: Window, count_include_pad: bool, dy: &[T], dx: &mut [T])
        = pool::avg_pool_backward;
    /// The mean of each channel; `scratch` holds `channels` scalars.
    fn global_avg_pool(channels: usize, x: &[T], y: &mut [T], scratch: &mut [T]) = pool::global_avg_pool;
    /// Its gradient.
    fn global_avg_pool_backward(channels: usize, dy: &[T], dx: &mut [T]) = pool::global_avg_pool_backward;
    /// Normalisation with running statistics; an empty `x` stands in `y`.
    fn batch_norm(channels: usize, eps: f64, parameters: &[T], x: &[T], y: &mut [T], scratch: &mut [T])
        = batch_norm::batch_norm;
    /// Normalisation with the batch's statistics, which it saves; an empty `x` stands in `y`.
    fn batch_norm_train(
        channels: usize, eps: f64, parameters: &[T], x: &[T], y: &mut [T], saved: &mut [T], scratch: &mut [T],
    ) = batch_norm::batch_norm_train;
    /// Its gradients; an empty `dy` stands in `dx`, an empty `dx` is not asked for.
    fn batch_norm_backward(
        channels: usize, weight: &[T], saved: &[T], x: &[T], dy: &[T], dx: &mut [T], dparameters: &mut [T],
        scratch: &mut [T],
    ) = batch_norm::batch_norm_backward;
    /// The loops of the three above; see there.
    fn batch_norm_sum(x: &[T], sums: &mut [T]) = batch_norm::sum;
    fn batch_norm_squares(x: &[T], mean: &[T], sums: &mut [T]) = batch_norm::sum_squares;
    fn batch_norm_products(x: &[T], dy: &[T], mean: &[T], sums: &mut [T]) = batch_norm::sum_gradients;
    fn batch_norm_fold(channels: usize, shards: &mut [T], out: &mut [T]) = batch_norm::fold;
    fn batch_norm_widen(channels: usize, values: &[T], wide: &mut [T]) = batch_norm::widen;
    fn batch_norm_normalise(x: &[T], wide: &[T], y: &mut [T]) = batch_norm::normalise;
    fn batch_norm_gradient(x: &[T], dy: &[T], wide: &[T], dx: &mut [T]) = batch_norm::gradient;
    /// Inverted dropout, forward and backward; an empty `x` stands in `y`.
    fn dropout(noise: Noise, node: u32, len: usize, rate: f64, x: &[T], y: &mut [T]) = dropout::dropout;
    /// Each `[rows, columns]` becomes `[columns, rows]`.
    fn transpose(rows: usize, columns: usize, x: &[T], y: &mut [T]) = layout::transpose;
}
