//! Functions of numbers, as written in a `map`.

use super::Operator;
use proc_macro2::{Ident, TokenStream};
use std::fmt;

/// A function of numbers that the user writes: `|x| x * sigmoid(1.702 * x)`.
#[derive(Debug)]
pub struct Closure {
    pub parameters: Vec<Ident>,
    pub body: Term,
}

/// A number inside a closure.
#[derive(Debug)]
pub enum Term {
    Name(Ident),
    Number(f64),
    Negative(Box<Term>),
    Binary(Box<Term>, Operator, Box<Term>, TokenStream),
    /// `max(x, 0)`
    Call(Ident, Vec<Term>, TokenStream),
    /// `{ let s = sigmoid(x); s * s }`
    Block(Vec<(Ident, Term)>, Box<Term>),
}

impl PartialEq for Closure {
    fn eq(&self, other: &Closure) -> bool {
        self.to_string() == other.to_string()
    }
}

impl fmt::Display for Closure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.parameters.iter().map(ToString::to_string).collect();
        write!(f, "|{}| ", names.join(", "))?;
        self.body.write(f, 0)
    }
}

impl Term {
    /// Parentheses stand where this binds looser than what is around it.
    fn write(&self, f: &mut fmt::Formatter<'_>, around: u8) -> fmt::Result {
        match self {
            Term::Name(name) => write!(f, "{name}"),
            Term::Number(x) => write!(f, "{x:?}"),
            Term::Negative(inner) => {
                write!(f, "-")?;
                inner.write(f, 3)
            }
            Term::Binary(left, operator, right, _) => {
                let (sign, rank) = match operator {
                    Operator::Add => ('+', 1),
                    Operator::Subtract => ('-', 1),
                    Operator::Multiply => ('*', 2),
                    Operator::Divide => ('/', 2),
                };
                let open = rank < around;
                if open {
                    write!(f, "(")?;
                }
                left.write(f, rank)?;
                write!(f, " {sign} ")?;
                right.write(f, rank + 1)?;
                if open { write!(f, ")") } else { Ok(()) }
            }
            Term::Call(name, arguments, _) => {
                write!(f, "{name}(")?;
                for (i, argument) in arguments.iter().enumerate() {
                    if i > 0 {
                        write!(f, ", ")?;
                    }
                    argument.write(f, 0)?;
                }
                write!(f, ")")
            }
            Term::Block(lets, result) => {
                write!(f, "{{ ")?;
                for (name, value) in lets {
                    write!(f, "let {name} = ")?;
                    value.write(f, 0)?;
                    write!(f, "; ")?;
                }
                result.write(f, 0)?;
                write!(f, " }}")
            }
        }
    }
}
