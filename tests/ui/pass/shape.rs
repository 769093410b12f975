//! The valid twins of the mistakes in `shape`.
#![allow(dead_code)]

mod dense_without_flatten {
    formwork::network! {
        struct N(image: [1, 28, 28]) -> [128] { image -> Conv2d(32, kernel: 3) -> Relu -> MaxPool2d(2) -> Flatten -> Dense(128) }
    }
}

mod dense_stale_claim {
    formwork::network! {
        struct N(image: [32, 7, 7]) -> [10] { image -> Flatten -> fc: Dense(10, in: 1568) }
    }
}

mod conv2d_channel_axis_missing {
    formwork::network! {
        struct N(image: [1, 28, 28]) -> [10] { image -> Conv2d(32, kernel: 3) -> GlobalAvgPool2d -> Dense(10) }
    }
}

mod conv2d_channels_last {
    formwork::network! {
        struct N(image: [3, 224, 224]) -> [10] { image -> conv1: Conv2d(64, kernel: 7, stride: 2) -> GlobalAvgPool2d -> Dense(10) }
    }
}

mod conv2d_batch_axis {
    formwork::network! {
        struct N(image: [1, 28, 28]) -> [10] { image -> Conv2d(32, kernel: 3) -> GlobalAvgPool2d -> Dense(10) }
    }
}

mod batch_norm2d_of_vector {
    formwork::network! {
        struct N(x: [256]) -> [256] { x -> BatchNorm1d }
    }
}

mod max_pool2d_after_flatten {
    formwork::network! {
        struct N(x: [8, 4, 4]) -> [32] { x -> MaxPool2d(2) -> Flatten }
    }
}

mod conv2d_claimed_channels {
    formwork::network! {
        struct N(gray: [1, 28, 28]) -> [16] { gray -> Conv2d(16, kernel: 3, in: 1) -> GlobalAvgPool2d }
    }
}

mod dense_constant_left_behind {
    formwork::network! {
        struct N(image: [1, 32, 32]) -> [10] {
            image -> conv1: Conv2d(8, kernel: 3) -> MaxPool2d(2) -> conv2: Conv2d(16, kernel: 3) -> MaxPool2d(2) -> Flatten -> Dense(10, in: 576)
        }
    }
}

mod conv2d_kernel_too_large {
    formwork::network! {
        struct N(x: [8, 3, 3]) -> [4] { x -> conv5: Conv2d(4, kernel: 4, padding: 1) -> GlobalAvgPool2d }
    }
}

mod conv2d_shrunk_to_nothing {
    formwork::network! {
        struct N(image: [1, 28, 28]) -> [10] {
            image -> conv1: Conv2d(8, kernel: 3, padding: 1) -> Relu -> MaxPool2d(2) -> conv2: Conv2d(8, kernel: 3, padding: 1) -> Relu -> MaxPool2d(2)
                -> conv3: Conv2d(8, kernel: 3, padding: 1) -> conv4: Conv2d(8, kernel: 3, padding: 1) -> conv5: Conv2d(8, kernel: 3) -> GlobalAvgPool2d -> Dense(10)
        }
    }
}

mod max_pool2d_window_too_large {
    formwork::network! {
        struct N(x: [1, 16, 1]) -> [1] { x -> MaxPool2d((2, 1)) -> GlobalAvgPool2d }
    }
}

mod conv2d_same_with_stride {
    formwork::network! {
        struct N(x: [3, 32, 32]) -> [8] { x -> Conv2d(8, kernel: 3, padding: 1, stride: 2) -> GlobalAvgPool2d }
    }
}

mod conv2d_groups {
    formwork::network! {
        struct N(x: [24, 8, 8]) -> [60] { x -> Conv2d(60, kernel: 3, groups: 6) -> GlobalAvgPool2d }
    }
}

mod add_channels {
    formwork::network! {
        struct N(x: [32, 28, 28]) -> [64] {
            let y = x -> c1: Conv2d(64, kernel: 3, padding: 1) -> Relu -> c2: Conv2d(64, kernel: 3, padding: 1) -> Relu;
            y + (x -> Conv2d(64, kernel: 1)) -> Relu -> GlobalAvgPool2d
        }
    }
}

mod add_size {
    formwork::network! {
        struct N(x: [64, 28, 28]) -> [64] {
            let y = x -> c1: Conv2d(64, kernel: 3, padding: 1) -> Relu -> c2: Conv2d(64, kernel: 3, padding: 1);
            y + x -> GlobalAvgPool2d
        }
    }
}

mod add_broadcast {
    formwork::network! {
        struct N(x: [64, 14, 14]) -> [64, 14, 14] {
            let gate = x -> Conv2d(64, kernel: 1) -> Sigmoid;
            x + gate
        }
    }
}

mod dense_larger_than_memory {
    formwork::network! {
        struct N(x: [2147]) -> [65536] { x -> fc: Dense(65536) }
    }
}

fn main() {}

mod concat_height {
    formwork::network! {
        struct Skip(image: [4, 9, 9]) -> [8, 9, 9] {
            let a = image -> Conv2d(4, kernel: 3, padding: 1);
            let b = image -> Conv2d(4, kernel: 3, padding: 1);
            concat(a, b, axis: 0)
        }
    }
}

mod reshape_count {
    formwork::network! {
        struct Decoder(z: [16]) -> [128, 7, 7] { z -> Dense(6272) -> reshape([128, 7, 7]) }
    }
}

mod product_broadcast {
    formwork::network! {
        struct Excite(image: [16, 8, 8]) -> [16, 8, 8] {
            let gate = image -> GlobalAvgPool2d -> Dense(16) -> Sigmoid;
            image * expand(gate, [16, 8, 8])
        }
    }
}

mod vae_heads_of_two_sizes {
    formwork::network! {
        struct Vae(image: [784]) -> (mean: [20], log_var: [20], again: [784]) {
            let h = image -> Dense(400) -> Relu;
            let mean = h -> to_mean: Dense(20);
            let log_var = h -> to_log_var: Dense(20);
            let z = mean + exp(0.5 * log_var) * normal([20]);
            (mean, log_var, z -> Dense(400) -> Relu -> Dense(784) -> Sigmoid)
        }
    }
}

mod index_range {
    formwork::network! {
        struct Words(tokens: [16] in 0..500) -> [32] { tokens -> Embedding(32) -> GlobalAvgPool1d }
        struct Tag(text: [16] in 0..500) -> [7] { text -> words: Words -> Dense(7) }
    }
}
