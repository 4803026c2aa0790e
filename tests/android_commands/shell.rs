//! Reading shell text as the phone's shell would: which programs it runs with which words, and where their output
//! goes. It knows the part of the language that the script uses; what it does not know is an error, and no pass.

/// One program with its words. Quotes are gone; a variable stands as `$name`, a substitution as `$()`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    pub words: Vec<String>,
    /// The program that gets its output, if any.
    pub into: Option<String>,
    /// Its output ends in a variable or in a condition or is thrown away, and does not reach the cable.
    pub caught: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    /// `;`, `;;`, `&&`, `||`, `|`, `(`, `)` or a new line.
    Op(&'static str),
    /// The output of this program is thrown away.
    Thrown,
}

/// All programs that the text runs, in substitutions, functions and other shells too.
pub fn commands(text: &str) -> Result<Vec<Command>, String> {
    let mut reader = Reader {
        rest: text.chars().collect(),
        at: 0,
        inner: Vec::new(),
    };
    let tokens = reader.tokens()?;
    let mut found = programs(&tokens)?;
    for inner in reader.inner {
        for mut command in commands(&inner)? {
            command.caught = true;
            found.push(command);
        }
    }
    // Another shell's text.
    for text in found.clone().iter().filter_map(|c| text_of(&c.words)) {
        found.extend(commands(text)?);
    }
    Ok(found)
}

/// The text that `sh -c` is given.
fn text_of(words: &[String]) -> Option<&str> {
    let at = words.windows(2).position(|two| two == ["sh", "-c"])?;
    words.get(at + 2).map(String::as_str)
}

struct Reader {
    rest: Vec<char>,
    at: usize,
    /// Texts of the substitutions.
    inner: Vec<String>,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek();
        self.at += 1;
        c
    }

    fn tokens(&mut self) -> Result<Vec<Token>, String> {
        let mut tokens = Vec::new();
        while let Some(c) = self.peek() {
            let two: String = self.rest[self.at..].iter().take(2).collect();
            match c {
                ' ' | '\t' => self.at += 1,
                '#' => return Err("a comment".into()),
                '\n' => {
                    self.at += 1;
                    tokens.push(Token::Op(";"));
                }
                ';' | '&' | '|' => {
                    let op = match two.as_str() {
                        ";;" => ";;",
                        "&&" => "&&",
                        "||" => "||",
                        _ if c == ';' => ";",
                        _ if c == '|' => "|",
                        _ => return Err("a program in the background".into()),
                    };
                    self.at += op.len();
                    tokens.push(Token::Op(op));
                }
                '(' | ')' => {
                    self.at += 1;
                    tokens.push(Token::Op(if c == '(' { "(" } else { ")" }));
                }
                '<' | '>' => {
                    if self.redirection(&two)? {
                        tokens.push(Token::Thrown);
                    }
                }
                '0'..='9' if matches!(self.rest.get(self.at + 1), Some('<' | '>')) => {
                    self.at += 1;
                    let two: String = self.rest[self.at..].iter().take(2).collect();
                    self.redirection(&two)?;
                }
                _ => tokens.push(Token::Word(self.word()?)),
            }
        }
        Ok(tokens)
    }

    /// Nothing is written but what is thrown away, and nothing read but nothing and the time since the start. Whether
    /// something is thrown away.
    fn redirection(&mut self, two: &str) -> Result<bool, String> {
        self.at += 1;
        if two == ">&" {
            self.at += 1;
            return match self.next() {
                Some('1') => Ok(false),
                _ => Err("a redirection to an unknown place".into()),
            };
        }
        if matches!(two, ">>" | "<<" | "<>" | ">|" | "<&") {
            return Err(format!("the redirection {two}"));
        }
        while self.peek() == Some(' ') {
            self.at += 1;
        }
        let place = self.word()?;
        match (two.starts_with('<'), place.as_str()) {
            (reads, "/dev/null") => Ok(!reads),
            (true, "/proc/uptime") => Ok(false),
            _ => Err(format!("a redirection to or from {place}")),
        }
    }

    fn word(&mut self) -> Result<String, String> {
        let mut word = String::new();
        while let Some(c) = self.peek() {
            match c {
                ' ' | '\t' | '\n' | ';' | '&' | '|' | '(' | ')' | '<' | '>' => break,
                '\'' => {
                    self.at += 1;
                    loop {
                        match self.next().ok_or("an open quote")? {
                            '\'' => break,
                            c => word.push(c),
                        }
                    }
                }
                '"' => {
                    self.at += 1;
                    loop {
                        match self.peek().ok_or("an open quote")? {
                            '"' => break,
                            '$' => self.dollar(&mut word)?,
                            '`' => return Err("a substitution in backticks".into()),
                            '\\' => {
                                self.at += 1;
                                word.push('\\');
                                word.extend(self.next());
                            }
                            c => {
                                self.at += 1;
                                word.push(c);
                            }
                        }
                    }
                    self.at += 1;
                }
                '`' => return Err("a substitution in backticks".into()),
                '$' => self.dollar(&mut word)?,
                '\\' => {
                    self.at += 1;
                    word.extend(self.next());
                }
                c => {
                    self.at += 1;
                    word.push(c);
                }
            }
        }
        Ok(word)
    }

    /// `$name`, `${name...}`, `$((sum))`, `$(text)`.
    fn dollar(&mut self, word: &mut String) -> Result<(), String> {
        self.at += 1;
        word.push('$');
        match self.peek() {
            Some('(') => {
                let sum = self.rest.get(self.at + 1) == Some(&'(');
                let text = self.enclosed('(', ')')?;
                if sum {
                    if text.contains(['$', '`']) {
                        return Err("a substitution in a sum".into());
                    }
                } else {
                    self.inner.push(text);
                }
                word.push_str("()");
            }
            Some('{') => {
                let text = self.enclosed('{', '}')?;
                if text.contains("$(") || text.contains('`') {
                    return Err("a substitution in a variable".into());
                }
                word.push_str(text.split(['%', '#', ':']).next().unwrap_or_default());
            }
            Some(c @ ('@' | '*' | '?' | '#')) => {
                self.at += 1;
                word.push(c);
            }
            _ => {
                while let Some(c) = self
                    .peek()
                    .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
                {
                    self.at += 1;
                    word.push(c);
                }
            }
        }
        Ok(())
    }

    /// The text between two brackets, with quotes and brackets inside it.
    fn enclosed(&mut self, open: char, close: char) -> Result<String, String> {
        let mut depth = 0;
        let mut text = String::new();
        let mut quote: Option<char> = None;
        loop {
            let c = self.next().ok_or("an open bracket")?;
            match quote {
                Some('\'') if c == '\'' => quote = None,
                Some('\'') => {}
                _ if c == '\\' => {
                    text.push(c);
                    text.extend(self.next());
                    continue;
                }
                Some(_) if c == '"' => quote = None,
                None if c == '\'' || c == '"' => quote = Some(c),
                _ if c == open => depth += 1,
                // A pattern of `case` has a bracket of its own: the script has none inside a substitution.
                _ if c == close => {
                    depth -= 1;
                    if depth == 0 {
                        return Ok(text.get(1..).unwrap_or_default().to_owned());
                    }
                }
                _ => {}
            }
            text.push(c);
        }
    }
}

const RESERVED: &[&str] = &[
    "if", "then", "else", "elif", "fi", "while", "until", "do", "done", "{", "}", "!",
];

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && !name.as_bytes()[0].is_ascii_digit()
    })
}

fn programs(tokens: &[Token]) -> Result<Vec<Command>, String> {
    let mut found: Vec<Command> = Vec::new();
    let mut words: Vec<String> = Vec::new();
    let mut piped: Vec<usize> = Vec::new();
    let mut thrown = false;
    // How many `case` are open, and whether a pattern comes next.
    let mut cases = 0;
    let mut pattern = false;
    let mut tokens = tokens.iter().peekable();
    while let Some(token) = tokens.next() {
        if pattern {
            match token {
                Token::Word(word) if word == "esac" => {
                    cases -= 1;
                    pattern = false;
                }
                Token::Op(")") => pattern = false,
                _ => {}
            }
            continue;
        }
        let op = match token {
            Token::Word(word) if words.is_empty() => {
                match word.as_str() {
                    "esac" if cases > 0 => cases -= 1,
                    "case" => {
                        tokens.next();
                        if tokens.next() != Some(&Token::Word("in".into())) {
                            return Err("a case without in".into());
                        }
                        cases += 1;
                        pattern = true;
                    }
                    "for" => {
                        tokens.next();
                        while tokens.peek().is_some_and(|t| matches!(t, Token::Word(_))) {
                            tokens.next();
                        }
                    }
                    word if RESERVED.contains(&word) || is_assignment(word) => {}
                    _ => words.push(word.clone()),
                }
                continue;
            }
            Token::Word(word) => {
                words.push(word.clone());
                continue;
            }
            Token::Thrown => {
                thrown = true;
                continue;
            }
            Token::Op(op) => *op,
        };
        // A function: its body comes as commands of its own.
        if op == "(" && words.len() == 1 && tokens.peek() == Some(&&Token::Op(")")) {
            tokens.next();
            words.clear();
            continue;
        }
        if op == "(" && !words.is_empty() {
            return Err(format!("a bracket after {words:?}"));
        }
        finish(&mut found, &mut words, &mut piped, op == "|", &mut thrown);
        if op == ";;" {
            if cases == 0 {
                return Err("the end of a case without a case".into());
            }
            pattern = true;
        }
    }
    finish(&mut found, &mut words, &mut piped, false, &mut thrown);
    if cases != 0 {
        return Err("an open case".into());
    }
    Ok(found)
}

/// Ends the command of these words.
fn finish(
    found: &mut Vec<Command>,
    words: &mut Vec<String>,
    piped: &mut Vec<usize>,
    pipe: bool,
    thrown: &mut bool,
) {
    let caught = std::mem::take(thrown);
    if words.is_empty() {
        return;
    }
    for n in piped.drain(..) {
        found[n].into = Some(words[0].clone());
    }
    if pipe {
        piped.push(found.len());
    }
    found.push(Command {
        words: std::mem::take(words),
        into: None,
        caught,
    });
}
