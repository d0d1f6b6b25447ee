//! `/api/v1/{plural}/aggregate`: how many and how much, for each of what.

use http::StatusCode;

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
    Ok(answer::json_bytes(StatusCode::OK, answer::groups_bytes(&groups, &question)))
}
