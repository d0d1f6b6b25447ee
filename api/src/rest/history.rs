//! `/api/v1/{plural}/{id}/history`: who changed what when.

use http::StatusCode;

use crate::answer;
use crate::asked::params::Params;
use crate::call::Call;
use crate::routes::Outcome;

/// The newest changes, before version `before` if given.
pub(crate) async fn list(call: Call) -> Outcome {
    let (object, id) = (call.object()?, call.id()?);
    let mut params = Params::new(call.asked.pairs()?);
    let (limit, before) = (params.limit(1000), params.number("before", 1, i64::MAX));
    params.finish()?;
    let changes = call.engine().history(&call.context, (&object.name, id), (limit, before)).await?;
    Ok(answer::raw(StatusCode::OK, &changes))
}
