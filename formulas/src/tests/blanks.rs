//! Every function with each of its arguments blank, in both blank modes: calls that follow from the declarations, so
//! that a new function cannot be without them, and what they give as a golden file. The database ring tries the same
//! file in PostgreSQL and in the browser's evaluator.

use std::collections::BTreeMap;

use crate::check::{BlankAs, Options, Zone, check};
use crate::evaluate::{Record, evaluate};
use crate::expression::Reference;
use crate::functions::{self, Accepts, Function, Parameter, Presence};
use crate::scope::{OptionLabel, Scope, Target, Unknown};
use crate::testing::{outcome, request};
use crate::types::Type;
use crate::value::Value;

/// The types that an argument of any type is tried with.
const TRIED: [Type; 6] = [Type::Number, Type::Text, Type::Date, Type::DateTime, Type::Choice, Type::Choices];

/// Fields are named by type and number, such as `text_1`; `text_0` is blank.
struct Fields;

const NAMES: [(&str, Type); 9] = [
    ("number", Type::Number),
    ("text", Type::Text),
    ("yes", Type::Bool),
    ("date", Type::Date),
    ("at", Type::DateTime),
    ("time", Type::Time),
    ("choice", Type::Choice),
    ("choices", Type::Choices),
    ("json", Type::Json),
];

fn name_of(ty: Type) -> &'static str {
    NAMES.iter().find(|(_, known)| *known == ty).map_or("number", |(name, _)| name)
}

impl Scope for Fields {
    fn field(&self, segments: &[String]) -> Result<Target, Unknown> {
        let (word, _) = segments[0].split_once('_').ok_or_else(Unknown::default)?;
        let (_, ty) = NAMES.iter().find(|(name, _)| *name == word).ok_or_else(Unknown::default)?;
        let option = |value: &str| OptionLabel { value: value.into(), label: value.to_uppercase() };
        let reference = Reference { path: Vec::new(), field: segments[0].clone(), ty: *ty };
        let options = (*ty == Type::Choice).then(|| ["open", "won"].map(option).to_vec());
        Ok(Target { reference, nullable: *ty != Type::Bool, options })
    }
}

struct Row(BTreeMap<String, Value>);

impl Record for Row {
    fn value(&self, reference: &Reference) -> Value {
        self.0.get(&reference.field).cloned().unwrap_or(match reference.ty {
            Type::Bool => Value::Bool(false),
            _ => Value::Null,
        })
    }

    fn is_new(&self) -> bool {
        true
    }
}

/// The row of the golden file: what is written in its first line.
fn row(text: &str) -> Row {
    Row(serde_json::from_str(text).unwrap())
}

const ROW: &str = r#"{"number_1":{"number":"12.5"},"number_2":{"number":"2"},"number_3":{"number":"3"},"text_1":{"text":"Acme, a"},"text_2":{"text":"a"},"text_3":{"text":"b"},"text_4":{"text":"12.5"},"text_5":{"text":"https://example.com"},"text_6":{"text":"2026-02-28"},"yes_1":{"bool":true},"date_1":{"date":"2026-01-31"},"date_2":{"date":"2026-03-01"},"date_3":{"date":"2025-03-01"},"at_1":{"datetime":"2026-01-31T23:30:00Z"},"at_2":{"datetime":"2026-03-01T08:00:00Z"},"at_3":{"datetime":"2025-03-01T08:00:00Z"},"time_1":{"time":"08:30:05"},"choice_1":{"text":"open"},"choice_2":{"text":"won"},"choice_3":{"text":"open"},"choices_1":{"list":[{"text":"red"},{"text":"hot"}]},"choices_2":{"list":[{"text":"red"}]},"choices_3":{"list":[{"text":"hot"}]},"json_1":{"json":{"a":1}}}"#;

/// One argument: how it is written filled and, where a blank can stand, blank.
fn argument(parameter: &Parameter, at: usize, any: Type) -> (String, Option<String>) {
    let field = |ty: Type| {
        let count = if matches!(ty, Type::Bool | Type::Time | Type::Json) { 1 } else { 1 + at % 3 };
        (format!("{}_{count}", name_of(ty)), Some(format!("{}_0", name_of(ty))))
    };
    let words = |text: &str| (text.to_owned(), None);
    match parameter.accepts {
        Accepts::Is(ty) => field(ty),
        Accepts::Any | Accepts::Shown | Accepts::Ordered | Accepts::Moment | Accepts::Dated => field(any),
        Accepts::Field => field(any),
        Accepts::Words => words("'red'"),
        Accepts::Unit => words("'month'"),
        Accepts::Pattern => words("'[A-Z][a-z]+, (a)'"),
        Accepts::JsonPath => words("'$.a'"),
        Accepts::Format if any == Type::Number => words("'0.00'"),
        Accepts::Format => words("'dd.MM.yyyy'"),
    }
}

/// What some functions need to see instead of the first text, or of any word.
const OWN: [(&str, &str, &str); 6] = [
    ("VALUE", "text_1", "text_4"),
    ("ISNUMBER", "text_1", "text_4"),
    ("LINK", "text_1", "text_5"),
    ("DATEVALUE", "text_1", "text_6"),
    ("DATETIMEVALUE", "text_1", "text_6"),
    ("ISPICKVAL", "'red'", "'open'"),
];

/// The calls of a function about one type: with all arguments, with each of them blank, with all blank, and without
/// those that may be absent.
fn calls(function: &Function, any: Type, repeated: usize) -> Vec<String> {
    let parameters: Vec<&Parameter> =
        function.takes.iter().filter(|parameter| parameter.presence != Presence::Zone).collect();
    let mut written = Vec::new();
    for parameter in &parameters {
        let times = if parameter.presence == Presence::Repeated { repeated } else { 1 };
        for _ in 0..times {
            let (mut filled, empty) = argument(parameter, written.len(), any);
            for (_, from, to) in OWN.iter().filter(|(name, ..)| *name == function.name) {
                filled = filled.replace(from, to);
            }
            written.push((filled, empty));
        }
    }
    let call = |most: usize, blank: &dyn Fn(usize) -> bool| {
        let shown = written.iter().take(most).enumerate().map(|(at, (filled, empty))| match empty {
            Some(empty) if blank(at) => empty.clone(),
            _ => filled.clone(),
        });
        format!("{}({})", function.name, shown.collect::<Vec<_>>().join(", "))
    };
    let needed = parameters.iter().filter(|parameter| parameter.presence.is_required()).count();
    let shorter = (needed..parameters.len()).map(|most| call(most, &|_| false));
    let call = |blank: &dyn Fn(usize) -> bool| call(written.len(), blank);
    let mut calls = vec![call(&|_| false)];
    calls.extend(shorter);
    let places: Vec<usize> = (0..written.len()).filter(|at| written[*at].1.is_some()).collect();
    calls.extend(places.iter().map(|place| call(&|at| at == *place)));
    if places.len() > 1 {
        calls.push(call(&|_| true));
    }
    calls
}

fn polymorphic(function: &Function) -> bool {
    function.takes.iter().any(|parameter| {
        matches!(
            parameter.accepts,
            Accepts::Any
                | Accepts::Shown
                | Accepts::Ordered
                | Accepts::Moment
                | Accepts::Dated
                | Accepts::Field
        )
    })
}

fn options(blank_as: BlankAs) -> Options {
    let zone = Zone::parse("Europe/Budapest").unwrap();
    Options { blank_as, zone, saving: true, ..Options::default() }
}

/// The lines of one function: a call, and what it gives in the two modes.
fn lines(function: &Function, repeated: usize, row: &Row) -> String {
    let tried: &[Type] = if polymorphic(function) { &TRIED } else { &[Type::Number] };
    let mut lines = String::new();
    for call in tried.iter().flat_map(|any| calls(function, *any, repeated)) {
        let shown = [BlankAs::Zero, BlankAs::Blank].map(|mode| {
            let checked = check(&call, &Fields, &options(mode)).ok()?;
            Some(outcome(&evaluate(&checked.expression, row, &request())))
        });
        // What the language refuses, such as an order of texts, is no case.
        let [Some(zero), Some(blank)] = shown else { continue };
        let both = if zero == blank { zero } else { format!("{zero}  |  {blank}") };
        lines += &format!("{call}  →  {both}\n");
    }
    lines
}

#[test]
fn every_function_with_each_argument_blank() {
    let (row, mut table) = (row(ROW), format!("{ROW}\n"));
    for function in functions::all().filter(|function| function.is_public()) {
        // IFS takes what repeats in pairs.
        let found = [2, 1].into_iter().map(|repeated| lines(function, repeated, &row));
        let lines = found.into_iter().find(|lines| !lines.is_empty());
        table += &lines.unwrap_or_else(|| panic!("no call of {} passes the check", function.name));
    }
    insta::with_settings!({ snapshot_path => "../../cases", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("blanks", table);
    });
}
