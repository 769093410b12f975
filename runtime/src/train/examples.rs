//! How data enters training.

use crate::data::Dataset;
use crate::network::{Network, SingleInput};

/// Samples with their targets, as a network takes them: what [`fit`](crate::train::Trainer::fit) trains on.
///
/// [`Dataset`] is one for every network with a single input. For a network with several, it is the generated struct of
/// slices with the targets, `&(NameBatch { a: &a, b: &b }, &targets[..])`; or a struct of one's own that lends such a
/// batch.
#[diagnostic::on_unimplemented(
    message = "the data in `{Self}` does not fit the network `{N}`",
    label = "these samples are not what the network takes",
    note = "a `Dataset<X, Y>` fits a network whose one input has the type `X`"
)]
pub trait Examples<N: Network> {
    /// What should come out for a sample.
    type Target;

    /// All inputs.
    fn inputs(&self) -> N::Batch<'_>;

    /// All targets, in the order of the inputs.
    fn targets(&self) -> &[Self::Target];
}

impl<N, X, Y> Examples<N> for Dataset<X, Y>
where
    N: SingleInput,
    X: IsSample<N::Sample>,
{
    type Target = Y;

    fn inputs(&self) -> N::Batch<'_> {
        N::batch(X::samples(&self.inputs))
    }

    fn targets(&self) -> &[Y] {
        &self.targets
    }
}

/// Targets that are a loss's.
///
/// A trait of its own, and not an equation of types, so that targets of another type than the loss takes are refused in
/// words.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the targets do not have the type that this loss compares the network's output with",
    label = "the data set's targets are `{Self}`, but the loss takes `{Y}`",
    note = "`MeanSquaredError` and `BinaryCrossEntropy` take a target of the output's shape, also where that is `[1]`; \
            `CrossEntropy` takes a class, `Index<C>`, or as many probabilities"
)]
pub trait IsTarget<Y>: Sized {
    fn targets(targets: &[Self]) -> &[Y];
}

#[diagnostic::do_not_recommend]
impl<Y> IsTarget<Y> for Y {
    fn targets(targets: &[Y]) -> &[Y] {
        targets
    }
}

/// Examples as a loss over targets `Y` sees them.
pub(super) struct Aimed<'a, E, Y>(&'a E, core::marker::PhantomData<fn() -> Y>);

impl<'a, E, Y> Aimed<'a, E, Y> {
    pub fn new(examples: &'a E) -> Self {
        Aimed(examples, core::marker::PhantomData)
    }
}

impl<N: Network, Y, E: Examples<N, Target: IsTarget<Y>>> Examples<N> for Aimed<'_, E, Y> {
    type Target = Y;

    fn inputs(&self) -> N::Batch<'_> {
        self.0.inputs()
    }

    fn targets(&self) -> &[Y] {
        IsTarget::targets(self.0.targets())
    }
}

/// Samples that are a network's.
///
/// A trait of its own, and not an equation of types, so that data of another shape than the network's is refused in
/// words.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the samples do not have the shape that the network takes",
    label = "the network takes `{S}`, but the data set holds `{Self}`",
    note = "a shape `[n]` is `SVector<f32, n>`, `[t, f]` is `SMatrix<f32, f, t>`, `[c, h, w]` is \
            `[SMatrix<f32, w, h>; c]`; of indices, `[n] in 0..k`, it is `[Index<k>; n]`"
)]
pub trait IsSample<S>: Sized {
    fn samples(samples: &[Self]) -> &[S];
}

#[diagnostic::do_not_recommend]
impl<S> IsSample<S> for S {
    fn samples(samples: &[S]) -> &[S] {
        samples
    }
}
