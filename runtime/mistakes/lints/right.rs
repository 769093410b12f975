use formwork::network;

network! {
    #[deny(formwork::missing_activation)]
    struct Wine(measures: [11]) -> [3] { measures -> hidden: Dense(16) -> Relu -> scores: Dense(3) }
}

fn main() {}
