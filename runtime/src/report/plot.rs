//! The curves of a training run, as an SVG picture.

use crate::train::{Epoch, History, Scores};
use core::ops::Range;
use plotters::coord::Shift;
use plotters::prelude::*;

const TRAINING: RGBColor = RGBColor(31, 119, 180);
const VALIDATION: RGBColor = RGBColor(214, 39, 40);

/// One panel for the loss and one for each metric, below each other.
pub(crate) fn curves(history: &History) -> Result<String, String> {
    if history.epochs.is_empty() {
        return Err("the history has no epochs".into());
    }
    let panels = 1 + history.metrics.len();
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (800, 320 * panels as u32)).into_drawing_area();
        area.fill(&WHITE).map_err(|error| error.to_string())?;
        for (panel, area) in area.split_evenly((panels, 1)).iter().enumerate() {
            let drawn = match panel.checked_sub(1) {
                None => draw(area, history, "loss", &|scores| scores.loss),
                Some(metric) => {
                    draw(area, history, history.metrics[metric], &|scores| scores.metrics[metric])
                }
            };
            drawn.map_err(|error| error.to_string())?;
        }
        area.present().map_err(|error| error.to_string())?;
    }
    Ok(svg)
}

fn draw<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    history: &History,
    name: &str,
    value: &dyn Fn(&Scores) -> f64,
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    let points = |scores: &dyn Fn(&Epoch) -> Option<f64>| -> Vec<(f64, f64)> {
        let points = history.epochs.iter().filter_map(|epoch| Some((epoch.number as f64, scores(epoch)?)));
        points.filter(|(_, y)| y.is_finite()).collect()
    };
    let training = points(&|epoch| Some(value(&epoch.training)));
    let validation = points(&|epoch| epoch.validation.as_ref().map(value));
    // The legend goes where the curves are not: above what falls, below what rises.
    let falls = training.first().map(|point| point.1) >= training.last().map(|point| point.1);
    let (x, y) = ranges(history.epochs.len(), training.iter().chain(&validation).map(|point| point.1));
    let mut chart = ChartBuilder::on(area)
        .caption(format!("{}: {name}", history.network), ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(70)
        .build_cartesian_2d(x, y)?;
    chart
        .configure_mesh()
        .x_desc("epoch")
        .x_labels(history.epochs.len().clamp(2, 12))
        .x_label_formatter(&|x| if x.fract() == 0.0 { format!("{x}") } else { String::new() })
        .y_labels(6)
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.12))
        .label_style(("sans-serif", 14))
        .draw()?;
    for (points, label, color) in [(training, "training", TRAINING), (validation, "validation", VALIDATION)] {
        if points.is_empty() {
            continue;
        }
        let dots = points.iter().map(|&point| Circle::new(point, 3, color.filled()));
        chart.draw_series(dots)?;
        chart
            .draw_series(LineSeries::new(points, color.stroke_width(2)))?
            .label(label)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(if falls { SeriesLabelPosition::UpperRight } else { SeriesLabelPosition::LowerRight })
        .label_font(("sans-serif", 14))
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .draw()
}

/// The axes: whole epochs, and values with a little room above and below.
fn ranges(epochs: usize, values: impl Iterator<Item = f64>) -> (Range<f64>, Range<f64>) {
    let (low, high) =
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| (low.min(y), high.max(y)));
    let x = if epochs == 1 { 0.5..1.5 } else { 1.0..epochs as f64 };
    let y = match high - low {
        // No finite value at all: the picture stays empty.
        span if !span.is_finite() => 0.0..1.0,
        span if span <= 0.0 => low - 0.5 * low.abs().max(1e-6)..high + 0.5 * high.abs().max(1e-6),
        span => low - 0.08 * span..high + 0.08 * span,
    };
    (x, y)
}
