//! Layers and functions of other frameworks that are written with what flows in: `unsqueeze`, `randn_like`, a depthwise
//! convolution.

use super::Builder;
use crate::ast::{Argument, Call, ValueKind};
use crate::graph::ValueId;
use crate::layers::{self, is_value};
use crate::shape::{Dim, Shape};

impl Builder<'_, '_> {
    /// Says of a call whose error has been reported how it is written here; `value` is what it works on, in a function.
    pub(super) fn written_here(
        &mut self,
        error: usize,
        call: &Call,
        input: Option<ValueId>,
        value: Option<&str>,
    ) {
        let Some(shape) = input.and_then(|input| self.shapes[input.0].clone()) else { return };
        let name = call.name.to_string().replace('_', "").to_lowercase();
        let reshaped = |shapes: Vec<Shape>| {
            let text = |shape: Shape| match value {
                Some(value) => format!("reshape({value}, {shape})"),
                None => format!("reshape({shape})"),
            };
            shapes.into_iter().map(text).collect()
        };
        let (note, texts): (_, Vec<String>) = match name.as_str() {
            "unsqueeze" | "expanddims" => {
                ("an axis of size 1 is added with `reshape`", reshaped(with_axis(&shape, axis(call))))
            }
            "squeeze" => {
                ("an axis of size 1 is taken away with `reshape`", reshaped(without_axis(&shape, axis(call))))
            }
            "randnlike" | "normal" if value.is_some() => {
                ("noise has a shape of its own", vec![format!("normal({shape})")])
            }
            _ => match convolution(&name, call, &shape) {
                Some(found) => found,
                None => return,
            },
        };
        if !texts.is_empty() {
            self.errors.answer(error, &call.tokens, note, texts);
        }
    }
}

/// The axis that is named, or stands by place.
fn axis(call: &Call) -> Option<i128> {
    let mut numbers = call.arguments.iter().filter(|argument| !is_value(argument));
    match numbers.next().map(|argument| &argument.value.kind) {
        Some(ValueKind::Integer(n)) => n.integer(),
        _ => None,
    }
}

/// Where an axis is that others may count with the batch: as it stands there first.
fn counted(axis: i128, rank: usize) -> Vec<usize> {
    let rank = rank as i128;
    let all = if axis < 0 { vec![rank + axis] } else { vec![axis - 1, axis] };
    all.into_iter()
        .filter(|axis| (0..rank).contains(axis))
        .filter_map(|axis| usize::try_from(axis).ok())
        .collect()
}

fn with_axis(shape: &Shape, axis: Option<i128>) -> Vec<Shape> {
    let added = |axis: usize| {
        let mut shape = shape.clone();
        shape.0.insert(axis, Dim::ONE);
        shape
    };
    counted(axis.unwrap_or(0), shape.rank() + 1).into_iter().map(added).collect()
}

fn without_axis(shape: &Shape, axis: Option<i128>) -> Vec<Shape> {
    let is_one = |n: &Dim| n.is(1);
    match axis {
        None => vec![Shape(shape.0.iter().copied().filter(|n| !is_one(n)).collect())],
        Some(axis) => {
            let all = counted(axis, shape.rank()).into_iter().filter(|&axis| is_one(&shape.0[axis]));
            let removed = |axis: usize| {
                let mut shape = shape.clone();
                shape.0.remove(axis);
                shape
            };
            all.map(removed).collect()
        }
    }
}

/// `DepthwiseConv2D(3)` and `SeparableConv2D(16, 3)`: convolutions whose groups are single channels.
fn convolution(name: &str, call: &Call, shape: &Shape) -> Option<(&'static str, Vec<String>)> {
    let (kind, layer) =
        [("1d", "Conv1d"), ("2d", "Conv2d")].into_iter().find(|(kind, _)| name.ends_with(kind))?;
    let is_separable = match name.strip_suffix(kind)? {
        "depthwiseconv" | "dwconv" => false,
        "separableconv" | "depthwiseseparableconv" => true,
        _ => return None,
    };
    let channels = *shape.0.get(if kind == "2d" { 0 } else { 1 })?;
    let text = |argument: &Argument| argument.value.kind.to_string();
    let (named, by_place): (Vec<_>, Vec<_>) =
        call.arguments.iter().partition(|argument| argument.name.is_some());
    let mut named: Vec<(String, String)> = named
        .into_iter()
        .map(|a| Some((layers::our_argument(layer, &a.name.as_ref()?.to_string())?, text(a))))
        .collect::<Option<_>>()?;
    let mut take = |name: &str| named.iter().position(|(n, _)| n == name).map(|at| named.remove(at).1);
    let (kernel, outputs, _) = (take("kernel"), take("outputs"), take("groups"));
    let mut by_place = by_place.into_iter().map(text);
    let outputs = if is_separable { outputs.or_else(|| by_place.next()) } else { outputs };
    let kernel = kernel.or_else(|| by_place.next_back()).unwrap_or_else(|| "3".into());
    let rest: String = named.iter().map(|(name, text)| format!(", {name}: {text}")).collect();
    let first = format!("{layer}({channels}, kernel: {kernel}{rest}, groups: {channels})");
    Some(match outputs.filter(|_| is_separable) {
        Some(outputs) => {
            let note = "it is a convolution of each channel by itself, and one of size 1 behind it";
            (note, vec![format!("{first} -> {layer}({outputs}, kernel: 1)")])
        }
        None => ("each channel is a group of its own", vec![first]),
    })
}
