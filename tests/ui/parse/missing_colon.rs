formwork::network! {
    struct Net(x: [3, 8, 8]) -> [4] { x -> Conv2d(4, kernel 3) -> GlobalAvgPool2d }
}

fn main() {}
