//! The SQL text of conditions in both polarities, and the types of their parameters.

use rust_decimal::Decimal;
use sea_query::{ArrayType, Expr, PostgresQueryBuilder, Query, Value as Bound};

use super::super::{Columns, condition};
use crate::expression::{Comparison, Expression, Quantifier, Reference, TextMatch};
use crate::types::Type;
use crate::value::Value;

struct Names;

impl Columns for Names {
    fn column(&self, reference: &Reference) -> Expr {
        Expr::col(reference.field.clone())
    }

    fn related(&self, relation: &str, how: Quantifier, inner: &Expression) -> Expr {
        let (truth, word) = match how {
            Quantifier::Some => (true, "EXISTS"),
            Quantifier::None => (true, "NOT EXISTS"),
            Quantifier::Every => (false, "NOT EXISTS"),
        };
        let text = format!("{word} (SELECT FROM {relation} WHERE $1)");
        Expr::cust_with_expr(text, condition(inner, truth, self))
    }
}

fn render(expression: &Expression, truth: bool) -> (String, Vec<Bound>) {
    let mut query = Query::select();
    query.expr(condition(expression, truth, &Names));
    let (text, values) = query.build(PostgresQueryBuilder);
    (text.trim_start_matches("SELECT ").to_owned(), values.0)
}

fn both(expression: &Expression) -> [String; 2] {
    [render(expression, true).0, render(expression, false).0]
}

fn field(name: &str, ty: Type) -> Box<Expression> {
    Box::new(Expression::Field(Reference { path: vec![], field: name.into(), ty }))
}

fn text(value: &str) -> Value {
    Value::Text(value.into())
}

fn compare(op: Comparison, left: Box<Expression>, right: Value) -> Expression {
    Expression::Compare { op, left, right: Box::new(Expression::Literal(right)) }
}

#[test]
fn equality_has_exact_complements() {
    let eq = compare(Comparison::Eq, field("stage", Type::Choice), text("won"));
    assert_eq!(both(&eq), [r#"("stage" = $1)"#, r#"("stage" <> $1 OR "stage" IS NULL)"#]);
    let ne = compare(Comparison::Ne, field("stage", Type::Choice), text("won"));
    assert_eq!(render(&ne, true), render(&eq, false));
    let null = compare(Comparison::Eq, field("stage", Type::Choice), Value::Null);
    assert_eq!(both(&null), [r#"("stage" IS NULL)"#, r#"("stage" IS NOT NULL)"#]);
    let pair = Expression::Compare {
        op: Comparison::Eq,
        left: field("a", Type::Number),
        right: field("b", Type::Number),
    };
    assert_eq!(
        both(&pair),
        [
            r#"("a" = "b" OR ("a" IS NULL AND "b" IS NULL))"#,
            r#"("a" <> "b" OR ("a" IS NULL) <> ("b" IS NULL))"#
        ]
    );
}

#[test]
fn orderings_with_blank_are_false() {
    let less = compare(Comparison::Lt, field("amount", Type::Number), Value::Number(Decimal::new(15, 1)));
    assert_eq!(both(&less), [r#"("amount" < $1)"#, r#"(("amount" >= $1) OR ("amount" IS NULL))"#]);
    let name = compare(Comparison::Ge, field("name", Type::Text), text("m"));
    assert_eq!(render(&name, true).0, r#"(("name" COLLATE "C") >= $1)"#);
}

#[test]
fn integers_bind_as_integers_where_they_can() {
    let count = |number| compare(Comparison::Gt, field("count", Type::Integer), Value::Number(number));
    assert_eq!(
        render(&count(Decimal::from(5)), true),
        (r#"("count" > $1)"#.into(), vec![Bound::BigInt(Some(5))])
    );
    assert_eq!(render(&count(Decimal::new(55, 1)), true).0, r#"("count" > CAST($1 AS numeric))"#);
}

#[test]
fn a_list_is_one_typed_array() {
    let within = |ty, list| Expression::In { item: field("x", ty), list };
    let texts = within(Type::Text, vec![text("a"), text("b")]);
    assert_eq!(both(&texts), [r#"("x" = ANY($1))"#, r#"("x" <> ALL($1) OR "x" IS NULL)"#]);
    let kind = |expression: &Expression| match render(expression, true).1.remove(0) {
        Bound::Array(kind, _) => kind,
        other => panic!("not an array: {other:?}"),
    };
    assert_eq!(kind(&texts), ArrayType::String);
    assert_eq!(kind(&within(Type::Id, vec![Value::Id(uuid::Uuid::nil())])), ArrayType::Uuid);
    assert_eq!(kind(&within(Type::Number, vec![Value::Number(1.into())])), ArrayType::Decimal);
    assert_eq!(kind(&within(Type::Integer, vec![Value::Number(1.into())])), ArrayType::BigInt);
    assert_eq!(kind(&within(Type::Date, vec![Value::Date(Default::default())])), ArrayType::ChronoDate);
    let at = Value::DateTime(chrono::DateTime::UNIX_EPOCH);
    assert_eq!(kind(&within(Type::DateTime, vec![at])), ArrayType::ChronoDateTimeUtc);
}

#[test]
fn blanks_and_emptiness_in_lists() {
    let within = |list| Expression::In { item: field("x", Type::Text), list };
    assert_eq!(
        both(&within(vec![text("a"), Value::Null])),
        [r#"("x" = ANY($1) OR "x" IS NULL)"#, r#"("x" <> ALL($1))"#]
    );
    assert_eq!(both(&within(vec![])), ["FALSE", "TRUE"]);
    let tags = Expression::HasAny { list: field("tags", Type::Choices), values: vec![text("a")] };
    assert_eq!(both(&tags), [r#"("tags" && $1)"#, r#"(NOT ("tags" && $1) OR "tags" IS NULL)"#]);
    let blank = Expression::IsBlank(field("tags", Type::Choices));
    assert_eq!(
        both(&blank),
        [r#"("tags" IS NULL OR cardinality("tags") = 0)"#, r#"(cardinality("tags") > 0)"#]
    );
}

#[test]
fn patterns_are_escaped_in_the_value() {
    let part = Box::new(Expression::Literal(text(r"50%_\")));
    let find = Expression::TextMatch {
        how: TextMatch::Contains,
        ignore_case: true,
        text: field("x", Type::Text),
        part,
    };
    let (sql, values) = render(&find, true);
    assert_eq!(sql, r#"("x" ILIKE $1)"#);
    assert_eq!(values, vec![Bound::from(r"%50\%\_\\%")]);
    assert_eq!(render(&find, false).0, r#"("x" NOT ILIKE $1 OR "x" IS NULL)"#);
}

#[test]
fn negation_moves_to_the_leaves() {
    let won = compare(Comparison::Eq, field("stage", Type::Choice), text("won"));
    let open = Expression::Field(Reference { path: vec![], field: "open".into(), ty: Type::Bool });
    let not = Expression::Not(Box::new(Expression::And(vec![won, Expression::Not(Box::new(open))])));
    assert_eq!(
        both(&not),
        [r#"(("stage" <> $1 OR "stage" IS NULL) OR "open")"#, r#"(("stage" = $1) AND ("open" IS NOT TRUE))"#]
    );
    assert_eq!(both(&Expression::always()), ["TRUE", "FALSE"]);
    assert_eq!(both(&Expression::never()), ["FALSE", "TRUE"]);
}

#[test]
fn related_conditions_are_left_to_the_caller() {
    let done = Box::new(compare(Comparison::Eq, field("status", Type::Choice), text("done")));
    let every = Expression::Related { relation: "tasks".into(), how: Quantifier::Every, condition: done };
    assert_eq!(
        render(&every, true).0,
        r#"(NOT EXISTS (SELECT FROM tasks WHERE ("status" <> $1 OR "status" IS NULL)))"#
    );
    assert!(render(&every, false).0.starts_with("(NOT (NOT EXISTS"));
}
