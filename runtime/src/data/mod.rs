//! Data: sets of samples with their targets, and the files they come from.

pub mod csv;
mod dataset;
pub mod idx;
mod index;
mod standardizer;

pub use dataset::Dataset;
pub use idx::{Image, mnist};
pub use index::Index;
pub use standardizer::Standardizer;
