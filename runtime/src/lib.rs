//! Formwork.

pub mod data;
mod error;
pub mod gradcheck;
mod graph;
pub mod init;
pub mod io;
#[doc(hidden)]
pub mod kernels;
pub mod layers;
pub mod losses;
pub mod metrics;
mod network;
pub mod noise;
pub mod optimizers;
mod parameters;
mod real;
pub mod report;
pub mod tensor;
pub mod train;
mod workspace;

pub use error::{Error, Result};
pub use graph::{Graph, Node, Port, Source};
pub use kernels::parallel;
pub use network::{Batch, Network, PREDICTION_BATCH, Pass, Selection, kind};
pub use noise::Noise;
pub use parameters::{Init, Parameters, Role, TensorInfo};
pub use real::Real;
pub use tensor::Tensor;
pub use workspace::{Memory, Workspace};
