//! Every function with values and blanks: its value in both blank modes, what it can be used for, and its SQL.

use proptest::prelude::*;
use sea_query::{PostgresQueryBuilder, Query};

use crate::check::BlankAs;
use crate::expression::{Expression, Quantifier, Reference};
use crate::functions;
use crate::sql::{self, Columns};
use crate::testing::{checked, request, row, shown};
use crate::types::Type;

const CASES: &str = include_str!("../cases/functions.txt");

struct Names;

impl Columns for Names {
    fn column(&self, reference: &Reference) -> sea_query::Expr {
        sea_query::Expr::col(reference.field.clone())
    }

    fn related(&self, _: &str, _: Quantifier, _: &Expression) -> sea_query::Expr {
        sea_query::Expr::cust("TRUE")
    }

    fn digits(&self, _: &Reference) -> u32 {
        14
    }
}

fn cases() -> impl Iterator<Item = &'static str> {
    CASES.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn sql_of(expression: &Expression, ty: Type) -> String {
    let mut query = Query::select();
    query.expr(match ty {
        Type::Bool => sql::condition(expression, true, &Names),
        _ => sql::value(expression, &Names),
    });
    query.build(PostgresQueryBuilder).0.trim_start_matches("SELECT ").to_owned()
}

#[test]
fn values_of_all_functions() {
    let mut table = String::new();
    for text in cases() {
        let zero = shown(text, &row(), BlankAs::Zero);
        let blank = shown(text, &row(), BlankAs::Blank);
        let both = if zero == blank { zero } else { format!("{zero}  |  {blank}") };
        table += &format!("{text}  →  {both}\n");
    }
    insta::with_settings!({ snapshot_path => "../cases", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("values", table);
    });
}

#[test]
fn sql_of_all_functions() {
    let mut table = String::new();
    for text in cases() {
        match checked(text) {
            Ok(checked) => {
                let sql = sql_of(&checked.expression, checked.ty);
                table += &format!(
                    "{}  [{:?}, {:?}]\n    {sql}\n",
                    checked.canonical, checked.ty, checked.capability
                );
            }
            Err(problems) => table += &format!("{text}\n    {}\n", problems[0]),
        }
    }
    insta::with_settings!({ snapshot_path => "../cases", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("sql", table);
    });
    // What the request knows has no SQL before it is fixed.
    let today = checked("close_date < TODAY() - 30").unwrap().expression.fixed(&request());
    assert_eq!(sql_of(&today, Type::Bool), r#"("close_date" < $1)"#);
}

#[test]
fn every_function_has_a_case() {
    let canonical: Vec<String> = cases().filter_map(|text| Some(checked(text).ok()?.canonical)).collect();
    for function in functions::all().filter(|function| function.is_public()) {
        let call = format!("{}(", function.name);
        let known = canonical.iter().any(|text| text.contains(&call)) || function.name == "NOT";
        assert!(known, "no case for {}", function.name);
        assert!(function.doc.ends_with('.'), "{} has no sentence", function.name);
    }
    assert_eq!(functions::all().filter(|function| function.is_public()).count(), 93);
}

/// Calls of known functions with arguments of all types, most of them wrong.
fn formula() -> impl Strategy<Value = String> {
    let leaves = vec![
        "name",
        "amount",
        "count",
        "stage",
        "tags",
        "close_date",
        "closed_at",
        "opens",
        "active",
        "owner_id",
        "data",
        "empty",
        "1",
        "-2.5",
        "'a'",
        "'day'",
        "NULL",
        "TRUE",
        "TODAY()",
        "account.amount",
        "$User.id",
    ];
    let names: Vec<&str> = functions::all().map(|function| function.name).collect();
    let leaf = prop::sample::select(leaves).prop_map(str::to_owned);
    leaf.prop_recursive(4, 30, 4, move |inner| {
        let operator =
            prop::sample::select(vec!["+", "-", "*", "/", "%", "^", "&", "=", "<>", "<", "AND", "OR"]);
        prop_oneof![
            (prop::sample::select(names.clone()), prop::collection::vec(inner.clone(), 0..5))
                .prop_map(|(name, arguments)| format!("{name}({})", arguments.join(", "))),
            (inner.clone(), operator, inner.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            inner.prop_map(|a| format!("NOT {a}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn what_passes_the_check_can_be_used(text in formula()) {
        if let Ok(checked) = checked(&text) {
            let fixed = checked.expression.fixed(&request());
            let direct = crate::evaluate(&checked.expression, &row(), &request());
            prop_assert_eq!(direct, crate::evaluate(&fixed, &row(), &request()));
            prop_assert!(!sql_of(&fixed, checked.ty).is_empty());
            sql::inline_value(&fixed, &Names);
            let json = serde_json::to_string(&checked.expression).unwrap();
            if let Ok(back) = serde_json::from_str::<Expression>(&json) {
                prop_assert_eq!(back, checked.expression);
            }
        }
    }
}

#[test]
fn the_largest_formulas_need_no_large_stack() {
    let sum = vec!["amount"; 150].join(" + ");
    let deep = format!("{}amount{}", "ABS(".repeat(60), ")".repeat(60));
    let both = format!("{}{sum}{}", "(1 + ".repeat(45), ")".repeat(45));
    for text in [sum, deep, both] {
        match checked(&text) {
            Ok(checked) => {
                assert!(crate::evaluate(&checked.expression, &row(), &request()).is_ok());
                assert!(!sql_of(&checked.expression, checked.ty).is_empty());
            }
            Err(problems) => assert_eq!(problems[0].code.as_str(), "F021", "{}", problems[0]),
        }
    }
}
