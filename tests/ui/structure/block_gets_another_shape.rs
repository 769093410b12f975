use formwork::network;

network! {
    block Residual(channels)(x: [channels, h, w]) -> [channels, h, w] {
        let y = x -> Conv2d(channels, kernel: 3, padding: 1) -> Relu -> Conv2d(channels, kernel: 3, padding: 1);
        x + y
    }

    pub struct Small(image: [3, 8, 8]) -> [10] {
        image -> Conv2d(32, kernel: 3, padding: 1) -> Relu -> Residual(64) -> Flatten -> Dense(10)
    }
}

fn main() {
    let small = Small::new(1);
    println!("{}", small.conv2d1.bias[0]);
}
