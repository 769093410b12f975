//! Straight-line programs for the runtime.

use super::{Binary, Formula, Id, Node, Unary};
use std::collections::BTreeMap;

/// The most values that a program may hold at once; the runtime's blocks have room for these.
pub const MAX_REGISTERS: usize = 60;

/// What an operation reads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Source {
    /// The slice of that number that the program is called with.
    Input(usize),
    Register(usize),
    Number(f64),
}

/// One operation; the last one's result is the program's.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// The result is what stands there already.
    Copy(Source),
    Unary(Unary, Source, usize),
    Binary(Binary, Source, Source, usize),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    pub ops: Vec<Op>,
    pub registers: usize,
}

impl Formula {
    /// What an expression is made of, itself last; `leaves` are taken as given.
    fn reachable(&self, root: Id, leaves: &[Id]) -> Vec<Id> {
        let mut wanted = vec![false; root.0 + 1];
        wanted[root.0] = true;
        // What an expression is made of stands before it.
        for at in (0..=root.0).rev().filter(|&at| !leaves.contains(&Id(at))) {
            if wanted[at] {
                match self.nodes[at] {
                    Node::Unary(_, x) => wanted[x.0] = true,
                    Node::Binary(_, a, b) => [a, b].iter().for_each(|id| wanted[id.0] = true),
                    Node::Parameter(_) | Node::Number(_) => {}
                }
            }
        }
        (0..=root.0).filter(|&at| wanted[at]).map(Id).collect()
    }

    /// Whether an expression is made of numbers, `leaves` and these parameters alone.
    pub fn is_made_of(&self, root: Id, leaves: &[Id], parameters: &[usize]) -> bool {
        let reachable = self.reachable(root, leaves);
        reachable.into_iter().filter(|id| !leaves.contains(id)).all(|id| match self.nodes[id.0] {
            Node::Parameter(number) => parameters.contains(&number),
            _ => true,
        })
    }

    /// The program of an expression, where `inputs` are the expressions whose values it is called with. A result is
    /// never written over what its own operation reads.
    pub fn program(&self, root: Id, inputs: &[Id]) -> Program {
        let order = self.reachable(root, inputs);
        let mut last: BTreeMap<Id, Id> = BTreeMap::new();
        for &id in order.iter().filter(|id| !inputs.contains(id)) {
            let operands = match self.nodes[id.0] {
                Node::Unary(_, x) => vec![x],
                Node::Binary(_, a, b) => vec![a, b],
                Node::Parameter(_) | Node::Number(_) => vec![],
            };
            last.extend(operands.into_iter().map(|x| (x, id)));
        }
        let (mut ops, mut held): (Vec<Op>, Vec<Option<Id>>) = (Vec::new(), Vec::new());
        for &id in &order {
            let source = |of: Id| match (inputs.iter().position(|&i| i == of), self.nodes[of.0]) {
                (Some(input), _) => Source::Input(input),
                (None, Node::Number(bits)) => Source::Number(f64::from_bits(bits)),
                (None, _) => {
                    let register = held.iter().position(|h| *h == Some(of));
                    let Some(register) = register else {
                        unreachable!("operands stand before what they make")
                    };
                    Source::Register(register)
                }
            };
            if inputs.contains(&id) {
                continue;
            }
            let free = held.iter().position(Option::is_none).unwrap_or(held.len());
            let op = match self.nodes[id.0] {
                Node::Unary(function, x) => Op::Unary(function, source(x), free),
                Node::Binary(function, a, b) => Op::Binary(function, source(a), source(b), free),
                Node::Parameter(_) | Node::Number(_) => continue,
            };
            ops.push(op);
            if id == root {
                break;
            }
            if free == held.len() {
                held.push(None);
            }
            held[free] = Some(id);
            for register in &mut held {
                if register.is_some_and(|of| last.get(&of) == Some(&id)) {
                    *register = None;
                }
            }
        }
        if ops.is_empty() {
            let source = match (inputs.iter().position(|&i| i == root), self.value(root)) {
                (Some(input), _) => Source::Input(input),
                (None, number) => Source::Number(number.unwrap_or(f64::NAN)),
            };
            ops.push(Op::Copy(source));
        }
        Program { ops, registers: held.len() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(program: &Program, inputs: &[f64]) -> f64 {
        let mut registers = vec![f64::NAN; program.registers + 1];
        let mut result = f64::NAN;
        for op in &program.ops {
            let read = |source: Source| match source {
                Source::Input(i) => inputs[i],
                Source::Register(r) => registers[r],
                Source::Number(x) => x,
            };
            let to = match *op {
                Op::Copy(from) => {
                    result = read(from);
                    continue;
                }
                Op::Unary(function, x, to) => {
                    result = function.of(read(x));
                    assert!(x != Source::Register(to));
                    to
                }
                Op::Binary(function, a, b, to) => {
                    result = function.of(read(a), read(b));
                    assert!(a != Source::Register(to) && b != Source::Register(to));
                    to
                }
            };
            registers[to] = result;
        }
        result
    }

    #[test]
    fn programs_compute_what_the_formula_says() {
        let mut f = Formula::default();
        let (x, y) = (f.parameter(0), f.parameter(1));
        let mut all = vec![x, y, f.number(3.0)];
        // A small random walk over the operations.
        let (mut state, functions) = (7u32, [Binary::Add, Binary::Subtract, Binary::Multiply, Binary::Max]);
        for step in 0..200 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let pick = |shift: u32| all[(state >> shift) as usize % all.len()];
            let (a, b) = (pick(3), pick(13));
            let bounded = f.binary(functions[step % 4], a, b);
            all.push(f.unary([Unary::Tanh, Unary::Sin][step % 2], bounded));
        }
        for &root in &all {
            let program = f.program(root, &[x, y]);
            let (got, want) = (run(&program, &[0.3, -0.7]), f.evaluate(root, &[0.3, -0.7]));
            assert_eq!(got.to_bits(), want.to_bits());
        }
        let longest = all.iter().map(|&root| f.program(root, &[x, y]).registers).max();
        assert!(longest < Some(100), "{longest:?} registers");
    }

    /// `x σ(c x)` and its slope take what one would write by hand.
    #[test]
    fn registers_and_operations_are_few() {
        let mut f = Formula::default();
        let (x, c, dy) = (f.parameter(0), f.number(1.702), f.parameter(1));
        let inside = f.binary(Binary::Multiply, c, x);
        let gate = f.unary(Unary::Sigmoid, inside);
        let y = f.binary(Binary::Multiply, x, gate);
        let forward = f.program(y, &[x]);
        assert_eq!((forward.ops.len(), forward.registers), (3, 2));
        let slope = f.derivative(y, 0);
        let gradient = f.binary(Binary::Multiply, slope, dy);
        let backward = f.program(gradient, &[x, dy]);
        assert!(backward.ops.len() <= 8 && backward.registers <= 3, "{backward:?}");
    }
}
