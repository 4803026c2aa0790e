//! The words of the program: every error says what to do next, nothing claims too much, the spelling is British, and
//! sentences are short. `cargo test --test wording -- --nocapture` prints what was looked at.

#[path = "wording/errors.rs"]
mod errors;
#[path = "wording/prose.rs"]
mod prose;
#[path = "wording/source.rs"]
mod source;
#[path = "wording/texts.rs"]
mod texts;
