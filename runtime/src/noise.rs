//! Counter-based random numbers: every draw is a pure function of where it stands.

/// Where a training pass stands in the stream of noise: together with node, sample and element it fixes every draw, so
/// masks are the same whatever the threads, and a resumed run draws what the uninterrupted one would.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Noise {
    /// The run's seed.
    pub seed: u64,
    /// The training step.
    pub step: u64,
    /// The place of the pass's first sample in its batch.
    pub first: u64,
}
