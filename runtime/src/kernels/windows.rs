//! Windows that move over the pixels of an image whose channels are innermost: what pooling does with each.
//!
//! A [`Run`] is a row of windows that all reach the same elements. On machines that have vectors for it, it is one call
//! of a loop in assembly (`windows_x86`); the plain loops here are the portable path, and give the same bits.

use super::isa::isa;
use super::math::Elementary;

/// A row of windows; distances are in scalars.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    /// The first element of the first window, in the image.
    pub image: usize,
    /// The place of the first window's output.
    pub output: usize,
    /// How many windows there are, and how far they are apart in the image.
    pub windows: usize,
    pub step: usize,
    pub channels: usize,
    /// Rows and columns of the elements, and how far these are apart.
    pub rows: usize,
    pub columns: usize,
    pub row: usize,
    pub column: usize,
    /// The number of the first element, and from one row of elements to the next.
    pub first: usize,
    pub numbers: usize,
}

impl Run {
    /// The scalars from the first element of the first window to behind the last of the last.
    fn image_len(&self) -> usize {
        (self.windows - 1) * self.step
            + (self.rows - 1) * self.row
            + (self.columns - 1) * self.column
            + self.channels
    }

    /// Calls `f(output's place, element's number, place in the image)`, element by element of each window.
    #[inline(always)]
    fn visit(&self, mut f: impl FnMut(usize, usize, usize)) {
        for window in 0..self.windows {
            for row in 0..self.rows {
                for column in 0..self.columns {
                    f(
                        self.output + window * self.channels,
                        self.first + row * self.numbers + column,
                        self.image + window * self.step + row * self.row + column * self.column,
                    );
                }
            }
        }
    }
}

/// What one call of a loop works on; all distances are in bytes. The assembly finds the fields by `offset_of!`.
#[repr(C)]
pub(super) struct Strip<T> {
    pub image: *mut T,
    pub output: *mut T,
    pub winners: *mut T,
    pub windows: usize,
    /// From one window to the next.
    pub image_step: usize,
    pub output_step: usize,
    /// Vectors of channels, the lanes in use of each, one bit each, and the same as a vector of all ones or zeros.
    pub vectors: usize,
    pub mask: usize,
    pub lanes: *const i32,
    pub rows: usize,
    pub columns: usize,
    pub column: usize,
    /// From behind one row of elements to the next.
    pub row_jump: isize,
    /// The number of the first element, from one to the next, and beside that from one row to the next.
    pub number: T,
    pub number_step: T,
    pub number_jump: T,
    /// The factor of a sum, or of a gradient.
    pub share: T,
}

/// A loop over the windows of a strip, for whole vectors of channels or for one that is cut short.
pub(super) type Loop<T> = unsafe fn(&mut Strip<T>);

/// The loops of one scalar type for one instruction set, each for whole vectors and for one cut short.
pub(super) struct Loops<T> {
    pub lanes: usize,
    pub largest: [Loop<T>; 2],
    pub winners: [Loop<T>; 2],
    pub largest_above_zero: [Loop<T>; 2],
    pub winners_above_zero: [Loop<T>; 2],
    pub to_winners: [Loop<T>; 2],
    pub add_to_winners: [Loop<T>; 2],
    pub mean: [Loop<T>; 2],
    pub spread: [Loop<T>; 2],
    pub add_spread: [Loop<T>; 2],
}

/// The scalars that there are loops for.
pub trait Windowed: Sized + 'static {
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn window_loops(isa: super::isa::Isa) -> Option<&'static Loops<Self>>;
}

macro_rules! windowed {
    ($t:ty, $avx2:ident, $avx512:ident) => {
        impl Windowed for $t {
            #[allow(private_interfaces)]
            fn window_loops(isa: super::isa::Isa) -> Option<&'static Loops<Self>> {
                match isa {
                    #[cfg(target_arch = "x86_64")]
                    super::isa::Isa::Avx2 => Some(&super::windows_x86::$avx2),
                    #[cfg(target_arch = "x86_64")]
                    super::isa::Isa::Avx512 => Some(&super::windows_x86::$avx512),
                    _ => None,
                }
            }
        }
    };
}

windowed!(f32, AVX2_F32, AVX512_F32);
windowed!(f64, AVX2_F64, AVX512_F64);

/// A vector mask of `n` lanes of 32 bits starts `n` before the middle.
static LANES_IN_USE: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];

/// Runs a loop over a run, if there are loops; says so.
///
/// # Safety
///
/// `image`, `output` and (if the loop reads or writes them) `winners` reach as far as the run does, and may be written if
/// the loop does.
#[inline(always)]
unsafe fn vectors<T: Elementary>(
    run: &Run,
    (image, output, winners): (*mut T, *mut T, *mut T),
    share: T,
    choose: impl Fn(&'static Loops<T>) -> &'static [Loop<T>; 2],
) -> bool {
    let Some(loops) = T::window_loops(isa()) else { return false };
    let bytes = size_of::<T>();
    let (whole, rest) = (run.channels / loops.lanes, run.channels % loops.lanes);
    let [all, cut] = choose(loops);
    for (each, vectors, lanes, from) in
        [(all, whole, loops.lanes, 0), (cut, usize::from(rest > 0), rest, whole * loops.lanes)]
    {
        if vectors == 0 {
            continue;
        }
        // SAFETY: the places are the run's, by the contract; the loops are only had for an instruction set that the
        // machine has. The address of the mask lies within its table, of which AVX2 reads eight entries.
        unsafe {
            each(&mut Strip {
                image: image.add(run.image + from),
                output: output.add(run.output + from),
                winners: winners.wrapping_add(run.output + from),
                windows: run.windows,
                image_step: run.step * bytes,
                output_step: run.channels * bytes,
                vectors,
                mask: (1 << lanes) - 1,
                lanes: LANES_IN_USE.as_ptr().add(8 - (lanes * bytes / 4).min(8)),
                rows: run.rows,
                columns: run.columns,
                column: run.column * bytes,
                row_jump: ((run.row * bytes) as isize)
                    .wrapping_sub((run.columns * run.column * bytes) as isize),
                number: T::of(run.first as f64),
                number_step: T::one(),
                number_jump: T::of(run.numbers as f64 - run.columns as f64),
                share,
            });
        }
    }
    true
}

/// Whether `v` takes the place of `best`: the first of equal values stays, a NaN always wins.
#[inline(always)]
fn wins<T: Elementary>(v: T, best: T) -> bool {
    // No `||`: a branch would keep the loop from becoming vector code.
    (v > best) | v.is_nan()
}

/// The largest element of each window; `winners` (or nothing) gets its number. With `relu` it is zero, and nobody's,
/// where no element is above that.
#[inline(always)]
pub(super) fn largest<T: Elementary>(run: &Run, relu: bool, x: &[T], y: &mut [T], winners: &mut [T]) {
    run.check(x.len(), y.len());
    assert!(winners.is_empty() || winners.len() == y.len());
    let places = (x.as_ptr().cast_mut(), y.as_mut_ptr(), winners.as_mut_ptr());
    let choose = |loops: &'static Loops<T>| match (relu, winners.is_empty()) {
        (false, true) => &loops.largest,
        (false, false) => &loops.winners,
        (true, true) => &loops.largest_above_zero,
        (true, false) => &loops.winners_above_zero,
    };
    // SAFETY: the run was checked; the loops only read `x`.
    if unsafe { vectors(run, places, T::one(), choose) } {
        return;
    }
    let c = run.channels;
    run.visit(|o, k, i| {
        let first = k == run.first;
        let (x, y) = (&x[i..i + c], &mut y[o..o + c]);
        match first {
            true if relu => y.fill(T::zero()),
            true => y.copy_from_slice(x),
            false => {}
        }
        if winners.is_empty() {
            for (y, &x) in y.iter_mut().zip(x) {
                *y = if wins(x, *y) { x } else { *y };
            }
            return;
        }
        let winners = &mut winners[o..o + c];
        let k = T::of(k as f64);
        if first {
            winners.fill(if relu { -T::one() } else { k });
        }
        for ((y, winner), &x) in y.iter_mut().zip(winners).zip(x) {
            let better = wins(x, *y);
            *y = if better { x } else { *y };
            *winner = if better { k } else { *winner };
        }
    });
}

/// The gradient goes to each window's winner: written to all of its elements, or added to them.
#[inline(always)]
pub(super) fn to_winners<T: Elementary>(run: &Run, add: bool, winners: &[T], dy: &[T], dx: &mut [T]) {
    run.check(dx.len(), dy.len());
    assert!(winners.len() == dy.len());
    let places = (dx.as_mut_ptr(), dy.as_ptr().cast_mut(), winners.as_ptr().cast_mut());
    // SAFETY: the run was checked; the loops only read `dy` and `winners`.
    if unsafe { vectors(run, places, T::one(), |l| if add { &l.add_to_winners } else { &l.to_winners }) } {
        return;
    }
    let c = run.channels;
    run.visit(|o, k, i| {
        let k = T::of(k as f64);
        let places = winners[o..o + c].iter().zip(&dy[o..o + c]);
        for (dx, (&winner, &dy)) in dx[i..i + c].iter_mut().zip(places) {
            let dy = if winner == k { dy } else { T::zero() };
            *dx = if add { *dx + dy } else { dy };
        }
    });
}

/// The sum of each window, times `share`.
#[inline(always)]
pub(super) fn mean<T: Elementary>(run: &Run, share: T, x: &[T], y: &mut [T]) {
    run.check(x.len(), y.len());
    let places = (x.as_ptr().cast_mut(), y.as_mut_ptr(), core::ptr::null_mut());
    // SAFETY: the run was checked; the loops only read `x`, and no winners.
    if unsafe { vectors(run, places, share, |l| &l.mean) } {
        return;
    }
    let c = run.channels;
    let y = &mut y[..run.output + run.windows * c];
    y[run.output..].fill(T::zero());
    run.visit(|o, _, i| {
        for (y, &x) in y[o..o + c].iter_mut().zip(&x[i..i + c]) {
            *y += x;
        }
    });
    for y in &mut y[run.output..] {
        *y *= share;
    }
}

/// The gradient times `share`: written to all elements of its window, or added to them.
#[inline(always)]
pub(super) fn spread<T: Elementary>(run: &Run, add: bool, share: T, dy: &[T], dx: &mut [T]) {
    run.check(dx.len(), dy.len());
    let places = (dx.as_mut_ptr(), dy.as_ptr().cast_mut(), core::ptr::null_mut());
    // SAFETY: the run was checked; the loops only read `dy`, and no winners.
    if unsafe { vectors(run, places, share, |l| if add { &l.add_spread } else { &l.spread }) } {
        return;
    }
    let c = run.channels;
    run.visit(|o, _, i| {
        for (dx, &dy) in dx[i..i + c].iter_mut().zip(&dy[o..o + c]) {
            *dx = if add { *dx + dy * share } else { dy * share };
        }
    });
}

impl Run {
    /// Panics unless the run stays within an image and its outputs.
    #[inline(always)]
    fn check(&self, image: usize, output: usize) {
        assert!(self.windows > 0 && self.rows > 0 && self.columns > 0 && self.channels > 0);
        assert!(self.image + self.image_len() <= image);
        assert!(self.output + self.windows * self.channels <= output);
    }
}
