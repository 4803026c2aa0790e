//! As much of a shell's grammar as the pages use: enough to find each call of spotcheck and its words.

/// The calls of spotcheck in a piece of shell, each with its words, `spotcheck` first.
pub fn calls(script: &str) -> Vec<Vec<String>> {
    let script = script.replace("\\\n", " ");
    let mut found = Vec::new();
    for line in script.lines() {
        for simple in simple_commands(line) {
            if let Some(call) = call(&simple) {
                found.push(call);
            }
            // A command within the quotation marks of another, as `parallel 'spotcheck ...'` has it.
            for word in simple
                .iter()
                .filter(|word| word.starts_with("spotcheck ") && simple[0] != "spotcheck")
            {
                found.extend(calls(word));
            }
        }
    }
    found
}

/// The words of a call, if it is one.
fn call(words: &[String]) -> Option<Vec<String>> {
    const BEFORE: &[&str] = &["exec", "do", "then", "if", "while", "!", "{"];
    let mut words = words;
    while let Some(first) = words.first() {
        if BEFORE.contains(&first.as_str()) || (first.contains('=') && !first.starts_with('-')) {
            words = &words[1..];
        } else {
            break;
        }
    }
    if words.first()? == "spotcheck" {
        return Some(words.to_vec());
    }
    // The README runs what it builds.
    let is_run = words.len() > 2 && words[0] == "cargo" && words[1] == "run";
    let at = words.iter().position(|word| word == "--")?;
    (is_run && !words.contains(&"--example".to_owned())).then(|| {
        std::iter::once("spotcheck".to_owned())
            .chain(words[at + 1..].iter().cloned())
            .collect()
    })
}

/// The commands of a line, each as its words. Variables become 1, and redirections go.
fn simple_commands(line: &str) -> Vec<Vec<String>> {
    let mut commands = vec![Vec::new()];
    let mut word: Option<String> = None;
    let mut dropping = false;
    let mut chars = line.chars().peekable();
    let end = |word: &mut Option<String>, commands: &mut Vec<Vec<String>>, dropping: &mut bool| {
        if let Some(word) = word.take()
            && !std::mem::take(dropping)
            && let Some(command) = commands.last_mut()
        {
            command.push(word);
        }
    };
    while let Some(c) = chars.next() {
        match c {
            '\'' | '"' => {
                let word = word.get_or_insert_default();
                while let Some(inner) = chars.next_if(|inner| *inner != c) {
                    match inner {
                        '$' if c == '"' => word.push_str(&variable(&mut chars)),
                        inner => word.push(inner),
                    }
                }
                chars.next();
            }
            '$' => {
                let value = variable(&mut chars);
                word.get_or_insert_default().push_str(&value);
            }
            '#' if word.is_none() => break,
            ' ' => end(&mut word, &mut commands, &mut dropping),
            '|' | ';' | '&' | '(' | ')' => {
                end(&mut word, &mut commands, &mut dropping);
                commands.push(Vec::new());
            }
            '>' | '<' => {
                // `2>` has a number before it.
                if word.as_deref() == Some("2") {
                    word = None;
                }
                end(&mut word, &mut commands, &mut dropping);
                chars.next_if_eq(&'>');
                dropping = true;
            }
            c => word.get_or_insert_default().push(c),
        }
    }
    end(&mut word, &mut commands, &mut dropping);
    commands.retain(|command| !command.is_empty());
    commands
}

/// What stands for a variable: a number, so that it can be a share or a count.
fn variable(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    match chars.peek() {
        Some('{') => while chars.next().is_some_and(|c| c != '}') {},
        Some('?') => {
            chars.next();
        }
        _ => {
            while chars
                .next_if(|c| c.is_alphanumeric() || *c == '_')
                .is_some()
            {}
        }
    }
    "1".into()
}

#[test]
fn calls_are_found() {
    let cases: &[(&str, &[&[&str]])] = &[
        (
            "spotcheck plan ios  # what",
            &[&["spotcheck", "plan", "ios"]],
        ),
        (
            "a | spotcheck ios \"b c\" -o d > e 2> f",
            &[&["spotcheck", "ios", "b c", "-o", "d"]],
        ),
        (
            "x 'spotcheck batch --shard {}/4' ::: 1",
            &[&["spotcheck", "batch", "--shard", "{}/4"]],
        ),
        (
            "exec spotcheck merge \\\n \"$A/16\" $B",
            &[&["spotcheck", "merge", "1/16", "1"]],
        ),
        ("cargo run -q -- foi", &[&["spotcheck", "foi"]]),
        ("cargo run --example double -- failing", &[]),
        ("grep spotcheck a", &[]),
    ];
    for (script, wanted) in cases {
        assert_eq!(calls(script), *wanted, "{script}");
    }
}
