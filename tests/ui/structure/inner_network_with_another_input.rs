use formwork::network;

network! {
    pub struct Decoder(z: [20]) -> [784] {
        z -> Dense(400) -> Relu -> Dense(784) -> Sigmoid
    }

    pub struct AutoEncoder(image: [784]) -> [784] {
        image -> Dense(400) -> Relu -> Dense(32) -> decoder: Decoder
    }
}

fn main() {
    let whole = AutoEncoder::new(1);
    println!("{}", whole.decoder.dense1.bias[0]);
}
