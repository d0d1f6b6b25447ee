//! Whether the process lives, whether it can work, and what it has counted.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use crate::asked::Asked;
use crate::problem::{Code, Problem};
use crate::routes::Outcome;
use crate::{answer, meter};

/// `GET /healthz`: no more than that the process answers.
pub(crate) async fn alive(_: Arc<Asked>) -> Outcome {
    Ok(answer::document(StatusCode::OK, &json!({ "status": "ok" })))
}

/// `GET /readyz`: the database answers, its tables are those of this version, and the node is not about to stop.
pub(crate) async fn ready(asked: Arc<Asked>) -> Outcome {
    if asked.app.ending.has_begun() {
        return Err(Problem::new(Code::Busy, "the node is stopping"));
    }
    match tenancy::is_migrated(asked.app.engine.pool()).await {
        Ok(true) => Ok(answer::document(StatusCode::OK, &json!({ "status": "ready" }))),
        Ok(false) => Err(Problem::new(Code::Unavailable, "the database is being migrated")),
        Err(error) => Err(error.into()),
    }
}

/// `GET /metrics`: Prometheus text.
pub(crate) async fn metrics(_: Arc<Asked>) -> Outcome {
    let mut response = Response::new(Body::from(meter::text()));
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}
