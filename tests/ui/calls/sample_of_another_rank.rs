formwork::network! {
    struct Price(rooms: [13]) -> [1] { rooms -> Dense(1) }
}

fn main() {
    let price = Price::new(7);
    let rooms = nalgebra::SMatrix::<f32, 13, 4>::zeros();
    let _ = price.predict(&rooms);
}
