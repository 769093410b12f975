//! What the layers over sequences, images and volumes tell the planner and the writer.

use super::layers::{only, sizes, spec, traits, width};
use crate::layers::{Layout, Traits};
use quote::quote;

macro_rules! assert_spec {
    ($input:literal, $layer:literal, $($tokens:tt)*) => {
        assert_eq!(spec($input, $layer), quote!($($tokens)*).to_string());
    };
}

#[test]
fn specs() {
    assert_spec!(
        "[9, 4]",
        "Conv1d(6, kernel: 4, padding: same, dilation: 3, groups: 2)",
        conv2d::Conv2dSpec {
            channels: 4,
            height: 1,
            width: 9,
            outputs: 6,
            kernel: [1, 4],
            stride: [1, 1],
            padding: [[0, 0], [4, 5]],
            dilation: [1, 3],
            groups: 2,
            bias: true
        }
    );
    assert_spec!(
        "[9, 4]",
        "MaxPool1d(3, stride: 2, padding: 1)",
        max_pool2d::MaxPool2dSpec {
            channels: 4,
            height: 1,
            width: 9,
            kernel: [1, 3],
            stride: [1, 2],
            padding: [0, 1],
            dilation: [1, 1],
            relu: false
        }
    );
    assert_spec!(
        "[4, 9, 8]",
        "GlobalMaxPool2d",
        max_pool2d::MaxPool2dSpec {
            channels: 4,
            height: 9,
            width: 8,
            kernel: [9, 8],
            stride: [9, 8],
            padding: [0, 0],
            dilation: [1, 1],
            relu: false
        }
    );
    assert_spec!(
        "[4, 9, 8]",
        "ZeroPad2d((1, 2, 3, 0))",
        zero_pad2d::ZeroPad2dSpec { channels: 4, height: 9, width: 8, padding: [[3, 0], [1, 2]] }
    );
    assert_spec!(
        "[4, 9, 8]",
        "Upsample((2, 3), mode: bilinear)",
        upsample::UpsampleSpec {
            channels: 4,
            height: 9,
            width: 8,
            output: [18, 24],
            mode: upsample::Interpolation::Bilinear { align_corners: false }
        }
    );
    assert_spec!(
        "[2, 5, 7, 3]",
        "Conv3d(3, kernel: (2, 3, 3), stride: (1, 2, 1), padding: (0, 1, 1))",
        conv3d::Conv3dSpec {
            channels: 2,
            depth: 5,
            height: 7,
            width: 3,
            outputs: 3,
            kernel: [2, 3, 3],
            stride: [1, 2, 1],
            padding: [[0, 0], [1, 1], [1, 1]],
            dilation: [1, 1, 1],
            groups: 1,
            bias: true
        }
    );
}

#[test]
fn parameters() {
    let weight = |input, layer| {
        let (node, inputs) = only(input, layer);
        let layer = node.layer.unwrap_or_else(|| panic!("{layer} cannot be read"));
        let parameter = layer.parameters(&inputs).remove(0);
        (
            sizes(&parameter.memory_shape),
            parameter.axes,
            width(parameter.init),
            layer.multiply_adds(&inputs).known(),
        )
    };
    let bound = |fan: f64| ("uniform", 1.0 / fan.sqrt());
    assert_eq!(
        weight("[9, 4]", "Conv1d(6, kernel: 5, groups: 2)"),
        (vec![5, 2, 6], vec![2, 1, 0], bound(10.0), Some(5 * 6 * 5 * 2))
    );
    assert_eq!(
        weight("[2, 5, 7, 3]", "Conv3d(6, kernel: (4, 3, 2))"),
        (vec![3, 2, 4, 2, 6], vec![4, 3, 2, 0, 1], bound(48.0), Some(2 * 5 * 2 * 6 * 24 * 2))
    );
    // PyTorch's draw looks at the second axis of the weight, which is the outputs of a group.
    assert_eq!(
        weight("[4, 3, 5]", "ConvTranspose2d(6, kernel: (3, 2), groups: 2)"),
        (vec![3, 2, 3, 4], vec![3, 2, 0, 1], bound(18.0), Some(3 * 5 * 4 * 3 * 6))
    );
    assert_eq!(
        weight("[5, 4]", "ConvTranspose1d(6, kernel: 3)"),
        (vec![3, 6, 4], vec![2, 1, 0], bound(18.0), Some(5 * 4 * 6 * 3))
    );
}

#[test]
fn what_the_planner_must_know() {
    // A sequence lies as its convolution wants it.
    assert_eq!(traits("[9, 4]", "Conv1d(6, kernel: 3)").layout, Layout::RowMajor);
    assert!(traits("[9, 4]", "Conv1d(6, kernel: 3)").reads_inputs);
    assert_eq!(traits("[9, 4]", "MaxPool1d(2)").saved_each, 16);
    assert_eq!(traits("[4, 9, 9]", "GlobalMaxPool2d").saved_each, 4);
    assert_eq!(traits("[9, 4]", "GlobalMaxPool1d").saved_each, 4);
    assert_eq!(traits("[4, 9, 9]", "AdaptiveMaxPool2d((3, 2))").saved_each, 24);
    assert_eq!(traits("[9, 4]", "AdaptiveMaxPool1d(3)").saved_each, 12);
    for layer in ["Upsample(2)", "PixelShuffle(2)", "ZeroPad2d(1)", "AdaptiveAvgPool2d(2)"] {
        assert_eq!(traits("[4, 9, 9]", layer), Traits::new(Layout::ChannelsLast), "{layer}");
    }
    assert_eq!(traits("[2, 5, 7, 3]", "Conv3d(3, kernel: 1)").layout, Layout::ChannelsLast);
}

/// What a node's text says gives the same layer again.
#[test]
fn texts_can_be_read_again() {
    let layers = [
        ("[9, 4]", "Conv1d(6, kernel: 2, stride: 2, padding: 1, dilation: 2, groups: 2, bias: false)"),
        ("[9, 4]", "Conv1d(6, kernel: 3, padding: same)"),
        ("[9, 4]", "MaxPool1d(3, stride: 2, padding: 1, dilation: 2)"),
        ("[9, 4]", "AvgPool1d(3, stride: 3, count_include_pad: false)"),
        ("[9, 4]", "GlobalAvgPool1d"),
        ("[9, 4]", "GlobalMaxPool1d"),
        ("[9, 4]", "AdaptiveAvgPool1d(4)"),
        ("[9, 4]", "AdaptiveMaxPool1d(4)"),
        ("[9, 4]", "ConvTranspose1d(2, kernel: 3, stride: 2, output_padding: 1)"),
        (
            "[4, 9, 9]",
            "ConvTranspose2d(2, kernel: 3, stride: (2, 3), padding: 1, output_padding: (1, 2), groups: 2, bias: false)",
        ),
        ("[4, 9, 9]", "ConvTranspose2d(2, kernel: 3, dilation: 2)"),
        ("[2, 5, 7, 3]", "Conv3d(3, kernel: (2, 3, 3), stride: 2, padding: (0, 1, 1), dilation: (1, 2, 1))"),
        ("[4, 9, 9]", "ZeroPad2d((1, 2))"),
        ("[4, 9, 9]", "ZeroPad2d((1, 2, 3, 4))"),
        ("[4, 9, 9]", "Upsample((1, 2), mode: bilinear, align_corners: true)"),
        ("[4, 9, 9]", "Upsample(size: (3, 4))"),
        ("[4, 9, 9]", "PixelShuffle(2)"),
        ("[4, 9, 9]", "AdaptiveAvgPool2d((3, 2))"),
        ("[4, 9, 9]", "AdaptiveMaxPool2d((3, 2))"),
        ("[4, 9, 9]", "GlobalMaxPool2d"),
    ];
    for (input, text) in layers {
        let (node, _) = only(input, text);
        assert_eq!(
            node.text.replace(' ', ""),
            text.replace(", stride: 3, count", ", count").replace(' ', "")
        );
        assert_eq!(spec(input, text), spec(input, &node.text));
    }
}
