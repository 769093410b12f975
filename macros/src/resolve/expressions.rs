//! The values of expressions.

use super::Builder;
use crate::ast::Expression;
use crate::errors::Error;
use crate::graph::ValueId;
use crate::limits;

impl Builder<'_, '_> {
    /// One value; several where one is wanted are an error.
    pub(super) fn single(&mut self, expression: &Expression) -> ValueId {
        let values = self.several(expression);
        self.only(values, expression)
    }

    pub(super) fn only(&mut self, values: Vec<ValueId>, expression: &Expression) -> ValueId {
        match values[..] {
            [value] => value,
            _ => {
                let tokens = expression.tokens();
                let line = format!("one value is wanted here, but these are {}", values.len());
                self.errors.push(Error::new(&tokens, line));
                self.unknown(&tokens)
            }
        }
    }

    pub(super) fn several(&mut self, expression: &Expression) -> Vec<ValueId> {
        let takes = match expression {
            Expression::Binary(..) | Expression::Negative(..) => 1,
            _ => limits::BRACKET,
        };
        self.depth += takes;
        let values = self.values_of(expression);
        self.depth -= takes;
        values
    }

    fn values_of(&mut self, expression: &Expression) -> Vec<ValueId> {
        match expression {
            Expression::Name(name) => vec![self.lookup(name)],
            Expression::Tuple(parts, _) => parts.iter().map(|part| self.single(part)).collect(),
            Expression::Unknown(tokens) => vec![self.unknown(tokens)],
            Expression::Doubtful(operands, tokens) => {
                operands.iter().for_each(|operand| drop(self.several(operand)));
                vec![self.unknown(tokens)]
            }
            Expression::Binary(..) | Expression::Negative(..) | Expression::Number(..) => {
                vec![self.arithmetic(expression)]
            }
            Expression::Function(function) => self.function(function, Vec::new()),
            Expression::Part(name, part) => vec![self.part(name, part)],
            Expression::Chain(source, stages, _) => {
                let mut values = self.several(source);
                for stage in stages {
                    if self.is_full() {
                        return vec![self.unknown(&expression.tokens())];
                    }
                    values = match &stage.function {
                        Some(function) => self.function(function, values),
                        None => self.stage(stage, values),
                    };
                }
                values
            }
        }
    }
}
