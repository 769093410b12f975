use formwork::network;

network! {
    pub struct Small(x: [16]) -> [10] {
        x -> body: [Dense(64); 3] -> Relu -> Dense(10)
    }
}

fn main() {
    Small::new(1);
}
