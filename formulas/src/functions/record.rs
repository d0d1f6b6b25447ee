//! Functions that look at the record being saved, or at who asks.

use super::parameter::{Accepts, Parameter, kept};
use super::{Form, Function, Gives, Outcome};
use crate::capability::Capability;
use crate::check::Rewriting;
use crate::diagnostic::Diagnostic;
use crate::evaluate::Evaluation;
use crate::expression::{Comparison, Expression, Reference};
use crate::functions::FunctionRef;
use crate::types::Type;
use crate::value::Value;

const FIELD: Parameter = kept("field", Accepts::Field);

const fn saving(
    name: &'static str,
    takes: &'static [Parameter],
    gives: Gives,
    doc: &'static str,
    form: Form,
) -> Function {
    Function { name, aliases: &[], takes, gives, capability: Capability::Memory, doc, form }
}

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "RECORDID",
        aliases: &[],
        takes: &[],
        gives: Gives::Is(Type::Text),
        capability: Capability::Index,
        doc: "The id of the record, as text.",
        form: Form::Rewrite(record_id),
    },
    saving(
        "ISNEW",
        &[],
        Gives::Is(Type::Bool),
        "Whether the record is being created.",
        Form::Saving(|_, evaluation| Ok(Value::Bool(evaluation.record.is_new()))),
    ),
    saving(
        "ISCHANGED",
        &[FIELD],
        Gives::Is(Type::Bool),
        "Whether the field differs from what is stored; false for a record being created.",
        Form::Saving(is_changed),
    ),
    saving(
        "PRIORVALUE",
        &[FIELD],
        Gives::First,
        "What is stored in the field; blank for a record being created.",
        Form::Saving(prior_value),
    ),
    saving(
        "CHANGEDTO",
        &[FIELD, kept("value", Accepts::Any)],
        Gives::Is(Type::Bool),
        "Whether the field now has the value and did not have it before.",
        Form::Rewrite(changed_to),
    ),
    Function {
        name: "HASROLE",
        aliases: &[],
        takes: &[kept("role", Accepts::Words)],
        gives: Gives::Is(Type::Bool),
        capability: Capability::Query,
        doc: "Whether the user has the role.",
        form: Form::Request(|a, request| {
            let role = a.text(0)?;
            Ok(Value::Bool(request.roles.iter().any(|known| known == role)))
        }),
    },
    Function {
        name: "INTEAM",
        aliases: &[],
        takes: &[kept("team", Accepts::Words)],
        gives: Gives::Is(Type::Bool),
        capability: Capability::Query,
        doc: "Whether the user is in the team.",
        form: Form::Request(|a, request| {
            let team = a.text(0)?;
            Ok(Value::Bool(request.teams.iter().any(|known| known == team)))
        }),
    },
];

fn call(name: &str, arguments: Vec<Expression>) -> Option<Expression> {
    FunctionRef::named(name).map(|function| Expression::Call { function, arguments })
}

fn record_id(_: &mut Rewriting<'_>) -> Result<Expression, Diagnostic> {
    let id = Expression::Field(Reference { path: Vec::new(), field: "id".to_owned(), ty: Type::Id });
    Ok(call("TEXT", vec![id.clone()]).unwrap_or(id))
}

fn is_changed(arguments: &[Expression], evaluation: &Evaluation<'_>) -> Outcome {
    let (Some(prior), [field, ..]) = (evaluation.record.prior(), arguments) else {
        return Ok(Value::Bool(false));
    };
    let before = evaluation.of(prior).value(field)?;
    Ok(Value::Bool(!crate::evaluate::same(&before, &evaluation.value(field)?)))
}

fn prior_value(arguments: &[Expression], evaluation: &Evaluation<'_>) -> Outcome {
    match (evaluation.record.prior(), arguments) {
        (Some(prior), [field, ..]) => evaluation.of(prior).value(field),
        _ => Ok(Value::Null),
    }
}

/// `f = v AND (ISNEW() OR NOT PRIORVALUE(f) = v)`
fn changed_to(rewriting: &mut Rewriting<'_>) -> Result<Expression, Diagnostic> {
    let (field, value) = rewriting.pair()?;
    let now = rewriting.compare(Comparison::Eq, field.clone(), value.clone())?;
    let mut prior = field;
    prior.expression = call("PRIORVALUE", vec![prior.expression.clone()]).unwrap_or(prior.expression);
    let before = rewriting.compare(Comparison::Eq, prior, value)?;
    Ok(Expression::And(vec![now, Expression::Not(Box::new(before))]))
}
