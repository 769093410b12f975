//! What generator and discriminator play for.

/// The losses of both, as functions of the discriminator's scores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Game {
    /// Cross-entropy; a real sample's answer is this number, 1 or a little less.
    NonSaturating { real: f64 },
    /// Scores far apart, by a critic whose weights stay within this bound.
    Wasserstein { clip: f64 },
    /// The same, by a critic that pays so much for gradients by its inputs that are not of length 1.
    Penalized { weight: f64 },
}

/// Whose loss, and of which samples.
#[derive(Clone, Copy)]
pub(super) enum Of {
    /// The discriminator's, of real samples.
    Real,
    /// The discriminator's, of made ones.
    Made,
    /// The generator's, of what it made.
    Generator,
}

impl Game {
    /// The loss of one score, and its derivative.
    fn one(self, of: Of, x: f64) -> (f64, f64) {
        match self {
            Game::NonSaturating { real } => {
                let answer = match of {
                    Of::Real => real,
                    Of::Made => 0.0,
                    Of::Generator => 1.0,
                };
                // ln(1 + exp(x)) and σ(x), both without the exponential of a large number.
                let small = (-x.abs()).exp();
                let sigmoid = if x < 0.0 { small } else { 1.0 } / (1.0 + small);
                (small.ln_1p() + x.max(0.0) - answer * x, sigmoid - answer)
            }
            Game::Wasserstein { .. } | Game::Penalized { .. } => match of {
                Of::Made => (x, 1.0),
                Of::Real | Of::Generator => (-x, -1.0),
            },
        }
    }

    /// The mean loss of scores and their mean; writes the gradient by each.
    pub fn of<T: crate::Real>(self, of: Of, scores: &[T], gradients: &mut [T]) -> [f64; 2] {
        let share = 1.0 / scores.len() as f64;
        let mut sums = [0.0; 2];
        for (x, gradient) in scores.iter().zip(gradients) {
            let (loss, slope) = self.one(of, x.widen());
            *gradient = T::of(share * slope);
            sums = [sums[0] + loss, sums[1] + x.widen()];
        }
        sums.map(|sum| share * sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_are_differences() {
        for game in [
            Game::NonSaturating { real: 0.9 },
            Game::Wasserstein { clip: 0.01 },
            Game::Penalized { weight: 10.0 },
        ] {
            for of in [Of::Real, Of::Made, Of::Generator] {
                for x in [-40.0, -1.5, 0.0, 0.3, 40.0] {
                    let at = |x| game.one(of, x).0;
                    let slope = (at(x + 1e-5) - at(x - 1e-5)) / 2e-5;
                    assert!((slope - game.one(of, x).1).abs() < 1e-8, "{game:?} at {x}");
                }
            }
        }
        let (loss, slope) = Game::NonSaturating { real: 1.0 }.one(Of::Made, 1e4);
        assert_eq!((loss, slope), (1e4, 1.0));
    }
}
