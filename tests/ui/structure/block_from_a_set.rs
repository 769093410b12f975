formwork::blocks! {
    vision {
        block Residual(channels)(x: [c, h, w]) -> [channels, h, w] {
            let y = x -> conv1: Conv2d(channels, kernel: 3, padding: 1) -> Relu -> conv2: Conv2d(channels, kernel: 3);
            x + y
        }
    }
}

formwork::network! {
    use vision;

    pub struct Small(image: [16, 8, 8]) -> [10] {
        image -> body: Residual(16) -> Flatten -> Dense(10)
    }
}

fn main() {
    Small::new(1);
}
