//! What a request would do, in place of its result: the query, the decisions about it and its SQL. For callers
//! with the permission `explain_access`, who ask with `x-explain: true` or `explain=true`.

use axum::response::Response;
use engine::{Aggregate, Query};
use http::{HeaderValue, header};
use serde_json::Value as Json;

use crate::answer;
use crate::call::Call;
use crate::list::pairs::Pairs;
use crate::problem::Problem;

/// What an explanation calls itself.
pub(crate) const KIND: &str = "application/vnd.trellis.explanation+json";

/// Whether the caller wants the explanation.
pub(crate) fn is_asked(call: &Call, pairs: &Pairs) -> bool {
    let header = call.asked.head.headers.get("x-explain").is_some_and(|value| value == "true");
    header || pairs.iter().any(|(name, value)| name == "explain" && crate::list::flag(value) == Some(true))
}

/// The explanation of a read.
pub(crate) async fn read(call: &Call, query: &Query) -> Result<Response, Problem> {
    require(call)?;
    call.compare().await?;
    Ok(told(&call.engine().explain(&call.context, query)?))
}

/// The explanation of a question about many records.
pub(crate) async fn aggregate(call: &Call, question: &Aggregate) -> Result<Response, Problem> {
    require(call)?;
    call.compare().await?;
    Ok(told(&call.engine().explain_aggregate(&call.context, question)?))
}

/// An explanation is no record and does not call itself one.
fn told(explanation: &Json) -> Response {
    let mut response = answer::data(explanation);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(KIND));
    response
}

fn require(call: &Call) -> Result<(), Problem> {
    call.require("explain_access", "admin")
}
