//! What the checker refuses, what it makes of names, and what it says about a formula.

use crate::capability::Capability;
use crate::check::{Options, Zone, check};
use crate::scope::Scope;
use crate::testing::{Deals, checked};
use crate::types::Type;

fn problems(text: &str) -> String {
    match checked(text) {
        Ok(checked) => format!("{:?}", checked.ty),
        Err(problems) => problems.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | "),
    }
}

#[test]
fn refusals_say_what_to_do() {
    for (text, wanted) in [
        ("amont", "F030 0..5 There is no field \"amont\"."),
        ("acount.name", "F030 0..11 There is no field \"acount\". Did you mean \"account\"?"),
        ("SUMM(1)", "F031 0..4 There is no function SUMM. Did you mean SUM?"),
        ("_MIDNIGHT(close_date)", "F031 0..9 There is no function _MIDNIGHT."),
        ("LEFT()", "F032 0..6 LEFT takes 1 to 2 arguments, not 0. It is LEFT(text, [count])."),
        ("LEN(amount)", "F033 4..10 This is a number, but a text is expected. Write TEXT(…) around it."),
        ("name + 'x'", "F033 0..10 Texts cannot be added. Write & to join texts."),
        ("name + 1", "F033 0..4 This is a text, but a number is expected. Write VALUE(…) around it."),
        ("stage = 'wun'", "F034 8..13 This picklist has no option \"wun\". Its options are open, won, lost."),
        (
            "CASE(stage, 'wun', 1, 2)",
            "F034 12..17 This picklist has no option \"wun\". Its options are open, won, lost.",
        ),
        (
            "stage IN ['won', 'x']",
            "F034 17..20 This picklist has no option \"x\". Its options are open, won, lost.",
        ),
        ("amount = name", "F033 9..13 This is a text, but a number is expected. Write VALUE(…) around it."),
        ("amount", "Number"),
        (
            "NOT amount",
            "F033 4..10 This is a number, but a true/false is expected. Compare it with something, or write NOT ISBLANK(…).",
        ),
        (
            "tags = 'red'",
            "F033 7..12 This is a text, but a multi picklist is expected. Write INCLUDES(picklist, \"option\").",
        ),
        ("close_date > 'soon'", "F040 13..19 \"soon\" is not a date. Write a date as \"2026-11-20\"."),
        (
            "DATEADD(close_date, 1, 'hour')",
            "F036 23..29 \"hour\" has no meaning here. A date has no time; units are day, week, month, quarter and year.",
        ),
        (
            "MATCHES(name, 'a*?')",
            "F036 14..19 \"a*?\" has no meaning here. Patterns have no lazy repetitions such as *? or +?.",
        ),
        (
            "EXTRACT(name, 'a*')",
            "F036 14..18 \"a*\" has no meaning here. This pattern matches the empty text; write + instead of *.",
        ),
        ("ISCHANGED(amount + 1)", "F035 10..20 The name of a field is expected."),
        (
            "IF(active, 1, 'x')",
            "F033 14..17 This is a text, but a number is expected. Write VALUE(…) around it.",
        ),
        ("active < TRUE", "F033 0..6 This has no order. Compare it with = or <>."),
        ("[1]", "F010 0..3 A list only stands after IN. Write x IN [\"a\", \"b\"]."),
        (
            "1234567890123456789",
            "F003 0..19 This number has too many digits. Write at most 18 digits before the point and 12 after it.",
        ),
        (
            "$User.shoe",
            "F030 0..10 There is no value \"$User.shoe\". Known are $User, $Tenant, $Record and, while saving, $Prior.",
        ),
        ("up.up.up.up.up.up.name", "F038 0..22 A path follows at most 5 lookups."),
        (
            "amont + LEN(1) + x",
            "F030 0..5 There is no field \"amont\". | F033 12..13 This is a number, but a text is expected. Write TEXT(…) around it. | F030 17..18 There is no field \"x\".",
        ),
    ] {
        assert_eq!(problems(text), wanted, "{text}");
    }
}

#[test]
fn what_a_formula_can_be_used_for() {
    let capability = |text: &str| checked(text).map(|checked| checked.capability).unwrap();
    assert_eq!(capability("amount / 12"), Capability::Index);
    assert_eq!(capability("account.amount"), Capability::Query);
    assert_eq!(capability("close_date < TODAY()"), Capability::Query);
    assert_eq!(capability("YEAR(closed_at)"), Capability::Index);
    assert_eq!(capability("TEXT(amount, '0.00')"), Capability::Query);
    assert_eq!(capability("ISCHANGED(amount)"), Capability::Memory);
    assert_eq!(capability("$Prior.stage = 'won'"), Capability::Memory);
    let user = Options { zone: Zone::User, ..Options::default() };
    assert_eq!(check("YEAR(closed_at)", &Deals, &user).unwrap().capability, Capability::Query);
    let code = |text: &str| check(text, &Deals, &user).unwrap_err()[0].code.as_str();
    assert_eq!(code("ISNEW()"), "F037");
    assert_eq!(code("$Prior.amount > 1"), "F037");
}

#[test]
fn what_a_formula_reads() {
    let checked = checked("account.name & TEXT(amount) & TEXT(amount)").unwrap();
    let fields: Vec<&str> = checked.dependencies.iter().map(|reference| reference.field.as_str()).collect();
    assert_eq!(fields, ["amount", "name"]);
    assert_eq!(checked.mentions.len(), 3);
    assert_eq!((checked.mentions[0].span.start, checked.mentions[0].span.end), (0, 12));
    assert_eq!(checked.ty, Type::Text);
}

#[test]
fn the_result_must_have_the_wanted_type() {
    let wants =
        |text: &str, ty| check(text, &Deals, &Options { expects: Some(ty), ..Options::default() }).is_ok();
    assert!(wants("amount > 1", Type::Bool) && !wants("amount", Type::Bool));
    assert!(
        wants("stage", Type::Text) && wants("count", Type::Number) && !wants("close_date", Type::DateTime)
    );
}

#[test]
fn a_negated_ordering_is_a_warning() {
    assert_eq!(checked("NOT amount > 1").unwrap().warnings.len(), 1);
    assert_eq!(checked("NOT amount = 1").unwrap().warnings.len(), 0);
}

#[test]
fn expressions_survive_json() {
    for text in [
        "IF(account.amount * 1.50 > 3, CASE(stage, 'won', DATE(2026, 1, 31), close_date), TODAY())",
        "tags = NULL OR INCLUDES(tags, 'a') OR name IN ['x', NULL] OR NOT ICONTAINS(note, name)",
        "IFERROR(VALUE(note), BLANKVALUE(count, 0)) + (closed_at - 1.5 > '2026-01-01T00:00:00Z' AND ISERROR(1 / 0) = active = 1)",
    ] {
        let Ok(checked) = checked(text) else { continue };
        let json = serde_json::to_string(&checked.expression).unwrap();
        let back: crate::Expression = serde_json::from_str(&json).unwrap();
        assert_eq!(back, checked.expression, "{json}");
    }
}

#[test]
fn a_scope_knows_the_usual_variables() {
    assert_eq!(Deals.variable("$User.id"), Some(Type::Id));
}
