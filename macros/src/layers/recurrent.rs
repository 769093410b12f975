//! `Rnn(32)`, `Gru(32)`, `Lstm(32)`: a state that is carried from step to step through a sequence.
//!
//! `x -> Lstm(32)` gives the state at every step. `let (y, h, c) = x -> Lstm(32)` gives those at the end, too, and
//! `(x, h0, c0) -> Lstm(32)` starts from given ones instead of zeros.

use super::mismatch::{Mismatch, Proposal};
use super::window::{number, sequence};
use super::{AnyLayer, Arguments, Init, Layer, Layout, Link, OWN, Parameter, Role, Spread, Stream, Traits};
use crate::errors::Errors;
use crate::shape::{Dim, Shape};
use proc_macro2::{Literal, TokenStream};
use quote::quote;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Cell {
    Tanh,
    Relu,
    Gru,
    Lstm,
}

#[derive(Clone, Debug)]
pub struct Recurrent {
    cell: Cell,
    hidden: Dim,
    layers: usize,
    bidirectional: bool,
    bias: bool,
    dropout: f64,
    /// Over how many steps gradients flow back; 0 for all.
    truncate: usize,
    /// Whether the states at the end are values, too.
    states: bool,
    /// Whether only the last step is ever read.
    last: bool,
}

/// The most layers: each has tensors of its own.
const MOST: usize = 64;

const NONLINEARITIES: [&str; 2] = ["tanh", "relu"];

impl Cell {
    fn gates(self) -> usize {
        match self {
            Cell::Tanh | Cell::Relu => 1,
            Cell::Gru => 3,
            Cell::Lstm => 4,
        }
    }

    /// How many states it carries.
    fn states(self) -> usize {
        if self == Cell::Lstm { 2 } else { 1 }
    }

    /// The names of values that it takes or gives.
    fn values(self, names: [&'static str; 3]) -> String {
        format!("({})", names[..=self.states()].join(", "))
    }
}

impl Recurrent {
    fn directions(&self) -> usize {
        if self.bidirectional { 2 } else { 1 }
    }

    /// The features that come out.
    fn width(&self) -> Dim {
        self.hidden * self.directions()
    }

    fn gate_units(&self) -> Dim {
        self.hidden * self.cell.gates()
    }

    /// The features that flow into one of the layers.
    fn input_of(&self, layer: usize, features: Dim) -> Dim {
        if layer == 0 { features } else { self.width() }
    }

    /// The shape of a state, for all layers and directions.
    fn state(&self) -> Shape {
        match self.layers * self.directions() {
            1 => Shape(vec![self.hidden]),
            n => Shape(vec![n.into(), self.hidden]),
        }
    }

    fn check_dropout(&self, arguments: &mut Arguments, errors: &mut Errors) {
        if !(0.0..1.0).contains(&self.dropout) {
            super::dropout::check_rate("dropout", self.dropout, arguments, errors);
        } else if self.dropout > 0.0 && self.layers == 1 && arguments.is_good() {
            let why = "has no effect: it acts between layers, and there is one";
            let Some(error) = arguments.refusal("dropout", why) else { return };
            let error = arguments.also(error, "layers", "2");
            errors.push(error.note("behind the layer it is `-> Dropout(…)`"));
        }
    }

    /// What a state must be, if it is not.
    fn check_state(&self, i: usize, given: &Shape) -> Result<(), Mismatch> {
        let wanted = self.state();
        if wanted == *given {
            return Ok(());
        }
        let mismatch = Mismatch::new(format!(
            "{{title}} starts from a state `{wanted}`, but {{input_is {i}}} `{given}`"
        ));
        let mismatch = match (self.layers, self.bidirectional) {
            (1, false) => mismatch,
            (1, true) => mismatch.note("one row for each direction"),
            (_, false) => mismatch.note("one row for each layer"),
            (_, true) => {
                mismatch.note("one row for each layer and direction: first forward, first backward, …")
            }
        };
        Err(mismatch.propose(Proposal::InputAt(i, wanted.0)))
    }

    /// The same layer where only the last step is read.
    fn giving_last(&self) -> Option<Recurrent> {
        (!self.states && !self.last).then(|| Recurrent { last: true, ..self.clone() })
    }
}

impl Recurrent {
    /// What it wants that a sequence of any length does not have.
    pub fn misses(&self) -> Option<&'static str> {
        self.bidirectional.then_some("reads a sequence from its end, too, which wants a fixed length")
    }

    /// Whether it gives its states at the end, too.
    pub fn gives_states(&self) -> bool {
        self.states
    }
}

impl AnyLayer {
    /// A recurrent layer, if it is one.
    pub fn recurrent(&self) -> Option<&Recurrent> {
        match self {
            AnyLayer::Rnn(layer) | AnyLayer::Gru(layer) | AnyLayer::Lstm(layer) => Some(layer),
            _ => None,
        }
    }

    /// A recurrent layer, if it gives every step and nothing else: the same one giving the last step alone, and its shape.
    pub fn giving_last(&self) -> Option<(AnyLayer, Shape)> {
        let shape = |layer: &Recurrent| Shape(vec![layer.width()]);
        match self {
            AnyLayer::Rnn(layer) => layer.giving_last().map(|l| (AnyLayer::Rnn(l), shape(layer))),
            AnyLayer::Gru(layer) => layer.giving_last().map(|l| (AnyLayer::Gru(l), shape(layer))),
            AnyLayer::Lstm(layer) => layer.giving_last().map(|l| (AnyLayer::Lstm(l), shape(layer))),
            _ => None,
        }
    }
}

/// A tensor's name in files: `weight_ih_l0`, `bias_hh_l1_reverse`. There are as many as there are layers, and each is made
/// once.
fn name(tensor: &str, layer: usize, direction: usize) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let name = format!("{tensor}_l{layer}{}", if direction == 1 { "_reverse" } else { "" });
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name.as_str()) {
        return known;
    }
    let name: &'static str = name.leak();
    names.insert(name);
    name
}

impl Layer for Recurrent {
    const ARITY: usize = OWN;

    fn parse(arguments: &mut Arguments, errors: &mut Errors) -> Option<Self> {
        let kind = arguments.layer().to_string();
        let named = ["layers", "bidirectional", "dropout", "bias", "truncate", "nonlinearity"];
        let named = if kind == "Rnn" { &named[..] } else { &named[..5] };
        arguments.accept(Some("hidden"), named, errors);
        let cell = match kind.as_str() {
            "Gru" => Cell::Gru,
            "Lstm" => Cell::Lstm,
            _ => match arguments.word("nonlinearity", &NONLINEARITIES, errors) {
                Some(1) => Cell::Relu,
                _ => Cell::Tanh,
            },
        };
        let hidden = arguments.count("hidden", "the number of units of its state", "32", errors);
        let layers = match arguments.is_given("layers") {
            true => arguments.literal("layers", "the number of layers", "2", errors),
            false => 1,
        };
        if layers > MOST {
            arguments.refuse("layers", &format!("is invalid: there are at most {MOST} layers"), errors);
        }
        let truncate = match arguments.is_given("truncate") {
            true => {
                arguments.literal("truncate", "the number of steps that gradients flow back", "32", errors)
            }
            false => 0,
        };
        let layer = Recurrent {
            cell,
            hidden,
            layers,
            bidirectional: arguments.flag_or("bidirectional", false, errors),
            bias: arguments.flag_or("bias", true, errors),
            dropout: arguments.number_or("dropout", 0.0, errors),
            truncate,
            states: false,
            last: false,
        };
        layer.check_dropout(arguments, errors);
        arguments.finish(layer)
    }

    fn ports(&self) -> usize {
        if self.states { 1 + self.cell.states() } else { 1 }
    }

    fn ask(&mut self, ports: usize) -> bool {
        self.states = ports == 1 + self.cell.states();
        self.states || ports == 1
    }

    fn offers(&self) -> Option<String> {
        Some(self.cell.values(["y", "h", "c"]))
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        let [time, _] = sequence(&inputs[0]).map_err(|m| {
            // The rows of a grey image are steps.
            let m = match inputs[0].0[..] {
                [n, t, f] if n.is(1) => {
                    m.propose(Proposal::Insert { input: 0, call: format!("reshape([{t}, {f}])") })
                }
                _ => m,
            };
            m.propose(Proposal::Earlier)
        })?;
        let given = inputs.len() - 1;
        if given > 0 && given != self.cell.states() {
            let all = self.cell.values(["x", "h0", "c0"]);
            let what = crate::shape::counted(inputs.len(), "values");
            return Err(Mismatch::new(format!(
                "{{title}} takes a sequence, or `{all}` with the state to start from, but {what} flow in"
            )));
        }
        for (i, state) in inputs.iter().enumerate().skip(1) {
            self.check_state(i, state)?;
        }
        let sequence = Shape(vec![time, self.width()]);
        let states = std::iter::repeat_n(self.state(), self.ports() - 1);
        Ok(std::iter::once(sequence).chain(states).collect())
    }

    fn decides_features(&self) -> bool {
        !self.bidirectional
    }

    fn arguments(&self) -> String {
        let mut parts = vec![self.hidden.to_string()];
        if self.cell == Cell::Relu {
            parts.push("nonlinearity: relu".into());
        }
        if self.layers > 1 {
            parts.push(format!("layers: {}", self.layers));
        }
        if self.bidirectional {
            parts.push("bidirectional: true".into());
        }
        if self.dropout > 0.0 {
            parts.push(format!("dropout: {:?}", self.dropout));
        }
        if self.truncate > 0 {
            parts.push(format!("truncate: {}", self.truncate));
        }
        if !self.bias {
            parts.push("bias: false".into());
        }
        parts.join(", ")
    }

    fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter> {
        let gates = self.gate_units();
        let init = Init::Uniform { bound: Spread::OneOverRoot(self.hidden) };
        let mut parameters = Vec::new();
        for layer in 0..self.layers {
            for direction in 0..self.directions() {
                let mut tensor = |kind: &str, memory_shape: Vec<Dim>| {
                    let axes = (0..memory_shape.len()).rev().collect();
                    let name = name(kind, layer, direction);
                    parameters.push(Parameter { name, memory_shape, axes, role: Role::Learned, init });
                };
                tensor("weight_ih", vec![self.input_of(layer, inputs[0].0[1]), gates]);
                tensor("weight_hh", vec![self.hidden, gates]);
                if self.bias {
                    tensor("bias_ih", vec![gates]);
                    tensor("bias_hh", vec![gates]);
                }
            }
        }
        parameters
    }

    fn field(&self, inputs: &[Shape], scalar: &TokenStream) -> TokenStream {
        let bias = if self.bias { self.gate_units() } else { Dim::ZERO };
        let [gates, features, hidden, bias, width] =
            [self.gate_units(), inputs[0].0[1], self.hidden, bias, self.width()].map(number);
        let (directions, deeper) = (number(self.directions()), number(self.layers - 1));
        quote!(recurrent::Recurrent<#scalar, #gates, #features, #hidden, #bias, #directions, #width, #deeper>)
    }

    fn traits(&self, inputs: &[Shape]) -> Traits {
        let [time, features] = [0, 1].map(|i| inputs[0].0[i]);
        let states = (time + 1) * self.hidden;
        let extra = match self.cell {
            Cell::Tanh | Cell::Relu => Dim::ZERO,
            Cell::Gru => time * self.hidden,
            Cell::Lstm => states + time * self.hidden,
        };
        let history = states + time * self.gate_units() + extra;
        let flow = time * (features + self.width() * (self.layers - 1));
        Traits {
            saved_each: flow + history * (self.layers * self.directions()),
            ..Traits::new(Layout::RowMajor)
        }
    }

    fn spec(&self, inputs: &[Shape], node: usize) -> TokenStream {
        let cell = match self.cell {
            Cell::Tanh => quote!(Tanh),
            Cell::Relu => quote!(Relu),
            Cell::Gru => quote!(Gru),
            Cell::Lstm => quote!(Lstm),
        };
        let [steps, features, hidden] = [inputs[0].0[0], inputs[0].0[1], self.hidden].map(number);
        let [node, layers] = [node, self.layers].map(number);
        let truncate = number(self.truncate);
        let (bidirectional, bias, last) = (self.bidirectional, self.bias, self.last);
        let dropout = Literal::f64_suffixed(self.dropout);
        quote!(recurrent::RecurrentSpec {
            cell: recurrent::Cell::#cell,
            node: #node,
            steps: #steps,
            inputs: #features,
            hidden: #hidden,
            layers: #layers,
            bidirectional: #bidirectional,
            bias: #bias,
            dropout: #dropout,
            truncate: #truncate,
            last: #last
        })
    }

    fn carries(&self) -> bool {
        true
    }

    fn link(&self, _: &[Shape]) -> Option<Link> {
        (self.layers == 1 && !self.bidirectional).then_some(Link::Step)
    }

    fn streams(&self, inputs: &[Shape], repeated: bool) -> Vec<Stream> {
        // Where a sequence starts from a given state, the first step is another than those behind it.
        if repeated || inputs.len() > 1 {
            let [units, states] = [self.state().len(), self.cell.states().into()].map(number);
            let (ty, arguments) = (quote!(recurrent::State), quote!(#units, #states));
            return vec![Stream::Memory { name: "state", ty, arguments }];
        }
        let names = &["h", "c"][..self.cell.states()];
        names.iter().map(|name| Stream::Value { name, shape: self.state() }).collect()
    }

    fn multiply_adds(&self, inputs: &[Shape]) -> Dim {
        let [time, features] = [0, 1].map(|i| inputs[0].0[i]);
        let of = |layer| self.input_of(layer, features) + self.hidden;
        let all = (0..self.layers).map(of).sum();
        super::multiply(&[time, self.gate_units(), all, self.directions().into()])
    }
}
