//! What a block or a network says of its inputs and outputs, and what the names in it stand for.

use super::dimensions::{self, Dimensions};
use crate::ast::{Dimension, Port, ValueKind, shape_text};
use crate::maps::OrderedMap;
use crate::shape::{Dim, Shape};
use proc_macro2::TokenStream;

/// What a block or a network says of what goes in and what comes out.
#[derive(Clone, Debug)]
pub struct Signature {
    pub inputs: Vec<PortShape>,
    pub outputs: Vec<PortShape>,
    /// The parameters of a block.
    pub fixed: Dimensions,
    /// Where they were written.
    pub given: OrderedMap<TokenStream>,
}

#[derive(Clone, Debug)]
pub struct PortShape {
    pub name: Option<String>,
    /// `None` if it could not be read.
    pub dimensions: Option<Vec<Dimension>>,
    /// The bound of its values if they are indices.
    pub indices: Option<Dimension>,
    pub tokens: TokenStream,
}

/// What does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    pub port: usize,
    /// The declared shape, with those numbers that are known: `[64, h, w]`.
    pub expected: String,
}

impl Signature {
    pub fn new(inputs: &[Port], outputs: &[Port], fixed: Dimensions) -> Signature {
        let ports = |ports: &[Port]| {
            let ports = ports.iter().map(|port| PortShape {
                name: port.name.as_ref().map(ToString::to_string),
                dimensions: port.shape.clone(),
                indices: port.indices.as_ref().map(|indices| indices.bound.clone()),
                tokens: port.tokens.clone(),
            });
            ports.collect()
        };
        Signature { inputs: ports(inputs), outputs: ports(outputs), fixed, given: OrderedMap::new() }
    }

    /// What the names stand for when these shapes flow in; after an error that is unknown (`Broken`) for some.
    pub fn bind(&self, shapes: &[Option<Shape>]) -> Result<Dimensions, Misfit> {
        let mut bound = self.fixed.clone();
        for (port, (input, shape)) in self.inputs.iter().zip(shapes).enumerate() {
            let Some(dimensions) = &input.dimensions else { continue };
            let misfit = |bound: &Dimensions| Misfit { port, expected: partly(dimensions, bound) };
            if let Some(shape) = shape
                && shape.rank() != dimensions.len()
            {
                return Err(misfit(&bound));
            }
            for (axis, dimension) in dimensions.iter().enumerate() {
                let size = shape.as_ref().map(|shape| shape.0[axis]);
                match dimension {
                    Dimension::Name(name) if matches!(bound.get(name), None | Some(ValueKind::Broken)) => {
                        let is_parameter = self.fixed.get(name).is_some();
                        if !is_parameter {
                            bound.insert(name.clone(), size.map_or(ValueKind::Broken, ValueKind::Integer));
                        }
                    }
                    _ => {
                        let lookup = |name: &str| integer(&bound, name);
                        let expected = dimensions::evaluate(dimension, &lookup).ok().flatten();
                        if let (Some(expected), Some(size)) = (expected, size)
                            && expected != size
                        {
                            return Err(misfit(&bound));
                        }
                    }
                }
            }
        }
        Ok(bound)
    }

    /// The same, and as not known what nothing binds, which has been reported.
    pub fn with_outputs(&self, mut bound: Dimensions) -> Dimensions {
        for dimension in self.outputs.iter().filter_map(|output| output.dimensions.as_ref()).flatten() {
            for name in dimensions::names(dimension) {
                if bound.get(name).is_none() {
                    bound.insert(name.to_string(), ValueKind::Broken);
                }
            }
        }
        bound
    }

    /// Whether it has parameters or shapes with variables.
    pub fn is_general(&self) -> bool {
        self.unbound().keys().next().is_some()
    }

    /// All names of its shapes and parameters, none of them known.
    pub fn unbound(&self) -> Dimensions {
        let mut bound = self.fixed.clone();
        for dimension in self.inputs.iter().filter_map(|input| input.dimensions.as_ref()).flatten() {
            for name in dimensions::names(dimension) {
                if bound.get(name).is_none() {
                    bound.insert(name.to_string(), ValueKind::Broken);
                }
            }
        }
        bound
    }

    /// The declared shape of an output; `None` if it is not known.
    pub fn output(&self, port: usize, bound: &Dimensions) -> Option<Shape> {
        let dimensions = self.outputs.get(port)?.dimensions.as_ref()?;
        let sizes = dimensions.iter().map(|dimension| {
            let n = dimensions::evaluate(dimension, &|name| integer(bound, name)).ok().flatten()?;
            if n < 1 { None } else { Some(n) }
        });
        sizes.collect::<Option<Vec<_>>>().map(Shape)
    }

    /// The declared bound of an input's indices, if there is one and it is known.
    pub fn indices(&self, port: usize) -> Option<Dim> {
        let bound = self.inputs.get(port)?.indices.as_ref()?;
        dimensions::evaluate(bound, &|name| integer(&self.fixed, name)).ok().flatten()
    }

    /// A port's shape as declared: `x: [channels, h, w]`.
    pub fn declared(port: &PortShape) -> String {
        let shape = port.dimensions.as_ref().map_or("…".into(), |d| shape_text(d));
        let range = port.indices.as_ref().map_or(String::new(), |bound| format!(" in 0..{bound}"));
        let shape = shape + &range;
        match &port.name {
            Some(name) => format!("{name}: {shape}"),
            None => shape,
        }
    }
}

fn integer(known: &Dimensions, name: &str) -> Option<Dim> {
    match known.get(name) {
        Some(ValueKind::Integer(n)) => Some(*n),
        _ => None,
    }
}

/// A shape with those numbers put in that are known.
fn partly(dimensions: &[Dimension], known: &Dimensions) -> String {
    let parts = dimensions.iter().map(|dimension| {
        match dimensions::evaluate(dimension, &|name| integer(known, name)) {
            Ok(Some(n)) => n.to_string(),
            _ => dimension.to_string(),
        }
    });
    format!("[{}]", parts.collect::<Vec<_>>().join(", "))
}
