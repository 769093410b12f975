//! The passes of all layers, compiled in this crate for both scalars.
//!
//! A generic function is compiled in the crate that uses it. A network in the user's crate calls its layers through
//! [`forward`] and [`backward`], which are calls of functions that stand here ready: the user's build compiles nothing
//! of a layer but its sizes.

use super::past::Past;
use super::recurrent::State;
use super::{Backward, Forward, Layer, OverSequences, Sequences, StepByStep};
use super::{
    activation, adaptive_avg_pool2d, adaptive_max_pool2d, add, alpha_dropout, arithmetic, avg_pool2d,
    batch_norm, constant, conv_transpose2d, conv2d, conv3d, dense, dropout, dropout2d, elementary, embedding,
    gaussian_noise, global_avg_pool2d, glu, group_norm, instance_norm2d, layer_norm, map, matmul, max_pool2d,
    multi_head_attention, param, parts, pixel_shuffle, position_embedding, positional_encoding, prelu,
    recurrent, rms_norm, softmax, strided, tensor, upsample, zero_pad2d,
};
use crate::Real;

/// A scalar for which the passes of the layer `S` are compiled.
#[doc(hidden)]
pub trait Compiled<S>: Sized {
    fn forward(spec: &S, pass: Forward<'_, Self>);
    fn backward(spec: &S, pass: Backward<'_, Self>);
}

/// The layer's pass from inputs to outputs.
#[doc(hidden)]
#[inline]
pub fn forward<T: Real + Compiled<S>, S>(spec: &S, pass: Forward<'_, T>) {
    T::forward(spec, pass);
}

/// The layer's pass from the outputs' gradients to all others.
#[doc(hidden)]
#[inline]
pub fn backward<T: Real + Compiled<S>, S>(spec: &S, pass: Backward<'_, T>) {
    T::backward(spec, pass);
}

/// A scalar for which the passes over sequences of the layer `S` are compiled.
#[doc(hidden)]
pub trait CompiledOver<S>: Sized {
    fn forward_over(spec: &S, sequences: Sequences<'_>, pass: Forward<'_, Self>);
    fn backward_over(spec: &S, sequences: Sequences<'_>, pass: Backward<'_, Self>);
}

/// The layer's pass over sequences from inputs to outputs.
#[doc(hidden)]
#[inline]
pub fn forward_over<T: Real + CompiledOver<S>, S>(spec: &S, sequences: Sequences<'_>, pass: Forward<'_, T>) {
    T::forward_over(spec, sequences, pass);
}

/// The layer's pass over sequences from the outputs' gradients to all others.
#[doc(hidden)]
#[inline]
pub fn backward_over<T: Real + CompiledOver<S>, S>(
    spec: &S,
    sequences: Sequences<'_>,
    pass: Backward<'_, T>,
) {
    T::backward_over(spec, sequences, pass);
}

/// A scalar for which one step of the layer `S` is compiled.
#[doc(hidden)]
pub trait CompiledStep<S>: Sized {
    type Memory;
    fn step(spec: &S, memory: &mut Self::Memory, pass: Forward<'_, Self>);
}

/// One step of the layer, on its memory.
#[doc(hidden)]
#[inline]
pub fn step<T: Real + CompiledStep<S>, S>(
    spec: &S,
    memory: &mut <T as CompiledStep<S>>::Memory,
    pass: Forward<'_, T>,
) {
    T::step(spec, memory, pass);
}

macro_rules! compiled_over {
    ($($spec:path),* $(,)?) => {
        /// All layers that carry something from step to step.
        #[doc(hidden)]
        pub trait CompiledOverSequences: $(CompiledOver<$spec> +)* Sized {}

        compiled_over! { @for f32 $($spec,)* }
        compiled_over! { @for f64 $($spec,)* }
    };
    (@for $scalar:ident $($spec:path,)*) => {
        impl CompiledOverSequences for $scalar {}
        $(impl CompiledOver<$spec> for $scalar {
            fn forward_over(spec: &$spec, sequences: Sequences<'_>, pass: Forward<'_, $scalar>) {
                OverSequences::<$scalar>::forward_over(spec, sequences, pass);
            }

            fn backward_over(spec: &$spec, sequences: Sequences<'_>, pass: Backward<'_, $scalar>) {
                OverSequences::<$scalar>::backward_over(spec, sequences, pass);
            }
        })*
    };
}

compiled_over! { conv2d::Conv2dSpec, parts::SliceSpec, recurrent::RecurrentSpec }

macro_rules! compiled_step {
    ($($spec:path => $memory:ident,)*) => {
        /// All layers that keep a memory from step to step.
        #[doc(hidden)]
        pub trait CompiledSteps: $(CompiledStep<$spec, Memory = $memory<Self>> +)* Sized {}

        compiled_step! { @for f32 $($spec,)* }
        compiled_step! { @for f64 $($spec,)* }
    };
    (@for $scalar:ident $($spec:path,)*) => {
        impl CompiledSteps for $scalar {}
        $(impl CompiledStep<$spec> for $scalar {
            type Memory = <$spec as StepByStep<$scalar>>::Memory;

            fn step(spec: &$spec, memory: &mut Self::Memory, pass: Forward<'_, $scalar>) {
                StepByStep::<$scalar>::step(spec, memory, pass);
            }
        })*
    };
}

compiled_step! { conv2d::Conv2dSpec => Past, recurrent::RecurrentSpec => State, }

macro_rules! compiled {
    ($($spec:path,)*) => {
        /// All layers.
        #[doc(hidden)]
        pub trait CompiledLayers: $(Compiled<$spec> +)* Sized {}

        compiled! { @for f32 $($spec,)* }
        compiled! { @for f64 $($spec,)* }
    };
    (@for $scalar:ident $($spec:path,)*) => {
        impl CompiledLayers for $scalar {}
        $(impl Compiled<$spec> for $scalar {
            fn forward(spec: &$spec, pass: Forward<'_, $scalar>) {
                Layer::<$scalar>::forward(spec, pass);
            }

            fn backward(spec: &$spec, pass: Backward<'_, $scalar>) {
                Layer::<$scalar>::backward(spec, pass);
            }
        })*
    };
}

compiled! {
    activation::ActivationSpec,
    adaptive_avg_pool2d::AdaptiveAvgPool2dSpec,
    adaptive_max_pool2d::AdaptiveMaxPool2dSpec,
    add::AddSpec,
    alpha_dropout::AlphaDropoutSpec,
    arithmetic::ArithmeticSpec,
    avg_pool2d::AvgPool2dSpec,
    batch_norm::BatchNormSpec,
    constant::ConstantSpec,
    constant::NormalSpec,
    conv2d::Conv2dSpec,
    conv3d::Conv3dSpec,
    conv_transpose2d::ConvTranspose2dSpec,
    dense::DenseSpec,
    dropout2d::Dropout2dSpec,
    dropout::DropoutSpec,
    elementary::ElementarySpec,
    embedding::EmbeddingSpec,
    gaussian_noise::GaussianNoiseSpec,
    global_avg_pool2d::GlobalAvgPool2dSpec,
    glu::GluSpec,
    group_norm::GroupNormSpec,
    instance_norm2d::InstanceNorm2dSpec,
    layer_norm::LayerNormSpec,
    map::MapSpec,
    matmul::MatmulSpec,
    max_pool2d::MaxPool2dSpec,
    multi_head_attention::MultiHeadAttentionSpec,
    param::ParamSpec,
    parts::ConcatSpec,
    parts::SliceSpec,
    parts::SplitSpec,
    pixel_shuffle::PixelShuffleSpec,
    position_embedding::PositionEmbeddingSpec,
    positional_encoding::PositionalEncodingSpec,
    prelu::PReluSpec,
    recurrent::RecurrentSpec,
    rms_norm::RmsNormSpec,
    softmax::SoftmaxSpec,
    strided::GatherSpec,
    strided::ReduceSpec,
    tensor::ProductSpec,
    tensor::TensorSpec,
    upsample::UpsampleSpec,
    zero_pad2d::ZeroPad2dSpec,
}
