//! Formwork.

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
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

pub use data::Index;
pub use error::{Error, Result};
pub use graph::{Graph, Node, Port, Source};
pub use kernels::parallel::{set_threads, threads};
pub use network::{Batch, Network, PREDICTION_BATCH, Pass, Selection, kind};
pub use noise::Noise;
pub use parameters::{Init, Parameters, Role, TensorInfo};
pub use real::Real;
pub use tensor::Tensor;

pub use workspace::{Memory, Workspace};

/// What a program that declares, trains and uses networks needs: `use formwork::prelude::*;`.
pub mod prelude {
    pub use crate::data::{Dataset, Index, Standardizer};
    pub use crate::losses::{BinaryCrossEntropy, CrossEntropy, Loss, MeanSquaredError};
    pub use crate::metrics::{Accuracy, BinaryAccuracy, Metric};
    pub use crate::optimizers::{Adam, AdamW, Optimizer, Sgd};
    pub use crate::train::{History, Trainer, patience};
    pub use crate::{Network, Parameters, Real, Selection, Tensor, Workspace, network};
    pub use nalgebra::{SMatrix, SVector};
}

/// Declares neural networks.
#[macro_export]
macro_rules! network {
    ($($tokens:tt)*) => {
        $crate::__private::network! { ($crate) $($tokens)* }
    };
}
