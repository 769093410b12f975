//! What the transposed convolutions share, over one axis or two.

use super::convolution::{OUTPUT_CHANNELS, OUTPUT_FEATURES, check_groups, weight_and_bias, weight_shape};
use super::init::Scheme;
use super::mismatch::{Mismatch, Proposal};
use super::window::tuple;
use super::{Arguments, Parameter};
use crate::errors::Errors;
use crate::shape::Shape;

/// A kernel of weights that every input leaves a multiple of, over `N` axes.
#[derive(Clone, Debug)]
pub struct Transposed<const N: usize> {
    pub outputs: usize,
    pub kernel: [usize; N],
    pub stride: [usize; N],
    pub padding: [usize; N],
    pub output_padding: [usize; N],
    pub dilation: [usize; N],
    pub groups: usize,
    pub bias: bool,
    init: Scheme,
}

impl<const N: usize> Transposed<N> {
    pub fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        let named = ["kernel", "stride", "padding", "output_padding", "dilation", "groups", "bias", "init"];
        arguments.accept(Some("outputs"), &named, errors);
        let outputs = if N == 1 { OUTPUT_FEATURES } else { OUTPUT_CHANNELS };
        let transposed = Transposed {
            outputs: arguments.count("outputs", outputs, "32", errors),
            kernel: arguments.sizes("kernel", "a kernel", "3", errors),
            stride: arguments.sizes_or("stride", "a stride", [1; N], 1, errors),
            padding: arguments.sizes_or("padding", "the padding", [0; N], 0, errors),
            output_padding: arguments.sizes_or("output_padding", "the output padding", [0; N], 0, errors),
            dilation: arguments.sizes_or("dilation", "a dilation", [1; N], 1, errors),
            groups: arguments.count_or("groups", "the number of groups", 1, errors),
            bias: arguments.flag_or("bias", true, errors),
            init: Scheme::read(arguments, errors),
        };
        // After a stride that could not be read nobody knows what is below it.
        if arguments.is_good() {
            check_output_padding(&transposed, arguments, errors);
        }
        arguments.finish(transposed)
    }

    pub fn check(&self, channels: usize) -> Result<(), Mismatch> {
        check_groups(self.groups, channels, self.outputs, if N == 1 { "features" } else { "channels" })
    }

    /// The sizes that come out, of the axes of the input that begin with `first`, or why nothing is left.
    pub fn sizes(&self, shape: &Shape, first: usize) -> Result<[usize; N], Mismatch> {
        let mut sizes = [0; N];
        for (axis, size) in sizes.iter_mut().enumerate() {
            let input = shape.0[first + axis];
            let [kernel, stride, padding, added, dilation] =
                [self.kernel, self.stride, self.padding, self.output_padding, self.dilation].map(|a| a[axis]);
            let wide = |n: usize| n as i128;
            let length = (wide(input) - 1) * wide(stride) - 2 * wide(padding)
                + wide(dilation) * (wide(kernel) - 1)
                + wide(added)
                + 1;
            if length < 1 {
                let name = shape.axis_name(first + axis);
                return Err(Mismatch::new(format!(
                    "`padding: {}` of {{name}} cuts off all that comes out of `{shape}`",
                    tuple(self.padding)
                ))
                .at("padding")
                .note(format!(
                    "{name}: ({input} - 1) * {stride} - 2*{padding} + {dilation} * ({kernel} - 1) + {added} + 1 = {length}"
                ))
                .axis(first + axis)
                .trail()
                .propose(Proposal::Argument { name: "padding", value: "0".into() }));
            }
            // What no memory can hold is refused as a shape.
            *size = usize::try_from(length).unwrap_or(usize::MAX);
        }
        Ok(sizes)
    }

    pub fn arguments(&self) -> String {
        let mut text = format!("{}, kernel: {}", self.outputs, tuple(self.kernel));
        if self.stride != [1; N] {
            text += &format!(", stride: {}", tuple(self.stride));
        }
        if self.padding != [0; N] {
            text += &format!(", padding: {}", tuple(self.padding));
        }
        if self.output_padding != [0; N] {
            text += &format!(", output_padding: {}", tuple(self.output_padding));
        }
        if self.dilation != [1; N] {
            text += &format!(", dilation: {}", tuple(self.dilation));
        }
        if self.groups != 1 {
            text += &format!(", groups: {}", self.groups);
        }
        if !self.bias {
            text += ", bias: false";
        }
        text
    }

    /// Weight and bias, the kernel's axes in their own order. As in PyTorch, the draw takes the outputs of a group for
    /// what flows into one unit: they are the second axis of the weight.
    pub fn parameters(&self, channels: usize) -> Vec<Parameter> {
        let per_group = self.outputs / self.groups;
        // This is asked before anybody knows whether the weight fits into memory.
        let area = self.kernel.iter().fold(1usize, |all, &k| all.saturating_mul(k));
        let fans = [per_group.saturating_mul(area), channels.saturating_mul(area)];
        let weight = weight_shape(self.kernel, core::array::from_fn(|axis| axis), [per_group, channels]);
        weight_and_bias(weight, fans, self.bias.then_some(self.outputs), self.init)
    }

    pub fn multiply_adds(&self, channels: usize, input: [usize; N]) -> u64 {
        let factors = [&input[..], &self.kernel[..], &[channels, self.outputs / self.groups]].concat();
        super::multiply(&factors)
    }
}

/// It chooses among the sizes that the stride makes one, so it is below the stride: not
/// `ConvTranspose2d(8, kernel: 3, output_padding: 1)`.
fn check_output_padding<const N: usize>(
    transposed: &Transposed<N>,
    arguments: &mut Arguments,
    errors: &mut Errors,
) {
    let Transposed { stride, output_padding, .. } = transposed;
    if (0..N).any(|axis| output_padding[axis] >= stride[axis]) {
        let why = format!(
            "must be below `stride: {}`: it only chooses among sizes a stride makes ambiguous",
            tuple(*stride)
        );
        if let Some(error) = arguments.refusal("output_padding", &why) {
            let most: [usize; N] = core::array::from_fn(|axis| output_padding[axis].min(stride[axis] - 1));
            errors.push(arguments.suggest(error, "output_padding", &tuple(most)));
        }
    }
}
