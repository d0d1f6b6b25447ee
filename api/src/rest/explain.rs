//! What a request would do, in place of its result: the query, the decisions about it and its SQL. For callers
//! with the permission `explain_access`, who ask with `x-explain: true` or `explain=true`.

use axum::response::Response;
use engine::{Aggregate, Query};

use crate::answer;
use crate::call::Call;
use crate::list::pairs::Pairs;
use crate::problem::Problem;

/// Whether the caller wants the explanation.
pub(crate) fn is_asked(call: &Call, pairs: &Pairs) -> bool {
    let header = call.asked.head.headers.get("x-explain").is_some_and(|value| value == "true");
    header || pairs.iter().any(|(name, value)| name == "explain" && crate::list::flag(value) == Some(true))
}

/// The explanation of a read.
pub(crate) async fn read(call: &Call, query: &Query) -> Result<Response, Problem> {
    require(call)?;
    call.compare().await?;
    Ok(answer::data(&call.engine().explain(&call.context, query)?))
}

/// The explanation of a question about many records.
pub(crate) async fn aggregate(call: &Call, question: &Aggregate) -> Result<Response, Problem> {
    require(call)?;
    call.compare().await?;
    Ok(answer::data(&call.engine().explain_aggregate(&call.context, question)?))
}

fn require(call: &Call) -> Result<(), Problem> {
    call.require("explain_access", "admin")
}
