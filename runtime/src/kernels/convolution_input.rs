//! A convolution's gradient by its input, which is a convolution too: of the output's gradient, with the weights turned
//! round. With a stride the input's pixels fall into phases, each of which only some taps reach; every phase is a
//! convolution of its own without any stride, so nothing is multiplied by the zeros between.

use super::convolution::{Bordered, Room, Table, run_panels, shards, walk};
use super::isa::isa;
use super::panel::{Packed, Panels, Product, Rows, Start, part};
use super::parallel::{Shared, for_each};
use super::slide::{self, Slide};
use super::tile::TileScalar;
use super::{dense::PARALLEL, depthwise, pack};
use crate::layers::conv2d::Conv2dSpec;
use core::ops::Range;

/// One axis of one phase: the input's pixels `phase`, `phase + stride`, … and the taps that reach them.
#[derive(Clone, Copy, Debug)]
struct Phase {
    /// The pixels.
    count: usize,
    /// The last tap that reaches them; the others are `step` apart before it.
    last: usize,
    step: usize,
    taps: usize,
    /// The place in the gradient, with its border, that the last tap takes for the first pixel.
    origin: usize,
    /// How much further the tap before that one reaches.
    distance: usize,
}

impl Phase {
    fn new(spec: &Conv2dSpec, axis: usize, phase: usize) -> Self {
        let (stride, dilation) = (spec.stride[axis], spec.dilation[axis]);
        let size = [spec.height, spec.width][axis];
        let before = spec.padding[axis][0];
        let hits = |tap: &usize| (phase + before) % stride == tap * dilation % stride;
        let mut reaching = (0..spec.kernel[axis]).filter(hits);
        let taps = reaching.clone().count();
        let (first, second) = (reaching.next().unwrap_or(0), reaching.next());
        let step = second.map_or(1, |second| second - first);
        let last = first + taps.saturating_sub(1) * step;
        let border = spec.reached().border[axis][0];
        Phase {
            count: (size + stride - 1 - phase) / stride,
            last,
            step,
            taps,
            // Never below zero, by the choice of the border.
            origin: if taps == 0 {
                0
            } else {
                (phase + before + border * stride).saturating_sub(last * dilation) / stride
            },
            distance: if taps < 2 { 1 } else { step * dilation / stride },
        }
    }

    /// Which taps, counted from the last, find the output's gradient and not its border, for the row of that number.
    fn taps_within(&self, row: usize, image: &Bordered) -> Range<usize> {
        let before = image.border[0][0];
        let place = self.origin + row;
        let start = before.saturating_sub(place).div_ceil(self.distance);
        let end = (before + image.height).saturating_sub(place).div_ceil(self.distance).min(self.taps);
        if start < end { start..end } else { 0..0 }
    }
}

/// `dx[q][c] = b[c] + Σ dy[p][o] w[tap][c][o]` over all pixels `p` and taps with `p · stride + tap = q`. An empty `b`, as
/// every convolution that goes backward has it, is zero; transposed convolutions have one.
pub(super) fn backward_input<T: TileScalar>(
    spec: &Conv2dSpec,
    samples: usize,
    (w, b): (&[T], &[T]),
    dy: &[T],
    dx: &mut [T],
    scratch: &mut [T],
) {
    let input = spec.height * spec.width * spec.channels;
    let image = spec.reached();
    let output = image.height * image.width * spec.outputs;
    assert!(w.len() >= spec.weights() && dy.len() >= samples * output && dx.len() >= samples * input);
    let dx = &mut dx[..samples * input];
    assert!(b.is_empty() || b.len() == spec.channels);
    if output == 0 || spec.weights() == 0 {
        depthwise::fill(dx, b);
        return;
    }
    if dx.is_empty() {
        return;
    }
    let parallel = spec.multiply_adds(samples) >= PARALLEL;
    let shards = shards(samples);
    let dx = Shared::new(dx);
    if spec.depthwise() {
        for_each(shards, parallel, &|shard| {
            for sample in part(samples, shards, shard) {
                // SAFETY: each sample's gradient is written by one task.
                let dx = unsafe { core::slice::from_raw_parts_mut(dx.get().add(sample * input), input) };
                depthwise::backward_input(spec, w, b, &dy[sample * output..], dx);
            }
        });
        return;
    }
    let isa = isa();
    let set = T::tiles(isa);
    let (cg, og) = (spec.channels / spec.groups, spec.outputs / spec.groups);
    let mut room = Room(scratch);
    let panels = Panels::new(set, cg);
    let phases = || {
        (0..spec.stride[0]).flat_map(move |y| {
            (0..spec.stride[1]).map(move |x| ([y, x], Phase::new(spec, 0, y), Phase::new(spec, 1, x)))
        })
    };
    let packed = room.take(spec.weights());
    let mut place = 0;
    for (_, down, across) in phases() {
        for group in 0..spec.groups {
            for panel in 0..panels.count {
                let columns = panels.columns(panel);
                for y in (0..down.taps).map(|i| down.last - i * down.step) {
                    for x in (0..across.taps).map(|i| across.last - i * across.step) {
                        let tap = (y * spec.kernel[1] + x) * cg + columns.start;
                        let from = &w[tap * spec.outputs + group * og..];
                        let to = &mut packed[place..][..og * columns.len()];
                        // SAFETY: a tap's weights are `cg` rows of all outputs, and `to` was cut to size.
                        unsafe {
                            pack::transpose(
                                isa,
                                (from.as_ptr(), spec.outputs),
                                (columns.len(), og),
                                (to.as_mut_ptr(), columns.len()),
                            );
                        }
                        place += to.len();
                    }
                }
            }
        }
    }
    let packed = &*packed;
    let single = spec.stride == [1, 1];
    let slides = single && slide::fits(set, spec.kernel[1], spec.dilation[1], 1, cg);
    let table = single.then(|| {
        let (width, row) = (spec.width, image.row());
        room.table(spec.height * width, |p| p / width * row + p % width * spec.outputs)
    });
    let copy = image.copy_len();
    let copies = Shared::new(room.take(shards * copy));
    let convolve = |from: *const T, sample: usize| {
        let mut place = 0;
        for ([y, x], down, across) in phases() {
            for group in 0..spec.groups {
                let mut first = 0;
                while first < down.count {
                    // Rows that the same taps reach go together, unless the pixels of other phases lie between.
                    let taps = down.taps_within(first, &image);
                    let mut end = first + 1;
                    while single && end < down.count && down.taps_within(end, &image) == taps {
                        end += 1;
                    }
                    let (run, segments, blocks, a_jump, a_jump2) = walk(
                        [taps.len(), across.taps],
                        [down.distance * image.row(), across.distance * spec.outputs],
                        og,
                    );
                    let down_to = down.origin + taps.start * down.distance + if single { 0 } else { first };
                    let start =
                        if b.is_empty() { Start::Zero } else { Start::Bias(b[group * cg..].as_ptr()) };
                    if slides && !taps.is_empty() {
                        // SAFETY: as below.
                        unsafe {
                            let row = across.taps * og;
                            let slide = Slide {
                                a: from.add(
                                    (down_to + first) * image.row()
                                        + across.origin * spec.outputs
                                        + group * og,
                                ),
                                pixel: spec.outputs,
                                line: image.row(),
                                row: down.distance * image.row(),
                                channels: og,
                                rows: taps.len(),
                                b: packed.as_ptr().add(place + taps.start * row * cg),
                                b_step: cg,
                                n: cg,
                                c: dx
                                    .get()
                                    .add(sample * input + first * spec.width * spec.channels + group * cg),
                                c_step: spec.channels,
                                c_line: spec.width * spec.channels,
                                width: spec.width,
                                lines: end - first,
                                start,
                            };
                            slide.run(set);
                        }
                        first = end;
                        continue;
                    }
                    // SAFETY: the border was chosen such that all taps of all pixels lie within it.
                    unsafe {
                        let product = Product {
                            a: from.add(down_to * image.row() + across.origin * spec.outputs + group * og),
                            rows: table.map_or(Rows::Every(spec.outputs), Table::rows),
                            m: across.count,
                            a_step: 1,
                            a_jump,
                            a_jump2,
                            run,
                            segments,
                            blocks,
                            b: packed.as_ptr().add(place),
                            b_step: cg,
                            b_jump: 0,
                            n: cg,
                            c: dx.get().add(
                                sample * input
                                    + ((y + if single { 0 } else { first * spec.stride[0] }) * spec.width
                                        + x)
                                        * spec.channels
                                    + group * cg,
                            ),
                            c_step: spec.stride[1] * spec.channels,
                            start,
                            clamp: false,
                        };
                        let product = if single {
                            product.rows(first * across.count..end * across.count)
                        } else {
                            product
                        };
                        let row = across.taps * og;
                        run_panels(
                            set,
                            &product,
                            Some(Packed { k: down.taps * row, skip: taps.start * row }),
                        );
                    }
                    first = end;
                }
                place += down.taps * across.taps * og * cg;
            }
        }
    };
    for_each(shards, parallel, &|shard| {
        for sample in part(samples, shards, shard) {
            // SAFETY: each shard has a copy of its own, and each sample's gradient is written by one task.
            let from = unsafe { image.copy(dy[sample * output..].as_ptr(), copies.get().add(shard * copy)) };
            convolve(from, sample);
        }
    });
}
