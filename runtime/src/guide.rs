//! The guide to the language, a page for each subject; the [front page](crate) has the beginning.

pub mod arithmetic;
pub mod constants;
pub mod layers;
pub mod networks;
pub mod sequences;
pub mod structure;
pub mod warnings;
