use formwork::network;

const WIDTH: usize = 3;

network! {
    block Halved(channels)(x: [channels, h, w]) -> [channels, h, w] {
        let y = x -> Conv2d(channels, kernel: 3, padding: 1, groups: 2);
        x + y
    }

    struct N(image: [4, 8, 8]) -> [10] {
        image -> Conv2d(WIDTH, kernel: 1) -> a: Halved(WIDTH) -> b: Halved(WIDTH) -> Flatten -> Dense(10)
    }
}

fn main() {
    let _ = N::new(7);
}
