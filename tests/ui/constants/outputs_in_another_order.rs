const PLACES: usize = 4;
const KINDS: usize = 7;

formwork::network! {
    struct Finder(image: [64]) -> (place: [PLACES], kind: [KINDS]) {
        let h = image -> Dense(32) -> Relu;
        (h -> Dense(KINDS), h -> Dense(PLACES))
    }
}

fn main() {
    let _ = Finder::new(7);
}
