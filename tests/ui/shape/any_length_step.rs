use formwork::prelude::*;

network! {
    struct Effect(x: [.., 1]) -> [.., 1] {
        x -> Conv1d(4, kernel: 3, padding: same) -> Lstm(8) -> Dense(1)
    }
}

// What is right in spite of the mistake has no error.
fn play(effect: &Effect, state: &mut EffectState) -> f32 {
    state.reset();
    effect.predict(&[SVector::zeros()])[0][0] + effect.step(&SVector::zeros(), state)[0]
}

fn main() {}
