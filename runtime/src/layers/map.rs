//! A function of the user's own, number by number, as a program that the macro has worked out and differentiated.

use super::{Backward, Forward, Layer};
use crate::Real;
use crate::kernels::split::{at, parts};

/// `y = f(a)`, or of several values `y = f(a, b, …)`, number by number; `da = dy ∂f/∂a` and so on.
///
/// Where a function has no derivative, it is 0 for `relu` and `abs` at 0, and half for each side where `min` or `max` meet
/// a tie.
///
/// ```
/// use formwork::layers::map::{Function, MapSpec, Op, Program, Reads, Source};
/// use formwork::layers::{Forward, Layer, Mode};
/// // x · x, whose derivative is 2 x.
/// let op = |function, first, second, to| Op { function, first, second, to };
/// let spec = MapSpec {
///     len: 3,
///     forward: Program {
///         ops: &[Op { function: Function::Multiply, first: Source::Input(0), second: Source::Input(0), to: 0 }],
///         registers: 0,
///     },
///     backward: &[Program {
///         ops: &[
///             Op { function: Function::Multiply, first: Source::Input(0), second: Source::Number(2.0), to: 0 },
///             Op { function: Function::Multiply, first: Source::Register(0), second: Source::Input(1), to: 0 },
///         ],
///         registers: 1,
///     }],
///     reads: Reads::Inputs,
/// };
/// let mut y = [0.0f32; 3];
/// spec.forward(Forward {
///     samples: 1,
///     mode: Mode::Predict,
///     parameters: &[],
///     inputs: &[&[1.0, 2.0, -3.0]],
///     outputs: &mut [&mut y],
///     saved: &mut [],
///     scratch: &mut [],
/// });
/// assert_eq!(y, [1.0, 4.0, 9.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MapSpec {
    /// The numbers of a sample.
    pub len: usize,
    /// The function.
    pub forward: Program,
    /// For each value that flows in the function's derivative by it, times the gradient of what comes out. It is called
    /// with what `reads` says and then that gradient.
    pub backward: &'static [Program],
    /// What backward reads beside the gradient.
    pub reads: Reads,
}

/// What a derivative is computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// All that flowed in.
    Inputs,
    /// What came out.
    Output,
    /// Nothing: the function is linear.
    Nothing,
}

/// Operations that run one after the other; the result of the last is the program's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Program {
    /// The operations.
    pub ops: &'static [Op],
    /// How many registers they write; at most 60.
    pub registers: usize,
}

/// One operation on many numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Op {
    /// What is computed.
    pub function: Function,
    /// The operand.
    pub first: Source,
    /// The second operand; of no meaning for a function of one number.
    pub second: Source,
    /// The register that is written: none that is read here. Of no meaning for the last operation.
    pub to: usize,
}

/// What an operation reads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Source {
    /// What the program is called with.
    Input(usize),
    /// What an operation has written.
    Register(usize),
    /// The same number everywhere.
    Number(f64),
}

/// The operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// `a`
    Copy,
    /// `-a`
    Negate,
    /// `eᵃ`
    Exp,
    /// `ln a`
    Ln,
    /// `√a`
    Sqrt,
    /// `|a|`
    Abs,
    /// `sin a`
    Sin,
    /// `cos a`
    Cos,
    /// `tanh a`
    Tanh,
    /// `1 / (1 + e⁻ᵃ)`
    Sigmoid,
    /// `a` above 0, else 0.
    Relu,
    /// `ln(1 + eᵃ)`
    Softplus,
    /// 1 above 0, else 0.
    Step,
    /// 1 above 0, -1 below, 0 at 0.
    Sign,
    /// `a + b`
    Add,
    /// `a - b`
    Subtract,
    /// `a b`
    Multiply,
    /// `a / b`
    Divide,
    /// The smaller.
    Min,
    /// The larger.
    Max,
    /// `aᵇ`
    Power,
    /// 1 where `a > b`, ½ at a tie, else 0.
    Share,
}

impl Program {
    /// The work for an element, as a multiple of copying it.
    fn cost(&self) -> usize {
        let cost = |op: &Op| match op.function {
            Function::Exp | Function::Tanh | Function::Sigmoid | Function::Softplus => 8,
            Function::Ln | Function::Sin | Function::Cos | Function::Power => 16,
            _ => 1,
        };
        self.ops.iter().map(cost).sum::<usize>().max(1)
    }
}

impl MapSpec {
    /// No room is needed beside.
    #[must_use]
    pub const fn forward_scratch(&self, _samples: usize) -> usize {
        0
    }

    /// No room is needed beside.
    #[must_use]
    pub const fn backward_scratch(&self, _samples: usize) -> usize {
        0
    }
}

/// The most values that a program is called with: what a network can feed to one function, and a gradient.
const MOST: usize = 17;

/// Runs a program over parts of all elements.
fn run<T: Real>(program: &Program, inputs: &[&[T]], y: &mut [T]) {
    parts(y, 1, program.cost(), |from, y| {
        let mut part: [&[T]; MOST] = [&[]; MOST];
        for (part, x) in part.iter_mut().zip(inputs) {
            *part = at(x, from, y.len());
        }
        T::run_program(program, &part[..inputs.len()], y);
    });
}

impl<T: Real> Layer<T> for MapSpec {
    fn forward(&self, pass: Forward<'_, T>) {
        run(&self.forward, pass.inputs, pass.outputs[0]);
    }

    fn backward(&self, pass: Backward<'_, T>) {
        let read = match self.reads {
            Reads::Inputs => pass.inputs,
            Reads::Output => pass.outputs,
            Reads::Nothing => &[],
        };
        let mut inputs: [&[T]; MOST] = [&[]; MOST];
        inputs[..read.len()].copy_from_slice(read);
        inputs[read.len()] = pass.output_gradients[0];
        for (program, dx) in self.backward.iter().zip(pass.input_gradients.iter_mut()) {
            if !dx.is_empty() {
                run(program, &inputs[..=read.len()], dx);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Function::{Add, Max, Multiply, Negate, Share, Sigmoid, Subtract};
    use super::Source::{Input, Number, Register};
    use super::*;
    use crate::gradcheck::{self, LayerCase, tests::spread};
    use crate::kernels::isa::{Isa, with_isa};
    use crate::kernels::parallel::set_threads;
    use crate::layers::Mode;

    const fn op(function: Function, first: Source, second: Source, to: usize) -> Op {
        Op { function, first, second, to }
    }

    /// `x σ(2 x)`
    const GATED: MapSpec = MapSpec {
        len: 1000,
        forward: Program {
            ops: &[
                op(Multiply, Input(0), Number(2.0), 0),
                op(Sigmoid, Register(0), Register(0), 1),
                op(Multiply, Input(0), Register(1), 0),
            ],
            registers: 2,
        },
        backward: &[Program {
            ops: &[
                op(Multiply, Input(0), Number(2.0), 0),
                op(Sigmoid, Register(0), Register(0), 1),
                op(Subtract, Number(1.0), Register(1), 2),
                op(Multiply, Register(0), Register(2), 3),
                op(Add, Register(3), Number(1.0), 0),
                op(Multiply, Register(0), Register(1), 2),
                op(Multiply, Register(2), Input(1), 0),
            ],
            registers: 4,
        }],
        reads: Reads::Inputs,
    };

    /// The larger of both, the second with its sign turned.
    const LARGER: MapSpec = MapSpec {
        len: 700,
        forward: Program {
            ops: &[op(Negate, Input(1), Input(1), 0), op(Max, Input(0), Register(0), 0)],
            registers: 1,
        },
        backward: &[
            Program {
                ops: &[
                    op(Negate, Input(1), Input(1), 0),
                    op(Share, Input(0), Register(0), 1),
                    op(Multiply, Register(1), Input(2), 0),
                ],
                registers: 2,
            },
            Program {
                ops: &[
                    op(Negate, Input(1), Input(1), 0),
                    op(Share, Register(0), Input(0), 1),
                    op(Multiply, Register(1), Input(2), 0),
                    op(Negate, Register(0), Register(0), 0),
                ],
                registers: 2,
            },
        ],
        reads: Reads::Inputs,
    };

    #[test]
    fn gradients_agree_with_differences() {
        let (x, y) = (spread(1000, 1), spread(700, 2));
        for gradient_in_place in [false, true] {
            let case = LayerCase {
                inputs: &[&x],
                outputs: &[1000],
                reads_inputs: true,
                gradient_in_place,
                ..LayerCase::default()
            };
            let report = gradcheck::layer(&GATED, &case);
            assert!(report.within(1e-8) && report.checked == 1000, "{report}");
        }
        let case = LayerCase {
            inputs: &[&x[..700], &y],
            outputs: &[700],
            reads_inputs: true,
            ..LayerCase::default()
        };
        let report = gradcheck::layer(&LARGER, &case);
        assert!(report.within(1e-8) && report.checked == 1400, "{report}");
    }

    #[test]
    fn a_derivative_may_read_the_output_and_work_in_place() {
        // e^x by itself: y = e^x, dx = y dy.
        const EXP: MapSpec = MapSpec {
            len: 1000,
            forward: Program { ops: &[op(Function::Exp, Input(0), Input(0), 0)], registers: 0 },
            backward: &[Program { ops: &[op(Multiply, Input(0), Input(1), 0)], registers: 0 }],
            reads: Reads::Output,
        };
        let x = spread(1000, 3);
        for in_place in [false, true] {
            let case = LayerCase {
                inputs: &[&x],
                outputs: &[1000],
                reads_outputs: true,
                in_place,
                gradient_in_place: in_place,
                ..LayerCase::default()
            };
            let report = gradcheck::layer(&EXP, &case);
            assert!(report.within(1e-8) && report.checked == 1000, "{report}");
        }
    }

    #[test]
    fn every_number_of_threads_gives_the_same_bits_and_every_instruction_set_the_same_numbers() {
        let x: Vec<f32> = spread(200_000, 4).into_iter().map(|x| x as f32).collect();
        let run = |isa, threads| {
            set_threads(threads);
            let mut y = vec![f32::NAN; x.len()];
            let forward = Forward {
                samples: 200,
                mode: Mode::Predict,
                parameters: &[],
                inputs: &[&x],
                outputs: &mut [&mut y],
                saved: &mut [],
                scratch: &mut [],
            };
            with_isa(isa, || GATED.forward(forward));
            y
        };
        let portable = run(Isa::Portable, 1);
        let bits = |y: &[f32]| y.iter().map(|y| y.to_bits()).collect::<Vec<_>>();
        let near = |(a, b): (&f32, &f32)| (a - b).abs() <= 1e-6 * a.abs().max(1.0);
        for isa in Isa::available() {
            let one = run(isa, 1);
            assert!(bits(&one) == bits(&run(isa, 3)), "{isa:?}");
            // Multiply-adds are fused where the machine can.
            assert!(portable.iter().zip(&one).all(near), "{isa:?}");
        }
        assert!((portable[0] - x[0] / (1.0 + (-2.0 * x[0]).exp())).abs() < 1e-6);
    }
}
