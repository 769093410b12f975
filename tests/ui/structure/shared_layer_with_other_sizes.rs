use formwork::network;

network! {
    block Tower(n)(x: [m]) -> [n] { x -> Dense(64) -> Relu -> Dense(n) }

    pub struct Pair(query: [300], document: [512]) -> [1] {
        layer tower = Tower(32);
        let q = query -> tower;
        let d = document -> tower;
        q * d -> Dense(1)
    }
}

fn main() {
    Pair::new(1);
}
