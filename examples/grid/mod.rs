//! Pictures in rows, in one PNG file.

use formwork::data::Image;
use std::{fs::File, io::BufWriter, path::Path};

/// Draws images of one size, `columns` in a row and each `scale` times as large, dark on white; makes the folder if need
/// be.
pub fn draw(file: &Path, columns: usize, scale: usize, images: &[Image]) -> Result<(), std::io::Error> {
    let each = 28 * scale + 4;
    let (width, height) = (columns * each, images.len().div_ceil(columns) * each);
    let mut pixels = vec![255; width * height];
    for (i, image) in images.iter().enumerate() {
        let (left, top) = (i % columns * each + 2, i / columns * each + 2);
        for (y, x) in (0..28 * scale).flat_map(|y| (0..28 * scale).map(move |x| (y, x))) {
            let ink = image[0][(x / scale, y / scale)].clamp(0.0, 1.0);
            pixels[(top + y) * width + left + x] = 255 - (255.0 * ink) as u8;
        }
    }
    std::fs::create_dir_all(file.parent().unwrap_or(Path::new(".")))?;
    let mut encoder = png::Encoder::new(BufWriter::new(File::create(file)?), width as u32, height as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header()?.write_image_data(&pixels)?;
    Ok(())
}
