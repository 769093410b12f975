//! Sets of blocks that a network takes with `use formwork::sets::…;`, written in the language itself.
//!
//! ```
//! use formwork::prelude::*;
//!
//! network! {
//!     use formwork::sets::transformer;
//!
//!     /// Says which letter comes next.
//!     pub struct Letters(text: [32] in 0..27) -> [32, 27] {
//!         text
//!             -> Embedding(24) -> PositionEmbedding
//!             -> [DecoderOnlyLayer(4, 96, 0.1); 2]
//!             -> LayerNorm -> Dense(27)
//!     }
//!
//!     /// Turns one sequence into another, with masks for what is padding.
//!     pub struct Translate(from: [12] in 0..50, to: [9] in 0..40) -> [9, 40] {
//!         let memory = from -> Embedding(24) -> PositionalEncoding -> [EncoderLayer(4, 48, 0.0); 2];
//!         let y = to -> Embedding(24) -> PositionalEncoding;
//!         let (y, _) = (y, memory) -> [DecoderLayer(4, 48, 0.0); 2];
//!         y -> Dense(40)
//!     }
//! }
//!
//! let letters = Letters::new(1);
//! let text = [Index::new(0)?; 32];
//! assert_eq!(letters.predict(&text).shape(), (27, 32));
//! # Ok::<(), formwork::Error>(())
//! ```

crate::blocks! {
    /// Transformers' layers (Vaswani et al.: *Attention is all you need*, 2017). Each takes the number of heads, the
    /// features between its two dense layers, and the share that is dropped in training; its parts have PyTorch's names. They are
    /// read in the source of this module.
    ///
    /// | block | takes and gives | |
    /// |---|---|---|
    /// | `EncoderLayer(heads, features, rate)` | `x: [t, f]` | normalises behind each part |
    /// | `PreNormEncoderLayer(heads, features, rate)` | `x: [t, f]` | normalises before each part |
    /// | `DecoderLayer(heads, features, rate)` | `(x: [t, f], memory: [s, g])` | causal, then attends to the memory, which it gives on as it is, so that layers may be repeated |
    /// | `PreNormDecoderLayer(heads, features, rate)` | the same | normalises before each part |
    /// | `DecoderOnlyLayer(heads, features, rate)` | `x: [t, f]` | causal; normalises before each part, as GPT-2 does |
    pub transformer {
        block EncoderLayer(heads, features, rate)(x: [t, f]) -> [t, f] {
            let y = x + (x -> self_attn: MultiHeadAttention(heads, dropout: rate) -> Dropout(rate)) -> norm1: LayerNorm;
            let z = y -> linear1: Dense(features) -> Relu -> Dropout(rate) -> linear2: Dense(f) -> Dropout(rate);
            y + z -> norm2: LayerNorm
        }

        block PreNormEncoderLayer(heads, features, rate)(x: [t, f]) -> [t, f] {
            let y = x + (x -> norm1: LayerNorm -> self_attn: MultiHeadAttention(heads, dropout: rate) -> Dropout(rate));
            let z = y -> norm2: LayerNorm -> linear1: Dense(features) -> Gelu -> Dropout(rate) -> linear2: Dense(f);
            y + (z -> Dropout(rate))
        }

        block DecoderLayer(heads, features, rate)(x: [t, f], memory: [s, g]) -> (x: [t, f], memory: [s, g]) {
            let a = x -> self_attn: MultiHeadAttention(heads, causal: true, dropout: rate) -> Dropout(rate);
            let y = x + a -> norm1: LayerNorm;
            let b = (y, memory) -> multihead_attn: MultiHeadAttention(heads, dropout: rate) -> Dropout(rate);
            let z = y + b -> norm2: LayerNorm;
            let c = z -> linear1: Dense(features) -> Relu -> Dropout(rate) -> linear2: Dense(f) -> Dropout(rate);
            (z + c -> norm3: LayerNorm, memory)
        }

        block PreNormDecoderLayer(heads, features, rate)(x: [t, f], memory: [s, g]) -> (x: [t, f], memory: [s, g]) {
            let a = x -> norm1: LayerNorm -> self_attn: MultiHeadAttention(heads, causal: true, dropout: rate);
            let y = x + (a -> Dropout(rate));
            let q = y -> norm2: LayerNorm;
            let b = (q, memory) -> multihead_attn: MultiHeadAttention(heads, dropout: rate);
            let z = y + (b -> Dropout(rate));
            let c = z -> norm3: LayerNorm -> linear1: Dense(features) -> Gelu -> Dropout(rate) -> linear2: Dense(f);
            (z + (c -> Dropout(rate)), memory)
        }

        block DecoderOnlyLayer(heads, features, rate)(x: [t, f]) -> [t, f] {
            let a = x -> norm1: LayerNorm -> self_attn: MultiHeadAttention(heads, causal: true, dropout: rate);
            let y = x + (a -> Dropout(rate));
            let z = y -> norm2: LayerNorm -> linear1: Dense(features) -> Gelu -> linear2: Dense(f);
            y + (z -> Dropout(rate))
        }
    }
}
