//! Several inputs, several outputs, shared weights: a Siamese pair, wide and deep, two heads.

use formwork::prelude::*;

network! {
    block Look(n, kernel, hidden)(image: [c, h, w]) -> [hidden] {
        image
            -> conv1: Conv2d(n, kernel: kernel + 6) -> Relu -> MaxPool2d(2)
            -> conv2: Conv2d(2 * n, kernel: kernel + 3) -> Relu -> MaxPool2d(2)
            -> conv3: Conv2d(2 * n, kernel: kernel) -> Relu -> MaxPool2d(2)
            -> conv4: Conv2d(4 * n, kernel: kernel) -> Relu
            -> Flatten -> fc: Dense(hidden) -> Sigmoid
    }

    /// Koch et al. (2015): whether two letters are the same, from the distance of what one tower sees in each.
    pub struct Siamese(left: [1, 105, 105], right: [1, 105, 105]) -> [1] {
        layer tower = Look(64, 4, 4096);
        abs((left -> tower) - (right -> tower)) -> same: Dense(1)
    }

    pub struct SmallSiamese<T>(left: [1, 41, 41], right: [1, 41, 41]) -> [1] {
        layer tower = Look(1, 2, 3);
        abs((left -> tower) - (right -> tower)) -> same: Dense(1)
    }
}

network! {
    block Deep(width)(x: [n]) -> [1] {
        x -> Dense(4 * width) -> Relu -> Dense(2 * width) -> Relu -> Dense(width) -> Relu -> Dense(1)
    }

    /// Cheng et al. (2016): rules that are learned by heart, and what generalises, added up.
    pub struct WideAndDeep(job: [] in 0..15, school: [] in 0..16, both: [] in 0..240, numbers: [5]) -> [1] {
        let wide = (job -> Embedding(1)) + (school -> Embedding(1)) + (both -> Embedding(1));
        let deep = concat(job -> Embedding(8), school -> Embedding(8), numbers, axis: 0) -> Deep(256);
        wide + deep
    }

    pub struct SmallWideAndDeep<T>(job: [] in 0..3, school: [] in 0..4, both: [] in 0..12, numbers: [2]) -> [1] {
        let wide = (job -> Embedding(1)) + (school -> Embedding(1)) + (both -> Embedding(1));
        let deep = concat(job -> Embedding(2), school -> Embedding(3), numbers, axis: 0) -> Deep(2);
        wide + deep
    }
}

network! {
    block Trunk(n)(image: [c, h, w]) -> [4 * n, h / 4, w / 4] {
        image
            -> Conv2d(2 * n, kernel: 3, padding: 1, bias: false) -> BatchNorm2d -> Relu -> MaxPool2d(2)
            -> Conv2d(4 * n, kernel: 3, padding: 1, bias: false) -> BatchNorm2d -> Relu -> MaxPool2d(2)
    }

    block Head(hidden, n)(x: [c, h, w]) -> [n] {
        x -> GlobalAvgPool2d -> Dense(hidden) -> Relu -> Dense(n)
    }

    /// What it is, and where.
    pub struct Finder(image: [3, 64, 64]) -> (class: [20], place: [4]) {
        let seen = image -> trunk: Trunk(16);
        (seen -> class: Head(64, 20), seen -> place: Head(64, 4) -> Sigmoid)
    }

    pub struct SmallFinder<T>(image: [2, 8, 12]) -> (class: [3], place: [4]) {
        let seen = image -> trunk: Trunk(1);
        (seen -> class: Head(5, 3), seen -> place: Head(3, 4) -> Sigmoid)
    }
}
