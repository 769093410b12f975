//! A network's head: what other code sees of it; and the names that a body gives.

use super::MAX_INPUTS;
use super::dimensions::{self, Dimensions};
use crate::ast::{Body, Expression, Network, Pattern, Port, Statement};
use crate::demands::{self, Demand, Part};
use crate::errors::{Error, Errors};
use crate::graph::{Header, Input, Output, Scalar};
use crate::lints::{self};

pub(super) fn header(network: &Network, demands: &mut Vec<Demand>, errors: &mut Errors) -> Header {
    if let Some(input) = network.inputs.get(MAX_INPUTS) {
        errors.push(Error::new(&input.tokens, format!("a network takes at most {MAX_INPUTS} inputs")));
    }
    let mut demanded = Vec::new();
    let mut shape = |port: &Port, part: Part, errors: &mut Errors| {
        let dimensions = port.shape.as_deref()?;
        let mut open = Vec::new();
        let shape = demands::follow(&[], errors, &mut open, |errors| {
            dimensions::shape(dimensions, &Dimensions::new(), &port.tokens, errors)
        });
        demanded.extend(open.into_iter().map(|ways| Demand { part, ways, definition: None }));
        shape
    };
    let known = Dimensions::new();
    let mut inputs = Vec::new();
    for port in &network.inputs {
        let Some(name) = port.name.clone() else { continue };
        let part = Part::Input(inputs.len());
        let mut shape = shape(port, part, errors);
        let mut indices = None;
        if let Some(range) = &port.indices {
            let mut open = Vec::new();
            indices =
                demands::follow(&[], errors, &mut open, |errors| dimensions::indices(range, &known, errors));
            demands.extend(open.into_iter().map(|ways| Demand { part, ways, definition: None }));
            // Without a range nothing is known of what flows in.
            shape = shape.filter(|_| indices.is_some());
        }
        inputs.push(Input { name, shape, indices, tokens: port.tokens.clone() });
    }
    let mut outputs = Vec::new();
    for port in &network.outputs {
        let (name, tokens) = (port.name.clone(), port.tokens.clone());
        let shape = shape(port, Part::Output(outputs.len()), errors);
        outputs.push(Output { name, shape, tokens });
    }
    demands.extend(demanded);
    let mut attributes = network.attributes.clone();
    let levels = lints::take_levels(&mut attributes, errors);
    Header {
        attributes,
        levels,
        visibility: network.visibility.clone(),
        name: network.name.clone(),
        scalar: network.generic.clone().map_or(Scalar::F32, Scalar::Generic),
        inputs,
        outputs,
    }
}

/// A copy of a network by value could overflow the stack.
pub(super) fn check_derives(header: &Header, errors: &mut Errors) {
    for name in ["Clone", "Copy"] {
        if let Some(derived) = header.derived(name) {
            let line =
                format!("`{}` cannot derive `{name}`: a copy by value could overflow the stack", header.name);
            let help = "`duplicate()` copies it on the heap, `copy_from` in place";
            errors.push(Error::new(&derived, line).help(help));
        }
    }
}

/// Every name that the user gives to an input, a value or a layer.
pub(super) fn names_of(inputs: &[Port], body: Option<&Body>) -> Vec<String> {
    let mut names: Vec<String> =
        inputs.iter().filter_map(|p| p.name.as_ref()).map(ToString::to_string).collect();
    let Some(body) = body else { return names };
    for statement in &body.statements {
        match statement {
            Statement::Layer(stage) => names.extend(stage.name.iter().map(ToString::to_string)),
            Statement::Param(param) => names.push(param.name.to_string()),
            Statement::Let(binding) => {
                match &binding.pattern {
                    Pattern::One(name) => names.extend(name.iter().map(ToString::to_string)),
                    Pattern::Tuple(all, _) => names.extend(all.iter().flatten().map(ToString::to_string)),
                }
                layer_names(&binding.value, &mut names);
            }
        }
    }
    body.result.iter().for_each(|result| layer_names(result, &mut names));
    names
}

fn layer_names(expression: &Expression, names: &mut Vec<String>) {
    match expression {
        Expression::Name(_) | Expression::Part(..) | Expression::Number(..) | Expression::Unknown(_) => {}
        Expression::Negative(value, _) => layer_names(value, names),
        Expression::Function(function) => function.values.iter().for_each(|v| layer_names(v, names)),
        Expression::Tuple(parts, _) | Expression::Doubtful(parts, _) => {
            parts.iter().for_each(|part| layer_names(part, names));
        }
        Expression::Chain(source, stages, _) => {
            layer_names(source, names);
            names.extend(stages.iter().filter_map(|s| s.name.as_ref()).map(ToString::to_string));
        }
        Expression::Binary(left, _, right, _) => {
            layer_names(left, names);
            layer_names(right, names);
        }
    }
}
