//! `/admin/v1/access`: why somebody may do something, who may, and what a change of roles would change.

use engine::Context;
use engine::explain::unknown_action;
use identity::UserPage;
use metadata::Problem as Detail;
use permissions::Action;
use serde_json::json;
use uuid::Uuid;

use super::deploy;
use crate::answer;
use crate::asked::params::Params;
use crate::call::Call;
use crate::problem::Problem;
use crate::routes::Outcome;

/// Whether a user may do something with an object's records, or with one of them, and why.
pub(crate) async fn explain(call: Call) -> Outcome {
    let mut params = Params::new(call.asked.pairs()?);
    let (user, object) = (params.text("user"), params.text("object"));
    let (record, action) = (params.text("record"), params.text("action"));
    params.finish()?;
    let question = question(object, record, action)?;
    let user =
        user.and_then(|id| Uuid::parse_str(&id).ok()).ok_or_else(|| needed("user", "the id of a user"))?;
    let context = acting(&call, user).await?.ok_or_else(Problem::not_found)?;
    let (action, object, record) = question;
    Ok(answer::data(&call.engine().explain_access(&context, (action, &object), record).await?))
}

/// Who may do something with a record, and by which ways; a page of users at a time.
pub(crate) async fn who(call: Call) -> Outcome {
    let mut params = Params::new(call.asked.pairs()?);
    let (object, record, action) = (params.text("object"), params.text("record"), params.text("action"));
    let (limit, cursor) = (params.limit(200), params.text("cursor"));
    params.finish()?;
    let (action, object, record) = question(object, record, action)?;
    let record = record.ok_or_else(|| needed("record", "the id of a record"))?;
    let UserPage { ids, next_cursor } =
        call.identity().list_user_ids(&call.caller.tenant, limit, cursor).await?;
    let mut able = Vec::new();
    for id in ids {
        let Some(context) = acting(&call, id).await? else { continue };
        let view = call.engine().explain_access(&context, (action, &object), Some(record)).await?;
        if view["allowed"] == true {
            let user = json!({ "id": id, "name": context.actor.name });
            able.push(json!({ "user": user, "why": view["reasons"], "by": view["object"]["by"] }));
        }
    }
    let pagination = json!({ "limit": limit, "has_more": next_cursor.is_some(), "next_cursor": next_cursor });
    Ok(answer::document(http::StatusCode::OK, &json!({ "data": able, "pagination": pagination })))
}

/// What would be given otherwise after a change of metadata, which is not made.
pub(crate) async fn simulate(call: Call) -> Outcome {
    call.asked.plain()?;
    let changes = deploy::read_changes(call.asked.json()?)?;
    Ok(answer::data(&call.engine().simulate_access(&call.context, &changes)?))
}

/// The caller's context with another actor; `None` when there is no such person.
async fn acting(call: &Call, user: Uuid) -> Result<Option<Context>, Problem> {
    let actor = call.identity().actor_of(&call.caller.tenant, user).await?;
    Ok(actor.map(|actor| Context { actor: actor.into(), access: None, ..call.context.clone() }))
}

type Question = (Action, String, Option<Uuid>);

fn question(
    object: Option<String>,
    record: Option<String>,
    action: Option<String>,
) -> Result<Question, Problem> {
    let object = object.ok_or_else(|| needed("object", "the name of an object"))?;
    let record = match record {
        Some(text) => Some(Uuid::parse_str(&text).map_err(|_| needed("record", "the id of a record"))?),
        None => None,
    };
    let word = action.unwrap_or_else(|| "read".into());
    let action = Action::find(&word).ok_or_else(|| Problem::invalid(vec![unknown_action(&word)]))?;
    Ok((action, object, record))
}

fn needed(name: &str, what: &str) -> Problem {
    Problem::invalid(vec![Detail::new(name, "required", format!("expected {what}"))])
}
