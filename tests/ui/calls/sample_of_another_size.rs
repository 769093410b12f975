formwork::network! {
    struct Digits(image: [1, 28, 28]) -> [10] { image -> Flatten -> logits: Dense(10) }
}

fn main() {
    let digits = Digits::new(7);
    let image = [nalgebra::SMatrix::<f32, 32, 32>::zeros(); 1];
    let _ = digits.predict(&image);
}
