//! What is known of iPhone models by product type (`iPhone14,5`). A product type that is not listed is unknown: its
//! kind is never guessed from its number.

/// How a model recognises its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Biometrics {
    /// By the face.
    FaceId,
    /// By a finger.
    TouchId,
}

const MODELS: &[(&str, &str, Biometrics)] = {
    use Biometrics::{FaceId, TouchId};
    &[
        ("iPhone6,1", "iPhone 5s", TouchId),
        ("iPhone6,2", "iPhone 5s", TouchId),
        ("iPhone7,1", "iPhone 6 Plus", TouchId),
        ("iPhone7,2", "iPhone 6", TouchId),
        ("iPhone8,1", "iPhone 6s", TouchId),
        ("iPhone8,2", "iPhone 6s Plus", TouchId),
        ("iPhone8,4", "iPhone SE (1st generation)", TouchId),
        ("iPhone9,1", "iPhone 7", TouchId),
        ("iPhone9,2", "iPhone 7 Plus", TouchId),
        ("iPhone9,3", "iPhone 7", TouchId),
        ("iPhone9,4", "iPhone 7 Plus", TouchId),
        ("iPhone10,1", "iPhone 8", TouchId),
        ("iPhone10,2", "iPhone 8 Plus", TouchId),
        ("iPhone10,3", "iPhone X", FaceId),
        ("iPhone10,4", "iPhone 8", TouchId),
        ("iPhone10,5", "iPhone 8 Plus", TouchId),
        ("iPhone10,6", "iPhone X", FaceId),
        ("iPhone11,2", "iPhone XS", FaceId),
        ("iPhone11,4", "iPhone XS Max", FaceId),
        ("iPhone11,6", "iPhone XS Max", FaceId),
        ("iPhone11,8", "iPhone XR", FaceId),
        ("iPhone12,1", "iPhone 11", FaceId),
        ("iPhone12,3", "iPhone 11 Pro", FaceId),
        ("iPhone12,5", "iPhone 11 Pro Max", FaceId),
        ("iPhone12,8", "iPhone SE (2nd generation)", TouchId),
        ("iPhone13,1", "iPhone 12 mini", FaceId),
        ("iPhone13,2", "iPhone 12", FaceId),
        ("iPhone13,3", "iPhone 12 Pro", FaceId),
        ("iPhone13,4", "iPhone 12 Pro Max", FaceId),
        ("iPhone14,2", "iPhone 13 Pro", FaceId),
        ("iPhone14,3", "iPhone 13 Pro Max", FaceId),
        ("iPhone14,4", "iPhone 13 mini", FaceId),
        ("iPhone14,5", "iPhone 13", FaceId),
        ("iPhone14,6", "iPhone SE (3rd generation)", TouchId),
        ("iPhone14,7", "iPhone 14", FaceId),
        ("iPhone14,8", "iPhone 14 Plus", FaceId),
        ("iPhone15,2", "iPhone 14 Pro", FaceId),
        ("iPhone15,3", "iPhone 14 Pro Max", FaceId),
        ("iPhone15,4", "iPhone 15", FaceId),
        ("iPhone15,5", "iPhone 15 Plus", FaceId),
        ("iPhone16,1", "iPhone 15 Pro", FaceId),
        ("iPhone16,2", "iPhone 15 Pro Max", FaceId),
        ("iPhone17,1", "iPhone 16 Pro", FaceId),
        ("iPhone17,2", "iPhone 16 Pro Max", FaceId),
        ("iPhone17,3", "iPhone 16", FaceId),
        ("iPhone17,4", "iPhone 16 Plus", FaceId),
        ("iPhone17,5", "iPhone 16e", FaceId),
        ("iPhone18,1", "iPhone 17 Pro", FaceId),
        ("iPhone18,2", "iPhone 17 Pro Max", FaceId),
        ("iPhone18,3", "iPhone 17", FaceId),
        ("iPhone18,4", "iPhone Air", FaceId),
    ]
};

/// How this model recognises its owner, if the product type is known.
pub fn biometrics(product_type: &str) -> Option<Biometrics> {
    find(product_type).map(|(_, _, kind)| *kind)
}

/// The name that the model is sold under, if the product type is known.
pub fn name(product_type: &str) -> Option<&'static str> {
    find(product_type).map(|(_, name, _)| *name)
}

fn find(product_type: &str) -> Option<&'static (&'static str, &'static str, Biometrics)> {
    MODELS.iter().find(|(id, _, _)| *id == product_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_by_product_type() {
        for (product_type, kind) in [
            ("iPhone9,3", Some(Biometrics::TouchId)),
            ("iPhone10,5", Some(Biometrics::TouchId)),
            ("iPhone10,6", Some(Biometrics::FaceId)),
            ("iPhone12,8", Some(Biometrics::TouchId)),
            ("iPhone14,6", Some(Biometrics::TouchId)),
            ("iPhone14,5", Some(Biometrics::FaceId)),
            ("iPhone99,1", None),
            ("iPhone14,50", None),
            ("iPad13,1", None),
            ("", None),
        ] {
            assert_eq!(biometrics(product_type), kind, "{product_type}");
        }
    }

    #[test]
    fn each_product_type_is_listed_once() {
        let mut ids: Vec<_> = MODELS.iter().map(|(id, _, _)| id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), MODELS.len());
    }
}
