formwork::network! {
    struct Digits(image: [1, 28, 28]) -> [10] { image -> Flatten -> logits: Dense(10) }
}

fn main() {
    let digits = Digits::new(7);
    let image = [nalgebra::SMatrix::<f32, 28, 28>::zeros(); 3];
    let _ = digits.predict(&image);
}
