//! Reports: what people read about a network and its training.

mod diagram;
pub(crate) mod plot;
pub(crate) mod progress;
mod summary;
pub(crate) mod table;

pub use diagram::{Diagram, diagram};
pub use summary::{Row, Summary, summary};
