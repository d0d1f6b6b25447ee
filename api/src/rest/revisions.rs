//! `/metadata/v1/revisions`: who changed the metadata when, and the way back.

use super::deploy::{told, wish};
use super::metadata::kind;
use crate::answer;
use crate::asked::params::Params;
use crate::body::form::Form;
use crate::call::Call;
use crate::problem::Problem;
use crate::routes::Outcome;

/// The newest revisions, before `before` if given.
pub(crate) async fn list(call: Call) -> Outcome {
    let mut params = Params::new(call.asked.pairs()?);
    let (limit, before) = (params.limit(200), params.number("before", 1, i64::MAX));
    params.finish()?;
    Ok(answer::data(&call.engine().revisions(&call.context, limit, before).await?))
}

/// One of them with what it changed and the steps that it ran.
pub(crate) async fn show(call: Call) -> Outcome {
    call.asked.plain()?;
    Ok(answer::data(&call.engine().revision(&call.context, number(&call)?).await?))
}

/// Who has set which property of a component last.
pub(crate) async fn blame(call: Call) -> Outcome {
    call.asked.plain()?;
    let (kind, name) = (kind(&call)?, call.asked.part("name"));
    Ok(answer::data(&call.engine().blame(&call.context, (kind, name)).await?))
}

/// Former names that are still said, and by whom.
pub(crate) async fn former_names(call: Call) -> Outcome {
    call.asked.plain()?;
    Ok(answer::data(&call.engine().former_names(&call.context).await?))
}

/// Fields on their way to another kind, and those whose former values are kept.
pub(crate) async fn retypes(call: Call) -> Outcome {
    call.asked.plain()?;
    Ok(answer::data(&call.engine().retypes(&call.context).await?))
}

/// Back to what was at a revision, as a new revision.
pub(crate) async fn rollback(call: Call) -> Outcome {
    call.asked.plain()?;
    let mut form = Form::optional(call.asked.optional_json()?)?;
    let wish = wish(&mut form);
    form.finish()?;
    let applied = call.engine().rollback(&call.context, number(&call)?, wish).await?;
    Ok(answer::data(&told(&applied)))
}

fn number(call: &Call) -> Result<i64, Problem> {
    call.asked.part("number").parse().map_err(|_| Problem::not_found())
}
