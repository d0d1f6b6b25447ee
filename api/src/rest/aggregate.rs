//! `/api/v1/{plural}/aggregate`: how many and how much, for each of what.

use engine::query::aggregate::DEFAULT_GROUPS;
use http::StatusCode;
use serde_json::json;

use super::explain;
use crate::answer;
use crate::call::Call;
use crate::list;
use crate::problem::Problem;
use crate::routes::Outcome;

/// Groups with their metrics.
pub(crate) async fn show(call: Call) -> Outcome {
    let (object, pairs) = (call.object()?, call.asked.pairs()?);
    let question = list::aggregate::read(&object, &pairs).map_err(Problem::invalid)?;
    if explain::is_asked(&call, &pairs) {
        return explain::aggregate(&call, &question).await;
    }
    let groups = call.engine().aggregate(&call.context, &question).await?;
    let limit = if question.limit == 0 { DEFAULT_GROUPS } else { question.limit };
    let pagination = json!({ "limit": limit, "next_cursor": null, "has_more": groups.has_more });
    let mut bytes = b"{\"data\":".to_vec();
    bytes.extend_from_slice(&groups.json);
    bytes.extend_from_slice(format!(",\"pagination\":{pagination}}}").as_bytes());
    Ok(answer::json_bytes(StatusCode::OK, bytes))
}
