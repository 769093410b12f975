//! Which instruction set the kernels use: chosen once, when the program runs.

use core::cell::Cell;
use core::sync::atomic::{AtomicU8, Ordering};

/// An instruction set that there are kernels for, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Isa {
    /// Plain Rust, on any machine.
    Portable,
    /// AVX2 with FMA: eight `f32` or four `f64` at once.
    Avx2,
    /// AVX-512 F and VL: sixteen `f32` or eight `f64` at once, and twice the registers for those of AVX2.
    Avx512,
}

impl Isa {
    /// All of them that this machine has, weakest first.
    pub fn available() -> impl Iterator<Item = Isa> {
        [Isa::Portable, Isa::Avx2, Isa::Avx512].into_iter().filter(|&isa| isa <= best())
    }
}

const UNKNOWN: u8 = u8::MAX;
static CHOSEN: AtomicU8 = AtomicU8::new(UNKNOWN);

thread_local! {
    static FORCED: Cell<Option<Isa>> = const { Cell::new(None) };
}

/// The instruction set in use: the best that the machine has, or the one that the environment variable `FORMWORK_ISA`
/// (`portable`, `avx2` or `avx512`) names if the machine has that.
///
#[inline]
pub fn isa() -> Isa {
    if let Some(isa) = FORCED.get() {
        return isa;
    }
    match CHOSEN.load(Ordering::Relaxed) {
        0 => Isa::Portable,
        1 => Isa::Avx2,
        2 => Isa::Avx512,
        _ => choose(),
    }
}

/// What this thread is held to by [`with_isa`].
pub(super) fn forced() -> Option<Isa> {
    FORCED.get()
}

/// Runs `f` with the operations that this thread calls held to one instruction set (or the best one, if the machine
/// lacks it).
pub fn with_isa<R>(isa: Isa, f: impl FnOnce() -> R) -> R {
    struct Restore(Option<Isa>);
    impl Drop for Restore {
        fn drop(&mut self) {
            FORCED.set(self.0);
        }
    }
    let _restore = Restore(FORCED.replace(Some(isa.min(best()))));
    f()
}

#[cold]
fn choose() -> Isa {
    let wanted = match std::env::var("FORMWORK_ISA").as_deref() {
        Ok("portable") => Isa::Portable,
        Ok("avx2") => Isa::Avx2,
        _ => Isa::Avx512,
    };
    let isa = wanted.min(best());
    CHOSEN.store(isa as u8, Ordering::Relaxed);
    isa
}

#[cfg(target_arch = "x86_64")]
fn best() -> Isa {
    if !(is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")) {
        Isa::Portable
    } else if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl") {
        Isa::Avx512
    } else {
        Isa::Avx2
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn best() -> Isa {
    Isa::Portable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forcing_ends_with_the_closure() {
        let before = isa();
        assert_eq!(with_isa(Isa::Portable, isa), Isa::Portable);
        assert_eq!(isa(), before);
        let caught = std::panic::catch_unwind(|| with_isa(Isa::Portable, || panic!("on purpose")));
        assert!(caught.is_err());
        assert_eq!(isa(), before);
    }

    #[test]
    fn what_the_machine_lacks_falls_back() {
        assert_eq!(with_isa(Isa::Avx512, isa), best());
        assert!(Isa::available().any(|isa| isa == Isa::Portable));
    }
}
