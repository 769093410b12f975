//! Files: networks as safetensors.

mod safetensors;
#[cfg(test)]
mod tests;

pub use safetensors::{load, save};

use crate::{Error, Result};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

/// Writes a file so that it is either the old one or the new one, never half of it: under another name beside it, then
/// renamed. Folders on the way are made.
pub(crate) fn write_whole(
    file: &Path,
    write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> Result<()> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(Error::file("make the folder of", file))?;
    }
    let mut part = file.as_os_str().to_owned();
    part.push(format!(".{}.part", std::process::id()));
    let part = Path::new(&part);
    let written = File::create(part).and_then(|open| {
        let mut out = BufWriter::new(open);
        write(&mut out)?;
        out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()
    });
    written.and_then(|()| fs::rename(part, file)).map_err(|error| {
        // The half-written part helps nobody; that it cannot be removed either changes nothing.
        let _ = fs::remove_file(part);
        Error::file("write", file)(error)
    })
}
