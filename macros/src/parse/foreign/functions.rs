//! Functions and methods of other frameworks that are written in another way here: sums and joins, what moves numbers, and
//! what works along an axis.

use super::flow::{Flow, Reader, Slip};
use super::made::{self, Argument};
use crate::layers;
use crate::suggest;
use proc_macro2::Group;

impl Reader<'_> {
    /// What moves numbers, or works along an axis.
    pub(super) fn rearranged(
        &self,
        mut flow: Flow,
        name: &str,
        arguments: &[Argument],
        written: &str,
    ) -> Option<Flow> {
        let texts: Vec<String> = made::unlisted(arguments);
        let numbers: Option<Vec<i64>> = texts.iter().map(|text| text.replace(' ', "").parse().ok()).collect();
        let named = |name: &str| arguments.iter().any(|a| a.name.as_ref().is_some_and(|n| n == name));
        match name {
            "flatten" => {
                Some(flow.then("Flatten", if texts.is_empty() { Slip::Method } else { Slip::Whole }, written))
            }
            "view" | "reshape" if arguments.iter().all(|a| a.name.is_none()) && !texts.is_empty() => {
                let is_batch = |text: &str| {
                    text == "-1" || text.contains("size") || text.contains("shape") || text.contains("batch")
                };
                let texts: Vec<String> = texts.iter().map(|text| text.replace("- ", "-")).collect();
                let plain = numbers.is_some();
                let sizes = if texts.len() > 1 && is_batch(&texts[0]) { &texts[1..] } else { &texts[..] };
                if *sizes == ["-1"] {
                    return Some(flow.then("Flatten", Slip::Whole, written));
                }
                let are_sizes = sizes
                    .iter()
                    .all(|n| n.chars().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase() || c == '_'));
                are_sizes.then(|| {
                    let slip =
                        if plain && arguments.len() == texts.len() { Slip::Method } else { Slip::Whole };
                    flow.then(format!("reshape([{}])", sizes.join(", ")), slip, written)
                })
            }
            "permute" | "transpose" | "swapaxes" => {
                let order = numbers?;
                if order.len() == 2 && name != "permute" {
                    return Some(flow.then("transpose", Slip::Whole, written));
                }
                flow.axis = true;
                let order: Vec<i64> = match self.axes.batch && order.first() == Some(&0) && order.len() > 2 {
                    true => order[1..].iter().map(|axis| axis - 1).collect(),
                    false => order,
                };
                let order: Vec<String> = order.iter().map(ToString::to_string).collect();
                (order.len() > 1)
                    .then(|| flow.then(format!("permute([{}])", order.join(", ")), Slip::Whole, written))
            }
            "mean" | "sum" if !texts.is_empty() && !named("keepdim") && !named("keepdims") => {
                let axes = numbers?;
                let images = [vec![2, 3], vec![-2, -1], vec![-1, -2], vec![1, 2]];
                if name == "mean" && images.contains(&axes) {
                    return Some(flow.then("GlobalAvgPool2d", Slip::Whole, written));
                }
                let [axis] = axes[..] else { return None };
                let axis = self.axis(axis, &mut flow);
                Some(flow.then(format!("{name}(axis: {axis})"), Slip::Whole, written))
            }
            "softmax" | "log_softmax" => {
                let layer = if name == "softmax" { "Softmax" } else { "LogSoftmax" };
                Some(flow.then(layer, if texts.is_empty() { Slip::Plain } else { Slip::Whole }, written))
            }
            "chunk" => {
                let (parts, axis) = match &numbers?[..] {
                    [parts] => (*parts, 1),
                    [parts, axis] => (*parts, *axis),
                    _ => return None,
                };
                let axis = self.axis(axis, &mut flow);
                Some(flow.then(format!("split({parts}, axis: {axis})"), Slip::Whole, written))
            }
            "randn_like" if arguments.is_empty() => {
                let value = format!("randn_like({})", flow.text());
                Some(Flow { value, ..Flow::default() }.with(&[flow]).slip(Slip::Later, written))
            }
            "unsqueeze" | "expand_dims" | "squeeze" => {
                let axis = match &numbers?[..] {
                    [] => String::new(),
                    [axis] => format!(", {axis}"),
                    _ => return None,
                };
                let value = format!("{name}({}{axis})", flow.text());
                Some(Flow { value, ..Flow::default() }.with(&[flow]).slip(Slip::Later, written))
            }
            _ => None,
        }
    }

    fn axis(&self, axis: i64, flow: &mut Flow) -> i64 {
        flow.axis = true;
        flow.negative |= axis < 0;
        match axis {
            0.. if self.axes.batch => (axis - 1).max(0),
            0.. => axis,
            _ => (self.axes.last + 1 + axis).max(0),
        }
    }

    /// Sums and joins: `torch.add(a, b)`, `torch.cat([a, b], dim=1)`.
    pub(super) fn joined(
        &self,
        name: &str,
        written: &str,
        group: &Group,
        arguments: &[Argument],
    ) -> Option<Flow> {
        let ours = layers::our_name(name);
        let joins = ours.as_ref().is_some_and(|ours| ours == "concat" || ours == "matmul");
        if !joins && !["Concatenate", "concatenate", "stack", "einsum"].contains(&name) {
            made::sign(name)?;
        }
        let values = self.values(group);
        let is_concat = layers::our_name(name).is_some_and(|ours| ours == "concat") && name != "stack"
            || name == "Concatenate"
            || name == "concatenate";
        if let Some(sign) = made::sign(name).filter(|_| values.len() > 1) {
            let sides: Vec<String> = values.iter().map(Flow::operand).collect();
            let value = sides.join(&format!(" {sign} "));
            let flow = Flow { value, is_sum: true, ..Flow::default() }.slip(Slip::Whole, written);
            return Some(flow.with(&values));
        }
        if is_concat && values.len() > 1 {
            let list: Vec<&Argument> =
                arguments.iter().filter(|a| a.name.is_some() || made::is_number(&a.tokens)).collect();
            let axis = match &list[..] {
                [] if name == "Concatenate" => Some(-1),
                [] => Some(0),
                [axis] => suggest::source(&axis.tokens).replace(' ', "").parse::<i64>().ok(),
                _ => None,
            };
            let mut flow = Flow::default().slip(Slip::Whole, written);
            // Our own way is to count axes as they are.
            let is_ours =
                arguments.iter().any(|a| a.name.as_ref().is_some_and(|n| n == "axis") && !a.is_equals);
            let axis = match axis? {
                axis if is_ours && axis >= 0 => axis,
                axis => self.axis(axis, &mut flow),
            };
            let texts: Vec<String> = values.iter().map(Flow::text).collect();
            flow.value = format!("concat({}, axis: {axis})", texts.join(", "));
            return Some(flow.with(&values));
        }
        if name == "stack" && values.len() > 1 {
            let texts: Vec<String> = values.iter().map(Flow::text).collect();
            let flow = Flow { value: format!("stack({})", texts.join(", ")), ..Flow::default() };
            return Some(flow.slip(Slip::Later, written).with(&values));
        }
        if name == "einsum"
            && let ([sums, ..], [a, b]) = (arguments, &values[..])
        {
            let value = products(&suggest::source(&sums.tokens), a, b)?;
            return Some(Flow { value, ..Flow::default() }.slip(Slip::Whole, written).with(&values));
        }
        if layers::our_name(name).is_some_and(|ours| ours == "matmul") && values.len() == 2 {
            let value = format!("matmul({}, {})", values[0].text(), values[1].text());
            let flow = Flow { value, ..Flow::default() };
            let flow = if written == "matmul" { flow } else { flow.slip(Slip::Plain, written) };
            return Some(flow.with(&values));
        }
        None
    }
}

/// The product of two matrices that such letters say, `"ij,jk->ik"`; the batch may be among them.
fn products(letters: &str, a: &Flow, b: &Flow) -> Option<String> {
    let letters = letters.trim_matches('"').replace(' ', "");
    let (from, to) = letters.split_once("->")?;
    let (first, second) = from.split_once(',')?;
    let all = [first, second, to];
    let batch =
        first.chars().next().filter(|c| first.len() == 3 && all.iter().all(|part| part.starts_with(*c)));
    let [first, second, to] =
        all.map(|part| part.trim_start_matches(|c| Some(c) == batch).chars().collect::<Vec<_>>());
    let ([i, j], [k, l], [m, n]) = (&first[..], &second[..], &to[..]) else { return None };
    let turned = |flow: &Flow| format!("transpose({})", flow.text());
    match () {
        () if (j, i, l) == (k, m, n) => Some(format!("matmul({}, {})", a.text(), b.text())),
        () if (j, i, k) == (l, m, n) => Some(format!("matmul({}, {})", a.text(), turned(b))),
        () if (i, j, l) == (k, m, n) => Some(format!("matmul({}, {})", turned(a), b.text())),
        () => None,
    }
}
