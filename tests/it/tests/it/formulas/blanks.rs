//! The golden cases of blank arguments (`formulas/cases/blanks.snap`) in PostgreSQL and in the browser's evaluator:
//! what they give in memory is what they give there. And for every function that can be indexed an index of it, in
//! a real table, that an order walks.

use std::collections::BTreeMap;

use formulas::functions::{self, Function};
use formulas::{
    BlankAs, Capability, OptionLabel, Options, Record, Reference, Request, Scope, Target, Type, Unknown,
    Value, Zone, evaluate, sql,
};
use sqlx::{AssertSqlSafe, Row as _};

use super::differential::{in_browser, literal, read, told};
use super::*;

/// Words that names of fields begin with: type in formulas, kind of field, type in PostgreSQL.
const WORDS: [(&str, Type, &str, &str); 9] = [
    ("number", Type::Number, "decimal", "numeric(18,2)"),
    ("text", Type::Text, "text", "text"),
    ("yes", Type::Bool, "boolean", "boolean"),
    ("date", Type::Date, "date", "date"),
    ("at", Type::DateTime, "datetime", "timestamptz"),
    ("time", Type::Time, "time", "time"),
    ("choice", Type::Choice, "picklist", "text"),
    ("choices", Type::Choices, "multi_picklist", "text[]"),
    ("json", Type::Json, "json", "jsonb"),
];

struct Fields;

impl Scope for Fields {
    fn field(&self, segments: &[String]) -> Result<Target, Unknown> {
        let name = segments[0].clone();
        let ty = if name == "id" { Type::Id } else { word(&name).ok_or_else(Unknown::default)?.1 };
        let option = |value: &str| OptionLabel { value: value.into(), label: value.to_uppercase() };
        let options = (ty == Type::Choice).then(|| ["open", "won"].map(option).to_vec());
        let reference = Reference { path: Vec::new(), field: name, ty };
        Ok(Target { reference, nullable: ty != Type::Bool, options })
    }
}

fn word(name: &str) -> Option<&'static (&'static str, Type, &'static str, &'static str)> {
    let (word, _) = name.split_once('_')?;
    WORDS.iter().find(|(known, ..)| *known == word)
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

impl Row {
    /// All fields of the row, and the blank one of each type.
    fn fields(&self) -> Vec<String> {
        let blank = WORDS.iter().map(|(word, ..)| format!("{word}_0"));
        self.0.keys().cloned().chain(blank).collect()
    }
}

/// The row of the golden file and its calls.
fn cases() -> (Row, Vec<String>) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../formulas/cases/blanks.snap");
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.splitn(3, "---\n").nth(2).unwrap().lines();
    let row = Row(serde_json::from_str(lines.next().unwrap()).unwrap());
    let calls = lines.filter_map(|line| line.split_once("  →  ")).map(|(call, _)| call.to_owned());
    (row, calls.collect())
}

fn options(blank_as: BlankAs) -> Options {
    Options { blank_as, zone: Zone::parse("Europe/Budapest").unwrap(), saving: true, ..Options::default() }
}

fn called<'c>(function: &Function, calls: &'c [String]) -> Vec<&'c String> {
    calls.iter().filter(|call| call.starts_with(&format!("{}(", function.name))).collect()
}

#[tokio::test]
async fn blank_arguments_mean_the_same_everywhere() {
    let world = World::new("formula_blanks").await;
    let (row, calls) = cases();
    let column = |name: &str| {
        let (_, ty, _, sql) = word(name).unwrap();
        let empty = if *ty == Type::Bool { "false".to_owned() } else { format!("NULL::{sql}") };
        let value = row.0.get(name).map_or(empty, |value| format!("{}::{sql}", literal(value)));
        format!("{value} AS {name}")
    };
    let columns: Vec<String> = row.fields().iter().map(|name| column(name)).collect();
    let mut request = Request::at("2026-11-20T23:45:00Z".parse().unwrap());
    request.roles = vec!["seller".into()];
    let (mut corpus, mut wrong) = (String::new(), Vec::new());
    for (call, mode) in calls.iter().flat_map(|call| [(call, BlankAs::Zero), (call, BlankAs::Blank)]) {
        let checked = formulas::check(call, &Fields, &options(mode)).unwrap();
        let memory = evaluate(&checked.expression, &row, &request);
        corpus += &format!("{}\n", super::differential::line(call, &checked, &row.0, &memory));
        if checked.capability == Capability::Memory {
            continue;
        }
        let expression = checked.expression.fixed(&request);
        let known = |name: &str| word(name).is_some().then(|| name.to_owned());
        let value = sql::index_text(&expression, &known);
        let value = if checked.ty.is_list() { format!("to_json({value})") } else { value };
        let fault = sql::fault_text(&expression, &known).unwrap_or("NULL".into());
        let text = format!("SELECT ({value})::text, ({fault})::text FROM (SELECT {}) x", columns.join(", "));
        let found = sqlx::query(AssertSqlSafe(text)).fetch_one(world.engine.pool()).await.unwrap();
        let stored = match (found.get::<Option<String>, _>(0), found.get::<Option<String>, _>(1)) {
            (_, Some(code)) => code,
            (None, None) => "blank".to_owned(),
            (Some(text), None) => told(&Ok(read(&text, checked.ty))),
        };
        if stored != told(&memory) {
            wrong.push(format!("{call} {mode:?}: database {stored}, memory {}", told(&memory)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for function in functions::all().filter(|function| function.is_public()) {
        assert!(!called(function, &calls).is_empty(), "no case of {}", function.name);
    }
    in_browser(&corpus);
}

/// Calls of functions whose SQL is too long for an index where every argument is a field.
const SHORT: [&str; 3] =
    ["POWER(number_2, 2)", "DATE(2026, 2, number_3)", "DATETIME(2026, 2, number_3, 4, 5)"];

/// A call of the function that an index can hold; among its golden cases the first.
fn indexable(function: &Function, calls: &[String]) -> Option<String> {
    let fits = |call: &String| {
        formulas::check(call, &Fields, &options(BlankAs::Zero))
            .is_ok_and(|checked| checked.capability == Capability::Index && !checked.ty.is_list())
    };
    let short = SHORT.iter().map(|call| (*call).to_owned()).collect::<Vec<_>>();
    called(function, calls).into_iter().chain(called(function, &short)).find(|call| fits(call)).cloned()
}

/// Two rows: the golden one, and one that is blank and gives faults where it can.
async fn rows(world: &World, row: &Row) {
    let record = row.0.iter().map(|(name, value)| {
        let value = match value {
            Value::List(items) => json!(items.iter().map(written).collect::<Vec<_>>()),
            Value::Json(json) => json!(json),
            value => json!(written(value)),
        };
        (name.clone(), value)
    });
    let mut record: serde_json::Map<String, Json> = record.collect();
    record.insert("yes_1".into(), json!(true));
    record.insert("name".into(), json!("filled"));
    let ada = world.person("ada", "administrator").await;
    for record in [Json::Object(record), json!({"name": "blank"})] {
        world.create(&world.again(&ada).await, "sample", record).await.unwrap();
    }
}

fn written(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Date(date) => date.to_string(),
        Value::DateTime(at) => at.to_rfc3339(),
        Value::Time(time) => time.to_string(),
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn every_function_that_can_be_indexed_is() {
    let world = World::new("formula_every_index").await;
    let (row, calls) = cases();
    let mut fields: Vec<Json> = row
        .fields()
        .iter()
        .map(|name| {
            let (_, ty, kind, _) = word(name).unwrap();
            let mut field = json!({"name": name, "kind": kind});
            let values: &[&str] = match ty {
                Type::Choice => &["open", "won"],
                Type::Choices => &["red", "hot"],
                _ => return field,
            };
            let option = |value: &&str| json!({"value": value, "label": value.to_uppercase()});
            field["options"] = values.iter().map(option).collect();
            field
        })
        .collect();
    // The operators that are functions of their own.
    let own = [
        ("plus_days", "date_1 + number_2"),
        ("minus_days", "at_1 - 2"),
        ("days_between", "date_2 - date_1"),
        ("instants_between", "at_2 - at_1"),
        ("joined", "text_1 & number_1"),
        ("listed", "choice_1 IN ['open', 'won']"),
        ("at_midnight", "date_1 < at_1"),
        ("clock", "HOUR(at_1)"),
    ];
    let mut formulas: Vec<(String, String)> =
        own.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let mut unfit = Vec::new();
    let indexed = |function: &&Function| function.is_public() && function.capability == Capability::Index;
    for function in functions::all().filter(indexed) {
        match indexable(function, &calls) {
            Some(call) => formulas.push((format!("f_{}", function.name.to_lowercase()), call)),
            None => unfit.push(function.name),
        }
    }
    assert!(unfit.is_empty(), "called indexable, and no case of them is: {unfit:?}");
    for (name, text) in &formulas {
        fields.push(json!({"name": name, "kind": "formula", "formula": text, "indexed": true, "tz": "Europe/Budapest"}));
    }
    let object = json!({"name": "sample", "plural": "samples", "fields": fields});
    world.define([(Kind::Objects, "sample", Some(object))]).await.unwrap();
    rows(&world, &row).await;
    let ada = world.person("eve", "administrator").await;
    let mut unused = Vec::new();
    for (name, text) in &formulas {
        let query = Query {
            object: "sample".into(),
            fields: vec![Selection::Field("id".into())],
            sort: vec![by(name)],
            ..Query::default()
        };
        let told = super::indexes::forced_plan(&world, &ada, &query).await;
        if !told.contains("Index Scan using f") && !told.contains("Index Only Scan using f") {
            unused.push(format!("{name} = {text}\n{told}"));
        }
    }
    assert!(unused.is_empty(), "indexes that no order walks:\n{}", unused.join("\n"));
    assert!(formulas.len() > 80, "{} functions", formulas.len());
    assert!(world.engine.doctor(&world.tenant).await.unwrap().is_empty());
}
