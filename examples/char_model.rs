//! A text, character by character: a transformer, or an LSTM, learns which one comes next, and goes on with a text of its
//! own.

use clap::{Parser, ValueEnum};
use formwork::noise::{Noise, Stream};
use formwork::{Error, data::Index, prelude::*, tensor::zeroed_vec};
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

    /// The same with a memory, which learns from pieces of text.
    pub struct Recurrent(text: [LENGTH] in 0..CHARACTERS) -> [LENGTH, CHARACTERS] {
        text -> Embedding(64) -> Lstm(256) -> Dense(CHARACTERS)
    }

    /// The same over text of any length.
    pub struct Reader(text: [..] in 0..CHARACTERS) -> [.., CHARACTERS] {
        text -> Embedding(64) -> Lstm(256) -> Dense(CHARACTERS)
    }
}

type Code = Index<CHARACTERS>;
type Text = [Code; LENGTH];
type Scores = SMatrix<f32, CHARACTERS, LENGTH>;

#[derive(Clone, Copy, ValueEnum)]
enum Model {
    Transformer,
    Lstm,
}

#[derive(Parser)]
struct Options {
    #[arg(long, value_enum, default_value_t = Model::Transformer)]
    model: Model,
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
    let beginning = &test[..LENGTH / 2];
    let (text, [loss, seconds]) = match options.model {
        Model::Transformer => {
            let (network, result) = trained(Transformer::new(options.seed), train, test, &options)?;
            let (mut state, mut seen) = (TransformerState::new(), Vec::new());
            let text = written(beginning, options.seed, |code| {
                if state.is_full() {
                    // It reads the last half of what it has seen anew, and goes on from there.
                    state.reset();
                    seen.drain(..LENGTH / 2);
                    seen.iter().try_for_each(|code| network.step(code, &mut state).map(drop))?;
                }
                seen.push(code);
                network.step(&code, &mut state)
            });
            (text, result)
        }
        Model::Lstm => {
            let (network, result) = trained(Recurrent::new(options.seed), train, test, &options)?;
            let (mut reader, mut state) = (Reader::new(0), ReaderState::default());
            reader.as_mut_slice().copy_from_slice(network.as_slice());
            let text = written(beginning, options.seed, |code| Ok(reader.step(&[code], &mut state)));
            (text, result)
        }
    };
    println!("{}", text?);
    if options.json {
        println!("{}", serde_json::json!({ "held_back_loss": loss, "seconds": seconds }));
    }
    Ok(())
}

/// The network after it has read the first part of a text; says what it makes of the other, in nats per character and seconds.
fn trained<N>(
    mut network: Box<N>,
    train: &[Code],
    test: &[Code],
    options: &Options,
) -> Result<(Box<N>, [f64; 2]), Error>
where
    N: for<'a> Network<Scalar = f32, Sample = Text, Batch<'a> = &'a [Text], Output = Scores>,
{
    println!("{}\n", formwork::report::summary(N::GRAPH));
    let start = std::time::Instant::now();
    let (adam, mut stream) = (AdamW::new(2e-3), Stream::new(options.seed, 1));
    let (mut state, mut gradient, mut workspace) = (adam.start(&*network), N::zeroed(), Workspace::new());
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
    Ok((network, [loss, seconds]))
}

/// A piece of text, and what comes after each of its characters.
fn pair(text: &[Code], place: usize) -> (Text, Text) {
    (core::array::from_fn(|i| text[place + i]), core::array::from_fn(|i| text[place + i + 1]))
}

/// A beginning with 500 characters behind it, drawn from what `next` says of each.
fn written(
    beginning: &[Code],
    seed: u64,
    mut next: impl FnMut(Code) -> Result<SVector<f32, CHARACTERS>, Error>,
) -> Result<String, Error> {
    let (mut text, mut stream) = (beginning.to_vec(), Stream::new(seed, 2));
    for i in 0..beginning.len() + 499 {
        let scores = next(text[i])?;
        if i + 1 < beginning.len() {
            continue;
        }
        let powers = scores.map(|score| (1.25 * (score - scores.max())).exp());
        let mut left = stream.random::<f32>() * powers.sum();
        let drawn = powers.iter().position(|power| {
            left -= power;
            left < 0.0
        });
        text.push(Index::new(drawn.unwrap_or(0))?);
    }
    Ok(text.into_iter().map(|code| character(code.get())).collect())
}

fn code(character: char) -> Code {
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
