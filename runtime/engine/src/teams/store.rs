//! Static SQL on `_teams`, `_team_members` and `_reports` of a tenant.

use std::collections::BTreeSet;

use metadata::Problem;
use permissions::Team;
use serde_json::Value as Json;
use sqlx::{AssertSqlSafe, PgConnection, Row};
use uuid::Uuid;

use crate::SYSTEM_USER;
use crate::context::{Context, Tenant};
use crate::error::{Error, Result};
use crate::write::sql::table;

pub(super) async fn load_teams_of(
    connection: &mut PgConnection,
    tenant: &Tenant,
    user: Uuid,
) -> Result<Vec<Team>> {
    let text = format!(
        "SELECT t.id, t.name, EXISTS (SELECT 1 FROM {members} q WHERE q.team_id = t.id AND q.user_id = t.id) \
         FROM {members} m JOIN {} t ON t.id = m.team_id WHERE m.user_id = $1 ORDER BY t.name",
        table(&tenant.schema, "_teams"),
        members = table(&tenant.schema, "_team_members"),
    );
    let rows = sqlx::query(AssertSqlSafe(text)).bind(user).fetch_all(connection).await?;
    rows.iter()
        .map(|row| Ok(Team { id: row.try_get(0)?, name: row.try_get(1)?, queue: row.try_get(2)? }))
        .collect()
}

pub(super) async fn load_manages(connection: &mut PgConnection, tenant: &Tenant, user: Uuid) -> Result<bool> {
    let text =
        format!("SELECT EXISTS (SELECT 1 FROM {} WHERE above_id = $1)", table(&tenant.schema, "_reports"));
    Ok(sqlx::query_scalar(AssertSqlSafe(text)).bind(user).fetch_one(connection).await?)
}

pub(super) async fn load_time_zone(
    connection: &mut PgConnection,
    tenant: &Tenant,
    user: Uuid,
) -> Result<Option<String>> {
    let text = format!("SELECT time_zone FROM {} WHERE id = $1", table(&tenant.schema, "user"));
    let found: Option<Option<String>> =
        sqlx::query_scalar(AssertSqlSafe(text)).bind(user).fetch_optional(connection).await?;
    Ok(found.flatten())
}

pub(super) async fn load_is_below(
    connection: &mut PgConnection,
    tenant: &Tenant,
    (above, below): (Uuid, Uuid),
) -> Result<bool> {
    let text = format!(
        "SELECT EXISTS (SELECT 1 FROM {} WHERE above_id = $1 AND below_id = $2)",
        table(&tenant.schema, "_reports")
    );
    Ok(sqlx::query_scalar(AssertSqlSafe(text)).bind(above).bind(below).fetch_one(connection).await?)
}

/// All teams, or one, as JSON.
pub(super) async fn load_all(
    connection: &mut PgConnection,
    tenant: &Tenant,
    id: Option<Uuid>,
) -> Result<Json> {
    let text = format!(
        "SELECT t.id, t.name, t.label, array(SELECT m.user_id FROM {members} m WHERE m.team_id = t.id AND m.user_id <> t.id ORDER BY m.user_id) AS members, \
         EXISTS (SELECT 1 FROM {members} q WHERE q.team_id = t.id AND q.user_id = t.id) AS queue \
         FROM {} t WHERE $1::uuid IS NULL OR t.id = $1 ORDER BY t.name",
        table(&tenant.schema, "_teams"),
        members = table(&tenant.schema, "_team_members"),
    );
    let rows = sqlx::query(AssertSqlSafe(text)).bind(id).fetch_all(connection).await?;
    let mut teams = Vec::with_capacity(rows.len());
    for row in &rows {
        let name: String = row.try_get("name")?;
        let team = (row.try_get("id")?, row.try_get("queue")?);
        teams.push(super::shown(team, &name, row.try_get("label")?, row.try_get("members")?));
    }
    Ok(Json::Array(teams))
}

/// Whether the name was free.
pub(super) async fn insert(
    connection: &mut PgConnection,
    tenant: &Tenant,
    (id, name, label): (Uuid, &str, Option<&str>),
) -> Result<bool> {
    let text = format!(
        "INSERT INTO {} (id, name, label) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING",
        table(&tenant.schema, "_teams")
    );
    let done = sqlx::query(AssertSqlSafe(text)).bind(id).bind(name).bind(label).execute(connection).await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn put_label(
    connection: &mut PgConnection,
    tenant: &Tenant,
    (id, label): (Uuid, &str),
) -> Result<()> {
    let text = format!("UPDATE {} SET label = $2 WHERE id = $1", table(&tenant.schema, "_teams"));
    sqlx::query(AssertSqlSafe(text)).bind(id).bind(label).execute(connection).await?;
    Ok(())
}

/// Replaces the members; `None` leaves them.
pub(super) async fn put_members(
    connection: &mut PgConnection,
    tenant: &Tenant,
    (id, members): (Uuid, Option<&[Uuid]>),
) -> Result<()> {
    let Some(members) = members else { return Ok(()) };
    let own = table(&tenant.schema, "_team_members");
    let text = format!("DELETE FROM {own} WHERE team_id = $1 AND user_id <> ALL($2) AND user_id <> team_id");
    sqlx::query(AssertSqlSafe(text)).bind(id).bind(members).execute(&mut *connection).await?;
    let text = format!(
        "INSERT INTO {own} (team_id, user_id) SELECT $1, m FROM unnest($2::uuid[]) AS m ON CONFLICT (team_id, user_id) DO NOTHING"
    );
    sqlx::query(AssertSqlSafe(text)).bind(id).bind(members).execute(connection).await?;
    Ok(())
}

/// Lets a team own records, under this name.
pub(super) async fn put_queue(
    connection: &mut PgConnection,
    context: &Context,
    (id, name): (Uuid, &str),
) -> Result<()> {
    let tenant = context.tenant();
    let text = format!(
        "INSERT INTO {} AS u (id, name, kind, active, owner_id, created_by_id, updated_by_id, created_at, updated_at, version) \
         VALUES ($1, $2, 'queue', true, $3, $4, $4, $5, $5, 1) ON CONFLICT (id) DO UPDATE SET name = excluded.name, \
         updated_by_id = excluded.updated_by_id, updated_at = excluded.updated_at, version = u.version + 1 WHERE u.name <> excluded.name",
        table(&tenant.schema, "user")
    );
    sqlx::query(AssertSqlSafe(text))
        .bind(id)
        .bind(name)
        .bind(SYSTEM_USER)
        .bind(context.actor.user_id)
        .bind(context.now)
        .execute(&mut *connection)
        .await?;
    let text = format!(
        "INSERT INTO {} (team_id, user_id) VALUES ($1, $1) ON CONFLICT (team_id, user_id) DO NOTHING",
        table(&tenant.schema, "_team_members")
    );
    sqlx::query(AssertSqlSafe(text)).bind(id).execute(connection).await?;
    Ok(())
}

/// Lets it own none any more. What it owns, in the recycle bin too, is to be given to others before.
pub(super) async fn end_queue(connection: &mut PgConnection, tenant: &Tenant, id: Uuid) -> Result<()> {
    let text =
        format!("DELETE FROM {} WHERE team_id = $1 AND user_id = $1", table(&tenant.schema, "_team_members"));
    sqlx::query(AssertSqlSafe(text)).bind(id).execute(&mut *connection).await?;
    let text = format!("DELETE FROM {} WHERE id = $1 AND kind = 'queue'", table(&tenant.schema, "user"));
    match sqlx::query(AssertSqlSafe(text)).bind(id).execute(connection).await {
        Err(sqlx::Error::Database(error)) if error.is_foreign_key_violation() => {
            let problem =
                Problem::new("queue", "in-use", "records still belong to the queue, or point to it");
            Err(Error::Conflict(vec![
                problem.hint("give them to others first, those in the recycle bin too"),
            ]))
        }
        outcome => Ok(outcome.map(drop)?),
    }
}

/// Makes a user a member of exactly these teams; answers which were left and which were joined.
pub(super) async fn put_teams_of(
    connection: &mut PgConnection,
    tenant: &Tenant,
    (user, names): (Uuid, &[String]),
) -> Result<(Vec<Uuid>, Vec<Uuid>)> {
    let (members, teams) = (table(&tenant.schema, "_team_members"), table(&tenant.schema, "_teams"));
    let text = format!(
        "DELETE FROM {members} WHERE user_id = $1 AND team_id <> $1 AND team_id NOT IN (SELECT id FROM {teams} WHERE name = ANY($2)) RETURNING team_id"
    );
    let left =
        sqlx::query_scalar(AssertSqlSafe(text)).bind(user).bind(names).fetch_all(&mut *connection).await?;
    let text = format!(
        "INSERT INTO {members} (team_id, user_id) SELECT id, $1 FROM {teams} WHERE name = ANY($2) ON CONFLICT (team_id, user_id) DO NOTHING RETURNING team_id"
    );
    let joined = sqlx::query_scalar(AssertSqlSafe(text)).bind(user).bind(names).fetch_all(connection).await?;
    Ok((left, joined))
}

/// Whether the team was there.
pub(super) async fn delete(connection: &mut PgConnection, tenant: &Tenant, id: Uuid) -> Result<bool> {
    let text = format!("DELETE FROM {} WHERE team_id = $1", table(&tenant.schema, "_team_members"));
    sqlx::query(AssertSqlSafe(text)).bind(id).execute(&mut *connection).await?;
    let text = format!("DELETE FROM {} WHERE id = $1", table(&tenant.schema, "_teams"));
    Ok(sqlx::query(AssertSqlSafe(text)).bind(id).execute(connection).await?.rows_affected() == 1)
}

pub(super) async fn load_names(connection: &mut PgConnection, tenant: &Tenant) -> Result<BTreeSet<String>> {
    let text = format!("SELECT name FROM {}", table(&tenant.schema, "_teams"));
    let names: Vec<String> = sqlx::query_scalar(AssertSqlSafe(text)).fetch_all(connection).await?;
    Ok(names.into_iter().collect())
}

pub(super) async fn load_names_of(
    connection: &mut PgConnection,
    tenant: &Tenant,
    users: &[Uuid],
) -> Result<Vec<(Uuid, Vec<String>)>> {
    let text = format!(
        "SELECT m.user_id, array_agg(t.name ORDER BY t.name) FROM {} m JOIN {} t ON t.id = m.team_id WHERE m.user_id = ANY($1) GROUP BY m.user_id",
        table(&tenant.schema, "_team_members"),
        table(&tenant.schema, "_teams")
    );
    let rows = sqlx::query(AssertSqlSafe(text)).bind(users).fetch_all(connection).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Those of the ids that are users.
pub(super) async fn load_people(
    connection: &mut PgConnection,
    tenant: &Tenant,
    ids: &[Uuid],
) -> Result<Vec<Uuid>> {
    let text = format!(
        "SELECT id FROM {} WHERE id = ANY($1) AND deleted_at IS NULL AND kind = 'person'",
        table(&tenant.schema, "user")
    );
    Ok(sqlx::query_scalar(AssertSqlSafe(text)).bind(ids).fetch_all(connection).await?)
}

/// Who is above whom, worked out anew. A ring ends by itself, and nobody is above themselves.
pub(super) async fn rebuild_reports(connection: &mut PgConnection, tenant: &Tenant) -> Result<()> {
    let (reports, user) = (table(&tenant.schema, "_reports"), table(&tenant.schema, "user"));
    // One at a time, readers undisturbed.
    sqlx::query(AssertSqlSafe(format!("LOCK TABLE {reports} IN EXCLUSIVE MODE")))
        .execute(&mut *connection)
        .await?;
    sqlx::query(AssertSqlSafe(format!("DELETE FROM {reports}"))).execute(&mut *connection).await?;
    let text = format!(
        "INSERT INTO {reports} (above_id, below_id) WITH RECURSIVE up(above_id, below_id) AS (\
         SELECT u.manager_id, u.id FROM {user} u WHERE u.manager_id IS NOT NULL AND u.deleted_at IS NULL \
         UNION SELECT m.manager_id, up.below_id FROM up JOIN {user} m ON m.id = up.above_id WHERE m.manager_id IS NOT NULL) \
         SELECT above_id, below_id FROM up WHERE above_id <> below_id"
    );
    sqlx::query(AssertSqlSafe(text)).execute(connection).await?;
    Ok(())
}

/// Makes every node look its cached callers up again; within the transaction that gives the reason.
pub(super) async fn bump_access(connection: &mut PgConnection, tenant: &Tenant) -> Result<()> {
    let text = format!("UPDATE {} SET access = access + 1", table(&tenant.schema, "_state"));
    sqlx::query(AssertSqlSafe(text)).execute(connection).await?;
    Ok(())
}
