//! The IDX format, in which MNIST and its relatives come.
//!
//! A file is a big-endian header (two zero bytes, the type of the numbers, the number of axes, each axis's size) and
//! then the numbers, the last axis innermost (Y. LeCun, "The MNIST database of handwritten digits"). Files may be
//! compressed by gzip.

use super::{Dataset, Index};
use crate::{Error, Result, tensor};
use flate2::read::MultiGzDecoder;
use nalgebra::SMatrix;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

/// A grey image of 28×28 pixels, shape `[1, 28, 28]`.
pub type Image = [SMatrix<f32, 28, 28>; 1];

/// The bytes of an IDX file and their shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idx {
    /// The size of each axis, outermost first.
    pub shape: Vec<usize>,
    /// The numbers in row-major order.
    pub bytes: Vec<u8>,
}

/// Reads the MNIST database, or another that comes in the same four files (Fashion-MNIST), from a folder: training and
/// test images with their classes. Pixels are scaled to 0 (background) to 1 (ink).
///
/// The files are `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and
/// `t10k-labels-idx1-ubyte`, each as it is or compressed with `.gz` behind.
///
/// ```no_run
/// let (train, test) = formwork::data::mnist("examples/data/mnist")?;
/// assert_eq!((train.len(), test.len()), (60_000, 10_000));
/// # Ok::<(), formwork::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::MissingFile`], [`Error::File`], [`Error::Magic`], [`Error::Truncated`], [`Error::Content`] if sizes are
/// not those of MNIST or a label is above 9, and [`Error::Counts`] if there is not one label for each image.
pub fn mnist(folder: impl AsRef<Path>) -> Result<(Dataset<Image, Index<10>>, Dataset<Image, Index<10>>)> {
    let folder = folder.as_ref();
    Ok((labelled(folder, "train")?, labelled(folder, "t10k")?))
}

fn labelled(folder: &Path, part: &str) -> Result<Dataset<Image, Index<10>>> {
    let image_file = find(folder, &format!("{part}-images-idx3-ubyte"))?;
    let label_file = find(folder, &format!("{part}-labels-idx1-ubyte"))?;
    let labels = read(&label_file, 1)?;
    let images = read(&image_file, 3)?;
    if images.shape[1..] != [28, 28] {
        let found = format!("{} by {}", images.shape[1], images.shape[2]);
        return Err(Error::content(&image_file, "the size of the images", "28 by 28", found));
    }
    if images.shape[0] != labels.shape[0] {
        let (images, labels) = (images.shape[0], labels.shape[0]);
        return Err(Error::Counts { image_file, images, label_file, labels });
    }
    let classes = labels.bytes.iter().enumerate().map(|(place, &label)| {
        Index::new(label.into()).map_err(|_| {
            Error::content(&label_file, format!("label {place} (from 0)"), "0 to 9", label.to_string())
        })
    });
    let targets = classes.collect::<Result<_>>()?;
    let mut inputs = tensor::zeroed_vec::<Image>(images.shape[0]);
    for (pixel, &byte) in tensor::flat_mut(&mut inputs).iter_mut().zip(&images.bytes) {
        *pixel = f32::from(byte) / 255.0;
    }
    Dataset::new(inputs, targets)
}

/// The file of that name in a folder, as it is or with `.gz` behind.
fn find(folder: &Path, name: &str) -> Result<PathBuf> {
    let looked = vec![folder.join(name), folder.join(format!("{name}.gz"))];
    let help = "give the folder that holds the four original files, compressed or not";
    match looked.iter().find(|file| file.is_file()) {
        Some(file) => Ok(file.clone()),
        None => Err(Error::MissingFile { looked, help }),
    }
}

/// Reads an IDX file of unsigned bytes with that many axes, decompressing it if its name ends in `.gz`.
///
/// The header is not believed: memory is taken only for what is really there.
///
/// # Errors
///
/// [`Error::File`], [`Error::Magic`], [`Error::Truncated`], and [`Error::Content`] if something follows the last number
/// or the sizes in the header multiply to more than can be.
pub fn read(file: impl AsRef<Path>, axes: usize) -> Result<Idx> {
    let file = file.as_ref();
    let open = File::open(file).map_err(Error::file("read", file))?;
    let source = BufReader::new(open);
    if file.extension().is_some_and(|extension| extension == "gz") {
        parse(file, MultiGzDecoder::new(source), axes)
    } else {
        parse(file, source, axes)
    }
}

fn parse(file: &Path, mut source: impl Read, axes: usize) -> Result<Idx> {
    let axes = axes.clamp(1, 255);
    let header_len = 4 + 4 * axes;
    let header = part(file, &mut source, header_len)?;
    let word = |place: usize| header.get(4 * place..4 * place + 4).map(be);
    // The magic number first, even in a file that ends in its header: another kind of file is the likelier mistake.
    let expected = 0x0800 | axes as u32;
    match word(0) {
        Some(found) if found != expected => {
            return Err(Error::Magic { file: file.into(), what: kind(axes), expected, found });
        }
        _ if header.len() < header_len => {
            let (expected, found) = (header_len as u64, header.len() as u64);
            return Err(Error::Truncated { file: file.into(), what: "header", expected, found });
        }
        _ => {}
    }
    let shape: Vec<usize> = (1..=axes).filter_map(word).map(|size| size as usize).collect();
    let Some(len) = shape.iter().try_fold(1usize, |len, &size| len.checked_mul(size)) else {
        return Err(Error::content(
            file,
            "the size in the header",
            "a size that fits memory",
            format!("{shape:?}"),
        ));
    };
    // One byte more than promised, to see whether the file goes on.
    let bytes = part(file, &mut source, len.saturating_add(1))?;
    match bytes.len() {
        found if found < len => {
            let (expected, found) = (len as u64, found as u64);
            Err(Error::Truncated { file: file.into(), what: kind(axes), expected, found })
        }
        found if found > len => {
            Err(Error::content(file, "the length", format!("{len} bytes, as its header says"), "more"))
        }
        _ => Ok(Idx { shape, bytes }),
    }
}

/// Up to `len` bytes; memory grows with what comes, not with what was asked for.
fn part(file: &Path, source: &mut impl Read, len: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match source.take(len as u64).read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        // A compressed file that was cut short: what came before is what there is.
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(bytes),
        Err(source) => Err(Error::File { file: file.into(), action: "read", source }),
    }
}

fn kind(axes: usize) -> &'static str {
    match axes {
        1 => "labels",
        3 => "images",
        _ => "numbers",
    }
}

fn be(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |word, &byte| word << 8 | u32::from(byte))
}
