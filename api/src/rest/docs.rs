//! `/docs`: the API for people. One page that reads `openapi.json`, draws it and lets one try it; its files are part of
//! the binary.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, header};

use crate::asked::Asked;
use crate::problem::Problem;
use crate::routes::Outcome;

const SCRIPT: &str = "text/javascript; charset=utf-8";

const FILES: &[(&str, &str, &str)] = &[
    ("", "text/html; charset=utf-8", include_str!("docs/index.html")),
    ("docs.css", "text/css; charset=utf-8", include_str!("docs/docs.css")),
    ("docs.js", SCRIPT, include_str!("docs/docs.js")),
    ("element.js", SCRIPT, include_str!("docs/element.js")),
    ("request.js", SCRIPT, include_str!("docs/request.js")),
    ("schema.js", SCRIPT, include_str!("docs/schema.js")),
    ("try.js", SCRIPT, include_str!("docs/try.js")),
];

/// The page and its files; what they show is asked for by whoever looks at them.
pub(crate) async fn page(asked: Arc<Asked>) -> Outcome {
    let name = asked.part("file");
    let found = FILES.iter().find(|(known, ..)| *known == name).ok_or_else(Problem::not_found)?;
    let mut response = Response::new(Body::from(found.2));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(found.1));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}
