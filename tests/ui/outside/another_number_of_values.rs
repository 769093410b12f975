use formwork::prelude::*;

mod parts {
    formwork::network! {
        pub struct Joint(a: [3], b: [5]) -> [4] { (a -> Dense(4)) + (b -> Dense(4)) }

        pub struct Coder(x: [6]) -> (mean: [2], log_var: [2]) { (x -> mean: Dense(2), x -> log_var: Dense(2)) }
    }
}

network! {
    struct OneForTwo(a: [3]) -> [4] { a -> parts::Joint => [4] }

    struct OneOfTwo(x: [6]) -> [2] { x -> parts::Coder => [2] }

    struct Misread(x: [6]) -> [2] {
        let e = x -> parts::Coder => (mean: [2], log_var: [3]);
        e.mean + (e.log_var -> Dense(2))
    }
}

fn main() {}
