//! `/admin/v1/users`: people, made and changed by administrators.

use axum::response::Response;
use engine::{Answer, Query};
use http::{HeaderValue, StatusCode, header};
use identity::{NewUser, Secret, UserPatch};
use permissions::USER;
use serde_json::Value as Json;
use uuid::Uuid;

use crate::answer;
use crate::asked::params::Params;
use crate::body::form::Form;
use crate::call::Call;
use crate::problem::Problem;
use crate::routes::Outcome;

/// A page of people by name.
pub(crate) async fn list(call: Call) -> Outcome {
    let mut params = Params::new(call.asked.pairs()?);
    let (limit, cursor) = (params.limit(1000), params.text("cursor"));
    params.finish()?;
    let people = call.identity().list_users(&call.caller.tenant, limit, cursor).await?;
    let people = with_teams(&call, people).await?;
    Ok(answer::page(&people, &Query { limit, ..Query::default() }))
}

/// One of them.
pub(crate) async fn show(call: Call) -> Outcome {
    call.asked.plain()?;
    user(&call, call.id()?, StatusCode::OK).await
}

/// A new one.
pub(crate) async fn create(call: Call) -> Outcome {
    call.asked.plain()?;
    let wish = read_new(call.asked.json()?)?;
    let _turn = call.identity().turn(&call.caller.tenant).await?;
    call.asked.app.tenants.require_seat(&call.caller.tenant).await?;
    let id = call.identity().create_user_as(&call.caller, wish).await?;
    let mut response = user(&call, id, StatusCode::CREATED).await?;
    if let Ok(place) = HeaderValue::try_from(format!("/admin/v1/users/{id}")) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// Changes what is named.
pub(crate) async fn update(call: Call) -> Outcome {
    call.asked.plain()?;
    let patch = read_patch(call.asked.json()?)?;
    change(&call, call.id()?, patch).await?;
    user(&call, call.id()?, StatusCode::OK).await
}

/// Ends a user's work here: the record stays, its sessions and keys end.
pub(crate) async fn deactivate(call: Call) -> Outcome {
    call.asked.plain()?;
    let patch = UserPatch { active: Some(false), ..UserPatch::default() };
    change(&call, call.id()?, patch).await?;
    Ok(answer::no_content())
}

/// Changes somebody as the caller may; who comes back takes a seat of the plan.
pub(crate) async fn change(call: &Call, id: Uuid, patch: UserPatch) -> Result<(), Problem> {
    let tenant = &call.caller.tenant;
    let counts = patch.active.is_some() || patch.roles.is_some();
    let _turn = if counts { Some(call.identity().turn(tenant).await?) } else { None };
    if patch.active == Some(true) && !call.identity().is_active(tenant, id).await? {
        call.asked.app.tenants.require_seat(tenant).await?;
    }
    Ok(call.identity().patch_user_as(&call.caller, id, patch).await?)
}

async fn user(call: &Call, id: Uuid, status: StatusCode) -> Result<Response, Problem> {
    let found = call.identity().find_user(&call.caller.tenant, id).await?.ok_or_else(Problem::not_found)?;
    let found = with_teams(call, found).await?;
    Ok(answer::raw(status, answer::only(&found).unwrap_or(b"null")))
}

/// The same users, each with the names of their teams.
async fn with_teams(call: &Call, mut people: Answer) -> Result<Answer, Problem> {
    let mut users: Vec<Json> = serde_json::from_slice(&people.json).map_err(|_| Problem::internal())?;
    let id = |user: &Json| user["id"].as_str().and_then(|id| Uuid::parse_str(id).ok());
    let ids: Vec<Uuid> = users.iter().filter_map(id).collect();
    let teams = call.engine().team_names(&call.caller.tenant, &ids).await?;
    for user in &mut users {
        let own = teams.iter().find(|(owner, _)| id(user) == Some(*owner)).map(|(_, names)| names.clone());
        user["teams"] = own.unwrap_or_default().into();
    }
    people.json = Json::Array(users).to_string().into_bytes();
    Ok(people)
}

fn read_new(body: &[u8]) -> Result<NewUser, Problem> {
    let mut form = Form::new(body)?;
    let user = NewUser {
        email: form.required_text("email"),
        name: form.required_text("name"),
        password: form.text("password").map(Secret::new),
        roles: form.texts("roles").unwrap_or_else(|| vec![USER.to_owned()]),
        permission_sets: form.texts("permission_sets").unwrap_or_default(),
        teams: form.texts("teams").unwrap_or_default(),
        manager_id: form.typed("manager_id", "the id of a user", id),
        title: form.text("title"),
        time_zone: form.text("time_zone"),
    };
    form.finish()?;
    Ok(user)
}

fn read_patch(body: &[u8]) -> Result<UserPatch, Problem> {
    let mut form = Form::new(body)?;
    // Null empties these three; for the others it means that nothing is said.
    let [manager, title, time_zone] = ["manager_id", "title", "time_zone"].map(|key| form.has(key));
    let patch = UserPatch {
        email: form.text("email"),
        name: form.text("name"),
        password: form.text("password").map(Secret::new),
        current_password: form.text("current_password").map(Secret::new),
        roles: form.texts("roles"),
        permission_sets: form.texts("permission_sets"),
        teams: form.texts("teams"),
        active: form.flag("active"),
        manager_id: Some(form.typed("manager_id", "the id of a user", id)).filter(|_| manager),
        title: Some(form.text("title")).filter(|_| title),
        time_zone: Some(form.text("time_zone")).filter(|_| time_zone),
    };
    form.finish()?;
    Ok(patch)
}

fn id(value: &Json) -> Option<Uuid> {
    Uuid::parse_str(value.as_str()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_empties_and_nothing_leaves() {
        let patch = read_patch(br#"{"title":null,"name":"Ada"}"#).unwrap();
        assert_eq!((patch.title, patch.time_zone, patch.name), (Some(None), None, Some("Ada".into())));
    }

    #[test]
    fn problems_have_paths() {
        let problem = read_new(br#"{"email":1,"manager_id":"x","teams":[1],"king":true}"#).unwrap_err();
        let paths: Vec<&str> = problem.errors.iter().map(|detail| detail.path.as_str()).collect();
        assert_eq!(paths, ["email", "name", "teams", "manager_id", "king"]);
    }
}
