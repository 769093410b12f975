//! Training: the loop, what it takes in, and what it writes down.

mod adversarial;
mod examples;
mod history;
pub(crate) mod measure;
mod patience;
mod trainer;

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod toy;

pub use crate::__private::players::{Nothing, Told};
pub use adversarial::{Adversarial, Adversaries, Judgement};
pub use examples::Examples;
pub use history::{Epoch, History, Scores};
pub use patience::{Patience, patience};
pub use trainer::Trainer;
