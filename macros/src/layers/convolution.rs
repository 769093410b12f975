//! What the convolutions share, over one axis, two or three.

use super::arguments::Padding;
use super::init::Scheme;
use super::mismatch::{Mismatch, Proposal};
use super::window::{Window, tuple};
use super::{Arguments, Parameter, Role};
use crate::errors::Errors;
use crate::shape::Dim;

/// A kernel of weights that slides over `N` axes.
#[derive(Clone, Debug)]
pub struct Convolution<const N: usize> {
    pub outputs: Dim,
    pub kernel: [Dim; N],
    pub stride: [Dim; N],
    pub padding: Padding<N>,
    pub dilation: [Dim; N],
    pub groups: Dim,
    pub bias: bool,
    pub init: Scheme,
}

impl<const N: usize> Convolution<N> {
    pub fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        let named = ["kernel", "stride", "padding", "dilation", "groups", "bias", "init"];
        arguments.accept(Some("outputs"), &named, errors);
        let outputs = if N == 1 { OUTPUT_FEATURES } else { OUTPUT_CHANNELS };
        let convolution = Convolution {
            outputs: arguments.count("outputs", outputs, "32", errors),
            kernel: arguments.sizes("kernel", "a kernel", "3", errors),
            stride: arguments.sizes_or("stride", "a stride", [Dim::ONE; N], 1, errors),
            padding: arguments.padding_of(true, errors),
            dilation: arguments.sizes_or("dilation", "a dilation", [Dim::ONE; N], 1, errors),
            groups: arguments.count_or("groups", "the number of groups", 1, errors),
            bias: arguments.flag_or("bias", true, errors),
            init: Scheme::read(arguments, errors),
        };
        arguments.finish(convolution)
    }

    pub fn window(&self) -> Window<N> {
        let padding = match self.padding {
            Padding::Each(each) => each.map(|p| [p, p]),
            // An odd total goes after, as PyTorch has it.
            Padding::Same => self.same().map(|total| [total / 2, total - total / 2]),
            Padding::Causal => self.same().map(|total| [total, Dim::ZERO]),
        };
        Window { kernel: self.kernel, stride: self.stride, padding, dilation: self.dilation, noun: "kernel" }
    }

    /// What `same` adds on both sides together.
    fn same(&self) -> [Dim; N] {
        core::array::from_fn(|axis| self.dilation[axis] * (self.kernel[axis] - 1))
    }

    /// What does not depend on the size of the input: groups, and the padding that keeps it.
    pub fn check(&self, channels: Dim) -> Result<(), Mismatch> {
        check_groups(self.groups, channels, self.outputs, if N == 1 { "features" } else { "channels" })?;
        if self.padding != Padding::Same || self.stride == [Dim::ONE; N] {
            return Ok(());
        }
        let total = self.same();
        let mismatch = Mismatch::new(format!(
            "`padding: same` keeps the size and needs `stride: 1`, but {{name}} has `stride: {}`",
            tuple(self.stride)
        ))
        .at("padding");
        // Half of what `same` adds on both sides gives size / stride, rounded up for odd kernels.
        Err(mismatch.propose(Proposal::Argument { name: "padding", value: tuple(total.map(|t| t / 2)) }))
    }

    pub fn arguments(&self) -> String {
        let mut text = format!("{}, kernel: {}", self.outputs, tuple(self.kernel));
        if self.stride != [Dim::ONE; N] {
            text += &format!(", stride: {}", tuple(self.stride));
        }
        match self.padding {
            Padding::Each(padding) if padding == [Dim::ZERO; N] => {}
            Padding::Each(padding) => text += &format!(", padding: {}", tuple(padding)),
            Padding::Same => text += ", padding: same",
            Padding::Causal => text += ", padding: causal",
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

    /// Weight and bias. `order` are the kernel's axes in the order in which they lie in memory, the outermost first;
    /// what comes in and what goes out are innermost.
    pub fn parameters(&self, channels: Dim, order: [usize; N]) -> Vec<Parameter> {
        let per_group = channels / self.groups;
        let area = self.kernel.iter().product::<Dim>();
        let fans = [per_group * area, self.outputs * area];
        let weight = weight_shape(self.kernel, order, [per_group, self.outputs]);
        weight_and_bias(weight, fans, self.bias.then_some(self.outputs), self.init)
    }

    pub fn multiply_adds(&self, channels: Dim, output: [Dim; N]) -> Dim {
        let factors = [&output[..], &self.kernel[..], &[self.outputs, channels / self.groups]].concat();
        super::multiply(&factors)
    }
}

pub const OUTPUT_FEATURES: &str = "the number of features that come out";
pub const OUTPUT_CHANNELS: &str = "the number of channels that come out";

/// The shape of a weight in memory, and its axes in files, where they are `[outer, inner, …kernel]`.
pub fn weight_shape<const N: usize>(
    kernel: [Dim; N],
    order: [usize; N],
    [inner, outer]: [Dim; 2],
) -> (Vec<Dim>, Vec<usize>) {
    let shape = order.iter().map(|&axis| kernel[axis]).chain([inner, outer]).collect();
    let place = |axis| order.iter().position(|&o| o == axis).unwrap_or(axis);
    (shape, [N + 1, N].into_iter().chain((0..N).map(place)).collect())
}

pub fn weight_and_bias(
    (memory_shape, axes): (Vec<Dim>, Vec<usize>),
    [fan_in, fan_out]: [Dim; 2],
    bias: Option<Dim>,
    init: Scheme,
) -> Vec<Parameter> {
    let learned =
        |name, memory_shape, axes, init| Parameter { name, memory_shape, axes, role: Role::Learned, init };
    let weight = learned("weight", memory_shape, axes, init.weight(fan_in, fan_out));
    let bias = bias.map(|n| learned("bias", vec![n], vec![0], init.bias(fan_in)));
    [weight].into_iter().chain(bias).collect()
}

/// Groups must divide the channels on both sides: not `Conv2d(60, kernel: 3, groups: 8)`.
pub fn check_groups(groups: Dim, channels: Dim, outputs: Dim, noun: &str) -> Result<(), Mismatch> {
    let (count, side) = if !channels.is_multiple_of(groups) {
        (channels, "input")
    } else if !outputs.is_multiple_of(groups) {
        (outputs, "output")
    } else {
        return Ok(());
    };
    let mut mismatch =
        Mismatch::new(format!("`groups: {groups}` does not divide the {count} {side} {noun} of {{name}}"))
            .at("groups");
    let (below, above) = (count / groups * groups, (count / groups + 1) * groups);
    mismatch = if side == "input" {
        let axis = if noun == "features" { 1 } else { 0 };
        let nearest = match below == 0 {
            true => format!("the nearest multiple of {groups} is {above}"),
            false => format!("the nearest multiples of {groups} are {below} and {above}"),
        };
        mismatch.axis(axis).note(nearest)
    } else {
        let mismatch = mismatch.propose(Proposal::Main(above.to_string()));
        if below > 0 { mismatch.propose(Proposal::Main(below.to_string())) } else { mismatch }
    };
    let most = channels.min(outputs).known().unwrap_or(0);
    let fitting: Vec<usize> =
        (1..=most).take(4096).filter(|&g| channels.is_multiple_of(g) && outputs.is_multiple_of(g)).collect();
    if let Some(nearest) =
        fitting.iter().copied().min_by_key(|g| groups.known().map(|groups| g.abs_diff(groups)))
    {
        let shown: Vec<_> = fitting.iter().take(8).map(ToString::to_string).collect();
        mismatch = mismatch
            .note(format!("with {channels} {noun} in and {outputs} out groups may be {}", shown.join(", ")))
            .propose(Proposal::Argument { name: "groups", value: nearest.to_string() });
    }
    Err(mismatch)
}
