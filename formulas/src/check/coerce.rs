//! The few implicit conversions: dates beside date/times, and text literals beside dates, times, ids and options.

use chrono_tz::Tz;

use super::operators::incomparable;
use super::{Checker, Typed, internal};
use crate::diagnostic::{Code, Diagnostic};
use crate::expression::{Comparison, Expression};
use crate::functions::date::{parse_date, parse_instant, parse_time};
use crate::types::Type;
use crate::value::Value;

impl Checker<'_> {
    /// `left op right`, with both sides of one type.
    pub(super) fn compare(
        &self,
        op: Comparison,
        left: Typed,
        right: Typed,
    ) -> Result<Expression, Diagnostic> {
        let (left, right) = self.alike(left, right)?;
        let equality = matches!(op, Comparison::Eq | Comparison::Ne);
        let unordered = |typed: &Typed| matches!(typed.ty(), Type::Bool | Type::Id);
        for side in [&left, &right] {
            let null = matches!(side.expression, Expression::Literal(Value::Null));
            if !equality && (unordered(side) || null && self.problems.is_empty()) {
                let problem = Diagnostic::new(Code::Mismatch, side.span, "This has no order.");
                return Err(problem.hint("Compare it with = or <>."));
            }
        }
        let (left, right) = (Box::new(left.expression), Box::new(right.expression));
        Ok(Expression::Compare { op, left, right })
    }

    fn alike(&self, left: Typed, right: Typed) -> Result<(Typed, Typed), Diagnostic> {
        use Type::{Bool, Choice, Choices, Date, DateTime, Id, Ids, Json, Null, Text, Time};
        match (left.ty(), right.ty()) {
            (Choices | Ids | Json, other) | (other, Choices | Ids | Json) if other != Null => {
                Err(incomparable(&left, &right))
            }
            (Null, _) | (_, Null) => Ok((left, right)),
            (a, b) if a.is_number() && b.is_number() => Ok((left, right)),
            (Text | Choice, Text | Choice) => {
                left.must_have(&right)?;
                right.must_have(&left)?;
                Ok((left, right))
            }
            (Date | DateTime, Date | DateTime) => {
                let [left, right] = self.same_moments([left, right]);
                Ok((left, right))
            }
            (Bool, Bool) | (Time, Time) | (Id, Id) => Ok((left, right)),
            (Date | DateTime | Time | Id, Text) if is_literal(&right) => {
                let right = self.read(right, left.ty())?;
                self.alike(left, right)
            }
            (Text, Date | DateTime | Time | Id) if is_literal(&left) => {
                let left = self.read(left, right.ty())?;
                self.alike(left, right)
            }
            _ => Err(incomparable(&left, &right)),
        }
    }

    /// A text literal as a value of the type; a date where a date/time is wanted is its start.
    pub(super) fn read(&self, literal: Typed, wanted: Type) -> Result<Typed, Diagnostic> {
        let Expression::Literal(Value::Text(text)) = &literal.expression else { return Ok(literal) };
        let date = parse_date(text).map(Value::Date);
        let value = match wanted {
            Type::Date => date,
            Type::DateTime if date.is_some() => date,
            Type::DateTime if has_offset(text) => parse_instant(text, Tz::UTC).map(Value::DateTime),
            Type::Time => parse_time(text).map(Value::Time),
            Type::Id => text.parse().ok().map(Value::Id),
            _ => None,
        };
        match value {
            Some(value) => Ok(Typed { expression: Expression::Literal(value), ..literal }),
            None => {
                let message = format!("\"{text}\" is not a {}.", wanted.word());
                let problem = Diagnostic::new(Code::Literal, literal.span, message);
                Err(problem.hint(match wanted {
                    Type::Date => "Write a date as \"2026-11-20\".",
                    Type::DateTime => "Write a date/time as \"2026-11-20T12:00:00Z\".",
                    Type::Time => "Write a time as \"12:30\".",
                    _ => "Write the record's id.",
                }))
            }
        }
    }

    /// Where one is a date/time, dates become its type: the start of the day in the formula's zone.
    pub(super) fn same_moments<const N: usize>(&self, parts: [Typed; N]) -> [Typed; N] {
        let instants = parts.iter().any(|part| part.ty() == Type::DateTime);
        parts.map(|part| if instants { self.to_instant(part) } else { part })
    }

    pub(super) fn to_instant(&self, part: Typed) -> Typed {
        self.converted(part, Type::Date, "_MIDNIGHT")
    }

    /// A part of type `from` through a function that takes the zone; any other part as it is.
    pub(super) fn converted(&self, part: Typed, from: Type, function: &str) -> Typed {
        if part.ty() != from {
            return part;
        }
        Typed { expression: internal(function, vec![part.expression, self.zone()]), ..part }
    }
}

fn is_literal(part: &Typed) -> bool {
    matches!(part.expression, Expression::Literal(_))
}

fn has_offset(text: &str) -> bool {
    text.get(11..).is_some_and(|clock| clock.contains(['Z', '+', '-']))
}
