//! Wide and deep (Cheng and others, 2016): vectors for categories go through a deep network, while the numbers and the
//! crossed categories also reach the answer directly. The trips of an invented taxi company are priced.

use clap::Parser;
use formwork::noise::Stream;
use formwork::prelude::*;
use rand::RngExt;

network! {
    pub struct Fare(weekday: [] in 0..7, hour: [] in 0..24, crossed: [] in 0..168, trip: [2]) -> [1] {
        let deep = concat(weekday -> days: Embedding(4), hour -> hours: Embedding(6), trip, axis: 0)
            -> Dense(32) -> Relu -> Dense(16) -> Relu -> Dense(1);
        // One weight for each hour of the week, and a linear model of the numbers.
        let wide = (crossed -> week: Embedding(1)) + (trip -> linear: Dense(1));
        wide + deep
    }
}

#[derive(Parser)]
struct Options {
    #[arg(long, default_value_t = 15)]
    epochs: usize,
}

#[derive(Default)]
struct Trips {
    weekday: Vec<Index<7>>,
    hour: Vec<Index<24>>,
    crossed: Vec<Index<168>>,
    trip: Vec<SVector<f32, 2>>,
    price: Vec<SVector<f32, 1>>,
}

impl Trips {
    fn invent(len: usize, seed: u64) -> formwork::Result<Trips> {
        let mut dice = Stream::new(seed, 0);
        let mut trips = Trips::default();
        for _ in 0..len {
            let (day, hour) = (dice.random_range(0..7usize), dice.random_range(0..24usize));
            let (km, minutes) = (dice.random_range(0.5..20.0f32), dice.random_range(0.0..15.0f32));
            let night = if hour < 6 || day >= 5 && hour > 20 { 1.4 } else { 1.0 };
            let rush = if day < 5 && matches!(hour, 7..=9 | 16..=18) { 6.0 } else { 0.0 };
            let price = night * (4.0 + 1.9 * km + 0.4 * minutes) + rush + dice.random_range(-0.5..0.5f32);
            trips.weekday.push(Index::new(day)?);
            trips.hour.push(Index::new(hour)?);
            trips.crossed.push(Index::new(day * 24 + hour)?);
            trips.trip.push(SVector::from([km / 10.0, minutes / 10.0]));
            trips.price.push(SVector::from([price / 10.0]));
        }
        Ok(trips)
    }

    fn batch(&self) -> (FareBatch<'_>, &[SVector<f32, 1>]) {
        let Trips { weekday, hour, crossed, trip, price } = self;
        (FareBatch { weekday, hour, crossed, trip }, price)
    }
}

fn main() -> formwork::Result<()> {
    let options = Options::parse();
    let (train, test) = (Trips::invent(20_000, 1)?, Trips::invent(2_000, 2)?);
    println!("{}\n", Fare::summary());
    let mut network = Fare::new(1);
    let history = Trainer::new(MeanSquaredError::new(), Adam::new(2e-3))
        .epochs(options.epochs)
        .batch_size(64)
        .validate_on(&test.batch())
        .fit(&mut network, &train.batch())?;
    let prices = network.predict_batch(test.batch().0)?;
    let off: f32 = prices.iter().zip(&test.price).map(|(p, t)| 10.0 * (p - t).abs().x).sum();
    println!("{history}\n\nmean error of unseen trips: {:.2} (noise alone: 0.25)", off / prices.len() as f32);
    Ok(())
}
