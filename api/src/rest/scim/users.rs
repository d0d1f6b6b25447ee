//! `/scim/v2/Users`: people. Ending one deactivates them, since their records stay theirs.

use http::{HeaderValue, StatusCode, header};
use identity::{NewUser, Secret, UserPatch};
use permissions::USER;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::patch::{Op, Step, boolean, steps, wrong};
use super::{Asking, body, document};
use crate::answer;
use crate::call::Call;
use crate::problem::Problem;
use crate::rest::users::change;
use crate::routes::Outcome;

const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

/// A page of people, or the one with an address.
pub(crate) async fn list(call: Call) -> Outcome {
    let asking = Asking::of(&call)?;
    if let Some(email) = asking.text_of(&["userName", "emails", "emails.value"])? {
        let found = call.identity().find_user_id(&call.caller.tenant, email).await?;
        let found = match found {
            Some(id) => vec![load(&call, id).await?],
            None => Vec::new(),
        };
        return Ok(super::list(found.clone(), found.len(), 1));
    }
    let page = (asking.start - 1, asking.count.max(1));
    let answer = call.identity().list_users_from(&call.caller.tenant, page).await?;
    let records: Vec<Json> = serde_json::from_slice(&answer.json).map_err(|_| Problem::internal())?;
    let shown: Vec<Json> = records.iter().take(asking.count as usize).map(render).collect();
    let total = usize::try_from(answer.total.unwrap_or_default()).unwrap_or_default();
    Ok(super::list(shown, total, asking.start))
}

/// One of them.
pub(crate) async fn show(call: Call) -> Outcome {
    super::whole(&call)?;
    Ok(document(StatusCode::OK, &load(&call, call.id()?).await?))
}

/// A new person, with the role `user` unless roles are named.
pub(crate) async fn create(call: Call) -> Outcome {
    super::whole(&call)?;
    let json = body(&call)?;
    let active = active_of(&json)?;
    let wish = NewUser {
        email: email_of(&json).ok_or_else(|| wrong("userName", "expected an e-mail address"))?,
        name: name_of(&json).or_else(|| email_of(&json)).unwrap_or_default(),
        password: json["password"].as_str().map(Secret::new),
        roles: roles_of(&json).unwrap_or_else(|| vec![USER.to_owned()]),
        permission_sets: Vec::new(),
        teams: Vec::new(),
        manager_id: None,
        title: json["title"].as_str().map(str::to_owned),
        time_zone: None,
    };
    let turn = call.identity().turn(&call.caller.tenant).await?;
    call.asked.app.tenants.require_seat(&call.caller.tenant).await?;
    let id = call.identity().create_user_as(&call.caller, wish).await?;
    drop(turn);
    if active == Some(false) {
        change(&call, id, UserPatch { active: Some(false), ..UserPatch::default() }).await?;
    }
    let mut response = document(StatusCode::CREATED, &load(&call, id).await?);
    if let Ok(place) = HeaderValue::try_from(format!("/scim/v2/Users/{id}")) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// The person as the directory has them now.
pub(crate) async fn replace(call: Call) -> Outcome {
    super::whole(&call)?;
    let json = body(&call)?;
    let patch = UserPatch {
        email: email_of(&json),
        name: name_of(&json),
        password: json["password"].as_str().map(Secret::new),
        roles: roles_of(&json),
        title: Some(json["title"].as_str().map(str::to_owned)),
        active: Some(active_of(&json)?.unwrap_or(true)),
        ..UserPatch::default()
    };
    change(&call, call.id()?, patch).await?;
    show(call).await
}

/// Changes what the operations name.
pub(crate) async fn update(call: Call) -> Outcome {
    super::whole(&call)?;
    let mut patch = UserPatch::default();
    for step in steps(&body(&call)?)? {
        apply(&mut patch, &step)?;
    }
    change(&call, call.id()?, patch).await?;
    show(call).await
}

/// Ends a person's work here.
pub(crate) async fn delete(call: Call) -> Outcome {
    call.asked.plain()?;
    change(&call, call.id()?, UserPatch { active: Some(false), ..UserPatch::default() }).await?;
    Ok(answer::no_content())
}

async fn load(call: &Call, id: Uuid) -> Result<Json, Problem> {
    let found = call.identity().find_user(&call.caller.tenant, id).await?.ok_or_else(Problem::not_found)?;
    let record = answer::only(&found).and_then(|bytes| serde_json::from_slice(bytes).ok());
    Ok(render(&record.ok_or_else(Problem::internal)?))
}

fn render(record: &Json) -> Json {
    let id = record["id"].as_str().unwrap_or_default();
    let roles: Vec<Json> =
        record["roles"].as_array().into_iter().flatten().map(|role| json!({ "value": role })).collect();
    json!({
        "schemas": [SCHEMA],
        "id": id,
        "userName": record["email"],
        "displayName": record["name"],
        "name": { "formatted": record["name"] },
        "title": record["title"],
        "active": record["active"],
        "emails": [{ "value": record["email"], "type": "work", "primary": true }],
        "roles": roles,
        "meta": {
            "resourceType": "User",
            "created": record["created_at"],
            "lastModified": record["updated_at"],
            "location": format!("/scim/v2/Users/{id}"),
        },
    })
}

fn email_of(json: &Json) -> Option<String> {
    let first = || json["emails"][0]["value"].as_str();
    json["userName"].as_str().filter(|name| name.contains('@')).or_else(first).map(str::to_owned)
}

/// Whether they work here, if that is said. What cannot be read must not let anybody in again.
fn active_of(json: &Json) -> Result<Option<bool>, Problem> {
    match &json["active"] {
        Json::Null => Ok(None),
        value => boolean(value).map(Some).ok_or_else(not_boolean),
    }
}

fn not_boolean() -> Problem {
    wrong("active", "expected true or false")
}

fn name_of(json: &Json) -> Option<String> {
    let parts = || {
        let parts: Vec<&str> =
            ["givenName", "familyName"].into_iter().filter_map(|key| json["name"][key].as_str()).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    };
    let given = json["displayName"].as_str().or_else(|| json["name"]["formatted"].as_str());
    given.map(str::to_owned).or_else(parts)
}

fn roles_of(json: &Json) -> Option<Vec<String>> {
    let roles = json.get("roles")?.as_array()?;
    let value = |role: &Json| role["value"].as_str().or_else(|| role.as_str()).map(str::to_owned);
    roles.iter().map(value).collect::<Option<Vec<_>>>().filter(|roles| !roles.is_empty())
}

fn apply(patch: &mut UserPatch, step: &Step) -> Result<(), Problem> {
    let text = || step.value.as_str().map(str::to_owned);
    // `urn:…:User:title` is `title`; paths came in lower case.
    let schema = SCHEMA.to_ascii_lowercase();
    let path = step.path.strip_prefix(&schema).and_then(|path| path.strip_prefix(':'));
    let path = path.unwrap_or(&step.path);
    let is_email = path.starts_with("emails[") && path.ends_with("].value");
    match (path, step.op) {
        ("title", Op::Remove) => patch.title = Some(None),
        (path, Op::Remove) => return Err(wrong(path, "this is not removed; it can be replaced")),
        ("active", _) => {
            patch.active = Some(active_of(&json!({ "active": step.value }))?.ok_or_else(not_boolean)?);
        }
        ("username" | "emails.value", _) => patch.email = text(),
        ("displayname" | "name.formatted", _) => patch.name = text(),
        ("title", _) => patch.title = Some(text()),
        ("password", _) => patch.password = step.value.as_str().map(Secret::new),
        ("name", _) => patch.name = name_of(&json!({ "name": step.value })),
        ("emails", _) => patch.email = email_of(&json!({ "emails": step.value })),
        ("roles", _) => patch.roles = roles_of(&json!({ "roles": step.value })),
        _ if is_email => patch.email = text(),
        // What we do not keep is left aside, as the standard says.
        _ => {}
    }
    Ok(())
}
