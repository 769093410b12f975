//! A network with the reference's weights, and its weights in the reference's order.

use super::goldens::Case;
use formwork::{Network, Role, TensorInfo};

/// For each element in a file's order its place in memory.
fn places(info: &TensorInfo) -> Vec<usize> {
    let stride = |axis: usize| info.memory_shape[axis + 1..].iter().product::<usize>();
    (0..info.len)
        .map(|element| {
            let mut rest = element;
            let mut place = info.offset;
            for (axis, &size) in info.shape.iter().enumerate().rev() {
                place += rest % size * stride(info.axes[axis]);
                rest /= size;
            }
            place
        })
        .collect()
}

/// A tensor, in the order of files.
pub fn read<N: Network>(network: &N, info: &TensorInfo) -> Vec<N::Scalar> {
    places(&info).into_iter().map(|i| network.as_slice()[i]).collect()
}

/// A network with the reference's start values; `name` gives the reference's name of a tensor.
pub fn start<N: Network>(case: &Case, name: impl Fn(&TensorInfo) -> String) -> Box<N> {
    let mut network = N::zeroed();
    for info in N::TENSORS {
        let group = if info.role == Role::Learned { "param" } else { "buffer_before" };
        let values = case.values::<N::Scalar>(&format!("{group}.{}", name(&info)));
        for (place, value) in places(&info).into_iter().zip(values) {
            network.as_mut_slice()[place] = value;
        }
    }
    network
}
