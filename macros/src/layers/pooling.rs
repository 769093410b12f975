//! What the poolings share, over one axis or two.

use super::Arguments;
use super::arguments::Padding;
use super::window::{Window, tuple};
use crate::errors::Errors;
use crate::shape::Dim;

/// A window that slides over `N` axes.
#[derive(Clone, Debug)]
pub struct Pooling<const N: usize> {
    pub kernel: [Dim; N],
    pub stride: [Dim; N],
    pub padding: [Dim; N],
    pub dilation: [Dim; N],
}

impl<const N: usize> Pooling<N> {
    /// Reads the window and its movement; what the layer does not accept has its usual value.
    pub fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Self {
        let kernel = arguments.sizes("kernel", "the window", "2", errors);
        Pooling {
            kernel,
            stride: arguments.sizes_or("stride", "a stride", kernel, 1, errors),
            padding: padding(kernel, arguments, errors),
            dilation: arguments.sizes_or("dilation", "a dilation", [Dim::ONE; N], 1, errors),
        }
    }

    pub fn window(&self) -> Window<N> {
        Window {
            kernel: self.kernel,
            stride: self.stride,
            padding: self.padding.map(|p| [p, p]),
            dilation: self.dilation,
            noun: "window",
        }
    }

    pub fn arguments(&self) -> String {
        let mut text = tuple(self.kernel);
        if self.stride != self.kernel {
            text += &format!(", stride: {}", tuple(self.stride));
        }
        if self.padding != [Dim::ZERO; N] {
            text += &format!(", padding: {}", tuple(self.padding));
        }
        if self.dilation != [Dim::ONE; N] {
            text += &format!(", dilation: {}", tuple(self.dilation));
        }
        text
    }
}

impl Pooling<1> {
    /// The same over the columns of an image of one row.
    pub fn over_rows(&self) -> Pooling<2> {
        let [kernel, stride, dilation] = [self.kernel, self.stride, self.dilation].map(|[n]| [Dim::ONE, n]);
        Pooling { kernel, stride, padding: [Dim::ZERO, self.padding[0]], dilation }
    }
}

/// The padding is at most half of the window, or some windows would see nothing else: not
/// `MaxPool2d(3, padding: 2)`.
fn padding<const N: usize>(kernel: [Dim; N], arguments: &mut Arguments, errors: &mut Errors) -> [Dim; N] {
    let Padding::Each(padding) = arguments.padding_of(false, errors) else { return [Dim::ZERO; N] };
    if (0..N).any(|axis| padding[axis] > kernel[axis] / 2) {
        let why =
            format!("is more than half of window {}: some windows would see only padding", tuple(kernel));
        if let Some(error) = arguments.refusal("padding", &why) {
            errors.push(arguments.suggest(error, "padding", &tuple(kernel.map(|k| k / 2))));
        }
    }
    padding
}
