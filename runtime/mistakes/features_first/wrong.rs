use formwork::network;

network! {
    struct Pulse(signal: [1, 250]) -> [246, 8] {
        signal -> Conv1d(8, kernel: 5)
    }
}

fn main() {}
