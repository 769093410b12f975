//! A text, character by character: a transformer learns which one comes next, and goes on with a text of its own.

use clap::Parser;
use formwork::noise::{Noise, Stream};
use formwork::{data::Index, prelude::*, tensor::zeroed_vec};
use rand::RngExt;

/// The characters that a piece of text has.
const LENGTH: usize = 64;
/// The characters that there are: a new line and printable ASCII; all others are a question mark.
const CHARACTERS: usize = 96;

network! {
    use formwork::sets::transformer;

    /// For each character which one comes next, out of all that stand before it.
    pub struct Transformer(text: [LENGTH] in 0..CHARACTERS) -> [LENGTH, CHARACTERS] {
        text
            -> Embedding(128) -> PositionEmbedding
            -> [DecoderOnlyLayer(4, 512, 0.0); 2]
            -> LayerNorm -> Dense(CHARACTERS)
    }
}

type Text = [Index<CHARACTERS>; LENGTH];
type Scores = SMatrix<f32, CHARACTERS, LENGTH>;

#[derive(Parser)]
struct Options {
    /// Any text; the last tenth of it is held back
    #[arg(long, default_value = "examples/data/text/pride_and_prejudice.txt")]
    text: std::path::PathBuf,
    #[arg(long, default_value_t = 2000)]
    steps: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long)]
    json: bool,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::parse();
    let text: Vec<_> = std::fs::read_to_string(&options.text)?.chars().map(code).collect();
    let (train, test) = text.split_at(text.len() / 10 * 9);
    if test.len() <= 2 * LENGTH {
        return Err("the text is too short".into());
    }
    println!("{}\n", Transformer::summary());
    let start = std::time::Instant::now();
    let mut network = Transformer::new(options.seed);
    let (adam, mut stream) = (AdamW::new(2e-3), Stream::new(options.seed, 1));
    let (mut state, mut gradient, mut workspace) =
        (adam.start(&*network), Transformer::zeroed(), Workspace::new());
    for step in 0..options.steps {
        // The rate rises for a while, and then falls as a cosine does.
        let done = step as f64 / options.steps as f64;
        adam.set_rate(&mut state, 2e-3 * (20.0 * done).min(0.5 + 0.5 * (std::f64::consts::PI * done).cos()));
        let places = (0..32).map(|_| stream.random_range(0..train.len() - LENGTH));
        let (inputs, targets): (Vec<_>, Vec<_>) = places.map(|place| pair(train, place)).unzip();
        let noise = Noise { seed: options.seed, step: step as u64, first: 0 };
        let mut pass = network.forward(&inputs, Selection::All, noise, &mut workspace)?;
        let (outputs, gradients) = pass.outputs_and_gradients();
        let loss = CrossEntropy::new().loss(outputs, &targets, Selection::All, gradients)?;
        pass.backward(&mut gradient);
        adam.step(&mut state, &mut network, &gradient);
        if step % 200 == 0 {
            println!("step {step:5}: {loss:.3} nats per character");
        }
    }
    let places = (0..test.len() - LENGTH).step_by(LENGTH);
    let (inputs, targets): (Vec<_>, Vec<_>) = places.map(|place| pair(test, place)).unzip();
    let mut scores = zeroed_vec::<Scores>(inputs.len());
    network.predict_selected(&inputs, Selection::All, &mut scores, &mut workspace)?;
    let loss = CrossEntropy::new().value(&scores, &targets, Selection::All)?;
    let seconds = start.elapsed().as_secs_f64();
    println!("\nheld back: {loss:.3} nats per character, after {seconds:.0} s\n");
    println!("{}", written(&network, &test[..LENGTH / 2], 500, options.seed)?);
    if options.json {
        println!("{}", serde_json::json!({ "held_back_loss": loss, "seconds": seconds }));
    }
    Ok(())
}

/// A piece of text, and what comes after each of its characters.
fn pair(text: &[Index<CHARACTERS>], place: usize) -> (Text, Text) {
    (core::array::from_fn(|i| text[place + i]), core::array::from_fn(|i| text[place + i + 1]))
}

/// What the network writes behind a beginning, drawn from its probabilities.
fn written(
    network: &Transformer,
    beginning: &[Index<CHARACTERS>],
    len: usize,
    seed: u64,
) -> Result<String, formwork::Error> {
    let (mut text, mut stream) = (beginning.to_vec(), Stream::new(seed, 2));
    let (mut workspace, mut scores) = (Workspace::new(), zeroed_vec::<Scores>(1));
    for _ in 0..len {
        let seen = &text[text.len().saturating_sub(LENGTH)..];
        // What stands behind the last character is seen by none before it.
        let piece: Text = core::array::from_fn(|i| *seen.get(i).unwrap_or(&seen[0]));
        network.predict_selected(&[piece], Selection::All, &mut scores, &mut workspace)?;
        let column = scores[0].column(seen.len() - 1);
        let powers: Vec<f32> = column.iter().map(|score| (1.25 * (score - column.max())).exp()).collect();
        let mut left = stream.random::<f32>() * powers.iter().sum::<f32>();
        let drawn = powers.iter().position(|power| {
            left -= power;
            left < 0.0
        });
        text.push(Index::new(drawn.unwrap_or(0))?);
    }
    Ok(text.iter().map(|code| character(code.get())).collect())
}

fn code(character: char) -> Index<CHARACTERS> {
    let code = match character {
        '\n' => 0,
        ' '..='~' => character as usize - ' ' as usize + 1,
        _ => '?' as usize - ' ' as usize + 1,
    };
    Index::new(code).expect("below 96")
}

fn character(code: usize) -> char {
    if code == 0 { '\n' } else { (b' ' + code as u8 - 1) as char }
}
