formwork::network! {
    pub struct Generator(z: [8]) -> [4] {
        z -> Dense(4)
    }
    pub struct Discriminator(x: [4], class: [] in 0..10) -> [1] {
        concat(x, class -> Embedding(2), axis: 0) -> Dense(1)
    }
}

fn main() {
    use formwork::prelude::*;
    let (mut generator, mut discriminator) = (Generator::new(1), Discriminator::new(2));
    let classes = vec![Index::<10>::new(3).unwrap()];
    let data = Dataset::new(vec![SVector::<f32, 4>::zeros()], classes).unwrap();
    let adam = Adam::new(2e-4);
    let _ = Adversarial::new(adam, adam).fit(&mut generator, &mut discriminator, &data);
}
