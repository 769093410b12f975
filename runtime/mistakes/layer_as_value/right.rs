use formwork::network;

network! {
    struct Step(x: [12, 9, 9]) -> [12, 9, 9] {
        let y = x -> stem: Conv2d(12, kernel: 1);
        y + (y -> Relu)
    }
}

fn main() {}
