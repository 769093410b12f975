//! What convolutions and poolings share: sequences, images and volumes, and windows that slide over them.

use super::mismatch::{Mismatch, Proposal};
use crate::shape::{Dim, Shape, counted};
use proc_macro2::TokenStream;
use quote::quote;

/// The steps and features of a sequence, or why this is none.
pub fn sequence(shape: &Shape) -> Result<[Dim; 2], Mismatch> {
    match shape.0[..] {
        [t, f] => Ok([t, f]),
        [n] => Err(not(shape, "[time, features]").propose(Proposal::Input(vec![n, Dim::ONE]))),
        // An image has as many channels as there are colours, a batch most likely more samples.
        [n, t, f] if !n.known().is_some_and(|n| [1, 3, 4].contains(&n)) => {
            Err(not(shape, "[time, features]").propose(Proposal::Input(vec![t, f])))
        }
        _ => Err(not(shape, "[time, features]")),
    }
}

/// The channels, height and width of an image, or why this is none.
pub fn image(shape: &Shape) -> Result<[Dim; 3], Mismatch> {
    match shape.0[..] {
        [c, h, w] => Ok([c, h, w]),
        [_, _, _, _] => Err(Mismatch::new(format!(
            "{{input}} has 4 axes, `{shape}`, but {{kind}} takes 3, `[channels, height, width]`"
        ))
        .propose(Proposal::Input(shape.0[1..].to_vec()))),
        [h, w] => Err(not(shape, "[channels, height, width]").propose(Proposal::Input(vec![Dim::ONE, h, w]))),
        _ => Err(not(shape, "[channels, height, width]").propose(Proposal::Earlier)),
    }
}

/// The channels, depth, height and width of a volume, or why this is none.
pub fn volume(shape: &Shape) -> Result<[Dim; 4], Mismatch> {
    match shape.0[..] {
        [c, d, h, w] => Ok([c, d, h, w]),
        [_, _, _, _, _] => Err(Mismatch::new(format!(
            "{{input}} has 5 axes, `{shape}`, but {{kind}} takes 4, `[channels, depth, height, width]`"
        ))
        .propose(Proposal::Input(shape.0[1..].to_vec()))),
        [d, h, w] => Err(not(shape, "[channels, depth, height, width]")
            .propose(Proposal::Input(vec![Dim::ONE, d, h, w]))
            .propose(Proposal::Rename("Conv2d"))),
        _ => Err(not(shape, "[channels, depth, height, width]").propose(Proposal::Earlier)),
    }
}

fn not(shape: &Shape, wanted: &str) -> Mismatch {
    Mismatch::new(format!("{{title}} needs `{wanted}`, but {{input_is}} `{shape}`"))
}

/// A window that slides over `N` axes: along a sequence, over an image or through a volume.
#[derive(Clone, Copy, Debug)]
pub struct Window<const N: usize = 2> {
    pub kernel: [Dim; N],
    pub stride: [Dim; N],
    /// Before and after, for each axis.
    pub padding: [[Dim; 2]; N],
    pub dilation: [Dim; N],
    /// `kernel` for a convolution, `window` for a pooling.
    pub noun: &'static str,
}

impl Window<1> {
    /// The steps that come out, or why the window does not fit.
    pub fn slide(&self, shape: &Shape) -> Result<[Dim; 1], Mismatch> {
        let [time, _] = sequence(shape)?;
        self.places(shape, [time], 0)
    }
}

impl Window<2> {
    /// The size that comes out, or why the window does not fit.
    pub fn slide(&self, shape: &Shape) -> Result<[Dim; 2], Mismatch> {
        let [_, h, w] = image(shape)?;
        self.places(shape, [h, w], 1)
    }
}

impl Window<3> {
    /// The size that comes out, or why the window does not fit.
    pub fn slide(&self, shape: &Shape) -> Result<[Dim; 3], Mismatch> {
        let [_, d, h, w] = volume(shape)?;
        self.places(shape, [d, h, w], 1)
    }
}

impl<const N: usize> Window<N> {
    /// How often the window fits along each of the axes that begin with `first`.
    fn places(&self, shape: &Shape, size: [Dim; N], first: usize) -> Result<[Dim; N], Mismatch> {
        let mut result = [Dim::ZERO; N];
        for axis in 0..N {
            let padded = size[axis] + self.padding[axis][0] + self.padding[axis][1];
            let Some(room) = padded.checked_sub(self.extent(axis)) else {
                return Err(self.too_large(shape, size, first, axis));
            };
            result[axis] = room / self.stride[axis] + 1;
        }
        Ok(result)
    }

    /// How far the kernel reaches.
    fn extent(&self, axis: usize) -> Dim {
        self.dilation[axis] * (self.kernel[axis] - 1) + 1
    }

    fn too_large(&self, shape: &Shape, sizes: [Dim; N], first: usize, axis: usize) -> Mismatch {
        let size = sizes[axis];
        let reach = self.extent(axis);
        let padding = self.padding[axis][0];
        let axis_name = shape.axis_name(first + axis);
        let dilation = self.dilation[axis];
        let dilated = if dilation == 1 {
            String::new()
        } else {
            format!(" (it reaches over {reach}: {dilation} * ({} - 1) + 1)", self.kernel[axis])
        };
        let noun = self.noun;
        let line = match (N, noun) {
            (1, _) => {
                let steps = counted(size, "steps");
                format!("the {noun} of {{name}} covers {reach} steps, but {{input}} has {steps}")
            }
            (_, "window") => {
                format!(
                    "the {} window of {{name}} does not fit `{shape}` ({axis_name} {size})",
                    by(self.kernel)
                )
            }
            _ => format!("the {} kernel of {{name}} does not fit its {} input", by(self.kernel), by(sizes)),
        };
        let stride = self.stride[axis];
        let out = (size + 2 * padding - reach) / stride + 1;
        let mut mismatch = Mismatch::new(line)
            .note(format!("{axis_name}: ({size} + 2*{padding} - {reach}) / {stride} + 1 = {out}{dilated}"))
            .axis(first + axis)
            .trail();
        // `[features, time]` is what other frameworks want.
        if let &[time, features] = &shape.0[..]
            && time < features
        {
            mismatch = mismatch.propose(Proposal::Input(vec![features, time]));
        }
        // As much padding as keeps the size, else a kernel that fits; what is wrong further up goes behind that.
        let keeps: [Dim; N] = core::array::from_fn(|a| (self.extent(a) - 1) / 2);
        if self.noun == "kernel" && keeps != [Dim::ZERO; N] {
            mismatch = mismatch.propose(Proposal::Argument { name: "padding", value: tuple(keeps) });
        }
        let fits: [Dim; N] = core::array::from_fn(|a| {
            self.kernel[a].min((sizes[a] + 2 * self.padding[a][0]).saturating_sub(1) / self.dilation[a] + 1)
        });
        match self.noun {
            "kernel" => mismatch
                .propose(Proposal::KeepSize)
                .propose(Proposal::Argument { name: "kernel", value: tuple(fits) }),
            _ => mismatch.propose(Proposal::KeepSize).propose(Proposal::Main(tuple(fits))),
        }
    }
}

/// Sizes as a user writes them: `3` if all are equal, else `(3, 5)`.
pub fn tuple<const N: usize>(sizes: [Dim; N]) -> String {
    if sizes.iter().all(|&n| n == sizes[0]) {
        return sizes[0].to_string();
    }
    format!("({})", sizes.map(|n| n.to_string()).join(", "))
}

/// `3x5`
fn by<const N: usize>(sizes: [Dim; N]) -> String {
    sizes.map(|n| n.to_string()).join("x")
}

/// A count without a type, so that it fits wherever it stands.
pub fn number(n: impl Into<Dim>) -> TokenStream {
    crate::emit::number(n)
}

/// `[3, 5]`
pub fn array<const N: usize>(sizes: [Dim; N]) -> TokenStream {
    let numbers = sizes.map(number);
    quote!([#(#numbers),*])
}
