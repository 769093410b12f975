//! The valid twins of the mistakes in `resolve`.
#![allow(dead_code)]

mod layer_in_capitals {
    formwork::network! {
        struct N(x: [1, 8, 8]) -> [4] { x -> Conv2d(4, kernel: 3) -> GlobalAvgPool2d }
    }
}

mod layer_of_another_framework {
    formwork::network! {
        struct N(x: [8]) -> [4] { x -> Dense(4) }
    }
}

mod argument_misspelled {
    formwork::network! {
        struct N(x: [1, 8, 8]) -> [4] { x -> Conv2d(4, kernel: 3) -> GlobalAvgPool2d }
    }
}

mod argument_of_another_framework {
    formwork::network! {
        struct N(x: [1, 8, 8]) -> [4] { x -> Conv2d(4, kernel: 3) -> GlobalAvgPool2d }
    }
}

mod argument_missing {
    formwork::network! {
        struct N(x: [1, 8, 8]) -> [32] { x -> Conv2d(32, kernel: 3) -> GlobalAvgPool2d }
    }
}

mod argument_twice {
    formwork::network! {
        struct N(x: [1, 8, 8]) -> [4] { x -> Conv2d(4, kernel: 3) -> GlobalAvgPool2d }
    }
}

mod argument_by_place {
    formwork::network! {
        struct N(x: [3, 8, 8]) -> [4] { x -> Conv2d(4, in: 3, kernel: 3) -> GlobalAvgPool2d }
    }
}

mod name_twice {
    formwork::network! {
        struct N(x: [8]) -> [4] { x -> fc: Dense(64) -> Relu -> fc2: Dense(4) }
    }
}

mod value_misspelled {
    formwork::network! {
        struct N(image: [8]) -> [4] {
            let skip = image -> Dense(8);
            let out = skip -> Relu;
            out + skip -> Dense(4)
        }
    }
}

mod value_defined_later {
    formwork::network! {
        struct N(x: [8]) -> [8] {
            let skip = x -> Dense(8);
            let y = skip + x;
            y
        }
    }
}

mod layer_as_value {
    formwork::network! {
        struct N(x: [8]) -> [8] {
            let c1 = x -> Dense(8);
            let y = c1 -> Relu;
            y + c1
        }
    }
}

mod stride_zero {
    formwork::network! {
        struct N(x: [8, 9, 9]) -> [8] { x -> Conv2d(8, kernel: 3, stride: 1) -> GlobalAvgPool2d }
    }
}

mod dropout_percentage {
    formwork::network! {
        struct N(x: [8]) -> [8] { x -> Dropout(0.3) }
    }
}

mod dropout_everything {
    formwork::network! {
        struct N(x: [8]) -> [8] { x -> Dropout(0.9) }
    }
}

mod pool_padding {
    formwork::network! {
        struct N(x: [8, 9, 9]) -> [8] { x -> MaxPool2d(3, padding: 1) -> GlobalAvgPool2d }
    }
}

fn main() {}
