//! Plain tables for terminals.

use core::fmt;

/// Rows of cells under a head, printed with aligned columns: the first `left` columns to the left, the others to the
/// right.
pub(crate) struct Table {
    pub(crate) head: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
    /// A last row below a rule.
    pub(crate) foot: Option<Vec<String>>,
    pub(crate) left: usize,
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = || self.rows.iter().chain(&self.foot).chain([&self.head]);
        let widths: Vec<usize> = (0..self.head.len())
            .map(|column| {
                lines().map(|row| row.get(column).map_or(0, |cell| cell.chars().count())).max().unwrap_or(0)
            })
            .collect();
        let rule = "-".repeat(widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1));
        let line = |row: &[String]| {
            let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| {
                if column < self.left { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
            });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_string()
        };
        write!(f, "{}\n{rule}", line(&self.head))?;
        for row in &self.rows {
            write!(f, "\n{}", line(row))?;
        }
        match &self.foot {
            Some(foot) => write!(f, "\n{rule}\n{}", line(foot)),
            None => Ok(()),
        }
    }
}

/// A whole number with a comma after every three digits: `1,199,882`.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number in columns of its like: `0.03412`, `12.34567`, `123456.70`, `3.2100e-7`.
pub(crate) fn figure(number: f64) -> String {
    match number.abs() {
        size if size.is_nan() || size.is_infinite() => number.to_string(),
        size if size == 0.0 || (1e-3..1e3).contains(&size) => format!("{number:.5}"),
        size if (1e3..1e7).contains(&size) => format!("{number:.2}"),
        _ => format!("{number:.4e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        let all: Vec<String> = [0, 999, 1000, 1_199_882].into_iter().map(thousands).collect();
        assert_eq!(all, ["0", "999", "1,000", "1,199,882"]);
        let all: Vec<String> =
            [0.0, 0.034_121_4, 12.345_67, 123_456.7, 3.21e-7, f64::NAN].map(figure).to_vec();
        assert_eq!(all, ["0.00000", "0.03412", "12.34567", "123456.70", "3.2100e-7", "NaN"]);
    }

    #[test]
    fn columns_are_aligned() {
        let cells = |row: &[&str]| row.iter().map(|cell| (*cell).to_string()).collect::<Vec<_>>();
        let table = Table {
            head: cells(&["layer", "parameters"]),
            rows: vec![cells(&["a", "7"]), cells(&["bias: f(x)", "1,000"])],
            foot: Some(cells(&["total", "1,007"])),
            left: 1,
        };
        let text = "layer       parameters\n----------------------\na                    7\nbias: f(x)       1,000\n\
                    ----------------------\ntotal            1,007";
        assert_eq!(table.to_string(), text);
    }
}
