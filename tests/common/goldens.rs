//! Reads the reference vectors in `tests/goldens`; its README says what they mean.

use formwork::Real;
use safetensors::{Dtype, SafeTensors};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One tensor, row-major; whole numbers too stand as `f64`, exactly.
#[derive(Debug)]
pub struct Tensor {
    pub shape: Vec<usize>,
    pub values: Vec<f64>,
}

/// What PyTorch computed once.
#[derive(Debug)]
pub struct Case {
    pub name: String,
    pub group: String,
    pub kind: String,
    pub config: Value,
    tolerance: Value,
    tensors: BTreeMap<String, Tensor>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens")
}

/// All cases of one group (`layer`, `activation`, `loss`, `optimizer`, `trajectory`).
pub fn group(group: &str) -> Vec<Case> {
    load(|entry| entry["group"] == group)
}

/// The case of that name.
pub fn case(name: &str) -> Case {
    load(|entry| entry["name"] == name).pop().unwrap_or_else(|| panic!("there is no case `{name}`"))
}

fn load(wanted: impl Fn(&Value) -> bool) -> Vec<Case> {
    let index = std::fs::read_to_string(folder().join("index.json")).expect("the index is there");
    let index: Value = serde_json::from_str(&index).expect("the index is JSON");
    let entries = index["cases"].as_array().expect("the index lists cases");
    entries.iter().filter(|entry| wanted(entry)).map(read).collect()
}

fn read(entry: &Value) -> Case {
    let text = |key: &str| entry[key].as_str().unwrap_or_else(|| panic!("`{key}` of {entry}")).to_string();
    let bytes = std::fs::read(folder().join(text("file"))).expect("every case has its file");
    let file = SafeTensors::deserialize(&bytes).expect("the file is whole");
    let tensors = file.iter().map(|(name, view)| {
        let values = match view.dtype() {
            Dtype::F64 => numbers(view.data(), f64::from_le_bytes),
            Dtype::F32 => numbers(view.data(), |b| f64::from(f32::from_le_bytes(b))),
            Dtype::I64 => numbers(view.data(), |b| i64::from_le_bytes(b) as f64),
            other => panic!("{other:?} in {entry}"),
        };
        (name.to_string(), Tensor { shape: view.shape().to_vec(), values })
    });
    Case {
        name: text("name"),
        group: text("group"),
        kind: text("kind"),
        config: entry["config"].clone(),
        tolerance: entry["tolerance"].clone(),
        tensors: tensors.collect(),
    }
}

fn numbers<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> f64) -> Vec<f64> {
    bytes.as_chunks().0.iter().map(|&bytes| number(bytes)).collect()
}

impl Case {
    /// Whether there is a tensor of that name.
    pub fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    pub fn tensor(&self, name: &str) -> &Tensor {
        self.tensors.get(name).unwrap_or_else(|| panic!("{} has no tensor `{name}`", self.name))
    }

    /// The names of the tensors.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    pub fn shape(&self, name: &str) -> &[usize] {
        &self.tensor(name).shape
    }

    /// A tensor's elements; every drawn one is exact in `f32`.
    pub fn values<T: Real>(&self, name: &str) -> Vec<T> {
        self.tensor(name).values.iter().map(|&x| T::of(x)).collect()
    }

    /// A number of the configuration.
    pub fn number(&self, key: &str) -> f64 {
        self.config[key].as_f64().unwrap_or_else(|| panic!("{} has no number `{key}`", self.name))
    }

    /// A flag of the configuration.
    pub fn flag(&self, key: &str) -> bool {
        self.config[key].as_bool().unwrap_or_else(|| panic!("{} has no flag `{key}`", self.name))
    }

    /// A text of the configuration.
    pub fn text(&self, key: &str) -> &str {
        self.config[key].as_str().unwrap_or_else(|| panic!("{} has no text `{key}`", self.name))
    }

    /// A number that stands for both axes, or one for each; `None` if it is neither.
    pub fn pair(&self, key: &str) -> Option<[usize; 2]> {
        let number = |value: &Value| value.as_u64().map(|n| n as usize);
        match &self.config[key] {
            Value::Array(pair) => Some([number(pair.first()?)?, number(pair.get(1)?)?]),
            value => number(value).map(|n| [n, n]),
        }
    }

    /// `rtol` and `atol` for a scalar type.
    pub fn tolerance<T: Real>(&self) -> (f64, f64) {
        let of = &self.tolerance[T::NAME];
        let number = |key: &str| of[key].as_f64().unwrap_or_else(|| panic!("{} has no {key}", self.name));
        (number("rtol"), number("atol"))
    }

    /// Panics unless `max|got - want| <= atol + rtol max|want|`.
    pub fn check<T: Real>(&self, name: &str, got: &[T]) {
        self.check_within(name, got, 0.0);
    }

    /// As [`check`](Self::check) with `rtol` at least as large as said, for results of which PyTorch itself has fewer
    /// digits.
    pub fn check_within<T: Real>(&self, name: &str, got: &[T], least: f64) {
        let want = &self.tensor(name).values;
        assert_eq!(got.len(), want.len(), "{} {} {name}: length", self.name, T::NAME);
        let (rtol, atol) = self.tolerance::<T>();
        let bound = atol + rtol.max(least) * want.iter().fold(0.0, |max: f64, w| max.max(w.abs()));
        for (i, (g, &w)) in got.iter().zip(want).enumerate() {
            let g = g.widen();
            assert!(
                (g - w).abs() <= bound,
                "{} {} {name}[{i}]: {g}, not {w}; more than {bound:.1e} off",
                self.name,
                T::NAME
            );
        }
    }
}
