//! What the losses over classes share: scores, what they are compared with, and the sum.

use super::{Reduction, check, check_gradients, target};
use crate::kernels::map::FormulaKernels;
use crate::tensor::{flat, flat_mut};
use crate::{Index, Real, Result, Selection, Tensor};
use nalgebra::{SMatrix, SVector};

/// What the scores of one place are compared with.
#[derive(Clone, Copy, Debug)]
pub enum Aim<'a, T> {
    /// The right class.
    Class(usize),
    /// Each class's share, in the order of all the sample's scores.
    Shares(&'a [T]),
}

/// Outputs that hold scores of classes, one run of them or one for each place, and go with a target `Y`.
///
/// | scores | target |
/// |---|---|
/// | `SVector<T, C>` | `Index<C>` |
/// | a sequence, `SMatrix<T, C, L>` | `[Index<C>; L]` |
/// | an image, `[SMatrix<T, W, H>; C]` | `[[Index<C>; W]; H]` |
/// | any of these | the same type, which holds probabilities |
#[diagnostic::on_unimplemented(
    message = "targets of type `{Y}` do not go with the scores that the network gives",
    label = "output and target do not go together in a loss over classes",
    note = "`C` scores go with a class `Index<C>` or with `C` probabilities, a sequence or an image of scores with as \
            many classes (`[Index<C>; L]`, `[[Index<C>; W]; H]`) or with probabilities of its own type"
)]
pub trait Scores<Y>: Tensor {
    /// A number for each class.
    type Weights: Tensor<Scalar = Self::Scalar>;
    /// How many classes there are.
    const CLASSES: usize;
    /// The distance between the scores of two classes at one place.
    const INNER: usize;
    /// What the scores at a place are compared with.
    fn aim(target: &Y, place: usize) -> Aim<'_, Self::Scalar>;
}

/// A class of as many as there are scores.
///
/// A trait of its own, so that another number of classes is refused with both numbers.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the network gives {C} scores, but the targets are classes of another number: `{Self}`",
    label = "the network gives {C} scores, one for each class, and the targets are `{Self}`",
    note = "a network that tells `C` classes apart ends in `Dense(C)`, and its targets are `Index<C>`"
)]
pub trait Among<const C: usize> {}

#[diagnostic::do_not_recommend]
impl<const C: usize> Among<C> for Index<C> {}

impl<T: Real, const C: usize, const K: usize> Scores<Index<K>> for SVector<T, C>
where
    Index<K>: Among<C>,
{
    type Weights = SVector<T, C>;
    const CLASSES: usize = C;
    const INNER: usize = 1;
    fn aim(target: &Index<K>, _: usize) -> Aim<'_, T> {
        Aim::Class(target.get())
    }
}

#[diagnostic::do_not_recommend]
impl<T: Real, const C: usize, const L: usize> Scores<[Index<C>; L]> for SMatrix<T, C, L> {
    type Weights = SVector<T, C>;
    const CLASSES: usize = C;
    const INNER: usize = 1;
    fn aim(target: &[Index<C>; L], place: usize) -> Aim<'_, T> {
        Aim::Class(target[place].get())
    }
}

#[diagnostic::do_not_recommend]
impl<T: Real, const C: usize, const W: usize, const H: usize> Scores<[[Index<C>; W]; H]>
    for [SMatrix<T, W, H>; C]
{
    type Weights = SVector<T, C>;
    const CLASSES: usize = C;
    const INNER: usize = W * H;
    fn aim(target: &[[Index<C>; W]; H], place: usize) -> Aim<'_, T> {
        Aim::Class(target[place / W][place % W].get())
    }
}

#[diagnostic::do_not_recommend]
impl<T: Real, const C: usize, const L: usize> Scores<SMatrix<T, C, L>> for SMatrix<T, C, L> {
    type Weights = SVector<T, C>;
    const CLASSES: usize = C;
    const INNER: usize = 1;
    fn aim(target: &SMatrix<T, C, L>, _: usize) -> Aim<'_, T> {
        Aim::Shares(target.scalars())
    }
}

#[diagnostic::do_not_recommend]
impl<T: Real, const C: usize, const W: usize, const H: usize> Scores<[SMatrix<T, W, H>; C]>
    for [SMatrix<T, W, H>; C]
{
    type Weights = SVector<T, C>;
    const CLASSES: usize = C;
    const INNER: usize = W * H;
    fn aim(target: &[SMatrix<T, W, H>; C], _: usize) -> Aim<'_, T> {
        Aim::Shares(target.scalars())
    }
}

/// What can be asked of a loss over classes, beside weights.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Rules {
    pub reduction: Reduction,
    pub smoothing: f64,
    pub ignored: Option<usize>,
    /// Whether the scores are logarithms of probabilities already.
    pub logarithms: bool,
}

/// Below this a probability is no good for its logarithm: it may have lost digits, or be zero.
const SMALL: f64 = 1e-30;

/// The scores of the classes at one place.
struct Place<'a, T> {
    scores: &'a [T],
    first: usize,
    stride: usize,
    classes: usize,
}

impl<T: Real> Place<'_, T> {
    fn at(&self, class: usize) -> usize {
        self.first + class * self.stride
    }

    /// `max + ln Σ exp(x - max)`, as its two summands.
    fn normaliser(&self) -> (f64, f64) {
        let scores = || (0..self.classes).map(|class| self.scores[self.at(class)]);
        // It only shifts, so a score that is not a number may be passed over here: the sum will show it.
        let max = scores().fold(T::neg_infinity(), |max, x| if x > max { x } else { max });
        let sum: T = scores().map(|x| (x - max).exp()).sum();
        (max.widen(), sum.widen().ln())
    }
}

impl Rules {
    /// The loss over a batch, and the gradients where they are asked for.
    ///
    /// At each place it is `Σ a_c (-ln p_c)` with `a_c = w_c ((1 - s) q_c + s / C)`, where `q` is the target, `w` the
    /// weights and `s` the smoothing; its gradient by the scores is `p Σ a - a`, and `-a` by logarithms.
    pub fn over<O: Scores<Y>, Y>(
        &self,
        weights: Option<&O::Weights>,
        outputs: &[O],
        targets: &[Y],
        selection: Selection<'_>,
        mut gradients: Option<&mut [O]>,
    ) -> Result<f64> {
        check(outputs.len(), targets.len(), selection)?;
        if let Some(gradients) = &mut gradients {
            check_gradients(outputs.len(), gradients.len())?;
            if self.logarithms {
                flat_mut(gradients).fill(O::Scalar::of(0.0));
            } else {
                O::Scalar::softmax(O::CLASSES, O::INNER, false, flat(outputs), flat_mut(gradients));
            }
        }
        let weights = weights.map(Tensor::scalars);
        let weight = |class: usize| weights.map_or(1.0, |w| w[class].widen());
        let places = O::LEN / O::CLASSES.max(1);
        let divisor = match self.reduction {
            Reduction::Sum => 1.0,
            Reduction::Mean => {
                let all = (0..outputs.len()).flat_map(|sample| {
                    let target = target(targets, selection, sample);
                    (0..places).map(move |place| O::aim(target, place))
                });
                let counts = all.map(|aim| match aim {
                    Aim::Class(class) if Some(class) == self.ignored => 0.0,
                    Aim::Class(class) => weight(class),
                    Aim::Shares(_) => 1.0,
                });
                counts.sum::<f64>()
            }
        };
        // Where all is ignored there is nothing to divide, and nothing to learn.
        let factor = if divisor == 0.0 { 0.0 } else { 1.0 / divisor };
        let mut sum = 0.0;
        for (sample, output) in outputs.iter().enumerate() {
            let target = target(targets, selection, sample);
            let mut gradient = gradients.as_mut().map(|g| g[sample].scalars_mut());
            for number in 0..places {
                let place = Place {
                    scores: output.scalars(),
                    first: number / O::INNER * O::CLASSES * O::INNER + number % O::INNER,
                    stride: O::INNER,
                    classes: O::CLASSES,
                };
                let aim = O::aim(target, number);
                let loss = self.place(&place, aim, weight, factor, gradient.as_deref_mut());
                sum += loss;
            }
        }
        Ok(factor * sum)
    }

    /// The loss of one place before it is reduced; the gradient's places hold the probabilities.
    fn place<T: Real>(
        &self,
        place: &Place<'_, T>,
        aim: Aim<'_, T>,
        weight: impl Fn(usize) -> f64,
        factor: f64,
        mut gradient: Option<&mut [T]>,
    ) -> f64 {
        let skipped = matches!(aim, Aim::Class(class) if Some(class) == self.ignored);
        // One class and nothing else is by far the most frequent.
        if let (Aim::Class(class), false, false) = (aim, skipped, self.smoothing > 0.0) {
            let at = place.at(class);
            let weight = weight(class);
            let probability = gradient.as_ref().map_or(0.0, |g| g[at].widen());
            let loss = if self.logarithms {
                -place.scores[at].widen()
            } else if probability > SMALL {
                -probability.ln()
            } else {
                let (max, ln) = place.normaliser();
                ln + (max - place.scores[at].widen())
            };
            if let Some(gradient) = &mut gradient {
                let scale = T::of(factor * weight);
                (0..place.classes).for_each(|class| gradient[place.at(class)] *= scale);
                gradient[at] -= scale;
            }
            return weight * loss;
        }
        let even = self.smoothing / place.classes as f64;
        let share = |class: usize| {
            let own = match aim {
                Aim::Class(right) => f64::from(u8::from(right == class)),
                Aim::Shares(shares) => shares[place.at(class)].widen(),
            };
            if skipped { 0.0 } else { weight(class) * ((1.0 - self.smoothing) * own + even) }
        };
        let (max, ln) = if self.logarithms { (0.0, 0.0) } else { place.normaliser() };
        let (mut loss, mut all) = (0.0, 0.0);
        for class in 0..place.classes {
            let share = share(class);
            all += share;
            // A class without a share may well be impossible: 0 · ∞ is 0 here.
            if share != 0.0 {
                loss += share * (ln + (max - place.scores[place.at(class)].widen()));
            }
        }
        if let Some(gradient) = gradient {
            for class in 0..place.classes {
                let gradient = &mut gradient[place.at(class)];
                *gradient = T::of(factor * (all * gradient.widen() - share(class)));
            }
        }
        loss
    }
}
