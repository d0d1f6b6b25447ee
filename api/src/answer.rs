//! Envelopes around bytes that the engine wrote: spliced, never parsed.

use axum::body::Body;
use axum::response::Response;
use engine::query::aggregate::{Aggregate, DEFAULT_GROUPS};
use engine::read::aggregate::Groups;
use engine::{Answer, One, Query};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value as Json, json};

/// A JSON answer.
pub(crate) fn json_bytes(status: StatusCode, bytes: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// `{"data":…}` around a value.
pub(crate) fn data(value: &Json) -> Response {
    document(StatusCode::OK, &json!({ "data": value }))
}

/// A whole document.
pub(crate) fn document(status: StatusCode, value: &Json) -> Response {
    json_bytes(status, value.to_string().into_bytes())
}

/// `{"data":…}` around JSON text.
pub(crate) fn raw(status: StatusCode, data: &[u8]) -> Response {
    let mut bytes = Vec::with_capacity(data.len() + 9);
    bytes.extend_from_slice(b"{\"data\":");
    bytes.extend_from_slice(data);
    bytes.push(b'}');
    json_bytes(status, bytes)
}

/// The same, with what the caller was warned of.
pub(crate) fn warned(status: StatusCode, data: &[u8], warnings: &[metadata::Problem]) -> Response {
    if warnings.is_empty() {
        return raw(status, data);
    }
    let mut bytes = Vec::with_capacity(data.len() + 200);
    bytes.extend_from_slice(b"{\"data\":");
    bytes.extend_from_slice(data);
    bytes.extend_from_slice(b",\"warnings\":");
    bytes.extend_from_slice(json!(warnings).to_string().as_bytes());
    bytes.push(b'}');
    json_bytes(status, bytes)
}

/// Nothing to say.
pub(crate) fn no_content() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// `{"data":[…],"pagination":{…}}` around records or groups.
fn paged(data: &[u8], pagination: &Json) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(data.len() + 160);
    bytes.extend_from_slice(b"{\"data\":");
    bytes.extend_from_slice(data);
    bytes.extend_from_slice(b",\"pagination\":");
    bytes.extend_from_slice(pagination.to_string().as_bytes());
    bytes.push(b'}');
    bytes
}

/// Groups with their metrics.
pub(crate) fn groups_bytes(groups: &Groups, question: &Aggregate) -> Vec<u8> {
    let limit = if question.limit == 0 { DEFAULT_GROUPS } else { question.limit };
    paged(&groups.json, &json!({ "limit": limit, "next_cursor": null, "has_more": groups.has_more }))
}

/// A page of records.
pub(crate) fn page(answer: &Answer, query: &Query) -> Response {
    json_bytes(StatusCode::OK, page_bytes(answer, query))
}

/// The same before it goes anywhere.
pub(crate) fn page_bytes(answer: &Answer, query: &Query) -> Vec<u8> {
    let limit = if query.limit == 0 { engine::query::DEFAULT_LIMIT } else { query.limit };
    let mut pagination = json!({ "limit": limit, "next_cursor": answer.next_cursor, "has_more": answer.next_cursor.is_some() });
    if let Some(total) = answer.total {
        pagination["total"] = total.into();
    }
    paged(&answer.json, &pagination)
}

/// One record with its version as `ETag`.
pub(crate) fn one(status: StatusCode, one: &One) -> Response {
    tagged(raw(status, &one.json), &version_tag(one.version))
}

/// The only record of an array, without the brackets.
pub(crate) fn only(answer: &Answer) -> Option<&[u8]> {
    (answer.count == 1).then(|| answer.json.get(1..answer.json.len() - 1)).flatten()
}

/// An `ETag`. What depends on the caller is kept by nobody else.
pub(crate) fn tagged(mut response: Response, tag: &str) -> Response {
    if let Ok(tag) = HeaderValue::from_str(tag) {
        response.headers_mut().insert(header::ETAG, tag);
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("authorization, cookie"));
    }
    response
}

/// 304: what the caller has is still true.
pub(crate) fn not_modified(tag: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    tagged(response, tag)
}

/// The tag of a version.
pub(crate) fn version_tag(version: i64) -> String {
    format!("\"{version}\"")
}

/// Whether `If-None-Match` names the tag.
pub(crate) fn is_known(if_none_match: Option<&str>, tag: &str) -> bool {
    let same = |candidate: &str| {
        let candidate = candidate.trim();
        candidate == "*" || candidate.strip_prefix("W/").unwrap_or(candidate) == tag
    };
    if_none_match.is_some_and(|list| list.split(',').any(same))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn text(response: Response) -> String {
        String::from_utf8(axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec())
            .unwrap()
    }

    #[tokio::test]
    async fn bytes_are_spliced() {
        let answer = Answer {
            json: b"[{\"amount\":1.10}]".to_vec(),
            count: 1,
            next_cursor: Some("c".into()),
            total: Some(7),
            ..Answer::default()
        };
        let query = Query { limit: 1, ..Query::default() };
        let expected = r#"{"data":[{"amount":1.10}],"pagination":{"limit":1,"next_cursor":"c","has_more":true,"total":7}}"#;
        assert_eq!(text(page(&answer, &query)).await, expected);
        assert_eq!(only(&answer), Some(&b"{\"amount\":1.10}"[..]));
        assert_eq!(only(&Answer { json: b"[]".to_vec(), ..Answer::default() }), None);
    }

    #[test]
    fn tags_are_compared() {
        assert!(
            is_known(Some("\"3\""), "\"3\"")
                && is_known(Some("\"1\", W/\"3\""), "\"3\"")
                && is_known(Some("*"), "\"3\"")
        );
        assert!(
            !is_known(Some("\"31\""), "\"3\"") && !is_known(None, "\"3\"") && !is_known(Some("3"), "\"3\"")
        );
    }
}
