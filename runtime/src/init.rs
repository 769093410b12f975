//! Drawing a network's first weights, and everything else that is drawn outside a pass.

use crate::noise::Stream;
use crate::{Init, Real, TensorInfo};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

/// What a stream of random numbers is for: streams of different purposes are independent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A network's first weights, one stream for each tensor.
    Weights = 1,
    /// The order of the samples, one stream for each epoch.
    Order = 2,
    /// Splitting a data set.
    Split = 3,
    /// What a generator makes something of, one stream for each draw.
    Latent = 4,
    /// How far between real and made samples a critic's gradient is looked at, one stream for each step.
    Between = 5,
}

/// The stream of a seed for that purpose.
pub(crate) fn stream(seed: u64, purpose: Purpose, number: usize) -> Stream {
    Stream::numbered(seed, purpose as u32, number as u32)
}

/// Draws every tensor of the table into the flat slice.
///
/// Each tensor has a stream of its own and is drawn in the order of its elements in files, so that neither the other
/// tensors nor the layout in memory change its numbers. Drawn in `f64` and rounded, so `f32` and `f64` networks of one
/// seed agree.
#[doc(hidden)]
pub fn initialize<T: Real>(scalars: &mut [T], tensors: impl IntoIterator<Item = TensorInfo>, seed: u64) {
    for (number, info) in tensors.into_iter().enumerate() {
        let tensor = &mut scalars[info.range()];
        let mut stream = stream(seed, Purpose::Weights, number);
        match info.init {
            Init::Constant(value) => tensor.fill(T::of(value)),
            Init::Uniform { bound } => {
                for place in info.places() {
                    tensor[place] = T::of(bound * (2.0 * unit(&mut stream) - 1.0));
                }
            }
            Init::Normal { std } => normal(tensor, &info, std, &mut stream),
            Init::NormalBut { std, from, to } => {
                normal(tensor, &info, std, &mut stream);
                for place in info.places().skip(from).take(to.saturating_sub(from)) {
                    tensor[place] = T::zero();
                }
            }
        }
    }
}

fn normal<T: Real>(tensor: &mut [T], info: &TensorInfo, std: f64, stream: &mut Stream) {
    for place in info.places() {
        let drawn: f64 = StandardNormal.sample(stream);
        tensor[place] = T::of(std * drawn);
    }
}

/// A number in `0..1` with 53 random bits.
fn unit(stream: &mut impl Rng) -> f64 {
    (stream.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

/// Brings a slice into an order in which every one is equally likely (Fisher and Yates, as by Durstenfeld).
///
/// Our own and not `rand`'s, so that a seed means the same order in every version of it.
pub(crate) fn shuffle<V>(values: &mut [V], stream: &mut impl Rng) {
    for last in (1..values.len()).rev() {
        values.swap(last, below(last as u64 + 1, stream) as usize);
    }
}

/// A whole number below `bound`, all equally likely (Lemire, "Fast random integer generation in an interval", 2019).
fn below(bound: u64, stream: &mut impl Rng) -> u64 {
    loop {
        let product = u128::from(stream.next_u64()) * u128::from(bound);
        // The few low parts that would make some numbers likelier are drawn again.
        if product as u64 >= bound.wrapping_neg() % bound {
            return (product >> 64) as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Role;

    const fn tensor(
        init: Init,
        memory_shape: &'static [usize],
        axes: &'static [usize],
        offset: usize,
    ) -> TensorInfo {
        TensorInfo {
            name: crate::TensorName::new("w"),
            shape: &[200, 50],
            memory_shape,
            axes,
            offset,
            len: 10_000,
            role: Role::Learned,
            init,
        }
    }

    const UNIFORM: Init = Init::Uniform { bound: 0.5 };

    #[test]
    fn the_layout_in_memory_does_not_change_the_numbers() {
        let (mut rows, mut columns) = (vec![0f64; 10_000], vec![0f64; 10_000]);
        initialize(&mut rows, [tensor(UNIFORM, &[200, 50], &[0, 1], 0)], 3);
        initialize(&mut columns, [tensor(UNIFORM, &[50, 200], &[1, 0], 0)], 3);
        for (row, column) in [(0, 0), (7, 49), (199, 3)] {
            assert_eq!(rows[row * 50 + column], columns[column * 200 + row]);
        }
        assert_ne!(rows, columns);
    }

    #[test]
    fn seeds_and_tensors_differ_and_scalars_agree() {
        let table = [tensor(UNIFORM, &[200, 50], &[0, 1], 0), tensor(UNIFORM, &[200, 50], &[0, 1], 10_000)];
        let draw = |seed| {
            let mut scalars = vec![0f64; 20_000];
            initialize(&mut scalars, table, seed);
            scalars
        };
        let drawn = draw(1);
        assert_eq!(drawn, draw(1));
        assert_ne!(drawn, draw(2));
        assert_ne!(drawn[..10_000], drawn[10_000..]);
        let mut single = vec![0f32; 20_000];
        initialize(&mut single, table, 1);
        assert!(single.iter().zip(&drawn).all(|(&s, &d)| s == d as f32));
    }

    #[test]
    fn the_moments_are_those_asked_for() {
        let moments = |init| {
            let mut scalars = vec![0f64; 10_000];
            initialize(&mut scalars, [tensor(init, &[200, 50], &[0, 1], 0)], 11);
            let mean = scalars.iter().sum::<f64>() / 1e4;
            let variance = scalars.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 1e4;
            (mean, variance.sqrt(), scalars.iter().fold(0f64, |m, x| m.max(x.abs())))
        };
        let (mean, deviation, largest) = moments(UNIFORM);
        assert!(
            mean.abs() < 0.01
                && (deviation - 0.5 / 3f64.sqrt()).abs() < 0.01
                && largest <= 0.5
                && largest > 0.49
        );
        let (mean, deviation, largest) = moments(Init::Normal { std: 2.0 });
        assert!(mean.abs() < 0.06 && (deviation - 2.0).abs() < 0.06 && largest > 6.0);
        assert_eq!(moments(Init::Constant(1.0)), (1.0, 0.0, 1.0));
    }

    #[test]
    fn zeros_stand_where_they_are_asked_for() {
        let draw = |init| {
            let mut scalars = vec![f32::NAN; 10_000];
            initialize(&mut scalars, [tensor(init, &[200, 50], &[0, 1], 0)], 4);
            scalars
        };
        let (whole, with) =
            (draw(Init::Normal { std: 1.0 }), draw(Init::NormalBut { std: 1.0, from: 100, to: 150 }));
        assert_eq!((&with[..100], &with[150..]), (&whole[..100], &whole[150..]));
        assert!(with[100..150].iter().all(|&x| x == 0.0) && whole[100..150].iter().any(|&x| x != 0.0));
    }

    #[test]
    fn every_order_is_equally_likely() {
        let mut counts = std::collections::BTreeMap::<[u8; 4], u32>::new();
        let mut stream = stream(5, Purpose::Order, 0);
        for _ in 0..24_000 {
            let mut values = [0, 1, 2, 3];
            shuffle(&mut values, &mut stream);
            *counts.entry(values).or_default() += 1;
        }
        assert_eq!(counts.len(), 24);
        assert!(counts.values().all(|n| (850..1150).contains(n)), "{counts:?}");
    }
}
