use formwork::prelude::*;

mod sounds {
    formwork::network! {
        pub struct Listener(sound: [.., 12]) -> [16] { sound -> Gru(16) -> Last }
    }
}

network! {
    struct Speaker(sound: [64, 12]) -> [9] {
        sound -> heard: sounds::Listener => [16] -> Dense(9)
    }
}

fn main() {
    let speaker = Speaker::new(1);
    let _ = speaker;
}
