//! Every answer that is neither 2xx nor 3xx: a problem document (RFC 9457), as contract §3 says. It is not
//! where things go wrong: `problem/engine.rs` and `problem/identity.rs` map the errors of the rooms below,
//! one wildcard-free `match` each. SQL, table names and stack traces never get here.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use metadata::Problem as Detail;
use serde_json::json;

mod code;
mod engine;
mod identity;

pub(crate) use code::Code;
pub(crate) use identity::rate_headers;

/// A refusal on its way out. The edge gives it the request id and writes it down.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub code: Code,
    /// One sentence about this very request.
    pub detail: String,
    /// What is wrong in detail, each with its path.
    pub errors: Vec<Detail>,
    /// Such as `Retry-After`.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl Problem {
    /// A problem without details.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), errors: Vec::new(), headers: Vec::new() }
    }

    /// The same problem with details.
    #[must_use]
    pub fn errors(mut self, errors: Vec<Detail>) -> Self {
        self.errors = errors;
        self
    }

    /// The same problem with a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: impl Into<HeaderValue>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// 404: not there, or not the caller's to know.
    pub fn not_found() -> Self {
        Self::new(Code::NotFound, "there is nothing at this address, or it is not yours to see")
    }

    /// 400 with everything that is wrong with the question.
    pub fn invalid(errors: Vec<Detail>) -> Self {
        Self::new(Code::InvalidRequest, first(&errors, "the request is not valid")).errors(errors)
    }

    /// 422 with every rule that the data breaks.
    pub fn unprocessable(errors: Vec<Detail>) -> Self {
        Self::new(Code::InvalidData, first(&errors, "the data breaks a rule")).errors(errors)
    }

    /// 500, told to the log and not to the caller.
    pub fn internal() -> Self {
        Self::new(Code::Internal, "something went wrong here; the request id tells us what")
    }

    /// What is told about it.
    pub fn document(&self, request_id: &str) -> serde_json::Value {
        json!({
            "type": format!("urn:trellis:problem:{}", self.code.word()),
            "title": self.code.title(),
            "status": self.code.status().as_u16(),
            "code": self.code.word(),
            "detail": self.detail,
            "errors": self.errors,
            "request_id": request_id,
        })
    }

    /// The document that is sent.
    pub fn render(&self, request_id: &str) -> Response {
        let document = self.document(request_id);
        let mut response = Response::new(Body::from(document.to_string()));
        *response.status_mut() = self.code.status();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.extend(self.headers.iter().cloned());
        response
    }
}

/// With one problem its own sentence says most.
fn first(errors: &[Detail], otherwise: &str) -> String {
    match errors {
        [only] if only.path.is_empty() => only.message.clone(),
        [only] => format!("{}: {}", only.path, only.message),
        _ => otherwise.to_owned(),
    }
}

/// Empty but for the problem itself, which the edge renders.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = StatusCode::into_response(self.code.status());
        response.extensions_mut().insert(self);
        response
    }
}
