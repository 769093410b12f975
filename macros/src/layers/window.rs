//! What convolutions and poolings share: images, and windows that slide over them.

use super::mismatch::{Mismatch, Proposal};
use crate::shape::Shape;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// The channels, height and width of an image, or why this is none.
pub fn image(shape: &Shape) -> Result<[usize; 3], Mismatch> {
    match shape.0[..] {
        [c, h, w] => Ok([c, h, w]),
        [_, _, _, _] => Err(Mismatch::new(format!(
            "{{input}} has 4 axes, `{shape}`, but {{kind}} takes 3, `[channels, height, width]`"
        ))
        .propose(Proposal::Input(shape.0[1..].to_vec()))),
        [h, w] => Err(not_an_image(shape).propose(Proposal::Input(vec![1, h, w]))),
        _ => Err(not_an_image(shape).propose(Proposal::Earlier)),
    }
}

fn not_an_image(shape: &Shape) -> Mismatch {
    Mismatch::new(format!("{{title}} needs `[channels, height, width]`, but {{input_is}} `{shape}`"))
}

/// A window that slides over height and width.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    pub kernel: [usize; 2],
    pub stride: [usize; 2],
    /// Before and after, for each axis.
    pub padding: [[usize; 2]; 2],
    pub dilation: [usize; 2],
    /// `kernel` for a convolution, `window` for a pooling.
    pub noun: &'static str,
}

impl Window {
    /// The size that comes out, or why the window does not fit.
    pub fn slide(&self, shape: &Shape) -> Result<[usize; 2], Mismatch> {
        let [_, h, w] = image(shape)?;
        let size = [h, w];
        let mut result = [0; 2];
        for axis in 0..2 {
            let padded = size[axis] + self.padding[axis][0] + self.padding[axis][1];
            let Some(room) = padded.checked_sub(self.extent(axis)) else {
                return Err(self.too_large(shape, size, axis));
            };
            result[axis] = room / self.stride[axis] + 1;
        }
        Ok(result)
    }

    /// How far the kernel reaches.
    fn extent(&self, axis: usize) -> usize {
        self.dilation[axis] * (self.kernel[axis] - 1) + 1
    }

    fn too_large(&self, shape: &Shape, [h, w]: [usize; 2], axis: usize) -> Mismatch {
        let [kh, kw] = self.kernel;
        let size = [h, w][axis];
        let reach = self.extent(axis);
        let padding = self.padding[axis][0];
        let axis_name = shape.axis_name(axis + 1);
        let dilated = match self.dilation[axis] {
            1 => String::new(),
            d => format!(" (it reaches over {reach}: {d} * ({} - 1) + 1)", self.kernel[axis]),
        };
        let line = if self.noun == "window" {
            format!("the {kh}x{kw} window of {{name}} does not fit `{shape}` ({axis_name} {size})")
        } else {
            format!("the {kh}x{kw} kernel of {{name}} does not fit its {h}x{w} input")
        };
        let numerator = (size + 2 * padding) as i64 - reach as i64;
        let stride = self.stride[axis];
        let out = numerator.div_euclid(stride as i64) + 1;
        let mut mismatch = Mismatch::new(line)
            .note(format!("{axis_name}: ({size} + 2*{padding} - {reach}) / {stride} + 1 = {out}{dilated}"))
            .axis(axis + 1)
            .trail()
            .propose(Proposal::KeepSize);
        // As much padding as keeps the size, else a kernel that fits.
        let keeps = [0, 1].map(|a| (self.extent(a) - 1) / 2);
        if self.noun == "kernel" && keeps != [0; 2] {
            mismatch = mismatch.propose(Proposal::Argument { name: "padding", value: pair(keeps) });
        }
        let fits = [0, 1]
            .map(|a| self.kernel[a].min(([h, w][a] + 2 * self.padding[a][0] - 1) / self.dilation[a] + 1));
        mismatch.propose(match self.noun {
            "kernel" => Proposal::Argument { name: "kernel", value: pair(fits) },
            _ => Proposal::Main(pair(fits)),
        })
    }
}

/// A pair as a user writes it: `3` if both are equal.
pub fn pair([a, b]: [usize; 2]) -> String {
    if a == b { a.to_string() } else { format!("({a}, {b})") }
}

/// A count without a type, so that it fits wherever it stands.
pub fn number(n: usize) -> Literal {
    Literal::usize_unsuffixed(n)
}

/// `[3, 5]`
pub fn array([a, b]: [usize; 2]) -> TokenStream {
    let (a, b) = (number(a), number(b));
    quote!([#a, #b])
}
