use formwork::network;

network! {
    block Down(channels)(x: [c, h, w]) -> [channels, h / 2, w / 2] {
        x -> Conv2d(channels, kernel: 3, stride: 2) -> Relu
    }

    pub struct Small(image: [3, 32, 32]) -> [10] {
        image -> first: Down(16) -> second: Down(32) -> Flatten -> Dense(10)
    }
}

fn main() {
    Small::new(1);
}
