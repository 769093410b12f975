use formwork::prelude::*;

network! {
    struct Generator(z: [4]) -> [12] { z -> Dense(12) -> Tanh }
    struct Discriminator(x: [11]) -> [1] { x -> Dense(1) }
}

fn main() {
    let (mut generator, mut discriminator) = (Generator::new(1), Discriminator::new(2));
    let data = Dataset::new(vec![SVector::<f32, 11>::zeros(); 8], vec![(); 8]).unwrap();
    let trainer = Adversarial::new(Adam::new(2e-4), Adam::new(2e-4)).epochs(1);
    let _ = trainer.fit(&mut generator, &mut discriminator, &data);
}
