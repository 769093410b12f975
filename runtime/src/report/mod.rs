//! Reports: what people read about a network and its training.

pub(crate) mod plot;
pub(crate) mod progress;
mod summary;
pub(crate) mod table;

pub use summary::{Row, Summary, summary};
