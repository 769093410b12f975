//! Bringing features to mean 0 and deviation 1.

use crate::{Error, Real, Result, Tensor};

/// Shifts and scales every feature to mean 0 and standard deviation 1: `(x - mean) / deviation`.
///
/// It is fitted to the training inputs and then applied to all others, so that nothing of the test set leaks into
/// training. A feature that never changes is only shifted.
///
/// ```
/// use formwork::data::Standardizer;
/// use nalgebra::Vector2;
/// let mut train = [Vector2::new(1.0, 5.0), Vector2::new(3.0, 5.0)];
/// let scaler = Standardizer::fit(&train)?;
/// scaler.apply(&mut train);
/// assert_eq!(train, [Vector2::new(-1.0, 0.0), Vector2::new(1.0, 0.0)]);
/// # Ok::<(), formwork::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Standardizer {
    means: Vec<f64>,
    deviations: Vec<f64>,
}

impl Standardizer {
    /// Measures means and standard deviations (those of a population, divided by `n`), in two passes in `f64`.
    ///
    /// # Errors
    ///
    /// [`Error::NoSamples`] if there are no inputs.
    pub fn fit<X: Tensor>(inputs: &[X]) -> Result<Self> {
        if inputs.is_empty() {
            return Err(Error::NoSamples { what: "the data to standardise by" });
        }
        let mean_of = |value: &dyn Fn(usize, f64) -> f64| -> Vec<f64> {
            let mut sums = vec![0.0; X::LEN];
            for input in inputs {
                for (place, (sum, x)) in sums.iter_mut().zip(input.scalars()).enumerate() {
                    *sum += value(place, x.widen());
                }
            }
            sums.into_iter().map(|sum| sum / inputs.len() as f64).collect()
        };
        let means = mean_of(&|_, x| x);
        let variances = mean_of(&|place, x| (x - means[place]).powi(2));
        let deviation = |v: f64| if v > 0.0 { v.sqrt() } else { 1.0 };
        Ok(Standardizer { deviations: variances.into_iter().map(deviation).collect(), means })
    }

    /// Shifts and scales these inputs, in place. Features beyond those that were fitted stay as they are.
    pub fn apply<X: Tensor>(&self, inputs: &mut [X]) {
        for input in inputs {
            for ((x, mean), deviation) in
                input.scalars_mut().iter_mut().zip(&self.means).zip(&self.deviations)
            {
                *x = X::Scalar::of((x.widen() - mean) / deviation);
            }
        }
    }

    /// The mean of each feature.
    #[must_use]
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// The standard deviation of each feature; 1 where it never changes.
    #[must_use]
    pub fn deviations(&self) -> &[f64] {
        &self.deviations
    }
}
