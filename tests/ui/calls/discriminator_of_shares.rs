formwork::network! {
    pub struct Generator(z: [8]) -> [4] {
        z -> Dense(4)
    }
    pub struct Discriminator(x: [4]) -> [1] {
        x -> Dense(1) -> Sigmoid
    }
}

fn main() {
    use formwork::prelude::*;
    let (mut generator, mut discriminator) = (Generator::new(1), Discriminator::new(2));
    let data = Dataset::new(vec![SVector::<f32, 4>::zeros()], vec![()]).unwrap();
    let adam = Adam::new(2e-4);
    let _ = Adversarial::new(adam, adam).fit(&mut generator, &mut discriminator, &data);
}
