//! Teams and managers: who is together with whom, and who is above whom. Both decide which records a role's
//! `team` and the hierarchy open; both are data of the tenant, not metadata.

use std::collections::BTreeSet;

use metadata::Problem;
use permissions::Membership;
use serde_json::{Value as Json, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::Engine;
use crate::apply::people::rules_of;
use crate::audit::{self, Deed, Event};
use crate::command::{Fields, What};
use crate::context::{Context, Tenant};
use crate::error::{Error, Result};
use crate::shares;

mod store;

/// Most members of a team that one request names.
const MAX_MEMBERS: usize = 10_000;

/// A wish for a team.
#[derive(Clone, Debug, Default)]
pub struct TeamWish {
    /// Rules and users know the team by it; it stays.
    pub name: Option<String>,
    pub label: Option<String>,
    /// Ids of users; all of them.
    pub members: Option<Vec<Uuid>>,
    /// Whether it is a queue, which may own records: it has a record of `user` with its own id, and is a member of
    /// itself, so that whatever is said of a team's records is said of its own too.
    pub queue: Option<bool>,
}

impl Engine {
    /// A user's place among the others, as it is now.
    pub async fn membership(
        &self,
        tenant: &Tenant,
        user: Uuid,
        permission_sets: Vec<String>,
    ) -> Result<Membership> {
        let mut connection = self.connection(tenant).await?;
        let teams = store::load_teams_of(&mut connection, tenant, user).await?;
        let manages = store::load_manages(&mut connection, tenant, user).await?;
        let time_zone = store::load_time_zone(&mut connection, tenant, user).await?;
        Ok(Membership { permission_sets, teams, manages, time_zone })
    }

    /// All teams by name, each with the ids of its members.
    pub async fn teams(&self, context: &Context) -> Result<Json> {
        let mut connection = self.connection(context.tenant()).await?;
        store::load_all(&mut connection, context.tenant(), None).await
    }

    /// One team.
    pub async fn team(&self, context: &Context, id: Uuid) -> Result<Json> {
        let mut connection = self.connection(context.tenant()).await?;
        one(&mut connection, context, id).await
    }

    /// A new team.
    pub async fn create_team(&self, context: &Context, wish: TeamWish) -> Result<Json> {
        let mut problems = wish.problems();
        if let Some(problem) = wish.name.as_deref().map_or(Some(no_name()), wrong_name) {
            problems.push(problem);
        }
        let mut transaction = self.begin(context).await?;
        problems.extend(unknown_members(&mut transaction, context, &wish).await?);
        if !problems.is_empty() {
            return Err(Error::Unprocessable(problems));
        }
        let (id, name) = (context.new_id(), wish.name.clone().unwrap_or_default());
        let made =
            store::insert(&mut transaction, context.tenant(), (id, &name, wish.label.as_deref())).await?;
        if !made {
            return Err(Error::Conflict(vec![Problem::new(
                "name",
                "duplicate",
                "there is a team of this name",
            )]));
        }
        store::put_members(&mut transaction, context.tenant(), (id, wish.members.as_deref())).await?;
        if wish.queue == Some(true) {
            let name = wish.label.as_deref().unwrap_or(&name);
            store::put_queue(&mut transaction, context, (id, name)).await?;
        }
        finish(transaction, context, (id, Deed::TeamCreated, &Json::Null)).await
    }

    /// Changes what is named of a team.
    pub async fn change_team(&self, context: &Context, id: Uuid, wish: TeamWish) -> Result<Json> {
        let mut problems = wish.problems();
        let mut transaction = self.begin(context).await?;
        let known = one(&mut transaction, context, id).await?;
        if wish.name.as_deref().is_some_and(|name| known["name"] != name) {
            let problem = Problem::new("name", "read-only", "rules and users know the team by its name");
            problems.push(problem.hint("change the label"));
        }
        problems.extend(unknown_members(&mut transaction, context, &wish).await?);
        if !problems.is_empty() {
            return Err(Error::Unprocessable(problems));
        }
        if let Some(label) = &wish.label {
            store::put_label(&mut transaction, context.tenant(), (id, label)).await?;
        }
        store::put_members(&mut transaction, context.tenant(), (id, wish.members.as_deref())).await?;
        let label = wish.label.as_deref().or(known["label"].as_str()).unwrap_or_default();
        match (wish.queue, known["queue"] == true) {
            (Some(true), _) | (None, true) => {
                store::put_queue(&mut transaction, context, (id, label)).await?
            }
            (Some(false), true) => store::end_queue(&mut transaction, context.tenant(), id).await?,
            (_, false) => {}
        }
        finish(transaction, context, (id, Deed::TeamChanged, &known)).await
    }

    /// Ends a team, with what was shared with it.
    pub async fn delete_team(&self, context: &Context, id: Uuid) -> Result<()> {
        let mut transaction = self.begin(context).await?;
        let known = one(&mut transaction, context, id).await?;
        refuse_if_named(context, &known)?;
        if known["queue"] == true {
            store::end_queue(&mut transaction, context.tenant(), id).await?;
        }
        shares::store::end(&mut transaction, context, (None, Some(id))).await?;
        if !store::delete(&mut transaction, context.tenant(), id).await? {
            return Err(Error::NotFound);
        }
        let event = told(context, (id, Deed::TeamDeleted), (&known, &Json::Null));
        audit::record(&mut transaction, context.tenant(), &[event]).await?;
        store::bump_access(&mut transaction, context.tenant()).await?;
        Ok(transaction.commit().await?)
    }

    /// Names that no team has.
    pub async fn unknown_teams(&self, tenant: &Tenant, names: &[String]) -> Result<Vec<String>> {
        let mut connection = self.connection(tenant).await?;
        let known = store::load_names(&mut connection, tenant).await?;
        Ok(names.iter().filter(|name| !known.contains(*name)).cloned().collect())
    }

    /// Names of the teams of each of these users.
    pub async fn team_names(&self, tenant: &Tenant, users: &[Uuid]) -> Result<Vec<(Uuid, Vec<String>)>> {
        let mut connection = self.connection(tenant).await?;
        store::load_names_of(&mut connection, tenant, users).await
    }

    /// Whether `manager` reports to `user`, directly or over others, or is the user.
    pub async fn is_below(&self, tenant: &Tenant, user: Uuid, manager: Uuid) -> Result<bool> {
        let mut connection = self.connection(tenant).await?;
        Ok(user == manager || store::load_is_below(&mut connection, tenant, (user, manager)).await?)
    }
}

async fn one(connection: &mut PgConnection, context: &Context, id: Uuid) -> Result<Json> {
    let found = store::load_all(connection, context.tenant(), Some(id)).await?;
    found.get(0).cloned().ok_or(Error::NotFound)
}

async fn finish(
    mut transaction: sqlx::PgTransaction<'_>,
    context: &Context,
    (id, deed, before): (Uuid, Deed, &Json),
) -> Result<Json> {
    store::bump_access(&mut transaction, context.tenant()).await?;
    let team = one(&mut transaction, context, id).await?;
    audit::record(&mut transaction, context.tenant(), &[told(context, (id, deed), (before, &team))]).await?;
    transaction.commit().await?;
    Ok(team)
}

/// Rules know a team by its name: they would mean the next team of this name.
fn refuse_if_named(context: &Context, team: &Json) -> Result<()> {
    let rules = rules_of(&context.snapshot.catalog, team["name"].as_str().unwrap_or_default());
    if rules.is_empty() {
        return Ok(());
    }
    let rules: Vec<String> = rules.into_iter().collect();
    let problem = Problem::new("name", "in-use", format!("{} still name the team", rules.join(", ")));
    Err(Error::Conflict(vec![problem.hint("change or delete these rules first")]))
}

/// Names of all teams.
pub(crate) async fn names(connection: &mut PgConnection, tenant: &Tenant) -> Result<BTreeSet<String>> {
    store::load_names(connection, tenant).await
}

/// What the stream tells of a team: what differs of it.
fn told(context: &Context, (id, deed): (Uuid, Deed), (before, after): (&Json, &Json)) -> Event {
    let mut changes = json!({});
    for key in ["name", "label", "members", "queue"].into_iter().filter(|key| before[*key] != after[*key]) {
        changes[key] = json!([before[key], after[key]]);
    }
    Event::of(context, deed, "team").about(id).with(changes)
}

async fn unknown_members(
    connection: &mut PgConnection,
    context: &Context,
    wish: &TeamWish,
) -> Result<Vec<Problem>> {
    let members = wish.members.as_deref().unwrap_or_default();
    let known: BTreeSet<Uuid> =
        store::load_people(connection, context.tenant(), members).await?.into_iter().collect();
    let unknown = members.iter().enumerate().filter(|(_, id)| !known.contains(id));
    let told = |(at, id): (usize, &Uuid)| {
        Problem::new(format!("members.{at}"), "unknown-reference", format!("there is no user with id {id}"))
    };
    Ok(unknown.map(told).collect())
}

impl TeamWish {
    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.members.as_ref().is_some_and(|members| members.len() > MAX_MEMBERS) {
            problems.push(Problem::new("members", "too-many", format!("at most {MAX_MEMBERS} members")));
        }
        if self.label.as_ref().is_some_and(|label| label.chars().count() > 80 || label.contains('\0')) {
            problems.push(Problem::new("label", "out-of-range", "a label has at most 80 characters"));
        }
        problems
    }
}

fn no_name() -> Problem {
    Problem::new("name", "required", "a team has a name")
}

fn wrong_name(name: &str) -> Option<Problem> {
    metadata::catalog::check_name(name).err().map(|fault| fault.at("name"))
}

/// Whether a command on users may change who is above whom.
pub(crate) fn moves(what: &What) -> bool {
    let names = |fields: &Fields| fields.iter().any(|(key, _)| key == "manager_id");
    match what {
        What::Create(records) | What::Upsert { records, .. } => records.iter().any(names),
        What::Update(updates) => updates.iter().any(|update| names(&update.fields)),
        What::Delete(_) | What::Restore(_) | What::Purge(_) => true,
        What::Clone { .. } | What::Merge { .. } | What::Mass(_) => true,
        What::If { what, .. } => moves(what),
    }
}

/// Works out anew who is above whom, after users were written.
pub(crate) async fn follow(connection: &mut PgConnection, context: &Context) -> Result<()> {
    store::rebuild_reports(connection, context.tenant()).await?;
    store::bump_access(connection, context.tenant()).await
}

/// Makes a user a member of exactly these teams.
pub(crate) async fn put_of(
    connection: &mut PgConnection,
    context: &Context,
    (user, names): (Uuid, &[String]),
) -> Result<()> {
    let tenant = context.tenant();
    let (left, joined) = store::put_teams_of(connection, tenant, (user, names)).await?;
    let event = |team: &Uuid| Event::of(context, Deed::TeamChanged, "team").about(*team);
    let left = left.iter().map(|team| event(team).with(json!({ "members": [[user], []] })));
    let joined = joined.iter().map(|team| event(team).with(json!({ "members": [[], [user]] })));
    audit::record(connection, tenant, &left.chain(joined).collect::<Vec<_>>()).await?;
    store::bump_access(connection, tenant).await
}

/// A team as people see it.
fn shown((id, queue): (Uuid, bool), name: &str, label: Option<String>, members: Vec<Uuid>) -> Json {
    let label = label.unwrap_or_else(|| name.to_owned());
    json!({ "id": id, "name": name, "label": label, "members": members, "queue": queue })
}
