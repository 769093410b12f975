//! Nine speakers by how they say two vowels: a recurrent network over sequences of 7 to 29 steps.

use clap::Parser;
use formwork::data::csv::Table;
use formwork::prelude::*;
use std::path::Path;

network! {
    pub struct Speakers(sound: [.., 12]) -> [9] {
        sound -> Gru(48) -> Last -> Dropout(0.3) -> speaker: Dense(9)
    }
}

/// Twelve coefficients of a moment's sound.
type Frame = SVector<f32, 12>;
type Sounds = Dataset<Vec<Frame>, Index<9>>;

#[derive(Parser)]
struct Options {
    #[arg(long, default_value_t = 60)]
    epochs: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long, default_value = "examples/data/timeseries")]
    data: std::path::PathBuf,
    #[arg(long)]
    json: bool,
}

fn main() -> formwork::Result<()> {
    let options = Options::parse();
    let mut train = read(&options.data.join("japanese_vowels_train.csv"))?;
    let mut test = read(&options.data.join("japanese_vowels_test.csv"))?;
    let scale = Standardizer::fit(&train.inputs.concat())?;
    for sound in train.inputs.iter_mut().chain(&mut test.inputs) {
        scale.apply(sound);
    }

    let mut speakers = Speakers::new(options.seed);
    println!("{}\n", Speakers::summary());
    let history = Trainer::new(CrossEntropy::new(), AdamW::new(3e-3))
        .epochs(options.epochs)
        .batch_size(16)
        .seed(options.seed)
        .metric(Accuracy)
        .fit(&mut speakers, &train)?;
    println!("{history}\n");

    let answers = speakers.predict_batch(&test.inputs)?;
    let accuracy = Accuracy.of(&answers, &test.targets)?;
    println!("{:.1} % of {} sounds of the official test part are right", 100.0 * accuracy, test.len());

    // The same network frame by frame, as the sound comes in: when does it know?
    let (sound, truth) = (&test.inputs[0], test.targets[0].get());
    let mut state = SpeakersState::default();
    let answers: Vec<usize> = sound.iter().map(|frame| speakers.step(frame, &mut state).imax()).collect();
    println!("frame by frame a sound of speaker {truth} is taken for {answers:?}");
    if options.json {
        println!("{}", serde_json::json!({ "test_accuracy": accuracy }));
    }
    Ok(())
}

/// A row of the table is a frame; those of a sound stand together, numbered from 0.
fn read(path: &Path) -> formwork::Result<Sounds> {
    let table = Table::read(path)?;
    let frames = table.all_but::<f32, 12>(&["series", "label", "step"])?;
    let (steps, speakers) = (table.numbers::<f32, 1>(["step"])?, table.classes::<9>("label")?);
    let mut sounds = Sounds::default();
    for ((frame, step), speaker) in frames.into_iter().zip(steps).zip(speakers) {
        if step[0] == 0.0 {
            sounds.inputs.push(Vec::new());
            sounds.targets.push(speaker);
        }
        if let Some(sound) = sounds.inputs.last_mut() {
            sound.push(frame);
        }
    }
    Ok(sounds)
}
