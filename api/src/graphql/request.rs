//! The transport: GraphQL over HTTP. A request comes as JSON or in the URL; the answer's status depends on the media
//! type that the caller takes, as the specification of that transport says.

use apollo_compiler::response::{JsonMap, JsonValue};
use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use rust_decimal::Decimal;
use serde_json::value::RawValue;
use serde_json::{Value as Json, json};

use crate::asked::Asked;
use crate::body;
use crate::problem::{Code, Problem};

/// What is asked for.
#[derive(Debug)]
pub(super) struct Request {
    pub query: Option<String>,
    pub operation: Option<String>,
    pub variables: JsonMap,
    /// SHA-256 of the query in hex, of a persisted one.
    pub hash: Option<String>,
}

impl Request {
    /// Reads `{"query","operationName","variables","extensions"}`.
    pub(super) fn of_body(asked: &Asked) -> Result<Self, Problem> {
        let bytes = asked.json()?;
        if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
            let text = "send one operation at a time; several root fields fit into one";
            return Err(Problem::new(Code::InvalidRequest, text));
        }
        Self::of_bytes(bytes)
    }

    /// The same from a message on a line.
    pub(super) fn of_message(payload: &RawValue) -> Result<Self, Problem> {
        body::check(payload.get().as_bytes())?;
        Self::of_bytes(payload.get().as_bytes())
    }

    fn of_bytes(bytes: &[u8]) -> Result<Self, Problem> {
        let fields = body::record(bytes).map_err(as_malformed)?;
        let find = |key: &str| fields.iter().find(|(name, _)| name == key).map(|(_, raw)| &**raw);
        Self::read(
            text(find("query"), "query")?,
            text(find("operationName"), "operationName")?,
            (find("variables"), find("extensions")),
        )
    }

    /// Reads the same from the URL's parameters.
    pub(super) fn of_url(asked: &Asked) -> Result<Self, Problem> {
        let pairs = asked.pairs()?;
        let find = |key: &str| pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone());
        let json = |key: &str| match find(key).filter(|text| !text.is_empty()) {
            Some(text) => {
                RawValue::from_string(text).map(Some).map_err(|error| wrong(key, body::sentence(&error)))
            }
            None => Ok(None),
        };
        let (variables, extensions) = (json("variables")?, json("extensions")?);
        Self::read(find("query"), find("operationName"), (variables.as_deref(), extensions.as_deref()))
    }

    fn read(
        query: Option<String>,
        operation: Option<String>,
        (variables, extensions): (Option<&RawValue>, Option<&RawValue>),
    ) -> Result<Self, Problem> {
        for (key, raw) in [("variables", variables), ("extensions", extensions)] {
            // What came in a URL was not held to the depth of bodies yet.
            raw.map_or(Ok(()), |raw| body::check(raw.get().as_bytes()))
                .map_err(|problem| wrong(key, problem.detail))?;
        }
        let variables = match variables.map(exact).transpose()?.unwrap_or_default() {
            Json::Null => JsonMap::new(),
            Json::Object(map) => {
                map.into_iter().map(|(key, value)| (key.into(), JsonValue::from(value))).collect()
            }
            _ => return Err(wrong("variables", "expected an object")),
        };
        let extensions = extensions.map(exact).transpose()?.unwrap_or_default();
        if !matches!(extensions, Json::Null | Json::Object(_)) {
            return Err(wrong("extensions", "expected an object"));
        }
        let hash = extensions["persistedQuery"]["sha256Hash"].as_str().map(str::to_ascii_lowercase);
        let query = query.filter(|query| !query.is_empty());
        if query.is_none() && hash.is_none() {
            return Err(wrong("query", "`query` is missing"));
        }
        let operation = operation.filter(|name| !name.is_empty());
        Ok(Self { query, operation, variables, hash })
    }
}

fn wrong(key: &str, message: impl Into<String>) -> Problem {
    Problem::invalid(vec![metadata::Problem::new(key, "wrong-type", message)])
}

/// A body that is no object breaks no rule of the data: it is no request.
fn as_malformed(problem: Problem) -> Problem {
    match problem.code {
        Code::InvalidData => Problem { code: Code::InvalidRequest, ..problem },
        _ => problem,
    }
}

fn text(raw: Option<&RawValue>, key: &str) -> Result<Option<String>, Problem> {
    match raw.map(|raw| serde_json::from_str::<Json>(raw.get())) {
        None | Some(Ok(Json::Null)) => Ok(None),
        Some(Ok(Json::String(text))) => Ok(Some(text)),
        _ => Err(wrong(key, "expected a text")),
    }
}

/// A value whose numbers are exact: one that a float cannot hold becomes a text, which decimals are read from too.
fn exact(raw: &RawValue) -> Result<Json, Problem> {
    let text = raw.get().trim();
    match text.as_bytes().first() {
        Some(b'{') => {
            let fields = body::record(text.as_bytes()).map_err(as_malformed)?;
            fields.iter().map(|(key, raw)| Ok((key.clone(), exact(raw)?))).collect()
        }
        Some(b'[') => {
            let items: Vec<Box<RawValue>> = serde_json::from_str(text).unwrap_or_default();
            items.iter().map(|raw| exact(raw)).collect()
        }
        Some(b'-' | b'0'..=b'9') => Ok(number(text)),
        _ => Ok(serde_json::from_str(text).unwrap_or_default()),
    }
}

/// A number as JSON when that holds it exactly, else its text.
pub(super) fn number(text: &str) -> Json {
    let json: Json = serde_json::from_str(text).unwrap_or_default();
    let decimal = |text: &str| Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text)).ok();
    match (decimal(text), decimal(&json.to_string())) {
        (Some(said), Some(held)) if said == held => json,
        _ => text.into(),
    }
}

/// In which form the caller takes answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/graphql-response+json`: the status tells what the body tells.
    Response,
    /// `application/json`: what the server understood is answered with 200.
    Json,
}

impl Media {
    pub(super) fn of(asked: &Asked) -> Self {
        let accepts = asked.header(&header::ACCEPT).unwrap_or_default();
        if accepts.contains("application/graphql-response+json") { Self::Response } else { Self::Json }
    }

    /// An answer with data.
    pub(super) fn answer(self, body: Vec<u8>) -> Response {
        self.send(StatusCode::OK, body)
    }

    /// Errors of a request that was not run.
    pub(super) fn refuse(self, errors: &[Json]) -> Response {
        let status = if self == Self::Response { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        self.send(status, json!({ "errors": errors }).to_string().into_bytes())
    }

    fn send(self, status: StatusCode, body: Vec<u8>) -> Response {
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let kind = match self {
            Self::Response => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        };
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_exact() {
        let raw = |text: &str| exact(&RawValue::from_string(text.into()).unwrap()).unwrap();
        assert_eq!(raw("1.10"), json!(1.1));
        assert_eq!(raw("1234567890123456789.12"), json!("1234567890123456789.12"));
        assert_eq!(
            raw("[123456789012345678, 0.1, {\"a\": 99999999999999999999}]"),
            json!([123_456_789_012_345_678_i64, 0.1, {"a": "99999999999999999999"}])
        );
        assert_eq!(raw("\"1.10\""), json!("1.10"));
        assert_eq!(raw(" null "), Json::Null);
    }
}
