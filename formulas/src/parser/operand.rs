//! Operands: literals, fields, calls, lists, parentheses, and what stands before an operand.

use super::{COMPARISON, Code, Diagnostic, Infix, Kind, Node, Parser, Prefix, RESERVED, Span, Token, UNARY};

impl Parser<'_> {
    pub(super) fn operand(&mut self) -> Result<Node, Diagnostic> {
        let (token, span) = (self.peek().clone(), self.span());
        match token {
            Token::Infix(Infix::Subtract) => self.prefix(Prefix::Minus, UNARY),
            Token::Infix(Infix::Add) => self.prefix(Prefix::Plus, UNARY),
            Token::Bang => self.prefix(Prefix::Not, UNARY),
            Token::Number(digits) => self.single(Kind::Number(digits)),
            Token::Text(text) => self.single(Kind::Text(text)),
            Token::Braced(segments) => {
                self.next();
                self.path(segments, span)
            }
            Token::Open => self.parenthesised(),
            Token::OpenList => self.list_operand(),
            Token::Word(word) => self.word(word, span),
            Token::End => Err(Diagnostic::new(Code::UnexpectedEnd, span, "Something is missing at the end.")),
            _ => Err(Diagnostic::new(Code::UnexpectedToken, span, "A value is expected here.")),
        }
    }

    fn single(&mut self, kind: Kind) -> Result<Node, Diagnostic> {
        let (_, span) = self.next();
        self.node(kind, span)
    }

    fn prefix(&mut self, prefix: Prefix, strength: u8) -> Result<Node, Diagnostic> {
        let (_, span) = self.next();
        let inner = self.deeper(|parser| parser.expression(strength))?;
        // `-2^2`: the power has bound tighter, which is one of its two readings.
        if matches!(inner.kind, Kind::Infix(Infix::Power, ..))
            && !inner.parenthesised
            && prefix != Prefix::Not
        {
            let problem = Diagnostic::new(
                Code::AmbiguousPower,
                span.to(inner.span),
                "This power can be read in two ways.",
            );
            return Err(problem.hint("Write -(a ^ 2) or (-a) ^ 2."));
        }
        let whole = span.to(inner.span);
        self.node(Kind::Prefix(prefix, Box::new(inner)), whole)
    }

    fn parenthesised(&mut self) -> Result<Node, Diagnostic> {
        let (_, open) = self.next();
        let mut inner = self.deeper(|parser| parser.expression(0))?;
        let close = self.close(Token::Close, open, ")")?;
        // A path stays where its names are: renames replace it there, and the parentheses stay.
        if !matches!(inner.kind, Kind::Field(_)) {
            inner.span = open.to(close);
        }
        inner.parenthesised = true;
        Ok(inner)
    }

    fn close(&mut self, wanted: Token, open: Span, symbol: &str) -> Result<Span, Diagnostic> {
        let (token, span) = (self.peek().clone(), self.span());
        if token == wanted {
            self.next();
            return Ok(span);
        }
        Err(match token {
            Token::End => {
                let problem = Diagnostic::new(Code::Parenthesis, open, "This is not closed.");
                problem.hint(format!("Write {symbol} where it ends."))
            }
            Token::Close | Token::CloseList | Token::Comma | Token::Semicolon => {
                Diagnostic::new(Code::UnexpectedToken, span, format!("A {symbol} is expected here."))
            }
            _ => {
                let problem =
                    Diagnostic::new(Code::MissingOperator, span, "An operator is missing before this.");
                problem.hint(format!("Write an operator, or {symbol} to close what is open."))
            }
        })
    }

    fn word(&mut self, word: String, span: Span) -> Result<Node, Diagnostic> {
        let called = matches!(self.tokens.get(self.at + 1), Some((Token::Open, _)));
        let upper = word.to_ascii_uppercase();
        match upper.as_str() {
            "TRUE" => self.single(Kind::True),
            "FALSE" => self.single(Kind::False),
            "NULL" => self.single(Kind::Null),
            // `NOT (a) = b` is `NOT (a = b)`, and `NOT(a)` the same as `NOT a`: the operator serves both.
            "NOT" => self.prefix(Prefix::Not, COMPARISON),
            _ if called && upper != "IN" => {
                self.next();
                self.call(word, span)
            }
            _ if RESERVED.contains(&upper.as_str()) => {
                let message = format!("\"{word}\" is a word of the language; a value is expected here.");
                let problem = Diagnostic::new(Code::ReservedWord, span, message);
                Err(problem.hint(format!("A field of that name is written {{{word}}}.")))
            }
            _ => {
                self.next();
                self.path(vec![word], span)
            }
        }
    }

    fn path(&mut self, mut segments: Vec<String>, start: Span) -> Result<Node, Diagnostic> {
        let mut span = start;
        while *self.peek() == Token::Dot {
            self.next();
            match self.next() {
                (Token::Word(word), at) => {
                    segments.push(word);
                    span = start.to(at);
                }
                (Token::Braced(more), at) => {
                    segments.extend(more);
                    span = start.to(at);
                }
                (_, at) => {
                    let problem = Diagnostic::new(
                        Code::UnexpectedToken,
                        at,
                        "A field name is expected after the point.",
                    );
                    return Err(problem.hint("Write a path such as account.name."));
                }
            }
        }
        self.node(Kind::Field(segments), span)
    }

    fn call(&mut self, name: String, name_span: Span) -> Result<Node, Diagnostic> {
        let (_, open) = self.next();
        let arguments = match self.peek() {
            Token::Close => Vec::new(),
            _ => self.deeper(|parser| parser.items(Token::Close, true))?,
        };
        let close = self.close(Token::Close, open, ")")?;
        self.node(Kind::Call { name, name_span, arguments }, name_span.to(close))
    }

    pub(super) fn list_operand(&mut self) -> Result<Node, Diagnostic> {
        let (token, open) = (self.peek().clone(), self.span());
        let closing = match token {
            Token::OpenList => Token::CloseList,
            // `x IN (1, 2)` is how SQL writes it.
            Token::Open => Token::Close,
            _ => {
                let problem = Diagnostic::new(Code::UnexpectedToken, open, "A list is expected here.");
                return Err(problem.hint("Write [\"a\", \"b\"]."));
            }
        };
        self.next();
        let items = match *self.peek() == closing {
            true => Vec::new(),
            false => self.deeper(|parser| parser.items(closing.clone(), false))?,
        };
        let symbol = if closing == Token::Close { ")" } else { "]" };
        let close = self.close(closing, open, symbol)?;
        self.node(Kind::List(items), open.to(close))
    }

    fn items(&mut self, closing: Token, semicolons: bool) -> Result<Vec<Node>, Diagnostic> {
        let mut items = Vec::new();
        loop {
            let between =
                matches!(self.peek(), Token::Comma) || (semicolons && *self.peek() == Token::Semicolon);
            if between || *self.peek() == closing {
                let problem =
                    Diagnostic::new(Code::EmptyArgument, self.span(), "A value is missing before this.");
                return Err(problem.hint("Leave the separator away, or write NULL."));
            }
            items.push(self.expression(0)?);
            let more = *self.peek() == Token::Comma || (semicolons && *self.peek() == Token::Semicolon);
            if !more {
                return Ok(items);
            }
            self.next();
        }
    }
}
