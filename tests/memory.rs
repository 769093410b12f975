//! What a program may rely on: nothing is allocated in the loop, and no large value crosses the stack.

use formwork::Noise;
use formwork::prelude::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

// A part of what is shown there.
#[allow(dead_code)]
mod gallery {
    pub mod residual;
}

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

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|n| n.set(n.get() + 1));
        // SAFETY: as the caller promises.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

fn allocations(work: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.with(Cell::get);
    work();
    ALLOCATIONS.with(Cell::get) - before
}

network! {
    pub struct Small(x: [16]) -> [4] {
        x -> Dense(32) -> Relu -> Dense(4)
    }

    #[allow(formwork::bias_before_batch_norm)]
    pub struct Cnn(image: [1, 28, 28]) -> [10] {
        image
            -> Conv2d(32, kernel: 3) -> BatchNorm2d -> Relu -> MaxPool2d(2) -> Dropout(0.1)
            -> Conv2d(64, kernel: 3, padding: 1) -> Relu -> MaxPool2d(2)
            -> Flatten -> Dense(64) -> Relu -> Dense(10)
    }

    pub struct Wide(x: [784]) -> [10] {
        x -> Dense(2048) -> Relu -> Dense(2048) -> Relu -> logits: Dense(10)
    }

    pub struct Spoken(frames: [.., 6]) -> [10] {
        frames -> Dropout(0.1) -> Lstm(24, layers: 2) -> Conv1d(24, kernel: 3, padding: causal, dilation: 4)
            -> Last -> Dense(10)
    }

    /// A step of it looks a second of sound back.
    pub struct Echo(sound: [.., 1]) -> [.., 1] {
        sound -> Conv1d(16, kernel: 2, padding: causal, dilation: 48000)
            -> [Conv1d(16, kernel: 3, padding: causal, dilation: 512); 2] -> Tanh -> Dense(1)
    }

    /// A state for each round, and one that is given.
    pub struct Heard(sound: [.., 4], start: [2, 8]) -> (at: [.., 3], end: [8]) {
        let rounds = sound -> Dense(8) -> [Lstm(8); 3];
        let (states, _) = (rounds, start) -> Gru(8, layers: 2);
        (states -> Dense(3), states -> Rnn(8) -> Last)
    }

    /// Its keys and values take 3 MiB.
    pub struct Told(text: [256] in 0..500) -> [256, 5000] {
        text -> Embedding(512) -> PositionEmbedding
            -> MultiHeadAttention(8, causal: true) -> [MultiHeadAttention(8, causal: true, rotary: true); 2]
            -> Dense(5000)
    }

    /// A step of which is small, too.
    pub struct Lines(text: [96] in 0..50) -> [96, 50] {
        text -> Embedding(32) -> PositionalEncoding -> [Behind; 2] -> Dense(50)
    }

    block Behind(x: [t, f]) -> [t, f] {
        let y = x + (x -> LayerNorm -> MultiHeadAttention(4, causal: true, rotary: true));
        y + (y -> LayerNorm -> Dense(64) -> Gelu -> Dense(f))
    }

    pub struct Photo(image: [3, 224, 224]) -> [8, 112, 112] {
        image -> Conv2d(8, kernel: 3, stride: 2, padding: 1) -> Relu
    }
}

/// Trains a few steps and gives the allocations of the last ones.
fn training<N>(samples: usize) -> usize
where
    N: for<'a> Network<
            Batch<'a> = &'a [<N as Network>::Sample],
            Scalar = f32,
            Output = formwork::tensor::Vector<f32, 10>,
        >,
    N::Sample: Tensor<Scalar = f32>,
{
    let mut network = N::zeroed();
    formwork::init::initialize(network.as_mut_slice(), N::TENSORS, 1);
    let mut gradient = N::zeroed();
    let mut workspace = Workspace::<N>::new();
    let adam = Adam::new(1e-3);
    let mut state = adam.start(&*network);
    let loss = CrossEntropy::new();
    let inputs = formwork::tensor::zeroed_vec::<N::Sample>(samples);
    let targets = vec![Index::<10>::new(3).expect("a class"); samples];
    let indices: Vec<usize> = (0..samples).rev().collect();
    let mut step = |number: u64| {
        let noise = Noise { seed: 1, step: number, first: 0 };
        let selection = Selection::Indices(&indices);
        let mut pass = network.forward(&inputs, selection, noise, &mut workspace).expect("a good batch");
        let (outputs, gradients) = pass.outputs_and_gradients();
        loss.loss(outputs, &targets, selection, gradients).expect("good targets");
        pass.backward(&mut gradient);
        adam.step(&mut state, &mut network, &gradient);
    };
    step(0);
    allocations(|| (1..4).for_each(&mut step))
}

#[test]
fn training_allocates_in_the_first_step_only() {
    assert_eq!(training::<Cnn>(8), 0);
    assert_eq!(training::<Wide>(4), 0);
}

#[test]
fn sequences_allocate_for_the_largest_batch_only() {
    let mut network = Spoken::new(1);
    let (mut gradient, mut workspace) = (Spoken::zeroed(), Spoken::workspace());
    let adam = Adam::new(1e-3);
    let mut state = adam.start(&*network);
    let frames = |i: usize| vec![SVector::<f32, 6>::repeat(i as f32); 1 + i * 7 % 30];
    let inputs: Vec<_> = (0..50).map(frames).collect();
    let targets = vec![Index::<10>::new(3).expect("a class"); 50];
    let mut step = |indices: &[usize]| {
        let selection = Selection::Indices(indices);
        let mut pass =
            network.forward(&inputs, selection, Noise::default(), &mut workspace).expect("a good batch");
        let (outputs, gradients) = pass.outputs_and_gradients();
        CrossEntropy::new().loss(outputs, &targets, selection, gradients).expect("good targets");
        pass.backward(&mut gradient);
        adam.step(&mut state, &mut network, &gradient);
    };
    let all: Vec<usize> = (0..50).collect();
    step(&all);
    assert_eq!(allocations(|| [&all[..20], &all[30..], &all[3..4], &all].into_iter().for_each(&mut step)), 0);
}

#[test]
fn states_of_rounds_allocate_nothing() {
    let network = Heard::new(1);
    let starts = vec![SMatrix::<f32, 8, 2>::repeat(0.1); 20];
    let sounds: Vec<_> = (0..20).map(|i| vec![SVector::<f32, 4>::repeat(0.2); 1 + i * 7 % 30]).collect();
    let (mut gradient, mut workspace) = (Heard::zeroed(), Heard::workspace());
    let mut step = || {
        let batch = HeardBatch { sound: &sounds, start: &starts };
        let pass = network.forward(batch, Selection::All, Noise::default(), &mut workspace);
        let mut pass = pass.expect("a good batch");
        formwork::tensor::flat_mut(pass.outputs_and_gradients().1).fill(1.0);
        pass.backward(&mut gradient);
    };
    step();
    assert_eq!(allocations(step), 0);
    let mut state = HeardState::default();
    let mut step = || _ = network.step(&sounds[0][0], &starts[0], &mut state);
    step();
    assert_eq!(allocations(|| (0..100).for_each(|_| step())), 0);
    assert_eq!(allocations(|| state.reset()), 0);
}

#[test]
fn small_networks_predict_on_the_stack() {
    let network = Small::new(1);
    let x = SVector::<f32, 16>::repeat(0.5);
    // The instruction set is looked up at the first call of all.
    network.predict(&x);
    assert_eq!(allocations(|| _ = network.predict(&x)), 0);
}

#[test]
fn a_step_of_a_stream_allocates_nothing() {
    on_two_mebibytes(|| {
        let echo = Echo::new(1);
        let mut state = EchoState::default();
        let mut step = || _ = echo.step(&SVector::from([0.5]), &mut state);
        step();
        assert_eq!(allocations(|| (0..3000).for_each(|_| step())), 0);
        assert_eq!(allocations(|| state.reset()), 0);
        assert_eq!(state, EchoState::default());
    });
}

#[test]
fn large_networks_predict_in_memory_that_is_kept() {
    let network = Wide::new(1);
    let x = SVector::<f32, 784>::repeat(0.5);
    network.predict(&x);
    assert_eq!(allocations(|| _ = network.predict(&x)), 0);
}

/// Runs on a thread with the stack that Rust gives its threads.
fn on_two_mebibytes(work: fn()) {
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(work).expect("a thread");
    thread.join().expect("no overflow");
}

#[test]
fn a_wide_network_lives_on_a_small_stack() {
    on_two_mebibytes(|| {
        let mut network = Wide::new(7);
        let data = Dataset {
            inputs: vec![SVector::<f32, 784>::repeat(0.25); 8],
            targets: vec![Index::<10>::new(4).expect("a class"); 8],
        };
        let before = network.logits.bias[4];
        let trainer = Trainer::new(CrossEntropy::new(), Adam::new(1e-3)).epochs(1).batch_size(8).quiet();
        trainer.fit(&mut network, &data).expect("one step");
        assert!(network.logits.bias[4] > before, "the step went towards the class");
        let path = std::env::temp_dir().join(format!("formwork-wide-{}.safetensors", std::process::id()));
        network.save(&path).expect("saved");
        let mut other = Wide::new(8);
        other.load(&path).expect("loaded");
        std::fs::remove_file(&path).expect("removed");
        assert_eq!(other.as_slice(), network.as_slice());
        assert_eq!(other.predict(&data.inputs[0]), network.predict(&data.inputs[0]));
        let copy = other.duplicate();
        assert_eq!(copy.as_slice(), network.as_slice());
    });
}

#[test]
fn a_large_image_lives_on_a_small_stack() {
    on_two_mebibytes(|| {
        let network = Photo::new(7);
        let mut image = <[nalgebra::SMatrix<f32, 224, 224>; 3] as Tensor>::zeroed();
        image.scalars_mut().fill(1.0);
        let output = network.predict(&image);
        let mut again = <[nalgebra::SMatrix<f32, 112, 112>; 8] as Tensor>::zeroed();
        network.predict_into(&image, &mut again);
        assert_eq!(output.scalars(), again.scalars());
        assert!(output.scalars().iter().any(|&y| y > 0.0));
        let batch = network.predict_batch(std::slice::from_ref(&*image));
        assert_eq!(batch[0].scalars(), output.scalars());
    });
}

#[test]
fn resnet_50_lives_on_a_small_stack() {
    use gallery::residual::ResNet50;
    on_two_mebibytes(|| {
        let mut network = ResNet50::new(7);
        let mut data = Dataset {
            inputs: formwork::tensor::zeroed_vec::<[nalgebra::SMatrix<f32, 224, 224>; 3]>(1),
            targets: vec![Index::<1000>::new(4).expect("a class")],
        };
        formwork::tensor::flat_mut(&mut data.inputs).iter_mut().step_by(3).for_each(|x| *x = 1.0);
        let before = network.predict(&data.inputs[0]);
        assert!(before.iter().all(|y| y.is_finite()));
        let bias = network.fc.bias[4];
        let trainer = Trainer::new(CrossEntropy::new(), Adam::new(1e-3)).epochs(1).batch_size(1).quiet();
        trainer.fit(&mut network, &data).expect("one step");
        assert!(network.fc.bias[4] > bias, "the step went towards the class");
        assert_ne!(network.predict(&data.inputs[0]), before);
    });
}

#[test]
fn a_step_behind_others_allocates_nothing() {
    let (network, letter) = (Lines::new(1), Index::new(7).expect("a letter"));
    let mut state = LinesState::new();
    // The instruction set is looked up at the first call of all.
    network.step(&letter, &mut state).expect("a first step");
    let steps = allocations(|| {
        (1..96).for_each(|_| _ = network.step(&letter, &mut state).expect("room for 96"));
        state.reset();
        network.step(&letter, &mut state).expect("a first step again");
    });
    assert_eq!(steps, 0);
}

#[test]
fn large_keys_and_values_live_on_a_small_stack() {
    on_two_mebibytes(|| {
        let network = Told::new(7);
        let mut state = ToldState::new();
        let [one, other] = [3, 4].map(|i| Index::new(i).expect("a word"));
        let first: Box<SVector<f32, 5000>> = network.step(&one, &mut state).expect("a first step");
        let second = network.step(&other, &mut state).expect("a second step");
        assert_ne!(first, second);
        let mut copy = state.clone();
        let third = network.step(&one, &mut state).expect("a third step");
        drop(state);
        assert_eq!(third, network.step(&one, &mut copy).expect("a third step"));
    });
}
