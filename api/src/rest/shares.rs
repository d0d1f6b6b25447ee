//! `/api/v1/{plural}/{id}/shares`: sharing one record by hand.

use chrono::{DateTime, Utc};
use engine::ShareWish;
use http::StatusCode;
use permissions::{Level, Party};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::answer;
use crate::asked::params::Params;
use crate::body::form::Form;
use crate::call::Call;
use crate::problem::Problem;
use crate::routes::Outcome;

/// With whom the record is shared.
pub(crate) async fn list(call: Call) -> Outcome {
    call.asked.plain()?;
    let object = call.object()?;
    Ok(answer::data(&call.engine().shares(&call.context, (&object.name, call.id()?)).await?))
}

/// The newest shares of all records.
pub(crate) async fn list_all(call: Call) -> Outcome {
    call.asked.plain()?;
    Ok(answer::data(&call.engine().all_shares(&call.context).await?))
}

/// Shares the record with somebody more, or in another way.
pub(crate) async fn create(call: Call) -> Outcome {
    call.asked.plain()?;
    call.refuse_support("share records")?;
    let object = call.object()?;
    let wish = read(call.asked.json()?)?;
    let (place, once) = ((object.name.as_str(), call.id()?), call.once()?);
    let share = call.engine().share(&call.context, place, (wish, once.as_ref())).await?;
    Ok(answer::raw(StatusCode::CREATED, share.to_string().as_bytes()))
}

/// Ends a share; whose is said by `?user_id=`, `?team=` or `?role=`.
pub(crate) async fn delete(call: Call) -> Outcome {
    call.refuse_support("end shares")?;
    let object = call.object()?;
    let mut params = Params::new(call.asked.pairs()?);
    let named = ["user_id", "team", "role"].map(|key| params.text(key));
    params.finish()?;
    let with = match party(named) {
        Some(with) => with,
        None if call.asked.body.is_empty() => return Err(Problem::unprocessable(vec![nobody()])),
        None => read_party(call.asked.json()?)?,
    };
    let (place, once) = ((object.name.as_str(), call.id()?), call.once()?);
    call.engine().unshare(&call.context, place, (&with, once.as_ref())).await?;
    Ok(answer::no_content())
}

/// The one of user, team and role that is named; `None` for none, several, or an id that is none.
fn party(named: [Option<String>; 3]) -> Option<Party> {
    match named {
        [Some(user), None, None] => Uuid::parse_str(&user).ok().map(Party::User),
        [None, Some(team), None] => Some(Party::Team(team)),
        [None, None, Some(role)] => Some(Party::Role(role)),
        _ => None,
    }
}

fn nobody() -> metadata::Problem {
    let problem = metadata::Problem::new("", "one-of", "say with whom");
    problem.hint("give exactly one of `user_id` (an id), `team` and `role` (names)")
}

fn read_party(body: &[u8]) -> Result<Party, Problem> {
    let mut form = Form::new(body)?;
    let with = party(["user_id", "team", "role"].map(|key| form.text(key)));
    form.finish()?;
    with.ok_or_else(|| Problem::unprocessable(vec![nobody()]))
}

fn read(body: &[u8]) -> Result<ShareWish, Problem> {
    let mut form = Form::new(body)?;
    let with = party(["user_id", "team", "role"].map(|key| form.text(key)));
    if !form.says("access") {
        form.problem("access", "required", "expected `read` or `edit`");
    }
    let level = form.typed("access", "`read` or `edit`", level);
    let expires_at = form.typed("expires_at", "a time such as 2027-01-31T12:00:00Z", time);
    let mut problems = form.problems();
    problems.extend(with.is_none().then(nobody));
    match (with, level) {
        (Some(with), Some(level)) if problems.is_empty() => Ok(ShareWish { with, level, expires_at }),
        _ => Err(Problem::unprocessable(problems)),
    }
}

fn level(value: &Json) -> Option<Level> {
    match value.as_str()? {
        "read" => Some(Level::Read),
        "edit" => Some(Level::Edit),
        _ => None,
    }
}

fn time(value: &Json) -> Option<DateTime<Utc>> {
    value.as_str()?.parse().ok()
}
