use formwork::prelude::*;

network! {
    struct Amp(x: [.., 1]) -> [.., 1] { x -> Lstm(8) -> Dense(1) }

    struct Echo(x: [.., 1]) -> [.., 1] { x -> Gru(8) -> Dense(1) }
}

fn main() {
    let amp = Amp::new(1);
    amp.step(&SVector::zeros(), &mut EchoState::default());
    amp.step(&0.5, &mut AmpState::default());
}
