//! Runs straight-line programs over slices, a block of elements at a time, so that what is computed between stays in the
//! nearest cache.

use super::arithmetic::{power, share};
use super::elementwise::{map, softplus};
use super::math::Elementary;
use crate::Real;
use crate::layers::map::{Function, Op, Program, Source};

/// The room for all registers of a block: 16 KiB of `f32`, 32 KiB of `f64`.
const ROOM: usize = 1 << 12;
/// The most elements of a block: where registers are few, longer blocks gain nothing more.
const LONGEST: usize = 512;

/// `y = program(inputs)`; an empty input stands in `y`.
#[inline(always)]
pub(super) fn run<T: Elementary<M>, M>(program: &Program, inputs: &[&[T]], y: &mut [T]) {
    let Some((last, ops)) = program.ops.split_last() else { return };
    // One register more holds what stands in `y`.
    let count = program.registers + 1;
    let block = (ROOM / count).min(LONGEST) / 16 * 16;
    let mut room = [T::zero(); ROOM];
    let registers = &mut room[..count * block];
    for (number, y) in y.chunks_mut(block).enumerate() {
        let len = y.len();
        let from = number * block;
        if inputs.iter().any(|x| x.is_empty()) {
            registers[program.registers * block..][..len].copy_from_slice(y);
        }
        for op in ops {
            let (before, rest) = registers.split_at_mut(op.to * block);
            let (to, after) = rest.split_at_mut(block);
            let fetch = |source| match source {
                Source::Number(x) => Operand::Number(T::of(x)),
                Source::Input(i) if !inputs[i].is_empty() => Operand::Slice(&inputs[i][from..][..len]),
                Source::Input(_) => Operand::Slice(held(program.registers, op.to, block, len, before, after)),
                Source::Register(r) => Operand::Slice(held(r, op.to, block, len, before, after)),
            };
            apply(op, fetch(op.first), fetch(op.second), &mut to[..len]);
        }
        let fetch = |source| match source {
            Source::Number(x) => Operand::Number(T::of(x)),
            Source::Input(i) if !inputs[i].is_empty() => Operand::Slice(&inputs[i][from..][..len]),
            Source::Input(_) => Operand::Slice(&registers[program.registers * block..][..len]),
            Source::Register(r) => Operand::Slice(&registers[r * block..][..len]),
        };
        apply(last, fetch(last.first), fetch(last.second), y);
    }
}

/// A register that is not the one being written.
#[inline(always)]
fn held<'a, T>(
    register: usize,
    written: usize,
    block: usize,
    len: usize,
    before: &'a [T],
    after: &'a [T],
) -> &'a [T] {
    match register < written {
        true => &before[register * block..][..len],
        false => &after[(register - written - 1) * block..][..len],
    }
}

/// What an operation reads.
#[derive(Clone, Copy)]
enum Operand<'a, T> {
    Slice(&'a [T]),
    Number(T),
}

#[inline(always)]
fn unary<T: Real>(x: Operand<'_, T>, to: &mut [T], f: impl Fn(T) -> T) {
    match x {
        Operand::Slice(x) => map(x, to, f),
        Operand::Number(x) => to.fill(f(x)),
    }
}

#[inline(always)]
fn binary<T: Real>(a: Operand<'_, T>, b: Operand<'_, T>, to: &mut [T], f: impl Fn(T, T) -> T) {
    match (a, b) {
        (Operand::Slice(a), Operand::Slice(b)) => {
            for ((to, &a), &b) in to.iter_mut().zip(a).zip(b) {
                *to = f(a, b);
            }
        }
        (Operand::Slice(a), Operand::Number(b)) => map(a, to, |a| f(a, b)),
        (Operand::Number(a), Operand::Slice(b)) => map(b, to, |b| f(a, b)),
        (Operand::Number(a), Operand::Number(b)) => to.fill(f(a, b)),
    }
}

#[inline(always)]
fn apply<T: Elementary<M>, M>(op: &Op, a: Operand<'_, T>, b: Operand<'_, T>, to: &mut [T]) {
    let (zero, one) = (T::zero(), T::one());
    match op.function {
        Function::Copy => unary(a, to, |x| x),
        Function::Negate => unary(a, to, |x| -x),
        Function::Exp => unary(a, to, |x| x.exp_of()),
        Function::Ln => unary(a, to, |x| x.ln()),
        Function::Sqrt => unary(a, to, |x| x.sqrt()),
        Function::Abs => unary(a, to, |x| x.abs()),
        Function::Sin => unary(a, to, |x| x.sin()),
        Function::Cos => unary(a, to, |x| x.cos()),
        Function::Tanh => unary(a, to, |x| x.tanh_of()),
        Function::Sigmoid => unary(a, to, |x| x.sigmoid_of()),
        Function::Relu => unary(a, to, |x| if x <= zero { zero } else { x }),
        Function::Softplus => unary(a, to, |x| softplus(one, one, T::of(20.0), x)),
        Function::Step => unary(a, to, |x| if x > zero { one } else { zero }),
        Function::Sign => unary(a, to, |x| {
            let above = if x > zero { one } else { zero };
            if x < zero { -one } else { above }
        }),
        Function::Add => binary(a, b, to, |a, b| a + b),
        Function::Subtract => binary(a, b, to, |a, b| a - b),
        Function::Multiply => binary(a, b, to, |a, b| a * b),
        Function::Divide => binary(a, b, to, |a, b| a / b),
        Function::Min => binary(a, b, to, |a, b| if a > b { b } else { a }),
        Function::Max => binary(a, b, to, |a, b| if a < b { b } else { a }),
        Function::Power => match (op.second, a) {
            (Source::Number(exponent), Operand::Slice(x)) => map(x, to, |x| power(x, exponent)),
            _ => binary(a, b, to, |a, b| a.powf(b)),
        },
        Function::Share => binary(a, b, to, |a, b| share(a > b, a == b)),
    }
}
