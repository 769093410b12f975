//! Derivatives.

use super::{Binary, Formula, Id, Node, Unary};

impl Formula {
    /// The derivative of an expression by a parameter, in terms of what stands there already where that can be. Where
    /// there is none: 0 for `relu` and `abs` at 0, half for each side of a tie of `min` and `max`.
    pub fn derivative(&mut self, id: Id, parameter: usize) -> Id {
        let mut known = vec![None; id.0 + 1];
        // What an expression is made of stands before it.
        for at in 0..=id.0 {
            let derivative = self.by(Id(at), parameter, &known);
            known[at] = Some(derivative);
        }
        known[id.0].unwrap_or(id)
    }

    /// The expression with `new` in the place of `old`.
    pub fn replaced(&mut self, id: Id, old: Id, new: Id) -> Id {
        let mut known = Vec::new();
        for at in 0..=id.0 {
            let of = |id: Id| known[id.0];
            let made = match self.nodes[at] {
                _ if Id(at) == old => new,
                Node::Unary(function, x) => self.unary(function, of(x)),
                Node::Binary(function, a, b) => self.binary(function, of(a), of(b)),
                Node::Parameter(_) | Node::Number(_) => Id(at),
            };
            known.push(made);
        }
        known[id.0]
    }

    fn by(&mut self, id: Id, parameter: usize, known: &[Option<Id>]) -> Id {
        let zero = self.number(0.0);
        let of = |id: Id| known[id.0].unwrap_or(zero);
        match self.nodes[id.0] {
            Node::Number(_) => zero,
            Node::Parameter(number) => self.number(f64::from(u8::from(number == parameter))),
            Node::Unary(function, x) if of(x) != zero => {
                let slope = self.slope(function, x, id);
                self.binary(Binary::Multiply, slope, of(x))
            }
            Node::Binary(function, a, b) if of(a) != zero || of(b) != zero => {
                self.combined(function, [a, b], [of(a), of(b)], id)
            }
            _ => zero,
        }
    }

    /// `f'(x)`, where `y` is `f(x)`.
    fn slope(&mut self, function: Unary, x: Id, y: Id) -> Id {
        let one = self.number(1.0);
        match function {
            Unary::Negate => self.number(-1.0),
            Unary::Exp => y,
            Unary::Ln => self.binary(Binary::Divide, one, x),
            Unary::Sqrt => {
                let half = self.number(0.5);
                self.binary(Binary::Divide, half, y)
            }
            Unary::Abs => self.unary(Unary::Sign, x),
            Unary::Sin => self.unary(Unary::Cos, x),
            Unary::Cos => {
                let sin = self.unary(Unary::Sin, x);
                self.unary(Unary::Negate, sin)
            }
            Unary::Tanh => {
                let square = self.binary(Binary::Multiply, y, y);
                self.binary(Binary::Subtract, one, square)
            }
            Unary::Sigmoid => {
                let rest = self.binary(Binary::Subtract, one, y);
                self.binary(Binary::Multiply, y, rest)
            }
            Unary::Relu => self.unary(Unary::Step, x),
            Unary::Softplus => self.unary(Unary::Sigmoid, x),
            Unary::Step | Unary::Sign => self.number(0.0),
        }
    }

    fn combined(&mut self, function: Binary, [a, b]: [Id; 2], [da, db]: [Id; 2], y: Id) -> Id {
        let (first, second) = match function {
            Binary::Add => (da, db),
            Binary::Subtract => return self.binary(Binary::Subtract, da, db),
            Binary::Multiply => (self.binary(Binary::Multiply, da, b), self.binary(Binary::Multiply, a, db)),
            Binary::Divide => {
                // (a / b)' = (a' - (a / b) b') / b
                let drop = self.binary(Binary::Multiply, y, db);
                let rise = self.binary(Binary::Subtract, da, drop);
                return self.binary(Binary::Divide, rise, b);
            }
            Binary::Min => self.shared([b, a], [da, db]),
            Binary::Max => self.shared([a, b], [da, db]),
            Binary::Power => self.power([a, b], [da, db], y),
            Binary::Share => return self.number(0.0),
        };
        self.binary(Binary::Add, first, second)
    }

    /// Each side's derivative where it is the one that counts.
    fn shared(&mut self, [a, b]: [Id; 2], [da, db]: [Id; 2]) -> (Id, Id) {
        let (one, other) = (self.binary(Binary::Share, a, b), self.binary(Binary::Share, b, a));
        (self.binary(Binary::Multiply, one, da), self.binary(Binary::Multiply, other, db))
    }

    fn power(&mut self, [a, b]: [Id; 2], [da, db]: [Id; 2], y: Id) -> (Id, Id) {
        let zero = self.number(0.0);
        let by_base = if da == zero {
            zero
        } else {
            let one = self.number(1.0);
            let less = self.binary(Binary::Subtract, b, one);
            let power = self.binary(Binary::Power, a, less);
            let slope = self.binary(Binary::Multiply, b, power);
            self.binary(Binary::Multiply, slope, da)
        };
        let by_exponent = if db == zero {
            zero
        } else {
            let ln = self.unary(Unary::Ln, a);
            let slope = self.binary(Binary::Multiply, y, ln);
            self.binary(Binary::Multiply, slope, db)
        };
        (by_base, by_exponent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All functions, nested once in each other, against differences.
    #[test]
    fn derivatives_agree_with_differences() {
        use Binary::{Add, Divide, Max, Min, Multiply, Power, Subtract};
        use Unary::{Abs, Cos, Exp, Ln, Negate, Relu, Sigmoid, Sin, Softplus, Sqrt, Tanh};
        let unary = [Negate, Exp, Ln, Sqrt, Abs, Sin, Cos, Tanh, Sigmoid, Relu, Softplus];
        let mut f = Formula::default();
        let (x, y) = (f.parameter(0), f.parameter(1));
        let mut all = vec![x];
        for outer in unary {
            for inner in unary {
                let inside = f.unary(inner, x);
                all.push(f.unary(outer, inside));
            }
        }
        for function in [Add, Subtract, Multiply, Divide, Min, Max, Power] {
            for one in unary {
                let side = f.unary(one, y);
                all.push(f.binary(function, x, side));
                all.push(f.binary(function, side, x));
            }
            let number = f.number(1.7);
            all.push(f.binary(function, x, number));
            all.push(f.binary(function, number, x));
        }
        let mut checked = 0;
        for id in all {
            for parameter in 0..2 {
                let derivative = f.derivative(id, parameter);
                for point in [[0.83, 1.31], [2.3, 0.37]] {
                    let at = |h: f64| {
                        let mut point = point;
                        point[parameter] += h;
                        f.evaluate(id, &point)
                    };
                    let want = (at(1e-6) - at(-1e-6)) / 2e-6;
                    // Roots and powers of negative numbers are none.
                    if want.is_finite() {
                        let got = f.evaluate(derivative, &point);
                        assert!(
                            (got - want).abs() < 1e-6 * want.abs().max(1.0),
                            "{:?}: {got} {want}",
                            f.nodes[id.0]
                        );
                        checked += 1;
                    }
                }
            }
        }
        assert!(checked > 900, "{checked}");
    }

    #[test]
    fn kinks() {
        let mut f = Formula::default();
        let (x, zero) = (f.parameter(0), f.number(0.0));
        for (function, want) in [(Unary::Relu, 0.0), (Unary::Abs, 0.0)] {
            let y = f.unary(function, x);
            let slope = f.derivative(y, 0);
            assert_eq!(f.evaluate(slope, &[0.0]), want);
        }
        let max = f.binary(Binary::Max, x, zero);
        let slope = f.derivative(max, 0);
        assert_eq!([1.0, 0.0, -1.0].map(|x| f.evaluate(slope, &[x])), [1.0, 0.5, 0.0]);
    }
}
