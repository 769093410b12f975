//! Functions of numbers as expressions without repetition: built up simplified, differentiated, and written out as
//! programs for the runtime.

mod derive;
mod known;
mod program;

pub use known::known;
pub use program::{MAX_REGISTERS, Op, Program, Source};

use std::collections::BTreeMap;

/// Where a value stands in its [`Formula`]; what it is made of stands before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id(usize);

/// A function of one number; mirrors a part of the runtime's `map::Function`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unary {
    Negate,
    Exp,
    Ln,
    Sqrt,
    Abs,
    Sin,
    Cos,
    Tanh,
    Sigmoid,
    Relu,
    Softplus,
    /// 1 above 0, else 0.
    Step,
    /// 1 above 0, -1 below, 0 at 0.
    Sign,
}

/// A function of two numbers; mirrors the rest of `map::Function`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Min,
    Max,
    Power,
    /// 1 where the first is larger, ½ at a tie, else 0.
    Share,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    Parameter(usize),
    /// The bits of a number.
    Number(u64),
    Unary(Unary, Id),
    Binary(Binary, Id, Id),
}

/// Expressions, each of which stands there once however often it was built.
#[derive(Clone, Debug, Default)]
pub struct Formula {
    nodes: Vec<Node>,
    places: BTreeMap<Node, Id>,
}

impl Formula {
    /// How many expressions there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }
}

impl Unary {
    pub fn of(self, x: f64) -> f64 {
        match self {
            Unary::Negate => -x,
            Unary::Exp => x.exp(),
            Unary::Ln => x.ln(),
            Unary::Sqrt => x.sqrt(),
            Unary::Abs => x.abs(),
            Unary::Sin => x.sin(),
            Unary::Cos => x.cos(),
            Unary::Tanh => x.tanh(),
            Unary::Sigmoid => 1.0 / (1.0 + (-x).exp()),
            Unary::Relu => x.max(0.0),
            Unary::Softplus => x.max(0.0) + (-x.abs()).exp().ln_1p(),
            Unary::Step => f64::from(u8::from(x > 0.0)),
            Unary::Sign => f64::from(u8::from(x > 0.0)) - f64::from(u8::from(x < 0.0)),
        }
    }
}

impl Binary {
    pub fn of(self, a: f64, b: f64) -> f64 {
        match self {
            Binary::Add => a + b,
            Binary::Subtract => a - b,
            Binary::Multiply => a * b,
            Binary::Divide => a / b,
            Binary::Min => a.min(b),
            Binary::Max => a.max(b),
            Binary::Power => a.powf(b),
            Binary::Share if a == b => 0.5,
            Binary::Share => f64::from(u8::from(a > b)),
        }
    }

    fn commutes(self) -> bool {
        matches!(self, Binary::Add | Binary::Multiply | Binary::Min | Binary::Max)
    }
}

impl Formula {
    fn intern(&mut self, node: Node) -> Id {
        let next = Id(self.nodes.len());
        let id = *self.places.entry(node).or_insert(next);
        if id == next {
            self.nodes.push(node);
        }
        id
    }

    pub fn parameter(&mut self, number: usize) -> Id {
        self.intern(Node::Parameter(number))
    }

    pub fn number(&mut self, x: f64) -> Id {
        // One zero, so that equal numbers are equal.
        self.intern(Node::Number(if x == 0.0 { 0 } else { x.to_bits() }))
    }

    /// The number that an expression is, if it is one.
    pub fn value(&self, id: Id) -> Option<f64> {
        match self.nodes[id.0] {
            Node::Number(bits) => Some(f64::from_bits(bits)),
            _ => None,
        }
    }

    fn negated(&self, id: Id) -> Option<Id> {
        match self.nodes[id.0] {
            Node::Unary(Unary::Negate, inner) => Some(inner),
            _ => None,
        }
    }

    /// A number times something.
    fn scaled(&self, id: Id) -> Option<(f64, Id)> {
        match self.nodes[id.0] {
            Node::Binary(Binary::Multiply, a, b) => match (self.value(a), self.value(b)) {
                (Some(c), None) => Some((c, b)),
                (None, Some(c)) => Some((c, a)),
                _ => None,
            },
            _ => None,
        }
    }

    pub fn unary(&mut self, function: Unary, x: Id) -> Id {
        if let Some(folded) = self.value(x).map(|x| function.of(x)).filter(|y| y.is_finite()) {
            return self.number(folded);
        }
        match (function, self.nodes[x.0]) {
            (Unary::Negate, Node::Unary(Unary::Negate, inner)) => inner,
            (Unary::Negate, Node::Binary(Binary::Subtract, a, b)) => self.binary(Binary::Subtract, b, a),
            (Unary::Negate, _) if self.scaled(x).is_some() => {
                let Some((c, rest)) = self.scaled(x) else { return x };
                let c = self.number(-c);
                self.binary(Binary::Multiply, c, rest)
            }
            (Unary::Abs | Unary::Cos, Node::Unary(Unary::Negate, inner)) => self.unary(function, inner),
            _ => self.intern(Node::Unary(function, x)),
        }
    }

    pub fn binary(&mut self, function: Binary, a: Id, b: Id) -> Id {
        let numbers = (self.value(a), self.value(b));
        if let (Some(x), Some(y)) = numbers
            && function.of(x, y).is_finite()
        {
            return self.number(function.of(x, y));
        }
        if let Some(simple) = self.simplified(function, [a, b], numbers) {
            return simple;
        }
        // One order, numbers last, so that `a * b` is `b * a`.
        let turned = function.commutes() && (numbers.0.is_some() || numbers.1.is_none() && b < a);
        let (a, b) = if turned { (b, a) } else { (a, b) };
        self.intern(Node::Binary(function, a, b))
    }

    fn simplified(
        &mut self,
        function: Binary,
        [a, b]: [Id; 2],
        numbers: (Option<f64>, Option<f64>),
    ) -> Option<Id> {
        let simple = match (function, numbers) {
            (Binary::Add, (Some(0.0), _)) => b,
            (Binary::Add | Binary::Subtract, (_, Some(0.0))) => a,
            (Binary::Add, _) if a == b => {
                let two = self.number(2.0);
                self.binary(Binary::Multiply, a, two)
            }
            (Binary::Add, _) => match (self.negated(a), self.negated(b)) {
                (_, Some(b)) => self.binary(Binary::Subtract, a, b),
                (Some(a), None) => self.binary(Binary::Subtract, b, a),
                _ => return None,
            },
            (Binary::Subtract, _) if a == b => self.number(0.0),
            (Binary::Subtract, (Some(0.0), _)) => self.unary(Unary::Negate, b),
            (Binary::Subtract, _) => {
                let b = self.negated(b)?;
                self.binary(Binary::Add, a, b)
            }
            (Binary::Multiply, (Some(0.0), _) | (_, Some(0.0))) => self.number(0.0),
            (Binary::Multiply, (Some(1.0), _)) => b,
            (Binary::Multiply | Binary::Divide, (_, Some(1.0))) => a,
            (Binary::Multiply, (Some(-1.0), _)) => self.unary(Unary::Negate, b),
            (Binary::Multiply | Binary::Divide, (_, Some(-1.0))) => self.unary(Unary::Negate, a),
            (Binary::Multiply, _) => return self.product(a, b, numbers),
            (Binary::Divide, (Some(0.0), _)) => self.number(0.0),
            (Binary::Divide, _) => match (self.negated(a), self.negated(b)) {
                (Some(a), Some(b)) => self.binary(Binary::Divide, a, b),
                _ => return None,
            },
            (Binary::Min | Binary::Max, _) if a == b => a,
            (Binary::Share, _) if a == b => self.number(0.5),
            (Binary::Power, (_, Some(0.0))) => self.number(1.0),
            (Binary::Power, (_, Some(1.0))) => a,
            (Binary::Power, (_, Some(2.0))) => self.binary(Binary::Multiply, a, a),
            (Binary::Power, (_, Some(0.5))) => self.unary(Unary::Sqrt, a),
            (Binary::Power, (_, Some(-1.0))) => {
                let one = self.number(1.0);
                self.binary(Binary::Divide, one, a)
            }
            _ => return None,
        };
        Some(simple)
    }

    /// Numbers and signs move out of a product, so that they meet.
    fn product(&mut self, a: Id, b: Id, numbers: (Option<f64>, Option<f64>)) -> Option<Id> {
        if let (Some(a), Some(b)) = (self.negated(a), self.negated(b)) {
            return Some(self.binary(Binary::Multiply, a, b));
        }
        if let Some((a, b)) = self.negated(a).map(|a| (a, b)).or(self.negated(b).map(|b| (a, b))) {
            let product = self.binary(Binary::Multiply, a, b);
            return Some(self.unary(Unary::Negate, product));
        }
        let ((c, rest), other, number) = match (self.scaled(a), self.scaled(b)) {
            (Some(scaled), _) => (scaled, b, numbers.1),
            (None, Some(scaled)) => (scaled, a, numbers.0),
            (None, None) => return None,
        };
        let (c, rest) = match number {
            Some(number) if (c * number).is_finite() => (c * number, rest),
            Some(_) => return None,
            None => (c, self.binary(Binary::Multiply, rest, other)),
        };
        let c = self.number(c);
        Some(self.binary(Binary::Multiply, c, rest))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    impl Formula {
        /// The value of an expression for these parameters.
        pub fn evaluate(&self, id: Id, parameters: &[f64]) -> f64 {
            match self.nodes[id.0] {
                Node::Parameter(number) => parameters[number],
                Node::Number(bits) => f64::from_bits(bits),
                Node::Unary(function, x) => function.of(self.evaluate(x, parameters)),
                Node::Binary(function, a, b) => {
                    function.of(self.evaluate(a, parameters), self.evaluate(b, parameters))
                }
            }
        }
    }

    #[test]
    fn what_is_the_same_stands_there_once() {
        let mut f = Formula::default();
        let (x, y) = (f.parameter(0), f.parameter(1));
        let one = f.binary(Binary::Multiply, x, y);
        assert_eq!(one, f.binary(Binary::Multiply, y, x));
        let (two, half) = (f.number(2.0), f.number(0.5));
        let doubled = f.binary(Binary::Multiply, two, one);
        assert_eq!(f.binary(Binary::Multiply, doubled, half), one, "numbers meet");
        let minus = f.unary(Unary::Negate, one);
        let zero = f.number(-0.0);
        assert_eq!(f.binary(Binary::Add, one, minus), zero);
        assert_eq!(f.binary(Binary::Multiply, doubled, zero), zero);
        assert_eq!(f.unary(Unary::Negate, minus), one);
        assert_eq!(f.binary(Binary::Power, x, half), f.unary(Unary::Sqrt, x));
        let (a, b) = (f.binary(Binary::Subtract, x, y), f.binary(Binary::Subtract, y, x));
        assert_eq!(f.unary(Unary::Negate, a), b);
    }

    #[test]
    fn what_is_not_finite_is_left_to_run_time() {
        let mut f = Formula::default();
        let zero = f.number(0.0);
        let ln = f.unary(Unary::Ln, zero);
        assert_eq!(f.value(ln), None);
        let huge = f.number(1e300);
        let x = f.parameter(0);
        let scaled = f.binary(Binary::Multiply, huge, x);
        let twice = f.binary(Binary::Multiply, huge, scaled);
        assert!(f.evaluate(twice, &[1e-300]) > 1e299);
    }
}
