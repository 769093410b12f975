//! `MultiHeadAttention(8)`: each row of a sequence takes from all rows of another, or of itself, what fits it.

use super::mismatch::{Mismatch, Proposal};
use super::window::{number, sequence};
use super::{AnyLayer, Arguments, Init, Layer, Layout, OWN, Parameter, Role, Spread, Traits, multiply};
use crate::ast::ValueKind;
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

#[derive(Clone, Debug)]
pub struct MultiHeadAttention {
    heads: Dim,
    causal: bool,
    rotary: bool,
    bias: bool,
    dropout: f64,
    /// The value that the argument names, which flows in last.
    mask: Option<String>,
    /// How many values flow in, and the bound of the mask's elements if they are indices.
    flows: usize,
    chosen: Option<Dim>,
    /// The length of the sequence of which one step comes in.
    length: Option<Dim>,
}

/// What flows in: `[t, width]`, `[s, keys]`, `[s, values]`.
struct Sizes {
    queries: Dim,
    keys: Dim,
    widths: [Dim; 3],
}

impl MultiHeadAttention {
    /// Whether it takes so many values.
    pub fn takes(&self, inputs: usize) -> Option<String> {
        let mask = usize::from(self.mask.is_some());
        (!(1 + mask..=3 + mask).contains(&inputs)).then(|| "one value, `(query, memory)` or three".into())
    }

    /// Whether all rows attend alike to another sequence.
    fn attends_across(&self, inputs: &[Shape]) -> bool {
        let alike = self.mask.is_none() || inputs.last().is_some_and(|mask| mask.rank() == 1);
        self.sources(inputs) > 1 && !self.causal && !self.rotary && alike
    }

    /// How many of the values are no mask.
    fn sources(&self, inputs: &[Shape]) -> usize {
        inputs.len() - usize::from(self.mask.is_some())
    }

    fn sizes(&self, inputs: &[Shape]) -> Sizes {
        let count = self.sources(inputs);
        let at = |i: usize| &inputs[i.min(count - 1)].0;
        let keys = self.length.unwrap_or(at(1)[0]);
        Sizes { queries: at(0)[0], keys, widths: [at(0)[1], at(1)[1], at(2)[1]] }
    }

    /// Whether keys or values have another width than queries, so that each has a matrix of its own.
    fn is_separate(sizes: &Sizes) -> bool {
        let [width, keys, values] = sizes.widths;
        !(keys == width && values == width)
    }

    fn check_heads(&self, width: Dim) -> Result<(), Mismatch> {
        let heads = self.heads;
        if !width.is_multiple_of(heads) {
            let (below, above) = (width / heads * heads, width.next_multiple_of(heads));
            let nearest = match below == 0 {
                true => format!("the nearest multiple of {heads} is {above}"),
                false => format!("the nearest multiples of {heads} are {below} and {above}"),
            };
            let line = format!("{heads} heads do not divide the {width} features of {{input}}");
            let mut mismatch = Mismatch::new(line).at_main("heads").axis(1).note(nearest);
            // Fewer heads and more, those nearest to what was asked for first.
            let most = width.known().unwrap_or(0);
            let mut fitting: Vec<usize> = (1..=most).filter(|h| width.is_multiple_of(*h)).collect();
            fitting.sort_by_key(|h| heads.known().map(|heads| h.abs_diff(heads)));
            fitting.truncate(2);
            fitting.sort_unstable();
            for fits in fitting {
                mismatch = mismatch
                    .propose(Proposal::Main(fits.to_string()))
                    .propose(Proposal::Argument { name: "heads", value: fits.to_string() });
            }
            mismatch = if below > 0 { mismatch.propose(Proposal::Features(below)) } else { mismatch };
            return Err(mismatch.propose(Proposal::Features(above)));
        }
        let features = width / heads;
        if self.rotary && !features.is_multiple_of(2) {
            // Whole pairs, in as many heads as nearly as can be.
            let (all, near) = (width.known().unwrap_or(0), heads.known().unwrap_or(1));
            let fitting = (1..=all / 2).filter(|heads| all % (2 * heads) == 0);
            let nearest = fitting.min_by_key(|heads| heads.abs_diff(near));
            let mismatch = Mismatch::new(format!(
                "`rotary: true` turns pairs of features, but a head has {features}: {width} features for {heads} heads"
            ))
            .at("rotary");
            return Err(match nearest {
                Some(heads) => mismatch.propose(Proposal::Main(heads.to_string())),
                None => mismatch,
            });
        }
        Ok(())
    }

    fn check_mask(&self, name: &str, mask: &Shape, flows: usize, sizes: &Sizes) -> Result<(), Mismatch> {
        let (t, s) = (sizes.queries, sizes.keys);
        if let Some(bound) = self.chosen
            && !(bound == 2)
        {
            return Err(Mismatch::new(format!(
                "the mask `{name}` has indices in `0..{bound}`; it has 1 for what takes part and 0 for what does not, `in 0..2`"
            ))
            .at("mask"));
        }
        match mask.0[..] {
            [n] if n == s => Ok(()),
            [m, n] if m == t && n == s => Ok(()),
            _ => {
                let line = format!(
                    "the mask `{name}` is `{mask}`, but {t} rows attend to {s}: it is `[{t}, {s}]`, or `[{s}]` for all rows alike"
                );
                let turned = mask.0[..] == [s, t];
                let mismatch = Mismatch::new(line).at("mask");
                let wanted = if mask.rank() == 1 { vec![s] } else { vec![t, s] };
                Err(match turned {
                    true => mismatch.note("`transpose` turns it round"),
                    false => mismatch.propose(Proposal::InputAt(flows, wanted)),
                })
            }
        }
    }

    fn weight(&self, name: &'static str, width: Dim, outputs: Dim) -> Parameter {
        // Glorot's, as PyTorch draws them.
        let bound = Spread::RootOf(6, width + outputs);
        Parameter {
            name,
            memory_shape: vec![width, outputs],
            axes: vec![1, 0],
            role: Role::Learned,
            init: Init::Uniform { bound },
        }
    }
}

impl AnyLayer {
    /// Whether it hides from each row those behind it, as in a network that shall run a step at a time.
    pub fn attends_causally(&self) -> bool {
        matches!(self, AnyLayer::MultiHeadAttention(layer) if layer.causal)
    }

    /// Whether it attends from the rows of the first value to all of the others, and may do so row by row.
    pub fn attends_across(&self, inputs: &[Shape]) -> bool {
        matches!(self, AnyLayer::MultiHeadAttention(layer) if layer.attends_across(inputs))
    }
}

impl Layer for MultiHeadAttention {
    const ARITY: usize = OWN;

    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        arguments.accept(Some("heads"), &["causal", "mask", "rotary", "dropout", "bias"], errors);
        let mask = match arguments.value("mask") {
            None | Some(ValueKind::Broken) => None,
            Some(ValueKind::Word(name)) => Some(name.clone()),
            Some(ValueKind::Bool(_)) => {
                let error = arguments.refusal("mask", "is invalid: it names a value, `mask: hidden`");
                if let Some(error) = error {
                    errors.push(error.note("`causal: true` hides from each row those behind it"));
                }
                None
            }
            Some(_) => {
                arguments.refuse("mask", "is invalid: it names a value, `mask: hidden`", errors);
                None
            }
        };
        let layer = MultiHeadAttention {
            heads: arguments.count("heads", "the number of heads", "8", errors),
            causal: arguments.flag_or("causal", false, errors),
            rotary: arguments.flag_or("rotary", false, errors),
            bias: arguments.flag_or("bias", true, errors),
            dropout: arguments.number_or("dropout", 0.0, errors),
            mask,
            flows: 0,
            chosen: None,
            length: None,
        };
        super::dropout::check_rate("dropout", layer.dropout, arguments, errors);
        arguments.finish(layer)
    }

    fn named_value(&self) -> Option<&'static str> {
        self.mask.is_some().then_some("mask")
    }

    fn bind(&mut self, inputs: &[Option<Dim>]) {
        self.flows = inputs.len();
        self.chosen = inputs.last().copied().flatten().filter(|_| self.mask.is_some());
    }

    fn may_be_indices(&self, input: usize) -> bool {
        self.mask.is_some() && input + 1 == self.flows
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let count = self.sources(inputs);
        for (i, shape) in inputs[..count].iter().enumerate() {
            if let [c, h, w] = shape.0[..] {
                return Err(Mismatch::new(format!(
                    "{{title}} needs `[time, features]`, but {{input_is {i}}} `{shape}`"
                ))
                .note(format!("pixels are a sequence as `reshape(image, [{c}, {}]) -> transpose`", h * w)));
            }
            sequence(shape).map_err(|mismatch| Mismatch {
                line: mismatch.line.replace("{input_is}", &format!("{{input_is {i}}}")),
                proposals: if count == 1 { mismatch.proposals } else { Vec::new() },
                ..mismatch
            })?;
        }
        let sizes = self.sizes(inputs);
        if let [_, keys, values] = &inputs[..count]
            && keys.0[0] != values.0[0]
        {
            return Err(Mismatch::new(format!(
                "{{title}} takes as many values as keys, but {{input_is 1}} `{keys}` and {{input_is 2}} `{values}`"
            ))
            .propose(Proposal::InputAt(2, vec![keys.0[0], values.0[1]])));
        }
        self.check_heads(sizes.widths[0])?;
        if let (Some(name), Some(mask)) = (&self.mask, inputs.get(count)) {
            self.check_mask(name, mask, count, &sizes)?;
        }
        Ok(vec![inputs[0].clone()])
    }

    fn check_any_length(&self, input: &Shape) -> Result<(), Mismatch> {
        let line =
            format!("{{title}} wants a fixed length, but {{input_is}} `{input}`, a sequence of any length");
        let note =
            "over a fixed length, `[64, 16]`, a network whose attention is causal runs a step at a time too";
        Err(Mismatch::new(line).note(note))
    }

    fn works_at_a_step(&self, inputs: &[Shape]) -> bool {
        match inputs.len() {
            1 => self.causal,
            _ => self.attends_across(inputs),
        }
    }

    fn at_a_step(&mut self, length: Dim) {
        if self.flows <= 1 {
            self.length = Some(length);
        }
    }

    fn kept_at_a_step(&self, inputs: &[Shape]) -> Dim {
        let Sizes { keys, widths: [width, ..], .. } = self.sizes(inputs);
        if self.attends_across(inputs) {
            return self.traits(inputs).saved_each;
        }
        // The query, and keys and values of all steps.
        width * (keys * 2 + 1)
    }

    fn arguments(&self) -> String {
        let mut parts = vec![self.heads.to_string()];
        parts.extend(self.causal.then(|| "causal: true".into()));
        parts.extend(self.mask.as_ref().map(|mask| format!("mask: {mask}")));
        parts.extend(self.rotary.then(|| "rotary: true".into()));
        parts.extend((self.dropout > 0.0).then(|| format!("dropout: {:?}", self.dropout)));
        parts.extend((!self.bias).then(|| "bias: false".into()));
        parts.join(", ")
    }

    fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter> {
        let sizes = self.sizes(inputs);
        let [width, keys, values] = sizes.widths;
        let bias = |name, len| Parameter {
            name,
            memory_shape: vec![len],
            axes: vec![0],
            role: Role::Learned,
            init: Init::Constant(0.0),
        };
        let mut parameters = if Self::is_separate(&sizes) {
            vec![
                self.weight("q_proj_weight", width, width),
                self.weight("k_proj_weight", keys, width),
                self.weight("v_proj_weight", values, width),
            ]
        } else {
            vec![self.weight("in_proj_weight", width, width * 3)]
        };
        parameters.extend(self.bias.then(|| bias("in_proj_bias", width * 3)));
        parameters.push(Parameter {
            init: Init::Uniform { bound: Spread::OneOverRoot(width) },
            ..self.weight("out_proj.weight", width, width)
        });
        parameters.extend(self.bias.then(|| bias("out_proj.bias", width)));
        parameters
    }

    fn field(&self, inputs: &[Shape], scalar: &TokenStream) -> TokenStream {
        let sizes = self.sizes(inputs);
        let [width, keys, values] = sizes.widths;
        let [bias, biases] = [width, width * 3].map(|n| number(if self.bias { n } else { Dim::ZERO }));
        let (all, [width, keys, values]) = (number(width * 3), [width, keys, values].map(number));
        if Self::is_separate(&sizes) {
            quote!(multi_head_attention::MultiHeadAttentionOf<#scalar, #width, #keys, #values, #bias, #biases>)
        } else {
            quote!(multi_head_attention::MultiHeadAttention<#scalar, #width, #all, #bias, #biases>)
        }
    }

    fn traits(&self, inputs: &[Shape]) -> Traits {
        let Sizes { queries, keys, widths: [width, ..] } = self.sizes(inputs);
        // Queries, keys, values, what the heads give, and the logarithm of each sum of powers.
        let saved_each = (queries * 2 + keys * 2) * width + queries * self.heads;
        Traits { reads_inputs: true, saved_each, ..Traits::new(Layout::RowMajor) }
    }

    fn spec(&self, inputs: &[Shape], node: usize) -> TokenStream {
        let count = self.sources(inputs);
        let sizes = self.sizes(inputs);
        let separate = Self::is_separate(&sizes);
        let [width, key_width, value_width] = sizes.widths.map(number);
        let [queries, keys, heads, node] =
            [sizes.queries, sizes.keys, self.heads, Dim::from(node)].map(number);
        let each_query = inputs.get(count).is_some_and(|mask| mask.rank() == 2);
        let mask = match (&self.mask, self.chosen) {
            (None, _) => quote!(None),
            (Some(_), None) => quote!(Added { each_query: #each_query }),
            (Some(_), Some(_)) => quote!(Chosen { each_query: #each_query }),
        };
        let sources = match count {
            1 => quote!(One),
            2 => quote!(Two),
            _ => quote!(Three),
        };
        let MultiHeadAttention { causal, rotary, bias, .. } = *self;
        let dropout = Literal::f64_suffixed(self.dropout.abs());
        quote!(multi_head_attention::MultiHeadAttentionSpec {
            queries: #queries,
            keys: #keys,
            width: #width,
            key_width: #key_width,
            value_width: #value_width,
            heads: #heads,
            sources: multi_head_attention::Sources::#sources,
            separate: #separate,
            bias: #bias,
            causal: #causal,
            mask: multi_head_attention::Mask::#mask,
            rotary: #rotary,
            dropout: #dropout,
            node: #node,
        })
    }

    fn multiply_adds(&self, inputs: &[Shape]) -> Dim {
        let Sizes { queries, keys, widths: [width, key, value] } = self.sizes(inputs);
        let all = [
            multiply(&[queries, width, width * 2]),
            multiply(&[keys, width, key + value]),
            multiply(&[queries, keys, width * 2]),
        ];
        all.iter().sum::<Dim>().min(u64::MAX as usize)
    }
}
