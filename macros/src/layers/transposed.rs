//! What the transposed convolutions share, over one axis or two.

use super::convolution::{OUTPUT_CHANNELS, OUTPUT_FEATURES, check_groups, weight_and_bias, weight_shape};
use super::init::Scheme;
use super::mismatch::{Mismatch, Proposal};
use super::window::tuple;
use super::{Arguments, Parameter};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};

/// A kernel of weights that every input leaves a multiple of, over `N` axes.
#[derive(Clone, Debug)]
pub struct Transposed<const N: usize> {
    pub outputs: Dim,
    pub kernel: [Dim; N],
    pub stride: [Dim; N],
    pub padding: [Dim; N],
    pub output_padding: [Dim; N],
    pub dilation: [Dim; N],
    pub groups: Dim,
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
            stride: arguments.sizes_or("stride", "a stride", [Dim::ONE; N], 1, errors),
            padding: arguments.sizes_or("padding", "the padding", [Dim::ZERO; N], 0, errors),
            output_padding: arguments.sizes_or(
                "output_padding",
                "the output padding",
                [Dim::ZERO; N],
                0,
                errors,
            ),
            dilation: arguments.sizes_or("dilation", "a dilation", [Dim::ONE; N], 1, errors),
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

    pub fn check(&self, channels: Dim) -> Result<(), Mismatch> {
        check_groups(self.groups, channels, self.outputs, if N == 1 { "features" } else { "channels" })
    }

    /// The sizes that come out, of the axes of the input that begin with `first`, or why nothing is left.
    pub fn sizes(&self, shape: &Shape, first: usize) -> Result<[Dim; N], Mismatch> {
        let mut sizes = [Dim::ZERO; N];
        for (axis, size) in sizes.iter_mut().enumerate() {
            let input = shape.0[first + axis];
            let [kernel, stride, padding, added, dilation] =
                [self.kernel, self.stride, self.padding, self.output_padding, self.dilation].map(|a| a[axis]);
            let length = (input - 1) * stride - 2 * padding + dilation * (kernel - 1) + added + 1;
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
            *size = length;
        }
        Ok(sizes)
    }

    pub fn arguments(&self) -> String {
        let mut text = format!("{}, kernel: {}", self.outputs, tuple(self.kernel));
        if self.stride != [Dim::ONE; N] {
            text += &format!(", stride: {}", tuple(self.stride));
        }
        if self.padding != [Dim::ZERO; N] {
            text += &format!(", padding: {}", tuple(self.padding));
        }
        if self.output_padding != [Dim::ZERO; N] {
            text += &format!(", output_padding: {}", tuple(self.output_padding));
        }
        if self.dilation != [Dim::ONE; N] {
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
    pub fn parameters(&self, channels: Dim) -> Vec<Parameter> {
        let per_group = self.outputs / self.groups;
        let area = self.kernel.iter().product::<Dim>();
        let fans = [per_group * area, channels * area];
        let weight = weight_shape(self.kernel, core::array::from_fn(|axis| axis), [per_group, channels]);
        weight_and_bias(weight, fans, self.bias.then_some(self.outputs), self.init)
    }

    pub fn multiply_adds(&self, channels: Dim, input: [Dim; N]) -> Dim {
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
            let most: [Dim; N] = core::array::from_fn(|axis| output_padding[axis].min(stride[axis] - 1));
            let error = arguments.suggest(error, "output_padding", &tuple(most));
            errors.push(arguments.left_out(error, "output_padding"));
        }
    }
}
