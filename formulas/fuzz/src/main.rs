//! Any text is parsed, checked, printed, fixed, evaluated and rendered as SQL; nothing may panic, and every place that
//! is told lies within the text. `formulas/fuzz/run.sh` runs it.

#![no_main]

use formulas::{BlankAs, OptionLabel, Options, Record, Reference, Request, Scope, Target, Type, Unknown, Value};
use libfuzzer_sys::fuzz_target;

/// Every name is a field; its first letter says of which type.
struct Fields;

impl Scope for Fields {
    fn field(&self, segments: &[String]) -> Result<Target, Unknown> {
        let Some((name, path)) = segments.split_last() else { return Err(Unknown::default()) };
        let ty = match name.bytes().next().unwrap_or(b'z') % 13 {
            0 => Type::Bool,
            1 => Type::Integer,
            2 => Type::Text,
            3 => Type::Date,
            4 => Type::DateTime,
            5 => Type::Time,
            6 => Type::Id,
            7 => Type::Choice,
            8 => Type::Choices,
            9 => Type::Json,
            _ => Type::Number,
        };
        let reference = Reference { path: path.to_vec(), field: name.clone(), ty };
        let option = |value: &str| OptionLabel { value: value.into(), label: value.into() };
        let options = (ty == Type::Choice).then(|| ["open", "won"].map(option).to_vec());
        Ok(Target { reference, nullable: ty != Type::Bool, options })
    }
}

struct Row;

impl Record for Row {
    fn value(&self, reference: &Reference) -> Value {
        match reference.ty {
            Type::Bool => Value::Bool(true),
            Type::Integer | Type::Number => Value::Number((reference.field.len() as i64 - 2).into()),
            Type::Text | Type::Choice => Value::text(&*reference.field),
            _ => Value::Null,
        }
    }
}

fuzz_target!(|text: &str| {
    let request = Request::at(chrono::DateTime::UNIX_EPOCH);
    for (blank_as, saving) in [(BlankAs::Zero, true), (BlankAs::Blank, false)] {
        let options = Options { blank_as, saving, ..Options::default() };
        match formulas::check(text, &Fields, &options) {
            Ok(checked) => {
                assert!(!checked.canonical.is_empty());
                for mention in &checked.mentions {
                    assert!(text.get(mention.span.start..mention.span.end).is_some());
                }
                let outcome = formulas::evaluate(&checked.expression, &Row, &request);
                let fixed = checked.expression.fixed(&request);
                assert_eq!(formulas::evaluate(&fixed, &Row, &request), outcome);
                let column = |name: &str| Some(format!("\"{}\"", name.replace('"', "\"\"")));
                assert!(!formulas::sql::index_text(&fixed, &column).is_empty());
            }
            Err(problems) => {
                assert!(!problems.is_empty());
                for problem in problems {
                    assert!(text.get(problem.span.start..problem.span.end).is_some(), "{problem:?}");
                }
            }
        }
    }
});
