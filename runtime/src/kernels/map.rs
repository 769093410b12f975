//! The table of the element-wise, pooling and normalising kernels, and how each picks its instruction set.
//!
//! Every kernel is written once, as a generic function of plain loops in a file of its own, and compiled four times
//! here: for `f32` and `f64`, and for each with the instructions that every machine has and with AVX2; those that compute
//! a lot with AVX-512 too. Which of them runs is decided when the program runs. All give the same bits, but for
//! exponentials and their like, whose multiply-adds are fused on machines that can: those differ in the last place from
//! those of machines that cannot.

use super::attention_loops::{Block, Place};
#[cfg(target_arch = "x86_64")]
use super::isa::{Isa, isa};
use super::math::Plain;
#[cfg(target_arch = "x86_64")]
use super::math::Vector;
use super::pool::Window;
use super::recurrent::{cells, one_step};
use super::resample::{Bins, Border, Resize};
use super::small::Link;
use super::{
    arithmetic, attention_loops, batch_norm, batch_norm_loops, dropout, elementwise, formula, gates,
    group_norm, layout, pool, resample, row_norm, short_row, small, softmax, strided, table,
};
use crate::layers::activation::Activation;
use crate::layers::arithmetic::Arithmetic;
use crate::layers::dense::DenseSpec;
use crate::layers::elementary::Elementary;
use crate::layers::map::Program;
use crate::layers::recurrent::RecurrentSpec;
use crate::noise::Noise;

/// Runs a kernel compiled for an instruction set, if that is the one to use.
macro_rules! with {
    ($isa:ident $features:literal, $module:ident::$function:ident::<$($g:ty),*>($($arg:ident: $type:ty),*)) => {
        #[cfg(target_arch = "x86_64")]
        {
            #[target_feature(enable = $features)]
            #[allow(clippy::too_many_arguments)]
            fn with_vectors($($arg: $type),*) {
                $module::$function::<$($g),*>($($arg),*);
            }
            if isa() >= Isa::$isa {
                // SAFETY: this is only chosen on machines that have the instruction set.
                return unsafe { with_vectors($($arg),*) };
            }
        }
    };
}

/// What a kernel is compiled for: `narrow` ones wait for memory, to which AVX2 is wide enough; `wide` ones compute, and
/// fuse the multiply-adds of their exponentials where the machine can.
macro_rules! levels {
    (narrow $module:ident::$function:ident($($arg:ident: $type:ty),*)) => {
        with!(Avx2 "avx2", $module::$function::<T>($($arg: $type),*));
        $module::$function::<T>($($arg),*);
    };
    (wide $module:ident::$function:ident($($arg:ident: $type:ty),*)) => {
        with!(Avx512 "avx512f,avx512vl", $module::$function::<T, Vector>($($arg: $type),*));
        with!(Avx2 "avx2,fma", $module::$function::<T, Vector>($($arg: $type),*));
        $module::$function::<T, Plain>($($arg),*);
    };
}

macro_rules! kernels {
    ($(#[$trait_doc:meta])* $trait:ident $level:ident
     $($(#[$doc:meta])* fn $name:ident($($arg:ident: $type:ty),* $(,)?) = $module:ident::$function:ident;)*) => {
        $(#[$trait_doc])*
        #[doc(hidden)]
        pub trait $trait<T = Self>: Sized {
            $($(#[$doc])* #[allow(clippy::too_many_arguments)] fn $name($($arg: $type),*);)*
        }

        kernels! { @for f32 $trait $level $(fn $name($($arg: $type),*) = $module::$function;)* }
        kernels! { @for f64 $trait $level $(fn $name($($arg: $type),*) = $module::$function;)* }
    };
    (@for $scalar:ident $trait:ident $level:ident
     $(fn $name:ident($($arg:ident: $type:ty),*) = $module:ident::$function:ident;)*) => {
        const _: () = {
            type T = $scalar;

            impl $trait for $scalar {
                $(fn $name($($arg: $type),*) {
                    levels!($level $module::$function($($arg: $type),*));
                })*
            }
        };
    };
}

kernels! {
    /// The kernels of this module that compute a lot for each number; `T` is the scalar type itself.
    FormulaKernels wide
    /// `y = f(x)`; an empty `x` means that the values stand in `y`.
    fn activate(function: Activation, x: &[T], y: &mut [T]) = elementwise::activate;
    /// `dx = dy f'`, with `v` the inputs or outputs, as the function reads; an empty `dy` stands in `dx`.
    fn activate_backward(function: Activation, v: &[T], dy: &[T], dx: &mut [T]) = elementwise::activate_backward;
    /// `y = f(x)`; an empty `x` means that the values stand in `y`.
    fn elementary(function: Elementary, x: &[T], y: &mut [T]) = arithmetic::elementary;
    /// `dx = dy f'`, with `v` the inputs or outputs, as the function reads; an empty `dy` stands in `dx`.
    fn elementary_backward(function: Elementary, v: &[T], dy: &[T], dx: &mut [T]) = arithmetic::elementary_backward;
    /// One row times a small matrix; see there.
    fn dense_row(spec: &DenseSpec, parameters: &[T], x: &[T], y: &mut [T]) = short_row::dense;
    /// A chain of layers over one sample; see there.
    fn small_network(chain: &[Link], parameters: &[T], x: &[T], y: &mut [T], rooms: [&mut [T]; 2]) = small::run;
    /// A program over all elements; an empty input stands in `y`.
    fn run_program(program: &Program, inputs: &[&[T]], y: &mut [T]) = formula::run;
    /// Soft-max over the middle axis of `[rows, len, inner]`, or its logarithm; an empty `x` stands in `y`.
    fn softmax(len: usize, inner: usize, log: bool, x: &[T], y: &mut [T]) = softmax::softmax;
    /// Its gradient, from the outputs; an empty `dy` stands in `dx`.
    fn softmax_backward(len: usize, inner: usize, log: bool, y: &[T], dy: &[T], dx: &mut [T])
        = softmax::softmax_backward;
    /// One half of each run, gated by the other.
    fn glu(half: usize, x: &[T], y: &mut [T]) = gates::glu;
    /// Its gradient.
    fn glu_backward(half: usize, x: &[T], dy: &[T], dx: &mut [T]) = gates::glu_backward;
    /// Normalisation of each row by its own statistics, which it saves; an empty `x` stands in `y`.
    fn row_norm(
        len: usize, centred: bool, eps: f64, weight: &[T], bias: &[T], x: &[T], y: &mut [T], saved: &mut [T],
    ) = row_norm::row_norm;
    /// Its gradient by the inputs; an empty `dy` stands in `dx`.
    fn row_norm_backward(
        len: usize, centred: bool, weight: &[T], saved: &[T], x: &[T], dy: &[T], dx: &mut [T],
    ) = row_norm::row_norm_backward;
    /// Its gradient by weight and bias, of some of the columns.
    fn row_norm_parameters(
        len: usize, from: usize, saved: &[T], x: &[T], dy: &[T], dweight: &mut [T], dbias: &mut [T],
    ) = row_norm::row_norm_parameters;
    /// The loops of attention over a block of scores; see there.
    fn attention_powers(block: &Block, fresh: bool, mask: &[T], s: &mut [T], state: &mut [T])
        = attention_loops::powers;
    fn attention_totals(rows: usize, state: &mut [T], logs: &mut [T]) = attention_loops::totals;
    fn attention_scale(len: usize, step: usize, factors: &[T], y: &mut [T]) = attention_loops::scale_rows;
    fn attention_shares(block: &Block, mask: &[T], logs: &[T], s: &mut [T]) = attention_loops::shares;
    fn attention_gradient(block: &Block, p: &[T], sums: &[T], dp: &mut [T], dmask: &mut [T])
        = attention_loops::score_gradient;
    fn attention_sums(len: usize, step: usize, a: &[T], b: &[T], sums: &mut [T]) = attention_loops::row_products;
    fn attention_drop(block: &Block, place: &Place, p: &mut [T]) = attention_loops::drop_shares;
    fn attention_rotate(sizes: [usize; 4], back: bool, table: &[T], x: &mut [T]) = attention_loops::rotate;
}

kernels! {
    /// The kernels of this module that exist once for each scalar type; `T` is the type itself.
    MapKernels narrow
    /// `y = a + b`; an empty `a` stands in `y`.
    fn add_slices(a: &[T], b: &[T], y: &mut [T]) = elementwise::add;
    /// `y = f(a, b)`; a side that is not wide has one number a sample, an empty `a` stands in `y`.
    fn combine(function: Arithmetic, wide: [bool; 2], len: usize, a: &[T], b: &[T], y: &mut [T])
        = arithmetic::combine;
    /// Its gradients; an empty one is not asked for.
    fn combine_backward(
        function: Arithmetic, wide: [bool; 2], len: usize, a: &[T], b: &[T], dy: &[T], da: &mut [T], db: &mut [T],
    ) = arithmetic::combine_backward;
    /// `y[i] = scale · x[place of i]`; sizes of a sample on both sides.
    fn gather_strided(axes: &[[usize; 2]], sizes: [usize; 2], scale: f64, x: &[T], y: &mut [T]) = strided::gather;
    /// `y[place of i] = scale · Σ x[i]`; sizes of a sample on both sides.
    fn scatter_strided(axes: &[[usize; 2]], sizes: [usize; 2], scale: f64, x: &[T], y: &mut [T]) = strided::scatter;
    /// The largest of each window (with `relu`, of its elements above 0), and (if `winners` is not empty) which it is.
    fn max_pool(window: Window, relu: bool, x: &[T], y: &mut [T], winners: &mut [T]) = pool::max_pool;
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
    /// Images in a border of zeros.
    fn zero_pad(border: Border, x: &[T], y: &mut [T]) = resample::zero_pad;
    /// Its gradient.
    fn zero_pad_backward(border: Border, dy: &[T], dx: &mut [T]) = resample::zero_pad_backward;
    /// Images in another size.
    fn upsample(resize: Resize, x: &[T], y: &mut [T]) = resample::upsample;
    /// Its gradient.
    fn upsample_backward(resize: Resize, dy: &[T], dx: &mut [T]) = resample::upsample_backward;
    /// Images whose channels become squares of pixels.
    fn pixel_shuffle(channels: usize, width: usize, factor: usize, x: &[T], y: &mut [T])
        = resample::pixel_shuffle;
    /// Its gradient.
    fn pixel_shuffle_backward(channels: usize, width: usize, factor: usize, dy: &[T], dx: &mut [T])
        = resample::pixel_shuffle_backward;
    /// The mean of each bin.
    fn adaptive_avg_pool(bins: Bins, x: &[T], y: &mut [T]) = resample::adaptive_avg_pool;
    /// Its gradient.
    fn adaptive_avg_pool_backward(bins: Bins, dy: &[T], dx: &mut [T]) = resample::adaptive_avg_pool_backward;
    /// The largest element of each bin, and which it was.
    fn adaptive_max_pool(bins: Bins, x: &[T], y: &mut [T], winners: &mut [T]) = resample::adaptive_max_pool;
    /// Its gradient.
    fn adaptive_max_pool_backward(bins: Bins, winners: &[T], dy: &[T], dx: &mut [T])
        = resample::adaptive_max_pool_backward;
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
    /// Its gradients where the running statistics were used in training too; empty slices as there.
    fn batch_norm_running_backward(
        channels: usize, eps: f64, parameters: &[T], x: &[T], dy: &[T], dx: &mut [T], dparameters: &mut [T],
        scratch: &mut [T],
    ) = batch_norm::batch_norm_running_backward;
    /// The loops of the four above; see there.
    fn batch_norm_statistics(channels: usize, x: &[T], shard: &mut [T]) = batch_norm_loops::statistics;
    fn batch_norm_merge(channels: usize, rows: usize, shards: &[T], mean: &mut [T], squares: &mut [T])
        = batch_norm_loops::merge;
    fn batch_norm_products(x: &[T], dy: &[T], mean: &[T], sums: &mut [T]) = batch_norm_loops::sum_gradients;
    fn batch_norm_fold(channels: usize, shards: &mut [T], out: &mut [T]) = batch_norm_loops::fold;
    fn batch_norm_widen(channels: usize, values: &[T], wide: &mut [T]) = batch_norm_loops::widen;
    fn batch_norm_normalise(x: &[T], wide: &[T], y: &mut [T]) = batch_norm_loops::normalise;
    fn batch_norm_gradient(x: &[T], dy: &[T], wide: &[T], dx: &mut [T]) = batch_norm_loops::gradient;
    /// Normalisation of groups of channels by each sample's statistics; an empty `x` stands in `y`.
    fn group_norm(
        channels: usize, groups: usize, eps: f64, weight: &[T], bias: &[T], x: &[T], y: &mut [T], stats: &mut [T],
    ) = group_norm::group_norm;
    /// The sums that its gradients are made of, and the two gradients.
    fn group_norm_sums(
        channels: usize, groups: usize, weight: &[T], stats: &[T], x: &[T], dy: &[T], sums: &mut [T],
    ) = group_norm::group_norm_sums;
    fn group_norm_gradient(
        channels: usize, weight: &[T], stats: &[T], sums: &[T], x: &[T], dy: &[T], dx: &mut [T],
    ) = group_norm::group_norm_gradient;
    fn group_norm_fold(channels: usize, sums: &[T], stats: &[T], both: &mut [T], running: &mut [T])
        = group_norm::group_norm_fold;
    /// `y = x` above 0, `slope x` elsewhere; an empty `x` stands in `y`.
    fn prelu(slopes: &[T], x: &[T], y: &mut [T]) = gates::prelu;
    /// Its gradient by the inputs; an empty `dy` stands in `dx`.
    fn prelu_backward(slopes: &[T], x: &[T], dy: &[T], dx: &mut [T]) = gates::prelu_backward;
    /// Its gradient by the slopes, of some of the rows.
    fn prelu_slopes(x: &[T], dy: &[T], sums: &mut [T]) = gates::prelu_slopes;
    /// Inverted dropout, forward and backward; an empty `x` stands in `y`.
    fn dropout(noise: Noise, node: u32, len: usize, rate: f64, x: &[T], y: &mut [T]) = dropout::dropout;
    /// Dropout of whole channels, forward and backward; an empty `x` stands in `y`.
    fn channel_dropout(
        noise: Noise, node: u32, channels: usize, values: usize, rate: f64, x: &[T], y: &mut [T],
    ) = dropout::channel_dropout;
    /// Dropout that keeps mean and variance, or its gradient; an empty `x` stands in `y`.
    fn alpha_dropout(
        noise: Noise, node: u32, len: usize, rate: f64, gradient: bool, x: &[T], y: &mut [T],
    ) = dropout::alpha_dropout;
    /// Normal noise on top; an empty `x` stands in `y`.
    fn gaussian_noise(noise: Noise, node: u32, len: usize, std: f64, x: &[T], y: &mut [T])
        = dropout::gaussian_noise;
    /// Run by run from one array into another, with the distance of two runs and the place of the first in both.
    fn copy_runs(runs: usize, len: usize, from: [usize; 2], to: [usize; 2], x: &[T], y: &mut [T]) = layout::copy_runs;
    /// The sums over all samples, of `len` numbers each, of some of their numbers.
    fn sum_samples(len: usize, from: usize, x: &[T], sums: &mut [T]) = table::sum_samples;
    /// Whole numbers as scalars.
    fn numbers_of(x: &[u32], y: &mut [T]) = table::numbers_of;
    /// The rows of a table at these indices.
    fn look_up(width: usize, indices: &[T], table: &[T], y: &mut [T]) = table::look_up;
    /// The sums of `dy` for the rows of a table from `first` on; `skipped` gets none.
    fn add_rows(first: usize, skipped: usize, width: usize, indices: &[T], dy: &[T], sums: &mut [T])
        = table::add_rows;
    /// Each `[rows, columns]` becomes `[columns, rows]`.
    fn transpose(rows: usize, columns: usize, x: &[T], y: &mut [T]) = layout::transpose;
}

kernels! {
    /// The cells of recurrent layers; see there.
    CellKernels wide
    fn plain_step(spec: &RecurrentSpec, step: &mut one_step::Stepping<'_, T>) = one_step::plain_step;
    fn gru_step(spec: &RecurrentSpec, step: &mut one_step::Stepping<'_, T>) = one_step::gru_step;
    fn lstm_step(spec: &RecurrentSpec, step: &mut one_step::Stepping<'_, T>) = one_step::lstm_step;
    fn plain_cell(relu: bool, gates: &mut [T], h: &mut [T]) = cells::plain;
    fn plain_cell_backward(relu: bool, gates: &mut [T], dh: &[T]) = cells::plain_backward;
    fn lstm_cell(hidden: usize, gates: &mut [T], before: &[T], c: &mut [T], tanh_c: &mut [T], h: &mut [T])
        = cells::lstm;
    fn lstm_cell_backward(
        hidden: usize, gates: &mut [T], before: &[T], tanh_c: &[T], dh: &[T], dc: &mut [T],
    ) = cells::lstm_backward;
    fn gru_cell(hidden: usize, gates: &mut [T], p: &[T], before: &[T], h: &mut [T]) = cells::gru;
    fn gru_cell_backward(hidden: usize, gates: &mut [T], p: &mut [T], before: &[T], dh: &mut [T])
        = cells::gru_backward;
}
