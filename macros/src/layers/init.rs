//! How the weights of dense and convolutional layers are drawn.

use super::{Arguments, Init};
use crate::errors::Errors;

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

    /// The weight's draw, from the number of values that flow into and out of one unit (He et al. 2015, Glorot and
    /// Bengio 2010, in PyTorch's form).
    #[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
    pub fn weight(self, fan_in: usize, fan_out: usize) -> Init {
        let (inward, both) = (fan_in as f64, fan_in as f64 + fan_out as f64);
        match self {
            Scheme::Usual => Init::Uniform { bound: 1.0 / inward.sqrt() },
            Scheme::HeNormal => Init::Normal { std: (2.0 / inward).sqrt() },
            Scheme::HeUniform => Init::Uniform { bound: (6.0 / inward).sqrt() },
            Scheme::GlorotNormal => Init::Normal { std: (2.0 / both).sqrt() },
            Scheme::GlorotUniform => Init::Uniform { bound: (6.0 / both).sqrt() },
        }
    }

    /// The bias's draw.
    #[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
    pub fn bias(self, fan_in: usize) -> Init {
        match self {
            Scheme::Usual => Init::Uniform { bound: 1.0 / (fan_in as f64).sqrt() },
            _ => Init::Constant(0.0),
        }
    }
}
