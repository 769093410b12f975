//! The layers: one file each, one row each in the table below, and nothing about any of them elsewhere.

mod activation;
mod adaptive_avg_pool1d;
mod adaptive_avg_pool2d;
mod adaptive_max_pool1d;
mod adaptive_max_pool2d;
mod add;
mod arguments;
mod arithmetic;
mod avg_pool1d;
mod avg_pool2d;
mod batch_norm;
mod concat;
mod constant;
mod conv1d;
mod conv2d;
mod conv3d;
mod conv_transpose1d;
mod conv_transpose2d;
mod convolution;
mod dense;
mod dropout;
mod elementary;
mod embedding;
mod expand;
mod flatten;
mod gaussian_noise;
mod global_avg_pool1d;
mod global_avg_pool2d;
mod global_max_pool1d;
mod global_max_pool2d;
mod glu;
mod group_norm;
mod init;
mod last;
mod layer;
mod layer_norm;
mod map;
mod matmul;
mod max_pool1d;
mod max_pool2d;
mod memory;
mod mismatch;
mod multi_head_attention;
mod names;
mod network;
mod param;
mod permute;
mod pixel_shuffle;
mod pooling;
mod positions;
mod prelu;
mod recurrent;
mod reduce;
mod reshape;
mod slice;
mod softmax;
mod split;
mod statistics;
mod stepwise;
mod tensor;
mod transposed;
mod upsample;
mod window;
mod zero_pad2d;

use crate::ast::{Call, Operator};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
pub use arguments::{Arguments, INIT_ALIASES, argument_text, choice, is_value, list, rearranged};
pub use elementary::Scalar;
pub use embedding::embedding;
pub use init::{Scheme, Spread};
pub use layer::{Init, Kind, Layer, Layout, Link, Parameter, Role, Stream, Traits};
pub use mismatch::{At, Mismatch, Proposal};
pub use names::{ALIASES, FUNCTION_ALIASES};
use proc_macro2::{Ident, TokenStream};

/// How a row is written in the language: by its name, or as the function or operator that it says.
macro_rules! spelled {
    ($name:ident) => {
        stringify!($name)
    };
    ($name:ident $function:literal) => {
        $function
    };
}

/// One row for each layer: its name in the language, and the type that is asked about it; a function has a name of its
/// own besides, an operator its sign. Makes `AnyLayer`, the lookup by name and the dispatch.
macro_rules! layers {
    ($($name:ident $(as $function:literal)? => $kind:ty,)*) => {
        /// Any of the layers.
        #[derive(Clone, Debug)]
        pub enum AnyLayer {
            $($name($kind),)*
        }

        /// What a user writes for each row, in the order of the table.
        const NAMES: &[&str] = &[$(spelled!($name $($function)?)),*];

        /// The rows themselves.
        #[cfg(test)]
        pub const KINDS: &[&str] = &[$(stringify!($name)),*];

        impl AnyLayer {
            /// The layer's name in the language.
            pub fn name(&self) -> &'static str {
                match self {
                    $(AnyLayer::$name(_) => stringify!($name),)*
                }
            }

            fn parse_named(arguments: &mut Arguments, errors: &mut Errors) -> Option<Option<AnyLayer>> {
                match arguments.layer().to_string().as_str() {
                    $(spelled!($name $($function)?) => Some(<$kind as Layer>::parse(arguments, errors).map(AnyLayer::$name)),)*
                    _ => None,
                }
            }

            /// A good argument of a layer that leaves the shape alone whatever its argument is.
            pub fn stand_in(name: &str) -> Option<&'static str> {
                match name {
                    $(spelled!($name $($function)?) => <$kind as Layer>::STAND_IN,)*
                    _ => None,
                }
            }

            /// How many values flow in; `None` if there are as many as anybody likes, but two at least.
            pub fn arity(&self) -> Option<usize> {
                match self {
                    $(AnyLayer::$name(_) => Some(<$kind as Layer>::ARITY).filter(|n| *n != VARIADIC && *n != OWN),)*
                }
            }

            /// Whether it says itself how many values it takes.
            fn counts_inputs(&self) -> bool {
                match self {
                    $(AnyLayer::$name(_) => <$kind as Layer>::ARITY == OWN,)*
                }
            }

            /// Asks for so many values; whether it gives them.
            pub fn ask(&mut self, ports: usize) -> bool {
                match self {
                    $(AnyLayer::$name(layer) => layer.ask(ports),)*
                }
            }

            /// Makes it the layer of one step of sequences of that length.
            pub fn at_a_step(&mut self, length: Dim) {
                match self {
                    $(AnyLayer::$name(layer) => layer.at_a_step(length),)*
                }
            }

            /// Whether what flows in are indices.
            pub fn takes_indices(&self) -> bool {
                match self {
                    $(AnyLayer::$name(_) => <$kind as Layer>::INDICES,)*
                }
            }

            /// Tells the layer the bounds of those inputs that are indices.
            pub fn bind(&mut self, inputs: &[Option<Dim>]) {
                match self {
                    $(AnyLayer::$name(layer) => layer.bind(inputs),)*
                }
            }

            dispatch! { $($name)*; ports() where () -> usize }
            dispatch! { $($name)*; offers() where () -> Option<String> }
            dispatch! { $($name)*; outputs(inputs) where (inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> }
            dispatch! { $($name)*; parameters(inputs) where (inputs: &[Shape]) -> Vec<Parameter> }
            dispatch! { $($name)*; field(inputs, scalar) where (inputs: &[Shape], scalar: &TokenStream) -> TokenStream }
            dispatch! { $($name)*; traits(inputs) where (inputs: &[Shape]) -> Traits }
            dispatch! { $($name)*; spec(inputs, node) where (inputs: &[Shape], node: usize) -> TokenStream }
            dispatch! { $($name)*; multiply_adds(inputs) where (inputs: &[Shape]) -> Dim }
            dispatch! { $($name)*; carries() where () -> bool }
            dispatch! { $($name)*; check_any_length(input) where (input: &Shape) -> Result<(), Mismatch> }
            dispatch! { $($name)*; streams(inputs, repeated) where (inputs: &[Shape], repeated: bool) -> Vec<Stream> }
            dispatch! { $($name)*; link(inputs) where (inputs: &[Shape]) -> Option<Link> }
            dispatch! { $($name)*; kind() where () -> Option<Kind> }
            dispatch! { $($name)*; arguments() where () -> String }
            dispatch! { $($name)*; decides_features() where () -> bool }
            dispatch! { $($name)*; checks_elements() where () -> bool }
            dispatch! { $($name)*; may_be_indices(input) where (input: usize) -> bool }
            dispatch! { $($name)*; named_value() where () -> Option<&'static str> }
            dispatch! { $($name)*; network() where () -> Option<&network::Network> }
            dispatch! { $($name)*; identity() where () -> Option<Dim> }
            dispatch! { $($name)*; works_at_a_step(inputs) where (inputs: &[Shape]) -> bool }
            dispatch! { $($name)*; kept_at_a_step(inputs) where (inputs: &[Shape]) -> Dim }
        }
    };
}

macro_rules! dispatch {
    ($($name:ident)*; $method:ident $arguments:tt where ($($argument:ident: $type:ty),*) -> $result:ty) => {
        pub fn $method(&self, $($argument: $type),*) -> $result {
            match self {
                $(AnyLayer::$name(layer) => layer.$method $arguments,)*
            }
        }
    };
}

layers! {
    Dense => dense::Dense,
    Conv2d => conv2d::Conv2d,
    MaxPool2d => max_pool2d::MaxPool2d,
    AvgPool2d => avg_pool2d::AvgPool2d,
    GlobalAvgPool2d => global_avg_pool2d::GlobalAvgPool2d,
    Flatten => flatten::Flatten,
    Conv3d => conv3d::Conv3d,
    ConvTranspose2d => conv_transpose2d::ConvTranspose2d,
    AdaptiveAvgPool2d => adaptive_avg_pool2d::AdaptiveAvgPool2d,
    AdaptiveMaxPool2d => adaptive_max_pool2d::AdaptiveMaxPool2d,
    GlobalMaxPool2d => global_max_pool2d::GlobalMaxPool2d,
    ZeroPad2d => zero_pad2d::ZeroPad2d,
    Upsample => upsample::Upsample,
    PixelShuffle => pixel_shuffle::PixelShuffle,
    Conv1d => conv1d::Conv1d,
    ConvTranspose1d => conv_transpose1d::ConvTranspose1d,
    MaxPool1d => max_pool1d::MaxPool1d,
    AvgPool1d => avg_pool1d::AvgPool1d,
    GlobalAvgPool1d => global_avg_pool1d::GlobalAvgPool1d,
    GlobalMaxPool1d => global_max_pool1d::GlobalMaxPool1d,
    AdaptiveAvgPool1d => adaptive_avg_pool1d::AdaptiveAvgPool1d,
    AdaptiveMaxPool1d => adaptive_max_pool1d::AdaptiveMaxPool1d,
    Embedding => embedding::Embedding,
    Rnn => recurrent::Recurrent,
    Gru => recurrent::Recurrent,
    Lstm => recurrent::Recurrent,
    Last => last::Last,
    MultiHeadAttention => multi_head_attention::MultiHeadAttention,
    PositionEmbedding => positions::PositionEmbedding,
    PositionalEncoding => positions::PositionalEncoding,
    Dropout => dropout::Dropout,
    Dropout2d => dropout::Dropout2d,
    AlphaDropout => dropout::AlphaDropout,
    GaussianNoise => gaussian_noise::GaussianNoise,
    BatchNorm1d => batch_norm::BatchNorm1d,
    BatchNorm2d => batch_norm::BatchNorm2d,
    LayerNorm => layer_norm::LayerNorm,
    RmsNorm => layer_norm::RmsNorm,
    GroupNorm => group_norm::GroupNorm,
    InstanceNorm2d => group_norm::InstanceNorm2d,
    Relu => activation::Activation,
    LeakyRelu => activation::Activation,
    Elu => activation::Activation,
    Selu => activation::Activation,
    Gelu => activation::Activation,
    Silu => activation::Activation,
    Sigmoid => activation::Activation,
    Tanh => activation::Activation,
    Softplus => activation::Activation,
    Relu6 => activation::Activation,
    Celu => activation::Activation,
    Mish => activation::Activation,
    LogSigmoid => activation::Activation,
    Softsign => activation::Activation,
    Hardtanh => activation::Activation,
    Hardsigmoid => activation::Activation,
    Hardswish => activation::Activation,
    PRelu => prelu::PRelu,
    Glu => glu::Glu,
    Softmax => softmax::Softmax,
    LogSoftmax => softmax::Softmax,
    Add as "+" => add::Add,
    Sub as "-" => arithmetic::Arithmetic,
    Mul as "*" => arithmetic::Arithmetic,
    Div as "/" => arithmetic::Arithmetic,
    Min as "min" => arithmetic::Arithmetic,
    Max as "max" => arithmetic::Arithmetic,
    Pow as "pow" => arithmetic::Arithmetic,
    Scalar as "" => elementary::Scalar,
    Exp as "exp" => elementary::Elementary,
    Ln as "ln" => elementary::Elementary,
    Sqrt as "sqrt" => elementary::Elementary,
    Abs as "abs" => elementary::Elementary,
    Sin as "sin" => elementary::Elementary,
    Cos as "cos" => elementary::Elementary,
    Sum as "sum" => reduce::Reduce,
    Mean as "mean" => reduce::Reduce,
    Concat as "concat" => concat::Concat,
    Split as "split" => split::Split,
    Slice as "slice" => slice::Slice,
    Reshape as "reshape" => reshape::Reshape,
    Transpose as "transpose" => permute::Permute,
    Permute as "permute" => permute::Permute,
    Expand as "expand" => expand::Expand,
    Matmul as "matmul" => matmul::Matmul,
    Map as "map" => map::Map,
    Zeros as "zeros" => constant::Constant,
    Ones as "ones" => constant::Constant,
    Normal as "normal" => constant::Normal,
    Param as "=param" => param::Param,
    Tensor as "=tensor" => tensor::Tensor,
    Product as "=product" => tensor::Product,
    Network as "=network" => network::Network,
}

/// The arity of what takes as many values as anybody likes, but two at least.
pub const VARIADIC: usize = usize::MAX;

/// The most axes of a learned tensor: the runtime has types for these.
pub const MAX_TENSOR_RANK: usize = 5;

/// The arity of what says by an argument how many values it takes, and checks it.
pub const OWN: usize = usize::MAX - 1;

/// Functions that are layers under another name.
const ACTIVATIONS: [(&str, &str); 4] =
    [("tanh", "Tanh"), ("sigmoid", "Sigmoid"), ("relu", "Relu"), ("softplus", "Softplus")];

impl AnyLayer {
    /// Reads a call. `Err` if there is no such layer; `Ok(None)` if its arguments are wrong, which has been reported.
    pub fn parse(call: &Call, errors: &mut Errors) -> Result<Option<AnyLayer>, ()> {
        // Any layer may claim what comes in and be frozen; that is checked when shapes are known.
        let mut without_claim = call.clone();
        without_claim.arguments.retain(|a| a.name.as_ref().is_none_or(|n| n != "in" && n != "frozen"));
        if let Some(outside) = &call.outside {
            return Ok(network::Network::new(&without_claim, outside, errors).map(AnyLayer::Network));
        }
        let name = call.name.to_string();
        if let Some((_, layer)) = ACTIVATIONS.iter().find(|(function, _)| *function == name) {
            without_claim.name = Ident::new(layer, call.name.span());
        }
        AnyLayer::parse_named(&mut Arguments::new(&without_claim), errors).ok_or(())
    }

    /// What an operator between two values computes.
    pub fn operator(operator: Operator) -> AnyLayer {
        match operator {
            Operator::Add => AnyLayer::Add(add::Add),
            Operator::Subtract => AnyLayer::Sub(arithmetic::Arithmetic::Sub),
            Operator::Multiply => AnyLayer::Mul(arithmetic::Arithmetic::Mul),
            Operator::Divide => AnyLayer::Div(arithmetic::Arithmetic::Div),
        }
    }

    /// What an operator or a function of a value and a number computes.
    pub fn scalar(scalar: Scalar) -> AnyLayer {
        AnyLayer::Scalar(scalar)
    }

    /// An activation out of text, `LeakyRelu(0.1)`.
    pub fn activation(text: &str) -> Option<activation::Activation> {
        let call = crate::parse::parse_call(text.parse().ok()?)?;
        let mut errors = Errors::new();
        let mut arguments = Arguments::new(&call);
        let layer = <activation::Activation as Layer>::parse(&mut arguments, &mut errors);
        layer.filter(|_| errors.is_empty())
    }

    /// A learned tensor of its own.
    pub fn param(shape: Shape, init: Init) -> AnyLayer {
        AnyLayer::Param(param::Param { shape, init })
    }

    /// One of the tensors of a layer as a value.
    pub fn tensor(parameters: Vec<Parameter>, part: usize) -> AnyLayer {
        AnyLayer::Tensor(tensor::Tensor { parameters, part })
    }

    /// The tensor that a value without inputs is, if it is one.
    pub fn as_tensor(&self) -> Option<tensor::Tensor> {
        match self {
            AnyLayer::Tensor(tensor) => Some(tensor.clone()),
            AnyLayer::Param(param) => Some(tensor::Tensor { parameters: param.parameters(&[]), part: 0 }),
            _ => None,
        }
    }

    /// The product of a value with a tensor.
    pub fn product(tensor: tensor::Tensor, transposed: bool) -> AnyLayer {
        AnyLayer::Product(tensor::Product { tensor, transposed })
    }

    /// The sign between two values, if that is how it is written.
    pub fn sign(&self) -> Option<&'static str> {
        match self {
            AnyLayer::Add(_) => Some("+"),
            AnyLayer::Sub(_) => Some("-"),
            AnyLayer::Mul(_) => Some("*"),
            AnyLayer::Div(_) => Some("/"),
            _ => None,
        }
    }

    /// How many values it takes, if it does not take so many.
    pub fn refuses(&self, inputs: usize) -> Option<String> {
        if let AnyLayer::MultiHeadAttention(attention) = self {
            return attention.takes(inputs);
        }
        match self.arity() {
            Some(0) if inputs > 0 => Some("no value".into()),
            Some(arity) if arity != inputs => Some(crate::shape::counted(arity, "values")),
            None if inputs < 2 && !self.counts_inputs() => Some("two values or more".into()),
            _ => None,
        }
    }

    /// The layer with its arguments; those that have their usual value are left out.
    pub fn text(&self) -> String {
        if let Some(network) = self.network() {
            return network.text();
        }
        let arguments = self.arguments();
        if arguments.is_empty() { self.name().into() } else { format!("{}({arguments})", self.name()) }
    }
}

/// The names of layers that a user can write.
pub fn user_names() -> Vec<&'static str> {
    NAMES.iter().copied().filter(|n| n.starts_with(char::is_uppercase)).collect()
}

/// Our name for another framework's layer or function.
pub fn our_name(name: &str) -> Option<String> {
    let (layers, functions) = (user_names(), function_names());
    if layers.contains(&name) || functions.contains(&name) {
        return Some(name.into());
    }
    let alias = ALIASES.iter().chain(FUNCTION_ALIASES).find(|(alias, _)| alias.eq_ignore_ascii_case(name));
    let same = |other: &&&str| other.eq_ignore_ascii_case(&name.replace('_', ""));
    let found = alias.map(|(_, ours)| *ours).or_else(|| layers.iter().find(same).copied());
    found.map(String::from)
}

/// The same, and the layer where there is a function of that name besides: `Relu` for `relu`.
pub fn our_layer(name: &str) -> Option<String> {
    let layer = ACTIVATIONS.iter().find(|(function, _)| *function == name);
    layer.map(|(_, layer)| layer.to_string()).or_else(|| our_name(name))
}

/// Our name for another framework's argument of a layer of ours.
pub fn our_argument(layer: &str, name: &str) -> Option<String> {
    let others = arguments::ALIASES.iter().filter(|(alias, _)| *alias == name).map(|(_, ours)| *ours);
    [name].into_iter().chain(others).find(|candidate| is_argument(layer, candidate)).map(String::from)
}

/// Whether a layer has an argument of that name.
fn is_argument(layer: &str, name: &str) -> bool {
    let tokens = format!("{layer}({name}: 1)").parse().ok();
    let Some(call) = tokens.and_then(crate::parse::parse_call) else { return false };
    let mut errors = Errors::new();
    let _ = AnyLayer::parse(&call, &mut errors);
    let unknown = format!("has no argument `{name}`");
    !errors.take().iter().any(|error| error.line.ends_with(&unknown))
}

/// The names of functions.
pub fn function_names() -> Vec<&'static str> {
    let named = NAMES.iter().copied().filter(|n| n.starts_with(char::is_lowercase));
    named.chain(ACTIVATIONS.iter().map(|(function, _)| *function)).collect()
}

pub fn is_function(name: &str) -> bool {
    function_names().contains(&name)
}

/// A product of sizes that stays at the largest number rather than wrap round.
fn multiply(factors: &[Dim]) -> Dim {
    factors.iter().product::<Dim>().min(u64::MAX as usize)
}
