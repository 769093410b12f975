formwork::network! {
    block Residual(c)(x: [k, h, w]) -> [c, h, w] {
        let y = x -> Conv2d(c, kernel: 3, padding: 1) -> Relu;
        x + y
    }
    struct Net(image: [3, 8, 8]) -> [16, 8, 8] { image -> Residual(8) -> Residual(16) }
}

fn main() {}
