//! After an error: what a layer's field most likely is, so that the program around it still type-checks and an editor
//! still completes.

use crate::ast::Call;
use crate::errors::Errors;
use crate::graph::{Node, Shaped};
use crate::layers::{self, AnyLayer};
use crate::limits;
use crate::shape::{Dim, Shape};
use crate::suggest;
use proc_macro2::Ident;

/// A layer that could be meant, over inputs that it would take.
#[derive(Clone, Debug)]
pub struct Guess {
    pub layer: AnyLayer,
    pub inputs: Vec<Shape>,
}

/// Sizes of inputs of which nothing is known: the second has all small divisors and room for any kernel.
const SIZES: [usize; 2] = [1, 5040];

/// The most axes that are tried.
const MOST_AXES: usize = 4;

/// The field of a node of which not everything is known; `None` if it has none. `Some(None)` is a field that only has its
/// name.
pub fn guess(shaped: &Shaped, node: &Node) -> Option<Option<Guess>> {
    let named = node.named.then_some(None);
    let layer = match (&node.layer, &node.call) {
        (Some(layer), _) => layer.clone(),
        (None, Some(call)) if limits::may_try(1) => match mended(call) {
            Some(layer) => layer,
            None => return named,
        },
        (None, _) => return named,
    };
    let Some(guess) = fitting(shaped, node, layer) else { return named };
    // What has no tensors has no field.
    (!guess.layer.parameters(&guess.inputs).is_empty()).then_some(Some(guess))
}

/// The layer without the argument that is wrong, or with nothing but what it needs.
fn mended(call: &Call) -> Option<AnyLayer> {
    let text = call.name.to_string();
    let name = suggest::similar(&text, &layers::user_names(), layers::ALIASES)?;
    let call = Call { name: Ident::new(name, call.name.span()), ..call.clone() };
    let without = |at: usize| {
        let mut shorter = call.clone();
        shorter.arguments.remove(at);
        shorter
    };
    let shorter = (0..call.arguments.len().min(limits::AXES)).rev().map(without);
    let simple = ["", "(1)", "(1, kernel: 1)"];
    let simple = simple
        .iter()
        .filter_map(|arguments| crate::parse::parse_call(format!("{name}{arguments}").parse().ok()?));
    [call.clone()].into_iter().chain(shorter).chain(simple).find_map(|call| read(&call))
}

fn read(call: &Call) -> Option<AnyLayer> {
    let mut errors = Errors::new();
    let layer = AnyLayer::parse(call, &mut errors).ok().flatten();
    let good = errors.is_empty();
    layer.filter(|_| good)
}

/// Inputs that the layer takes: those that are known, and of the others the fewest axes.
fn fitting(shaped: &Shaped, node: &Node, layer: AnyLayer) -> Option<Guess> {
    let count = node.inputs.len();
    let known = |axes: usize, size: usize| -> Vec<Shape> {
        let shape = |i: usize| node.inputs.get(i).and_then(|value| shaped.shapes[value.0].clone());
        (0..count).map(|i| shape(i).unwrap_or_else(|| Shape(vec![Dim::from(size); axes]))).collect()
    };
    let free = |axes: usize, size: usize| vec![Shape(vec![Dim::from(size); axes]); count.max(1)];
    let indices: Vec<Option<Dim>> =
        (0..count.max(1)).map(|_| layer.takes_indices().then_some(Dim::ONE)).collect();
    let tries = (1..=MOST_AXES).flat_map(|axes| SIZES.map(|size| (axes, size)));
    let all = tries.clone().map(|(axes, size)| known(axes, size));
    for inputs in all.chain(tries.map(|(axes, size)| free(axes, size))) {
        let mut layer = layer.clone();
        layer.bind(&indices);
        if layer.refuses(inputs.len()).is_none() && layer.outputs(&inputs).is_ok() {
            return Some(Guess { layer, inputs });
        }
    }
    None
}
