use formwork::network;

network! {
    pub struct N
}

fn main() {
    let _ = N::new(7);
}
