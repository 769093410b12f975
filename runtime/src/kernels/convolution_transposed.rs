//! Transposed convolutions: a convolution's backward pass run forward, and its forward pass run backward. Beside the
//! kernels of convolutions there is only the bias.

use super::isa::isa;
use super::panel::Start;
use super::tile::TileScalar;
use super::{convolution_input, convolution_weights, dense};
use crate::layers::conv_transpose2d::ConvTranspose2dSpec;

impl ConvTranspose2dSpec {
    fn weights(&self) -> usize {
        self.mirrored().weights()
    }
}

/// `y[q][o] = b[o] + Σ x[p][c] w[tap][o][c]` over all pixels `p` and taps with `p · stride + tap = q`.
pub(super) fn forward<T: TileScalar>(
    spec: &ConvTranspose2dSpec,
    samples: usize,
    w: &[T],
    x: &[T],
    y: &mut [T],
    scratch: &mut [T],
) {
    let (w, b) = w.split_at(spec.weights());
    let b = if spec.bias { &b[..spec.outputs] } else { &[] };
    convolution_input::backward_input(&spec.mirrored(), samples, (w, b), x, y, scratch);
}

/// `dw[tap][o][c] = Σ dy[p · stride + tap][o] x[p][c]`, followed by `db[o] = Σ dy[q][o]`.
pub(super) fn backward_parameters<T: TileScalar>(
    spec: &ConvTranspose2dSpec,
    samples: usize,
    x: &[T],
    dy: &[T],
    dw: &mut [T],
    scratch: &mut [T],
) {
    let (dw, db) = dw.split_at_mut(spec.weights());
    convolution_weights::backward_parameters(&spec.mirrored(), samples, dy, x, dw, scratch);
    if spec.bias {
        let [height, width] = spec.output_size();
        let rows = samples * height * width;
        dense::column_sums(T::tiles(isa()), rows, dy, &mut db[..spec.outputs], Start::Zero);
    }
}
