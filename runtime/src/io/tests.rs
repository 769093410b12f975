//! Saving and loading a network written by hand.

use super::{load, save};
use crate::train::toy::Line;
use crate::{Error, Network, Parameters};
use std::fs;
use std::path::PathBuf;

/// A file in the folder for temporary ones that goes when the test ends.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str) -> Self {
        Temporary(std::env::temp_dir().join(format!("formwork-io-{}-{name}.safetensors", std::process::id())))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// A file of these tensors and this metadata, each tensor as the name, type, shape and bytes.
fn file(name: &str, metadata: &str, tensors: &[(&str, &str, &[usize], usize)]) -> Temporary {
    let (mut entries, mut end) = (vec![format!("\"__metadata__\":{metadata}")], 0);
    for (name, dtype, shape, bytes) in tensors {
        entries.push(format!(
            "\"{name}\":{{\"dtype\":\"{dtype}\",\"shape\":{shape:?},\"data_offsets\":[{end},{}]}}",
            end + bytes
        ));
        end += bytes;
    }
    let header = format!("{{{}}}", entries.join(","));
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.bytes());
    bytes.extend(vec![0; end]);
    let temporary = Temporary::new(name);
    fs::write(&temporary.0, bytes).unwrap();
    temporary
}

const GOOD: [(&str, &str, &[usize], usize); 3] = [
    ("line.weight", "F32", &[3, 5], 60),
    ("line.bias", "F32", &[3], 12),
    ("norm.running_mean", "F32", &[5], 20),
];

#[test]
fn what_is_saved_is_loaded_to_the_bit_and_in_the_layout_of_files() {
    let temporary = Temporary::new("round");
    let line = Line::<f32>::new(5);
    save(&*line, &temporary.0).unwrap();
    let mut other = Line::<f32>::new(6);
    load(&mut *other, &temporary.0).unwrap();
    assert_eq!(line.as_slice(), other.as_slice());

    let bytes = fs::read(&temporary.0).unwrap();
    let tensors = ::safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let weight = tensors.tensor("line.weight").unwrap();
    assert_eq!((weight.dtype(), weight.shape()), (::safetensors::Dtype::F32, &[3, 5][..]));
    let second = f32::from_le_bytes(weight.data()[4..8].try_into().unwrap());
    assert_eq!(second, line.weight[1][0], "output 0, input 1");
    let count = tensors.tensor("norm.num_batches_tracked").unwrap();
    assert_eq!((count.dtype(), count.shape().len()), (::safetensors::Dtype::I64, 0));
    let (_, metadata) = ::safetensors::SafeTensors::read_metadata(&bytes).unwrap();
    let metadata = metadata.metadata().as_ref().unwrap();
    assert_eq!(
        (metadata["format"].as_str(), metadata["fingerprint"].as_str()),
        ("formwork", "0000000000001234")
    );
    assert_eq!(
        metadata["architecture"],
        "input x: [5]\nline: Dense(3) of x gives [3]\noutput: [3] from line"
    );
    save(&*line, &temporary.0).unwrap();
    assert_eq!(fs::read(&temporary.0).unwrap(), bytes, "the same network, the same file");
}

#[test]
fn both_scalars_are_saved_as_they_are() {
    let temporary = Temporary::new("double");
    let line = Line::<f64>::new(5);
    save(&*line, &temporary.0).unwrap();
    let mut other = Line::<f64>::new(6);
    load(&mut *other, &temporary.0).unwrap();
    assert_eq!(line.as_slice(), other.as_slice());
    let error = load(&mut *Line::<f32>::new(1), &temporary.0).unwrap_err().to_string();
    assert!(error.contains("type: `line.bias` should be F32, but is F64"), "{error}");
}

#[test]
fn one_error_lists_all_that_is_wrong_and_nothing_changes() {
    let wrong = file(
        "wrong",
        "{}",
        &[
            ("line.weight", "F32", &[5, 3], 60),
            ("norm.running_mean", "F64", &[5], 40),
            ("norm.num_batches_tracked", "I64", &[], 8),
            ("line.num_batches_tracked", "I64", &[], 8),
            ("head.weight", "F32", &[1], 4),
        ],
    );
    let mut line = Line::<f32>::new(5);
    let error = load(&mut *line, &wrong.0).unwrap_err();
    let Error::Weights { network: "Line", problems, .. } = &error else { panic!("{error}") };
    assert_eq!(
        *problems,
        [
            "shape: `line.weight` should be [3, 5], but is [5, 3]",
            "missing: `line.bias` [3]",
            "type: `norm.running_mean` should be F32, but is F64",
            "unexpected: `head.weight`",
            "unexpected: `line.num_batches_tracked`",
        ]
    );
    assert_eq!(line.as_slice(), Line::<f32>::new(5).as_slice());
}

#[test]
fn a_file_of_another_architecture_names_the_first_layer_that_differs() {
    let saved = |fingerprint: &str, layer: &str| {
        format!(
            "{{\"format\":\"formwork\",\"fingerprint\":\"{fingerprint}\",\"architecture\":\"input x: [5]\\n{layer}\"}}"
        )
    };
    let other = file("other", &saved("ff", "line: Dense(4) of x gives [4]"), &GOOD);
    let mut line = Line::<f32>::new(5);
    let error = load(&mut *line, &other.0).unwrap_err();
    assert!(matches!(error, Error::Architecture { line: 2, .. }), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("the file has     line: Dense(4)") && text.contains("the network has  line: Dense(3)"),
        "{text}"
    );
    let shorter = file("shorter", &saved("ff", "line: Dense(3) of x gives [3]"), &GOOD);
    let text = load(&mut *line, &shorter.0).unwrap_err().to_string();
    assert!(text.contains("line 3") && text.contains("no more lines"), "{text}");
    let same = file("same", &saved("0000000000001234", "whatever"), &GOOD);
    load(&mut *line, &same.0).unwrap();
    let foreign = file("foreign", "{\"format\":\"pt\"}", &GOOD);
    load(&mut *line, &foreign.0).unwrap();
    assert!(line.weight.as_flattened().iter().all(|&w| w == 0.0));
}

#[test]
fn a_file_that_is_none_is_an_error() {
    let mut line = Line::<f32>::new(5);
    let mut fail = |name: &str, bytes: &[u8]| {
        let temporary = Temporary::new(name);
        fs::write(&temporary.0, bytes).unwrap();
        let error = load(&mut *line, &temporary.0).unwrap_err();
        assert!(matches!(error, Error::Content { .. }), "{error}");
        assert!(error.to_string().contains(name), "{error}");
        error.to_string()
    };
    let header = |len: u64, header: &str| [&len.to_le_bytes()[..], header.as_bytes()].concat();
    assert!(fail("short", b"abc").contains("3 bytes long"));
    assert!(
        fail("lying", &header(u64::MAX, "{}")).contains("promise a header of 18446744073709551615 bytes")
    );
    assert!(fail("text", &header(5, "hello")).contains("without a header in JSON"));
    let far = "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387903],\"data_offsets\":[0,18446744073709551612]}}";
    assert!(fail("far", &header(far.len() as u64, far)).contains("`a` ends at byte 18446744073709551612"));
    let odd = "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}";
    let mut bytes = header(odd.len() as u64, odd);
    bytes.extend([0; 4]);
    assert!(fail("odd", &bytes).contains("not one"));
    let whole = file("cut", "{}", &GOOD);
    let mut bytes = fs::read(&whole.0).unwrap();
    bytes.pop();
    assert!(fail("cut", &bytes).contains("`norm.running_mean` ends at byte 92, but there are 91"));
    assert!(matches!(load(&mut *line, "no/such/file"), Err(Error::File { action: "read", .. })));
    assert_eq!(line.as_slice(), Line::<f32>::new(5).as_slice());
}

#[test]
fn a_folder_is_made_and_a_file_that_cannot_be_is_an_error() {
    let folder = std::env::temp_dir().join(format!("formwork-io-{}", std::process::id()));
    let file = folder.join("deep/line.safetensors");
    let line = Line::<f32>::new(5);
    line.save(&file).unwrap();
    let mut other = Line::<f32>::new(6);
    other.load(&file).unwrap();
    assert_eq!(line.as_slice(), other.as_slice());
    assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1, "nothing else is left");
    assert!(matches!(line.save(&folder), Err(Error::File { action: "write", .. })));
    assert!(matches!(line.save(file.join("below")), Err(Error::File { .. })));
    fs::remove_dir_all(folder).unwrap();
}
