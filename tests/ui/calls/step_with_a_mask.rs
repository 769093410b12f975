use formwork::prelude::*;

network! {
    struct Letters(text: [16, 8], seen: [16] in 0..2) -> [16, 8] {
        text -> MultiHeadAttention(2, causal: true, mask: seen)
    }
}

fn main() {
    let letters = Letters::new(1);
    let seen = [Index::new(1).unwrap(); 16];
    let mut state = LettersState::new();
    letters.step(&SVector::zeros(), &seen, &mut state);
}
