//! The angles of positions, for encodings and for queries and keys that are turned.

use crate::Real;

/// After how many positions the angles are made anew, so that errors do not add up.
const ANEW: usize = 64;

/// Calls `f(row, pair, sine, cosine)` for the angles `position · 10000^(-2 pair / width)` of all pairs of a row of
/// `width` numbers, at so many positions from the first on. A last number without a partner is a pair too.
///
/// In `f64`, with functions that are the same everywhere, each angle out of the one before it.
fn angles(first: usize, rows: usize, width: usize, mut f: impl FnMut(usize, usize, f64, f64)) {
    for pair in 0..width.div_ceil(2) {
        let step = libm::pow(10_000.0, -2.0 * pair as f64 / width as f64);
        let (sin_step, cos_step) = libm::sincos(step);
        let (mut sin, mut cos) = (0.0, 1.0);
        for row in 0..rows {
            let position = first + row;
            if row == 0 || position.is_multiple_of(ANEW) {
                (sin, cos) = libm::sincos(position as f64 * step);
            }
            f(row, pair, sin, cos);
            (sin, cos) = (sin * cos_step + cos * sin_step, cos * cos_step - sin * sin_step);
        }
    }
}

/// Cosine and sine for each pair, row after row of `width` numbers, which is even, from the first position on.
pub(crate) fn rotations<T: Real>(first: usize, width: usize, table: &mut [T]) {
    let rows = table.len().checked_div(width).unwrap_or(0);
    angles(first, rows, width, |row, pair, sin, cos| {
        let place = row * width + 2 * pair;
        (table[place], table[place + 1]) = (T::of(cos), T::of(sin));
    });
}

/// Sine and cosine for each pair, row after row of `width` numbers, from the first position on; without a partner the
/// sine alone.
pub(crate) fn encodings<T: Real>(first: usize, width: usize, table: &mut [T]) {
    let rows = table.len().checked_div(width).unwrap_or(0);
    angles(first, rows, width, |row, pair, sin, cos| {
        let row = &mut table[row * width..][..width];
        row[2 * pair] = T::of(sin);
        if let Some(behind) = row.get_mut(2 * pair + 1) {
            *behind = T::of(cos);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angles_are_those_of_the_formula() {
        let (rows, width) = (1000, 7);
        let mut table = vec![f64::NAN; rows * width];
        encodings(0, width, &mut table);
        for (i, &x) in table.iter().enumerate() {
            let (p, pair) = ((i / width) as f64, i % width / 2);
            let angle = p / 10_000f64.powf(2.0 * pair as f64 / width as f64);
            let want = if i % width % 2 == 0 { angle.sin() } else { angle.cos() };
            assert!((x - want).abs() < 1e-12, "{i}: {x}, not {want}");
        }
        let mut turned = vec![f64::NAN; rows * 6];
        rotations(0, 6, &mut turned);
        let angle = 999.0 / 10_000f64.powf(4.0 / 6.0);
        assert!((turned[999 * 6 + 4] - angle.cos()).abs() < 1e-12);
        assert!((turned[999 * 6 + 5] - angle.sin()).abs() < 1e-12);
        // From anywhere on they are the same.
        for first in [1, 64, 70, 998] {
            let mut row = [f64::NAN; 6];
            rotations(first, 6, &mut row);
            let same = row.iter().zip(&turned[first * 6..]).all(|(a, b)| (a - b).abs() < 1e-13);
            assert!(same, "{first}: {row:?}");
        }
    }
}
