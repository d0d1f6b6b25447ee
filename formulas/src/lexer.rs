//! From text to tokens. Every token knows its span; the lexer never recurses and never panics.

mod literals;

use std::iter::Peekable;
use std::str::CharIndices;

use crate::diagnostic::{Code, Diagnostic};
use crate::span::Span;
use crate::syntax::Infix;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    Number(String),
    Text(String),
    /// A word of letters, digits and underscores; may begin with `$`.
    Word(String),
    /// The segments of a name in braces.
    Braced(Vec<String>),
    Infix(Infix),
    Bang,
    And,
    Or,
    Dot,
    Comma,
    Semicolon,
    Open,
    Close,
    OpenList,
    CloseList,
    End,
}

impl Token {
    /// Whether the token is this reserved word, in any letter case.
    pub(crate) fn is_word(&self, word: &str) -> bool {
        matches!(self, Token::Word(text) if text.eq_ignore_ascii_case(word))
    }
}

/// All tokens of the text, the last one being [`Token::End`].
pub(crate) fn lex(text: &str) -> Result<Vec<(Token, Span)>, Diagnostic> {
    let mut lexer = Lexer { text, rest: text.char_indices().peekable() };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_blanks()?;
        let start = lexer.position();
        let token = lexer.token()?;
        let done = token == Token::End;
        tokens.push((token, Span::new(start, lexer.position())));
        if done {
            return Ok(tokens);
        }
    }
}

struct Lexer<'a> {
    text: &'a str,
    rest: Peekable<CharIndices<'a>>,
}

impl Lexer<'_> {
    fn position(&mut self) -> usize {
        self.rest.peek().map_or(self.text.len(), |(at, _)| *at)
    }

    fn peek(&mut self) -> Option<char> {
        self.rest.peek().map(|(_, letter)| *letter)
    }

    fn next(&mut self) -> Option<char> {
        self.rest.next().map(|(_, letter)| letter)
    }

    fn take(&mut self, letter: char) -> bool {
        self.rest.next_if(|(_, next)| *next == letter).is_some()
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some((_, letter)) = self.rest.next_if(|(_, letter)| wanted(*letter)) {
            taken.push(letter);
        }
        taken
    }

    fn error(&mut self, code: Code, start: usize, message: &str) -> Diagnostic {
        let end = self.position();
        Diagnostic::new(code, Span::new(start, end), message)
    }

    fn skip_blanks(&mut self) -> Result<(), Diagnostic> {
        loop {
            self.take_while(char::is_whitespace);
            let start = self.position();
            let rest = &self.text[start..];
            if rest.starts_with("//") {
                self.take_while(|letter| letter != '\n');
            } else if let Some(comment) = rest.strip_prefix("/*") {
                let Some(length) = comment.find("*/") else {
                    let span = Span::new(start, self.text.len());
                    let problem =
                        Diagnostic::new(Code::UnterminatedComment, span, "This comment does not end.");
                    return Err(problem.hint("Write */ after it."));
                };
                while self.position() < start + length + 4 {
                    self.next();
                }
            } else {
                return Ok(());
            }
        }
    }

    fn token(&mut self) -> Result<Token, Diagnostic> {
        let Some(letter) = self.peek() else { return Ok(Token::End) };
        match letter {
            '0'..='9' => self.number(),
            '.' => self.dot_or_number(),
            '"' | '\'' => self.quoted(letter),
            '{' => self.braced(),
            _ if letter.is_alphabetic() || letter == '_' || letter == '$' => Ok(self.word()),
            _ => self.symbol(letter),
        }
    }

    fn word(&mut self) -> Token {
        let mut word = String::new();
        word.extend(self.next());
        word += &self.take_while(|letter| letter.is_alphanumeric() || letter == '_');
        Token::Word(word)
    }

    fn symbol(&mut self, letter: char) -> Result<Token, Diagnostic> {
        let start = self.position();
        self.refuse_foreign(start)?;
        self.next();
        Ok(match letter {
            '(' => Token::Open,
            ')' => Token::Close,
            '[' => Token::OpenList,
            ']' => Token::CloseList,
            ',' => Token::Comma,
            ';' => Token::Semicolon,
            '+' => Token::Infix(Infix::Add),
            '-' => Token::Infix(Infix::Subtract),
            '*' => Token::Infix(Infix::Multiply),
            '/' => Token::Infix(Infix::Divide),
            '%' => Token::Infix(Infix::Modulo),
            '^' => Token::Infix(Infix::Power),
            '&' if self.take('&') => Token::And,
            '&' => Token::Infix(Infix::Concat),
            '|' if self.take('|') => Token::Or,
            '=' => {
                self.take('=');
                Token::Infix(Infix::Eq)
            }
            '!' if self.take('=') => Token::Infix(Infix::Ne),
            '!' => Token::Bang,
            '<' if self.take('=') => Token::Infix(Infix::Le),
            '<' if self.take('>') => Token::Infix(Infix::Ne),
            '<' => Token::Infix(Infix::Lt),
            '>' if self.take('=') => Token::Infix(Infix::Ge),
            '>' => Token::Infix(Infix::Gt),
            _ => {
                return Err(self.error(Code::Character, start, "This character means nothing in a formula."));
            }
        })
    }

    /// Operators that other languages have and this one does not.
    fn refuse_foreign(&mut self, start: usize) -> Result<(), Diagnostic> {
        const FOREIGN: [(&str, &str); 9] = [
            ("===", "Write = to compare."),
            ("!==", "Write <> for \"differs\"."),
            ("=>", "Write >= for \"at least\"."),
            ("=<", "Write <= for \"at most\"."),
            ("**", "Write ^ for powers."),
            (":=", "Formulas compute values; they do not assign them."),
            ("?", "Write IF(condition, value, other)."),
            (":", "Write IF(condition, value, other)."),
            ("|", "Write || or OR."),
        ];
        let rest = &self.text[start..];
        let found =
            FOREIGN.iter().find(|(operator, _)| rest.starts_with(operator) && !rest.starts_with("||"));
        match found {
            None => Ok(()),
            Some((operator, hint)) => {
                let span = Span::new(start, start + operator.len());
                let message = format!("There is no operator \"{operator}\".");
                Err(Diagnostic::new(Code::Operator, span, message).hint(*hint))
            }
        }
    }
}
