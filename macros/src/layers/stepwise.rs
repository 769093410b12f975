//! What works on a sequence step by step, knowing those before and none to come: over any length, `[.., 16]`, there is
//! nothing else.

use super::AnyLayer;
use super::mismatch::Mismatch;
use crate::shape::Shape;

impl AnyLayer {
    /// Why a layer cannot work on sequences of any length, if it is asked to.
    pub fn check_steps(&self, inputs: &[Shape], outputs: &[Shape]) -> Result<(), Mismatch> {
        let Some(at) = inputs.iter().position(Shape::is_any_length) else {
            let made = outputs.iter().find(|shape| shape.is_any_length());
            return match made {
                None => Ok(()),
                Some(shape) => {
                    Err(Mismatch::new(format!("{{title}} cannot give `{shape}`, a sequence of any length")))
                }
            };
        };
        let shape = &inputs[at];
        if self.carries() && !self.ends_sequences() {
            return self.check_any_length(shape);
        }
        if self.is_stepwise() && outputs.iter().all(|shape| self.ends_sequences() || shape.is_any_length()) {
            return Ok(());
        }
        Err(Self::not_by_steps(at, shape))
    }

    fn not_by_steps(at: usize, shape: &Shape) -> Mismatch {
        let line = format!(
            "{{title}} does not work step by step, but {{input_is {at}}} `{shape}`, a sequence of any length"
        );
        Mismatch::new(line).note(
            "over any length there are `Embedding`, `Dense`, the recurrent layers in one direction, causal convolution, \
             `Last`, dropout, `LayerNorm`, `RmsNorm`, activations, arithmetic and `map`; along the features `concat`, \
             `split`, `slice` and `Glu`",
        )
    }

    /// What a layer wants that no sequence of any length has: whatever the sizes are, before they are looked at.
    pub fn refuses_any_length(&self, inputs: &[Shape]) -> Result<(), Mismatch> {
        let Some(at) = inputs.iter().position(Shape::is_any_length) else { return Ok(()) };
        if !self.carries() && !self.is_stepwise() {
            self.check_any_length(&inputs[at]).map_err(|mismatch| Mismatch {
                line: mismatch.line.replace("{input_is}", &format!("{{input_is {at}}}")),
                ..mismatch
            })?;
            return Err(Self::not_by_steps(at, &inputs[at]));
        }
        if matches!(self, AnyLayer::Concat(concat) if concat.joins_steps()) {
            return Err(Self::not_by_steps(at, &inputs[at]));
        }
        let Some(shape) = inputs.first().filter(|shape| shape.is_any_length()) else { return Ok(()) };
        match self.recurrent().and_then(|recurrent| recurrent.misses()) {
            None => Ok(()),
            Some(why) => Err(Mismatch::new(format!("{{title}} {why}, but {{input_is}} `{shape}`"))),
        }
    }

    pub fn ends_sequences(&self) -> bool {
        matches!(self, AnyLayer::Last(_))
    }

    /// Whether it gives one row of a sequence of fixed length out of the same row of what comes in, and of what it keeps of
    /// those before.
    pub fn gives_rows(&self, inputs: &[Shape]) -> bool {
        use AnyLayer as L;
        // What works along another axis than the first; shapes say along which.
        let is_structure = matches!(self, L::Glu(_) | L::Concat(_) | L::Split(_) | L::Product(_));
        self.works_at_a_step(inputs) || is_structure || self.is_stepwise() && !self.ends_sequences()
    }

    fn is_stepwise(&self) -> bool {
        use AnyLayer as L;
        let is_activation = matches!(
            self,
            L::Relu(_)
                | L::LeakyRelu(_)
                | L::Elu(_)
                | L::Selu(_)
                | L::Gelu(_)
                | L::Silu(_)
                | L::Sigmoid(_)
                | L::Tanh(_)
                | L::Softplus(_)
                | L::Relu6(_)
                | L::Celu(_)
                | L::Mish(_)
                | L::LogSigmoid(_)
                | L::Softsign(_)
                | L::Hardtanh(_)
                | L::Hardsigmoid(_)
                | L::Hardswish(_)
                | L::PRelu(_)
        );
        let is_arithmetic = matches!(
            self,
            L::Add(_)
                | L::Sub(_)
                | L::Mul(_)
                | L::Div(_)
                | L::Min(_)
                | L::Max(_)
                | L::Pow(_)
                | L::Scalar(_)
                | L::Exp(_)
                | L::Ln(_)
                | L::Sqrt(_)
                | L::Abs(_)
                | L::Sin(_)
                | L::Cos(_)
                | L::Map(_)
        );
        let is_layer = matches!(
            self,
            L::Dense(_)
                | L::Embedding(_)
                | L::Last(_)
                | L::Concat(_)
                | L::Split(_)
                | L::Slice(_)
                | L::Glu(_)
                | L::Dropout(_)
                | L::AlphaDropout(_)
                | L::GaussianNoise(_)
                | L::LayerNorm(_)
                | L::RmsNorm(_)
        );
        is_activation || is_arithmetic || is_layer
    }
}
