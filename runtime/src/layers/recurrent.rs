//! Recurrent layers: a state that is carried from step to step through a sequence.
//!
//! `Rnn` is Elman's network, `Gru` the gated recurrent unit (Cho et al.: *Learning phrase representations using RNN
//! encoder-decoder*, 2014, with the reset inside of the product, as in cuDNN and PyTorch), `Lstm` the long short-term
//! memory (Hochreiter and Schmidhuber, 1997, with the forget gate of Gers et al., 2000, and without peepholes).

mod state;

pub use state::State;

use super::{Backward, Forward, Layer, OverSequences, Sequences};
use crate::Real;
use crate::kernels::recurrent::{self, BackwardRoom, ForwardRoom};
use nalgebra::{SMatrix, SVector};

/// The tensors of one direction of one layer, from `IN` features to states of `H`; `G` is `H` times the number of gates,
/// and without biases `BIAS` is 0.
///
/// Gates stand in PyTorch's order: input, forget, cell, output for an LSTM; reset, update, new for a GRU.
#[repr(C)]
#[derive(Debug, PartialEq)]
pub struct Direction<T, const G: usize, const IN: usize, const H: usize, const BIAS: usize = G> {
    /// What each gate takes of each feature.
    pub weight_ih: SMatrix<T, G, IN>,
    /// What each gate takes of each unit of the state before.
    pub weight_hh: SMatrix<T, G, H>,
    /// What is added to each gate.
    pub bias_ih: SVector<T, BIAS>,
    /// What is added beside that; a GRU resets it with the state.
    pub bias_hh: SVector<T, BIAS>,
}

/// The parameters of a recurrent layer: `D` directions from `IN` features, and on top of that `DEEPER` layers from `D · H`
/// features, which is `W`.
///
/// In files the tensors are called as in PyTorch: `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`, with
/// `_reverse` behind it for the second direction, and `l1` for the next layer.
#[repr(C)]
#[derive(Debug, PartialEq)]
pub struct Recurrent<
    T,
    const G: usize,
    const IN: usize,
    const H: usize,
    const BIAS: usize = G,
    const D: usize = 1,
    const W: usize = H,
    const DEEPER: usize = 0,
> {
    /// The layer that reads the input: forward, and backward if it is bidirectional.
    pub first: [Direction<T, G, IN, H, BIAS>; D],
    /// The layers above, the lowest first.
    pub deeper: [[Direction<T, G, W, H, BIAS>; D]; DEEPER],
}

/// What a step computes from the step's input and the state before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// `h = tanh(W x + b + U h' + b')`.
    Tanh,
    /// `h = max(0, W x + b + U h' + b')`.
    Relu,
    /// `r, z = σ(W x + b + U h' + b')`, `n = tanh(Wₙ x + bₙ + r (Uₙ h' + bₙ'))`, `h = (1 - z) n + z h'`.
    Gru,
    /// `i, f, o = σ(W x + b + U h' + b')`, `g = tanh(…)` alike, `c = f c' + i g`, `h = o tanh c`.
    Lstm,
}

/// The sizes of a recurrent layer over sequences `[steps, inputs]`. What comes out is the top layer's state at every step,
/// `[steps, hidden]`, or `[steps, 2 hidden]` if it is bidirectional: forward and backward side by side, the latter after
/// reading from the end down to that step.
///
/// Further inputs are the states that the layers start from, else zero; further outputs the states that they end with
/// (of an LSTM `h` and then `c`). Each is `[hidden]` for one layer in one direction, and else
/// `[layers · directions, hidden]`: layer 0 forward, layer 0 backward, layer 1 forward, …
///
/// Parameters are for each layer, and in it for each direction, `weight_ih` as `[in][gate]`, `weight_hh` as `[hidden][gate]`,
/// `bias_ih`, `bias_hh`. Backward reads nothing but what forward has saved.
///
/// ```
/// use formwork::layers::recurrent::{Cell, RecurrentSpec};
/// use formwork::layers::{Forward, Layer, Mode};
/// let spec = RecurrentSpec::new(Cell::Relu, 3, 1, 1);
/// let mut y = [0.0f32; 3];
/// spec.forward(Forward {
///     samples: 1,
///     mode: Mode::Predict,
///     // h = max(0, x + 0.5 h')
///     parameters: &[1.0, 0.5, 0.0, 0.0],
///     inputs: &[&[4.0, 0.0, 3.0]],
///     outputs: &mut [&mut y],
///     saved: &mut [],
///     scratch: &mut vec![0.0; spec.forward_scratch(1)],
/// });
/// assert_eq!(y, [4.0, 2.0, 4.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RecurrentSpec {
    /// What a step computes.
    pub cell: Cell,
    /// The node's number in its network, which seeds dropout.
    pub node: u32,
    /// The steps of a sequence.
    pub steps: usize,
    /// The features of a step.
    pub inputs: usize,
    /// The units of a state.
    pub hidden: usize,
    /// How many layers stand on one another; at least 1.
    pub layers: usize,
    /// Whether each layer reads the sequence from its end, too.
    pub bidirectional: bool,
    /// Whether there are biases.
    pub bias: bool,
    /// The probability that an element between two layers is dropped in training.
    pub dropout: f64,
    /// Over how many steps gradients flow back; 0 for all.
    pub truncate: usize,
    /// Whether only the output's last step is wanted, `[hidden]` or `[2 hidden]`; then there are no further outputs.
    pub last: bool,
}

impl RecurrentSpec {
    /// One layer in one direction, with biases.
    #[must_use]
    pub const fn new(cell: Cell, steps: usize, inputs: usize, hidden: usize) -> Self {
        RecurrentSpec {
            cell,
            node: 0,
            steps,
            inputs,
            hidden,
            layers: 1,
            bidirectional: false,
            bias: true,
            dropout: 0.0,
            truncate: 0,
            last: false,
        }
    }

    /// The room that forward works in: copies of the weights in the order in which they are read, a chunk of gates, and
    /// what flows between layers.
    #[must_use]
    pub const fn forward_scratch(&self, samples: usize) -> usize {
        recurrent::forward_scratch(self, samples)
    }

    /// The room that backward works in: transposed weights, and the gradients of states and of what flows between layers.
    #[must_use]
    pub const fn backward_scratch(&self, samples: usize) -> usize {
        recurrent::backward_scratch(self, samples)
    }

    /// The room that forward works in over sequences of any length, that have so many steps in all.
    #[must_use]
    pub const fn forward_scratch_over(&self, steps: usize, sequences: usize, trains: bool) -> usize {
        recurrent::sequences::forward_scratch(self, steps, sequences, trains)
    }

    /// The room that backward works in over sequences of any length.
    #[must_use]
    pub const fn backward_scratch_over(&self, steps: usize, sequences: usize) -> usize {
        recurrent::sequences::backward_scratch(self, steps, sequences)
    }

    /// The room that prediction works in for one step of one sequence.
    #[must_use]
    pub const fn step_scratch(&self) -> usize {
        recurrent::step_scratch(self)
    }

    /// What forward saves of a sample: each layer's input, and for each of its directions states and gates at all steps.
    #[must_use]
    pub const fn saved_each(&self) -> usize {
        self.steps * (self.inputs + (self.layers - 1) * self.width())
            + self.layers * self.directions() * self.history()
    }

    /// How many numbers the parameters are.
    #[must_use]
    pub const fn parameters(&self) -> usize {
        self.directions() * (self.parameters_of(0) + (self.layers - 1) * self.parameters_of(1))
    }

    pub(crate) const fn directions(&self) -> usize {
        if self.bidirectional { 2 } else { 1 }
    }

    /// The features that come out of a layer.
    pub(crate) const fn width(&self) -> usize {
        self.directions() * self.hidden
    }

    /// The numbers that come out for a sample.
    pub(crate) const fn output_each(&self) -> usize {
        if self.last { self.width() } else { self.steps * self.width() }
    }

    /// The units of all gates.
    pub(crate) const fn gate_units(&self) -> usize {
        match self.cell {
            Cell::Tanh | Cell::Relu => self.hidden,
            Cell::Gru => 3 * self.hidden,
            Cell::Lstm => 4 * self.hidden,
        }
    }

    pub(crate) const fn input_of(&self, layer: usize) -> usize {
        if layer == 0 { self.inputs } else { self.width() }
    }

    pub(crate) const fn widest_input(&self) -> usize {
        if self.layers > 1 && self.width() > self.inputs { self.width() } else { self.inputs }
    }

    /// The numbers of one direction's tensors.
    pub(crate) const fn parameters_of(&self, layer: usize) -> usize {
        let biases = if self.bias { 2 } else { 0 };
        self.gate_units() * (self.input_of(layer) + self.hidden + biases)
    }

    /// What one direction of a layer keeps of a sample.
    pub(crate) const fn history(&self) -> usize {
        let states = (self.steps + 1) * self.hidden;
        let extra = match self.cell {
            Cell::Tanh | Cell::Relu => 0,
            Cell::Gru => self.steps * self.hidden,
            Cell::Lstm => states + self.steps * self.hidden,
        };
        states + self.steps * self.gate_units() + extra
    }

    /// Whether no gradient flows back from the step of this number, counted in the order in which the steps run.
    ///
    /// Sequences are cut into pieces of so many steps: forward carries the state over, and backward stops at the beginning
    /// of each piece but the first, from which it goes on to the state that was given.
    pub(crate) const fn cuts_before(&self, step: usize) -> bool {
        self.truncate > 0 && step > 0 && step.is_multiple_of(self.truncate)
    }

    /// The elements of a sample that dropout may drop, between all layers.
    pub(crate) const fn masks(&self) -> usize {
        if self.dropout > 0.0 { (self.layers - 1) * self.steps * self.width() } else { 0 }
    }
}

impl<T: Real> Layer<T> for RecurrentSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        let Forward { samples, mode, parameters, inputs, outputs, saved, scratch } = pass;
        T::recurrent_forward(
            self,
            samples,
            ForwardRoom { mode, parameters, inputs, outputs, saved, scratch },
        );
    }

    fn backward(&self, pass: Backward<'_, T>) {
        T::recurrent_backward(self, pass.samples, room_of(pass));
    }
}

/// What the kernels take of a pass, however long its sequences are.
fn room_of<'a, T>(pass: Backward<'a, T>) -> BackwardRoom<'a, T> {
    BackwardRoom {
        noise: pass.noise,
        parameters: pass.parameters,
        saved: pass.saved,
        output_gradients: pass.output_gradients,
        input_gradients: pass.input_gradients,
        parameter_gradients: pass.parameter_gradients,
        scratch: pass.scratch,
    }
}

impl<T: Real> OverSequences<T> for RecurrentSpec {
    fn forward_over(&self, sequences: Sequences<'_>, pass: Forward<'_, T>) {
        let Forward { mode, parameters, inputs, outputs, saved, scratch, .. } = pass;
        let room = ForwardRoom { mode, parameters, inputs, outputs, saved, scratch };
        T::recurrent_forward_over(self, sequences, room);
    }

    fn backward_over(&self, sequences: Sequences<'_>, pass: Backward<'_, T>) {
        T::recurrent_backward_over(self, sequences, room_of(pass));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};
    use crate::kernels::isa::{Isa, with_isa};
    use crate::layers::Mode;
    use crate::noise::Noise;

    const CELLS: [Cell; 4] = [Cell::Tanh, Cell::Relu, Cell::Gru, Cell::Lstm];
    const NOISE: Noise = Noise { seed: 3, step: 7, first: 5 };

    fn states(spec: &RecurrentSpec) -> usize {
        if spec.cell == Cell::Lstm { 2 } else { 1 }
    }

    /// Gradients by inputs, states and tensors.
    fn gradients(spec: &RecurrentSpec, samples: usize, given: bool) {
        let x = spread(samples * spec.steps * spec.inputs, 5);
        let len = samples * spec.layers * spec.directions() * spec.hidden;
        let (h, c) = (spread(len, 6), spread(len, 7));
        // Large weights would make long sequences chaotic.
        let parameters: Vec<f64> = spread(spec.parameters(), 8).iter().map(|w| 0.4 * w).collect();
        let all: [&[f64]; 3] = [&x, &h, &c];
        let outputs = [samples * spec.output_each(), len, len];
        let count = 1 + states(spec);
        let case = LayerCase {
            samples,
            parameters: &parameters,
            learned: parameters.len(),
            inputs: &all[..if given { count } else { 1 }],
            outputs: &outputs[..if given && !spec.last { count } else { 1 }],
            saved: samples * spec.saved_each(),
            forward_scratch: spec.forward_scratch(samples),
            backward_scratch: spec.backward_scratch(samples),
            noise: NOISE,
            ..LayerCase::default()
        };
        let report = gradcheck::layer(spec, &case);
        assert!(report.within(1e-6), "{spec:?}: {report}");
    }

    #[test]
    fn gradients_agree_with_differences() {
        for cell in CELLS {
            let plain = RecurrentSpec::new(cell, 5, 3, 4);
            gradients(&plain, 2, false);
            gradients(&plain, 5, true);
            gradients(&RecurrentSpec { bias: false, last: true, ..plain }, 3, true);
            let deep = RecurrentSpec { layers: 3, bidirectional: true, hidden: 2, ..plain };
            gradients(&deep, 2, true);
            gradients(&RecurrentSpec { last: true, ..deep }, 2, false);
            gradients(&RecurrentSpec { dropout: 0.4, ..deep }, 2, true);
            // More steps than a chunk, more samples than a block, more units than a vector.
            gradients(&RecurrentSpec::new(cell, 18, 1, 17), 1, false);
            gradients(&RecurrentSpec { steps: 2, inputs: 1, hidden: 1, ..plain }, 18, true);
        }
    }

    fn forward<T: Real>(
        spec: &RecurrentSpec,
        samples: usize,
        mode: Mode,
        parameters: &[T],
        x: &[T],
    ) -> Vec<T> {
        let mut y = vec![T::nan(); samples * spec.output_each()];
        let saved = if mode == Mode::Predict { 0 } else { samples * spec.saved_each() };
        spec.forward(Forward {
            samples,
            mode,
            parameters,
            inputs: &[x],
            outputs: &mut [&mut y],
            saved: &mut vec![T::nan(); saved],
            scratch: &mut vec![T::nan(); spec.forward_scratch(samples)],
        });
        y
    }

    #[test]
    fn prediction_gives_what_training_does() {
        for cell in CELLS {
            for (layers, bidirectional) in [(1, false), (1, true), (2, false), (2, true), (4, true)] {
                for samples in [1, 5, 18] {
                    let plain = RecurrentSpec::new(cell, 19, 3, 7);
                    let spec = RecurrentSpec { layers, bidirectional, ..plain };
                    let x: Vec<f32> = spread(samples * 19 * 3, 2).iter().map(|&x| x as f32).collect();
                    let weights: Vec<f32> =
                        spread(spec.parameters(), 3).iter().map(|&w| 0.3 * w as f32).collect();
                    for isa in Isa::available() {
                        with_isa(isa, || {
                            let predicted = forward(&spec, samples, Mode::Predict, &weights, &x);
                            let trained = forward(&spec, samples, Mode::Train(NOISE), &weights, &x);
                            let last = RecurrentSpec { last: true, ..spec };
                            let lasts = forward(&last, samples, Mode::Predict, &weights, &x);
                            for (i, (p, t)) in predicted.iter().zip(&trained).enumerate() {
                                assert!((p - t).abs() < 1e-5, "{spec:?} {isa:?} {samples} {i}: {p} {t}");
                            }
                            let width = spec.width();
                            for (y, last) in predicted.chunks(19 * width).zip(lasts.chunks(width)) {
                                for (a, b) in y[18 * width..].iter().zip(last) {
                                    assert!((a - b).abs() < 1e-6, "{spec:?} {isa:?} {samples}: {a} {b}");
                                }
                            }
                        });
                    }
                }
            }
        }
    }

    #[test]
    fn dropout_acts_between_layers_in_training_alone() {
        let spec = RecurrentSpec { layers: 2, ..RecurrentSpec::new(Cell::Gru, 6, 2, 5) };
        let dropped = RecurrentSpec { dropout: 0.5, ..spec };
        let x = spread(3 * 12, 4);
        let weights = spread(spec.parameters(), 5);
        let train = Mode::Train(NOISE);
        let plain = forward(&spec, 3, Mode::Predict, &weights, &x);
        assert_eq!(plain, forward(&dropped, 3, Mode::Predict, &weights, &x));
        let noisy = forward(&dropped, 3, train, &weights, &x);
        assert_ne!(plain, noisy);
        assert_eq!(noisy, forward(&dropped, 3, train, &weights, &x));
        // A sample's mask depends on its place alone.
        let tail = Mode::Train(Noise { first: NOISE.first + 1, ..NOISE });
        let two = forward(&dropped, 2, tail, &weights, &x[12..]);
        for (a, b) in noisy[30..].iter().zip(two) {
            assert!((a - b).abs() < 1e-12);
        }
    }
}
