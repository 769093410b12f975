//! Every way to predict gives the same numbers, and bad batches are errors.

use formwork::prelude::*;
use formwork::tensor::{flat, flat_mut, zeroed_vec};
use formwork::{Error, Noise, PREDICTION_BATCH, noise::Stream};
use rand::RngExt;

network! {
    /// Converts its image to another layout, and gives an image back.
    #[allow(formwork::bias_before_batch_norm)]
    pub struct Picture<T>(image: [3, 10, 9]) -> [2, 10, 9] {
        let a = image -> Conv2d(4, kernel: 3, padding: same) -> BatchNorm2d -> Gelu;
        a -> Dropout(0.5) -> Conv2d(2, kernel: 1) -> Tanh
    }

    /// Nothing but another shape.
    pub struct Reshaped(image: [2, 3, 4]) -> [24] {
        image -> Flatten
    }

    /// No tensor at all, and still generic.
    pub struct Bare<T>(x: [4]) -> [4] {
        x -> Relu
    }

    pub struct PerFeature(x: [4]) -> [4] {
        x -> BatchNorm1d
    }
}

fn pictures(n: usize) -> Vec<[SMatrix<f64, 9, 10>; 3]> {
    let mut stream = Stream::new(4, 0);
    let mut images = zeroed_vec(n);
    flat_mut(&mut images).fill_with(|| stream.random::<f64>() - 0.5);
    images
}

fn close(a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        assert!((a - b).abs() < 1e-12, "{a} and {b}");
    }
}

#[test]
fn all_ways_agree() {
    let network = Picture::<f64>::new(3);
    // More than one part of a large prediction, the last of them not full.
    let images = pictures(2 * PREDICTION_BATCH + 7);
    let batch = network.predict_batch(&images);
    let mut workspace = Picture::workspace();
    for i in [0, 1, PREDICTION_BATCH, images.len() - 1] {
        let one = network.predict(&images[i]);
        close(one.scalars(), batch[i].scalars());
        let mut into = one;
        into.scalars_mut().fill(7.0);
        network.predict_into(&images[i], &mut into);
        assert_eq!(into, one);
        into.scalars_mut().fill(7.0);
        network.predict_with(&mut workspace, &images[i], &mut into);
        assert_eq!(into, one);
    }
    let indices: Vec<usize> = (0..images.len()).rev().collect();
    let mut selected = zeroed_vec(images.len());
    network
        .predict_selected(&images, Selection::Indices(&indices), &mut selected, &mut workspace)
        .expect("a good batch");
    for (output, &i) in selected.iter().zip(&indices) {
        close(output.scalars(), batch[i].scalars());
    }
}

#[test]
fn a_view_alone_is_a_network() {
    let network = Reshaped::new(0);
    let mut image = <[SMatrix<f32, 4, 3>; 2]>::zeroed();
    image.scalars_mut().iter_mut().zip(0u8..).for_each(|(x, i)| *x = f32::from(i));
    assert!(network.predict(&image).iter().zip(0u8..).all(|(&y, i)| y == f32::from(i)));
    assert_eq!(Reshaped::PARAMETERS, 0);
    let bare = Bare::<f64>::new(0);
    assert_eq!(bare.predict(&SVector::from([-1.0, 2.0, -3.0, 4.0])), SVector::from([0.0, 2.0, 0.0, 4.0]));
}

#[test]
fn an_empty_batch_has_no_predictions() {
    assert!(Picture::<f64>::new(3).predict_batch(&[]).is_empty());
}

#[test]
fn bad_batches_are_errors() {
    let network = PerFeature::new(1);
    let samples = vec![SVector::<f32, 4>::repeat(1.0); 3];
    let mut workspace = PerFeature::workspace();
    let mut forward = |indices: &[usize]| {
        let selection = Selection::Indices(indices);
        network.forward(&samples[..], selection, Noise::default(), &mut workspace).map(|pass| pass.samples())
    };
    assert!(matches!(forward(&[]), Err(Error::EmptyBatch)));
    assert!(matches!(forward(&[0, 3]), Err(Error::Index { index: 3, len: 3 })));
    assert!(matches!(forward(&[2]), Err(Error::BatchTooSmall { expected: 2, found: 1, .. })));
    assert_eq!(forward(&[2, 0]).expect("two samples"), 2);
    let mut outputs = zeroed_vec(2);
    let wrong = network.predict_selected(&samples, Selection::All, &mut outputs, &mut workspace);
    assert!(matches!(wrong, Err(Error::Outputs { expected: 3, found: 2 })));
    assert_eq!(flat(&outputs), [0.0; 8]);
}
