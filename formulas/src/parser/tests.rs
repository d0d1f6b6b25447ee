//! Texts and their canonical form, texts that are refused, and texts that are too much.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::parse;
use crate::limits::Limits;
use crate::print::print;

fn canonical(text: &str) -> String {
    match parse(text, &Limits::default()) {
        Ok(node) => print(&node),
        Err(problem) => problem.to_string(),
    }
}

#[test]
fn one_spelling_for_all_habits() {
    for (text, wanted) in [
        ("IF(Amount > 1000, 'Big', \"Small\")", r#"IF(Amount > 1000, "Big", "Small")"#),
        ("= {{annual_revenue}} / 12", "annual_revenue / 12"),
        ("{Account Name} & ' - ' & Owner.Name", r#"{Account Name} & " - " & Owner.Name"#),
        ("a = 1 && b <> 2 || !c", "a = 1 AND b <> 2 OR NOT c"),
        ("a AND (b OR NOT c)", "a AND (b OR NOT c)"),
        ("not a == b", "NOT a = b"),
        ("!a = b", "(NOT a) = b"),
        ("a & 1 + 2", "a & 1 + 2"),
        ("(a & 1) + 2", "(a & 1) + 2"),
        ("x in ['a','b']", r#"x IN ["a", "b"]"#),
        ("x NOT IN (1; 2)", "F010 11..12 A ) is expected here."),
        ("x not in (1, 2)", "x NOT IN [1, 2]"),
        ("'it''s' & \"a\\n\"", r#""it's" & "a\n""#),
        ("1.10 + .5 - inf", "1.10 + 0.5 - inf"),
        ("min(1; 2)", "MIN(1, 2)"),
        ("(a = b) = c", "(a = b) = c"),
        ("a - (b - c) - d", "a - (b - c) - d"),
        ("(-a) ^ 2 * -b", "(-a) ^ 2 * -b"),
        ("2 ^ -3", "2 ^ (-3)"),
        ("a /* why */ + // note\n b", "a + b"),
        ("{and} + {a.b c}.d", "{and} + a.{b c}.d"),
        ("AND(a, b) AND (c)", "AND(a, b) AND c"),
        ("- - a", "-(-a)"),
        ("$User.id = owner_id", "$User.id = owner_id"),
    ] {
        assert_eq!(canonical(text), wanted, "{text}");
    }
}

#[test]
fn problems_have_a_place_and_advice() {
    for (text, code) in [
        ("a b", "F016 2..3"),
        ("-2^2", "F014 0..4"),
        ("2^3^2", "F014"),
        ("1 < x < 3", "F013 6..7"),
        ("a = b in [1]", "F013"),
        ("f(1,)", "F015 4..5"),
        ("f(,)", "F015"),
        ("10e3", "F003"),
        ("1.", "F003"),
        ("1.2.3", "F003"),
        ("{{ }}", "F006"),
        ("{a", "F006"),
        ("'abc", "F002"),
        ("'\\q'", "F004"),
        ("a === b", "F012 2..5"),
        ("a ? b : c", "F012"),
        ("a | b", "F012"),
        ("(a", "F017 0..1"),
        ("a)", "F017 1..2"),
        ("a AND AND b", "F018"),
        ("a; b", "F010"),
        ("", "F011"),
        ("a +", "F011"),
        ("/* a", "F005"),
        ("a # b", "F001"),
        ("a.", "F010"),
        ("x in 3", "F010"),
    ] {
        let shown = canonical(text);
        assert!(shown.starts_with(code), "{text}: {shown}");
    }
}

#[test]
fn too_much_is_refused_at_once() {
    let unlimited = Limits { characters: 1_000_000, ..Limits::default() };
    for text in [
        "(".repeat(100_000),
        "-".repeat(100_000),
        "1+".repeat(50_000),
        "f(".repeat(50_000),
        "NOT ".repeat(9_000),
    ] {
        let problem = parse(&text, &unlimited).unwrap_err();
        assert!(["F020", "F021"].contains(&problem.code.as_str()), "{problem}");
    }
    let start = Instant::now();
    assert_eq!(parse(&"(".repeat(100_000), &Limits::default()).unwrap_err().code.as_str(), "F022");
    assert_eq!(parse(&"(".repeat(8_000), &Limits::default()).unwrap_err().code.as_str(), "F020");
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    assert_eq!(parse(&"1+".repeat(3_000), &Limits::default()).unwrap_err().code.as_str(), "F021");
}

fn token() -> impl Strategy<Value = String> {
    let words = vec![
        "a", "b.c", "{x y}", "{{z}}", "1", "2.5", "'t'", "\"u\"", "+", "-", "*", "/", "%", "^", "&", "=",
        "<>", "<", ">=", "(", ")", "[", "]", ",", ";", "AND", "or", "NOT", "IN", "TRUE", "null", "IF(",
        "MIN(", "!", "&&", "||", ".", "{", "'", "/*", "*/", "//", "\\", "$", "é", "\n",
    ];
    prop_oneof![20 => prop::sample::select(words).prop_map(str::to_owned), 1 => any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_parsed_or_refused(text in any::<String>()) {
        if let Err(problem) = parse(&text, &Limits::default()) {
            prop_assert!(problem.span.start <= problem.span.end && problem.span.end <= text.len());
        }
    }

    #[test]
    fn canonical_text_is_a_fixed_point(tokens in prop::collection::vec(token(), 0..25)) {
        let text = tokens.join(" ");
        match parse(&text, &Limits::default()) {
            Ok(node) => {
                let once = print(&node);
                let again = parse(&once, &Limits::default());
                prop_assert!(again.is_ok(), "{} gives {} gives {:?}", text, once, again);
                prop_assert_eq!(print(&again.unwrap()), once);
            }
            Err(problem) => prop_assert!(problem.span.end <= text.len()),
        }
    }
}
