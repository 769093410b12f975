formwork::network! {
    struct Two(left: [4], right: [6]) -> [3] { concat(left, right, axis: 0) -> Dense(3) }
}

fn main() {
    let two = Two::new(7);
    let left = nalgebra::SVector::<f32, 4>::zeros();
    let _ = two.predict(&left);
}
