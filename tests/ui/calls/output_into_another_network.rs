formwork::network! {
    struct Generator(z: [8]) -> [3, 16, 16] { z -> Dense(768) -> reshape([3, 16, 16]) }
    struct Judge(image: [3, 14, 14]) -> [1] { image -> Flatten -> Dense(1) }
}

fn main() {
    let made = Generator::new(1).predict(&nalgebra::SVector::zeros());
    let _ = Judge::new(2).predict(&made);
}
