//! Filters become expressions: values take the type of their field, words such as `today` become spans.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use formulas::{Comparison, Document, Expression, Quantifier, TextMatch, Type, Value};
use metadata::catalog::{Field, Object};
use metadata::{Fault, FieldKind, Input};
use serde_json::Value as Json;

use super::bind::Binder;
use super::paths::Target;
use crate::filter::{Filter, How, Operator, relative};

impl<'c> Binder<'c> {
    /// The expression of a filter on `object`; problems are collected.
    pub(super) fn condition(&mut self, object: &'c Arc<Object>, filter: &Filter) -> Expression {
        match filter {
            Filter::And(parts) => {
                Expression::And(parts.iter().map(|part| self.condition(object, part)).collect())
            }
            Filter::Or(parts) => {
                Expression::Or(parts.iter().map(|part| self.condition(object, part)).collect())
            }
            Filter::Not(part) => Expression::Not(Box::new(self.condition(object, part))),
            Filter::Formula(text) => self.formula(object, text),
            Filter::Related { path, how, filter } => self.related(object, path, (*how, filter)),
            Filter::Field { path, operator: Operator::Search, value } => self.search(object, path, value),
            Filter::Field { path, operator, value } => match self.follow_any(object, path) {
                Ok(target) if target.field.encrypted => self.looked_up(&target, *operator, (path, value)),
                Ok(target) => self.compare(&target, *operator, (path, value)),
                Err(lost) => {
                    self.unknown(format!("filter.{path}"), &lost);
                    Expression::never()
                }
            },
        }
    }

    fn related(&mut self, object: &'c Arc<Object>, path: &str, (how, filter): (How, &Filter)) -> Expression {
        let relation = self.relation(object, path);
        let other = relation.and_then(|relation| self.catalog.find_object(&relation.object));
        let Some(other) = other.filter(|other| self.decide(other).is_allowed()) else {
            self.problem(
                format!("filter.{path}"),
                "unknown-field",
                format!("`{}` has no relation `{path}`", object.name),
            );
            return Expression::never();
        };
        let how = match how {
            How::Some => Quantifier::Some,
            How::None => Quantifier::None,
            How::Every => Quantifier::Every,
        };
        let condition = Box::new(self.condition(other, filter));
        Expression::Related { relation: path.to_owned(), how, condition }
    }

    /// Each word must stand in one of the searchable fields; on a named text field, in that one.
    fn search(&mut self, object: &'c Arc<Object>, path: &str, value: &Json) -> Expression {
        let Json::String(text) = value else {
            self.problem(format!("filter.{path}"), "wrong-type", "search takes a text");
            return Expression::never();
        };
        if has_nul(value) {
            self.problems.push(nul().at(format!("filter.{path}")));
            return Expression::never();
        }
        let names: Vec<String> = match path {
            "*" | "name" => self.searchable(object),
            path => vec![path.to_owned()],
        };
        let places: Vec<Target<'c>> = names.iter().filter_map(|name| self.text_at(object, name)).collect();
        let word = |word| places.iter().map(|place| text_match(place, TextMatch::Contains, word)).collect();
        Expression::And(text.split_whitespace().take(10).map(|part| Expression::Or(word(part))).collect())
    }

    /// Names of the fields that a search looks into, as far as the actor may see them.
    fn searchable(&mut self, object: &Object) -> Vec<String> {
        let decision = self.decide(object);
        let looked_into = |field: &&Field| {
            let is_text = field.ty() == Type::Text;
            (field.searchable && is_text || field.name == "name") && decision.gives(field)
        };
        object.fields.iter().filter(looked_into).map(|field| field.name.clone()).collect()
    }

    /// The text field that a search looks into.
    fn text_at(&mut self, object: &'c Arc<Object>, name: &str) -> Option<Target<'c>> {
        match self.follow(object, name) {
            Ok(target) if target.reference.ty.is_text() => return Some(target),
            Ok(target) => self.problems.push(not_for(&target, "search").at(format!("filter.{name}"))),
            Err(lost) => self.unknown(format!("filter.{name}"), &lost),
        }
        None
    }

    pub(super) fn compare(
        &mut self,
        target: &Target<'c>,
        operator: Operator,
        (path, value): (&str, &Json),
    ) -> Expression {
        let days = Days { today: self.context.today(), zone: self.context.zone() };
        let outcome = if has_nul(value) { Err(nul()) } else { comparison(target, operator, value, days) };
        outcome.unwrap_or_else(|fault| {
            self.problems.push(fault.at(format!("filter.{path}.{}", operator.word())));
            Expression::never()
        })
    }
}

/// PostgreSQL stores no NUL and takes none in a parameter.
pub(super) fn has_nul(value: &Json) -> bool {
    match value {
        Json::String(text) => text.contains('\0'),
        Json::Array(items) => items.iter().any(has_nul),
        _ => false,
    }
}

pub(super) fn nul() -> Fault {
    Fault::new("bad-character", "the text contains a NUL character, which no record holds")
}

fn field(target: &Target<'_>) -> Box<Expression> {
    Box::new(Expression::Field(target.reference.clone()))
}

fn text_match(target: &Target<'_>, how: TextMatch, part: &str) -> Expression {
    let part = Box::new(Expression::Literal(Value::Text(part.to_owned())));
    Expression::TextMatch { how, ignore_case: true, text: field(target), part }
}

fn comparison(
    target: &Target<'_>,
    operator: Operator,
    value: &Json,
    days: Days,
) -> Result<Expression, Fault> {
    let ordered = |op| order(target, op, value, days);
    match operator {
        Operator::Eq => ordered(Comparison::Eq),
        Operator::Ne => Ok(Expression::Not(Box::new(ordered(Comparison::Eq)?))),
        Operator::Gt => ordered(Comparison::Gt),
        Operator::Gte => ordered(Comparison::Ge),
        Operator::Lt => ordered(Comparison::Lt),
        Operator::Lte => ordered(Comparison::Le),
        Operator::Between => between(target, value, days),
        Operator::In => inside(target, value, days),
        Operator::NotIn => Ok(Expression::Not(Box::new(inside(target, value, days)?))),
        Operator::IsNull => is_null(target, value),
        Operator::Contains => matching(target, TextMatch::Contains, value),
        Operator::NotContains => Ok(Expression::Not(Box::new(matching(target, TextMatch::Contains, value)?))),
        Operator::StartsWith => matching(target, TextMatch::Starts, value),
        Operator::EndsWith => matching(target, TextMatch::Ends, value),
        Operator::HasAny => Ok(Expression::HasAny { list: choices(target)?, values: list(target, value)? }),
        Operator::HasAll => Ok(Expression::HasAll { list: choices(target)?, values: list(target, value)? }),
        Operator::Search => Err(not_for(target, "search")),
    }
}

fn not_for(target: &Target<'_>, operator: &str) -> Fault {
    Fault::new(
        "unsuitable-operator",
        format!("`{operator}` does not suit a {} field", target.field.kind.name()),
    )
}

/// A field that is a list itself is asked with `has_any` and `has_all`. Words such as `today` are spans in a list too.
fn inside(target: &Target<'_>, value: &Json, days: Days) -> Result<Expression, Fault> {
    if target.reference.ty.is_list() {
        return Err(not_for(target, "in"));
    }
    let items = elements(value)?;
    if items.iter().any(|item| span(target, item, days).is_some()) {
        let each = items.iter().map(|item| order(target, Comparison::Eq, item, days));
        return Ok(Expression::Or(each.collect::<Result<_, _>>()?));
    }
    Ok(Expression::In { item: field(target), list: list(target, value)? })
}

fn choices(target: &Target<'_>) -> Result<Box<Expression>, Fault> {
    if target.reference.ty.is_list() { Ok(field(target)) } else { Err(not_for(target, "has_any")) }
}

pub(super) fn is_null(target: &Target<'_>, value: &Json) -> Result<Expression, Fault> {
    let blank = Expression::IsBlank(field(target));
    match value {
        Json::Bool(true) => Ok(blank),
        Json::Bool(false) => Ok(Expression::Not(Box::new(blank))),
        Json::String(text) if text == "true" => Ok(blank),
        Json::String(text) if text == "false" => Ok(Expression::Not(Box::new(blank))),
        _ => Err(Fault::wrong_type("true or false")),
    }
}

fn matching(target: &Target<'_>, how: TextMatch, value: &Json) -> Result<Expression, Fault> {
    if !target.reference.ty.is_text() {
        return Err(not_for(target, "contains"));
    }
    match value {
        Json::String(part) => Ok(text_match(target, how, part)),
        _ => Err(Fault::wrong_type("a text")),
    }
}

/// One comparison; a span such as `this_month` is compared by its first and last moment.
fn order(target: &Target<'_>, op: Comparison, value: &Json, days: Days) -> Result<Expression, Fault> {
    if op != Comparison::Eq && (target.reference.ty.is_list() || target.reference.ty == Type::Json) {
        return Err(not_for(target, "gt"));
    }
    let Some((first, after)) = span(target, value, days) else {
        return Ok(compare(target, op, literal(target, value)?));
    };
    Ok(match op {
        Comparison::Ge => compare(target, op, first),
        Comparison::Lt => compare(target, op, first),
        Comparison::Gt => compare(target, Comparison::Ge, after),
        Comparison::Le => compare(target, Comparison::Lt, after),
        _ => Expression::And(vec![
            compare(target, Comparison::Ge, first),
            compare(target, Comparison::Lt, after),
        ]),
    })
}

fn compare(target: &Target<'_>, op: Comparison, value: Value) -> Expression {
    if value == Value::Null && op == Comparison::Eq {
        return Expression::IsBlank(field(target));
    }
    Expression::Compare { op, left: field(target), right: Box::new(Expression::Literal(value)) }
}

fn between(target: &Target<'_>, value: &Json, days: Days) -> Result<Expression, Fault> {
    let parts: Vec<Json> = match value {
        Json::Array(items) => items.clone(),
        Json::String(text) => text.split(',').map(|part| Json::String(part.trim().to_owned())).collect(),
        _ => Vec::new(),
    };
    let [low, high] = parts.as_slice() else {
        return Err(Fault::wrong_type("two values: the lowest and the highest"));
    };
    Ok(Expression::And(vec![
        order(target, Comparison::Ge, low, days)?,
        order(target, Comparison::Le, high, days)?,
    ]))
}

fn list(target: &Target<'_>, value: &Json) -> Result<Vec<Value>, Fault> {
    elements(value)?.iter().map(|item| item_literal(target, item)).collect()
}

/// The elements of a list; in addresses they are separated by commas.
pub(super) fn elements(value: &Json) -> Result<Cow<'_, [Json]>, Fault> {
    match value {
        Json::Array(items) => Ok(Cow::Borrowed(items)),
        Json::String(text) => {
            Ok(text.split(',').map(|item| Json::String(item.trim().to_owned())).collect::<Vec<_>>().into())
        }
        _ => Err(Fault::wrong_type("a list")),
    }
}

/// One element: of a list field it is one of its words.
fn item_literal(target: &Target<'_>, value: &Json) -> Result<Value, Fault> {
    match (target.reference.ty.is_list(), value) {
        (true, Json::String(word)) => Ok(Value::Text(word.clone())),
        (true, _) => Err(Fault::wrong_type("a text")),
        _ => literal(target, value),
    }
}

/// A value in the type of the field. Text that its kind would refuse (a shortened phone number, say)
/// is still a fair question, so it is compared as it is.
pub(super) fn literal(target: &Target<'_>, value: &Json) -> Result<Value, Fault> {
    let printed;
    let input = match value {
        Json::Null => return Ok(Value::Null),
        Json::Bool(flag) => Input::Bool(*flag),
        Json::Number(number) => {
            printed = number.to_string();
            Input::Number(&printed)
        }
        Json::String(text) => Input::Text(Cow::Borrowed(text)),
        _ => return Err(Fault::wrong_type("a single value")),
    };
    match (target.reference.ty, value) {
        // The one blank, so that it is on no side of an ordering.
        (Type::Text, Json::String(text)) if text.is_empty() => Ok(Value::Null),
        // An empty text is a blank among texts alone; elsewhere it is a value that was forgotten.
        (Type::Id | Type::Choice, Json::String(text)) if text.trim().is_empty() => {
            Err(Fault::new("empty", "expected a value; records without one are found by `is_null`"))
        }
        // Whatever its schema says: what cannot be there is not found.
        (Type::Json, value) => {
            Document::parse(&value.to_string()).map(Value::Json).map_err(|_| Fault::wrong_type("JSON"))
        }
        (Type::Text, Json::String(text)) => match target.field.kind {
            FieldKind::Email(_) | FieldKind::Phone(_) | FieldKind::Url(_) => {
                Ok(target.field.parse_compared(&input).unwrap_or_else(|_| Value::Text(text.clone())))
            }
            _ => Ok(Value::Text(text.clone())),
        },
        (Type::Text, _) => Err(Fault::wrong_type("a text")),
        (Type::Choice, Json::String(text)) => choice(target, text),
        (Type::Date, Json::String(text)) if text.len() > 10 => {
            target.field.parse_compared(&Input::Text(Cow::Borrowed(&text[..text.floor_char_boundary(10)])))
        }
        (Type::Integer, _) => number(&input),
        (Type::Number, _) => number(&input),
        _ => target.field.parse_compared(&input),
    }
}

/// Any exact number may be asked for, whatever the field could hold.
fn number(input: &Input<'_>) -> Result<Value, Fault> {
    metadata::field_kinds::decimal::parse_number(input).map(Value::Number)
}

fn choice(target: &Target<'_>, text: &str) -> Result<Value, Fault> {
    if target.field.options.iter().any(|option| option.value == text) {
        return Ok(Value::Text(text.to_owned()));
    }
    let values: Vec<&str> =
        target.field.options.iter().take(12).map(|option| option.value.as_str()).collect();
    Err(Fault::new(
        "unknown-option",
        format!("`{text}` is not an option of `{}`; there are {}", target.field.name, values.join(", ")),
    ))
}

/// First moment of a span and the moment after it, in the type of the field.
fn span(target: &Target<'_>, value: &Json, days: Days) -> Option<(Value, Value)> {
    let Json::String(word) = value else { return None };
    let bare_day =
        || NaiveDate::parse_from_str(word, "%Y-%m-%d").ok().and_then(|day| Some((day, day.succ_opt()?)));
    match target.reference.ty {
        Type::Date => {
            let (first, after) = relative::span(word, days.today)?;
            Some((Value::Date(first), Value::Date(after)))
        }
        // A whole day is a span of instants.
        Type::DateTime => {
            let (first, after) = relative::span(word, days.today).or_else(bare_day)?;
            Some((Value::DateTime(days.begins(first)), Value::DateTime(days.begins(after))))
        }
        _ => None,
    }
}

/// Days as the actor has them.
#[derive(Clone, Copy)]
struct Days {
    today: NaiveDate,
    zone: Tz,
}

impl Days {
    fn begins(self, day: NaiveDate) -> DateTime<Utc> {
        formulas::midnight(day, self.zone)
    }
}
