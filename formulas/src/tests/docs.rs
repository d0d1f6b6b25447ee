//! The page about the language is a test: its samples are tried, and it names every function.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate};

use crate::check::{Options, Zone, check};
use crate::evaluate::{Record, evaluate};
use crate::expression::Reference;
use crate::functions::groups;
use crate::functions::text_format::plain;
use crate::request::Request;
use crate::scope::{OptionLabel, Scope, Target, Unknown};
use crate::types::Type;
use crate::value::Value;

const PAGE: &str = include_str!("../../../docs/formulas.md");
const START: &str = "<!-- functions: written by `UPDATE_DOCS=1 cargo test -p formulas docs` -->\n";
const END: &str = "<!-- end of functions -->";

/// The fields that the page's own table tells.
struct Fields(BTreeMap<String, Type>);

impl Fields {
    fn of_page() -> Fields {
        let rows =
            PAGE.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix("` |")?.split_once(" | `"));
        let typed = rows.filter_map(|(word, names)| Some((type_called(word)?, names)));
        let fields = typed.flat_map(|(ty, names)| names.split(' ').map(move |name| (name.to_owned(), ty)));
        Fields(fields.collect())
    }
}

fn type_called(word: &str) -> Option<Type> {
    Some(match word {
        "number" => Type::Number,
        "text" => Type::Text,
        "picklist" => Type::Choice,
        "date" => Type::Date,
        "datetime" => Type::DateTime,
        "yes/no" => Type::Bool,
        _ => return None,
    })
}

impl Scope for Fields {
    fn field(&self, segments: &[String]) -> Result<Target, Unknown> {
        let ty = *self.0.get(&segments[0]).ok_or_else(Unknown::default)?;
        let options = ["prospecting", "proposal", "won", "lost", "high", "medium", "low"];
        let option = |value: &str| OptionLabel { value: value.into(), label: value.into() };
        let reference = Reference { path: Vec::new(), field: segments[0].clone(), ty };
        let options = (ty == Type::Choice).then(|| options.map(option).to_vec());
        Ok(Target { reference, nullable: ty != Type::Bool, options })
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
}

fn value(cell: &str, ty: Type) -> Value {
    match ty {
        _ if cell.is_empty() => Value::Null,
        Type::Number => Value::Number(cell.parse().unwrap()),
        Type::Date => Value::Date(NaiveDate::parse_from_str(cell, "%Y-%m-%d").unwrap()),
        Type::DateTime => Value::DateTime(cell.parse::<DateTime<chrono::Utc>>().unwrap()),
        Type::Bool => Value::Bool(cell == "true"),
        _ => Value::text(cell),
    }
}

fn cells(line: &str) -> Vec<&str> {
    line.trim_start_matches('|').trim_end().trim_end_matches('|').split('|').map(str::trim).collect()
}

#[test]
fn samples_of_the_docs_page_give_what_it_says() {
    let fields = Fields::of_page();
    let options = Options { zone: Zone::parse("UTC").unwrap(), ..Options::default() };
    let request = Request::at("2026-11-20T12:00:00Z".parse().unwrap());
    let mut samples = 0;
    for section in PAGE.split("\n### ").skip(1) {
        let (title, rest) = section.split_once('\n').unwrap();
        let (formula, table) = rest.split_once("```formula\n").unwrap().1.split_once("\n```").unwrap();
        let checked =
            check(formula, &fields, &options).unwrap_or_else(|problems| panic!("{title}: {problems:?}"));
        let mut lines = table.lines().filter(|line| line.starts_with('|'));
        let names = cells(lines.next().unwrap());
        assert_eq!(names.last(), Some(&"result"), "{title}");
        let rows: Vec<Vec<&str>> = lines.skip(1).map(cells).collect();
        assert!(!rows.is_empty(), "{title}");
        for row in rows {
            assert_eq!(row.len(), names.len(), "{title}: {row:?}");
            let pairs = names.iter().zip(&row).filter(|(name, _)| **name != "result");
            let values = pairs.map(|(name, cell)| ((*name).to_owned(), value(cell, fields.0[*name])));
            let outcome = evaluate(&checked.expression, &Row(values.collect()), &request);
            let told = outcome.map_or_else(|fault| fault.code().to_owned(), |value| plain(&value));
            assert_eq!(&told, row.last().unwrap(), "{title}: {row:?}");
        }
        samples += 1;
    }
    assert!(samples >= 30, "{samples} samples");
}

#[test]
fn the_docs_page_lists_every_function() {
    let mut table = String::new();
    let mut before = "";
    for (group, functions) in groups() {
        if group != before {
            table += &format!("\n### {group}\n\n| function | gives | |\n|---|---|---|\n")
                .replace("### ", "**")
                .replace("\n\n|", "**\n\n|");
            before = group;
        }
        for function in functions.iter().filter(|function| function.is_public()) {
            let aliases: Vec<String> = function.aliases.iter().map(|alias| format!("`{alias}`")).collect();
            let also =
                if aliases.is_empty() { String::new() } else { format!(" Also {}.", aliases.join(", ")) };
            let row = format!(
                "| `{}` | {} | {}{also} |\n",
                function.signature(),
                function.gives_word(),
                function.doc
            );
            table += &row.replace("||", "\\|\\|");
        }
    }
    table += "\n";
    let (head, rest) = PAGE.split_once(START).unwrap();
    let (now, tail) = rest.split_once(END).unwrap();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/formulas.md");
        std::fs::write(path, format!("{head}{START}{table}{END}{tail}")).unwrap();
        return;
    }
    assert_eq!(now, table, "run UPDATE_DOCS=1 cargo test -p formulas docs");
}
