//! The layers: one file each, one row each in the table below, and nothing about any of them elsewhere.

mod activation;
mod adaptive_avg_pool2d;
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
mod global_max_pool2d;
mod glu;
mod group_norm;
mod init;
mod layer_norm;
mod map;
mod matmul;
mod max_pool1d;
mod max_pool2d;
mod memory;
mod mismatch;
mod param;
mod permute;
mod pixel_shuffle;
mod pooling;
mod prelu;
mod reduce;
mod reshape;
mod slice;
mod softmax;
mod split;
mod statistics;
mod tensor;
mod transposed;
mod upsample;
mod window;
mod zero_pad2d;

use crate::ast::{Call, Operator};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
pub use arguments::{Arguments, INIT_ALIASES, choice, is_value, list};
pub use elementary::Scalar;
pub use init::{Scheme, Spread};
pub use mismatch::{At, Mismatch, Proposal};
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

            /// How many values flow in; `None` if there are as many as anybody likes, but two at least.
            pub fn arity(&self) -> Option<usize> {
                match self {
                    $(AnyLayer::$name(_) => Some(<$kind as Layer>::ARITY).filter(|n| *n != VARIADIC && *n != OWN),)*
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
            dispatch! { $($name)*; outputs(inputs) where (inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> }
            dispatch! { $($name)*; parameters(inputs) where (inputs: &[Shape]) -> Vec<Parameter> }
            dispatch! { $($name)*; field(inputs, scalar) where (inputs: &[Shape], scalar: &TokenStream) -> TokenStream }
            dispatch! { $($name)*; traits(inputs) where (inputs: &[Shape]) -> Traits }
            dispatch! { $($name)*; spec(inputs, node) where (inputs: &[Shape], node: usize) -> TokenStream }
            dispatch! { $($name)*; multiply_adds(inputs) where (inputs: &[Shape]) -> Dim }
            dispatch! { $($name)*; kind() where () -> Option<Kind> }
            dispatch! { $($name)*; arguments() where () -> String }
            dispatch! { $($name)*; decides_features() where () -> bool }
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
    GlobalMaxPool2d => global_max_pool2d::GlobalMaxPool2d,
    ZeroPad2d => zero_pad2d::ZeroPad2d,
    Upsample => upsample::Upsample,
    PixelShuffle => pixel_shuffle::PixelShuffle,
    Conv1d => conv1d::Conv1d,
    ConvTranspose1d => conv_transpose1d::ConvTranspose1d,
    MaxPool1d => max_pool1d::MaxPool1d,
    AvgPool1d => avg_pool1d::AvgPool1d,
    GlobalAvgPool1d => global_avg_pool1d::GlobalAvgPool1d,
    Embedding => embedding::Embedding,
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

/// What other frameworks call our functions.
pub const FUNCTION_ALIASES: &[(&str, &str)] = &[
    ("log", "ln"),
    ("cat", "concat"),
    ("concatenate", "concat"),
    ("view", "reshape"),
    ("mm", "matmul"),
    ("bmm", "matmul"),
    ("dot", "matmul"),
    ("chunk", "split"),
    ("narrow", "slice"),
    ("broadcast", "expand"),
    ("broadcast_to", "expand"),
    ("repeat", "expand"),
    ("maximum", "max"),
    ("minimum", "min"),
    ("power", "pow"),
    ("average", "mean"),
    ("movedim", "permute"),
];

/// Layers that are still to come, under the names that they will have.
pub const LATER: [&str; 3] = ["Lstm", "Gru", "MultiHeadAttention"];

/// What other frameworks call our layers.
pub const ALIASES: &[(&str, &str)] = &[
    ("Linear", "Dense"),
    ("FullyConnected", "Dense"),
    ("Fc", "Dense"),
    ("InnerProduct", "Dense"),
    ("Convolution1D", "Conv1d"),
    ("Convolution2D", "Conv2d"),
    ("Convolution3D", "Conv3d"),
    ("Conv", "Conv2d"),
    ("Conv1DTranspose", "ConvTranspose1d"),
    ("Conv2DTranspose", "ConvTranspose2d"),
    ("Convolution2DTranspose", "ConvTranspose2d"),
    ("Deconvolution2D", "ConvTranspose2d"),
    ("Deconv2d", "ConvTranspose2d"),
    ("UpConv2d", "ConvTranspose2d"),
    ("MaxPooling1D", "MaxPool1d"),
    ("MaxPooling2D", "MaxPool2d"),
    ("MaxPool", "MaxPool2d"),
    ("MaxPooling", "MaxPool2d"),
    ("AveragePooling1D", "AvgPool1d"),
    ("AveragePooling2D", "AvgPool2d"),
    ("AveragePool2d", "AvgPool2d"),
    ("AvgPool", "AvgPool2d"),
    ("MeanPool2d", "AvgPool2d"),
    ("GlobalAveragePooling1D", "GlobalAvgPool1d"),
    ("GlobalAveragePooling2D", "GlobalAvgPool2d"),
    ("GlobalAveragePool", "GlobalAvgPool2d"),
    ("AdaptiveAveragePooling2D", "AdaptiveAvgPool2d"),
    ("GlobalMaxPooling2D", "GlobalMaxPool2d"),
    ("ZeroPadding2D", "ZeroPad2d"),
    ("Pad", "ZeroPad2d"),
    ("UpSampling2D", "Upsample"),
    ("Resize", "Upsample"),
    ("Interpolate", "Upsample"),
    ("UpsamplingNearest2d", "Upsample"),
    ("GlobalPool", "GlobalAvgPool2d"),
    ("BatchNormalization", "BatchNorm2d"),
    ("BatchNorm", "BatchNorm2d"),
    ("LayerNormalization", "LayerNorm"),
    ("GroupNormalization", "GroupNorm"),
    ("InstanceNorm", "InstanceNorm2d"),
    ("InstanceNormalization", "InstanceNorm2d"),
    ("RMSNormalization", "RmsNorm"),
    ("SpatialDropout", "Dropout2d"),
    ("SpatialDropout2D", "Dropout2d"),
    ("ChannelDropout", "Dropout2d"),
    ("GaussNoise", "GaussianNoise"),
    ("NormalNoise", "GaussianNoise"),
    ("Swish", "Silu"),
    ("Logistic", "Sigmoid"),
    ("ParametricRelu", "PRelu"),
    ("GatedLinearUnit", "Glu"),
    ("Clip", "Hardtanh"),
    ("Clamp", "Hardtanh"),
    ("Flat", "Flatten"),
    ("Embed", "Embedding"),
    ("EmbeddingBag", "Embedding"),
    ("LookUp", "Embedding"),
];

impl AnyLayer {
    /// Reads a call. `Err` if there is no such layer; `Ok(None)` if its arguments are wrong, which has been reported.
    pub fn parse(call: &Call, errors: &mut Errors) -> Result<Option<AnyLayer>, ()> {
        // Any layer may claim what comes in and be frozen; that is checked when shapes are known.
        let mut without_claim = call.clone();
        without_claim.arguments.retain(|a| a.name.as_ref().is_none_or(|n| n != "in" && n != "frozen"));
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
        match self.arity() {
            Some(0) if inputs > 0 => Some("no value".into()),
            Some(arity) if arity != inputs => Some(crate::shape::counted(arity, "values")),
            None if inputs < 2 && !matches!(self, AnyLayer::Map(_)) => Some("two values or more".into()),
            _ => None,
        }
    }

    /// The layer with its arguments; those that have their usual value are left out.
    pub fn text(&self) -> String {
        let arguments = self.arguments();
        if arguments.is_empty() { self.name().into() } else { format!("{}({arguments})", self.name()) }
    }
}

/// The names of layers that a user can write.
pub fn user_names() -> Vec<&'static str> {
    NAMES.iter().copied().filter(|n| n.starts_with(char::is_uppercase)).collect()
}

/// The names of functions.
pub fn function_names() -> Vec<&'static str> {
    let named = NAMES.iter().copied().filter(|n| n.starts_with(char::is_lowercase));
    named.chain(ACTIVATIONS.iter().map(|(function, _)| *function)).collect()
}

pub fn is_function(name: &str) -> bool {
    function_names().contains(&name)
}

/// What the compiler asks a layer. `inputs` are the shapes that flow in.
pub trait Layer: Sized + Clone + std::fmt::Debug {
    /// How many values flow in, or [`VARIADIC`], or [`OWN`].
    const ARITY: usize = 1;

    /// Whether what flows in are indices; all others take numbers.
    const INDICES: bool = false;

    /// Takes in the bounds of those inputs that are indices, before anything else is asked.
    fn bind(&mut self, _inputs: &[Option<Dim>]) {}

    /// Reads the arguments; what is wrong goes into `errors`, and `None` comes back.
    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self>;

    /// How many values come out.
    fn ports(&self) -> usize {
        1
    }

    /// The shapes that come out, or why these inputs do not fit.
    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch>;

    /// Whether the argument by place is the number of features or channels that come out.
    fn decides_features(&self) -> bool {
        false
    }

    /// The arguments as a user would write them, without those that have their usual value and without `init`, which
    /// is no part of what the layer computes.
    fn arguments(&self) -> String {
        String::new()
    }

    /// The tensors that the layer keeps, in the order of its parameter struct in the runtime.
    fn parameters(&self, _inputs: &[Shape]) -> Vec<Parameter> {
        Vec::new()
    }

    /// The type of the parameter struct below the runtime's `layers` module, for example
    /// `dense::Dense<#scalar, 10, 128>`; only asked if there are parameters.
    fn field(&self, _inputs: &[Shape], _scalar: &TokenStream) -> TokenStream {
        TokenStream::new()
    }

    /// What the planner must know.
    fn traits(&self, inputs: &[Shape]) -> Traits;

    /// A constant expression below the runtime's `layers` module that makes the layer's spec, for example
    /// `dense::DenseSpec { rows: 1, inputs: 128, outputs: 10, bias: true }`. `node` is the node's number, which seeds
    /// noise.
    fn spec(&self, inputs: &[Shape], node: usize) -> TokenStream;

    /// Multiplications followed by an addition, for one sample.
    fn multiply_adds(&self, _inputs: &[Shape]) -> Dim {
        Dim::ZERO
    }

    /// What the numbers that come out mean, if the layer decides it; `None` passes on what came in where the layer
    /// only moves numbers (`Flatten`), and raw scores otherwise.
    fn kind(&self) -> Option<Kind> {
        Some(Kind::RawScores)
    }
}

/// What a layer tells the planner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Traits {
    /// How inputs and outputs must lie in memory.
    pub layout: Layout,
    /// Backward reads the inputs.
    pub reads_inputs: bool,
    /// Backward reads the outputs.
    pub reads_outputs: bool,
    /// Scalars that forward leaves for backward: for each sample, and beside that.
    pub saved_each: Dim,
    pub saved_fixed: Dim,
    /// Forward may write the output over the first input.
    pub in_place: bool,
    /// Backward may write the first input's gradient over the output's.
    pub gradient_in_place: bool,
    /// The output is the input under another shape (`Flatten`): nothing to compute, forward or backward.
    pub view: bool,
    /// In prediction the output is the input (`Dropout`).
    pub identity_in_prediction: bool,
    /// Each input's gradient is the output's gradient (`+`).
    pub passes_gradient: bool,
    /// The number of values that are averaged for one channel in one sample, where the layer uses the batch's
    /// statistics: a batch must give at least two in all.
    pub batch_values: Option<Dim>,
}

impl Traits {
    /// A layer with none of the special cases.
    pub const fn new(layout: Layout) -> Self {
        Traits {
            layout,
            reads_inputs: false,
            reads_outputs: false,
            saved_each: Dim::ZERO,
            saved_fixed: Dim::ZERO,
            in_place: false,
            gradient_in_place: false,
            view: false,
            identity_in_prediction: false,
            passes_gradient: false,
            batch_values: None,
        }
    }
}

/// How a value lies in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// The row-major order of the shape.
    RowMajor,
    /// An image `[c, h, w]` with its channels innermost.
    ChannelsLast,
    /// Either, but all inputs and outputs the same.
    Any,
}

/// A tensor that a layer keeps.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    pub name: &'static str,
    /// The shape in memory, row-major.
    pub memory_shape: Vec<Dim>,
    /// For each axis in files (PyTorch's order) the axis in memory.
    pub axes: Vec<usize>,
    pub role: Role,
    pub init: Init,
}

impl Parameter {
    /// The number of its scalars.
    pub fn len(&self) -> Dim {
        self.memory_shape.iter().product()
    }
}

/// Mirrors the runtime's `Role`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Role {
    Learned,
    Average { momentum: f64 },
    CumulativeAverage,
    Count,
    Frozen,
}

/// Mirrors the runtime's `Init`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    Constant(f64),
    Uniform {
        bound: Spread,
    },
    Normal {
        std: Spread,
    },
    /// With zeros from one place in files to another.
    NormalBut {
        std: f64,
        from: Dim,
        to: Dim,
    },
}

/// What the numbers of an output mean; mirrors the runtime's `kind` module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    RawScores,
    Probabilities,
    Distribution,
    LogDistribution,
}

/// A product of sizes that stays at the largest number rather than wrap round.
fn multiply(factors: &[Dim]) -> Dim {
    factors.iter().product::<Dim>().min(u64::MAX as usize)
}
