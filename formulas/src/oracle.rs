//! The parser and the evaluation against an independent one: random arithmetic and boolean formulas, also read by
//! evalexpr. It knows floating numbers only and other operators, so numbers are compared approximately, and texts
//! are written for each.

use proptest::prelude::*;
use rust_decimal::prelude::ToPrimitive;

use crate::check::BlankAs;
use crate::evaluate::evaluate;
use crate::testing::{Deals, options, request, row};
use crate::{Options, Value, check};

/// The same formula in both notations.
type Pair = (String, String);

fn number() -> impl Strategy<Value = Pair> {
    (1u32..400)
        .prop_map(|n| (format!("{}.{:02}", n / 10, n % 10 * 5), format!("{}.{:02}", n / 10, n % 10 * 5)))
}

fn arithmetic() -> impl Strategy<Value = Pair> {
    number().prop_recursive(5, 40, 2, |inner| {
        let operator = prop::sample::select(vec!["+", "-", "*", "/", "%"]);
        prop_oneof![
            4 => (inner.clone(), operator, inner.clone(), any::<bool>()).prop_map(|(a, op, b, open)| match open {
                true => (format!("({} {op} {})", a.0, b.0), format!("({} {op} {})", a.1, b.1)),
                // Without parentheses the two must agree about precedence.
                false => (format!("{} {op} {}", a.0, b.0), format!("{} {op} {}", a.1, b.1)),
            }),
            1 => inner.prop_map(|a| (format!("-({})", a.0), format!("-({})", a.1))),
        ]
    })
}

fn boolean() -> impl Strategy<Value = Pair> {
    let compare = prop::sample::select(vec![
        ("<", "<"),
        ("<=", "<="),
        (">", ">"),
        (">=", ">="),
        ("=", "=="),
        ("<>", "!="),
    ]);
    let leaf = (number(), compare, number())
        .prop_map(|(a, op, b)| (format!("{} {} {}", a.0, op.0, b.0), format!("{} {} {}", a.1, op.1, b.1)));
    leaf.prop_recursive(5, 40, 2, |inner| {
        let join = prop::sample::select(vec![("AND", "&&"), ("or", "||"), ("&&", "&&"), ("||", "||")]);
        prop_oneof![
            4 => (inner.clone(), join, inner.clone()).prop_map(|(a, op, b)| {
                (format!("{} {} {}", a.0, op.0, b.0), format!("{} {} {}", a.1, op.1, b.1))
            }),
            1 => inner.clone().prop_map(|a| (format!("NOT ({})", a.0), format!("!({})", a.1))),
            1 => inner.prop_map(|a| (format!("({})", a.0), format!("({})", a.1))),
        ]
    })
}

fn ours(text: &str) -> Option<Value> {
    let checked = check(text, &Deals, &Options { blank_as: BlankAs::Zero, ..options() }).ok()?;
    evaluate(&checked.expression, &row(), &request()).ok()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn arithmetic_agrees((text, theirs) in arithmetic()) {
        // Values near a step of %, or beyond twelve decimals, may differ in floating point: those are left out.
        let Some(Value::Number(ours)) = ours(&text) else { return Ok(()) };
        let Ok(theirs) = evalexpr::eval_float(&theirs) else { return Ok(()) };
        let ours = ours.to_f64().unwrap();
        let steps = text.contains('%');
        let small = theirs.abs() < 1e-3 || text.matches('/').count() > 1;
        if !steps && !small && theirs.is_finite() {
            prop_assert!((ours - theirs).abs() <= 1e-6 * theirs.abs().max(1.0), "{}: {} and {}", text, ours, theirs);
        }
    }

    #[test]
    fn booleans_agree((text, theirs) in boolean()) {
        let theirs = evalexpr::eval_boolean(&theirs).unwrap();
        prop_assert_eq!(ours(&text), Some(Value::Bool(theirs)), "{}", text);
    }
}
