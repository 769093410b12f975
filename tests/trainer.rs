//! The trainer on declared networks: what it allocates, and what it does not accept.

use formwork::prelude::*;
use formwork::{Error, Role};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Counts the allocations of each thread.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: everything is the system allocator's; a `const` thread-local needs no allocation of its own.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|n| n.set(n.get() + 1));
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

network! {
    pub struct Digits(image: [64]) -> [10] {
        image -> Dense(32) -> Relu -> Dropout(0.2) -> Dense(10)
    }

    pub struct Normed(x: [4]) -> [3] {
        x -> Dense(8, bias: false) -> BatchNorm1d -> Relu -> Dense(3)
    }
}

fn points<const N: usize, const C: usize>(count: usize) -> Dataset<SVector<f32, N>, Index<C>> {
    let inputs = (0..count).map(|i| SVector::from_fn(|j, _| ((i * 7 + j * i) % 13) as f32 / 13.0)).collect();
    let targets = (0..count).map(|i| Index::new(i * 7 % 13 % C).expect("a class")).collect();
    Dataset { inputs, targets }
}

#[test]
fn steps_allocate_nothing() {
    let epoch = |samples| {
        let data = points::<64, 10>(samples);
        let mut digits = Digits::new(1);
        let trainer =
            Trainer::new(CrossEntropy::new(), Adam::new(1e-3)).epochs(1).batch_size(8).metric(Accuracy);
        let before = ALLOCATIONS.with(Cell::get);
        trainer.fit(&mut digits, &data).expect("good data");
        ALLOCATIONS.with(Cell::get) - before
    };
    epoch(16);
    assert_eq!(epoch(16), epoch(16 * 8), "two steps against sixteen");
}

#[test]
fn only_learned_tensors_are_learned_and_averages_move_towards_the_batch() {
    let data = points::<4, 3>(32);
    let mut normed = Normed::new(1);
    let before = normed.duplicate();
    Trainer::new(CrossEntropy::new(), Sgd::new(0.1))
        .epochs(1)
        .batch_size(32)
        .fit(&mut normed, &data)
        .expect("good data");
    for info in Normed::TENSORS {
        let (old, new) = (&before.as_slice()[info.range()], &normed.as_slice()[info.range()]);
        assert_ne!(old, new, "{} changed", info.name);
        if let Role::Average { momentum } = info.role {
            // Means begin at 0 and variances at 1; a step moves them by `momentum` of the way at most to the batch's.
            assert!(old.iter().zip(new).all(|(o, n)| (o - n).abs() <= momentum as f32 * (o.abs() + 10.0)));
        }
    }
    let used = |i: usize| Normed::TENSORS.iter().any(|info| info.range().contains(&i));
    assert!(normed.as_slice().iter().enumerate().all(|(i, &x)| used(i) || x == 0.0), "fill stays zero");
}

#[test]
fn a_single_sample_cannot_be_normalised() {
    let error = Trainer::new(CrossEntropy::new(), Sgd::new(0.1))
        .batch_size(1)
        .fit(&mut Normed::new(1), &points(5))
        .expect_err("one value has no variance");
    assert!(matches!(error, Error::BatchTooSmall { network: "Normed", expected: 2, found: 1 }), "{error}");
}
