//! Names of fields and variables, and how far their paths may lead.

use super::{Checker, Mention, Typed, internal};
use crate::diagnostic::{Code, Diagnostic};
use crate::expression::Expression;
use crate::span::Span;

impl Checker<'_> {
    pub(super) fn name(&mut self, segments: &[String], span: Span) -> Result<Typed, Diagnostic> {
        match segments {
            [root, rest @ ..] if root.eq_ignore_ascii_case("$Record") && !rest.is_empty() => {
                self.field(rest, span)
            }
            [root, rest @ ..] if root.eq_ignore_ascii_case("$Prior") && !rest.is_empty() => {
                self.prior(rest, span)
            }
            [root, ..] if root.starts_with('$') => self.variable(segments, span),
            _ => self.field(segments, span),
        }
    }

    fn field(&mut self, segments: &[String], span: Span) -> Result<Typed, Diagnostic> {
        let target = self.scope.field(segments).map_err(|unknown| {
            let name = segments.get(unknown.at).map_or("", String::as_str);
            let text = unknown.reason.unwrap_or_else(|| format!("There is no field \"{name}\"."));
            let problem = Diagnostic::new(Code::UnknownField, span, text);
            match unknown.suggestion {
                Some(close) => problem.hint(format!("Did you mean \"{close}\"?")),
                None => problem,
            }
        })?;
        let reference = target.reference;
        self.follow(&reference.path, span)?;
        self.mentions.push(Mention { span, reference: reference.clone() });
        let nullable = target.nullable || !reference.path.is_empty();
        Ok(Typed { expression: Expression::Field(reference), span, options: target.options, nullable })
    }

    fn follow(&mut self, path: &[String], span: Span) -> Result<(), Diagnostic> {
        let limits = &self.options.limits;
        if path.len() > limits.hops {
            let message = format!("A path follows at most {} lookups.", limits.hops);
            return Err(Diagnostic::new(Code::TooManyHops, span, message));
        }
        for length in 1..=path.len() {
            self.joins.insert(path[..length].to_vec());
        }
        match self.joins.len() > limits.joins {
            true => {
                let message = format!("A formula follows at most {} different lookups.", limits.joins);
                Err(Diagnostic::new(Code::TooManyHops, span, message))
            }
            false => Ok(()),
        }
    }

    /// `$Prior.stage` is `PRIORVALUE(stage)`.
    fn prior(&mut self, segments: &[String], span: Span) -> Result<Typed, Diagnostic> {
        self.must_be_saving(span)?;
        let now = self.field(segments, span)?;
        let expression = internal("PRIORVALUE", vec![now.expression]);
        Ok(Typed { expression, span, options: now.options, nullable: true })
    }

    fn variable(&mut self, segments: &[String], span: Span) -> Result<Typed, Diagnostic> {
        let name = segments.join(".");
        match self.scope.variable(&name) {
            Some(ty) => Ok(Typed::new(Expression::Variable { name, ty }, span)),
            None => {
                let problem =
                    Diagnostic::new(Code::UnknownField, span, format!("There is no value \"{name}\"."));
                Err(problem.hint("Known are $User, $Tenant, $Record and, while saving, $Prior."))
            }
        }
    }

    /// Refuses what only has a meaning while a record is saved.
    pub(super) fn must_be_saving(&self, span: Span) -> Result<(), Diagnostic> {
        if self.options.saving {
            return Ok(());
        }
        let message = "This only has a meaning while a record is being saved.";
        Err(Diagnostic::new(Code::Place, span, message)
            .hint("Use it in validation rules and field conditions."))
    }
}
