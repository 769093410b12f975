//! Sequences: layers with a memory, and networks that run a step at a time.
//!
//! A sequence is `[time, features]`. `x -> Lstm(32)` carries a state from step to step and gives it at every step, `[t, 32]`;
//! `-> Last` keeps the last one, and then nothing else is computed. A pattern of several names takes the states at the end
//! too, and a state to start from flows in beside the sequence (else it is zero). A state is `[32]`, and with several layers
//! or both directions `[layers · directions, 32]`: layer 0 forward, layer 0 backward, layer 1 forward, …
//!
//! ```
//! use formwork::prelude::*;
//!
//! network! {
//!     /// One of three movements, from 64 readings of six sensors.
//!     pub struct Movement(readings: [64, 6]) -> [3] {
//!         readings -> Gru(32, layers: 2, dropout: 0.2) -> Last -> Dense(3)
//!     }
//!
//!     /// The next part of a sequence, from where the one before it ended.
//!     pub struct Onward(x: [16, 4], h0: [8], c0: [8]) -> (y: [16, 4], h: [8], c: [8]) {
//!         let (states, h, c) = (x, h0, c0) -> Lstm(8);
//!         (states -> Dense(4), h, c)
//!     }
//! }
//!
//! let onward = Onward::new(7);
//! let whole = onward.predict(&SMatrix::repeat(0.5), &SVector::zeros(), &SVector::zeros());
//! let next = onward.predict(&SMatrix::repeat(0.5), &whole.h, &whole.c);
//! assert_ne!(whole.y, next.y);
//! ```
//!
//! Over sequences of any length, `[.., 4]`, a network runs a step at a time, as data comes in: `step` takes what comes in and
//! a state, a plain value that it carries on, and allocates nothing. It gives the same numbers as the whole sequence at once.
//! What stands in it works step by step: `Embedding`, `Dense`, the recurrent layers in one direction, causal convolution,
//! `Last`, dropout, `LayerNorm`, `RmsNorm`, activations, arithmetic, `map`; along the features `concat`, `split`, `slice` and
//! `Glu`. What flows in beside a sequence and is none is given at every step, and stands for the whole sequence.
//!
//! ```
//! use formwork::prelude::*;
//!
//! network! {
//!     /// An effect for a guitar.
//!     pub struct Amp(x: [.., 1]) -> [.., 1] { x -> Lstm(8) -> Dense(1) }
//! }
//!
//! let amp = Amp::new(7);
//! let mut state = AmpState::default();
//! let played: Vec<f32> = (0..256).map(|_| amp.step(&SVector::from([0.5]), &mut state)[0]).collect();
//! let whole = amp.predict(&[SVector::from([0.5]); 256]);
//! assert_eq!(played[255], whole[255][0]);
//! state.reset();
//! ```
//!
//! `Conv1d(…, padding: causal)` reads a step and those before it, zeros before the first. Its state is a
//! [`Past`](crate::layers::past::Past), a ring of as many steps as the kernel reaches back, made once with the state: a step
//! moves nothing of it, so a kernel may look as far back as it likes. In a repetition each round has its own.
//!
//! ```
//! use formwork::prelude::*;
//!
//! network! {
//!     /// Each layer looks twice as far back as the one before it (van den Oord et al.: *WaveNet*, 2016).
//!     pub struct Wave(sound: [.., 1]) -> [.., 1] {
//!         sound -> Dense(8) -> [Stack; 2] -> Relu -> Dense(1)
//!     }
//!
//!     block Stack(x: [t, f]) -> [t, f] { x -> Gated(1) -> Gated(2) -> Gated(4) -> Gated(8) }
//!
//!     block Gated(far)(x: [t, f]) -> [t, f] {
//!         let filter = x -> Conv1d(f, kernel: 2, padding: causal, dilation: far);
//!         let gate = x -> Conv1d(f, kernel: 2, padding: causal, dilation: far);
//!         x + (tanh(filter) * sigmoid(gate) -> Dense(f))
//!     }
//! }
//!
//! let wave = Wave::new(7);
//! let mut state = WaveState::default();
//! let sound: Vec<_> = (0..100).map(|i| SVector::from([(0.3 * i as f32).sin()])).collect();
//! let played: Vec<_> = sound.iter().map(|x| wave.step(x, &mut state)).collect();
//! let whole = &wave.predict_batch(&[sound])?[0];
//! assert!((played[99] - whole[99]).norm() < 1e-6);
//! # Ok::<(), formwork::Error>(())
//! ```
//!
//! A sample is then a `Vec` of steps, and a batch holds sequences of different lengths: nothing is padded, and each sequence
//! gets the gradients that it would get alone. Of a network with an output at each step, `[.., m]`, targets are `Vec`s too,
//! and [`EachStep`](crate::losses::EachStep) takes a loss or a metric step by step; of one that ends in `-> Last` there is one
//! output for each sequence.
//!
//! ```
//! use formwork::prelude::*;
//!
//! network! {
//!     /// Whether there have been more ones than zeros.
//!     pub struct Majority(bits: [..] in 0..2) -> [.., 1] { bits -> Embedding(2) -> Gru(8) -> Dense(1) }
//! }
//!
//! let bits = |number: usize| (0..2 + number % 7).map(|i| number >> i & 1).collect::<Vec<_>>();
//! let mut data = Dataset::default();
//! for bits in (0..200).map(bits) {
//!     let ones = bits.iter().scan(0.0, |more, &bit| {
//!         *more += bit as f32 - 0.5;
//!         Some(SVector::from([f32::from(*more > 0.0)]))
//!     });
//!     data.targets.push(ones.collect::<Vec<_>>());
//!     data.inputs.push(bits.into_iter().map(|bit| Index::new(bit).map(|bit| [bit])).collect::<Result<Vec<_>, _>>()?);
//! }
//! let mut majority = Majority::new(1);
//! let history = Trainer::new(EachStep(BinaryCrossEntropy::new()), Adam::new(0.02))
//!     .epochs(20)
//!     .metric(EachStep(BinaryAccuracy::new()))
//!     .quiet()
//!     .fit(&mut majority, &data)?;
//! assert!(history.last().is_some_and(|epoch| epoch.training.metrics[0] > 0.95));
//! # Ok::<(), formwork::Error>(())
//! ```
//!
//! `truncate: 32` lets gradients flow back over 32 steps alone, in sequences of any length and of a fixed one: forward
//! carries the state through all of a sequence, and backward stops at the beginning of each piece of 32 steps, and of the first
//! one goes on to the state that was given. So long sequences train as pieces would, one behind the other, without cutting the
//! data.
//!
//! # Given states, and what is known at the end
//!
//! Over any length a recurrent layer starts from a given state, too, and gives its states at the end. What is given once,
//! such a state or what stands behind `Last`, may be an output beside those at each step. There is one struct for each step
//! then: in a batch, and in the outputs that a loss sees, the value of the end stands in all entries of its sequence, and
//! its gradients in all of them add up (a loss writes one, and zeros into the others). `step` gives what would come out if the
//! sequence ended there. What is known at the end alone cannot be read at each step: its network would have no `step`, and
//! that is an error.
//!
//! ```
//! use formwork::prelude::*;
//!
//! network! {
//!     /// What is said at each moment, and what all of it is about, by somebody whom one knows.
//!     pub struct Listen(sound: [.., 4], speaker: [2]) -> (sign: [.., 6], about: [3]) {
//!         let start = speaker -> Dense(8) -> Tanh;
//!         let heard = sound -> Dense(8) -> [Residual; 2];
//!         let (states, end) = (heard, start) -> read: Gru(8);
//!         (states -> Dense(6), end -> Dense(3))
//!     }
//!
//!     /// In a repetition each round carries a state of its own.
//!     block Residual(x: [t, f]) -> [t, f] { x + (x -> LayerNorm -> Lstm(f)) }
//! }
//!
//! let listen = Listen::new(7);
//! let sounds: Vec<_> = (1..4).map(|n| vec![SVector::repeat(0.5); 3 * n]).collect();
//! let speakers = [SVector::from([1.0, 0.0]); 3];
//! let heard = listen.predict_batch(ListenBatch { sound: &sounds, speaker: &speakers })?;
//! assert_eq!(heard[2].len(), 9);
//! assert_eq!(heard[2][0].about, heard[2][8].about);
//! // A step at a time the speaker counts at the first, and what it is about is what it seems so far.
//! let mut state = ListenState::default();
//! let so_far: Vec<_> = sounds[2].iter().map(|x| listen.step(x, &speakers[2], &mut state)).collect();
//! assert_ne!(so_far[0].about, so_far[8].about);
//! assert!((so_far[8].about - heard[2][8].about).norm() < 1e-6);
//! # Ok::<(), formwork::Error>(())
//! ```
//!
//! The state of a layer in a repetition, and of one that starts from a given state, is a
//! [`State`](crate::layers::recurrent::State), made once with the rest; that of any other recurrent layer are plain vectors.
//!
//! # Attention, a step at a time
//!
//! A network over a sequence of fixed length has `step` too, if each row of its one output hangs on the rows before it
//! alone: an input has time as its first dimension; the attention in it is of one value to itself, `causal: true`,
//! without a mask; and all else works on one row, as `Embedding`, `Dense`, `LayerNorm`, positions of any kind, dropout,
//! activations, arithmetic, `Softmax`, `Glu`, and `concat` and `split` along the features. Blocks and `[Block; n]` of these
//! do as well. The state, [`Cache`](crate::Cache), holds keys and values of the steps so far, so that each is computed once;
//! it has room for the declared length, and a step beyond that is an error.
//!
//! ```
//! use formwork::prelude::*;
//!
//! network! {
//!     use formwork::sets::transformer;
//!
//!     /// Which letter comes next.
//!     pub struct Letters(text: [32] in 0..27) -> [32, 27] {
//!         text -> Embedding(24) -> PositionEmbedding -> [DecoderOnlyLayer(4, 96, 0.1); 2] -> LayerNorm -> Dense(27)
//!     }
//! }
//!
//! let letters = Letters::new(7);
//! let mut state = LettersState::new();
//! let mut text = vec![Index::<27>::new(5)?];
//! while !state.is_full() {
//!     let scores: SVector<f32, 27> = letters.step(&text[text.len() - 1], &mut state)?;
//!     text.push(Index::new(scores.imax())?);
//! }
//! // The same letters as from the whole sequence at once.
//! let whole = letters.predict(&core::array::from_fn(|i| text[i]));
//! assert!((0..32).all(|i| whole.column(i).imax() == text[i + 1].get()));
//! # Ok::<(), formwork::Error>(())
//! ```
//!
//! A decoder attends to another sequence besides, which flows in beside its own, `(y, memory) -> MultiHeadAttention(4)`, all
//! of it and without `rotary`; a mask of it is the same for all rows, `[s]`. `step` takes all inputs, and keeps the keys and
//! values that the first step made of the other sequence. What else hangs on that one is computed at each step again, so what
//! reads it is best a network of its own:
//!
//! ```
//! use formwork::prelude::*;
//!
//! network! {
//!     use formwork::sets::transformer;
//!
//!     pub struct Reader(from: [12] in 0..50) -> [12, 16] {
//!         from -> Embedding(16) -> PositionalEncoding -> [EncoderLayer(4, 32, 0.1); 2]
//!     }
//!
//!     pub struct Writer(to: [9] in 0..40, memory: [12, 16]) -> [9, 40] {
//!         let (y, _) = (to -> Embedding(16) -> PositionEmbedding, memory) -> [DecoderLayer(4, 32, 0.1); 2];
//!         y -> Dense(40)
//!     }
//!
//!     /// Both, as they are trained.
//!     pub struct Translator(from: [12] in 0..50, to: [9] in 0..40) -> [9, 40] {
//!         (to, from -> reader: Reader) -> writer: Writer
//!     }
//! }
//!
//! let translator = Translator::new(7);
//! let memory = translator.reader.predict(&[Index::new(3)?; 12]);
//! let (mut state, mut word) = (WriterState::new(), Index::<40>::new(0)?);
//! while !state.is_full() {
//!     let scores: SVector<f32, 40> = translator.writer.step(&word, &memory, &mut state)?;
//!     word = Index::new(scores.imax())?;
//! }
//! # Ok::<(), formwork::Error>(())
//! ```
//!
//! What shall go on for longer begins anew with what came last: `state.reset()`, and the last letters once more (the
//! example `char_model` does).
