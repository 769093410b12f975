//! The loops of `update` in assembly for AVX2 and AVX-512. Each works through whole vectors and says how many scalars
//! that were; the caller does the few that remain.
//!
//! Assembly, as the tiles are, so that a user's unoptimized build runs them at full speed.

use super::isa::Isa;
use super::update::{AdamConstants, SgdConstants};

/// The loops of one scalar type for one instruction set.
pub(super) struct Loops<T> {
    /// Scalars in a vector.
    lanes: usize,
    adam: unsafe fn(*mut T, *const T, *mut T, *mut T, *const AdamConstants<T>, usize),
    sgd: unsafe fn(*mut T, *const T, *mut T, *const SgdConstants<T>, usize),
    descend: unsafe fn(*mut T, *const T, *const T, usize),
    add: unsafe fn(*mut T, *const T, usize),
    fill: unsafe fn(*mut T, *const T, usize),
    relu: unsafe fn(*mut T, *const T, usize),
    relu_gradient: unsafe fn(*mut T, *const T, *const T, usize),
}

/// The bits of MXCSR that take subnormal numbers for zero, on the way in and on the way out.
const FLUSH: u32 = 0x8040;

/// A function around a loop: `$class` is the class of its vector registers, `$i` runs over the bytes.
///
/// Subnormal numbers count as zero within the loop: a moment of a parameter that gets no gradient any more decays into
/// them and would stay there for ever, at ten times the cost of every step.
macro_rules! stream {
    ($features:literal, $class:ident, $step:literal, ($($pointer:ident: $type:ty),*), [$($register:ident)*],
     [$($before:expr),*], [$($body:expr),*]) => {{
        #[target_feature(enable = $features)]
        unsafe fn stream($($pointer: $type,)* bytes: usize) {
            let mut control = [0u32; 2];
            // SAFETY: the caller gives slices of that many bytes, a multiple of the step; what is written is named, and
            // the control register is left as it was.
            unsafe {
                core::arch::asm!(
                    "stmxcsr dword ptr [{control}]",
                    "mov {i:e}, dword ptr [{control}]",
                    "or {i:e}, {flush}",
                    "mov dword ptr [{control} + 4], {i:e}",
                    "ldmxcsr dword ptr [{control} + 4]",
                    $($before,)*
                    "xor {i:e}, {i:e}",
                    "test {bytes}, {bytes}",
                    "jz 3f",
                    ".p2align 5",
                    "2:",
                    $($body,)*
                    concat!("add {i}, ", $step),
                    "cmp {i}, {bytes}",
                    "jb 2b",
                    "3:",
                    "vzeroupper",
                    "ldmxcsr dword ptr [{control}]",
                    i = out(reg) _,
                    control = in(reg) control.as_mut_ptr(),
                    flush = const FLUSH,
                    bytes = in(reg) bytes,
                    $($pointer = in(reg) $pointer,)*
                    $($register = out($class) _,)*
                    out("k1") _,
                    options(nostack),
                );
            }
        }
        stream
    }};
}

/// One constant of a struct of them in all lanes.
macro_rules! constant {
    ($s:literal, $size:literal, $register:literal, $place:literal) => {
        concat!("vbroadcast", $s, " {", $register, "}, [{constants} + ", $size, "*", $place, "]")
    };
}

/// `t = m / (√v · root + ε)`, by the instructions for root and quotient.
macro_rules! quotient {
    ($p:literal) => {
        concat!(
            "vsqrt",
            $p,
            " {t}, {vv}\n",
            "vfmadd213",
            $p,
            " {t}, {c5}, {c6}\n",
            "vdiv",
            $p,
            " {t}, {vm}, {t}"
        )
    };
    // By approximations, each with a step of Newton's, to within a few units in the last place: a third of the time.
    // What would be zero or infinite under the root is held within the numbers, so that neither makes a NaN.
    ($rsqrt:literal, $rcp:literal) => {
        concat!(
            "vmaxps {t}, {tiny}, {vv}\n",
            "vminps {t}, {huge}, {t}\n",
            $rsqrt,
            " {vg}, {t}\n",
            "vmulps {t}, {t}, {vg}\n",
            "vmulps {vg}, {vg}, {half}\n",
            "vmovaps {vv}, {half}\n",
            "vfnmadd231ps {vv}, {t}, {vg}\n",
            "vfmadd213ps {t}, {vv}, {t}\n",
            "vfmadd213ps {t}, {c5}, {c6}\n",
            $rcp,
            " {vg}, {t}\n",
            "vmulps {vv}, {vm}, {vg}\n",
            "vfnmadd213ps {t}, {vv}, {vm}\n",
            "vfmadd213ps {t}, {vg}, {vv}"
        )
    };
}

macro_rules! adam {
    ($features:literal, $class:ident, $t:ty, $p:literal, $s:literal, $size:literal, $step:literal,
     [$($register:ident)*], [$($load:expr),*], $quotient:expr) => {
        stream!(
            $features, $class, $step,
            (p: *mut $t, g: *const $t, m: *mut $t, v: *mut $t, constants: *const AdamConstants<$t>),
            [c0 c1 c2 c3 c4 c5 c6 c7 vp vg vm vv t $($register)*],
            [
                constant!($s, $size, "c0", 0), constant!($s, $size, "c1", 1), constant!($s, $size, "c2", 2),
                constant!($s, $size, "c3", 3), constant!($s, $size, "c4", 4), constant!($s, $size, "c5", 5),
                constant!($s, $size, "c6", 6), constant!($s, $size, "c7", 7) $(, $load)*
            ],
            [
                concat!("vmovu", $p, " {vp}, [{p} + {i}]"),
                concat!("vmovu", $p, " {vg}, [{g} + {i}]"),
                concat!("vmovu", $p, " {vm}, [{m} + {i}]"),
                concat!("vmovu", $p, " {vv}, [{v} + {i}]"),
                // g += l2 · p; p *= keep
                concat!("vfmadd231", $p, " {vg}, {c0}, {vp}"),
                concat!("vmul", $p, " {vp}, {vp}, {c1}"),
                // m += (1 - β₁) (g - m)
                concat!("vsub", $p, " {t}, {vg}, {vm}"),
                concat!("vfmadd231", $p, " {vm}, {c2}, {t}"),
                // v = β₂ v + (1 - β₂) g²
                concat!("vmul", $p, " {vv}, {vv}, {c3}"),
                concat!("vmul", $p, " {t}, {vg}, {vg}"),
                concat!("vfmadd231", $p, " {vv}, {c4}, {t}"),
                concat!("vmovu", $p, " [{m} + {i}], {vm}"),
                concat!("vmovu", $p, " [{v} + {i}], {vv}"),
                // p -= rate · m / (√v · root + ε)
                $quotient,
                concat!("vfnmadd231", $p, " {vp}, {c7}, {t}"),
                concat!("vmovu", $p, " [{p} + {i}], {vp}")
            ]
        )
    };
}

macro_rules! sgd {
    ($features:literal, $class:ident, $t:ty, $p:literal, $s:literal, $size:literal, $step:literal) => {
        stream!(
            $features, $class, $step,
            (p: *mut $t, g: *const $t, v: *mut $t, constants: *const SgdConstants<$t>),
            [c0 c1 c2 c3 c4 c5 vp vg vv t],
            [
                constant!($s, $size, "c0", 0), constant!($s, $size, "c1", 1), constant!($s, $size, "c2", 2),
                constant!($s, $size, "c3", 3), constant!($s, $size, "c4", 4), constant!($s, $size, "c5", 5)
            ],
            [
                concat!("vmovu", $p, " {vp}, [{p} + {i}]"),
                concat!("vmovu", $p, " {vg}, [{g} + {i}]"),
                // g += weight_decay · p
                concat!("vfmadd231", $p, " {vg}, {c0}, {vp}"),
                // v = momentum · v + (1 - dampening) g
                concat!("vmul", $p, " {vv}, {c1}, [{v} + {i}]"),
                concat!("vfmadd231", $p, " {vv}, {c2}, {vg}"),
                concat!("vmovu", $p, " [{v} + {i}], {vv}"),
                // p -= lr (ahead · v + straight · g)
                concat!("vmul", $p, " {t}, {c3}, {vv}"),
                concat!("vfmadd231", $p, " {t}, {c4}, {vg}"),
                concat!("vfnmadd231", $p, " {vp}, {c5}, {t}"),
                concat!("vmovu", $p, " [{p} + {i}], {vp}")
            ]
        )
    };
}

/// All lanes zero.
macro_rules! nought {
    (ymm_reg) => {
        "vxorps {nought}, {nought}, {nought}"
    };
    (zmm_reg) => {
        "vpxord {nought}, {nought}, {nought}"
    };
}

/// `dx = dy` where `y > 0`: by a mask register, or by a vector of ones and zeros.
macro_rules! relu_gradient {
    ($features:literal, zmm_reg, $t:ty, $p:literal, $s:literal, $step:literal) => {
        stream!(
            $features, zmm_reg, $step, (dx: *mut $t, dy: *const $t, y: *const $t), [nought t],
            [nought!(zmm_reg)],
            [
                concat!("vcmp", $p, " k1, {nought}, [{y} + {i}], 1"),
                concat!("vmovu", $p, " {t}{{k1}}{{z}}, [{dy} + {i}]"),
                concat!("vmovu", $p, " [{dx} + {i}], {t}")
            ]
        )
    };
    ($features:literal, ymm_reg, $t:ty, $p:literal, $s:literal, $step:literal) => {
        stream!(
            $features, ymm_reg, $step, (dx: *mut $t, dy: *const $t, y: *const $t), [nought t],
            [nought!(ymm_reg)],
            [
                concat!("vcmp", $p, " {t}, {nought}, [{y} + {i}], 1"),
                concat!("vand", $p, " {t}, {t}, [{dy} + {i}]"),
                concat!("vmovu", $p, " [{dx} + {i}], {t}")
            ]
        )
    };
}

macro_rules! adam_f32 {
    ($features:literal, $class:ident, $step:literal, $rsqrt:literal, $rcp:literal) => {
        adam!(
            $features, $class, f32, "ps", "ss", 4, $step, [tiny huge half],
            [
                constant!("ss", 4, "tiny", 8), constant!("ss", 4, "huge", 9), constant!("ss", 4, "half", 10)
            ],
            quotient!($rsqrt, $rcp)
        )
    };
}

macro_rules! adam_f64 {
    ($features:literal, $class:ident, $step:literal) => {
        adam!($features, $class, f64, "pd", "sd", 8, $step, [], [], quotient!("pd"))
    };
}

macro_rules! loops {
    ($features:literal, $class:ident, $t:ty, $p:literal, $s:literal, $size:literal, $step:literal, $adam:expr) => {
        Loops {
            lanes: $step / $size,
            adam: $adam,
            sgd: sgd!($features, $class, $t, $p, $s, $size, $step),
            // p -= lr (g + weight_decay · p)
            descend: stream!(
                $features, $class, $step, (p: *mut $t, g: *const $t, constants: *const $t), [c0 c1 vp vg],
                [constant!($s, $size, "c0", 0), constant!($s, $size, "c1", 1)],
                [
                    concat!("vmovu", $p, " {vp}, [{p} + {i}]"),
                    concat!("vmovu", $p, " {vg}, [{g} + {i}]"),
                    concat!("vfmadd231", $p, " {vg}, {c0}, {vp}"),
                    concat!("vfnmadd231", $p, " {vp}, {c1}, {vg}"),
                    concat!("vmovu", $p, " [{p} + {i}], {vp}")
                ]
            ),
            add: stream!(
                $features, $class, $step, (a: *mut $t, b: *const $t), [x], [],
                [
                    concat!("vmovu", $p, " {x}, [{a} + {i}]"),
                    concat!("vadd", $p, " {x}, {x}, [{b} + {i}]"),
                    concat!("vmovu", $p, " [{a} + {i}], {x}")
                ]
            ),
            fill: stream!(
                $features, $class, $step, (a: *mut $t, value: *const $t), [x],
                [concat!("vbroadcast", $s, " {x}, [{value}]")],
                [concat!("vmovu", $p, " [{a} + {i}], {x}")]
            ),
            // Of two equal numbers, or if one is none, `vmax` gives the second: so minus zero and NaN stay.
            relu: stream!(
                $features, $class, $step, (y: *mut $t, x: *const $t), [nought t],
                [nought!($class)],
                [
                    concat!("vmax", $p, " {t}, {nought}, [{x} + {i}]"),
                    concat!("vmovu", $p, " [{y} + {i}], {t}")
                ]
            ),
            relu_gradient: relu_gradient!($features, $class, $t, $p, $s, $step),
        }
    };
}

static AVX2_F32: Loops<f32> = loops!(
    "avx2,fma",
    ymm_reg,
    f32,
    "ps",
    "ss",
    4,
    32,
    adam_f32!("avx2,fma", ymm_reg, 32, "vrsqrtps", "vrcpps")
);
static AVX2_F64: Loops<f64> =
    loops!("avx2,fma", ymm_reg, f64, "pd", "sd", 8, 32, adam_f64!("avx2,fma", ymm_reg, 32));
static AVX512_F32: Loops<f32> = loops!(
    "avx512f",
    zmm_reg,
    f32,
    "ps",
    "ss",
    4,
    64,
    adam_f32!("avx512f", zmm_reg, 64, "vrsqrt14ps", "vrcp14ps")
);
static AVX512_F64: Loops<f64> =
    loops!("avx512f", zmm_reg, f64, "pd", "sd", 8, 64, adam_f64!("avx512f", zmm_reg, 64));

/// The scalars that there are loops for.
pub trait Streamed: Sized + 'static {
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn loops(isa: Isa) -> Option<&'static Loops<Self>>;
}

macro_rules! streamed {
    ($t:ty, $avx2:ident, $avx512:ident) => {
        impl Streamed for $t {
            #[allow(private_interfaces)]
            fn loops(isa: Isa) -> Option<&'static Loops<Self>> {
                match isa {
                    Isa::Portable => None,
                    Isa::Avx2 => Some(&$avx2),
                    Isa::Avx512 => Some(&$avx512),
                }
            }
        }
    };
}

streamed!(f32, AVX2_F32, AVX512_F32);
streamed!(f64, AVX2_F64, AVX512_F64);

impl<T> Loops<T> {
    /// How many of `len` scalars fill whole vectors.
    fn whole(&self, len: usize) -> usize {
        len - len % self.lanes
    }

    /// See `update::adam_plain`.
    pub fn adam(
        &self,
        p: &mut [T],
        g: &[T],
        m: &mut [T],
        v: &mut [T],
        constants: &AdamConstants<T>,
    ) -> usize {
        let n = self.whole(p.len());
        assert!(g.len() >= n && m.len() >= n && v.len() >= n);
        // SAFETY: the loops are only had for an instruction set that the machine has, and all slices are that long.
        unsafe {
            (self.adam)(
                p.as_mut_ptr(),
                g.as_ptr(),
                m.as_mut_ptr(),
                v.as_mut_ptr(),
                constants,
                n * size_of::<T>(),
            );
        }
        n
    }

    /// See `update::sgd_momentum`.
    pub fn sgd(&self, p: &mut [T], g: &[T], v: &mut [T], constants: &SgdConstants<T>) -> usize {
        let n = self.whole(p.len());
        assert!(g.len() >= n && v.len() >= n);
        // SAFETY: as in `adam`.
        unsafe { (self.sgd)(p.as_mut_ptr(), g.as_ptr(), v.as_mut_ptr(), constants, n * size_of::<T>()) };
        n
    }

    /// `p -= lr (g + weight_decay · p)`, the constants being `[weight_decay, lr]`.
    pub fn descend(&self, p: &mut [T], g: &[T], constants: &[T; 2]) -> usize {
        let n = self.whole(p.len());
        assert!(g.len() >= n);
        // SAFETY: as in `adam`.
        unsafe { (self.descend)(p.as_mut_ptr(), g.as_ptr(), constants.as_ptr(), n * size_of::<T>()) };
        n
    }

    /// `a += b`.
    pub fn add(&self, a: &mut [T], b: &[T]) -> usize {
        let n = self.whole(a.len());
        assert!(b.len() >= n);
        // SAFETY: as in `adam`.
        unsafe { (self.add)(a.as_mut_ptr(), b.as_ptr(), n * size_of::<T>()) };
        n
    }

    /// `a = value`.
    pub fn fill(&self, a: &mut [T], value: &T) -> usize {
        let n = self.whole(a.len());
        // SAFETY: as in `adam`.
        unsafe { (self.fill)(a.as_mut_ptr(), value, n * size_of::<T>()) };
        n
    }

    /// `y = max(x, 0)`, of `y` itself without an `x`.
    pub fn relu(&self, y: &mut [T], x: Option<&[T]>) -> usize {
        let n = self.whole(y.len());
        assert!(x.is_none_or(|x| x.len() >= n));
        let y = y.as_mut_ptr();
        // SAFETY: as in `adam`; a vector is read before it is written, so both may be one.
        unsafe { (self.relu)(y, x.map_or(y.cast_const(), <[T]>::as_ptr), n * size_of::<T>()) };
        n
    }

    /// `dx = dy` where `y > 0`, else 0; of `dx` itself without a `dy`.
    pub fn relu_gradient(&self, dx: &mut [T], dy: Option<&[T]>, y: &[T]) -> usize {
        let n = self.whole(dx.len());
        assert!(y.len() >= n && dy.is_none_or(|dy| dy.len() >= n));
        let dx = dx.as_mut_ptr();
        // SAFETY: as in `relu`.
        unsafe {
            (self.relu_gradient)(
                dx,
                dy.map_or(dx.cast_const(), <[T]>::as_ptr),
                y.as_ptr(),
                n * size_of::<T>(),
            );
        }
        n
    }
}
