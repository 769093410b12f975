//! Loops over rows against numbers that repeat with every row: sums of columns, normalisation and its gradient.
//!
//! Each method works through whole vectors and says how many scalars that were; the caller does the few that remain.
//! Nothing is fused and every sum has the order of the plain loops, so both give the same bits.

use super::isa::Isa;

/// The loops of one scalar type for one instruction set. Lengths and the `period`, after which the repeated numbers begin
/// anew, are in bytes and multiples of a vector.
pub(super) struct Sweeps<T> {
    /// Scalars in a vector.
    pub lanes: usize,
    pub add: unsafe fn(*mut T, *const T, *const T, usize, usize),
    pub sum: unsafe fn(*mut T, *const T, usize, usize),
    pub squares: unsafe fn(*mut T, *const T, *const T, usize, usize),
    pub products: unsafe fn([*mut T; 2], *const T, *const T, *const T, usize, usize),
    pub normalise: unsafe fn(*mut T, *const T, [*const T; 3], usize, usize),
    pub gradient: unsafe fn(*mut T, *const T, *const T, [*const T; 4], usize, usize),
}

/// The scalars that there are loops for.
pub trait Swept: Sized + 'static {
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn sweeps(isa: Isa) -> Option<&'static Sweeps<Self>>;
}

macro_rules! swept {
    ($t:ty, $avx2:ident, $avx512:ident) => {
        impl Swept for $t {
            #[allow(private_interfaces)]
            fn sweeps(isa: Isa) -> Option<&'static Sweeps<Self>> {
                match isa {
                    #[cfg(target_arch = "x86_64")]
                    Isa::Avx2 => Some(&super::sweep_x86::$avx2),
                    #[cfg(target_arch = "x86_64")]
                    Isa::Avx512 => Some(&super::sweep_x86::$avx512),
                    _ => None,
                }
            }
        }
    };
}

swept!(f32, AVX2_F32, AVX512_F32);
swept!(f64, AVX2_F64, AVX512_F64);

/// Where a slice's vectors lie, or those of the values in place of it if it is empty.
fn source<T>(x: &[T], y: *const T) -> *const T {
    if x.is_empty() { y } else { x.as_ptr() }
}

impl<T> Sweeps<T> {
    /// Calls `run(first scalar, bytes, period)` for the whole rows of `width` scalars, and for what is left of the last;
    /// nothing is done if vectors do not divide a row.
    fn rows(&self, len: usize, width: usize, mut run: impl FnMut(usize, usize, usize)) -> usize {
        if width == 0 || !width.is_multiple_of(self.lanes) {
            return 0;
        }
        let whole = len - len % width;
        let rest = (len - whole) / self.lanes * self.lanes;
        let bytes = size_of::<T>();
        if whole > 0 {
            run(0, whole * bytes, width * bytes);
        }
        if rest > 0 {
            run(whole, rest * bytes, rest * bytes);
        }
        whole + rest
    }

    /// `y = a + b`; an empty `a` stands in `y`.
    pub fn add(&self, a: &[T], b: &[T], y: &mut [T]) -> usize {
        let n = y.len() / self.lanes * self.lanes;
        assert!((a.is_empty() || a.len() >= n) && b.len() >= n);
        let bytes = n * size_of::<T>();
        let y = y.as_mut_ptr();
        if n > 0 {
            // SAFETY: the loops are only had for an instruction set that the machine has, and all slices are that long. A
            // vector is read before it is written.
            unsafe { (self.add)(y, source(a, y), b.as_ptr(), bytes, bytes) };
        }
        n
    }

    /// `sums += Σ x` over the rows of `x`.
    pub fn sum(&self, x: &[T], sums: &mut [T]) -> usize {
        let place = sums.as_mut_ptr();
        self.rows(x.len(), sums.len(), |from, bytes, period| {
            // SAFETY: as in `add`; a row is as long as the sums.
            unsafe { (self.sum)(place, x.as_ptr().add(from), bytes, period) };
        })
    }

    /// `sums += Σ (x - mean)²`.
    pub fn squares(&self, x: &[T], mean: &[T], sums: &mut [T]) -> usize {
        assert!(mean.len() >= sums.len());
        let place = sums.as_mut_ptr();
        self.rows(x.len(), sums.len(), |from, bytes, period| {
            // SAFETY: as in `sum`.
            unsafe { (self.squares)(place, x.as_ptr().add(from), mean.as_ptr(), bytes, period) };
        })
    }

    /// `plain += Σ dy`, `products += Σ dy (x - mean)`.
    pub fn products(&self, x: &[T], dy: &[T], mean: &[T], [plain, products]: [&mut [T]; 2]) -> usize {
        assert!(dy.len() >= x.len() && mean.len() >= plain.len() && products.len() >= plain.len());
        let sums = [plain.as_mut_ptr(), products.as_mut_ptr()];
        self.rows(x.len(), plain.len(), |from, bytes, period| {
            // SAFETY: as in `sum`.
            unsafe {
                (self.products)(
                    sums,
                    x.as_ptr().add(from),
                    dy.as_ptr().add(from),
                    mean.as_ptr(),
                    bytes,
                    period,
                );
            }
        })
    }

    /// `y = (x - mean) scale + bias`; an empty `x` stands in `y`.
    pub fn normalise(&self, x: &[T], [mean, scale, bias]: [&[T]; 3], y: &mut [T]) -> usize {
        assert!(x.is_empty() || x.len() >= y.len());
        assert!(scale.len() >= mean.len() && bias.len() >= mean.len());
        let (len, y) = (y.len(), y.as_mut_ptr());
        let x = source(x, y);
        let wide = [mean.as_ptr(), scale.as_ptr(), bias.as_ptr()];
        self.rows(len, mean.len(), |from, bytes, period| {
            // SAFETY: as in `add`; the repeated numbers are as long as a row.
            unsafe { (self.normalise)(y.add(from), x.add(from), wide, bytes, period) };
        })
    }

    /// `dx = scale dy + (slope (x - mean) + offset)`; an empty `dy` stands in `dx`.
    pub fn gradient(&self, x: &[T], dy: &[T], wide: [&[T]; 4], dx: &mut [T]) -> usize {
        let width = wide[0].len();
        assert!(x.len() >= dx.len() && (dy.is_empty() || dy.len() >= dx.len()));
        assert!(wide.iter().all(|w| w.len() >= width));
        let (len, dx) = (dx.len(), dx.as_mut_ptr());
        let dy = source(dy, dx);
        let wide = wide.map(<[T]>::as_ptr);
        self.rows(len, width, |from, bytes, period| {
            // SAFETY: as in `normalise`.
            unsafe { (self.gradient)(dx.add(from), x.as_ptr().add(from), dy.add(from), wide, bytes, period) };
        })
    }
}
