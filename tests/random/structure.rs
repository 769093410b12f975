//! Layers put together: repeated, shared, in blocks.

use super::super::generator::{Dice, Value};
use super::{Step, layer};

/// The most features of a layer that gives as many: each weight is two passes of the differences.
const WIDEST: usize = 12;

/// A learned layer that keeps the shape.
fn keeping(value: &Value) -> Option<String> {
    match value.shape[..] {
        [n] | [_, n] if n <= WIDEST => Some(format!("Dense({n})")),
        [c, _, _] => Some(format!("Conv2d({c}, kernel: 3, padding: 1)")),
        _ => None,
    }
}

pub fn repeated(_: &str, dice: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    let rounds = dice.between(1, 3);
    layer(value, format!("[{}; {rounds}]", keeping(value)?), value.shape.clone())
}

/// One layer for two values.
pub fn shared(_: &str, _: &mut Dice, value: &Value, other: &Value) -> Option<Step> {
    (value.shape == other.shape).then_some(())?;
    Some(Step {
        text: format!("({} -> shared#) - (0.5 * {} -> shared#)", value.name, other.name),
        outputs: vec![value.shape.clone()],
        statement: format!("layer shared# = {};", keeping(value)?),
        ..Step::default()
    })
}

/// A block with a parameter and variables of its own, once, several times, or for two values.
pub fn block(name: &str, dice: &mut Dice, value: &Value, other: &Value) -> Option<Step> {
    let norm = dice.pick(&["", " -> GroupNorm(1, eps: 0.05)", " -> BatchNorm2d(eps: 0.05)"]);
    let (signature, inside, parameter) = match value.shape[..] {
        [n] if n <= WIDEST => ("(wide)(x: [n]) -> [n]", "Dense(wide) -> Tanh -> Dense(n)".to_string(), n + 1),
        [_, f] if f <= WIDEST => {
            ("(wide)(x: [t, f]) -> [t, f]", "Dense(wide) -> Silu -> Dense(f)".into(), f + 1)
        }
        [c, h, w] if h * w > 1 => (
            "(wide)(x: [c, h, w]) -> [c, h, w]",
            format!("Conv2d(wide, kernel: 3, padding: 1) -> Tanh -> Conv2d(c, kernel: 1){norm}"),
            c + 1,
        ),
        _ => return None,
    };
    let block = format!("block Own#{signature} {{\n    x + (x -> {inside})\n}}\n");
    let (call, a, b) = (format!("Own#({parameter})"), &value.name, &other.name);
    let (text, statement) = match name {
        "Block" => (format!("{a} -> {call}"), String::new()),
        "RepeatedBlock" => (format!("{a} -> [{call}; {}]", dice.between(1, 3)), String::new()),
        _ if value.shape == other.shape => {
            (format!("({a} -> shared#) + (tanh({b}) -> shared#)"), format!("layer shared# = {call};"))
        }
        _ => return None,
    };
    Some(Step { text, outputs: vec![value.shape.clone()], block, statement })
}
