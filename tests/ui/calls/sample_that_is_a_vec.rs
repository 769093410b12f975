formwork::network! {
    struct Price(rooms: [13]) -> [1] { rooms -> Dense(1) }
}

fn main() {
    let price = Price::new(7);
    let rooms = vec![0.0f32; 13];
    let _ = price.predict(&rooms);
}
