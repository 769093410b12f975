//! One step, with the steps before it in a ring.

use super::Causal;
use crate::kernels::dense::aligned;
use crate::kernels::depthwise::{fill, multiply_add};
use crate::kernels::isa::isa;
use crate::kernels::panel::{Product, Start};
use crate::kernels::tile::TileScalar;
use crate::layers::conv2d::Conv2dSpec;

/// The ring holds as many steps as the kernel reaches back, so tap `k` finds its step `k · d` places behind the oldest, and
/// the last tap the step itself. Only what the kernel reads is touched, however far it reaches.
pub(super) fn step<T: TileScalar>(
    spec: &Conv2dSpec,
    past: &mut [T],
    oldest: usize,
    w: &[T],
    x: &[T],
    y: &mut [T],
    scratch: &mut [T],
) {
    let causal = Causal::of(spec);
    let Causal { taps, dilation, channels, outputs, bias, .. } = causal;
    if causal.is_empty() {
        return;
    }
    let [cg, og] = causal.of_group();
    let (w, b) = w.split_at(causal.weights());
    let b = if bias { &b[..outputs] } else { &[] };
    let (x, y) = (&x[..channels], &mut y[..outputs]);
    let steps = (taps - 1) * dilation;
    assert!(past.len() == steps * channels && (oldest < steps || steps == 0));
    let place = |tap: usize| {
        let place = oldest + tap * dilation;
        (if place < steps { place } else { place - steps }) * channels
    };
    if causal.depthwise() {
        fill(y, b);
        for (tap, w) in w.chunks_exact(channels).enumerate() {
            let x = if tap + 1 < taps { &past[place(tap)..][..channels] } else { x };
            multiply_add(y, x, w);
        }
    } else {
        // What each group reads, tap by tap.
        let from = &mut aligned(scratch)[..taps * channels];
        for tap in 0..taps {
            let x = if tap + 1 < taps { &past[place(tap)..][..channels] } else { x };
            for (group, x) in x.chunks_exact(cg).enumerate() {
                from[(group * taps + tap) * cg..][..cg].copy_from_slice(x);
            }
        }
        let set = T::tiles(isa());
        for (group, from) in from.chunks_exact(taps * cg).enumerate() {
            let start = match b {
                [] => Start::Zero,
                b => Start::Bias(b[group * og..].as_ptr()),
            };
            // SAFETY: a row of `taps · cg` scalars, as many rows of the weights of which the group has `og` columns, and as
            // many of bias and output.
            unsafe {
                let (b, c) = (w.as_ptr().add(group * og), y.as_mut_ptr().add(group * og));
                let sizes = (1, taps * cg, og);
                let plain = Product::plain(sizes, (from.as_ptr(), taps * cg, 1), b, c, start);
                Product { b_step: outputs, ..plain }.run_panels(set);
            }
        }
    }
    if steps > 0 {
        past[oldest * channels..][..channels].copy_from_slice(x);
    }
}
