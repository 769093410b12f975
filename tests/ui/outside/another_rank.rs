use formwork::prelude::*;

mod vision {
    formwork::network! {
        pub struct Backbone(image: [3, 8, 8]) -> [4, 2, 2] { image -> Conv2d(4, kernel: 3, stride: 3) }
    }
}
use vision::Backbone;

network! {
    struct Flat(x: [192]) -> [16] { x -> Backbone => [16] }

    struct Claimed(x: [3, 8, 8]) -> [16] { x -> Backbone => [16] }
}

fn main() {}
