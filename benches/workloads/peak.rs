//! What the machine can do at best: multiply-adds that wait for nothing.

use std::hint::black_box;
use std::time::Instant;

/// The rate of one core in GFLOP/s, with the widest vectors that the kernels use; 0 where this cannot be measured.
pub fn gflops() -> f64 {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") && formwork_uses("avx512") {
            // SAFETY: the machine has these vectors.
            return best(16, |n| unsafe { avx512(n) });
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") && formwork_uses("avx2") {
            // SAFETY: as above.
            return best(8, |n| unsafe { avx2(n) });
        }
    }
    0.0
}

/// Whether the environment lets the kernels use that instruction set.
#[cfg(target_arch = "x86_64")]
fn formwork_uses(isa: &str) -> bool {
    match std::env::var("FORMWORK_ISA").as_deref() {
        Ok("portable") => false,
        Ok("avx2") => isa == "avx2",
        _ => true,
    }
}

/// The best of some short runs of `n` rounds of twelve vectors of multiply-adds.
#[cfg(target_arch = "x86_64")]
fn best(lanes: usize, run: impl Fn(usize)) -> f64 {
    let rounds = 200_000;
    let once = || {
        let start = Instant::now();
        run(black_box(rounds));
        (rounds * 12 * lanes * 2) as f64 / start.elapsed().as_secs_f64() * 1e-9
    };
    (0..40).map(|_| once()).fold(0.0, f64::max)
}

#[cfg(target_arch = "x86_64")]
macro_rules! rounds {
    ($name:ident, $features:literal, $set:ident, $fma:ident) => {
        #[target_feature(enable = $features)]
        fn $name(n: usize) {
            use core::arch::x86_64::{$fma, $set};
            let x = $set(black_box(0.999));
            let mut sums = [x; 12];
            for _ in 0..n {
                for sum in &mut sums {
                    *sum = $fma(*sum, x, x);
                }
            }
            black_box(sums);
        }
    };
}

#[cfg(target_arch = "x86_64")]
rounds!(avx512, "avx512f", _mm512_set1_ps, _mm512_fmadd_ps);
#[cfg(target_arch = "x86_64")]
rounds!(avx2, "avx2,fma", _mm256_set1_ps, _mm256_fmadd_ps);
