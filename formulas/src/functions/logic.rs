//! Functions that decide. They become expressions of their own kind, so that only the branch taken is evaluated.

use super::parameter::{Accepts, Parameter, kept};
use super::{Form, Function, Gives};
use crate::capability::Capability;
use crate::check::{Rewriting, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::expression::{Branch, Comparison, Expression};
use crate::types::Type;
use crate::value::Value;

type Rewritten = Result<Expression, Diagnostic>;

const fn function(
    name: &'static str,
    aliases: &'static [&'static str],
    takes: &'static [Parameter],
    doc: &'static str,
    rewrite: fn(&mut Rewriting<'_>) -> Rewritten,
) -> Function {
    let (gives, capability) = (Gives::Common, Capability::Index);
    Function { name, aliases, takes, gives, capability, doc, form: Form::Rewrite(rewrite) }
}

const CONDITION: Parameter = kept("condition", Accepts::Is(Type::Bool));
const VALUE: Parameter = kept("value", Accepts::Any);
const CONDITIONS: &[Parameter] = &[CONDITION.repeated()];

pub(super) static FUNCTIONS: &[Function] = &[
    function(
        "IF",
        &[],
        &[CONDITION, VALUE, kept("otherwise", Accepts::Any).optional()],
        "One value where the condition is true, another where it is not.",
        choose,
    ),
    function(
        "IFS",
        &[],
        &[CONDITION, VALUE, VALUE.repeated()],
        "The value after the first condition that is true; a last value alone stands for all other cases.",
        choose,
    ),
    function(
        "CASE",
        &["SWITCH"],
        &[VALUE, VALUE, VALUE.repeated()],
        "The result after the first key that equals the value; a last value alone stands for all other cases.",
        switch,
    ),
    function("AND", &[], CONDITIONS, "Whether all conditions are true.", |call| {
        Ok(Expression::And(call.take_all()))
    }),
    function("OR", &[], CONDITIONS, "Whether any condition is true.", |call| {
        Ok(Expression::Or(call.take_all()))
    }),
    function("NOT", &[], &[CONDITION], "Whether the condition is false.", |call| {
        Ok(Expression::Not(Box::new(call.take())))
    }),
    function("XOR", &[], CONDITIONS, "Whether an odd number of conditions is true.", |call| {
        let conditions = call.take_all().into_iter();
        let differ = |left, right| Expression::Compare {
            op: Comparison::Ne,
            left: Box::new(left),
            right: Box::new(right),
        };
        Ok(conditions.reduce(differ).unwrap_or_else(Expression::never))
    }),
    function("ISBLANK", &["ISNULL"], &[VALUE], "Whether the value is blank.", |call| {
        Ok(Expression::IsBlank(Box::new(call.take())))
    }),
    function(
        "BLANKVALUE",
        &["COALESCE", "IFBLANK", "NULLVALUE"],
        &[VALUE, VALUE.repeated()],
        "The first value that is not blank.",
        |call| {
            call.unify(|_| true)?;
            Ok(Expression::Coalesce(call.take_all()))
        },
    ),
    function("IFERROR", &[], &[VALUE, VALUE], "The value, or another where it is an error.", |call| {
        call.unify(|_| true)?;
        Ok(Expression::IfError { value: Box::new(call.take()), otherwise: Box::new(call.take()) })
    }),
    function("ISERROR", &[], &[VALUE], "Whether the value is an error.", |call| {
        Ok(Expression::IsError(Box::new(call.take())))
    }),
    function(
        "BETWEEN",
        &[],
        &[VALUE, VALUE, VALUE],
        "Whether a value lies between two others, both included.",
        between,
    ),
];

/// IF and IFS: conditions and values in turn, and perhaps a value for all other cases.
fn choose(call: &mut Rewriting<'_>) -> Rewritten {
    let count = call.arguments.len();
    let is_condition = move |index: usize| index.is_multiple_of(2) && index + 1 < count;
    for (index, argument) in call.arguments.iter().enumerate() {
        if is_condition(index) {
            argument.must_be(Type::Bool)?;
        }
    }
    call.unify(|index| !is_condition(index))?;
    let mut arguments = call.take_all().into_iter();
    Ok(case_of(&mut arguments))
}

/// Pairs of a condition and a value; one that is left over stands for all other cases.
fn case_of(parts: &mut dyn Iterator<Item = Expression>) -> Expression {
    let mut branches = Vec::new();
    while let Some(when) = parts.next() {
        match parts.next() {
            Some(then) => branches.push(Branch { when, then }),
            None => return Expression::Case { branches, otherwise: Box::new(when) },
        }
    }
    Expression::Case { branches, otherwise: Box::new(Expression::Literal(Value::Null)) }
}

fn switch(call: &mut Rewriting<'_>) -> Rewritten {
    let count = call.arguments.len();
    let is_key = move |index: usize| index % 2 == 1 && index + 1 < count;
    call.unify(|index| index > 0 && !is_key(index))?;
    let mut arguments = std::mem::take(&mut call.arguments).into_iter();
    let Some(value) = arguments.next() else {
        return Err(Diagnostic::new(Code::ArgumentCount, call.span, "CASE has no value to compare."));
    };
    let mut parts = Vec::new();
    for (index, argument) in arguments.enumerate() {
        parts.push(match is_key(index + 1) {
            true => call.equal(value.clone(), argument)?,
            false => argument.expression,
        });
    }
    Ok(case_of(&mut parts.into_iter()))
}

fn between(call: &mut Rewriting<'_>) -> Rewritten {
    let mut arguments = std::mem::take(&mut call.arguments).into_iter();
    let missing = || Diagnostic::new(Code::ArgumentCount, call.span, "BETWEEN takes three values.");
    let mut next = || arguments.next().ok_or_else(missing);
    let (value, low, high): (Typed, Typed, Typed) = (next()?, next()?, next()?);
    let from = call.compare(Comparison::Ge, value.clone(), low)?;
    let to = call.compare(Comparison::Le, value, high)?;
    Ok(Expression::And(vec![from, to]))
}
