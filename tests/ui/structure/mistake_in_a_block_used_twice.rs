use formwork::network;

network! {
    block Mlp(hidden)(x: [n]) -> [n] {
        x -> up: Dense(hidden) -> Relu -> down: Dense(n, in: 2 * hidden)
    }

    pub struct Small(x: [8]) -> [4] {
        x -> Mlp(16) -> Dense(4) -> Mlp(12)
    }
}

fn main() {
    Small::new(1);
}
