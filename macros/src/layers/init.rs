//! How the weights of dense and convolutional layers are drawn.

use super::{Arguments, Init};
use crate::errors::Errors;
use crate::shape::Dim;

/// The schemes a user can choose, by their names in the language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scheme {
    /// PyTorch's own: uniform within 1/√fan_in, weight and bias alike.
    #[default]
    Usual,
    HeNormal,
    HeUniform,
    GlorotNormal,
    GlorotUniform,
}

const NAMES: [&str; 4] = ["he_normal", "he_uniform", "glorot_normal", "glorot_uniform"];

impl Scheme {
    /// Reads `init: he_normal`.
    pub fn read(arguments: &mut Arguments, errors: &mut Errors) -> Scheme {
        match arguments.word("init", &NAMES, errors) {
            Some(0) => Scheme::HeNormal,
            Some(1) => Scheme::HeUniform,
            Some(2) => Scheme::GlorotNormal,
            Some(3) => Scheme::GlorotUniform,
            _ => Scheme::Usual,
        }
    }

    /// The scheme of that name.
    pub fn named(name: &str) -> Option<Scheme> {
        let schemes = [Scheme::HeNormal, Scheme::HeUniform, Scheme::GlorotNormal, Scheme::GlorotUniform];
        NAMES.iter().position(|known| *known == name).map(|i| schemes[i])
    }

    /// The names of all schemes.
    pub fn names() -> [&'static str; 4] {
        NAMES
    }

    /// The weight's draw, from the number of values that flow into and out of one unit (He et al. 2015, Glorot and
    /// Bengio 2010, in PyTorch's form).
    pub fn weight(self, fan_in: Dim, fan_out: Dim) -> Init {
        let both = fan_in + fan_out;
        match self {
            Scheme::Usual => Init::Uniform { bound: Spread::OneOverRoot(fan_in) },
            Scheme::HeNormal => Init::Normal { std: Spread::RootOf(2, fan_in) },
            Scheme::HeUniform => Init::Uniform { bound: Spread::RootOf(6, fan_in) },
            Scheme::GlorotNormal => Init::Normal { std: Spread::RootOf(2, both) },
            Scheme::GlorotUniform => Init::Uniform { bound: Spread::RootOf(6, both) },
        }
    }

    /// The bias's draw.
    pub fn bias(self, fan_in: Dim) -> Init {
        match self {
            Scheme::Usual => Init::Uniform { bound: Spread::OneOverRoot(fan_in) },
            _ => Init::Constant(0.0),
        }
    }
}

/// How wide a draw is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Spread {
    /// That number.
    Of(f64),
    /// 1 / √n
    OneOverRoot(Dim),
    /// √(c / n)
    RootOf(u32, Dim),
}

impl Spread {
    /// The number, if no constant is in it.
    pub fn known(self) -> Option<f64> {
        match self {
            Spread::Of(n) => Some(n),
            Spread::OneOverRoot(n) => n.as_f64().map(|n| 1.0 / n.sqrt()),
            Spread::RootOf(c, n) => n.as_f64().map(|n| (f64::from(c) / n).sqrt()),
        }
    }
}
