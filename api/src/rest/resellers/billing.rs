//! What the reseller's tenants cost in a month, and what the reseller gets of it: as a document or a file.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use chrono::{Datelike, NaiveDate, Utc};
use http::{HeaderValue, header};
use serde_json::{Value as Json, json};
use tenancy::billing::Line;

use super::ResellerCall;
use crate::answer;
use crate::asked::params::Params;
use crate::routes::Outcome;

/// The columns of the file, which are the keys of a line.
const COLUMNS: [&str; 14] = [
    "tenant_id",
    "slug",
    "name",
    "plan",
    "part",
    "price",
    "amount",
    "currency",
    "commission_percent",
    "commission",
    "requests",
    "users",
    "records",
    "bytes",
];

/// A month's lines, this one's when it is not said.
pub(crate) async fn show(call: ResellerCall) -> Outcome {
    let mut params = Params::new(call.asked.pairs()?);
    let now = Utc::now();
    let this = now.date_naive().with_day(1).unwrap_or(now.date_naive());
    let month = params.typed("month", "a month such as 2026-03", month).unwrap_or(this);
    let csv = params.typed("format", "json or csv", |word| match word {
        "csv" => Some(true),
        "json" => Some(false),
        _ => None,
    });
    params.finish()?;
    let lines = call.tenants().bill(call.reseller, month, now).await?;
    let word = month.format("%Y-%m").to_string();
    if csv.unwrap_or_default() {
        return Ok(file(&word, &lines));
    }
    let tenants: Json = lines.iter().map(told).collect();
    Ok(answer::data(&json!({ "month": word, "tenants": tenants, "totals": totals(&lines) })))
}

fn month(text: &str) -> Option<NaiveDate> {
    let day: NaiveDate = format!("{text}-01").parse().ok()?;
    (text.len() == 7 && (2000..=9999).contains(&day.year())).then_some(day)
}

/// Hundredths as people write them; two places are exact in a number of JSON.
fn money(hundredths: i64) -> Json {
    json!(hundredths as f64 / 100.0)
}

fn told(line: &Line) -> Json {
    let used = line.used.as_ref();
    json!({
        "tenant_id": line.tenant, "slug": line.slug, "name": line.name, "plan": line.plan,
        "part": line.part as f64 / 1000.0, "price": line.price.map(money), "amount": line.amount.map(money),
        "currency": line.currency, "commission_percent": money(line.percent), "commission": line.commission.map(money),
        "requests": used.map(|used| used.1), "users": used.and_then(|used| used.2),
        "records": used.and_then(|used| used.3), "bytes": used.and_then(|used| used.4),
    })
}

/// By currency.
fn totals(lines: &[Line]) -> Json {
    let mut totals: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for line in lines {
        if let Some((currency, amount)) = line.currency.as_deref().zip(line.amount) {
            let total = totals.entry(currency).or_default();
            *total = (total.0 + amount, total.1 + line.commission.unwrap_or_default());
        }
    }
    let one = |(currency, (amount, commission)): (&str, (i64, i64))| json!({ "currency": currency, "amount": money(amount), "commission": money(commission) });
    totals.into_iter().map(one).collect()
}

fn file(month: &str, lines: &[Line]) -> Response {
    let mut text = format!("{}\r\n", COLUMNS.join(","));
    for line in lines {
        let line = told(line);
        let cells: Vec<String> = COLUMNS.iter().map(|column| cell(&line[*column])).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    let mut response = Body::from(text).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    let name = format!("attachment; filename=\"commission-{month}.csv\"");
    if let Ok(name) = HeaderValue::try_from(name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

/// One cell. A text that a spreadsheet would compute gets an apostrophe before it.
fn cell(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => {
            let mark = if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { "'" } else { "" };
            let is_plain = mark.is_empty() && !text.contains([',', '"', '\r', '\n']);
            if is_plain { text.clone() } else { format!("\"{mark}{}\"", text.replace('"', "\"\"")) }
        }
        number => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_no_formulas_and_keep_their_commas() {
        let cells = ["Acme", "Acme, Ltd", "say \"hi\"", "=1+1", "-x"].map(|text| cell(&json!(text)));
        assert_eq!(cells, ["Acme", "\"Acme, Ltd\"", "\"say \"\"hi\"\"\"", "\"'=1+1\"", "\"'-x\""]);
        assert_eq!([cell(&Json::Null), cell(&money(2990)), cell(&money(5))], ["", "29.9", "0.05"]);
    }

    #[test]
    fn months_are_read() {
        assert_eq!(month("2026-03"), "2026-03-01".parse().ok());
        for wrong in ["2026", "2026-13", "2026-03-05", "26-03", "", "0000-01"] {
            assert_eq!(month(wrong), None, "{wrong}");
        }
    }
}
