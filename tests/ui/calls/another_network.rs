formwork::network! {
    struct Digits(image: [1, 28, 28]) -> [10] { image -> Flatten -> logits: Dense(10) }
    struct Price(rooms: [13]) -> [1] { rooms -> Dense(1) }
}

fn main() {
    fn show(_: &Digits) {}
    show(&Price::new(7));
}
