//! Makes the synthetic Android captures in `sample-backups/` (needs mksh and toybox):
//! `cargo run --example make_android_samples`

#[path = "../tests/support/android_samples.rs"]
mod android_samples;
#[path = "../tests/support/phone_kit.rs"]
mod phone_kit;

fn main() {
    let Some(tools) = phone_kit::Tools::find() else {
        std::process::exit(1);
    };
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-backups");
    for (name, label, phone) in android_samples::phones() {
        let bytes = android_samples::capture(label, &phone, &tools).to_bytes();
        std::fs::write(folder.join(name), bytes).expect("the sample can be written");
    }
}
