formwork::network! {
    struct Net(scan: [1, 61, 61]) -> [2, 61, 61] {
        let first = scan -> Conv2d(8, kernel: 3, padding: 1) -> Relu;
        let up = first -> MaxPool2d(2) -> Upsample(2);
        concat(up, first, axis: 0) -> Conv2d(2, kernel: 1)
    }
}

fn main() {}
