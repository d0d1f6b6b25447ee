//! Random formulas about one table, most of them meaningful, made of the declarations of all functions; and random
//! rows to try them on. What the checker refuses is not used.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use formulas::functions::{self, Accepts, Function, Gives, Presence};
use formulas::{
    BlankAs, Checked, Document, OptionLabel, Options, Record, Reference, Scope, Target, Type, Unknown, Value,
    Zone,
};
use uuid::Uuid;

use crate::random::Random;

/// The columns: name, type in formulas, type in PostgreSQL.
pub const COLUMNS: [(&str, Type, &str); 15] = [
    ("t1", Type::Text, "text"),
    ("t2", Type::Text, "text"),
    ("n1", Type::Number, "numeric(18,2)"),
    ("n2", Type::Number, "numeric(28,6)"),
    ("n3", Type::Number, "numeric(28,12)"),
    ("i1", Type::Integer, "bigint"),
    ("b1", Type::Bool, "boolean"),
    ("d1", Type::Date, "date"),
    ("d2", Type::Date, "date"),
    ("at", Type::DateTime, "timestamptz"),
    ("tm", Type::Time, "time"),
    ("p1", Type::Choice, "text"),
    ("m1", Type::Choices, "text[]"),
    ("id1", Type::Id, "uuid"),
    ("j1", Type::Json, "jsonb"),
];

/// The table as a formula sees it.
pub struct Columns;

impl Scope for Columns {
    fn field(&self, segments: &[String]) -> Result<Target, Unknown> {
        let [name] = segments else { return Err(Unknown::default()) };
        let found = COLUMNS.iter().find(|(known, ..)| known == name).ok_or_else(Unknown::default)?;
        let reference = Reference { path: Vec::new(), field: name.clone(), ty: found.1 };
        let option = |value: &str| OptionLabel { value: value.into(), label: value.into() };
        let options = (found.1 == Type::Choice).then(|| ["open", "won", "lost"].map(option).to_vec());
        Ok(Target { reference, nullable: found.1 != Type::Bool, options })
    }
}

/// One row.
#[derive(Clone, Debug, Default)]
pub struct Row(pub BTreeMap<&'static str, Value>);

impl Record for Row {
    fn value(&self, reference: &Reference) -> Value {
        self.0.get(reference.field.as_str()).cloned().unwrap_or(Value::Null)
    }
}

/// Writes formulas and rows.
pub struct Writer {
    pub random: Random,
}

const TEXTS: &[&str] = &[
    "",
    "Acme",
    "a b  c",
    "straße",
    "12.5",
    " -7 ",
    "x%_\\",
    "2026-01-31",
    "2026-02-30",
    "O'Brien",
    "ABC-123",
    "日本語 x",
    "2026-03-29T01:30:00Z",
    "a,b,,c",
    "open",
    "won",
    "0",
    "\t tab",
];
const NUMBERS: &[&str] = &[
    "0",
    "1",
    "-1",
    "2",
    "3",
    "7",
    "0.5",
    "-2.5",
    "12.345678",
    "100",
    "1000000",
    "-0.000001",
    "999999999999999.99",
    "41",
    "1.005",
];
const PATTERNS: &[&str] = &["[a-z]+", "[A-Z]{2,3}", "\\d+", "(a|b)c?.", "[^a]+", "A.*", "\\w+-\\d"];
const UNITS: &[&str] = &["second", "minute", "hour", "day", "week", "month", "quarter", "year"];
const PATHS: &[&str] = &["$.a", "$.b[0]", "$.a.c", "$.n"];
const FORMATS: &[&str] = &["0.00", "#,##0.0", "0", "yyyy-MM-dd", "dd.MM.yyyy HH:mm", "HH:mm"];
const WORDS: &[&str] = &["open", "won", "seller", "x"];
const TYPES: [Type; 8] = [
    Type::Number,
    Type::Text,
    Type::Bool,
    Type::Date,
    Type::DateTime,
    Type::Time,
    Type::Choices,
    Type::Choice,
];

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''").replace('\t', "\\t"))
}

impl Writer {
    /// The next formula that has a meaning, its text, and how it is meant.
    pub fn write(&mut self) -> (String, Options, Checked) {
        loop {
            let ty = *self.random.pick(&TYPES);
            let depth = 1 + self.random.below(3);
            let text = self.part(ty, depth);
            let blank_as = if self.random.once_in(2) { BlankAs::Zero } else { BlankAs::Blank };
            let zone = *self.random.pick(&["UTC", "Europe/Budapest", "America/New_York", "Asia/Kathmandu"]);
            let options =
                Options { blank_as, zone: Zone::parse(zone).unwrap_or_default(), ..Options::default() };
            if let Ok(checked) = formulas::check(&text, &Columns, &options)
                && checked.ty != Type::Null
            {
                return (text, options, checked);
            }
        }
    }

    fn part(&mut self, ty: Type, depth: usize) -> String {
        if depth == 0 || self.random.once_in(6) {
            return self.leaf(ty);
        }
        match self.random.below(5) {
            0 | 1 => self.operation(ty, depth - 1),
            _ => self.call(ty, depth - 1),
        }
    }

    fn leaf(&mut self, ty: Type) -> String {
        if !self.random.once_in(3)
            || matches!(ty, Type::Choice | Type::Choices | Type::Id | Type::Json | Type::Time)
        {
            let fits = |other: Type| other == ty || (ty == Type::Number && other == Type::Integer);
            let fields: Vec<&str> =
                COLUMNS.iter().filter(|(_, ty, _)| fits(*ty)).map(|(name, ..)| *name).collect();
            return (*self.random.pick(&fields)).to_owned();
        }
        match ty {
            Type::Text => quoted(one(&mut self.random, TEXTS)),
            Type::Bool => if self.random.once_in(2) { "TRUE" } else { "FALSE" }.into(),
            Type::Date => format!(
                "DATE({}, {}, {})",
                1999 + self.random.below(40),
                1 + self.random.below(13),
                1 + self.random.below(31)
            ),
            Type::DateTime => {
                if self.random.once_in(2) {
                    "NOW()".into()
                } else {
                    quoted("2026-10-25T00:30:00Z")
                }
            }
            _ if self.random.once_in(12) => "NULL".into(),
            _ => format!("({})", self.random.pick(NUMBERS)),
        }
    }

    fn operation(&mut self, ty: Type, depth: usize) -> String {
        let sign = |random: &mut Random, signs: &[&str]| (*random.pick(signs)).to_owned();
        match ty {
            Type::Number if self.random.once_in(8) => {
                format!("({} - {})", self.part(Type::Date, depth), self.part(Type::Date, depth))
            }
            Type::Number => {
                let sign = sign(&mut self.random, &["+", "-", "*", "/", "%"]);
                format!("({} {sign} {})", self.part(ty, depth), self.part(ty, depth))
            }
            Type::Text => format!("({} & {})", self.part(ty, depth), self.any(depth)),
            Type::Date | Type::DateTime => {
                format!(
                    "({} {} {})",
                    self.part(ty, depth),
                    sign(&mut self.random, &["+", "-"]),
                    self.leaf(Type::Number)
                )
            }
            Type::Bool => match self.random.below(4) {
                0 => format!("NOT ({})", self.part(ty, depth)),
                1 => {
                    let word = sign(&mut self.random, &["AND", "OR"]);
                    format!("({} {word} {})", self.part(ty, depth), self.part(ty, depth))
                }
                2 => format!(
                    "({} IN [{}, {}, NULL])",
                    self.part(Type::Number, depth),
                    self.random.pick(NUMBERS),
                    self.random.pick(NUMBERS)
                ),
                _ => {
                    let other = *self.random.pick(&TYPES);
                    let sign = sign(&mut self.random, &["=", "<>", "<", "<=", ">", ">="]);
                    format!("({} {sign} {})", self.part(other, depth), self.part(other, depth))
                }
            },
            _ => self.leaf(ty),
        }
    }

    fn any(&mut self, depth: usize) -> String {
        let ty = *self.random.pick(&TYPES);
        self.part(ty, depth)
    }

    /// A call of any function that gives the type.
    fn call(&mut self, ty: Type, depth: usize) -> String {
        let gives = |function: &&Function| match function.gives {
            Gives::Is(given) => given == ty,
            Gives::Common | Gives::First => true,
        };
        let fitting: Vec<&Function> =
            functions::all().filter(|function| function.is_public()).filter(gives).collect();
        if fitting.is_empty() {
            return self.leaf(ty);
        }
        let function = *self.random.pick(&fitting);
        let mut arguments: Vec<String> = Vec::new();
        let mut first = ty;
        for (index, parameter) in function.takes.iter().enumerate() {
            let times = match parameter.presence {
                Presence::Required => 1,
                Presence::Repeated => 1 + self.random.below(3),
                Presence::Zone => 0,
                _ => self.random.below(2),
            };
            if times == 0 && parameter.presence != Presence::Zone {
                break;
            }
            for _ in 0..times {
                let (text, ty) = self.argument(function, parameter.accepts, (ty, first), depth);
                if index == 0 {
                    first = ty;
                }
                arguments.push(text);
            }
        }
        format!("{}({})", function.name, arguments.join(", "))
    }

    fn argument(
        &mut self,
        function: &Function,
        accepts: Accepts,
        (result, first): (Type, Type),
        depth: usize,
    ) -> (String, Type) {
        let follows = !matches!(function.gives, Gives::Is(_));
        let ty = match accepts {
            Accepts::Is(ty) => ty,
            Accepts::Any | Accepts::Shown if follows => result,
            Accepts::Any | Accepts::Shown => *self.random.pick(&TYPES),
            Accepts::Ordered if follows => result,
            Accepts::Ordered => Type::Number,
            Accepts::Moment | Accepts::Dated if follows && result == Type::DateTime => Type::DateTime,
            Accepts::Moment | Accepts::Dated if follows => Type::Date,
            Accepts::Moment => *self.random.pick(&[Type::Date, Type::DateTime]),
            Accepts::Dated => *self.random.pick(&[Type::Date, Type::DateTime, Type::Text]),
            Accepts::Field => return (self.leaf(first), first),
            Accepts::Words => return (quoted(one(&mut self.random, WORDS)), Type::Text),
            Accepts::Unit => return (quoted(one(&mut self.random, UNITS)), Type::Text),
            Accepts::Pattern => return (quoted(one(&mut self.random, PATTERNS)), Type::Text),
            Accepts::JsonPath => return (quoted(one(&mut self.random, PATHS)), Type::Text),
            Accepts::Format => return (quoted(one(&mut self.random, FORMATS)), Type::Text),
        };
        (self.part(ty, depth), ty)
    }

    /// A row; a third of its values is blank.
    pub fn row(&mut self) -> Row {
        let mut row = Row::default();
        for (name, ty, sql) in COLUMNS {
            if ty != Type::Bool && self.random.once_in(3) {
                continue;
            }
            row.0.insert(name, self.value(ty, sql));
        }
        row
    }

    fn value(&mut self, ty: Type, sql: &str) -> Value {
        let text = |text: &str| Value::text(text);
        match ty {
            Type::Text => text(one(&mut self.random, TEXTS)),
            Type::Bool => Value::Bool(self.random.once_in(2)),
            Type::Integer => Value::Number((self.random.below(2000) as i64 - 1000).into()),
            Type::Date => NaiveDate::from_ymd_opt(2020, 1, 1)
                .and_then(|day| day.checked_add_days(chrono::Days::new(self.random.below(3000) as u64)))
                .map_or(Value::Null, Value::Date),
            Type::DateTime => {
                DateTime::<Utc>::from_timestamp(1_500_000_000 + self.random.below(400_000_000) as i64, 0)
                    .map_or(Value::Null, Value::DateTime)
            }
            Type::Time => NaiveTime::from_num_seconds_from_midnight_opt(self.random.below(86_400) as u32, 0)
                .map_or(Value::Null, Value::Time),
            Type::Choice => text(one(&mut self.random, &["open", "won", "lost"])),
            Type::Choices => {
                Value::List(vec![text("red"), text(one(&mut self.random, &["hot", "x,y", "ß"]))])
            }
            Type::Id => Value::Id(Uuid::from_u128(self.random.below(1000) as u128)),
            Type::Json => Value::Json(document()),
            _ => {
                let scale = if sql.ends_with(",2)") { 2 } else { 6 };
                let number: rust_decimal::Decimal = self.random.pick(NUMBERS).parse().unwrap_or_default();
                Value::Number(
                    number
                        .round_dp_with_strategy(scale, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
                        .normalize(),
                )
            }
        }
    }
}

fn one(random: &mut Random, words: &[&'static str]) -> &'static str {
    words[random.below(words.len())]
}

fn document() -> Document {
    Document::parse(r#"{"a": {"c": "x"}, "b": [1.5, "y"], "n": null}"#).expect("JSON")
}
