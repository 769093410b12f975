//! The valid twins of the mistakes in `parse`.
#![allow(dead_code)]

mod operator_after_layer {
    formwork::network! {
        struct N(x: [8]) -> [8] { (x -> Dense(8)) + x }
    }
}

mod let_without_value {
    formwork::network! {
        struct N(x: [8]) -> [8] { let y = x; x -> Relu }
    }
}

mod arrow_without_layer {
    formwork::network! {
        struct N(x: [8]) -> [8] { let y = x -> Relu; y -> Relu }
    }
}

mod semicolon_after_result {
    formwork::network! {
        struct N(x: [8]) -> [8] { x -> Relu }
    }
}

mod equals_in_argument {
    formwork::network! {
        struct N(x: [1, 8, 8]) -> [4] { x -> Conv2d(4, kernel: 3) -> GlobalAvgPool2d }
    }
}

mod head_alone {
    formwork::network! {
        pub struct N(x: [8]) -> [8] { x }
    }
}

mod no_body {
    formwork::network! {
        struct N(x: [8]) -> [8] { x }
    }
}

mod zero_dimension {
    formwork::network! {
        struct N(x: [1, 28]) -> [1, 8] { x -> Dense(8) }
    }
}

mod keyword_as_name {
    formwork::network! {
        struct N(kind: [8]) -> [8] { kind }
    }
}

mod repetition_not_yet {
    formwork::network! {
        struct N(x: [8]) -> [8] { x -> Dense(8) -> Relu }
    }
}

mod constant_not_yet {
    formwork::network! {
        struct N(x: [16]) -> [8] { x -> Dense(8) }
    }
}

fn main() {}
