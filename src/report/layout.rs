//! Setting text to a width.

/// Wraps text to `width` columns; every line starts with `indent`, the first with `first` instead.
pub(crate) fn wrap(text: &str, width: usize, first: &str, indent: &str) -> String {
    let options = textwrap::Options::new(width.max(20))
        .initial_indent(first)
        .subsequent_indent(indent)
        .break_words(true);
    textwrap::fill(text, options)
}
