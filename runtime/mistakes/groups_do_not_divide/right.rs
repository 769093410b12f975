use formwork::network;

network! {
    struct Narrow(x: [10, 8, 8]) -> [16, 6, 6] {
        x -> Conv2d(16, kernel: 3, groups: 2)
    }
}

fn main() {}
