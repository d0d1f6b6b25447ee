//! Numbers, quoted texts and names in braces.

use super::{Lexer, Token};
use crate::diagnostic::{Code, Diagnostic};

impl Lexer<'_> {
    pub(super) fn number(&mut self) -> Result<Token, Diagnostic> {
        let start = self.position();
        let mut digits = self.take_while(|letter| letter.is_ascii_digit());
        if self.take('.') {
            digits.push('.');
            digits += &self.take_while(|letter| letter.is_ascii_digit());
        }
        if digits.ends_with('.') {
            let problem = self.error(Code::Number, start, "A number does not end with a point.");
            return Err(problem.hint("Write the decimals or leave the point away."));
        }
        self.refuse_tail(start)?;
        Ok(Token::Number(digits))
    }

    pub(super) fn dot_or_number(&mut self) -> Result<Token, Diagnostic> {
        let start = self.position();
        self.next();
        let digits = self.take_while(|letter| letter.is_ascii_digit());
        if digits.is_empty() {
            return Ok(Token::Dot);
        }
        self.refuse_tail(start)?;
        Ok(Token::Number(format!("0.{digits}")))
    }

    /// A letter, underscore or second point right after a number.
    fn refuse_tail(&mut self, start: usize) -> Result<(), Diagnostic> {
        let tail = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '.';
        if !self.peek().is_some_and(tail) {
            return Ok(());
        }
        self.take_while(tail);
        let problem = self.error(Code::Number, start, "This is not a decimal number.");
        Err(problem
            .hint("Write digits with at most one point, such as 1000000 or 2.5; there is no exponent."))
    }

    pub(super) fn quoted(&mut self, quote: char) -> Result<Token, Diagnostic> {
        let start = self.position();
        self.next();
        let mut text = String::new();
        loop {
            let at = self.position();
            match self.next() {
                None => {
                    let problem = self.error(Code::UnterminatedText, start, "This text does not end.");
                    return Err(problem.hint(format!("Write {quote} after it.")));
                }
                Some(letter) if letter == quote => match self.take(quote) {
                    true => text.push(quote),
                    false => return Ok(Token::Text(text)),
                },
                Some('\\') => text.push(self.escape(at)?),
                Some('\0') => {
                    return Err(self.error(Code::Character, at, "A text cannot hold a null character."));
                }
                Some(letter) => text.push(letter),
            }
        }
    }

    fn escape(&mut self, start: usize) -> Result<char, Diagnostic> {
        match self.next() {
            Some('n') => Ok('\n'),
            Some('t') => Ok('\t'),
            Some(letter @ ('\\' | '"' | '\'')) => Ok(letter),
            _ => {
                let problem = self.error(Code::Escape, start, "There is no such escape.");
                Err(problem.hint("Write \\n, \\t, \\\\, \\\" or \\'."))
            }
        }
    }

    /// `{label or path}` or the same in double braces; blanks around are not part of it.
    pub(super) fn braced(&mut self) -> Result<Token, Diagnostic> {
        let start = self.position();
        self.next();
        let double = self.take('{');
        let inner = self.take_while(|letter| !matches!(letter, '{' | '}'));
        let closed = self.take('}') && (!double || self.take('}'));
        let segments: Vec<String> = inner.split('.').map(|segment| segment.trim().to_owned()).collect();
        match closed && segments.iter().all(|segment| !segment.is_empty()) {
            true => Ok(Token::Braced(segments)),
            false => {
                let problem = self.error(Code::Braces, start, "This is not a field name in braces.");
                Err(problem.hint("Write {Account Name} or {{account.name}}."))
            }
        }
    }
}
