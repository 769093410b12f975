//! What the integration tests share.

// Each test is a crate of its own and uses a part of this.
#![allow(dead_code)]

pub mod differences;
pub mod goldens;
pub mod layer;
pub mod start;

/// The kinds of layers whose cases `reference_spatial` runs.
pub const SPATIAL: &[&str] = &[
    "Conv1d",
    "Conv3d",
    "MaxPool1d",
    "AvgPool1d",
    "AdaptiveAvgPool1d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "Upsample",
    "PixelShuffle",
    "ZeroPad2d",
];
