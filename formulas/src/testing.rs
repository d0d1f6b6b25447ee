//! A small object to write formulas about, for the tests of this crate.

use std::collections::BTreeMap;

use chrono::{TimeZone, Utc};
use rust_decimal::Decimal;

use crate::check::{BlankAs, Checked, Options, Zone, check};
use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::evaluate::{Record, evaluate};
use crate::expression::Reference;
use crate::fault::Fault;
use crate::request::Request;
use crate::scope::{OptionLabel, Scope, Target, Unknown};
use crate::types::Type;
use crate::value::Value;

/// A deal with an account.
pub(crate) struct Deals;

const FIELDS: [(&str, Type); 16] = [
    ("name", Type::Text),
    ("amount", Type::Number),
    ("budget", Type::Number),
    ("count", Type::Integer),
    ("stage", Type::Choice),
    ("tags", Type::Choices),
    ("note", Type::Text),
    ("close_date", Type::Date),
    ("start_date", Type::Date),
    ("closed_at", Type::DateTime),
    ("opens", Type::Time),
    ("active", Type::Bool),
    ("owner_id", Type::Id),
    ("data", Type::Json),
    ("and", Type::Number),
    ("empty", Type::Text),
];

impl Scope for Deals {
    fn field(&self, segments: &[String]) -> Result<Target, Unknown> {
        let at = segments.len() - 1;
        let path = match segments {
            [_] => vec![],
            [account, _] if account.eq_ignore_ascii_case("account") => vec!["f1".to_owned()],
            [first, ..] if first == "up" => segments[..at].to_vec(),
            _ => return Err(Unknown { suggestion: Some("account".into()), ..Unknown::default() }),
        };
        let name = segments[at].to_lowercase().replace(' ', "_");
        let found = FIELDS.iter().find(|(field, _)| *field == name);
        let Some((field, ty)) = found else { return Err(Unknown { at, ..Unknown::default() }) };
        let mut target = Target::of(Reference { path, field: (*field).to_owned(), ty: *ty });
        if *field == "stage" {
            let option = |value: &str| OptionLabel { value: value.to_owned(), label: value.to_uppercase() };
            target.options = Some(["open", "won", "lost"].map(option).to_vec());
        }
        target.nullable = *field != "active";
        Ok(target)
    }
}

/// Values by field name; everything else is blank.
#[derive(Default)]
pub(crate) struct Row {
    pub values: BTreeMap<&'static str, Value>,
    pub prior: Option<Box<Row>>,
    pub new: bool,
}

impl Record for Row {
    fn value(&self, reference: &Reference) -> Value {
        self.values.get(reference.field.as_str()).cloned().unwrap_or(Value::Null)
    }

    fn prior(&self) -> Option<&dyn Record> {
        self.prior.as_deref().map(|row| row as &dyn Record)
    }

    fn is_new(&self) -> bool {
        self.new
    }
}

/// A row with something in every field but `empty`.
pub(crate) fn row() -> Row {
    let text = |text: &str| Value::Text(text.into());
    let at = Utc.with_ymd_and_hms(2026, 11, 20, 23, 30, 15).unwrap();
    let date = |y, m, d| Value::Date(chrono::NaiveDate::from_ymd_opt(y, m, d).unwrap());
    let values = [
        ("name", text("Acme Große 50% deal")),
        ("amount", Value::Number(Decimal::new(125_050, 2))),
        ("count", Value::Number(7.into())),
        ("stage", text("won")),
        ("tags", Value::List(vec![text("red"), text("hot")])),
        ("note", text("AB-123")),
        ("close_date", date(2026, 1, 31)),
        ("start_date", date(2024, 2, 29)),
        ("closed_at", Value::DateTime(at)),
        ("opens", Value::Time(chrono::NaiveTime::from_hms_opt(8, 30, 5).unwrap())),
        ("active", Value::Bool(true)),
        ("owner_id", Value::Id(uuid::Uuid::from_u128(7))),
        ("data", Value::Json(Document::parse(r#"{"a": {"b": [1.5, "x"]}, "n": null}"#).unwrap())),
    ];
    Row { values: values.into_iter().collect(), ..Row::default() }
}

/// 20 November 2026, 23:45 UTC, asked by a seller.
pub(crate) fn request() -> Request {
    let mut request = Request::at(Utc.with_ymd_and_hms(2026, 11, 20, 23, 45, 0).unwrap());
    request.roles = vec!["seller".into()];
    request.variables.insert("$User.id".into(), Value::Id(uuid::Uuid::from_u128(7)));
    request
}

pub(crate) fn options() -> Options {
    Options { zone: Zone::Fixed(chrono_tz::Europe::Budapest), saving: true, ..Options::default() }
}

pub(crate) fn checked(text: &str) -> Result<Checked, Vec<Diagnostic>> {
    check(text, &Deals, &options())
}

/// The value of a formula for the row, as text: a fault is its code, a problem its code.
pub(crate) fn shown(text: &str, row: &Row, blank_as: BlankAs) -> String {
    let checked = match check(text, &Deals, &Options { blank_as, ..options() }) {
        Ok(checked) => checked,
        Err(problems) => {
            return problems.iter().map(|problem| problem.code.as_str()).collect::<Vec<_>>().join(" ");
        }
    };
    let direct = evaluate(&checked.expression, row, &request());
    let fixed = evaluate(&checked.expression.fixed(&request()), row, &request());
    assert_eq!(direct, fixed, "fixing changed {text}");
    outcome(&direct)
}

pub(crate) fn outcome(value: &Result<Value, Fault>) -> String {
    match value {
        Err(fault) => fault.code().to_owned(),
        Ok(Value::Null) => "blank".to_owned(),
        Ok(Value::Text(text)) => format!("{text:?}"),
        Ok(value) => crate::functions::text_format::plain(value),
    }
}
