//! Two networks of which one judges what the other makes: what the compiler must know of them to refuse a pair that does
//! not go together, in words.

use crate::sample::{Column, Sample};
use crate::{Network, Tensor};
use core::marker::PhantomData;

/// A shape as a type, so that the compiler's errors can show it: `Shape<3, 96, 96>` is `[3, 96, 96]`.
#[derive(Debug)]
pub struct Shape<
    const A: usize = 0,
    const B: usize = 0,
    const C: usize = 0,
    const D: usize = 0,
    const E: usize = 0,
    const F: usize = 0,
>;

/// A shape of more axes than that, by the type of its values.
pub struct Deep<V>(PhantomData<V>);

/// Several values.
pub struct Several;

/// Indices, of which no network makes any.
pub struct Indices;

/// A sequence of any length, which no pair is trained on: neither makes nor judges one.
pub struct Sequence;

/// Of a network with a mistake, which has been reported.
pub struct Unknown;

/// All but [`Unknown`].
pub trait Known {}
impl<const A: usize, const B: usize, const C: usize, const D: usize, const E: usize, const F: usize> Known
    for Shape<A, B, C, D, E, F>
{
}
impl<V> Known for Deep<V> {}

/// What every network says of itself.
pub trait Player: Network {
    /// What it gives.
    type Given;
    /// What its first input takes.
    type Taken;
    /// The type of that.
    type First: Sample<Self::Scalar> + Tensor<Scalar = Self::Scalar>;
    /// What it is told beside: [`Nothing`], [`Told`] or [`Several`].
    type Others;
}

/// What the network `G` gives is what the first input of the network `D` takes, `S`.
#[diagnostic::on_unimplemented(
    message = "what `{G}` makes is not what `{D}` judges",
    label = "`{G}` gives `{Self}`, but `{D}` takes `{S}`",
    note = "the generator's one output and the discriminator's first input have the same shape: change one of them in its \
            `network!`"
)]
pub trait FlowsInto<S, G, D> {}

#[diagnostic::do_not_recommend]
impl<S: Known, G, D> FlowsInto<S, G, D> for S {}
#[diagnostic::do_not_recommend]
impl<S: Known, G, D> FlowsInto<Unknown, G, D> for S {}
#[diagnostic::do_not_recommend]
impl<S, G, D> FlowsInto<S, G, D> for Unknown {}

/// What a network is told that has one input alone; see [`Adversarial`](crate::train::Adversarial).
#[derive(Debug)]
pub struct Nothing;

/// What a network is told whose second input has this type; see [`Adversarial`](crate::train::Adversarial).
#[derive(Debug)]
pub struct Told<C>(PhantomData<C>);

/// What a generator is told beside its noise is what the discriminator is told beside the image.
#[diagnostic::on_unimplemented(
    message = "`{G}` and `{D}` are not told the same",
    label = "beside its first input, `{G}` takes `{Self}`, but `{D}` takes `{S}`",
    note = "generator and discriminator have one input each, or both a second one of the same shape: the condition, for \
            example a class, `class: [] in 0..10`"
)]
pub trait ToldWith<S, G, D> {}

#[diagnostic::do_not_recommend]
impl<G, D> ToldWith<Nothing, G, D> for Nothing {}
#[diagnostic::do_not_recommend]
impl<C, G, D> ToldWith<Told<C>, G, D> for Told<C> {}
#[diagnostic::do_not_recommend]
impl<S: KnownOthers, G, D> ToldWith<Unknown, G, D> for S {}
#[diagnostic::do_not_recommend]
impl<S, G, D> ToldWith<S, G, D> for Unknown {}

/// All but [`Unknown`].
pub trait KnownOthers {}
impl KnownOthers for Nothing {}
impl<C> KnownOthers for Told<C> {}
impl KnownOthers for Several {}

/// Where the second input's values come from: the targets of the data.
#[diagnostic::on_unimplemented(
    message = "the targets are not what generator and discriminator are told",
    label = "the data set's targets are `{Y}`, but the networks take `{Self}`",
    note = "a conditional pair takes the targets of its data as second input, in both networks; without a second input the \
            targets are not looked at"
)]
pub trait Conditions<Y, T> {
    /// The values, if the networks take any.
    fn column(targets: &[Y]) -> Option<Column<'_, T>>;
}

#[diagnostic::do_not_recommend]
impl<Y, T> Conditions<Y, T> for Nothing {
    fn column(_targets: &[Y]) -> Option<Column<'_, T>> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl<C: Sample<T>, T> Conditions<C, T> for Told<C> {
    fn column(targets: &[C]) -> Option<Column<'_, T>> {
        Some(C::column(targets))
    }
}

#[diagnostic::do_not_recommend]
impl<Y, T> Conditions<Y, T> for Unknown {
    fn column(_targets: &[Y]) -> Option<Column<'_, T>> {
        None
    }
}
