//! What training writes down.

use crate::report::{plot, table};
use crate::{Error, Result};
use core::fmt;
use std::path::Path;

/// Loss and metrics over a data set.
#[derive(Clone, Debug, PartialEq)]
pub struct Scores {
    /// The loss, averaged over the samples.
    pub loss: f64,
    /// The metrics, in the order of [`History::metrics`].
    pub metrics: Vec<f64>,
}

/// The figures of one epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct Epoch {
    /// Its number, counted from 1.
    pub number: usize,
    /// What the network did while it was trained: with dropout, and before each step.
    pub training: Scores,
    /// What it did on the validation set after the epoch.
    pub validation: Option<Scores>,
    /// How long the training took, without the validation.
    pub seconds: f64,
    /// How many samples were trained on in each second.
    pub samples_per_second: f64,
}

/// The figures of a training run, epoch by epoch: printed as a table, drawn by [`plot`](History::plot).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The network's name.
    pub network: &'static str,
    /// The metrics' names.
    pub metrics: Vec<&'static str>,
    /// The epochs in order.
    pub epochs: Vec<Epoch>,
    /// Whether training stopped before the last epoch that was asked for, out of patience.
    pub stopped_early: bool,
    /// The number of the epoch whose weights the network has: the best one with early stopping, else the last.
    pub kept: usize,
}

impl History {
    /// The last epoch.
    #[must_use]
    pub fn last(&self) -> Option<&Epoch> {
        self.epochs.last()
    }

    /// The seconds that training took in all, without validation.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.epochs.iter().map(|epoch| epoch.seconds).sum()
    }

    /// Draws the curves of loss and metrics over the epochs into an SVG file, making its folder if need be.
    ///
    /// # Errors
    ///
    /// [`Error::File`] if the file cannot be written, [`Error::Plot`] if it cannot be drawn.
    pub fn plot(&self, file: impl AsRef<Path>) -> Result<()> {
        let file = file.as_ref();
        let svg = plot::curves(self).map_err(|reason| Error::Plot { file: file.into(), reason })?;
        crate::io::write_whole(file, |out| out.write_all(svg.as_bytes()))
    }

    /// The history as a JSON object.
    #[must_use]
    pub fn to_json(&self) -> String {
        let scores = |scores: &Scores| {
            let mut object = serde_json::Map::new();
            object.insert("loss".into(), scores.loss.into());
            for (name, &value) in self.metrics.iter().zip(&scores.metrics) {
                object.insert((*name).into(), value.into());
            }
            serde_json::Value::Object(object)
        };
        let epoch = |epoch: &Epoch| {
            serde_json::json!({
                "epoch": epoch.number,
                "training": scores(&epoch.training),
                "validation": epoch.validation.as_ref().map(scores),
                "seconds": epoch.seconds,
                "samples_per_second": epoch.samples_per_second,
            })
        };
        let history = serde_json::json!({
            "network": self.network,
            "epochs": self.epochs.iter().map(epoch).collect::<Vec<_>>(),
            "stopped_early": self.stopped_early,
            "kept": self.kept,
        });
        history.to_string()
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let validated = self.epochs.iter().any(|epoch| epoch.validation.is_some());
        let mut head = vec!["epoch".to_string(), "loss".into()];
        head.extend(self.metrics.iter().map(|name| (*name).into()));
        if validated {
            head.push("validation loss".into());
            head.extend(self.metrics.iter().map(|name| format!("validation {name}")));
        }
        head.extend(["seconds".into(), "samples/s".into()]);
        let row = |epoch: &Epoch| {
            let scores = |scores: Option<&Scores>| match scores {
                Some(s) => [s.loss].iter().chain(&s.metrics).map(|&value| table::figure(value)).collect(),
                None => vec![String::new(); 1 + self.metrics.len()],
            };
            let mut row = vec![epoch.number.to_string()];
            row.extend(scores(Some(&epoch.training)));
            if validated {
                row.extend(scores(epoch.validation.as_ref()));
            }
            row.push(format!("{:.2}", epoch.seconds));
            row.push(table::thousands(epoch.samples_per_second as u64));
            row
        };
        let rows = self.epochs.iter().map(row).collect();
        table::Table { head, rows, foot: None, left: 0 }.fmt(f)?;
        if self.stopped_early {
            write!(f, "\nstopped early; the weights are those of epoch {}", self.kept)?;
        }
        Ok(())
    }
}
