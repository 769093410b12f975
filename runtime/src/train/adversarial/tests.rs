//! Settings that make no sense; what a pair learns is tested with networks of the language (`tests/adversarial.rs`).

use super::*;
use crate::optimizers::{Adam, Sgd};

#[test]
fn settings_are_checked_by_name() {
    let pair = || Adversarial::new(Sgd::new(0.1), Adam::new(0.1));
    for (bad, expected) in [
        (pair().batch_size(0).check(), "the batch size"),
        (pair().critic_steps(0).check(), "the number of critic steps"),
        (pair().wasserstein(-0.01).check(), "the clip"),
        (pair().wasserstein(f64::NAN).check(), "the clip"),
        (pair().gradient_penalty(0.0).check(), "the gradient penalty"),
        (pair().gradient_penalty(f64::INFINITY).check(), "the gradient penalty"),
        (pair().smooth(1.5).check(), "the answer for real samples"),
        (pair().smooth(0.0).check(), "the answer for real samples"),
        (Adversarial::new(Sgd::new(-0.1), Sgd::new(0.1)).check(), "the learning rate"),
        (Adversarial::new(Sgd::new(0.1), Sgd::new(-0.1)).check(), "the learning rate"),
    ] {
        let Err(Error::Setting { setting, .. }) = bad else { panic!("{expected}: {bad:?}") };
        assert_eq!(setting, expected);
    }
    assert!(pair().wasserstein(0.01).critic_steps(5).check().is_ok());
    assert!(pair().smooth(0.9).check().is_ok());
}

#[test]
fn what_is_told_follows_its_samples() {
    let mut gathered = Gathered::<f32>::default();
    let classes = Column::Indices(&[4, 5, 6, 7]);
    assert_eq!(gathered.of(classes, 4, &[3, 0, 0]), Column::Indices(&[7, 4, 4]));
    let pairs = Column::Numbers(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(gathered.of(pairs, 3, &[2, 0]), Column::Numbers(&[5.0, 6.0, 1.0, 2.0]));
}
