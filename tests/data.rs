//! IDX files: the real ones, and everything that can be wrong with one.

use flate2::{Compression, write::GzEncoder};
use formwork::data::{csv::Table, idx, mnist};
use formwork::{Error, Tensor};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// A folder that goes when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("formwork-data-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let file = self.0.join(name);
        fs::write(&file, bytes).unwrap();
        file
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// An IDX file with these sizes in its header and that many bytes behind it.
fn file(magic: u32, sizes: &[u32], bytes: usize) -> Vec<u8> {
    let header = [magic].into_iter().chain(sizes.iter().copied()).flat_map(u32::to_be_bytes);
    header.chain((0..bytes).map(|i| (i % 7) as u8)).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The four files of a small database, to be spoilt.
fn database(name: &str) -> Folder {
    let folder = Folder::new(name);
    for (part, count) in [("train", 3), ("t10k", 2)] {
        folder.write(
            &format!("{part}-images-idx3-ubyte"),
            &file(0x803, &[count, 28, 28], 784 * count as usize),
        );
        folder.write(&format!("{part}-labels-idx1-ubyte.gz"), &gzip(&file(0x801, &[count], count as usize)));
    }
    folder
}

fn fails(folder: &Path) -> (Error, String) {
    let error = mnist(folder).unwrap_err();
    let text = error.to_string();
    assert!(text.contains(folder.to_str().unwrap()), "the file is not named: {text}");
    (error, text)
}

#[test]
fn the_real_digits_are_read() {
    let (train, test) = mnist(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/mnist")).unwrap();
    assert_eq!((train.len(), test.len()), (60_000, 10_000));
    let labels = |data: &[formwork::Index<10>]| data.iter().take(10).map(|l| l.get()).collect::<Vec<_>>();
    assert_eq!(labels(&train.targets), [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    assert_eq!(labels(&test.targets), [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    let mut counts = [0; 10];
    test.targets.iter().for_each(|label| counts[label.get()] += 1);
    assert_eq!(counts, [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    let sum: f64 = test.inputs.iter().flat_map(|image| image.scalars()).map(|&p| f64::from(p)).sum();
    assert!((sum / 7_840_000.0 - 0.1325).abs() < 1e-4, "mean of the test pixels {}", sum / 7_840_000.0);
}

#[test]
fn plain_and_compressed_files_are_read() {
    let folder = database("good");
    let (train, test) = mnist(&folder.0).unwrap();
    assert_eq!((train.len(), test.len()), (3, 2));
    assert_eq!(test.targets[1].get(), 1);
    // Row 0, column 3 of the second image is its fourth byte.
    assert_eq!(test.inputs[1][0][(3, 0)], ((784 + 3) % 7) as f32 / 255.0);
}

#[test]
fn a_missing_file_is_named_with_both_its_names() {
    let folder = database("missing");
    fs::remove_file(folder.0.join("t10k-labels-idx1-ubyte.gz")).unwrap();
    let (error, text) = fails(&folder.0);
    assert!(matches!(error, Error::MissingFile { .. }));
    assert!(text.contains("t10k-labels-idx1-ubyte` or `"), "{text}");
}

#[test]
fn a_wrong_magic_number_is_shown() {
    let folder = database("magic");
    // Labels where images should be: the commonest mistake, and the file is shorter than a header of images.
    folder.write("train-images-idx3-ubyte", &file(0x801, &[3], 3));
    let (error, text) = fails(&folder.0);
    assert!(matches!(error, Error::Magic { expected: 0x803, found: 0x801, .. }), "{text}");
    assert!(text.contains("0x00000801") && text.contains("0x00000803"), "{text}");
}

#[test]
fn a_truncated_file_says_how_much_is_missing() {
    let folder = database("truncated");
    folder.write("train-images-idx3-ubyte", &file(0x803, &[3, 28, 28], 2000));
    let (error, text) = fails(&folder.0);
    assert!(matches!(error, Error::Truncated { expected: 2352, found: 2000, .. }), "{text}");
    folder.write("train-images-idx3-ubyte", &[0, 0, 8, 3, 0, 0]);
    assert!(matches!(fails(&folder.0).0, Error::Truncated { what: "header", expected: 16, found: 6, .. }));
    folder.write("train-images-idx3-ubyte", &[]);
    assert!(matches!(fails(&folder.0).0, Error::Truncated { what: "header", found: 0, .. }));
    // Noise, so that it does not compress to nothing.
    fs::remove_file(folder.0.join("train-images-idx3-ubyte")).unwrap();
    let mut whole = file(0x803, &[3, 28, 28], 2352);
    whole[16..].iter_mut().enumerate().for_each(|(i, b)| *b = (i * i * 31 % 251) as u8);
    let mut compressed = gzip(&whole);
    compressed.truncate(compressed.len() / 2);
    folder.write("train-images-idx3-ubyte.gz", &compressed);
    assert!(matches!(fails(&folder.0).0, Error::Truncated { what: "images", expected: 2352, .. }));
}

#[test]
fn a_lying_header_takes_no_memory() {
    let folder = database("lying");
    // 12 terabytes by its header.
    folder.write("train-images-idx3-ubyte", &file(0x803, &[u32::MAX, 28, 28], 784));
    let (error, text) = fails(&folder.0);
    assert!(matches!(error, Error::Truncated { expected: 3_367_254_359_280, found: 784, .. }), "{text}");
    // More than any memory.
    folder.write("train-images-idx3-ubyte", &file(0x803, &[u32::MAX; 3], 784));
    assert!(matches!(fails(&folder.0).0, Error::Content { .. }));
}

#[test]
fn sizes_counts_and_labels_are_checked() {
    let folder = database("counts");
    folder.write("train-images-idx3-ubyte", &file(0x803, &[4, 28, 28], 4 * 784));
    let (error, text) = fails(&folder.0);
    assert!(matches!(error, Error::Counts { images: 4, labels: 3, .. }), "{text}");
    folder.write("train-images-idx3-ubyte", &file(0x803, &[3, 28, 28], 3 * 784 + 1));
    assert!(fails(&folder.0).1.contains("should be 2352 bytes, as its header says, but is more"));
    folder.write("train-images-idx3-ubyte", &file(0x803, &[3, 32, 32], 3 * 1024));
    assert!(fails(&folder.0).1.contains("should be 28 by 28, but is 32 by 32"));
    folder.write("train-labels-idx1-ubyte", &[0, 0, 8, 1, 0, 0, 0, 2, 4, 10]);
    folder.write("train-images-idx3-ubyte", &file(0x803, &[2, 28, 28], 2 * 784));
    assert!(fails(&folder.0).1.contains("label 1 (from 0) should be 0 to 9, but is 10"));
}

#[test]
fn a_file_that_is_not_compressed_is_not_taken_for_one() {
    let folder = Folder::new("gz");
    let plain = folder.write("numbers.gz", &file(0x801, &[3], 3));
    assert!(matches!(idx::read(&plain, 1), Err(Error::File { action: "read", .. })));
    assert!(matches!(idx::read(&folder.0, 1), Err(Error::File { action: "read", .. })), "a folder");
}

#[test]
fn the_tables_are_what_their_readme_says() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data");
    let iris = Table::read(format!("{folder}/iris.csv")).unwrap();
    assert_eq!((iris.len(), iris.all_but::<f32, 4>(&["label"]).unwrap().len()), (150, 150));
    assert_eq!(iris.classes::<3>("label").unwrap().iter().filter(|c| c.get() == 2).count(), 50);
    let cancer = Table::read(format!("{folder}/breast_cancer.csv")).unwrap();
    assert_eq!(cancer.classes::<2>("label").unwrap().iter().filter(|c| c.get() == 1).count(), 357);
    assert_eq!(cancer.all_but::<f64, 30>(&["label"]).unwrap().len(), 569);
    let diabetes = Table::read(format!("{folder}/diabetes.csv")).unwrap();
    let target = diabetes.numbers::<f64, 1>(["target"]).unwrap();
    assert_eq!(target.len(), 442);
    assert!(target.iter().all(|t| (25.0..=346.0).contains(&t[0])));
}
