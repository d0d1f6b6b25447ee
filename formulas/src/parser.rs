//! From tokens to the parsed tree, by precedence climbing. Limits hold before anything recurses.

mod operand;

use crate::diagnostic::{Code, Diagnostic};
use crate::lexer::{Token, lex};
use crate::limits::Limits;
use crate::span::Span;
use crate::syntax::{Infix, Kind, Node, Prefix};

/// Words that are not names of fields unless they stand in braces.
pub(crate) const RESERVED: [&str; 7] = ["AND", "OR", "NOT", "IN", "TRUE", "FALSE", "NULL"];

const OR: u8 = 1;
const AND: u8 = 2;
const COMPARISON: u8 = 3;
const UNARY: u8 = 7;

/// The parsed tree of a formula's text, or the first problem.
pub(crate) fn parse(text: &str, limits: &Limits) -> Result<Node, Diagnostic> {
    if text.len() > limits.characters && text.chars().count() > limits.characters {
        let message = format!("A formula has at most {} characters.", limits.characters);
        return Err(Diagnostic::new(Code::TooLong, Span::new(0, text.len()), message));
    }
    let tokens = lex(text)?;
    let mut parser = Parser { tokens, at: 0, depth: 0, nodes: 0, limits };
    if matches!(parser.peek(), Token::Infix(Infix::Eq)) {
        parser.next();
    }
    let node = parser.expression(0)?;
    parser.end()?;
    Ok(node)
}

struct Parser<'a> {
    tokens: Vec<(Token, Span)>,
    at: usize,
    depth: usize,
    nodes: usize,
    limits: &'a Limits,
}

impl Parser<'_> {
    /// The last token is the end, and `next` never moves past it.
    fn peek(&self) -> &Token {
        &self.tokens[self.at].0
    }

    fn span(&self) -> Span {
        self.tokens[self.at].1
    }

    fn next(&mut self) -> (Token, Span) {
        let token = self.tokens[self.at].clone();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    fn node(&mut self, kind: Kind, span: Span) -> Result<Node, Diagnostic> {
        self.nodes += 1;
        if self.nodes > self.limits.nodes {
            return Err(Diagnostic::new(Code::TooLarge, span, "This formula is too large."));
        }
        let height = 1 + kind.children().map(|child| child.height).max().unwrap_or(0);
        if height > self.limits.height {
            let problem = Diagnostic::new(Code::TooLarge, span, "There are too many operators in a row.");
            return Err(
                problem.hint("Use a function such as SUM or CONCAT, or a formula field for a part of it.")
            );
        }
        Ok(Node { kind, span, parenthesised: false, height })
    }

    /// Runs `inner` one level deeper.
    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T, Diagnostic>) -> Result<T, Diagnostic> {
        if self.depth == self.limits.depth {
            let problem = Diagnostic::new(Code::TooDeep, self.span(), "This formula is nested too deeply.");
            return Err(problem.hint("Move a part of it into a formula field of its own."));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    /// An expression whose operators bind at least as tightly as `least`.
    fn expression(&mut self, least: u8) -> Result<Node, Diagnostic> {
        let mut left = self.operand()?;
        loop {
            left = match self.peek().clone() {
                Token::Infix(operator) if operator.strength() >= least => self.infix(operator, left)?,
                Token::And if AND >= least => self.junction(AND, left)?,
                Token::Or if OR >= least => self.junction(OR, left)?,
                ref word if word.is_word("AND") && AND >= least => self.junction(AND, left)?,
                ref word if word.is_word("OR") && OR >= least => self.junction(OR, left)?,
                ref word if self.begins_in(word) && COMPARISON >= least => self.membership(left)?,
                _ => return Ok(left),
            };
        }
    }

    fn infix(&mut self, operator: Infix, left: Node) -> Result<Node, Diagnostic> {
        let (_, at) = self.next();
        if operator.is_comparison() {
            refuse_chain(&left, at)?;
        }
        if operator == Infix::Power {
            return self.power(left, at);
        }
        let right = self.expression(operator.strength() + 1)?;
        let span = left.span.to(right.span);
        self.node(Kind::Infix(operator, Box::new(left), Box::new(right)), span)
    }

    /// `a ^ b`; a sign before `a` and a second `^` are refused, since people read them in two ways.
    fn power(&mut self, left: Node, at: Span) -> Result<Node, Diagnostic> {
        let signed = matches!(left.kind, Kind::Prefix(..)) && !left.parenthesised;
        let right = self.operand()?;
        if signed || matches!(self.peek(), Token::Infix(Infix::Power)) {
            let problem = Diagnostic::new(Code::AmbiguousPower, at, "This power can be read in two ways.");
            return Err(problem.hint("Write parentheses, as in -(a ^ 2), (-a) ^ 2 or (a ^ b) ^ c."));
        }
        let span = left.span.to(right.span);
        self.node(Kind::Infix(Infix::Power, Box::new(left), Box::new(right)), span)
    }

    /// All operands that the same word joins, as one flat node.
    fn junction(&mut self, strength: u8, first: Node) -> Result<Node, Diagnostic> {
        let start = first.span;
        let mut parts = vec![first];
        while self.joins(strength) {
            self.next();
            parts.push(self.expression(strength + 1)?);
        }
        let span = parts.last().map_or(start, |last| start.to(last.span));
        self.node(if strength == AND { Kind::And(parts) } else { Kind::Or(parts) }, span)
    }

    fn joins(&self, strength: u8) -> bool {
        match strength {
            AND => *self.peek() == Token::And || self.peek().is_word("AND"),
            _ => *self.peek() == Token::Or || self.peek().is_word("OR"),
        }
    }

    fn begins_in(&self, word: &Token) -> bool {
        let next = self.tokens.get(self.at + 1).map(|(token, _)| token);
        word.is_word("IN") || (word.is_word("NOT") && next.is_some_and(|token| token.is_word("IN")))
    }

    fn membership(&mut self, item: Node) -> Result<Node, Diagnostic> {
        refuse_chain(&item, self.span())?;
        let negated = self.peek().is_word("NOT");
        if negated {
            self.next();
        }
        self.next();
        let list = self.list_operand()?;
        let span = item.span.to(list.span);
        self.node(Kind::In { item: Box::new(item), negated, list: Box::new(list) }, span)
    }

    fn end(&mut self) -> Result<(), Diagnostic> {
        let (token, span) = (self.peek().clone(), self.span());
        match token {
            Token::End => Ok(()),
            Token::Close | Token::CloseList => {
                Err(Diagnostic::new(Code::Parenthesis, span, "Nothing was opened that this could close."))
            }
            Token::Semicolon | Token::Comma => {
                let problem = Diagnostic::new(Code::UnexpectedToken, span, "A formula is one expression.");
                Err(problem.hint("Separators stand between the arguments of a function."))
            }
            _ => {
                let problem =
                    Diagnostic::new(Code::MissingOperator, span, "An operator is missing before this.");
                Err(problem.hint("Write an operator such as &, + or AND between two values."))
            }
        }
    }
}

/// `a < b < c` is refused; `(a = b) = c` is fine.
fn refuse_chain(left: &Node, at: Span) -> Result<(), Diagnostic> {
    let comparison = match &left.kind {
        Kind::Infix(operator, ..) => operator.is_comparison(),
        Kind::In { .. } => true,
        _ => false,
    };
    if !comparison || left.parenthesised {
        return Ok(());
    }
    let problem = Diagnostic::new(Code::ChainedComparison, at, "Comparisons cannot be chained.");
    Err(problem.hint("Write a < b AND b < c, or parentheses."))
}

#[cfg(test)]
#[path = "parser/tests.rs"]
mod tests;

#[cfg(test)]
#[path = "parser/tests/hostile.rs"]
mod hostile;
