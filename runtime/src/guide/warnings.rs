//! Warnings: what is legal and yet most likely a mistake.
//!
//! What is legal and yet most likely a mistake is a warning, shown by rustc at the layer. `#[allow(formwork::name)]` at the
//! struct silences one, and `#[deny(formwork::name)]` makes it an error. A value that no result needs is rustc's own
//! "unused variable".
//!
//! | lint | what it minds | for example |
//! |---|---|---|
//! | `missing_activation` | two dense layers with nothing between them are one linear map; a bottleneck, narrower than both sides, is not meant | `-> Dense(64) -> Dense(10)` |
//! | `relu_before_softmax` | all negative scores become equal | `-> Dense(10) -> Relu -> Softmax` |
//! | `repeated_softmax` | shares are taken for raw scores | `-> Softmax -> LogSoftmax` |
//! | `logarithm_of_softmax` | a loss that takes the logarithm of shares loses their digits; `LogSoftmax` does not | `ln(x -> Softmax)` |
//! | `softmax_of_one` | one share alone is always 1 | `-> Dense(1) -> Softmax` |
//! | `dropout_at_the_end` | the loss sees outputs that are zero at random | `-> Dense(10) -> Dropout(0.5)` |
//! | `batch_norm_of_one_pixel` | one value for each channel has no spread in a batch of one | `BatchNorm2d` of `[512, 1, 1]` |
//! | `bias_before_batch_norm` | the normalisation takes the bias away again; `bias: false` | `-> Conv2d(8, kernel: 3) -> BatchNorm2d` |
//! | `unnamed_twins` | two layers without names, of one kind and size, side by side: the order of the lines decides whose weights are whose in a saved file | `(a -> Dense(8)) + (b -> Dense(8))` |
//! | `channels_last` | an image with its channels last is read as many channels of narrow images | `photo: [224, 224, 3]` |
//!
//! ```
//! # formwork::network! {
//! #[allow(formwork::missing_activation)]
//! struct Linear(x: [8]) -> [3] { x -> inner: Dense(16) -> outer: Dense(3) }
//! # }
//! ```
