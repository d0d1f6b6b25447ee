//! The main test of the language: random formulas over random rows give the same values and the same faults in
//! PostgreSQL, in memory and in the browser's evaluator.

use std::fmt::Write as _;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use formulas::{Checked, Fault, Request, Type, Value, evaluate, sql};
use it::formula_writer::{COLUMNS, Row, Writer};
use it::random::Random;
use rust_decimal::Decimal;
use sqlx::{AssertSqlSafe, Row as _};

use super::*;

const SEED: u64 = 20_261_121;
/// Formulas, and rows that each is tried on.
const FORMULAS: usize = 10_000;
const ROWS: usize = 48;
const TRIED: usize = 6;

fn request() -> Request {
    let mut request = Request::at("2026-11-20T23:45:00Z".parse().unwrap());
    request.roles = vec!["seller".into()];
    request
}

/// One formula and the rows that it is tried on.
struct Case {
    text: String,
    checked: Checked,
    expression: formulas::Expression,
    rows: std::ops::Range<usize>,
}

pub(super) fn literal(value: &Value) -> String {
    let quoted = |text: &str| format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"));
    match value {
        Value::Null => "NULL".into(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => quoted(text),
        Value::Date(date) => quoted(&date.to_string()),
        Value::DateTime(at) => quoted(&at.to_rfc3339()),
        Value::Time(time) => quoted(&time.to_string()),
        Value::Id(id) => quoted(&id.to_string()),
        Value::List(items) => {
            format!("ARRAY[{}]::text[]", items.iter().map(literal).collect::<Vec<_>>().join(", "))
        }
        Value::Json(json) => quoted(&json.to_string()),
    }
}

async fn table(s: &World, rows: &[Row]) {
    let columns: Vec<String> = COLUMNS.iter().map(|(name, _, ty)| format!("{name} {ty}")).collect();
    let mut text = format!("CREATE TABLE demo_rows (n int PRIMARY KEY, {});", columns.join(", "));
    for (n, row) in rows.iter().enumerate() {
        let values = COLUMNS.iter().map(|(name, ty, sql)| match row.0.get(name) {
            None if *ty == Type::Bool => "false".to_owned(),
            None => "NULL".to_owned(),
            Some(value) => format!("{}::{sql}", literal(value)),
        });
        write!(text, "INSERT INTO demo_rows VALUES ({n}, {});", values.collect::<Vec<_>>().join(", "))
            .unwrap();
    }
    sqlx::raw_sql(AssertSqlSafe(text)).execute(s.engine.pool()).await.unwrap();
}

fn column(id: &str) -> Option<String> {
    COLUMNS.iter().any(|(name, ..)| *name == id).then(|| id.to_owned())
}

/// Values and faults of some formulas as PostgreSQL has them: a select for each, in one statement.
async fn in_database(world: &World, cases: &[Case]) -> Vec<(Option<String>, Option<String>)> {
    let selects: Vec<String> = cases
        .iter()
        .enumerate()
        .map(|(at, case)| {
            let value = sql::index_text(&case.expression, &column);
            let value = match case.checked.ty {
                Type::Choices | Type::Json => format!("to_json({value})"),
                _ => value,
            };
            let fault = sql::fault_text(&case.expression, &column).unwrap_or("NULL".into());
            let std::ops::Range { start, end } = case.rows;
            format!("SELECT {at} AS at, n, ({value})::text AS value, ({fault})::text AS fault FROM demo_rows WHERE n >= {start} AND n < {end}")
        })
        .collect();
    let text = format!("SELECT value, fault FROM ({}) x ORDER BY at, n", selects.join(" UNION ALL "));
    match sqlx::query(AssertSqlSafe(text)).persistent(false).fetch_all(world.engine.pool()).await {
        Ok(rows) => rows.iter().map(|row| (row.get("value"), row.get("fault"))).collect(),
        // No formula may raise; the one that does is found alone.
        Err(error) if cases.len() == 1 => vec![(None, Some(format!("raises {error}"))); cases[0].rows.len()],
        Err(_) => {
            let mut all = Vec::new();
            for half in [&cases[..cases.len() / 2], &cases[cases.len() / 2..]] {
                all.extend(Box::pin(in_database(world, half)).await);
            }
            all
        }
    }
}

/// A value out of PostgreSQL's text.
pub(super) fn read(text: &str, ty: Type) -> Value {
    match ty {
        Type::Bool => Value::Bool(text == "true"),
        Type::Integer | Type::Number => Value::Number(Decimal::from_str(text).unwrap()),
        Type::Date => Value::Date(NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap()),
        Type::DateTime => {
            let at = DateTime::parse_from_str(&format!("{text}00"), "%Y-%m-%d %H:%M:%S%.f%z").unwrap();
            Value::DateTime(at.with_timezone(&Utc))
        }
        Type::Time => Value::Time(NaiveTime::parse_from_str(text, "%H:%M:%S%.f").unwrap()),
        Type::Id => Value::Id(text.parse().unwrap()),
        Type::Choices | Type::Ids => {
            let items: Vec<String> = serde_json::from_str(text).unwrap();
            if items.is_empty() {
                Value::Null
            } else {
                Value::List(items.into_iter().map(Value::Text).collect())
            }
        }
        Type::Json => Value::Json(serde_json::from_str(text).unwrap()),
        Type::Null | Type::Text | Type::Choice => Value::text(text),
    }
}

pub(super) fn told(outcome: &Result<Value, Fault>) -> String {
    match outcome {
        Err(fault) => fault.code().to_owned(),
        Ok(Value::Number(number)) => number.normalize().to_string(),
        Ok(value) if value.is_blank() => "blank".to_owned(),
        Ok(value) => format!("{value:?}"),
    }
}

/// What the evaluators are compared on, a case a line, for the one in the browser.
pub(super) fn line(
    text: &str,
    checked: &Checked,
    row: &impl serde::Serialize,
    outcome: &Result<Value, Fault>,
) -> Json {
    let outcome = match outcome {
        Ok(value) => json!({ "value": value }),
        Err(fault) => json!({ "fault": fault.code() }),
    };
    json!({ "text": text, "expression": checked.expression, "row": row, "outcome": outcome })
}

#[tokio::test]
async fn database_memory_and_browser_agree() {
    let world = World::new("formula_differential").await;
    let seed = std::env::var("SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(SEED);
    println!("seed {seed}");
    let mut writer = Writer { random: Random::new(seed) };
    let rows: Vec<Row> = (0..ROWS).map(|_| writer.row()).collect();
    table(&world, &rows).await;
    let mut corpus = String::new();
    let (mut faults, mut wrong) = (0, Vec::new());
    for _ in 0..FORMULAS / 100 {
        let cases: Vec<Case> = (0..100)
            .map(|_| {
                let (text, _, checked) = writer.write();
                let start = writer.random.below(ROWS - TRIED);
                let expression = checked.expression.fixed(&request());
                Case { text, expression, checked, rows: start..start + TRIED }
            })
            .collect();
        let found = in_database(&world, &cases).await;
        let asked = cases.iter().flat_map(|case| case.rows.clone().map(move |n| (case, n)));
        for ((case, n), (value, fault)) in asked.zip(found) {
            let memory = evaluate(&case.checked.expression, &rows[n], &request());
            let stored = match (&value, &fault) {
                (_, Some(code)) => code.clone(),
                (None, None) => "blank".to_owned(),
                (Some(text), None) => told(&Ok(read(text, case.checked.ty))),
            };
            faults += usize::from(memory.is_err());
            if stored != told(&memory) || (fault.is_some() && value.is_some()) {
                wrong.push(format!(
                    "{}\n  row {n}: database {stored} ({value:?}), memory {}",
                    case.text,
                    told(&memory)
                ));
            }
            if n == case.rows.start {
                writeln!(corpus, "{}", line(&case.text, &case.checked, &rows[n].0, &memory)).unwrap();
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "seed {seed}: {} differences\n{}",
        wrong.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
    assert!(faults > FORMULAS * TRIED / 50, "too few faults to mean anything: {faults}");
    in_browser(&corpus);
}

/// Lets the browser's evaluator read the same cases, where its tools are installed.
pub(super) fn in_browser(corpus: &str) {
    // Some of them are kept beside that evaluator, for its own tests: CORPUS_OUT=admin-ui/src/lib/formula/corpus.jsonl
    if let Ok(path) = std::env::var("CORPUS_OUT") {
        let some: String = corpus.lines().take(200).flat_map(|line| [line, "\n"]).collect();
        std::fs::write(path, some).unwrap();
    }
    let ui = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../admin-ui");
    if !ui.join("node_modules/.bin/vitest").exists() {
        println!("admin-ui has no node_modules: its evaluator is not compared here");
        return;
    }
    let file = std::env::temp_dir().join(format!("trellis-corpus-{}.jsonl", std::process::id()));
    std::fs::write(&file, corpus).unwrap();
    let output = std::process::Command::new("node")
        .args(["node_modules/.bin/vitest", "run", "src/lib/formula"])
        .env("FORMULA_CORPUS", &file)
        .current_dir(&ui)
        .output()
        .unwrap();
    std::fs::remove_file(&file).unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    told.lines().filter(|line| line.ends_with("answered")).for_each(|line| println!("{line}"));
}
