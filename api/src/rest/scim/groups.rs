//! `/scim/v2/Groups`: teams. Rules and users know a team by its name, which is made of the first display name and stays;
//! what a directory calls it later is its label.

use std::collections::BTreeSet;

use engine::TeamWish;
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::patch::{Op, Step, steps, wrong};
use super::{Asking, body, document};
use crate::answer;
use crate::call::Call;
use crate::problem::Problem;
use crate::routes::Outcome;

const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// Longest name of a team that is made of a display name.
const LONGEST: usize = 40;

/// A page of teams, or those that are called so.
pub(crate) async fn list(call: Call) -> Outcome {
    let asking = Asking::of(&call)?;
    let wanted = asking.text_of(&["displayName"])?;
    let teams = call.engine().teams(&call.context).await?;
    let all: Vec<Json> = teams.as_array().into_iter().flatten().map(render).collect();
    let fits = |team: &&Json| wanted.is_none_or(|name| team["displayName"] == name);
    let found: Vec<Json> = all.iter().filter(fits).cloned().collect();
    let skipped = (asking.start - 1) as usize;
    let page = found.iter().skip(skipped).take(asking.count as usize).cloned().collect();
    Ok(super::list(page, found.len(), asking.start))
}

/// One of them.
pub(crate) async fn show(call: Call) -> Outcome {
    super::whole(&call)?;
    let team = call.engine().team(&call.context, call.id()?).await?;
    Ok(document(StatusCode::OK, &render(&team)))
}

/// A new one.
pub(crate) async fn create(call: Call) -> Outcome {
    super::whole(&call)?;
    let json = body(&call)?;
    let label = json["displayName"].as_str().ok_or_else(|| wrong("displayName", "this is required"))?;
    let wish = TeamWish {
        name: Some(name_of(label)),
        label: Some(label.to_owned()),
        members: Some(members(&json["members"])?.into_iter().collect()),
        queue: None,
    };
    let team = render(&call.engine().create_team(&call.context, wish).await?);
    let mut response = document(StatusCode::CREATED, &team);
    if let Some(place) = team["meta"]["location"].as_str().and_then(|place| HeaderValue::try_from(place).ok())
    {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// The team as the directory has it now.
pub(crate) async fn replace(call: Call) -> Outcome {
    super::whole(&call)?;
    let json = body(&call)?;
    let wish = TeamWish {
        name: None,
        label: json["displayName"].as_str().map(str::to_owned),
        members: Some(members(&json["members"])?.into_iter().collect()),
        queue: None,
    };
    change(&call, wish).await
}

/// Changes what the operations name.
pub(crate) async fn update(call: Call) -> Outcome {
    super::whole(&call)?;
    let team = call.engine().team(&call.context, call.id()?).await?;
    let mut wish = TeamWish::default();
    let mut current = members(&team["members"])?;
    for step in steps(&body(&call)?)? {
        apply(&step, &mut wish, &mut current)?;
    }
    wish.members = Some(current.into_iter().collect());
    change(&call, wish).await
}

/// Ends one.
pub(crate) async fn delete(call: Call) -> Outcome {
    call.asked.plain()?;
    call.engine().delete_team(&call.context, call.id()?).await?;
    Ok(answer::no_content())
}

async fn change(call: &Call, wish: TeamWish) -> Outcome {
    let team = call.engine().change_team(&call.context, call.id()?, wish).await?;
    Ok(document(StatusCode::OK, &render(&team)))
}

fn apply(step: &Step, wish: &mut TeamWish, current: &mut BTreeSet<Uuid>) -> Result<(), Problem> {
    match (step.path.as_str(), step.op) {
        ("displayname", Op::Add | Op::Replace) => wish.label = step.value.as_str().map(str::to_owned),
        ("members", Op::Add) => current.extend(members(&step.value)?),
        ("members", Op::Replace) => *current = members(&step.value)?,
        ("members", Op::Remove) if step.value.is_null() => current.clear(),
        ("members", Op::Remove) => {
            let gone = members(&step.value)?;
            current.retain(|id| !gone.contains(id));
        }
        (path, Op::Remove) => {
            match path.strip_prefix("members[value eq \"").and_then(|rest| rest.strip_suffix("\"]")) {
                Some(id) => {
                    let id =
                        Uuid::parse_str(id).map_err(|_| wrong("members", "expected the id of a user"))?;
                    current.remove(&id);
                }
                None => return Err(wrong(path, "this is not removed")),
            }
        }
        // What we do not keep is left aside, as the standard says.
        _ => {}
    }
    Ok(())
}

/// Ids, as texts or as the values of documents. What is no list would else mean that nobody is left.
fn members(json: &Json) -> Result<BTreeSet<Uuid>, Problem> {
    let id = |member: &Json| {
        let text = member["value"].as_str().or_else(|| member["id"].as_str()).or_else(|| member.as_str());
        text.and_then(|text| Uuid::parse_str(text).ok())
            .ok_or_else(|| wrong("members", "expected ids of users"))
    };
    match json {
        // Left out, it is as if there were none.
        Json::Null => Ok(BTreeSet::new()),
        Json::Array(all) => all.iter().map(id).collect(),
        _ => Err(wrong("members", "expected a list of users")),
    }
}

fn render(team: &Json) -> Json {
    let id = team["id"].as_str().unwrap_or_default();
    let name = team["label"].as_str().or_else(|| team["name"].as_str());
    let members: Vec<Json> = team["members"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|member| member.as_str().or_else(|| member["id"].as_str()))
        .map(|id| json!({ "value": id, "$ref": format!("/scim/v2/Users/{id}"), "type": "User" }))
        .collect();
    json!({
        "schemas": [SCHEMA],
        "id": id,
        "displayName": name,
        "members": members,
        "meta": { "resourceType": "Group", "location": format!("/scim/v2/Groups/{id}") },
    })
}

/// A name as teams have it: `EMEA Sales` is `emea_sales`.
fn name_of(label: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' };
    let name: String = label.chars().map(plain).collect();
    let name: String = name.split('_').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_");
    let begins = name.starts_with(|letter: char| letter.is_ascii_alphabetic());
    let name = if begins { name } else { format!("team_{name}") };
    name.chars().take(LONGEST).collect::<String>().trim_end_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_of_what_directories_say() {
        for (label, name) in [
            ("EMEA Sales", "emea_sales"),
            ("  A/B -- C ", "a_b_c"),
            ("2nd line", "team_2nd_line"),
            ("日本", "team"),
        ] {
            assert_eq!(name_of(label), name);
        }
        assert!(name_of(&"long ".repeat(20)).len() <= LONGEST);
    }
}
