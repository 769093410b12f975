//! The running statistics that normalising layers keep: where training takes its own from, and how it averages them.

use super::{Arguments, Init, Parameter, Role};
use crate::ast::ValueKind;
use crate::errors::{Change, Errors, How};
use crate::shape::Dim;

/// What training does with the running statistics.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Statistics {
    /// It normalises by what it sees, and takes that into an average in which the newest batch has this weight.
    Moving { momentum: f64 },
    /// The same, with a plain average over all batches so far.
    Cumulative,
    /// It normalises by them, and they stay as they are.
    Running,
}

const MOMENTUM: f64 = 0.1;

/// The arguments that say it.
pub const ARGUMENTS: [&str; 2] = ["momentum", "statistics"];

impl Statistics {
    /// Reads `momentum:` and `statistics:`, of which `own` is what training uses by itself.
    pub fn parse(own: &'static str, arguments: &mut Arguments, errors: &mut Errors) -> Statistics {
        let running = arguments.word("statistics", &[own, "running"], errors) == Some(1);
        if running {
            if arguments.is_given("momentum") {
                let why = "has no effect: with `statistics: running` nothing is averaged";
                arguments.refuse("momentum", why, errors);
            }
            return Statistics::Running;
        }
        match arguments.value("momentum") {
            Some(ValueKind::Word(word)) if word == "cumulative" => Statistics::Cumulative,
            Some(ValueKind::Word(word)) => {
                let none = word == "none";
                let place = arguments.place("momentum");
                let why = "is invalid: it is the newest batch's weight, from 0 to 1, or `cumulative`";
                if let Some(error) = arguments.refusal("momentum", why) {
                    errors.push(match (none, place) {
                        (true, Some(place)) => error.help_with(
                            "a plain average over all batches is called `cumulative`",
                            vec![Change { place, how: How::Replace, text: "cumulative".into() }],
                        ),
                        _ => error,
                    });
                }
                Statistics::Cumulative
            }
            _ => Statistics::Moving { momentum: arguments.momentum_or(MOMENTUM, errors) },
        }
    }

    pub fn is_running(self) -> bool {
        self == Statistics::Running
    }

    pub fn is_counted(self) -> bool {
        self == Statistics::Cumulative
    }

    /// As a user would write it, if it is not the usual.
    pub fn argument(self) -> Option<String> {
        match self {
            Statistics::Moving { momentum: MOMENTUM } => None,
            Statistics::Moving { momentum } => Some(format!("momentum: {momentum:?}")),
            Statistics::Cumulative => Some("momentum: cumulative".into()),
            Statistics::Running => Some("statistics: running".into()),
        }
    }

    /// The tensors behind weight and bias.
    pub fn parameters(self, channels: Dim) -> Vec<Parameter> {
        let role = match self {
            Statistics::Moving { momentum } => Role::Average { momentum },
            Statistics::Cumulative => Role::CumulativeAverage,
            Statistics::Running => Role::Frozen,
        };
        let one = |name, value| Parameter {
            name,
            memory_shape: vec![channels],
            axes: vec![0],
            role,
            init: Init::Constant(value),
        };
        let count = Parameter {
            name: "num_batches_tracked",
            memory_shape: Vec::new(),
            axes: Vec::new(),
            role: Role::Count,
            init: Init::Constant(0.0),
        };
        let mut parameters = vec![one("running_mean", 0.0), one("running_var", 1.0)];
        parameters.extend(self.is_counted().then_some(count));
        parameters
    }
}
