//! The valid twins of what people write who come from elsewhere, and of what lies further up.
#![allow(dead_code)]

mod arrows {
    // fat_arrow, dots_for_arrows, commas_for_arrows, missing_arrow, sequential, path_of_a_layer
    formwork::network! {
        struct Net(x: [8]) -> [3] { x -> Dense(5) -> Relu -> Dense(3) }
    }
}

mod statements {
    // missing_semicolon, missing_let, return_before_the_result
    formwork::network! {
        struct Net(x: [8]) -> [3] {
            let hidden = x -> Dense(5) -> Relu;
            hidden -> Dense(3)
        }
    }
}

mod arguments {
    // missing_comma, missing_colon, quotes, three_by_place, normalisation_with_its_size, activation_as_argument
    formwork::network! {
        struct Padded(x: [3, 8, 8]) -> [4] { x -> Conv2d(4, kernel: 3, padding: 1) -> GlobalAvgPool2d }
        struct Same(x: [3, 8, 8]) -> [4] { x -> Conv2d(4, kernel: 3, padding: same) -> GlobalAvgPool2d }
        struct Claimed(x: [3, 8, 8]) -> [4] { x -> Conv2d(4, in: 3, kernel: 3) -> GlobalAvgPool2d }
        struct Normal(x: [8]) -> [8] { x -> Dense(8) -> LayerNorm }
        struct Active(x: [8]) -> [3] { x -> Dense(5) -> Relu -> Dense(3) }
    }
}

mod shapes {
    // shape_in_parentheses, batch_axis_*, negative_dimension, fraction_dimension, reshape_without_brackets
    formwork::network! {
        struct Image(x: [1, 28, 28]) -> [3] { x -> Flatten -> Dense(3) }
        struct Vector(x: [784]) -> [3] { x -> Dense(3) }
        struct Reshaped(x: [8]) -> [2, 4] { x -> reshape([2, 4]) }
    }
}

mod calls {
    // layer_called_like_a_function, class_for_struct, number_of_outputs_missing, layer_with_inputs_first
    formwork::network! {
        struct Net(x: [8]) -> [3] { x -> Dense(3) }
        struct Claimed(x: [8]) -> [3] { x -> Dense(5, in: 8) -> Relu -> Dense(3) }
    }
}

mod repeated {
    // loop_in_a_body
    formwork::network! {
        struct Net(x: [8]) -> [8] { x -> [Dense(8); 3] }
    }
}

mod several {
    // values_without_parentheses, outputs_in_another_order
    formwork::network! {
        struct Net(x: [8]) -> (a: [8], b: [3]) { (x, x -> Dense(3)) }
        struct Ordered(x: [8]) -> (mean: [2], spread: [3]) {
            let (mean, spread) = (x -> Dense(2), x -> Dense(3));
            (mean, spread)
        }
    }
}

mod further_up {
    // unet_of_odd_size, residual_in_a_block, axis_counted_with_the_batch, embedding_of_numbers
    formwork::network! {
        struct Unet(scan: [1, 61, 61]) -> [2, 61, 61] {
            let first = scan -> Conv2d(8, kernel: 3, padding: 1) -> Relu;
            let up = first -> MaxPool2d(2) -> Upsample(size: 61);
            concat(up, first, axis: 0) -> Conv2d(2, kernel: 1)
        }

        block Residual(c)(x: [k, h, w]) -> [c, h, w] {
            let y = x -> Conv2d(c, kernel: 3, padding: 1) -> Relu;
            (x -> Conv2d(c, kernel: 1)) + y
        }
        struct Net(image: [3, 8, 8]) -> [16, 8, 8] { image -> Residual(8) -> Residual(16) }

        struct Axes(x: [3, 8, 8]) -> [3, 8] { sum(x, axis: 1) -> Softmax(axis: 1) }
        struct Words(tokens: [20] in 0..1000) -> [20, 8] { tokens -> Embedding(8) }
    }
}

fn main() {}
