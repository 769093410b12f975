//! Networks in the safetensors format, under PyTorch's names and in PyTorch's layouts.
//!
//! A file is a `u64` with the length of a JSON header, the header (each tensor's type, shape and place), and the
//! numbers, little-endian. Ours also say by what architecture they were made.

use super::write_whole;
use crate::graph::{Graph, Source};
use crate::{Error, Network, Real, Result, Role, TensorInfo};
use ::safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

/// What PyTorch keeps beside a batch normalisation's averages: how many batches it has seen. It only matters for an
/// average over all batches, where it is a tensor of the network; otherwise files get 0, and what stands in a file is
/// passed over.
const COUNT: &str = "num_batches_tracked";

/// Saves a network as safetensors: PyTorch's names and layouts, the scalars as they are, and the architecture.
///
/// The file is either written whole or not at all. In PyTorch, `load_state_dict` of a module with the same names takes
/// it, strictly: `num_batches_tracked` is written as 0 for every batch normalisation that does not average over all
/// batches.
///
/// # Errors
///
/// [`Error::File`] if the system does not write it.
pub fn save<N: Network>(network: &N, file: impl AsRef<Path>) -> Result<()> {
    write_whole(file.as_ref(), |out| write(network, out))
}

fn write<N: Network>(network: &N, out: &mut dyn Write) -> std::io::Result<()> {
    let each = size_of::<N::Scalar>();
    let mut header = Map::new();
    header.insert(
        "__metadata__".into(),
        json!({
            "format": "formwork",
            "fingerprint": format!("{:016x}", N::GRAPH.fingerprint),
            "architecture": listing(N::GRAPH).join("\n"),
        }),
    );
    let mut end = 0;
    let mut entry = |name: String, dtype: &str, shape: &[usize], bytes: usize| {
        let begin = end;
        end += bytes;
        header.insert(name, json!({ "dtype": dtype, "shape": shape, "data_offsets": [begin, end] }));
    };
    // The counts come first because they are the widest numbers: so everything is aligned.
    let counts: Vec<(String, i64)> = N::TENSORS.iter().filter_map(|info| count_of(network, &info)).collect();
    for (name, _) in &counts {
        entry(name.clone(), "I64", &[], 8);
    }
    for info in scalars::<N>() {
        entry(info.name.to_string(), dtype_name::<N::Scalar>(), info.shape, info.len * each);
    }
    let mut header = Value::Object(header).to_string();
    while !header.len().is_multiple_of(8) {
        header.push(' ');
    }
    out.write_all(&(header.len() as u64).to_le_bytes())?;
    out.write_all(header.as_bytes())?;
    for (_, count) in &counts {
        out.write_all(&count.to_le_bytes())?;
    }
    for info in scalars::<N>() {
        let tensor = &network.as_slice()[info.range()];
        for place in info.places() {
            // A scalar of 4 bytes is an f32, one of 8 an f64: both convert exactly.
            match each {
                4 => out.write_all(&(tensor[place].widen() as f32).to_le_bytes())?,
                _ => out.write_all(&tensor[place].widen().to_le_bytes())?,
            }
        }
    }
    Ok(())
}

/// Loads a network's weights from a safetensors file, of [`save`] or of PyTorch.
///
/// A file fits if it holds exactly the network's tensors, each of its shape and scalar type; `num_batches_tracked` of
/// batch normalisations may be there or not. If the file was saved by [`save`], it must be of the same architecture.
/// On any error the network keeps its weights.
///
/// # Errors
///
/// - [`Error::File`] if the system does not read it, [`Error::Content`] if it is no safetensors file
/// - [`Error::Architecture`] names the first line in which the architectures differ
/// - [`Error::Weights`] lists every tensor that is missing, unexpected, or of another shape or type
pub fn load<N: Network>(network: &mut N, file: impl AsRef<Path>) -> Result<()> {
    let file = file.as_ref();
    let bytes = std::fs::read(file).map_err(Error::file("read", file))?;
    let bad = |found: String| Error::content(file, "it", "a safetensors file", found);
    let metadata = check_header(&bytes).map_err(bad)?;
    let tensors = SafeTensors::deserialize(&bytes).map_err(|error| bad(format!("not one: {error}")))?;
    check_architecture(file, N::GRAPH, &metadata)?;
    let found = check_tensors::<N>(file, &tensors)?;
    for (info, view) in N::TENSORS.iter().zip(found) {
        let tensor = &mut network.as_mut_slice()[info.range()];
        if info.role == Role::Count {
            for (count, &bytes) in tensor.iter_mut().zip(view.data().as_chunks().0) {
                *count = N::Scalar::of(i64::from_le_bytes(bytes) as f64);
            }
            continue;
        }
        let each = size_of::<N::Scalar>();
        for (place, bytes) in info.places().zip(view.data().chunks_exact(each)) {
            tensor[place] = scalar(bytes);
        }
    }
    Ok(())
}

/// Reads the header on its own, and gives the metadata. Ends that lie beyond the file are found here, before the reader
/// of the format adds them up.
fn check_header(bytes: &[u8]) -> Result<HashMap<String, String>, String> {
    let Some((len, rest)) = bytes.split_first_chunk::<8>() else {
        return Err(format!("{} bytes long, too short for one", bytes.len()));
    };
    let len = u64::from_le_bytes(*len);
    let Some(header) = usize::try_from(len).ok().and_then(|len| rest.get(..len)) else {
        let there = rest.len();
        return Err(format!(
            "cut short or another kind: its first 8 bytes promise a header of {len} bytes, {there} follow"
        ));
    };
    let header: Map<String, Value> =
        serde_json::from_slice(header).map_err(|error| format!("without a header in JSON ({error})"))?;
    let data = (rest.len() as u64).saturating_sub(len);
    for (name, entry) in header.iter().filter(|(name, _)| *name != "__metadata__") {
        let end = entry.get("data_offsets").and_then(|ends| ends.get(1)).and_then(Value::as_u64);
        if end.is_none_or(|end| end > data) {
            let end = end.map_or("nowhere".into(), |end| format!("at byte {end}"));
            return Err(format!(
                "cut short or wrong: `{name}` ends {end}, but there are {data} bytes of numbers"
            ));
        }
    }
    let metadata = header.get("__metadata__").and_then(Value::as_object).cloned().unwrap_or_default();
    Ok(metadata.into_iter().filter_map(|(key, value)| Some((key, value.as_str()?.into()))).collect())
}

/// Compares the listing in a file of ours with the network's. Files of others have none.
fn check_architecture(file: &Path, graph: &'static Graph, metadata: &HashMap<String, String>) -> Result<()> {
    let ours = metadata.get("format").is_some_and(|format| format == "formwork");
    let same =
        metadata.get("fingerprint").is_some_and(|print| *print == format!("{:016x}", graph.fingerprint));
    let (true, false, Some(found)) = (ours, same, metadata.get("architecture")) else { return Ok(()) };
    let expected = listing(graph);
    let found: Vec<&str> = found.lines().collect();
    let differs = (0..expected.len().max(found.len()))
        .find(|&line| expected.get(line).map(String::as_str) != found.get(line).copied());
    match differs {
        Some(line) => Err(Error::Architecture {
            file: file.into(),
            network: graph.name,
            line: line + 1,
            expected: expected.get(line).cloned(),
            found: found.get(line).map(|&line| line.into()),
        }),
        None => Ok(()),
    }
}

/// The file's tensors in the order of the network's table, if all of them fit and there are no others.
fn check_tensors<'f, N: Network>(file: &Path, tensors: &SafeTensors<'f>) -> Result<Vec<TensorView<'f>>> {
    let mut problems = Vec::new();
    let mut found = Vec::new();
    for info in N::TENSORS {
        let Ok(view) = tensors.tensor(&info.name.to_string()) else {
            problems.push(format!("missing: `{}` {:?}", info.name, info.shape));
            continue;
        };
        if view.shape() != info.shape {
            problems.push(format!(
                "shape: `{}` should be {:?}, but is {:?}",
                info.name,
                info.shape,
                view.shape()
            ));
        }
        let (of_count, of_scalars) = ((Dtype::I64, "I64"), (dtype::<N::Scalar>(), dtype_name::<N::Scalar>()));
        let (dtype, expected) = if info.role == Role::Count { of_count } else { of_scalars };
        if view.dtype() != dtype {
            problems.push(format!("type: `{}` should be {expected}, but is {}", info.name, view.dtype()));
        }
        found.push(view);
    }
    let known = |name: &str| {
        N::TENSORS
            .iter()
            .any(|info| info.name == *name || count_name(&info).is_some_and(|count| count == name))
    };
    let mut extra: Vec<&str> = tensors.names().into_iter().filter(|name| !known(name)).collect();
    extra.sort_unstable();
    problems.extend(extra.into_iter().map(|name| format!("unexpected: `{name}`")));
    if problems.is_empty() {
        Ok(found)
    } else {
        Err(Error::Weights { file: file.into(), network: N::GRAPH.name, problems })
    }
}

/// The name of the count that PyTorch keeps beside this tensor, if it is a running mean.
fn count_name(info: &TensorInfo) -> Option<String> {
    let name = info.name.to_string();
    let prefix = name.strip_suffix("running_mean")?;
    Some(format!("{prefix}{COUNT}"))
}

/// The count that a file has beside this tensor, if it is a running mean, or in its place.
fn count_of<N: Network>(network: &N, info: &TensorInfo) -> Option<(String, i64)> {
    match info.role {
        Role::Count => Some((info.name.to_string(), network.as_slice()[info.offset].widen() as i64)),
        Role::CumulativeAverage => None,
        _ => Some((count_name(info)?, 0)),
    }
}

/// The tensors that stand in a file as scalars: all but counts.
fn scalars<N: Network>() -> impl Iterator<Item = TensorInfo> {
    N::TENSORS.iter().filter(|info| info.role != Role::Count)
}

fn dtype<T: Real>() -> Dtype {
    if size_of::<T>() == 4 { Dtype::F32 } else { Dtype::F64 }
}

fn dtype_name<T: Real>() -> &'static str {
    if size_of::<T>() == 4 { "F32" } else { "F64" }
}

/// The scalar of these little-endian bytes.
fn scalar<T: Real>(bytes: &[u8]) -> T {
    match *bytes {
        [a, b, c, d] => T::of(f32::from_le_bytes([a, b, c, d]).into()),
        [a, b, c, d, e, f, g, h] => T::of(f64::from_le_bytes([a, b, c, d, e, f, g, h])),
        _ => T::nan(),
    }
}

/// The architecture as text: a line for each input, node and output.
fn listing(graph: &Graph) -> Vec<String> {
    let source = |source: &Source| match *source {
        Source::Input(input) => graph.inputs.get(input).map_or("?", |port| port.name).to_string(),
        Source::Node { node, port } => {
            let name = graph.nodes.get(node).map_or("?", |node| node.name);
            if port == 0 { name.into() } else { format!("{name}.{port}") }
        }
    };
    let inputs = graph.inputs.iter().map(|port| format!("input {}: {:?}", port.name, port.shape));
    let nodes = graph.nodes.iter().map(|node| {
        let inputs: Vec<String> = node.inputs.iter().map(source).collect();
        let shapes: Vec<String> = node.outputs.iter().map(|shape| format!("{shape:?}")).collect();
        format!("{}: {} of {} gives {}", node.name, node.text, inputs.join(", "), shapes.join(", "))
    });
    let outputs = graph.outputs.iter().map(|port| {
        let name = if port.name.is_empty() { "output" } else { port.name };
        format!("output {name}: {:?} from {}", port.shape, source(&port.source))
            .replace("output output", "output")
    });
    inputs.chain(nodes).chain(outputs).collect()
}
