formwork::network! {
    struct Price(rooms: [13]) -> [1] { rooms -> Dense(1) }
}

fn main() {
    let price = Price::new(7);
    let rooms = nalgebra::SVector::<f32, 13>::zeros();
    let _ = price.predict(rooms);
}
