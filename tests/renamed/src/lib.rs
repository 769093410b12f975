//! A crate that calls formwork `fw`, and hands networks and blocks on to others.

fw::blocks! {
    /// Blocks for other crates.
    pub shapes {
        block Double(x: [n]) -> [2 * n] {
            x -> Dense(2 * n) -> Tanh
        }
    }
}

fw::network! {
    /// A network for other crates.
    pub struct Features<T>(x: [4]) -> (wide: [16], sum: []) {
        let wide = x -> Double -> Double;
        (wide, sum(wide))
    }

    block Double(x: [n]) -> [2 * n] {
        x -> layers: [Dense(n); 2] -> Dense(2 * n) -> Dropout(0.1)
    }
}

#[cfg(test)]
mod tests {
    use super::Features;
    use fw::prelude::*;

    fw::network! {
        use crate::shapes;

        struct Small(x: [3]) -> [1] {
            x -> Double -> Dense(1)
        }
    }

    #[test]
    fn networks_train_under_another_name() {
        let data = Dataset {
            inputs: (0..8).map(|i| SVector::<f32, 3>::repeat(i as f32 / 8.0)).collect(),
            targets: (0..8).map(|i| SVector::<f32, 1>::repeat(i as f32 / 4.0)).collect(),
        };
        let mut small = Small::new(1);
        let history =
            Trainer::new(MeanSquaredError::new(), Adam::new(1e-2)).epochs(30).fit(&mut small, &data);
        let epochs = history.expect("good data").epochs;
        assert!(epochs[29].training.loss < epochs[0].training.loss / 2.0, "{epochs:?}");
        let features = Features::<f64>::new(1).predict(&SVector::repeat(0.5));
        assert!((features.wide.sum() - features.sum).abs() < 1e-12);
    }
}
