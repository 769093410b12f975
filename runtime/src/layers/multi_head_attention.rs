//! Attention with several heads: every row of a sequence takes from all rows of another what fits it.

mod passes;
#[cfg(test)]
mod tests;

use super::dense::{Dense, DenseSpec};
use super::{Backward, Forward, Layer};
use crate::Real;
use crate::kernels::attention::{Attention, Rows};
use nalgebra::{SMatrix, SVector};

/// The parameters of an attention of `W` features whose inputs all have as many; without a bias `B` and `B3` are 0, else
/// `W` and `3 W`, as `W3` always is.
#[repr(C)]
#[derive(Debug, PartialEq)]
pub struct MultiHeadAttention<T, const W: usize, const W3: usize, const B: usize, const B3: usize> {
    /// What makes queries, keys and values, side by side.
    pub in_proj_weight: SMatrix<T, W3, W>,
    /// What is added to these.
    pub in_proj_bias: SVector<T, B3>,
    /// What makes one value of all heads.
    pub out_proj: Dense<T, W, W, B>,
}

/// The parameters of an attention of `W` features to keys of `K` and values of `V`; without a bias `B` and `B3` are 0,
/// else `W` and `3 W`.
#[repr(C)]
#[derive(Debug, PartialEq)]
pub struct MultiHeadAttentionOf<
    T,
    const W: usize,
    const K: usize,
    const V: usize,
    const B: usize,
    const B3: usize,
> {
    /// What makes queries.
    pub q_proj_weight: SMatrix<T, W, W>,
    /// What makes keys.
    pub k_proj_weight: SMatrix<T, W, K>,
    /// What makes values.
    pub v_proj_weight: SMatrix<T, W, V>,
    /// What is added to these.
    pub in_proj_bias: SVector<T, B3>,
    /// What makes one value of all heads.
    pub out_proj: Dense<T, W, W, B>,
}

/// What decides which keys a query takes part of, beside `causal`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mask {
    /// Nothing: all of them.
    None,
    /// Numbers that are added to the scaled scores; -∞ hides a key.
    Added {
        /// Whether each query has numbers of its own, `[queries, keys]`; else it is `[keys]`.
        each_query: bool,
    },
    /// 1 for a key that takes part and 0 for one that does not.
    Chosen {
        /// As above.
        each_query: bool,
    },
}

impl Mask {
    pub(crate) const fn is_for_each_query(self) -> bool {
        matches!(self, Mask::Added { each_query: true } | Mask::Chosen { each_query: true })
    }
}

/// Which inputs there are, a mask aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sources {
    /// One value, which makes queries, keys and values.
    One,
    /// One for the queries, and one for keys and values.
    Two,
    /// One for each.
    Three,
}

/// The sizes of an attention with several heads (Vaswani et al.: *Attention is all you need*, 2017; PyTorch's
/// `MultiheadAttention`).
///
/// Each of `h` heads has queries `Q`, keys `K` and values `V` of `d = width / h` features, which are slices of dense
/// layers' outputs, and gives `softmax(Q Kᵀ / √d + mask) V`; a dense layer makes the output of all heads side by side.
/// With `causal` query `i` sees the keys up to `i`, and with dropout a share of the weights is 0 in training, the others
/// larger. A query that sees no key gets zeros from all heads.
///
/// Parameters are `in_proj_weight` as `[width][3 · width]` or, if keys or values have other widths, three matrices
/// `[in][width]`; `in_proj_bias`, if there is one; the weight of `out_proj` as `[width][width]`, and its bias. Backward
/// reads the inputs. The scores are never held whole (Dao: *FlashAttention-2*, 2023).
///
/// In a step ([`Mode::Step`](super::Mode::Step)), which one causal input can have, one row comes in. The spec then has one
/// query and as many keys as there may be steps, and `saved` keeps the query and all keys and values,
/// `width · (1 + 2 · keys)` numbers. In a step that attends to another sequence the spec has one query, and `saved` is as in
/// training; what the other sequence gives is made in the first step and kept.
///
/// With `rotary` queries and keys are turned by their position (Su et al.: *RoFormer*, 2021): of each head's features
/// the neighbours `2i` and `2i + 1` are a pair, turned at position `p` by the angle `p · 10000^(-2i / d)`.
///
/// ```
/// use formwork::layers::multi_head_attention::{Mask, MultiHeadAttentionSpec, Sources};
/// use formwork::layers::{Forward, Layer, Mode};
/// let spec = MultiHeadAttentionSpec { queries: 2, keys: 2, heads: 1, ..MultiHeadAttentionSpec::of(1) };
/// // All queries and keys are 0, so that each row takes the mean of the values, which are the inputs.
/// let parameters = [0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0];
/// let mut y = [0.0f32; 2];
/// spec.forward(Forward {
///     samples: 1,
///     mode: Mode::Predict,
///     parameters: &parameters,
///     inputs: &[&[1.0, 3.0]],
///     outputs: &mut [&mut y],
///     saved: &mut [],
///     scratch: &mut vec![0.0; spec.forward_scratch(1)],
/// });
/// assert_eq!(y, [2.0, 2.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MultiHeadAttentionSpec {
    /// The rows of the queries.
    pub queries: usize,
    /// The rows of keys and values.
    pub keys: usize,
    /// The features of the queries, of all heads together, and of the output.
    pub width: usize,
    /// The features of what makes the keys.
    pub key_width: usize,
    /// The features of what makes the values.
    pub value_width: usize,
    /// How many heads there are; they divide the width.
    pub heads: usize,
    /// Which inputs there are.
    pub sources: Sources,
    /// Whether the three have matrices of their own.
    pub separate: bool,
    /// Whether there are biases.
    pub bias: bool,
    /// Whether a query sees no key behind it.
    pub causal: bool,
    /// What else hides keys; it is the last input.
    pub mask: Mask,
    /// Whether queries and keys are turned by their position.
    pub rotary: bool,
    /// The share of the weights that is dropped in training.
    pub dropout: f64,
    /// The node's number, which seeds the noise.
    pub node: u32,
}

/// One of the dense layers that make queries, keys and values: which input it reads, its features, how many rows a
/// sample has, and which of the three it makes, from one up to another.
#[derive(Clone, Copy, Debug, Default)]
struct Piece {
    input: usize,
    inputs: usize,
    rows: usize,
    from: usize,
    to: usize,
}

const fn larger(a: usize, b: usize) -> usize {
    if a > b { a } else { b }
}

impl MultiHeadAttentionSpec {
    /// The usual attention of a sequence of one row to itself, with one head of so many features.
    #[must_use]
    pub const fn of(width: usize) -> Self {
        MultiHeadAttentionSpec {
            queries: 1,
            keys: 1,
            width,
            key_width: width,
            value_width: width,
            heads: 1,
            sources: Sources::One,
            separate: false,
            bias: true,
            causal: false,
            mask: Mask::None,
            rotary: false,
            dropout: 0.0,
            node: 0,
        }
    }

    const fn pieces(&self) -> ([Piece; 3], usize) {
        let (inputs, rows) = (self.width, self.queries);
        let none = Piece { input: 0, inputs: 0, rows: 0, from: 3, to: 3 };
        let keys = Piece { input: 1, inputs: self.key_width, rows: self.keys, from: 1, to: 2 };
        match self.sources {
            Sources::One => ([Piece { input: 0, inputs, rows, from: 0, to: 3 }, none, none], 1),
            Sources::Two => {
                ([Piece { input: 0, inputs, rows, from: 0, to: 1 }, Piece { to: 3, ..keys }, none], 2)
            }
            Sources::Three => {
                let values = Piece { input: 2, inputs: self.value_width, rows: self.keys, from: 2, to: 3 };
                ([Piece { input: 0, inputs, rows, from: 0, to: 1 }, keys, values], 3)
            }
        }
    }

    /// The dense layer of a piece.
    const fn dense(&self, piece: Piece) -> DenseSpec {
        let outputs = (piece.to - piece.from) * self.width;
        DenseSpec { rows: piece.rows, inputs: piece.inputs, outputs, bias: self.bias }
    }

    /// The dense layer behind the heads.
    const fn last(&self) -> DenseSpec {
        DenseSpec { rows: self.queries, inputs: self.width, outputs: self.width, bias: self.bias }
    }

    /// Whether the only piece's matrix and bias stand in the parameters as they are read.
    const fn is_whole(&self) -> bool {
        matches!(self.sources, Sources::One) && !self.separate
    }

    /// The numbers of queries, keys and values of a sample, and of the output of all heads.
    const fn made(&self) -> [usize; 2] {
        [(self.queries + 2 * self.keys) * self.width, self.queries * self.width]
    }

    /// Scalars that forward saves for each sample: queries, keys, values, what all heads give, and the logarithms of the
    /// sums of powers.
    #[must_use]
    pub const fn saved_each(&self) -> usize {
        let [three, heads] = self.made();
        three + heads + self.queries * self.heads
    }

    /// The numbers of a copy of the largest piece's matrix and bias.
    const fn copy(&self) -> usize {
        let ([a, b, c], _) = self.pieces();
        let [a, b, c] = [
            (a.inputs + 1) * (a.to - a.from) * self.width,
            (b.inputs + 1) * (b.to - b.from) * self.width,
            (c.inputs + 1) * (c.to - c.from) * self.width,
        ];
        if self.is_whole() { 0 } else { larger(a, larger(b, c)) }
    }

    /// Cosines and sines of all positions.
    const fn angles(&self) -> usize {
        if self.rotary { larger(self.queries, self.keys) * (self.width / self.heads) } else { 0 }
    }

    /// The scalars of room that forward needs.
    #[must_use]
    pub const fn forward_scratch(&self, samples: usize) -> usize {
        let ([a, b, c], _) = self.pieces();
        let dense = larger(
            larger(self.dense(a).forward_scratch(samples), self.dense(b).forward_scratch(samples)),
            larger(self.dense(c).forward_scratch(samples), self.last().forward_scratch(samples)),
        );
        let work = larger(dense, self.attention(samples).scratch(samples, false));
        samples * self.saved_each() + self.copy() + self.angles() + work
    }

    /// The scalars of room that backward needs.
    #[must_use]
    pub const fn backward_scratch(&self, samples: usize) -> usize {
        let ([a, b, c], _) = self.pieces();
        let dense = larger(
            larger(self.dense(a).backward_scratch(samples), self.dense(b).backward_scratch(samples)),
            larger(self.dense(c).backward_scratch(samples), self.last().backward_scratch(samples)),
        );
        let work = larger(dense, self.attention(samples).scratch(samples, true));
        let [three, heads] = self.made();
        samples * (three + heads) + self.copy() + self.angles() + work
    }

    /// The attention of one query to the keys before it in a step, which stand behind it, each with its value.
    const fn cached(&self) -> Attention {
        let w = self.width;
        let places =
            [Rows { start: 0, step: w }, Rows { start: w, step: 2 * w }, Rows { start: 2 * w, step: 2 * w }];
        Attention { queries: 1, places, ..self.attention(1) }
    }

    const fn attention(&self, samples: usize) -> Attention {
        let (w, queries, keys) = (self.width, samples * self.queries, samples * self.keys);
        let places = match self.sources {
            Sources::One => [
                Rows { start: 0, step: 3 * w },
                Rows { start: w, step: 3 * w },
                Rows { start: 2 * w, step: 3 * w },
            ],
            Sources::Two => {
                let start = queries * w;
                [
                    Rows { start: 0, step: w },
                    Rows { start, step: 2 * w },
                    Rows { start: start + w, step: 2 * w },
                ]
            }
            Sources::Three => {
                let start = queries * w;
                [
                    Rows { start: 0, step: w },
                    Rows { start, step: w },
                    Rows { start: start + keys * w, step: w },
                ]
            }
        };
        Attention {
            heads: self.heads,
            width: self.width / self.heads,
            queries: self.queries,
            keys: self.keys,
            causal: self.causal,
            mask: self.mask,
            rate: self.dropout,
            node: self.node,
            places,
        }
    }
}

impl<T: Real> Layer<T> for MultiHeadAttentionSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        passes::forward(self, pass);
    }

    fn backward(&self, pass: Backward<'_, T>) {
        passes::backward(self, pass);
    }
}
