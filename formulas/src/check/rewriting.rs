//! What a function that becomes other expressions works with while it is checked.

use super::{Checker, Typed, internal, mismatch};
use crate::diagnostic::{Code, Diagnostic};
use crate::expression::{Comparison, Expression};
use crate::span::Span;
use crate::types::Type;
use crate::value::Value;

/// A call that is being rewritten. Its arguments have passed the checks of the function's parameters.
pub(crate) struct Rewriting<'a> {
    pub(super) checker: &'a dyn Comparing,
    pub arguments: Vec<Typed>,
    pub span: Span,
}

/// What rewriting needs of the checker.
pub(super) trait Comparing {
    fn compared(&self, op: Comparison, left: Typed, right: Typed) -> Result<Expression, Diagnostic>;
    fn instant(&self, part: Typed) -> Typed;
    fn today(&self) -> Expression;
}

impl Comparing for Checker<'_> {
    fn compared(&self, op: Comparison, left: Typed, right: Typed) -> Result<Expression, Diagnostic> {
        self.compare(op, left, right)
    }

    fn instant(&self, part: Typed) -> Typed {
        self.to_instant(part)
    }

    fn today(&self) -> Expression {
        internal("TODAY", vec![self.zone()])
    }
}

impl Rewriting<'_> {
    /// The next argument; blank where the arity check let it be absent.
    pub(crate) fn take(&mut self) -> Expression {
        self.take_or(Expression::Literal(Value::Null))
    }

    /// The next argument, or another expression where it is absent.
    pub(crate) fn take_or(&mut self, absent: Expression) -> Expression {
        match self.arguments.is_empty() {
            true => absent,
            false => self.arguments.remove(0).expression,
        }
    }

    /// A call of a function in the table.
    pub(crate) fn made(&self, name: &str, arguments: Vec<Expression>) -> Expression {
        internal(name, arguments)
    }

    /// The day of the request, in the formula's zone.
    pub(crate) fn today(&self) -> Expression {
        self.checker.today()
    }

    pub(crate) fn take_all(&mut self) -> Vec<Expression> {
        self.arguments.drain(..).map(|argument| argument.expression).collect()
    }

    /// Both arguments of a function that takes two.
    pub(crate) fn pair(&mut self) -> Result<(Typed, Typed), Diagnostic> {
        let mut arguments = self.arguments.drain(..);
        match (arguments.next(), arguments.next()) {
            (Some(first), Some(second)) => Ok((first, second)),
            _ => Err(Diagnostic::new(Code::ArgumentCount, self.span, "Two arguments are expected.")),
        }
    }

    pub(crate) fn compare(
        &self,
        op: Comparison,
        left: Typed,
        right: Typed,
    ) -> Result<Expression, Diagnostic> {
        self.checker.compared(op, left, right)
    }

    pub(crate) fn equal(&self, left: Typed, right: Typed) -> Result<Expression, Diagnostic> {
        self.compare(Comparison::Eq, left, right)
    }

    /// Makes the chosen arguments values of one type, or refuses the first that cannot be.
    pub(crate) fn unify(&mut self, chosen: impl Fn(usize) -> bool) -> Result<(), Diagnostic> {
        let indices: Vec<usize> = (0..self.arguments.len()).filter(|index| chosen(*index)).collect();
        let types = indices.iter().map(|index| self.arguments[*index].ty());
        if types.clone().any(|ty| ty == Type::DateTime) {
            for index in &indices {
                self.arguments[*index] = self.checker.instant(self.arguments[*index].clone());
            }
        }
        let wanted = indices.iter().map(|index| self.arguments[*index].ty()).find(|ty| *ty != Type::Null);
        let Some(wanted) = wanted else { return Ok(()) };
        for index in indices {
            let argument = &self.arguments[index];
            let alike = argument.ty().is_text() && wanted.is_text();
            if !alike && argument.must_be(wanted).is_err() {
                return Err(mismatch(argument, wanted.word()));
            }
        }
        Ok(())
    }
}
