//! Writes the seeds of every fuzz target, and the inputs that once showed a fault, where `cargo fuzz` looks for them:
//! `cargo run --example make_fuzz_seeds` fills `fuzz/corpus/`. They are made of the samples each time.

use std::fs;
use std::path::Path;

#[allow(dead_code)]
#[path = "../tests/fuzz_targets/mod.rs"]
mod targets;

fn main() -> std::io::Result<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for target in targets::all() {
        let folder = corpus.join(target.name);
        fs::create_dir_all(&folder)?;
        let seeds = target.all_seeds();
        for (n, seed) in seeds.iter().enumerate() {
            fs::write(folder.join(format!("seed-{n:03}")), seed)?;
        }
        let words: Vec<String> = target.words.iter().map(|word| entry(word)).collect();
        fs::write(corpus.join(format!("{}.dict", target.name)), words.concat())?;
        println!("{:<18}{:>5} seeds", target.name, seeds.len());
    }
    Ok(())
}

/// A line of libFuzzer's dictionary.
fn entry(word: &str) -> String {
    let bytes = word.bytes().map(|byte| format!("\\x{byte:02x}"));
    format!("\"{}\"\n", bytes.collect::<String>())
}
