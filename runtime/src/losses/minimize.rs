//! The loss of a network that computes its own.

use super::{Loss, Reduction, Takes, check, check_gradients};
use crate::kind::RawScores;
use crate::{Real, Result, Selection, Tensor};

/// What the network gives is what shall become small: `1/n Σ y` over the `n` outputs `y` of a batch, each a number, `[]`.
///
/// So a loss is written in the language of networks, where its inputs, noise and the values between are at hand: the
/// bound of a variational autoencoder, a penalty, an energy. Targets are not looked at: those of a data set may be of any
/// type, and a network that needs them takes them as an input.
///
/// Validation predicts, and there `normal` is zero. A figure that is with noise, as the bound of an autoencoder over test
/// images, is the outputs of [`forward`](crate::Network::forward) passes without a `backward` (see the example `vae`).
///
/// ```
/// use formwork::prelude::*;
///
/// network! {
///     /// A variational autoencoder (Kingma, Welling: *Auto-encoding variational Bayes*, 2013).
///     struct Encoder(image: [64]) -> (mean: [2], log_var: [2]) {
///         let hidden = image -> Dense(32) -> Tanh;
///         (hidden -> mean: Dense(2), hidden -> log_var: Dense(2))
///     }
///     struct Decoder(z: [2]) -> [64] {
///         z -> Dense(32) -> Tanh -> logits: Dense(64)
///     }
///     /// The negative evidence bound: cross-entropy of the pixels, and the divergence from a standard normal distribution.
///     struct Vae(image: [64]) -> [] {
///         let (mean, log_var) = image -> encoder: Encoder;
///         let logits = mean + exp(log_var / 2) * normal([2]) -> decoder: Decoder;
///         let reconstruction = sum(softplus(logits) - image * logits);
///         let divergence = sum(mean * mean + exp(log_var) - log_var - 1) / 2;
///         reconstruction + divergence
///     }
/// }
///
/// let images: Vec<_> = (0..32).map(|i| SVector::repeat((i % 2) as f32)).collect();
/// let data = Dataset::new(images, vec![(); 32])?;
/// let mut vae = Vae::new(1);
/// let history = Trainer::new(Minimize, Adam::new(1e-2)).epochs(20).batch_size(8).fit(&mut vae, &data)?;
/// assert!(history.epochs[19].training.loss < history.epochs[0].training.loss / 2.0);
/// // Either half is a network of its own, with the weights that were trained.
/// let code = vae.encoder.predict(&data.inputs[0]).mean;
/// let logits = vae.decoder.predict(&code);
/// # assert_eq!(logits.len(), 64);
/// # Ok::<(), formwork::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Minimize;

#[diagnostic::do_not_recommend]
impl<T: Real + Tensor<Scalar = T>, Y> Loss<T, Y> for Minimize {
    fn loss(
        &self,
        outputs: &[T],
        targets: &[Y],
        selection: Selection<'_>,
        gradients: &mut [T],
    ) -> Result<f64> {
        let mean = self.value(outputs, targets, selection)?;
        check_gradients(outputs.len(), gradients.len())?;
        gradients.fill(T::of(1.0 / outputs.len() as f64));
        Ok(mean)
    }

    fn value(&self, outputs: &[T], targets: &[Y], selection: Selection<'_>) -> Result<f64> {
        check(outputs.len(), targets.len(), selection)?;
        Ok(outputs.iter().map(|y| y.widen()).sum::<f64>() / outputs.len() as f64)
    }

    fn reduction(&self) -> Reduction {
        Reduction::Mean
    }
}

#[diagnostic::do_not_recommend]
impl Takes<RawScores> for Minimize {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    #[test]
    fn the_mean_and_its_gradient() {
        let mut gradients = [f32::NAN; 4];
        let loss = Minimize.loss(&[1.0f32, 2.0, 3.0, 6.0], &[(); 4], Selection::All, &mut gradients);
        assert_eq!((loss.unwrap(), gradients), (3.0, [0.25; 4]));
        let chosen = Selection::Indices(&[7, 3]);
        assert_eq!(Minimize.value(&[1.0f64, 2.0], &["any"; 8], chosen).unwrap(), 1.5);
    }

    #[test]
    fn what_does_not_go_together_is_refused() {
        let few = Minimize.value(&[1.0f32], &[(); 2], Selection::All);
        assert!(matches!(few, Err(Error::Outputs { expected: 2, found: 1 })));
        assert!(matches!(Minimize.value(&[0.0f32; 0], &[(); 0], Selection::All), Err(Error::EmptyBatch)));
        let short = Minimize.loss(&[1.0f32; 2], &[(); 2], Selection::All, &mut [0.0]);
        assert!(matches!(short, Err(Error::Outputs { expected: 2, found: 1 })));
    }
}
