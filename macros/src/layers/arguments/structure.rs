//! The arguments of functions that move numbers: axes, shapes, orders, ranges.

use super::Arguments;
use crate::ast::ValueKind;
use crate::errors::Errors;
use crate::shape::{Dim, Shape};

const AXES: &str = "is invalid: axes are counted from 0, the batch not among them";

impl Arguments<'_> {
    /// The number of an axis, which must be given.
    pub fn given_axis(&mut self, example: &str, errors: &mut Errors) -> usize {
        if self.take("axis").is_none() {
            let value = example.trim_start_matches("axis: ");
            self.missing("axis", "the axis", value, errors);
        }
        self.axis(errors).unwrap_or(0)
    }

    /// One axis or several, each once.
    pub fn axes(&mut self, errors: &mut Errors) -> Option<Vec<usize>> {
        let parts = match self.take("axis").map(|v| &v.kind)? {
            ValueKind::Tuple(parts) => parts.clone(),
            one => vec![one.clone()],
        };
        let mut axes = Vec::new();
        for part in parts {
            match part {
                ValueKind::Broken => return None,
                ValueKind::Integer(n) if n.known().is_some_and(|n| !axes.contains(&n)) => {
                    axes.extend(n.known())
                }
                ValueKind::Integer(n) if n.known().is_some() => {
                    self.refuse("axis", &format!("is invalid: axis {n} is there twice"), errors);
                    return None;
                }
                other => {
                    self.refuse_axis(AXES, &other, errors);
                    return None;
                }
            }
        }
        Some(axes)
    }

    /// A shape by place, which must be given.
    pub fn shape(&mut self, what: &str, example: &str, errors: &mut Errors) -> Shape {
        let unknown = Shape(vec![Dim::ONE]);
        match self.take("shape").map(|v| &v.kind) {
            Some(ValueKind::Shape(shape)) => shape.clone(),
            Some(ValueKind::Broken) => unknown,
            Some(ValueKind::Axes(_)) => {
                self.refuse("shape", "is invalid: a dimension is at least 1", errors);
                unknown
            }
            Some(_) => {
                let why = format!("is invalid: {what} is written `{example}`");
                self.refuse("shape", &why, errors);
                unknown
            }
            None => {
                self.missing("shape", what, example, errors);
                unknown
            }
        }
    }

    /// The order of axes by place, which must be given.
    pub fn order(&mut self, example: &str, errors: &mut Errors) -> Vec<usize> {
        match self.take("order").map(|v| &v.kind) {
            Some(ValueKind::Axes(axes)) => axes.clone(),
            Some(ValueKind::Broken) => Vec::new(),
            // Others count the batch as an axis.
            Some(ValueKind::Shape(shape)) => {
                let axes: Vec<String> = shape.0.iter().map(|&n| (n - 1).to_string()).collect();
                let mut sorted: Vec<String> = axes.clone();
                sorted.sort();
                if sorted.iter().enumerate().any(|(i, axis)| *axis != i.to_string()) {
                    let all: Vec<String> = (0..axes.len()).map(|axis| axis.to_string()).collect();
                    let why = format!("is no order of axes: each of {} stands there once", all.join(", "));
                    self.refuse("order", &why, errors);
                } else if let Some(error) = self.refusal("order", AXES) {
                    errors.push(self.suggest(error, "order", &format!("[{}]", axes.join(", "))));
                }
                Vec::new()
            }
            Some(_) => {
                let why = format!("is invalid: the order of the axes is written `{example}`");
                self.refuse("order", &why, errors);
                Vec::new()
            }
            None => {
                self.missing("order", "the order of the axes", example, errors);
                Vec::new()
            }
        }
    }

    /// A range by place, which must be given: from a start to an end that is not taken any more.
    pub fn range(&mut self, example: &str, errors: &mut Errors) -> [Dim; 2] {
        match self.take("range").map(|v| &v.kind) {
            Some(&ValueKind::Range(start, end)) => match start >= 0 && start < end {
                true => [start, end],
                false => {
                    self.refuse(
                        "range",
                        "is invalid: it begins at 0 or later and ends behind its start",
                        errors,
                    );
                    [Dim::ZERO, Dim::ONE]
                }
            },
            Some(ValueKind::Broken) => [Dim::ZERO, Dim::ONE],
            Some(_) => {
                self.refuse("range", &format!("is invalid: a range is written `{example}`"), errors);
                [Dim::ZERO, Dim::ONE]
            }
            None => {
                self.missing("range", "the range", example, errors);
                [Dim::ZERO, Dim::ONE]
            }
        }
    }
}
