use formwork::prelude::*;

network! {
    pub struct Digits
}

fn main() {
    let mut digits = Digits::new(7);
    digits.copy_from(&Digits::new(8));
    println!("{} {:?}", Digits::summary(), digits);
}
