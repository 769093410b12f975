formwork::network! {
    struct Net(x: [3, 8, 8]) -> [4] { x -> Conv2d(3, 4, 3) -> GlobalAvgPool2d }
}

fn main() {}
