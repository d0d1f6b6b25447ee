//! What a form in a browser evaluates by itself while somebody types: conditions of fields, as expressions whose names
//! are the keys of a record in JSON. What the caller may not read is not in them; saving holds to all of them anyway.

use formulas::{Expression, Reference};
use metadata::Object;
use metadata::definitions::field_condition::WhenHidden;
use metadata::definitions::sharing_rule::condition_options;
use permissions::{Action, Decision};
use serde::Serialize;

use crate::context::Context;

/// The conditions of one field, as far as a form can know them.
#[derive(Debug, Serialize)]
pub struct FormCondition {
    /// Name of the field.
    pub field: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visible: Option<Expression>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required: Option<Expression>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_only: Option<Expression>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options_when: Vec<FormOptions>,
    pub when_hidden: WhenHidden,
}

/// The options that are left while a condition is true.
#[derive(Debug, Serialize)]
pub struct FormOptions {
    pub when: Expression,
    pub allow: Vec<String>,
}

/// The conditions of an object's fields in the order in which a save applies them.
pub fn conditions(context: &Context, object: &Object) -> Vec<FormCondition> {
    let decision = context.decide(Action::Read, object);
    let Some(rules) = context.snapshot.catalog.rules(object) else { return Vec::new() };
    let told = |expression: &Option<Expression>| {
        expression.as_ref().and_then(|expression| in_keys(context, object, &decision, expression))
    };
    let condition = |condition: &metadata::catalog::rules::Condition| {
        let field = object.find_field_by_id(&condition.field).filter(|field| decision.gives(field))?;
        Some(FormCondition {
            field: field.name.clone(),
            visible: told(&condition.visible),
            required: told(&condition.required),
            read_only: told(&condition.read_only),
            options_when: condition
                .options
                .iter()
                .filter_map(|(when, allow)| {
                    let when = in_keys(context, object, &decision, when)?;
                    Some(FormOptions { when, allow: allow.clone() })
                })
                .collect(),
            when_hidden: condition.when_hidden,
        })
    };
    rules.conditions.iter().filter_map(condition).collect()
}

/// The condition under which a page shows a section of its layout; nothing where a page cannot know it.
pub fn section(context: &Context, object: &Object, text: &str) -> Option<Expression> {
    let checked = context.snapshot.catalog.check_expression(object, text, &condition_options()).ok()?;
    in_keys(context, object, &context.decide(Action::Read, object), &checked.expression)
}

/// The expression with keys in place of ids, and with who asks written into it; the moment is left to the form.
/// Nothing where it reads other records, or what the caller may not.
fn in_keys(
    context: &Context,
    object: &Object,
    decision: &Decision,
    expression: &Expression,
) -> Option<Expression> {
    let key = |reference: &Reference| {
        let field = object.find_field_by_id(&reference.field)?;
        let known = reference.path.is_empty() && decision.gives(field);
        known.then(|| field.columns.last().map_or_else(|| field.name.clone(), |column| column.key.clone()))
    };
    let mut is_known = true;
    expression.references(&mut |reference| is_known &= key(reference).is_some());
    if !is_known {
        return None;
    }
    let request = context.request();
    Some(expression.clone().map(&|part| match part {
        Expression::Field(reference) => {
            let field = key(&reference).unwrap_or_default();
            Expression::Field(Reference { field, ..reference })
        }
        Expression::Call { function, .. } if ["TODAY", "NOW"].contains(&function.name) => part,
        Expression::Call { .. } if part.asks() => part.fixed(&request),
        Expression::Variable { .. } => part.fixed(&request),
        part => part,
    }))
}
