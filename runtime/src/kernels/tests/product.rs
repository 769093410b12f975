//! Products and convolutions against plain loops in `f64`, on every instruction set that the machine has.

use super::{Draw, assert_close, numbers, wide};
use crate::Real;
use crate::kernels::isa::{Isa, with_isa};
use crate::layers::conv2d::Conv2dSpec;
use crate::layers::dense::DenseSpec;
use crate::layers::{Backward, Forward, Layer, Mode};
use crate::noise::Noise;

/// What a layer makes of parameters, input and output gradient: output, input gradient, parameter gradients.
struct Results<T> {
    y: Vec<T>,
    dx: Vec<T>,
    dw: Vec<T>,
}

/// Runs a layer with rooms that hold nothing but NaN, so that whatever is read unwritten shows.
fn run<T: Real>(
    layer: &impl Layer<T>,
    samples: usize,
    outputs: usize,
    [forward, backward]: [usize; 2],
    [w, x, dy]: [&[T]; 3],
) -> Results<T> {
    let nan = |len| vec![T::nan(); len];
    let (mut y, mut dx, mut dw) = (nan(outputs), nan(x.len()), nan(w.len()));
    layer.forward(Forward {
        samples,
        mode: Mode::Predict,
        parameters: w,
        inputs: &[x],
        outputs: &mut [&mut y],
        saved: &mut [],
        scratch: &mut nan(forward),
    });
    layer.backward(Backward {
        samples,
        noise: Noise::default(),
        parameters: w,
        inputs: &[x],
        outputs: &[&[]],
        saved: &mut [],
        output_gradients: &[dy],
        input_gradients: &mut [&mut dx],
        parameter_gradients: &mut dw,
        scratch: &mut nan(backward),
    });
    Results { y, dx, dw }
}

fn check_dense<T: Real>(samples: usize, spec: DenseSpec) {
    let (n, k, o) = (samples * spec.rows, spec.inputs, spec.outputs);
    let biases = if spec.bias { o } else { 0 };
    let (w, x, dy) = (numbers::<T>(k * o + biases, 1), numbers::<T>(n * k, 2), numbers::<T>(n * o, 3));
    let (ww, wx, wdy) = (wide(&w), wide(&x), wide(&dy));
    let (mut want_y, mut want_dx, mut want_dw) = (vec![0.0; n * o], vec![0.0; n * k], vec![0.0; w.len()]);
    for s in 0..n {
        for j in 0..o {
            let d = wdy[s * o + j];
            let y = &mut want_y[s * o + j];
            for i in 0..k {
                *y += wx[s * k + i] * ww[i * o + j];
                want_dx[s * k + i] += d * ww[i * o + j];
                want_dw[i * o + j] += d * wx[s * k + i];
            }
            if spec.bias {
                *y += ww[k * o + j];
                want_dw[k * o + j] += d;
            }
        }
    }
    let rooms = [spec.forward_scratch(samples), spec.backward_scratch(samples)];
    for isa in Isa::available() {
        let what = format!("{isa:?} {} {samples} {spec:?}", T::NAME);
        let got = with_isa(isa, || run(&spec, samples, n * o, rooms, [&w, &x, &dy]));
        assert_close(&got.y, &want_y, k, &what);
        assert_close(&got.dx, &want_dx, o, &what);
        assert_close(&got.dw, &want_dw, n, &what);
    }
}

#[test]
fn products_of_all_small_sizes_are_right() {
    for samples in 0..=11 {
        for inputs in 0..=11 {
            for outputs in 0..=11 {
                let bias = (samples + inputs + outputs) % 2 == 0;
                check_dense::<f32>(samples, DenseSpec { rows: 1, inputs, outputs, bias });
                check_dense::<f64>(samples, DenseSpec { rows: 1, inputs, outputs, bias });
            }
        }
    }
}

#[test]
fn products_of_odd_sizes_are_right() {
    let sizes =
        [(17, 17, 17), (63, 65, 67), (1, 65, 131), (1, 37, 17), (1, 40, 47), (3, 5, 97), (33, 300, 130)];
    // The last ones are so large that a single row lets them stream by.
    let large = [(1, 523, 150), (1, 256, 256), (1, 5, 20_000)];
    let sizes = sizes.into_iter().chain(large);
    for (samples, inputs, outputs) in sizes.chain((1..150).step_by(7).map(|o| (1, 9, o))) {
        for bias in [true, false] {
            check_dense::<f32>(samples, DenseSpec { rows: 1, inputs, outputs, bias });
            check_dense::<f64>(samples, DenseSpec { rows: 3, inputs, outputs, bias });
        }
    }
}

fn check_conv2d<T: Real>(n: usize, spec: Conv2dSpec) {
    let Conv2dSpec {
        channels: c,
        height: h,
        width: w,
        outputs: o,
        kernel,
        stride,
        padding,
        dilation,
        groups,
        bias,
    } = spec;
    let [ho, wo] = spec.output_size();
    let (cg, og) = (c / groups, o / groups);
    let weights = kernel[0] * kernel[1] * cg * o;
    let parameters = numbers::<T>(weights + if bias { o } else { 0 }, 1);
    let (x, dy) = (numbers::<T>(n * h * w * c, 2), numbers::<T>(n * ho * wo * o, 3));
    let (wp, wx, wdy) = (wide(&parameters), wide(&x), wide(&dy));
    let (mut y, mut dx, mut dw) = (vec![0.0; dy.len()], vec![0.0; x.len()], vec![0.0; parameters.len()]);
    for (s, p, q, out) in (0..n).flat_map(|s| {
        (0..ho).flat_map(move |p| (0..wo).flat_map(move |q| (0..o).map(move |out| (s, p, q, out))))
    }) {
        let at = ((s * ho + p) * wo + q) * o + out;
        if bias {
            y[at] += wp[weights + out];
            dw[weights + out] += wdy[at];
        }
        for (i, j) in (0..kernel[0]).flat_map(|i| (0..kernel[1]).map(move |j| (i, j))) {
            let row = (p * stride[0] + i * dilation[0]).checked_sub(padding[0][0]).filter(|&r| r < h);
            let column = (q * stride[1] + j * dilation[1]).checked_sub(padding[1][0]).filter(|&c| c < w);
            let (Some(row), Some(column)) = (row, column) else { continue };
            for channel in 0..cg {
                let from = ((s * h + row) * w + column) * c + out / og * cg + channel;
                let by = ((i * kernel[1] + j) * cg + channel) * o + out;
                y[at] += wx[from] * wp[by];
                dx[from] += wdy[at] * wp[by];
                dw[by] += wdy[at] * wx[from];
            }
        }
    }
    let rooms = [spec.forward_scratch(n), spec.backward_scratch(n)];
    for isa in Isa::available() {
        let what = format!("{isa:?} {} {n} {spec:?}", T::NAME);
        let got = with_isa(isa, || run(&spec, n, dy.len(), rooms, [&parameters, &x, &dy]));
        assert_close(&got.y, &y, kernel[0] * kernel[1] * cg, &what);
        assert_close(&got.dx, &dx, kernel[0] * kernel[1] * og, &what);
        assert_close(&got.dw, &dw, n * ho * wo, &what);
    }
}

#[test]
fn convolutions_of_many_kinds_are_right() {
    let mut draw = Draw(0x1234_5678_9ABC_DEF1);
    for round in 0..240 {
        let groups = [1, 1, 1, 2, 3][draw.below(5)];
        let depthwise = draw.below(6) == 0;
        let (cg, og) =
            if depthwise { (1, 1 + draw.below(2)) } else { (1 + draw.below(5), 1 + draw.below(20)) };
        let groups = if depthwise { 1 + draw.below(20) } else { groups };
        let mut pair = |n: usize, least: usize| [least + draw.below(n), least + draw.below(n)];
        let spec = Conv2dSpec {
            channels: cg * groups,
            kernel: pair(4, 1),
            stride: if round % 2 == 0 { [1, 1] } else { pair(3, 1) },
            padding: if round % 3 == 0 { [[0, 0], [0, 0]] } else { [pair(4, 0), pair(4, 0)] },
            dilation: if round % 4 == 0 { pair(3, 1) } else { [1, 1] },
            height: pair(9, 1)[0],
            width: pair(9, 1)[1],
            outputs: og * groups,
            groups,
            bias: round % 5 != 0,
        };
        let n = draw.below(4) + if round % 20 == 0 { 9 } else { 0 };
        check_conv2d::<f32>(n, spec);
        check_conv2d::<f64>(n, spec);
    }
}

const PLAIN: Conv2dSpec = Conv2dSpec {
    channels: 1,
    height: 6,
    width: 5,
    outputs: 1,
    kernel: [3, 3],
    stride: [1, 1],
    padding: [[0, 0], [0, 0]],
    dilation: [1, 1],
    groups: 1,
    bias: true,
};

#[test]
fn convolutions_of_every_width_are_right() {
    // Tiles of every number of pixels, and of every number of outputs that a vector holds.
    for width in 1..=36 {
        let outputs = 1 + width * 7 % 16;
        let padding = [[1, 1], [1, width % 2]];
        let spec = Conv2dSpec { channels: 1 + width % 5, width: width + 2, outputs, padding, ..PLAIN };
        check_conv2d::<f32>(2, spec);
        check_conv2d::<f64>(1, Conv2dSpec { channels: spec.outputs, outputs: spec.channels, ..spec });
    }
}

#[test]
fn convolutions_with_many_channels_are_right() {
    // Several panels of columns, forward and backward; and weights so large that tasks own a part of them.
    check_conv2d::<f32>(3, Conv2dSpec { channels: 67, outputs: 131, ..PLAIN });
    check_conv2d::<f64>(2, Conv2dSpec { channels: 35, outputs: 70, stride: [2, 3], ..PLAIN });
    let large = Conv2dSpec { channels: 130, outputs: 120, padding: [[1, 1], [1, 1]], ..PLAIN };
    check_conv2d::<f32>(2, large);
    check_conv2d::<f32>(1, Conv2dSpec { padding: [[0, 0], [0, 0]], ..large });
}

#[test]
fn the_threads_do_not_change_a_bit() {
    fn bits(results: Results<f32>) -> Vec<u32> {
        [results.y, results.dx, results.dw].concat().into_iter().map(f32::to_bits).collect()
    }
    let dense = DenseSpec { rows: 1, inputs: 300, outputs: 257, bias: true };
    let small =
        Conv2dSpec { channels: 16, outputs: 32, height: 30, width: 30, padding: [[1, 1], [1, 1]], ..PLAIN };
    let large = Conv2dSpec { channels: 130, outputs: 120, ..PLAIN };
    let pass = |threads| {
        crate::kernels::parallel::set_threads(threads);
        let conv2d = |spec: Conv2dSpec, n: usize| {
            let [h, w] = spec.output_size();
            let outputs = n * h * w * spec.outputs;
            let inputs = n * spec.height * spec.width * spec.channels;
            let parameters = 9 * spec.channels * spec.outputs + spec.outputs;
            let rooms = [spec.forward_scratch(n), spec.backward_scratch(n)];
            let [p, x, dy] = [(parameters, 1), (inputs, 2), (outputs, 3)].map(|(n, s)| numbers::<f32>(n, s));
            bits(run(&spec, n, outputs, rooms, [&p, &x, &dy]))
        };
        let rooms = [dense.forward_scratch(130), dense.backward_scratch(130)];
        let [p, x, dy] = [(301 * 257, 1), (130 * 300, 2), (130 * 257, 3)].map(|(n, s)| numbers::<f32>(n, s));
        [
            bits(run(&dense, 130, dy.len(), rooms, [&p, &x, &dy])),
            conv2d(small, 11),
            conv2d(small, 1),
            conv2d(large, 3),
        ]
    };
    let one = pass(1);
    assert!(one == pass(2) && one == pass(3));
}
