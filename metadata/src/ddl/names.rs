//! Identifiers and literals in SQL text, always quoted; and the names that stable ids give.

use chrono::SecondsFormat;
use formulas::Value;

/// An identifier in double quotes.
pub fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Name of a retired object's table, or of a retired field's column (before its suffix).
pub fn gone(id: &str) -> String {
    format!("_gone_{id}")
}

/// A value as a constant of SQL, with the type that its text needs.
pub fn literal(value: &Value) -> String {
    match value {
        Value::Null => "NULL".into(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => text_literal(text),
        Value::Date(date) => format!("DATE '{date}'"),
        Value::DateTime(at) => format!("TIMESTAMPTZ '{}'", at.to_rfc3339_opts(SecondsFormat::Micros, true)),
        Value::Time(time) => format!("TIME '{}'", time.format("%H:%M:%S")),
        Value::Id(id) => format!("'{id}'::uuid"),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(literal).collect();
            format!("ARRAY[{}]::text[]", items.join(", "))
        }
        Value::Json(json) => format!("{}::jsonb", text_literal(&json.to_string())),
    }
}

/// Text in single quotes. A backslash is an ordinary character (`standard_conforming_strings`).
pub(super) fn text_literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_its_quotes() {
        assert_eq!(quote(r#"a"b"#), r#""a""b""#);
        assert_eq!(literal(&Value::Text("it's \\ \"fine\"".into())), r#"'it''s \ "fine"'"#);
        assert_eq!(literal(&Value::List(vec![Value::Text("o'k".into())])), "ARRAY['o''k']::text[]");
    }
}
