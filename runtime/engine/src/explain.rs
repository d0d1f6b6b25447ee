//! Why somebody may or may not do something: the decision of every query, told way by way instead of applied.
//! The context's actor is the one who is asked about; whether the asker may know is the edge's business.

use metadata::catalog::Object;
use metadata::{Catalog, Change, Definitions, Problem};
use permissions::{Action, Decision, Policies, Reach};
use serde_json::{Value as Json, json};
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

use crate::Engine;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::plan::Plan;
use crate::query::Query;
use crate::read::of_revision;
use crate::read::sql::explain_statement;

/// What was found out about one record.
struct Findings {
    owner: Uuid,
    owner_name: Option<String>,
    /// Whether each way leads to it, and whether each limit lets it through.
    ways: Vec<bool>,
    limits: Vec<bool>,
}

impl Engine {
    /// Whether the context's actor may do `action` with records of `object`, or with one of them, and why.
    pub async fn explain_access(
        &self,
        context: &Context,
        (action, object): (Action, &str),
        record: Option<Uuid>,
    ) -> Result<Json> {
        let object = context.snapshot.catalog.find_object(object).ok_or(Error::NotFound)?;
        let decision = context.decide(action, object);
        let mut view = self.described(context, object, &decision);
        let Some(id) = record else { return Ok(view) };
        if !decision.is_allowed() || action.is_whole() {
            return Ok(view);
        }
        let findings = self.findings(context, object, (id, &decision.reach)).await?;
        let Some(found) = findings else {
            view["allowed"] = false.into();
            view["record"] = Json::Null;
            view["reasons"] = json!(["there is no such record, or it is in the recycle bin"]);
            return Ok(view);
        };
        tell(&mut view, &decision, &found);
        Ok(view)
    }

    fn described(&self, context: &Context, object: &Object, decision: &Decision) -> Json {
        let by = context.snapshot.policies.reasons(&context.actor, decision.action, object);
        let fields = |whole: bool| -> Vec<&str> {
            let restricted = object.fields.iter().filter(|field| match decision.sight(field) {
                permissions::Sight::Shown => false,
                permissions::Sight::Hidden => whole,
                permissions::Sight::Within(_) => !whole,
            });
            restricted.map(|field| field.name.as_str()).collect()
        };
        json!({
            "allowed": decision.is_allowed(),
            "action": decision.action,
            "user": { "id": context.actor.user_id, "name": context.actor.name, "roles": context.actor.roles,
                      "permission_sets": context.actor.membership.permission_sets },
            "object": { "name": object.name, "given": decision.given, "by": by, "sharing": object.sharing },
            "fields": { "hidden": fields(true), "partly": fields(false) },
            "reasons": if by.is_empty() { vec!["no role or permission set gives the action".to_owned()] } else { by.clone() },
        })
    }

    async fn findings(
        &self,
        context: &Context,
        object: &Object,
        (id, reach): (Uuid, &Reach),
    ) -> Result<Option<Findings>> {
        let plan = Plan::new(context, &Query::of(&object.name, vec![id]))?;
        let (text, values) = explain_statement(&plan, reach);
        let values = sea_query_sqlx::SqlxValues(values);
        let text = AssertSqlSafe(of_revision(context, &text));
        let mut connection = self.connection(context.tenant()).await?;
        let Some(row) = sqlx::query_with(text, values).fetch_optional(&mut *connection).await? else {
            return Ok(None);
        };
        let ways = reach.ways.as_ref().map_or(0, Vec::len);
        let flag = |at: usize| Ok(row.try_get::<Option<bool>, _>(at + 2)?.unwrap_or(false));
        let all = |range: std::ops::Range<usize>| range.map(flag).collect::<Result<Vec<bool>, sqlx::Error>>();
        Ok(Some(Findings {
            owner: row.try_get(0)?,
            owner_name: row.try_get(1)?,
            ways: all(0..ways)?,
            limits: all(ways..ways + reach.limits.len())?,
        }))
    }

    /// What would be given otherwise after a change of roles, permission sets and rules; nothing is changed.
    pub fn simulate_access(&self, context: &Context, changes: &[Change]) -> Result<Json> {
        let snapshot = &context.snapshot;
        let definitions: Definitions =
            snapshot.definitions.with_changes(changes, None).map_err(Error::Unprocessable)?;
        let catalog = Catalog::resolve(&definitions).map_err(Error::Unprocessable)?;
        let after = Policies::new(&snapshot.tenant.schema, &catalog)?;
        let differences =
            permissions::differences::of((&snapshot.policies, &snapshot.catalog), (&after, &catalog));
        Ok(json!({ "changes": differences }))
    }
}

/// Adds what was found out about a record, in words too.
fn tell(view: &mut Json, decision: &Decision, found: &Findings) {
    let reach = &decision.reach;
    let ways: Vec<Json> = reach
        .ways
        .iter()
        .flatten()
        .zip(&found.ways)
        .map(|(way, applies)| json!({ "way": way.word(), "applies": applies }))
        .collect();
    let limits: Vec<Json> = reach
        .limits
        .iter()
        .zip(&found.limits)
        .map(|(rule, holds)| json!({ "rule": rule.name, "holds": holds }))
        .collect();
    let opened = reach.ways.is_none() || found.ways.contains(&true);
    let allowed = opened && !found.limits.contains(&false);
    let mut reasons: Vec<String> = Vec::new();
    match &reach.ways {
        None => reasons.push("every record is within reach, by a role or by the sharing default".into()),
        Some(all) => {
            let applying = all.iter().zip(&found.ways).filter(|(_, applies)| **applies);
            reasons.extend(applying.map(|(way, _)| sentence(&way.word())));
        }
    }
    if !opened {
        reasons.push(
            "no way leads to the record: not its owner, no team, manager, share or rule opens it".into(),
        );
    }
    let held = reach.limits.iter().zip(&found.limits).filter(|(_, holds)| !**holds);
    reasons.extend(held.map(|(rule, _)| format!("the restriction rule `{}` keeps it back", rule.name)));
    view["allowed"] = allowed.into();
    let owner = json!({ "id": found.owner, "name": found.owner_name });
    view["record"] =
        json!({ "owner": owner, "everything": reach.ways.is_none(), "ways": ways, "limits": limits });
    view["reasons"] = json!(reasons);
}

fn sentence(way: &str) -> String {
    match way.split_once(':') {
        Some(("rule", name)) => format!("the sharing rule `{name}` opens it"),
        Some(("master", object)) => format!("it is part of a {object} that may be reached"),
        _ => match way {
            "owner" => "the user owns it".into(),
            "queue" => "a queue of the user's owns it".into(),
            "team" => "somebody in the user's teams owns it".into(),
            "hierarchy" => "somebody who reports to the user owns it".into(),
            _ => "it is shared with the user, or with a team or role of the user's".into(),
        },
    }
}

/// A parameter that names no action.
pub fn unknown_action(word: &str) -> Problem {
    let known = Action::ALL.map(Action::word).join(", ");
    Problem::new("action", "unknown-action", format!("there is no action `{word}`"))
        .hint(format!("one of {known}"))
}
