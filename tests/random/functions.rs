//! The functions and operators between values: how they are written, and the shapes that they give.

use super::super::generator::{Dice, Value};
use super::{Step, divisor, function, layer, same};

/// Two values of one shape, or one of them a scalar; kept where the function is smooth and small.
pub fn pair(name: &str, _: &mut Dice, value: &Value, other: &Value) -> Option<Step> {
    let fits = value.shape == other.shape || other.shape.is_empty() && !matches!(name, "Min" | "Max" | "Pow");
    fits.then_some(())?;
    let (a, b) = (&value.name, &other.name);
    let text = match name {
        "Add" => format!("{a} + {b}"),
        "Sub" => format!("{a} - {b}"),
        "Mul" => format!("{a} * tanh({b})"),
        "Div" => format!("{a} / ({b} * {b} + 1)"),
        "Min" => format!("min({a}, {b})"),
        "Max" => format!("max({a}, 0.5 - {b})"),
        _ => format!("pow({a} * tanh({a}) + 0.5, sigmoid({b}))"),
    };
    function(text, value.shape.clone())
}

pub fn number(name: &str, dice: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    let a = &value.name;
    let text = match name {
        "Scalar" => dice
            .pick(&["0.5 * A", "1 - A", "A / 2", "-A", "2 / (A * A + 1)", "max(A, 0.25)", "pow(A, 2)"])
            .replace('A', a),
        "Exp" => format!("exp(tanh({a}))"),
        "Ln" => format!("ln({a} * {a} + 0.5)"),
        "Sqrt" => format!("sqrt({a} * {a} + 0.5)"),
        "Abs" => format!("abs({a})"),
        "Sin" => format!("sin({a})"),
        _ => format!("cos({a})"),
    };
    function(text, value.shape.clone())
}

pub fn reduce(name: &str, dice: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    let rank = value.shape.len();
    (rank > 0).then_some(())?;
    let (name, a) = (name.to_lowercase(), &value.name);
    if dice.once_in(4) {
        return function(format!("{name}({a})"), Vec::new());
    }
    let axis = dice.roll(rank);
    let mut shape = value.shape.clone();
    shape.remove(axis);
    if rank > 2 && dice.once_in(2) {
        let second = dice.roll(rank - 1);
        shape.remove(second);
        let second = second + usize::from(second >= axis);
        return function(format!("{name}({a}, axis: ({}, {}))", axis.min(second), axis.max(second)), shape);
    }
    function(format!("{name}({a}, axis: {axis})"), shape)
}

pub fn concat(_: &str, dice: &mut Dice, value: &Value, other: &Value) -> Option<Step> {
    let rank = value.shape.len();
    (rank > 0 && other.shape.len() == rank).then_some(())?;
    let axis = dice.roll(rank);
    let fits = (0..rank).all(|i| i == axis || value.shape[i] == other.shape[i]);
    fits.then_some(())?;
    let mut shape = value.shape.clone();
    shape[axis] += other.shape[axis];
    function(format!("concat({}, {}, axis: {axis})", value.name, other.name), shape)
}

pub fn split(_: &str, dice: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    let fits = |parts: usize| (0..value.shape.len()).find(|&i| value.shape[i].is_multiple_of(parts));
    let parts = dice.between(2, 3);
    let axis = fits(parts)?;
    let mut shape = value.shape.clone();
    shape[axis] /= parts;
    Some(Step {
        text: format!("split({}, {parts}, axis: {axis})", value.name),
        outputs: vec![shape; parts],
        ..Step::default()
    })
}

pub fn slice(_: &str, dice: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    let rank = value.shape.len();
    (rank > 0).then_some(())?;
    let axis = dice.roll(rank);
    let start = dice.roll(value.shape[axis]);
    let end = dice.between(start + 1, value.shape[axis]);
    let mut shape = value.shape.clone();
    shape[axis] = end - start;
    function(format!("slice({}, axis: {axis}, {start}..{end})", value.name), shape)
}

pub fn reshape(_: &str, dice: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    let mut left: usize = value.shape.iter().product();
    (!value.shape.is_empty()).then_some(())?;
    let mut shape = Vec::new();
    for _ in 0..dice.roll(4) {
        let size = divisor(dice, left);
        left /= size;
        shape.push(size);
    }
    shape.push(left);
    function(format!("reshape({}, {shape:?})", value.name), shape)
}

pub fn transpose(_: &str, _: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    let &[a, b] = &value.shape[..] else { return None };
    function(format!("transpose({})", value.name), vec![b, a])
}

pub fn permute(_: &str, dice: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    let orders: &[&[usize]] = match value.shape.len() {
        3 => &[&[2, 0, 1], &[1, 2, 0], &[0, 2, 1], &[2, 1, 0], &[1, 0, 2]],
        4 => &[&[3, 0, 2, 1], &[1, 3, 0, 2], &[0, 2, 3, 1]],
        _ => return None,
    };
    let order = dice.pick(orders);
    let shape = order.iter().map(|&axis| value.shape[axis]).collect();
    function(format!("permute({}, {order:?})", value.name), shape)
}

pub fn expand(_: &str, _: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    (value.shape.len() < 4).then_some(())?;
    // No axis of this size yet, so that only one place fits the old ones.
    let size = (2..).find(|size| !value.shape.contains(size))?;
    let shape = [vec![size], value.shape.clone()].concat();
    function(format!("expand({}, {shape:?})", value.name), shape)
}

pub fn embedding(name: &str, dice: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    value.classes?;
    let n = dice.between(1, 4);
    layer(value, format!("{name}({n})"), [value.shape.clone(), vec![n]].concat())
}

pub fn map(_: &str, dice: &mut Dice, value: &Value, other: &Value) -> Option<Step> {
    let (a, b) = (&value.name, &other.name);
    if value.shape == other.shape && dice.once_in(2) {
        return function(format!("map({a}, {b}, |p, q| p * sigmoid(q) - 0.5 * q)"), value.shape.clone());
    }
    let body = *dice.pick(&[
        "p * sigmoid(1.702 * p)",
        "tanh(p) * cos(p) + 0.1",
        "{ let s = sin(p); s * s - p / 3 }",
    ]);
    same(value, format!("map(|p| {body})"))
}

pub fn matmul(_: &str, _: &mut Dice, value: &Value, other: &Value) -> Option<Step> {
    let &[m, k] = &value.shape[..] else { return None };
    // Small, so that no chain of products explodes.
    let (a, b) = (format!("tanh({})", value.name), &other.name);
    match other.shape[..] {
        [rows, n] if rows == k => function(format!("matmul({a}, {b} / {k})"), vec![m, n]),
        [n, columns] if columns == k => function(format!("matmul({a}, transpose({b} / {k}))"), vec![m, n]),
        _ => None,
    }
}

pub fn constant(name: &str, dice: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    let (name, sign) = (name.to_lowercase(), dice.pick(&["+", "*", "-"]));
    // A product with zeros would hide what stands before it.
    let sign = if name == "zeros" { &"+" } else { sign };
    function(format!("{} {sign} {name}({:?})", value.name, value.shape), value.shape.clone())
}

/// A network declares its own tensors itself, before all else; here are those of layers, as values.
pub fn tensor(name: &str, dice: &mut Dice, value: &Value, _: &Value) -> Option<Step> {
    let layer = format!("w{}_{}", value.name, dice.roll(10_000));
    let n = dice.between(2, 5);
    match (name, &value.shape[..]) {
        ("Tensor", [_]) => {
            function(format!("tanh({} -> {layer}: Dense({n})) * {layer}.bias", value.name), vec![n])
        }
        ("Product", &[t, f]) if dice.once_in(2) => {
            let text = format!("matmul({} -> {layer}: Dense({n}), {layer}.weight)", value.name);
            function(text, vec![t, f])
        }
        ("Product", &[t, f]) => {
            let text = format!("matmul({} -> {layer}: Dense({f}), transpose({layer}.weight))", value.name);
            function(text, vec![t, f])
        }
        _ => None,
    }
}
