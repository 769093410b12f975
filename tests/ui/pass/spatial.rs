//! The twins of the mistakes over sequences, images and volumes.

use formwork::network;

network! {
    struct FeaturesFirst(x: [81, 40]) -> [64] { x -> Conv1d(64, kernel: 3, in: 40) -> GlobalAvgPool1d }
    struct OfImage(x: [3, 8, 8]) -> [8, 6, 6] { x -> Conv2d(8, kernel: 3) }
    struct KernelTooLong(x: [4, 16]) -> [8] { x -> Conv1d(8, kernel: 7, padding: 3) -> GlobalAvgPool1d }
    struct ChannelAxisMissing(scan: [1, 8, 16, 16]) -> [4, 6, 14, 14] { scan -> Conv3d(4, kernel: 3) }
    struct Shuffle(x: [1, 8, 8]) -> [2, 12, 12] { x -> Conv2d(8, kernel: 3) -> PixelShuffle(2) }
    struct OneShort(x: [8, 16, 16]) -> [1, 32, 32] {
        x -> ConvTranspose2d(1, kernel: 3, stride: 2, padding: 1, output_padding: 1)
    }
    struct OutputPadding(x: [8, 16, 16]) -> [1, 18, 18] { x -> ConvTranspose2d(1, kernel: 3) }
    struct KernelPair(x: [64, 3]) -> [8] { x -> Conv1d(8, kernel: 3) -> GlobalAvgPool1d }
}

fn main() {
    let _ = (FeaturesFirst::new(7), OfImage::new(7), KernelTooLong::new(7), ChannelAxisMissing::new(7));
    let _ = (Shuffle::new(7), OneShort::new(7), OutputPadding::new(7), KernelPair::new(7));
}
