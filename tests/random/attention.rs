//! Attention, and what tells positions apart.

use super::{Dice, Step, Value, divisor, layer, same};

pub fn attention(name: &str, dice: &mut Dice, value: &Value, other: &Value) -> Option<Step> {
    let &[t, f] = &value.shape[..] else { return None };
    let heads = divisor(dice, f);
    let rotary = if (f / heads).is_multiple_of(2) && dice.once_in(2) { ", rotary: true" } else { "" };
    let more = dice.pick(&["", ", causal: true", ", bias: false", ", dropout: 0.25"]);
    let call = |mask: &str| format!("{name}({heads}{mask}{rotary}{more})");
    match other.shape[..] {
        // A sequence of any width may be the memory, and what is as long as it a mask.
        [_, _] if dice.once_in(2) => {
            let text = format!("({}, {}) -> {}", value.name, other.name, call(""));
            Some(Step { text, outputs: vec![vec![t, f]], ..Step::default() })
        }
        [s] if s == t => layer(value, call(&format!(", mask: {}", other.name)), vec![t, f]),
        [m, s] if m == t && s == t => layer(value, call(&format!(", mask: {}", other.name)), vec![t, f]),
        _ => same(value, call("")),
    }
}

pub fn position(name: &str, dice: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    let &[t, _] = &value.shape[..] else { return None };
    let table = name == "PositionEmbedding" && dice.once_in(2);
    let rows = if table { format!("({})", t + dice.roll(3)) } else { String::new() };
    same(value, format!("{name}{rows}"))
}
