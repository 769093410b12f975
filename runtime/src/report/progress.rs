//! The progress of training, on a terminal.

use super::table::figure;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// The progress bar of one epoch, or nothing at all where nobody looks.
pub(crate) struct Progress {
    /// The bar, and when its text was last written.
    bar: Option<(ProgressBar, Instant)>,
    started: Instant,
}

/// How often the text is written anew.
const PAUSE: Duration = Duration::from_millis(100);

impl Progress {
    /// Begins an epoch of that many samples; silent where asked or where the error stream is not a terminal.
    pub(crate) fn start(epoch: usize, epochs: usize, samples: usize, quiet: bool) -> Self {
        let started = Instant::now();
        let seen = !quiet && std::io::stderr().is_terminal();
        let bar = seen.then(|| {
            let bar = ProgressBar::new(samples as u64).with_prefix(format!("epoch {epoch}/{epochs}"));
            // A template that could not be read would leave the plain style: no error worth stopping for.
            if let Ok(style) = ProgressStyle::with_template("{prefix} {bar:32} {pos}/{len} {msg}") {
                bar.set_style(style);
            }
            (bar, started)
        });
        Progress { bar, started }
    }

    /// Shows how far the epoch is; `figures` gives the loss and metrics so far, and is asked a few times a second.
    pub(crate) fn step(&mut self, samples: usize, figures: impl FnOnce() -> String) {
        let Some((bar, written)) = &mut self.bar else { return };
        bar.set_position(samples as u64);
        if written.elapsed() >= PAUSE {
            *written = Instant::now();
            let rate = samples as f64 / self.started.elapsed().as_secs_f64();
            bar.set_message(format!("{} {rate:.0} samples/s", figures()));
        }
    }

    /// Ends the epoch and leaves a line with its figures.
    pub(crate) fn finish(self, figures: impl FnOnce() -> String) {
        if let Some((bar, _)) = self.bar {
            bar.finish_with_message(figures());
        }
    }
}

/// `loss 0.034121 accuracy 0.98910`
pub(crate) fn figures(loss: f64, names: &[&str], metrics: &[f64]) -> String {
    let metrics: String =
        names.iter().zip(metrics).map(|(name, &value)| format!(" {name} {}", figure(value))).collect();
    format!("loss {}{metrics}", figure(loss))
}
