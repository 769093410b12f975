//! The carbon dioxide in the air, one week and twelve weeks ahead: a recurrent network over a series of any length.

use clap::Parser;
use formwork::prelude::*;
use plotters::prelude::*;
use std::path::{Path, PathBuf};

/// The weeks that are held back, the weeks of a year, and how far ahead to look.
const HELD_BACK: usize = 208;
const YEAR: usize = 52;
const AHEAD: usize = 12;

network! {
    /// At each week what the next twelve will be, beyond last year's change over the same weeks.
    pub struct Forecast(weeks: [.., 5]) -> [.., AHEAD] {
        weeks -> Gru(24) -> Dense(AHEAD)
    }
}

#[derive(Parser)]
struct Options {
    #[arg(long, default_value_t = 40)]
    epochs: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long, default_value = "examples/data/timeseries/co2_weekly.csv")]
    data: PathBuf,
    /// Where to draw truth and forecasts
    #[arg(long, default_value = "target/forecast.svg")]
    plot: PathBuf,
    #[arg(long)]
    json: bool,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::parse();
    let (co2, begins) = read(&options.data)?;
    let first = YEAR + 1;
    let held = co2.len() - HELD_BACK;
    // What the weeks before tell, from the second year on.
    let mut weeks: Vec<SVector<f32, 5>> = (first..co2.len()).map(|t| seen(&co2, t)).collect();
    let scale = Standardizer::fit(&weeks[..held - first])?;
    scale.apply(&mut weeks);
    let target = |t: usize| SVector::<f32, AHEAD>::from_fn(|h, _| co2[t + h + 1] - naive(&co2, t, h + 1));

    // Pieces of five years, which overlap; the four years behind them say when to stop, and nobody knows of a week that
    // is held back.
    let turn = held - AHEAD - 4 * YEAR;
    let starts = || (first..turn - AHEAD - 5 * YEAR).step_by(13);
    let piece = |start: usize| start..start + 5 * YEAR;
    let inputs = starts().map(|s| piece(s).map(|t| weeks[t - first]).collect::<Vec<_>>());
    let targets = starts().map(|s| piece(s).map(target).collect::<Vec<_>>());
    let data = Dataset::new(inputs.collect(), targets.collect())?;
    let later = turn..held - AHEAD;
    let validation = Dataset::new(
        vec![weeks[turn - first..held - AHEAD - first].to_vec()],
        vec![later.map(target).collect()],
    )?;

    let mut network = Forecast::new(options.seed);
    println!("{}\n", Forecast::summary());
    let history = Trainer::new(EachStep(MeanSquaredError::new()), Adam::new(3e-3))
        .epochs(options.epochs)
        .batch_size(8)
        .seed(options.seed)
        .validate_on(&validation)
        .stop_early(patience(4))
        .fit(&mut network, &data)?;
    println!("{history}\n");

    // One pass over all weeks: each forecast has seen what was before it, and nothing else.
    let beyond: Vec<SVector<f32, AHEAD>> = network.predict(&weeks);
    let forecast = |t: usize, h: usize| naive(&co2, t, h) + beyond[t - first][h - 1];
    let mut figures = serde_json::Map::new();
    for h in [1, AHEAD] {
        let error = |guess: &dyn Fn(usize) -> f32| {
            let squares = (held..co2.len()).map(|week| (guess(week - h) - co2[week]).powi(2));
            (squares.sum::<f32>() / HELD_BACK as f32).sqrt()
        };
        let ours = error(&|t| forecast(t, h));
        let [year, drift] = [error(&|t| co2[t + h - YEAR]), error(&|t| naive(&co2, t, h))];
        println!("{h:2} weeks ahead: off by {ours:.3} ppm; a year ago {year:.3}, with its change {drift:.3}");
        figures.insert(
            format!("ahead_{h}"),
            serde_json::json!({ "rmse": ours, "a_year_ago": year, "drift": drift }),
        );
    }
    let line = |value: &dyn Fn(usize) -> f32| {
        let year = |week: usize| begins + week as f32 * 7.0 / 365.25;
        (held..co2.len()).map(|week| (year(week), value(week))).collect::<Vec<_>>()
    };
    let lines = [1, AHEAD].map(|h| line(&|week| forecast(week - h, h)));
    let truth = line(&|week| co2[week]);
    draw(&options.plot, &truth, &lines)?;
    println!("drawn in {}", options.plot.display());
    if options.json {
        println!("{}", serde_json::Value::from(figures));
    }
    Ok(())
}

/// Last year's change over the weeks to come, from where we are.
fn naive(co2: &[f32], t: usize, ahead: usize) -> f32 {
    co2[t] + co2[t + ahead - YEAR] - co2[t - YEAR]
}

/// A week: how it differs from the last one and from what last year would have it, the change over a year, the season.
fn seen(co2: &[f32], t: usize) -> SVector<f32, 5> {
    let season = t as f32 * core::f32::consts::TAU * 7.0 / 365.25;
    let (week, year) = (co2[t] - co2[t - 1], co2[t] - co2[t - YEAR]);
    SVector::from([week, co2[t] - naive(co2, t - 1, 1), year, season.sin(), season.cos()])
}

/// The weeks' values, and the year that the first belongs to; those that are missing lie on a line between their neighbours.
fn read(path: &Path) -> Result<(Vec<f32>, f32), Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string(path)?;
    // `1958-03-29,316.1`
    let date = text.lines().nth(1).unwrap_or_default().split([',', '-']);
    let [year, month] = [0, 1].map(|part| date.clone().nth(part).and_then(|n| n.parse::<f32>().ok()));
    let begins = year.unwrap_or_default() + (month.unwrap_or(1.0) - 1.0) / 12.0;
    let cells = text.lines().skip(1).filter_map(|line| line.split(',').nth(1));
    let known: Vec<Option<f32>> = cells.map(|cell| cell.trim().parse().ok()).collect();
    let places: Vec<usize> = (0..known.len()).filter(|&i| known[i].is_some()).collect();
    let value = |i: usize| known[i].unwrap_or_default();
    let mut values = Vec::new();
    for pair in places.windows(2) {
        let step = (value(pair[1]) - value(pair[0])) / (pair[1] - pair[0]) as f32;
        values.extend((pair[0]..pair[1]).map(|i| value(pair[0]) + step * (i - pair[0]) as f32));
    }
    values.extend(places.last().map(|&last| value(last)));
    if values.len() < 10 * YEAR + HELD_BACK {
        return Err("the series is too short: it takes ten years and those that are held back".into());
    }
    Ok((values, begins))
}

/// A picture of the weeks that were held back.
fn draw(
    path: &Path,
    truth: &[(f32, f32)],
    lines: &[Vec<(f32, f32)>; 2],
) -> Result<(), Box<dyn std::error::Error>> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let area = SVGBackend::new(path, (820, 300)).into_drawing_area();
    area.fill(&WHITE)?;
    let all = || truth.iter().chain(lines.iter().flatten()).map(|point| point.1);
    let (low, high) = (all().fold(f32::MAX, f32::min), all().fold(f32::MIN, f32::max));
    let (from, to) = (truth[0].0, truth[truth.len() - 1].0);
    let mut chart = ChartBuilder::on(&area)
        .margin(12)
        .x_label_area_size(32)
        .y_label_area_size(48)
        .build_cartesian_2d(from..to, low - 0.5..high + 0.5)?;
    chart
        .configure_mesh()
        .y_desc("CO₂, ppm")
        .x_labels(5)
        .x_label_formatter(&|year| format!("{year:.0}"))
        .y_label_formatter(&|ppm| format!("{ppm:.0}"))
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.12))
        .label_style(("sans-serif", 14))
        .draw()?;
    let shown = [
        (&BLACK, "measured", truth),
        (&BLUE, "1 week ahead", &lines[0]),
        (&RED, "12 weeks ahead", &lines[1]),
    ];
    for (color, name, line) in shown {
        chart
            .draw_series(LineSeries::new(line.iter().copied(), color))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], color));
    }
    let mut labels = chart.configure_series_labels();
    labels.position(SeriesLabelPosition::UpperLeft).border_style(BLACK).background_style(WHITE).draw()?;
    area.present()?;
    Ok(())
}
