//! Every error, provoked by what a user does, and its whole text.

use super::Error;
use crate::data::csv::Table;
use crate::data::{self, Dataset, idx};
use crate::losses::{EachStep, Loss, MeanSquaredError};
use crate::optimizers::Sgd;
use crate::train::toy::Line;
use crate::train::{History, Trainer};
use crate::{Index, Network, Noise, Parameters, Selection, Workspace};
use nalgebra::SVector;
use std::fs;
use std::path::{Path, PathBuf};

/// A folder for temporary files that goes when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        let folder = std::env::temp_dir().join(format!("formwork-errors-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let file = self.0.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, bytes).unwrap();
        file
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

macro_rules! variants {
    ($($name:ident)*) => {
        /// All of them.
        const VARIANTS: &[&str] = &[$(stringify!($name)),*];

        /// The variant's name. There is no wildcard, so a new variant does not compile here until it has been added, and
        /// then has to be provoked.
        fn variant(error: &Error) -> &'static str {
            match error {
                $(Error::$name { .. } => stringify!($name),)*
            }
        }
    };
}

variants! {
    EmptyBatch BatchTooSmall UnequalInputs NoSteps UnequalSteps TooManySteps StepTargets TargetSteps Index Outputs InputGradient UnknownTensor Bytes File MissingFile Magic Truncated
    Content Counts Cell UnknownColumn Class Targets NoSamples Setting Diverged Weights Architecture Plot
}

type Sample = SVector<f32, 5>;
type Target = SVector<f32, 3>;

fn points(count: usize) -> Dataset<Sample, Target> {
    Dataset::new(vec![Sample::repeat(1.0); count], vec![Target::repeat(2.0); count]).unwrap()
}

fn predict(samples: &[Sample], selection: Selection<'_>, room: usize) -> Error {
    let mut outputs = vec![Target::zeros(); room];
    let line = Line::<f32>::new(7);
    line.predict_selected(samples, selection, &mut outputs, &mut Workspace::new()).unwrap_err()
}

fn fit(data: &Dataset<Sample, Target>, change: impl Fn(&mut Line<f32>), batch: usize) -> Error {
    let mut line = Line::<f32>::new(7);
    change(&mut line);
    let trainer = Trainer::new(MeanSquaredError::new(), Sgd::new(0.1)).epochs(2).batch_size(batch).quiet();
    trainer.fit(&mut line, data).unwrap_err()
}

/// A safetensors file without tensors.
fn weights(metadata: &str) -> Vec<u8> {
    let header = format!("{{\"__metadata__\":{metadata}}}");
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes()].concat()
}

/// The file format of MNIST: sizes, then bytes.
fn mnist_file(sizes: &[u32], bytes: usize) -> Vec<u8> {
    let mut file = vec![0, 0, 8, sizes.len() as u8];
    sizes.iter().for_each(|size| file.extend(size.to_be_bytes()));
    file.extend(vec![0; bytes]);
    file
}

/// What a user did, what came of it, and the words that are expected; `DIR` stands for the folder.
fn provoked(folder: &Folder) -> Vec<(Error, &'static str)> {
    let samples = [Sample::repeat(1.0); 4];
    let line = Line::<f32>::new(7);
    let mut all = vec![
        (
            predict(&samples[..0], Selection::All, 0),
            "the batch is empty, but at least one sample is needed: leave empty batches out",
        ),
        (
            predict(&samples, Selection::Indices(&[0, 4]), 2),
            "index 4 is outside the 4 samples: indices count from 0 and end below 4",
        ),
        (
            predict(&samples, Selection::All, 3),
            "there are 4 samples, but room for 3 outputs: give slices that are as long as the samples selected",
        ),
        (
            crate::network::equally_many(&[("left", 3), ("right", 2)]).unwrap_err(),
            "the inputs of a batch must be equally many, but `left` has 3 and `right` has 2: give a value of each for \
             every sample",
        ),
        (
            line.tensor("line.wieght").unwrap_err(),
            "there is no tensor `line.wieght`; there are: line.weight, line.bias, norm.running_mean",
        ),
        (
            Line::<f32>::from_bytes(&[0; 3]).err().unwrap(),
            "3 bytes (BYTES) cannot be read as this network: it takes 192 bytes aligned to 64",
        ),
        (Index::<10>::new(10).unwrap_err(), "the index 10 is too large: `Index<10>` holds 0 to 9"),
        (
            Dataset::new(vec![1, 2], vec![3]).unwrap_err(),
            "a data set needs a target for every input, but there are 2 inputs and 1 targets: leave out those without a \
             partner",
        ),
        (
            History::default().plot(folder.0.join("none.svg")).unwrap_err(),
            "cannot draw `DIR/none.svg`: the history has no epochs",
        ),
    ];
    sequences(&mut all);
    training(&mut all);
    files(folder, &mut all);
    all
}

fn sequences(all: &mut Vec<(Error, &'static str)>) {
    let steps = |second: usize, third: usize| {
        let named = [("sound", second), ("light", third)];
        crate::sequences::equally_long("Speaker", 2, named.into_iter()).unwrap_err()
    };
    all.push((
        steps(0, 3),
        "sample 2 of `sound` is a sequence without a step, of which `Speaker` can learn and say nothing: leave it out",
    ));
    all.push((
        steps(4, 3),
        "in sample 2 `sound` has 4 steps and `light` has 3: the sequences of a sample must be equally long",
    ));
    all.push((
        crate::cache::room("Letters", 64, 64).unwrap_err(),
        "`Letters` is declared for 64 steps, which its state has seen all: `reset` it and begin anew, with what came last if \
         that should count, or declare a longer sequence",
    ));
    let outputs = [Target::zeros(); 3];
    let targets = [vec![Target::zeros(); 2], vec![]];
    all.push((
        EachStep(MeanSquaredError::new()).value(&outputs, &targets, Selection::All).unwrap_err(),
        "3 steps came out, but the samples' targets have 2 steps: give each sample a target for each of its steps",
    ));
    all.push((
        crate::train::measure::as_many(4, 3, 2).unwrap_err(),
        "sample 4 has 2 targets for its 3 steps: give each sample a target for each of its steps",
    ));
}

fn training(all: &mut Vec<(Error, &'static str)>) {
    let samples = [Sample::repeat(1.0); 4];
    let line = Line::<f32>::new(7);
    let mut workspace = Workspace::new();
    let noise = Noise { seed: 1, step: 0, first: 0 };
    let few = line.forward(&samples[..1], Selection::All, noise, &mut workspace).err().unwrap();
    all.push((
        few,
        "a training batch of 1 is too small for `Line`: its batch normalisation needs at least 2 samples; use a larger \
         batch, or leave the last, smaller one out",
    ));
    let pass = line.forward(&samples, Selection::All, noise, &mut workspace).unwrap();
    let short = pass.backward_with_inputs(&mut *Line::zeroed(), &mut [&mut [0.0; 5]]).unwrap_err();
    all.push((
        short,
        "the gradient by `x` of `Line` takes 20 scalars for these samples, but there is room for 5",
    ));
    all.push((fit(&points(4), |_| {}, 0), "Trainer: the batch size should be 1 or more, but is 0"));
    all.push((
        fit(&points(0), |_| {}, 2),
        "the training set is empty, but at least one sample is needed: look at where it is read or split",
    ));
    all.push((
        fit(&points(4), |line| line.bias[0] = f32::NAN, 2),
        "the training loss of `Line` became NaN at step 1 of epoch 1; the weights are those before that step: a smaller \
         learning rate or scaled inputs usually help",
    ));
}

fn files(folder: &Folder, all: &mut Vec<(Error, &'static str)>) {
    let table = |name: &str, text: &str| Table::read(folder.write(name, text.as_bytes()));
    let iris = table("iris.csv", "width,kind\n1.5,2\nwide,1\n").unwrap();
    all.push((
        Table::read(folder.0.join("missing.csv")).err().unwrap(),
        "cannot read `DIR/missing.csv`: No such file or directory (os error 2)",
    ));
    all.push((
        table("short.csv", "a,b\n1\n").err().unwrap(),
        "`DIR/short.csv` cannot be used: line 2 should be 2 cells, but is 1",
    ));
    all.push((
        iris.numbers::<f32, 1>(["width"]).unwrap_err(),
        "`DIR/iris.csv`, line 3, column `width`: expected a finite number, found `wide`",
    ));
    all.push((
        iris.numbers::<f32, 1>(["length"]).unwrap_err(),
        "`DIR/iris.csv` has no column `length`; it has: width, kind",
    ));
    all.push((
        data::mnist(folder.0.join("nowhere")).err().unwrap(),
        "there is no file `DIR/nowhere/train-images-idx3-ubyte` or `DIR/nowhere/train-images-idx3-ubyte.gz`; give the \
         folder that holds the four original files, compressed or not",
    ));
    folder.write("two/train-images-idx3-ubyte", &mnist_file(&[2, 28, 28], 2 * 784));
    folder.write("two/train-labels-idx1-ubyte", &mnist_file(&[3], 3));
    all.push((
        data::mnist(folder.0.join("two")).err().unwrap(),
        "the files do not belong together: `DIR/two/train-images-idx3-ubyte` holds 2 images, but \
         `DIR/two/train-labels-idx1-ubyte` holds 3 labels",
    ));
    all.push((
        idx::read(folder.write("labels", &mnist_file(&[3], 3)), 3).unwrap_err(),
        "`DIR/labels` begins with 0x00000801, but a file of images begins with 0x00000803: is it another file?",
    ));
    all.push((
        idx::read(folder.write("cut", &mnist_file(&[9], 3)), 1).unwrap_err(),
        "`DIR/cut` is cut short: its header promises 9 bytes of labels, but there are 3; fetch the file again",
    ));
    let load = |name: &str, metadata: &str| {
        Line::<f32>::new(7).load(folder.write(name, &weights(metadata))).unwrap_err()
    };
    all.push((
        load("none.safetensors", "{}"),
        "`DIR/none.safetensors` does not fit `Line`, which keeps its weights:\n  missing: `line.weight` [3, 5]\n  missing: \
         `line.bias` [3]\n  missing: `norm.running_mean` [5]",
    ));
    let other = "{\"format\":\"formwork\",\"fingerprint\":\"ff\",\"architecture\":\"input x: [5]\"}";
    all.push((
        load("other.safetensors", other),
        "`DIR/other.safetensors` was saved from another network than `Line`, which keeps its weights; they first differ \
         at line 2 of their architectures:\n  the file has     no more lines\n  the network has  line: Dense(3) of x gives \
         [3]",
    ));
}

#[test]
fn every_error_says_what_where_expected_and_found() {
    let folder = Folder::new();
    let all = provoked(&folder);
    let seen: Vec<&str> = all.iter().map(|(error, _)| variant(error)).collect();
    let missing: Vec<_> = VARIANTS.iter().filter(|name| !seen.contains(name)).collect();
    assert!(missing.is_empty(), "not provoked: {missing:?}");
    let mut wrong = Vec::new();
    for (error, expected) in all {
        let text = plain(&error, &folder.0);
        if text != expected {
            wrong.push(format!("{}:\n  found    {text}\n  expected {expected}", variant(&error)));
        }
        assert_eq!(format!("{error:?}"), error.to_string(), "`unwrap` shows the same words");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The text without what differs from run to run.
fn plain(error: &Error, folder: &Path) -> String {
    let text = error.to_string().replace(&folder.display().to_string(), "DIR");
    text.replace("(aligned to 64)", "(BYTES)").replace("(not aligned to 64)", "(BYTES)")
}
