//! Networks from PyTorch's files, and ours beside them. `tests/files/generate.py` wrote the files.

use formwork::prelude::*;
use formwork::tensor::{flat, flat_mut, zeroed_vec};
use formwork::{Error, Selection};
use safetensors::SafeTensors;
use std::fs;
use std::path::PathBuf;

network! {
    pub struct Mlp<T>(x: [7]) -> [3] {
        x -> hidden: Dense(16) -> Gelu -> logits: Dense(3)
    }

    #[allow(formwork::bias_before_batch_norm)]
    pub struct Cnn<T>(image: [2, 9, 8]) -> [4] {
        image
            -> conv1: Conv2d(6, kernel: 3, padding: 1) -> norm1: BatchNorm2d -> Relu -> MaxPool2d(2)
            -> conv2: Conv2d(8, kernel: (3, 2), groups: 2, bias: false)
            -> norm2: BatchNorm2d(eps: 1e-3, momentum: 0.3) -> Silu
            -> Flatten
            -> norm3: BatchNorm1d
            -> hidden: Dense(12) -> Tanh
            -> logits: Dense(4)
    }

    /// As `Mlp`, but wider.
    pub struct Wider(x: [7]) -> [3] {
        x -> hidden: Dense(17) -> Gelu -> logits: Dense(3)
    }
}

fn file(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "files", &format!("{name}.safetensors")].iter().collect()
}

/// A file in the folder for temporary ones that goes when the test ends.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str) -> Self {
        Temporary(std::env::temp_dir().join(format!("formwork-{}-{name}.safetensors", std::process::id())))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn numbers<T: Real>(file: &SafeTensors, name: &str) -> Vec<T> {
    let bytes = file.tensor(name).unwrap().data();
    let number = |bytes: &[u8]| match bytes.len() {
        4 => f64::from(f32::from_le_bytes(bytes.try_into().unwrap())),
        _ => f64::from_le_bytes(bytes.try_into().unwrap()),
    };
    bytes.chunks_exact(size_of::<T>()).map(|bytes| T::of(number(bytes))).collect()
}

/// Loads PyTorch's file, predicts its inputs, and compares with its outputs.
fn predicts_the_same<N>(name: &str, tolerance: f64)
where
    N: for<'a> Network<Batch<'a> = &'a [<N as Network>::Sample]>,
    N::Sample: Tensor<Scalar = N::Scalar>,
{
    let name = format!("{name}_{}", N::Scalar::NAME);
    let mut network = N::zeroed();
    network.load(file(&name)).unwrap();
    let bytes = fs::read(file(&format!("{name}_values"))).unwrap();
    let values = SafeTensors::deserialize(&bytes).unwrap();
    let mut inputs = zeroed_vec::<N::Sample>(9);
    flat_mut(&mut inputs).copy_from_slice(&numbers(&values, "input"));
    let mut outputs = zeroed_vec::<N::Output>(9);
    network.predict_selected(&inputs, Selection::All, &mut outputs, &mut Workspace::new()).unwrap();
    let expected = numbers::<N::Scalar>(&values, "output");
    let off = flat(&outputs).iter().zip(&expected).fold(0f64, |m, (&a, &b)| m.max((a - b).widen().abs()));
    assert!(off <= tolerance, "{name}: off by {off:e}");
    assert!(expected.iter().any(|y| y.widen().abs() > 0.05), "{name}: there is something to compare");
}

#[test]
fn networks_of_pytorch_predict_the_same() {
    predicts_the_same::<Mlp<f32>>("mlp", 1e-5);
    predicts_the_same::<Mlp<f64>>("mlp", 1e-9);
    predicts_the_same::<Cnn<f32>>("cnn", 1e-5);
    predicts_the_same::<Cnn<f64>>("cnn", 1e-9);
}

#[test]
fn what_pytorch_wrote_is_written_again_tensor_by_tensor() {
    let temporary = Temporary::new("again");
    let mut network = Cnn::<f64>::new(1);
    network.load(file("cnn_f64")).unwrap();
    network.save(&temporary.0).unwrap();
    let (theirs, ours) = (fs::read(file("cnn_f64")).unwrap(), fs::read(&temporary.0).unwrap());
    let (theirs, ours) =
        (SafeTensors::deserialize(&theirs).unwrap(), SafeTensors::deserialize(&ours).unwrap());
    let names = |file: &SafeTensors| {
        let mut names: Vec<String> = file.names().into_iter().map(Into::into).collect();
        names.sort();
        names
    };
    assert_eq!(names(&ours), names(&theirs));
    for name in names(&theirs) {
        let (theirs, ours) = (theirs.tensor(&name).unwrap(), ours.tensor(&name).unwrap());
        assert_eq!((ours.dtype(), ours.shape()), (theirs.dtype(), theirs.shape()), "{name}");
        if !name.ends_with("num_batches_tracked") {
            assert_eq!(ours.data(), theirs.data(), "{name}");
        }
    }
}

#[test]
fn a_file_that_does_not_fit_changes_nothing_and_says_all() {
    let mut mlp = Mlp::<f32>::new(3);
    let before = mlp.duplicate();
    let error = mlp.load(file("cnn_f32")).unwrap_err();
    let Error::Weights { network: "Mlp", problems, .. } = &error else { panic!("{error}") };
    for problem in [
        "shape: `hidden.weight` should be [16, 7], but is [12, 48]",
        "shape: `logits.bias` should be [3], but is [4]",
        "unexpected: `norm3.running_var`",
    ] {
        assert!(problems.iter().any(|p| p == problem), "no `{problem}` in {error}");
    }
    let error = mlp.load(file("mlp_f64")).unwrap_err().to_string();
    assert!(error.contains("type: `hidden.weight` should be F32, but is F64"), "{error}");
    assert_eq!(mlp.as_slice(), before.as_slice());
}

#[test]
fn a_file_of_another_network_of_ours_names_the_first_layer_that_differs() {
    let temporary = Temporary::new("other");
    Wider::new(1).save(&temporary.0).unwrap();
    let error = Mlp::<f32>::new(1).load(&temporary.0).unwrap_err();
    assert!(matches!(error, Error::Architecture { line: 2, .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("hidden: Dense(17)") && text.contains("hidden: Dense(16)"), "{text}");
}
