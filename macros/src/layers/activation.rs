//! `Relu` and its kin: one function on every number.

use super::mismatch::Mismatch;
use super::window::number;
use super::{AnyLayer, Arguments, Kind, Layer, Layout, Link, Traits};
use crate::errors::Errors;
use crate::shape::Shape;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

#[derive(Clone, Debug)]
pub enum Activation {
    Relu,
    /// `Relu` of which the pooling that reads it takes care.
    PooledRelu,
    LeakyRelu {
        slope: f64,
    },
    Elu {
        alpha: f64,
    },
    Selu,
    Gelu,
    GeluTanh,
    Silu,
    Sigmoid,
    Tanh,
    Softplus {
        beta: f64,
        threshold: f64,
    },
    Relu6,
    Celu {
        alpha: f64,
    },
    Mish,
    LogSigmoid,
    Softsign,
    Hardtanh {
        min: f64,
        max: f64,
    },
    Hardsigmoid,
    Hardswish,
}

impl Activation {
    /// Whether backward can do with the output alone, so that forward may write over its input.
    fn has_gradient_by_output(&self) -> bool {
        match self {
            Activation::Relu
            | Activation::PooledRelu
            | Activation::Selu
            | Activation::Sigmoid
            | Activation::Tanh
            | Activation::Relu6
            | Activation::Celu { .. }
            | Activation::LogSigmoid
            | Activation::Hardtanh { .. } => true,
            // With a negative slope the output's sign no longer tells the input's.
            Activation::LeakyRelu { slope } => *slope >= 0.0,
            Activation::Elu { alpha } => *alpha >= 0.0,
            Activation::Gelu
            | Activation::GeluTanh
            | Activation::Silu
            | Activation::Softplus { .. }
            | Activation::Mish
            | Activation::Softsign
            | Activation::Hardsigmoid
            | Activation::Hardswish => false,
        }
    }

    fn function(&self) -> TokenStream {
        let float = Literal::f64_suffixed;
        match *self {
            Activation::Relu | Activation::PooledRelu => quote!(Relu),
            Activation::LeakyRelu { slope } => {
                let slope = signed(slope);
                quote!(LeakyRelu { slope: #slope })
            }
            Activation::Elu { alpha } => {
                let alpha = signed(alpha);
                quote!(Elu { alpha: #alpha })
            }
            Activation::Selu => quote!(Selu),
            Activation::Gelu => quote!(Gelu),
            Activation::GeluTanh => quote!(GeluTanh),
            Activation::Silu => quote!(Silu),
            Activation::Sigmoid => quote!(Sigmoid),
            Activation::Tanh => quote!(Tanh),
            Activation::Softplus { beta, threshold } => {
                let (beta, threshold) = (float(beta), signed(threshold));
                quote!(Softplus { beta: #beta, threshold: #threshold })
            }
            Activation::Relu6 => quote!(Relu6),
            Activation::Celu { alpha } => {
                let alpha = float(alpha);
                quote!(Celu { alpha: #alpha })
            }
            Activation::Mish => quote!(Mish),
            Activation::LogSigmoid => quote!(LogSigmoid),
            Activation::Softsign => quote!(Softsign),
            Activation::Hardtanh { min, max } => {
                let (min, max) = (signed(min), signed(max));
                quote!(Hardtanh { min: #min, max: #max })
            }
            Activation::Hardsigmoid => quote!(Hardsigmoid),
            Activation::Hardswish => quote!(Hardswish),
        }
    }
}

impl AnyLayer {
    /// `Relu` as a view, and the pooling behind it that takes care of it; `None` of other layers.
    pub fn pooled_relu(&self, reader: &AnyLayer) -> Option<[AnyLayer; 2]> {
        let pooling = match (self, reader) {
            (AnyLayer::Relu(_), AnyLayer::MaxPool1d(layer)) => AnyLayer::MaxPool1d(layer.after_relu()),
            (AnyLayer::Relu(_), AnyLayer::MaxPool2d(layer)) => AnyLayer::MaxPool2d(layer.after_relu()),
            _ => return None,
        };
        Some([AnyLayer::Relu(Activation::PooledRelu), pooling])
    }
}

/// A literal that may be negative: the sign is a token of its own.
fn signed(x: f64) -> TokenStream {
    let magnitude = Literal::f64_suffixed(x.abs());
    if x < 0.0 { quote!(-#magnitude) } else { quote!(#magnitude) }
}

/// The bounds, of which the upper one must be above the other.
fn hardtanh(arguments: &mut Arguments, errors: &mut Errors) -> Activation {
    let min = arguments.number_or("min", -1.0, errors);
    let max = arguments.number_or("max", 1.0, errors);
    if max <= min {
        // One of the two was written, or they would be the usual ones.
        let (name, why) = match arguments.place("max") {
            Some(_) => {
                ("max", format!("is invalid: the largest value is above the smallest, which is {min}"))
            }
            None => ("min", format!("is invalid: the smallest value is below the largest, which is {max}")),
        };
        arguments.refuse(name, &why, errors);
    }
    Activation::Hardtanh { min, max }
}

impl Layer for Activation {
    const STAND_IN: Option<&'static str> = Some("0.5");

    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        let (main, named): (Option<&'static str>, &[&'static str]) =
            match arguments.layer().to_string().as_str() {
                "LeakyRelu" => (Some("slope"), &[]),
                "Elu" | "Celu" => (Some("alpha"), &[]),
                "Hardtanh" => (None, &["min", "max"]),
                "Gelu" => (None, &["approximate"]),
                "Softplus" => (None, &["beta", "threshold"]),
                _ => (None, &[]),
            };
        arguments.accept(main, named, errors);
        let layer = match arguments.layer().to_string().as_str() {
            "Relu" => Activation::Relu,
            "LeakyRelu" => Activation::LeakyRelu { slope: arguments.number_or("slope", 0.01, errors) },
            "Elu" => Activation::Elu { alpha: arguments.number_or("alpha", 1.0, errors) },
            "Selu" => Activation::Selu,
            "Gelu" => match arguments.word("approximate", &["tanh", "none"], errors) {
                Some(0) => Activation::GeluTanh,
                _ => Activation::Gelu,
            },
            "Silu" => Activation::Silu,
            "Sigmoid" => Activation::Sigmoid,
            "Tanh" => Activation::Tanh,
            "Softplus" => {
                let beta = arguments.number_or("beta", 1.0, errors);
                if beta <= 0.0 {
                    arguments.refuse("beta", "is invalid: it is above 0", errors);
                }
                Activation::Softplus { beta, threshold: arguments.number_or("threshold", 20.0, errors) }
            }
            "Relu6" => Activation::Relu6,
            "Celu" => {
                let alpha = arguments.number_or("alpha", 1.0, errors);
                if alpha <= 0.0 {
                    arguments.refuse("alpha", "is invalid: it is above 0", errors);
                }
                Activation::Celu { alpha }
            }
            "Mish" => Activation::Mish,
            "LogSigmoid" => Activation::LogSigmoid,
            "Softsign" => Activation::Softsign,
            "Hardtanh" => hardtanh(arguments, errors),
            "Hardsigmoid" => Activation::Hardsigmoid,
            "Hardswish" => Activation::Hardswish,
            _ => return None,
        };
        arguments.finish(layer)
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        Ok(vec![inputs[0].clone()])
    }

    fn arguments(&self) -> String {
        match self {
            Activation::LeakyRelu { slope } if *slope != 0.01 => format!("{slope:?}"),
            Activation::Elu { alpha } if *alpha != 1.0 => format!("{alpha:?}"),
            Activation::Celu { alpha } if *alpha != 1.0 => format!("{alpha:?}"),
            Activation::Hardtanh { min, max } if (*min, *max) != (-1.0, 1.0) => {
                format!("min: {min:?}, max: {max:?}")
            }
            Activation::GeluTanh => "approximate: tanh".into(),
            Activation::Softplus { beta, threshold } if (*beta, *threshold) != (1.0, 20.0) => {
                format!("beta: {beta:?}, threshold: {threshold:?}")
            }
            _ => String::new(),
        }
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        if let Activation::PooledRelu = self {
            return Traits { view: true, ..Traits::new(Layout::Any) };
        }
        let by_output = self.has_gradient_by_output();
        Traits {
            reads_inputs: !by_output,
            reads_outputs: by_output,
            in_place: by_output,
            gradient_in_place: true,
            ..Traits::new(Layout::Any)
        }
    }

    fn spec(&self, inputs: &[Shape], _: usize) -> TokenStream {
        let (len, function) = (number(inputs[0].len()), self.function());
        quote!(activation::ActivationSpec { len: #len, function: activation::Activation::#function })
    }

    fn link(&self, _: &[Shape]) -> Option<Link> {
        Some(Link::Function)
    }

    fn kind(&self) -> Option<Kind> {
        Some(match self {
            Activation::Sigmoid | Activation::Hardsigmoid => Kind::Probabilities,
            _ => Kind::RawScores,
        })
    }
}
