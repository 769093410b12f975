//! `vision::Backbone => [512]`: a network of another invocation or another crate as a layer.
//!
//! One macro call cannot see another, so all that is known here is what the user claims. Everything else about the
//! network is a number that the compiler knows: it takes part in sizes as constants of the program do, and what flows in
//! and what is claimed are compared in the same way.

use super::mismatch::{At, Mismatch};
use super::{Arguments, Init, Layer, Layout, OWN, Parameter, Role, Traits};
use crate::ast::{Call, Outside};
use crate::errors::Errors;
use crate::shape::{Asked, Dim, Shape};
use proc_macro2::TokenStream;
use std::rc::Rc;

#[derive(Clone, Debug)]
pub struct Network {
    outside: Rc<Outside>,
    shapes: Vec<Shape>,
    /// The bounds of those inputs that are indices.
    bounds: Vec<Option<Dim>>,
}

/// The most axes that are printed of a shape that does not fit.
const MAX_RANK: usize = 8;

impl Network {
    /// `None` if the claims could not be read, which has been reported.
    pub fn new(call: &Call, outside: &Rc<Outside>, errors: &mut Errors) -> Option<Network> {
        let mut arguments = Arguments::new(call);
        arguments.accept(None, &[], errors);
        let shapes = outside.shapes.clone()?;
        arguments.finish(Network { outside: Rc::clone(outside), shapes, bounds: Vec::new() })
    }

    /// The network's path.
    pub fn path(&self) -> &TokenStream {
        &self.outside.path
    }

    /// The path as a user would write it.
    pub fn text(&self) -> String {
        self.outside.name()
    }

    /// A number that the compiler knows of the network.
    fn ask(&self, function: &'static str, arguments: &[usize]) -> Dim {
        let network = self.outside.path.clone();
        Dim::asked(&self.text(), Asked { function, network, arguments: arguments.to_vec() })
    }

    /// The shape of an input or an output, as far as it decides whether it is this one: its first size that differs ends
    /// the comparison.
    fn differs(&self, [rank, size]: [&'static str; 2], port: usize, from: &Shape) -> Option<Shape> {
        let actual = |rank: usize| Shape((0..rank).map(|axis| self.ask(size, &[port, axis])).collect());
        let own = self.ask(rank, &[port]);
        if own != from.rank() {
            let known = (0..=MAX_RANK).filter(|&r| r != from.rank()).find(|&r| own == r);
            return Some(actual(known.unwrap_or(0)));
        }
        let shape = actual(from.rank());
        (shape != *from).then_some(shape)
    }

    fn check_input(&self, port: usize, shape: &Shape) -> Result<(), Mismatch> {
        let bound = self.ask("input_indices", &[port]);
        let (numbers, given) = (bound == 0, self.bounds.get(port).copied().flatten());
        let here = format!("{{input_is {port}}} `{shape}");
        let line = match given {
            None if !numbers => format!("{{title}} takes indices in `0..{bound}`, but {here}` of numbers"),
            Some(given) if numbers => {
                format!("{{title}} takes numbers, but {here} in 0..{given}`, which are indices")
            }
            Some(given) if bound < given => {
                format!("{{title}} takes indices in `0..{bound}`, but {here} in 0..{given}`")
            }
            _ => match self.differs(["input_rank", "input_size"], port, shape) {
                Some(actual) => format!("{{title}} takes `{actual}`, but {here}`"),
                None => return Ok(()),
            },
        };
        Err(Mismatch::new(line))
    }

    fn check_claim(&self, port: usize, claimed: &Shape) -> Result<(), Mismatch> {
        let Some(actual) = self.differs(["output_rank", "output_size"], port, claimed) else { return Ok(()) };
        let name = self.outside.claims.get(port).and_then(|claim| claim.name.as_ref());
        let claimed = match name {
            Some(name) => format!("{name}: {claimed}"),
            None => claimed.to_string(),
        };
        let line = format!("{{title}} gives `{actual}`, but `{claimed}` is claimed");
        Err(Mismatch { at: At::Claim(port), ..Mismatch::new(line) })
    }
}

impl Layer for Network {
    const ARITY: usize = OWN;

    /// No name in the language leads here: the call itself says what it is.
    fn parse(_: &mut Arguments, _: &mut Errors) -> Option<Self> {
        None
    }

    fn bind(&mut self, inputs: &[Option<Dim>]) {
        self.bounds = inputs.to_vec();
    }

    fn checks_elements(&self) -> bool {
        true
    }

    fn ports(&self) -> usize {
        self.shapes.len()
    }

    fn outputs(&self, inputs: &[Shape]) -> Result<Vec<Shape>, Mismatch> {
        if self.ask("broken", &[]) != 0 {
            // Its own mistake has been reported where it stands.
            return Ok(self.shapes.clone());
        }
        let (taken, given) = (self.ask("inputs", &[]), self.ask("outputs", &[]));
        if taken != inputs.len() {
            let wanted = crate::shape::counted(taken, "values");
            return Err(Mismatch::new(format!("{{title}} takes {wanted}, but gets {}", inputs.len())));
        }
        for (port, shape) in inputs.iter().enumerate() {
            self.check_input(port, shape)?;
        }
        if given != self.shapes.len() {
            let (found, claimed) = (crate::shape::counted(given, "values"), self.shapes.len());
            let line = format!(
                "{{title}} gives {found}, but {claimed} {} claimed",
                if claimed == 1 { "is" } else { "are" }
            );
            return Err(Mismatch { at: At::Claims, ..Mismatch::new(line) });
        }
        for (port, claimed) in self.shapes.iter().enumerate() {
            self.check_claim(port, claimed)?;
        }
        Ok(self.shapes.clone())
    }

    fn parameters(&self, _: &[Shape]) -> Vec<Parameter> {
        let role = Role::Network {
            tensors: self.ask("tensors", &[]),
            learned: self.ask("learned", &[]),
            frozen: self.ask("frozen", &[]),
        };
        let memory_shape = vec![self.ask("scalars", &[])];
        vec![Parameter { name: "", memory_shape, axes: vec![0], role, init: Init::Constant(0.0) }]
    }

    fn field(&self, _: &[Shape], _: &TokenStream) -> TokenStream {
        self.outside.path.clone()
    }

    fn traits(&self, _: &[Shape]) -> Traits {
        Traits {
            reads_inputs: true,
            saved_each: self.ask("saved", &[]),
            least_samples: self.ask("least_samples", &[]),
            ..Traits::new(Layout::RowMajor)
        }
    }

    /// The sizes are the network's own affair.
    fn spec(&self, _: &[Shape], _: usize) -> TokenStream {
        TokenStream::new()
    }

    fn multiply_adds(&self, _: &[Shape]) -> Dim {
        self.ask("multiply_adds", &[])
    }

    fn network(&self) -> Option<&Network> {
        Some(self)
    }

    /// A number that is another one if the network is another one.
    fn identity(&self) -> Option<Dim> {
        Some(self.ask("fingerprint", &[]))
    }
}
