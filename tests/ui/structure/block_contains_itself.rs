use formwork::network;

network! {
    block Encoder(x: [n]) -> [n] { x -> Dense(n) -> Stack }
    block Stack(x: [n]) -> [n] { x -> Encoder -> Relu }

    pub struct Small(x: [8]) -> [8] {
        x -> Encoder
    }
}

fn main() {
    Small::new(1);
}
