//! Tables of comma-separated values with a header row.

use super::Index;
use crate::{Error, Real, Result, tensor};
use ::csv::{self as rows, Position, ReaderBuilder, StringRecord};
use nalgebra::SVector;
use std::path::{Path, PathBuf};

/// A table: named columns, and cells that become numbers or classes when they are asked for.
///
/// ```
/// use formwork::data::{Dataset, csv::Table};
/// use nalgebra::SVector;
/// # let file = std::env::temp_dir().join(format!("formwork-doc-{}.csv", std::process::id()));
/// # std::fs::write(&file, "width,height,label\n1.5,2,0\n3,4.5,1\n")?;
/// let table = Table::read(&file)?;
/// let inputs: Vec<SVector<f32, 2>> = table.all_but(&["label"])?;
/// let data = Dataset::new(inputs, table.classes::<2>("label")?)?;
/// assert_eq!(data.inputs[1], SVector::from([3.0, 4.5]));
/// # std::fs::remove_file(&file)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Table {
    file: PathBuf,
    columns: Vec<String>,
    records: Vec<StringRecord>,
}

impl Table {
    /// Reads a table whose first row names the columns.
    ///
    /// # Errors
    ///
    /// [`Error::File`], and [`Error::Content`] if a row has another number of cells than the header, a cell is not
    /// text in UTF-8, or two columns have the same name.
    pub fn read(file: impl AsRef<Path>) -> Result<Self> {
        let file = file.as_ref();
        let open = std::fs::File::open(file).map_err(Error::file("read", file))?;
        let mut reader = ReaderBuilder::new().trim(rows::Trim::All).from_reader(open);
        let header = reader.headers().map_err(|error| wrong(file, error))?;
        let columns: Vec<String> = header.iter().map(Into::into).collect();
        if let Some(twice) = columns.iter().enumerate().find(|(place, name)| columns[..*place].contains(name))
        {
            let found = format!("used twice (column {})", twice.0 + 1);
            return Err(Error::content(file, format!("the column name `{}`", twice.1), "used once", found));
        }
        let records = reader.records().collect::<Result<_, _>>().map_err(|error| wrong(file, error))?;
        Ok(Table { file: file.into(), columns, records })
    }

    /// The columns' names.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The number of rows, without the header.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// These columns as numbers, one vector for each row.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownColumn`], and [`Error::Cell`] for the first cell that is not a finite number.
    pub fn numbers<T: Real, const N: usize>(&self, columns: [&str; N]) -> Result<Vec<SVector<T, N>>> {
        let mut places = [0; N];
        for (place, name) in places.iter_mut().zip(columns) {
            *place = self.place(name)?;
        }
        self.vectors(&places)
    }

    /// All columns but these as numbers, in the table's order, one vector for each row.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownColumn`], [`Error::Content`] if it is not `N` columns that remain, and [`Error::Cell`] for the
    /// first cell that is not a finite number.
    pub fn all_but<T: Real, const N: usize>(&self, columns: &[&str]) -> Result<Vec<SVector<T, N>>> {
        for name in columns {
            self.place(name)?;
        }
        let kept: Vec<usize> = (0..self.columns.len())
            .filter(|&place| !columns.contains(&self.columns[place].as_str()))
            .collect();
        if kept.len() != N {
            let names: Vec<&str> = kept.iter().map(|&place| self.columns[place].as_str()).collect();
            let what = format!("the number of columns beside {}", columns.join(", "));
            let found = format!("{} ({})", kept.len(), names.join(", "));
            return Err(Error::content(&self.file, what, N.to_string(), found));
        }
        self.vectors(&kept)
    }

    /// A column of whole numbers below `C` as classes.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownColumn`], and [`Error::Cell`] for the first cell that is not such a number.
    pub fn classes<const C: usize>(&self, column: &str) -> Result<Vec<Index<C>>> {
        let place = self.place(column)?;
        let class = |row: &StringRecord| {
            let cell = row.get(place).unwrap_or_default();
            let class = cell.parse().ok().and_then(|class| Index::new(class).ok());
            class.ok_or_else(|| self.cell(row, place, format!("a class, 0 to {}", C.saturating_sub(1)), cell))
        };
        self.records.iter().map(class).collect()
    }

    fn vectors<T: Real, const N: usize>(&self, places: &[usize]) -> Result<Vec<SVector<T, N>>> {
        let mut vectors = tensor::zeroed_vec::<SVector<T, N>>(self.records.len());
        for (vector, row) in vectors.iter_mut().zip(&self.records) {
            for (scalar, &place) in vector.as_mut_slice().iter_mut().zip(places) {
                *scalar = T::of(self.number(row, place)?);
            }
        }
        Ok(vectors)
    }

    fn number(&self, row: &StringRecord, place: usize) -> Result<f64> {
        let cell = row.get(place).unwrap_or_default();
        match cell.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(number),
            _ => Err(self.cell(row, place, "a finite number".into(), cell)),
        }
    }

    fn place(&self, name: &str) -> Result<usize> {
        self.columns.iter().position(|column| column == name).ok_or_else(|| Error::UnknownColumn {
            file: self.file.clone(),
            name: name.into(),
            known: self.columns.clone(),
        })
    }

    fn cell(&self, row: &StringRecord, place: usize, expected: String, found: &str) -> Error {
        Error::Cell {
            file: self.file.clone(),
            line: row.position().map_or(0, Position::line),
            column: self.columns[place].clone(),
            expected,
            found: if found.is_empty() { "nothing".into() } else { found.into() },
        }
    }
}

/// What the reader of rows found wrong.
fn wrong(file: &Path, error: rows::Error) -> Error {
    let line = error.position().map_or(1, Position::line);
    match error.into_kind() {
        rows::ErrorKind::Io(source) => Error::File { file: file.into(), action: "read", source },
        rows::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            Error::content(file, format!("line {line}"), format!("{expected_len} cells"), format!("{len}"))
        }
        rows::ErrorKind::Utf8 { err, .. } => {
            Error::content(file, format!("line {line}"), "text in UTF-8", format!("not: {err}"))
        }
        _ => Error::content(file, format!("line {line}"), "a row of cells", "something else"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn table(name: &str, text: &[u8]) -> (PathBuf, Result<Table>) {
        let file = std::env::temp_dir().join(format!("formwork-csv-{}-{name}.csv", std::process::id()));
        fs::write(&file, text).unwrap();
        let table = Table::read(&file);
        fs::remove_file(&file).unwrap();
        (file, table)
    }

    #[test]
    fn a_wrong_cell_is_named_by_file_line_and_column() {
        let (file, table) = table("cell", b"a,b,label\n1,2,0\n1e3,,1\nx,nan,3\n");
        let table = table.unwrap();
        assert_eq!(
            table.numbers::<f64, 1>(["a"]).unwrap_err().to_string(),
            format!("`{}`, line 4, column `a`: expected a finite number, found `x`", file.display())
        );
        assert!(table.numbers::<f32, 1>(["b"]).unwrap_err().to_string().contains("line 3, column `b`"));
        let error = table.classes::<3>("label").unwrap_err().to_string();
        assert!(error.contains("line 4, column `label`: expected a class, 0 to 2, found `3`"), "{error}");
        assert_eq!(table.classes::<4>("label").unwrap()[2].get(), 3);
    }

    #[test]
    fn columns_are_checked() {
        let (_, table) = table("columns", b"a,b,label\n1,2,0\n");
        let table = table.unwrap();
        assert_eq!(table.numbers::<f32, 2>(["b", "a"]).unwrap()[0], SVector::from([2.0, 1.0]));
        let error = table.numbers::<f32, 1>(["c"]).unwrap_err().to_string();
        assert!(error.contains("no column `c`; it has: a, b, label"), "{error}");
        let error = table.all_but::<f32, 3>(&["label"]).unwrap_err().to_string();
        assert!(error.contains("should be 3, but is 2 (a, b)"), "{error}");
    }

    #[test]
    fn a_table_that_is_none_is_an_error() {
        let error = table("ragged", b"a,b\n1,2\n1\n").1.unwrap_err().to_string();
        assert!(error.contains("line 3 should be 2 cells, but is 1"), "{error}");
        let error = table("utf8", b"a,b\n1,\xff\n").1.unwrap_err().to_string();
        assert!(error.contains("line 2 should be text in UTF-8"), "{error}");
        let error = table("twice", b"a,a\n1,2\n").1.unwrap_err().to_string();
        assert!(error.contains("`a` should be used once"), "{error}");
        assert!(table("empty", b"").1.unwrap().is_empty());
        assert!(matches!(Table::read("no/such/table.csv"), Err(Error::File { .. })));
    }
}
