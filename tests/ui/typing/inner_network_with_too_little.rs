use formwork::prelude::*;

network! {
    struct Decoder(code: [8], style: [4]) -> [16] { concat(code, style, axis: 0) -> Dense(16) }

    struct Vae(x: [16]) -> [16] { x -> encoder: Dense(8) -> decoder: Decoder }
}

fn main() {
    let vae = Vae::new(7);
    let _: f32 = vae.encoder.bias[7];
    let _: SVector<f32, 16> = vae.decoder.predict(&SVector::zeros(), &SVector::zeros());
}
