//! `/admin/v1/audit-log`: all that happened in the tenant, for those who may see it.

use axum::body::Body;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use engine::audit::list::{self, AuditQuery};
use engine::export::Form;
use futures_util::stream;
use http::{HeaderValue, StatusCode, header};
use metadata::Problem as Detail;
use serde_json::json;
use uuid::Uuid;

use crate::answer;
use crate::asked::params::Params;
use crate::call::Call;
use crate::problem::Problem;
use crate::rest::export;
use crate::routes::Outcome;

/// A page of it, or all of it as a file.
pub(crate) async fn list(call: Call) -> Outcome {
    let mut pairs = call.asked.pairs()?;
    let form = export::wanted(&call, &mut pairs)?;
    if form == Some(Form::Xlsx) {
        return Err(wrong("format", "unknown-format", "expected json, csv or ndjson"));
    }
    let query = read(Params::new(pairs))?;
    match form {
        Some(form) => file(&call, query, form).await,
        None => page(&call, query).await,
    }
}

/// How far the chain of hashes is, and what waits to be sealed.
pub(crate) async fn status(call: Call) -> Outcome {
    call.asked.plain()?;
    let status = call.engine().audit_status(call.context.tenant()).await?;
    let sealed = status.sealed.map(|block| {
        json!({
            "seq": block.last_seq, "block": block.number, "sealed_at": block.sealed_at, "hash": block.hash,
            "key": block.key, "signature": block.signature,
        })
    });
    let unsealed = json!({ "count": status.unsealed, "oldest_at": status.oldest_unsealed_at });
    Ok(answer::data(&json!({ "sealed": sealed, "unsealed": unsealed, "key": status.key })))
}

fn read(mut params: Params) -> Result<AuditQuery, Problem> {
    let limit = params.limit(1000);
    let query = AuditQuery {
        object: params.text("object"),
        record_id: params.typed("record_id", "an id", |text| Uuid::parse_str(text).ok()),
        user_id: params.typed("user_id", "an id", |text| Uuid::parse_str(text).ok()),
        action: params.typed("action", &words(), action),
        from: params.typed("from", MOMENT, moment),
        to: params.typed("to", MOMENT, moment),
        before: params.number("cursor", 1, i64::MAX),
        limit,
    };
    params.finish()?;
    Ok(query)
}

const MOMENT: &str = "a date, or a time such as 2027-01-31T12:00:00Z";

fn words() -> String {
    format!("one of {}", list::words().collect::<Vec<_>>().join(", "))
}

fn action(text: &str) -> Option<String> {
    list::words().find(|word| *word == text).map(str::to_owned)
}

/// A date is its beginning, in UTC.
fn moment(text: &str) -> Option<DateTime<Utc>> {
    let date = || text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0).map(|at| at.and_utc());
    let years = |at: &DateTime<Utc>| (1..=9999).contains(&chrono::Datelike::year(at));
    text.parse().ok().or_else(date).filter(years)
}

async fn page(call: &Call, query: AuditQuery) -> Outcome {
    let limit = query.limit;
    let page = call.engine().audit_log(&call.context, &query).await?;
    let next = page.next.map(|seq| seq.to_string());
    let pagination = json!({ "limit": limit, "next_cursor": next, "has_more": next.is_some() });
    let rows = serde_json::to_string(&page.rows).map_err(|_| Problem::internal())?;
    let bytes = format!("{{\"data\":{rows},\"pagination\":{pagination}}}").into_bytes();
    Ok(answer::json_bytes(StatusCode::OK, bytes))
}

async fn file(call: &Call, query: AuditQuery, form: Form) -> Outcome {
    if query.before.is_some() {
        return Err(wrong("cursor", "contradiction", "a file has no pages"));
    }
    let file = call.engine().audit_file(&call.context, query, form).await?;
    let pieces = stream::try_unfold(file, |mut file| async move {
        Ok::<_, engine::Error>(file.next().await?.map(|piece| (piece, file)))
    });
    let mut response = Response::new(Body::from_stream(pieces));
    let (kind, name) = match form {
        Form::JsonLines => ("application/x-ndjson", "attachment; filename=\"audit-log.ndjson\""),
        Form::Csv | Form::Xlsx => ("text/csv; charset=utf-8", "attachment; filename=\"audit-log.csv\""),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

fn wrong(path: &str, code: &str, message: &str) -> Problem {
    Problem::invalid(vec![Detail::new(path, code, message)])
}
