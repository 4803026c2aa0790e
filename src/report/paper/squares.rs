//! The squares of a QR code.

use qrcode::{EcLevel, QrCode};

/// The squares of a code, row by row; `true` is black.
pub(super) struct Squares {
    pub side: usize,
    pub black: Vec<bool>,
}

/// Draws a text; `None` where it is too long for a code.
pub(super) fn squares(text: &str) -> Option<Squares> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let side = code.width();
    let black = code
        .into_colors()
        .into_iter()
        .map(|colour| colour == qrcode::Color::Dark)
        .collect();
    Some(Squares { side, black })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_square() {
        let drawn = squares(&"a slip holds some such text ".repeat(4)).expect("it fits");
        assert_eq!(drawn.black.len(), drawn.side * drawn.side);
        assert!(squares(&"too long ".repeat(1000)).is_none());
    }
}
