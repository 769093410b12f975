use formwork::network;

network! {
    struct Step(x: [12, 16, 16]) -> [12, 16, 16] {
        let y = x -> Conv2d(12, kernel: 3, padding: 1) -> Relu;
        x + y
    }
}

fn main() {}
