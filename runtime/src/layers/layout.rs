//! How images lie in memory, and how samples are gathered into a batch.
//!
//! Outside a network an image `[c, h, w]` is row-major, `[channels][pixels]`; inside, for pooling and convolution, its
//! channels are innermost, `[pixels][channels]`.

use crate::kernels::split::parts;
use crate::{Real, Selection};

/// Copies images from `[channels][pixels]` to `[pixels][channels]`.
///
/// ```
/// let mut y = [0.0f32; 6];
/// formwork::layers::layout::channels_last(1, 2, 3, &[1.0, 2.0, 3.0, 10.0, 20.0, 30.0], &mut y);
/// assert_eq!(y, [1.0, 10.0, 2.0, 20.0, 3.0, 30.0]);
/// ```
pub fn channels_last<T: Real>(samples: usize, channels: usize, pixels: usize, x: &[T], y: &mut [T]) {
    let len = samples * channels * pixels;
    transpose(channels, pixels, &x[..len], &mut y[..len]);
}

/// Copies images from `[pixels][channels]` to `[channels][pixels]`.
pub fn row_major<T: Real>(samples: usize, channels: usize, pixels: usize, x: &[T], y: &mut [T]) {
    let len = samples * channels * pixels;
    transpose(pixels, channels, &x[..len], &mut y[..len]);
}

fn transpose<T: Real>(rows: usize, columns: usize, x: &[T], y: &mut [T]) {
    parts(y, rows * columns, 2, |from, y| T::transpose(rows, columns, &x[from..from + y.len()], y));
}

/// Copies the selected samples, of `len` scalars each, one after another.
pub fn gather<T: Real>(flat: &[T], len: usize, selection: Selection<'_>, samples: usize, y: &mut [T]) {
    let y = &mut y[..samples * len];
    match selection {
        Selection::All => y.copy_from_slice(&flat[..samples * len]),
        Selection::Indices(indices) if len > 0 => {
            for (y, &i) in y.chunks_exact_mut(len).zip(indices) {
                y.copy_from_slice(&flat[i * len..][..len]);
            }
        }
        Selection::Indices(_) => (),
    }
}

/// Copies the selected samples of `len` indices each as numbers: all below 2^24 are exact in `f32` too, and the macro lets
/// none beyond in.
pub fn gather_indices<T: Real>(
    flat: &[u32],
    len: usize,
    selection: Selection<'_>,
    samples: usize,
    y: &mut [T],
) {
    match selection {
        Selection::All => T::numbers_of(&flat[..samples * len], &mut y[..samples * len]),
        Selection::Indices(indices) if len > 0 => {
            for (y, &i) in y[..samples * len].chunks_exact_mut(len).zip(indices) {
                T::numbers_of(&flat[i * len..][..len], y);
            }
        }
        Selection::Indices(_) => (),
    }
}

/// Copies the selected images, turning each from `[channels][pixels]` to `[pixels][channels]`.
pub fn gather_channels_last<T: Real>(
    flat: &[T],
    channels: usize,
    pixels: usize,
    selection: Selection<'_>,
    samples: usize,
    y: &mut [T],
) {
    let len = channels * pixels;
    match selection {
        Selection::All => channels_last(samples, channels, pixels, flat, y),
        Selection::Indices(_) if channels <= 1 => gather(flat, len, selection, samples, y),
        Selection::Indices(indices) if len > 0 => {
            for (y, &i) in y[..samples * len].chunks_exact_mut(len).zip(indices) {
                T::transpose(channels, pixels, &flat[i * len..][..len], y);
            }
        }
        Selection::Indices(_) => (),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back_again() {
        for (samples, channels, pixels) in
            [(2, 1, 9), (3, 3, 25), (1, 8, 16), (2, 17, 21), (2, 24, 8), (1, 5, 1)]
        {
            let x: Vec<f32> = (0..samples * channels * pixels).map(|i| i as f32).collect();
            let (mut y, mut z) = (vec![f32::NAN; x.len()], vec![f32::NAN; x.len()]);
            channels_last(samples, channels, pixels, &x, &mut y);
            for s in 0..samples {
                for c in 0..channels {
                    for p in 0..pixels {
                        assert_eq!(y[(s * pixels + p) * channels + c], x[(s * channels + c) * pixels + p]);
                    }
                }
            }
            row_major(samples, channels, pixels, &y, &mut z);
            assert_eq!(z, x);
        }
    }

    #[test]
    fn indices_become_numbers() {
        let flat: Vec<u32> = (0..10).map(|i| (1 << 24) - 1 - i).collect();
        let mut y = [f32::NAN; 4];
        gather_indices(&flat, 2, Selection::Indices(&[4, 0]), 2, &mut y);
        assert_eq!(y.map(|y| y as u32), [flat[8], flat[9], flat[0], flat[1]]);
        gather_indices(&flat, 2, Selection::All, 2, &mut y);
        assert_eq!(y.map(|y| y as u32), flat[..4]);
    }

    #[test]
    fn gathering_takes_the_chosen_samples_in_order() {
        let flat: Vec<f64> = (0..5 * 6).map(f64::from).collect();
        let (mut y, mut z) = (vec![f64::NAN; 18], vec![f64::NAN; 18]);
        gather(&flat, 6, Selection::Indices(&[4, 0, 4]), 3, &mut y);
        assert_eq!(y, [&flat[24..30], &flat[..6], &flat[24..30]].concat());
        gather_channels_last(&flat, 2, 3, Selection::Indices(&[4, 0, 4]), 3, &mut z);
        let mut expected = vec![f64::NAN; 18];
        channels_last(3, 2, 3, &y, &mut expected);
        assert_eq!(z, expected);
        gather_channels_last(&flat, 1, 6, Selection::Indices(&[1, 2, 3]), 3, &mut y);
        assert_eq!(y, flat[6..24]);
        gather(&flat, 6, Selection::All, 3, &mut z);
        assert_eq!(z, flat[..18]);
    }
}
