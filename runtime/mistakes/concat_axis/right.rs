use formwork::network;

network! {
    struct Merge(fine: [8, 10, 10], coarse: [4, 10, 10]) -> [12, 10, 10] {
        concat(fine, coarse, axis: 0)
    }
}

fn main() {}
