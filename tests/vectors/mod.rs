//! Reference vectors from PyTorch (`tests/goldens`), and how close one has to come to them.

#![allow(dead_code, reason = "each test uses a part of it")]

use formwork::Real;
use safetensors::SafeTensors;
use serde_json::Value;
use std::fs;

/// A case: its settings, tensors and tolerances.
pub struct Case {
    pub name: String,
    pub config: Value,
    tolerance: Value,
    bytes: Vec<u8>,
}

impl Case {
    /// The case of that name.
    pub fn named(name: &str) -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/goldens");
        let index: Value =
            serde_json::from_slice(&fs::read(format!("{folder}/index.json")).unwrap()).unwrap();
        let cases = index["cases"].as_array().unwrap();
        let case =
            cases.iter().find(|case| case["name"] == name).unwrap_or_else(|| panic!("no case `{name}`"));
        let bytes = fs::read(format!("{folder}/{}", case["file"].as_str().unwrap())).unwrap();
        Case {
            name: name.into(),
            config: case["config"].clone(),
            tolerance: case["tolerance"].clone(),
            bytes,
        }
    }

    /// A setting that is a number.
    pub fn number(&self, key: &str) -> f64 {
        self.config[key].as_f64().unwrap_or_else(|| panic!("{}: no number `{key}`", self.name))
    }

    /// A setting that is true or false.
    pub fn flag(&self, key: &str) -> bool {
        self.config[key].as_bool().unwrap_or_else(|| panic!("{}: no flag `{key}`", self.name))
    }

    /// The numbers of a tensor, in row-major order.
    pub fn numbers<T: Real>(&self, tensor: &str) -> Vec<T> {
        let tensors = SafeTensors::deserialize(&self.bytes).unwrap();
        let data = tensors.tensor(tensor).unwrap().data();
        data.chunks_exact(8).map(|bytes| T::of(f64::from_le_bytes(bytes.try_into().unwrap()))).collect()
    }

    /// The whole numbers of a tensor.
    pub fn indices(&self, tensor: &str) -> Vec<u32> {
        let tensors = SafeTensors::deserialize(&self.bytes).unwrap();
        let data = tensors.tensor(tensor).unwrap().data();
        data.chunks_exact(8).map(|bytes| i64::from_le_bytes(bytes.try_into().unwrap()) as u32).collect()
    }

    /// Compares in the maximum norm: `max |got - want| <= atol + rtol * max |want|`.
    pub fn compare<T: Real>(&self, what: &str, got: &[T], want: &[f64]) {
        assert_eq!(got.len(), want.len(), "{} {what}", self.name);
        let of = |key| self.tolerance[T::NAME][key].as_f64().unwrap();
        let largest = want.iter().fold(0f64, |m, x| m.max(x.abs()));
        let bound = of("atol") + of("rtol") * largest;
        let off = got.iter().zip(want).fold(0f64, |m, (g, w)| m.max((g.widen() - w).abs()));
        assert!(off <= bound, "{} {what} in {}: off by {off:e}, allowed {bound:e}", self.name, T::NAME);
    }
}
