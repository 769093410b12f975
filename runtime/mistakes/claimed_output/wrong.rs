use formwork::network;

mod audio {
    formwork::network! { pub struct Encoder(sound: [80]) -> [48] { sound -> Dense(48) -> Tanh } }
}

network! { struct Words(sound: [80]) -> [9] { sound -> audio::Encoder => [64] -> Dense(9) } }

fn main() {}
