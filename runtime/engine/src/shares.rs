//! Sharing one record by hand, with a user, a team or a role, for a time or for good. Statements look the shares
//! up themselves, so one holds for the very next request.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use metadata::Problem;
use metadata::catalog::Object;
use metadata::definitions::object::SharingDefault;
use permissions::{Action, Level, Party, role_id};
use serde_json::{Value as Json, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::Engine;
use crate::audit::{self, Deed, Event};
use crate::command::{Once, Written};
use crate::context::Context;
use crate::error::{Error, Refusal, Result};
use crate::read::Answer;
use crate::write::{once, reach};

pub(crate) mod store;

/// A wish to share a record.
#[derive(Clone, Debug)]
pub struct ShareWish {
    pub with: Party,
    /// Read or edit.
    pub level: Level,
    pub expires_at: Option<DateTime<Utc>>,
}

/// With whom a record is shared, found in the tenant.
struct Grantee {
    id: Uuid,
    kind: &'static str,
    name: String,
}

impl Engine {
    /// With whom a record is shared; for those who may share it.
    pub async fn shares(&self, context: &Context, (object, id): (&str, Uuid)) -> Result<Json> {
        let mut transaction = self.begin(context).await?;
        lock(&mut transaction, context, (object, id)).await?;
        store::load(&mut transaction, context.tenant(), Some(id)).await
    }

    /// The newest shares of all records.
    pub async fn all_shares(&self, context: &Context) -> Result<Json> {
        let mut transaction = self.begin(context).await?;
        store::load(&mut transaction, context.tenant(), None).await
    }

    /// Shares a record; shared again with the same, the new level and time count. Once under a caller's key.
    pub async fn share(
        &self,
        context: &Context,
        (object, id): (&str, Uuid),
        (wish, once): (ShareWish, Option<&Once>),
    ) -> Result<Json> {
        let mut transaction = self.begin(context).await?;
        if let Some(before) = once::before(&mut transaction, context, once).await? {
            let json = before.answer.map(|answer| answer.json).unwrap_or_default();
            return Ok(serde_json::from_slice::<Vec<Json>>(&json)
                .ok()
                .and_then(|mut all| all.pop())
                .unwrap_or_default());
        }
        let object = lock(&mut transaction, context, (object, id)).await?;
        let mut problems = Vec::new();
        if wish.expires_at.is_some_and(|at| at <= context.now) {
            problems.push(Problem::new("expires_at", "out-of-range", "it would have ended already"));
        }
        if object.sharing.default == SharingDefault::ControlledByParent {
            let problem =
                Problem::new("", "controlled-by-parent", "it is seen with the record that it is part of");
            problems.push(problem.hint("share that one"));
        }
        let grantee = match grantee(&mut transaction, context, &wish.with).await? {
            Ok(grantee) => Some(grantee),
            Err(problem) => {
                problems.push(problem);
                None
            }
        };
        let (Some(grantee), true) = (grantee, problems.is_empty()) else {
            return Err(Error::Unprocessable(problems));
        };
        let place = (object.id.as_str(), id);
        let own = |shares: &Json| {
            let is_own = |share: &&Json| share["grantee_id"] == grantee.id.to_string();
            shares.as_array().into_iter().flatten().find(is_own).cloned().unwrap_or_default()
        };
        let before = own(&store::load(&mut transaction, context.tenant(), Some(id)).await?);
        store::put(&mut transaction, context, place, (&grantee, wish.level, wish.expires_at)).await?;
        let share = own(&store::load(&mut transaction, context.tenant(), Some(id)).await?);
        let told = json!({
            grantee.kind: [before["name"], grantee.name], "access": [before["access"], share["access"]],
            "expires_at": [before["expires_at"], share["expires_at"]],
        });
        let event = Event::of(context, Deed::Share, &object.id).about(id).with(told);
        audit::record(&mut transaction, context.tenant(), &[event]).await?;
        let json = Json::Array(vec![share.clone()]).to_string().into_bytes();
        let answer = Some(Answer { json, count: 1, ..Answer::default() });
        once::after(&mut transaction, context, once, &Written { answer, ..Written::default() }).await?;
        transaction.commit().await?;
        Ok(share)
    }

    /// Ends a share. Once under a caller's key.
    pub async fn unshare(
        &self,
        context: &Context,
        (object, id): (&str, Uuid),
        (with, once): (&Party, Option<&Once>),
    ) -> Result<()> {
        let mut transaction = self.begin(context).await?;
        if once::before(&mut transaction, context, once).await?.is_some() {
            return Ok(());
        }
        lock(&mut transaction, context, (object, id)).await?;
        let grantee = grantee(&mut transaction, context, with).await?;
        let ended = match grantee {
            Ok(grantee) => store::end(&mut transaction, context, (Some(&[id]), Some(grantee.id))).await? > 0,
            Err(_) => false,
        };
        if !ended {
            return Err(Error::NotFound);
        }
        once::after(&mut transaction, context, once, &Written::default()).await?;
        Ok(transaction.commit().await?)
    }
}

/// The record, if the actor may share it: not there when it may not be seen, refused when it may not be shared.
async fn lock(
    connection: &mut PgConnection,
    context: &Context,
    (object, id): (&str, Uuid),
) -> Result<Arc<Object>> {
    let object = context.snapshot.catalog.find_object(object).ok_or(Error::NotFound)?.clone();
    if object.system {
        return Err(Error::Forbidden(Refusal::SystemObject(object.name.clone())));
    }
    reach::lock(connection, context, (&object, &[id]), Action::Share).await?;
    Ok(object)
}

async fn grantee(
    connection: &mut PgConnection,
    context: &Context,
    with: &Party,
) -> Result<Result<Grantee, Problem>> {
    let unknown = |key: &str, what: String| Err(Problem::new(key, "unknown-reference", what));
    Ok(match with {
        Party::User(id) => match store::load_person(connection, context.tenant(), *id).await? {
            Some(name) => Ok(Grantee { id: *id, kind: "user", name }),
            None => unknown("user_id", format!("there is no user with id {id}")),
        },
        Party::Team(name) => match store::load_team(connection, context.tenant(), name).await? {
            Some(id) => Ok(Grantee { id, kind: "team", name: name.clone() }),
            None => unknown("team", format!("there is no team `{name}`")),
        },
        Party::Role(name) if context.snapshot.catalog.parts.roles.contains_key(name) => {
            Ok(Grantee { id: role_id(name), kind: "role", name: name.clone() })
        }
        Party::Role(name) => unknown("role", format!("there is no role `{name}`")),
        Party::Everyone => unknown("", "say with whom: user_id, team or role".into()),
    })
}
