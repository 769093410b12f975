formwork::network! {
    pub struct Generator(z: [64]) -> [3, 128, 128] {
        z -> Dense(3 * 128 * 128) -> Sigmoid -> reshape([3, 128, 128])
    }
    pub struct Discriminator(image: [3, 96, 96]) -> [1] {
        image -> Flatten -> Dense(1)
    }
}

fn main() {
    use formwork::prelude::*;
    let (mut generator, mut discriminator) = (Generator::new(1), Discriminator::new(2));
    let data = Dataset::new(vec![[SMatrix::<f32, 96, 96>::zeros(); 3]], vec![()]).unwrap();
    let adam = Adam::new(2e-4);
    let _ = Adversarial::new(adam, adam).fit(&mut generator, &mut discriminator, &data);
}
