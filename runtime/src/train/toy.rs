//! A network written by hand, for the tests of everything that works on any network: `y = W x + b` with 5 inputs and 3
//! outputs, the weight transposed in memory, and an average of the inputs that only stands there to be folded.

use crate::network::{Inputs, SingleInput};
use crate::{
    Graph, Init, Network, Node, Noise, Parameters, Port, Real, Role, Selection, Source, TensorInfo,
    TensorRow, Tensors, kind,
};
use core::ops::Range;
use nalgebra::SVector;

#[repr(C, align(64))]
pub(crate) struct Line<T> {
    /// Inputs outermost.
    pub(crate) weight: [[T; 3]; 5],
    pub(crate) bias: [T; 3],
    pub(crate) fill: [T; 14],
    pub(crate) running_mean: [T; 5],
    pub(crate) rest: [T; 11],
}

const MOMENTUM: f64 = 0.1;

const fn tensor(
    name: &'static str,
    (shape, memory_shape, axes): (&'static [usize], &'static [usize], &'static [usize]),
    offset: usize,
    len: usize,
    role: Role,
) -> TensorRow {
    TensorRow::Tensor(TensorInfo {
        name: crate::TensorName::new(name),
        shape,
        memory_shape,
        axes,
        offset,
        len,
        role,
        init: Init::Uniform { bound: 0.5 },
    })
}

// SAFETY: scalars only, 48 of them in 3 lines of 64 bytes (f32) or 6 (f64), so without hidden padding.
unsafe impl<T: Real> Parameters for Line<T> {
    type Scalar = T;
    const TENSORS: Tensors = Tensors::new(&[
        tensor("line.weight", (&[3, 5], &[5, 3], &[1, 0]), 0, 15, Role::Learned),
        tensor("line.bias", (&[3], &[3], &[0]), 15, 3, Role::Learned),
        tensor("norm.running_mean", (&[5], &[5], &[0]), 32, 5, Role::Average { momentum: MOMENTUM }),
    ]);
}

impl<T: Real> Line<T> {
    pub(crate) fn new(seed: u64) -> Box<Self> {
        let mut line = Self::zeroed();
        crate::init::initialize(line.as_mut_slice(), Self::TENSORS, seed);
        line
    }

    fn input<'a>(inputs: &Inputs<'a, T>, sample: usize) -> &'a [T] {
        let place = match inputs.selection {
            Selection::All => sample,
            Selection::Indices(indices) => indices[sample],
        };
        &inputs.columns[0].numbers()[5 * place..5 * (place + 1)]
    }
}

impl<T: Real> SingleInput for Line<T> {
    fn batch(samples: &[SVector<T, 5>]) -> &[SVector<T, 5>] {
        samples
    }
}

impl<T: Real> Network for Line<T> {
    type Sample = SVector<T, 5>;
    type Batch<'a> = &'a [SVector<T, 5>];
    type Output = SVector<T, 3>;
    type Kind = kind::RawScores;

    const GRAPH: &'static Graph = &Graph {
        name: "Line",
        inputs: &[Port { name: "x", shape: &[5], indices: None, source: Source::Input(0) }],
        nodes: &[Node {
            name: "line",
            layer: "Dense",
            text: "Dense(3)",
            inputs: &[Source::Input(0)],
            outputs: &[&[3]],
            tensors: (0, 3),
            parameters: 18,
            frozen: 0,
            multiply_adds: 15,
            group: None,
        }],
        groups: &[],
        outputs: &[Port { name: "", shape: &[3], indices: None, source: Source::Node { node: 0, port: 0 } }],
        fingerprint: 0x1234,
    };
    const PARAMETERS: usize = 18;
    const MIN_TRAINING_SAMPLES: usize = 2;

    const __KEPT: [usize; 2] = [6, 0];
    type __Scratch = crate::__private::outside::NoScratch;
    const __SCRATCH: Self::__Scratch = crate::__private::outside::NoScratch;

    fn __predict_len(_samples: usize) -> usize {
        0
    }

    fn __train_len(samples: usize) -> usize {
        6 * samples
    }

    fn __output(samples: usize) -> Range<usize> {
        0..3 * samples
    }

    fn __output_gradient(samples: usize) -> Range<usize> {
        3 * samples..6 * samples
    }

    fn __predict(&self, inputs: Inputs<'_, T>, output: &mut [T], _memory: &mut [T]) {
        for (sample, y) in output.chunks_mut(3).enumerate() {
            y.copy_from_slice(&self.bias);
            for (x, row) in Self::input(&inputs, sample).iter().zip(&self.weight) {
                y.iter_mut().zip(row).for_each(|(y, &w)| *y += *x * w);
            }
        }
    }

    fn __forward(&self, inputs: Inputs<'_, T>, _noise: Noise, memory: &mut [T], _scratch: &mut [T]) {
        let outputs = Self::__output(inputs.samples);
        self.__predict(inputs, &mut memory[outputs], &mut []);
    }

    fn __backward(
        &self,
        inputs: Inputs<'_, T>,
        _noise: Noise,
        gradient: &mut Self,
        _input_gradients: &mut [&mut [T]],
        memory: &mut [T],
        _scratch: &mut [T],
    ) {
        gradient.as_mut_slice().fill(T::zero());
        for (sample, dy) in memory[Self::__output_gradient(inputs.samples)].chunks(3).enumerate() {
            gradient.bias.iter_mut().zip(dy).for_each(|(db, &dy)| *db += dy);
            for (i, &x) in Self::input(&inputs, sample).iter().enumerate() {
                gradient.weight[i].iter_mut().zip(dy).for_each(|(dw, &dy)| *dw += x * dy);
                gradient.running_mean[i] += x / T::of(inputs.samples as f64);
            }
        }
    }
}
