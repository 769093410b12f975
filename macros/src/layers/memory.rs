//! How the axes of a value lie in memory: images and volumes have their channels innermost, all
//! else is row-major.

use super::Layout;
use super::window::number;
use crate::shape::{Dim, Shape};
use proc_macro2::TokenStream;
use quote::quote;

/// The axes from the outermost in memory to the innermost.
pub fn axes(shape: &Shape) -> Vec<usize> {
    match shape.rank() {
        rank @ (3 | 4) => (1..rank).chain([0]).collect(),
        rank => (0..rank).collect(),
    }
}

/// For each axis the distance of two neighbours in memory.
pub fn strides(shape: &Shape) -> Vec<Dim> {
    let mut strides = vec![Dim::ZERO; shape.rank()];
    let mut stride = Dim::ONE;
    for axis in axes(shape).into_iter().rev() {
        strides[axis] = stride;
        stride *= shape.0[axis];
    }
    strides
}

/// The layout that this is true of.
pub fn layout() -> Layout {
    Layout::ChannelsLast
}

/// A cut through an axis: how many runs there are, and how many numbers one step along the axis is.
pub fn cut(shape: &Shape, axis: usize) -> [Dim; 2] {
    let order = axes(shape);
    let place = order.iter().position(|&a| a == axis).unwrap_or(0);
    let size = |axes: &[usize]| axes.iter().map(|&a| shape.0[a]).product::<Dim>();
    [size(&order[..place]), size(&order[place + 1..])]
}

/// Axes in the order of memory, each its size and its stride elsewhere, as an array; neighbours that lie behind one
/// another are one axis.
pub fn walk(axes: &[[Dim; 2]]) -> TokenStream {
    let mut merged: Vec<[Dim; 2]> = Vec::new();
    for &[size, stride] in axes.iter().filter(|[size, _]| !size.is(1)) {
        match merged.last_mut() {
            Some([outer, step]) if step.is(stride * size) => {
                *outer *= size;
                *step = stride;
            }
            _ => merged.push([size, stride]),
        }
    }
    let axes = merged.iter().map(|&[size, stride]| {
        let (size, stride) = (number(size), number(stride));
        quote!([#size, #stride])
    });
    quote!(&[#(#axes),*])
}

/// `1 axis`, `3 axes`
pub fn counted_axes(rank: usize) -> String {
    if rank == 1 { "1 axis".into() } else { format!("{rank} axes") }
}

/// What is said to an axis that a value does not have.
pub fn no_axis(axis: usize, shape: &Shape) -> super::Mismatch {
    let axes: Vec<_> = (0..shape.rank()).map(|a| format!("{a} {}", shape.axis_name(a))).collect();
    let axes = if axes.is_empty() { "a scalar has no axis".into() } else { axes.join(", ") };
    let mismatch = super::Mismatch::new(format!(
        "`axis: {axis}` does not exist in `{shape}` ({axes}; the batch is not counted)"
    ));
    // Others count the batch as an axis.
    let others = (0..shape.rank()).filter(|other| other + 1 != axis);
    let proposals = axis.checked_sub(1).into_iter().chain(others);
    proposals.fold(mismatch.at("axis"), |mismatch, axis| {
        mismatch.propose(super::Proposal::Argument { name: "axis", value: axis.to_string() })
    })
}
