//! The history of a tenant's metadata: who changed what when, and the way back.

use std::collections::{BTreeMap, BTreeSet};

use metadata::definitions::Row;
use metadata::layers::Base;
use metadata::{Definitions, Kind};
use serde_json::{Value as Json, json};
use sqlx::{AssertSqlSafe, PgConnection, Row as _};

use crate::apply::{self, Applied, Apply, patiently, require_permission};
use crate::context::{Context, Tenant};
use crate::error::{Error, Result};
use crate::write::sql::table;
use crate::{Engine, packages, store};

mod blame;

/// What each component was; `None` when it did not exist.
type Undone = BTreeMap<String, Option<Row>>;

/// Components as a revision keeps them.
pub(crate) fn rows_json(rows: &[&Row]) -> Json {
    rows.iter()
        .map(|row| {
            let mut told = json!({ "id": row.id, "kind": row.kind.word(), "name": row.name, "parent": row.parent,
                    "package": row.package, "base": row.base, "retired": row.retired, "definition": row.definition });
            if row.purged {
                told["purged"] = true.into();
            }
            told
        })
        .collect()
}

pub(crate) fn row_from_json(json: &Json) -> Option<Row> {
    let text = |key: &str| json[key].as_str().map(str::to_owned);
    Some(Row {
        id: text("id")?,
        kind: Kind::find(json["kind"].as_str()?)?,
        name: text("name")?,
        parent: text("parent"),
        package: text("package"),
        base: store::base_of(json.get("base").cloned()).ok()?,
        retired: json["retired"].as_bool()?,
        purged: json["purged"].as_bool().unwrap_or_default(),
        definition: json["definition"].clone(),
    })
}

impl Engine {
    /// The newest revisions before `before`, as a JSON array without their details.
    pub async fn revisions(&self, context: &Context, limit: u32, before: Option<i64>) -> Result<Json> {
        let text = format!(
            "SELECT number, made_at, actor_id, actor_name, message, after, before FROM {} WHERE number < $1 ORDER BY number DESC LIMIT $2",
            table(&context.tenant().schema, "_revisions")
        );
        let rows = sqlx::query(AssertSqlSafe(text))
            .bind(before.unwrap_or(i64::MAX))
            .bind(i64::from(limit.clamp(1, 200)))
            .fetch_all(&mut *self.connection(context.tenant()).await?)
            .await?;
        rows.iter().map(summary).collect::<Result<Vec<Json>>>().map(Json::Array)
    }

    /// One revision with the components before and after it and the steps that it ran.
    pub async fn revision(&self, context: &Context, number: i64) -> Result<Json> {
        let text = format!(
            "SELECT number, made_at, actor_id, actor_name, message, after, before, steps FROM {} WHERE number = $1",
            table(&context.tenant().schema, "_revisions")
        );
        let row = sqlx::query(AssertSqlSafe(text))
            .bind(number)
            .fetch_optional(&mut *self.connection(context.tenant()).await?)
            .await?
            .ok_or(Error::NotFound)?;
        let mut view = summary(&row)?;
        for key in ["before", "after", "steps"] {
            view[key] = row.try_get(key)?;
        }
        Ok(view)
    }

    /// Brings the metadata back to what it was at revision `number`, as a new revision. What was made
    /// since is retired; what was retired since comes back with its data.
    pub async fn rollback(&self, context: &Context, number: i64, wish: Apply) -> Result<Applied> {
        let mut connection = self.connection(context.tenant()).await?;
        let versions = store::load_versions(&mut connection, context.tenant()).await?;
        if !(0..=versions.revision).contains(&number) {
            return Err(Error::NotFound);
        }
        let undone = undone_since(&mut connection, context.tenant(), number).await?;
        drop(connection);
        let wish = Apply {
            message: wish.message.or_else(|| Some(format!("Back to revision {number}"))),
            expected_revision: wish.expected_revision.or(Some(versions.revision)),
            back_to: Some(number),
            ..wish
        };
        require_permission(context)?;
        patiently(|| self.try_rollback(context, &wish, (&undone, number))).await
    }

    async fn try_rollback(
        &self,
        context: &Context,
        wish: &Apply,
        (undone, number): (&Undone, i64),
    ) -> Result<Applied> {
        let next = |old: &Definitions| Ok((undo(old, undone)?, Vec::new()));
        let mut transaction = self.pool().begin().await?;
        let (applied, snapshot) = apply::attempt(&mut transaction, context, wish, &next).await?;
        if let Some(snapshot) = &snapshot {
            packages::settle(&mut transaction, context, (&*snapshot.definitions, number)).await?;
        }
        let snapshot = snapshot.unwrap_or_else(|| context.snapshot.clone());
        self.finish(transaction, snapshot, wish.dry_run).await?;
        Ok(applied)
    }
}

fn summary(row: &sqlx::postgres::PgRow) -> Result<Json> {
    let at: chrono::DateTime<chrono::Utc> = row.try_get("made_at")?;
    let (before, after): (Json, Json) = (row.try_get("before")?, row.try_get("after")?);
    let (before, after) = (names(&before), names(&after));
    let changes: Vec<Json> = after
        .iter()
        .map(|(id, place)| (if before.contains_key(id) { "change" } else { "create" }, place))
        .chain(before.iter().filter(|(id, _)| !after.contains_key(*id)).map(|(_, place)| ("delete", place)))
        .map(|(action, (kind, name, state))| {
            let action = match state {
                State::Live => action,
                State::Retired => "delete",
                State::Purged => "purge",
            };
            json!({ "action": action, "kind": kind, "name": name })
        })
        .collect();
    Ok(json!({
        "revision": row.try_get::<i64, _>("number")?,
        "at": at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
        "actor": { "id": row.try_get::<uuid::Uuid, _>("actor_id")?, "name": row.try_get::<String, _>("actor_name")? },
        "message": row.try_get::<Option<String>, _>("message")?,
        "changes": changes,
    }))
}

/// What a component is at a revision.
enum State {
    Live,
    Retired,
    Purged,
}

impl State {
    fn of(row: &Row) -> Self {
        match (row.retired, row.purged) {
            (false, _) => Self::Live,
            (true, false) => Self::Retired,
            (true, true) => Self::Purged,
        }
    }
}

/// Kind, name and state by id.
fn names(rows: &Json) -> BTreeMap<String, (String, String, State)> {
    let rows = rows.as_array().map(Vec::as_slice).unwrap_or_default();
    let one = |row: Row| {
        let state = State::of(&row);
        (row.id, (row.kind.word().to_owned(), row.name, state))
    };
    rows.iter().filter_map(row_from_json).map(one).collect()
}

/// What each component that changed after revision `number` was then; `None` when it did not exist.
async fn undone_since(
    connection: &mut PgConnection,
    tenant: &Tenant,
    number: i64,
) -> Result<BTreeMap<String, Option<Row>>> {
    let text = format!(
        "SELECT before, after FROM {} WHERE number > $1 ORDER BY number",
        table(&tenant.schema, "_revisions")
    );
    let revisions = sqlx::query(AssertSqlSafe(text)).bind(number).fetch_all(connection).await?;
    let mut undone: BTreeMap<String, Option<Row>> = BTreeMap::new();
    for revision in &revisions {
        let (before, after): (Json, Json) = (revision.try_get("before")?, revision.try_get("after")?);
        let list = |json: &Json| -> Vec<Row> {
            json.as_array().into_iter().flatten().filter_map(row_from_json).collect()
        };
        let before: BTreeMap<String, Row> =
            list(&before).into_iter().map(|row| (row.id.clone(), row)).collect();
        for id in list(&after).into_iter().map(|row| row.id).chain(before.keys().cloned()) {
            // The first revision that touched it tells what it was.
            undone.entry(id.clone()).or_insert_with(|| before.get(&id).cloned());
        }
    }
    Ok(undone)
}

fn holds_data(kind: Kind) -> bool {
    matches!(kind, Kind::Objects | Kind::Fields)
}

fn undo(old: &Definitions, undone: &BTreeMap<String, Option<Row>>) -> Result<Definitions> {
    let all = old.rows();
    let hidden: BTreeSet<&str> = all
        .iter()
        .filter(|row| row.kind == Kind::Objects)
        .filter(|row| {
            undone.get(&row.id).map_or(row.retired, |then| then.as_ref().is_none_or(|then| then.retired))
        })
        .map(|row| row.id.as_str())
        .collect();
    let mut rows: Vec<Row> = Vec::new();
    for row in &all {
        // The columns of an object that is to be hidden stay as they are, and so do its fields.
        let stays = row.kind == Kind::Fields && row.parent.as_deref().is_some_and(|id| hidden.contains(id));
        match undone.get(&row.id) {
            None => rows.push(row.clone()),
            Some(_) if stays => rows.push(row.clone()),
            // What is hidden keeps the definition that its column was hidden with; and data of what was made
            // since is kept: retired, not removed.
            Some(then) if holds_data(row.kind) && then.as_ref().is_none_or(|then| then.retired) => {
                let base = match then {
                    Some(then) => then.base.clone(),
                    // Its package had not brought it, and finds it when it does again.
                    None => row.base.clone().map(|base| Base { withdrawn: true, ..base }),
                };
                rows.push(Row { retired: true, base, ..row.clone() });
            }
            Some(Some(then)) => rows.push(then.clone()),
            Some(None) => {}
        }
    }
    let seen: BTreeSet<&str> = all.iter().map(|row| row.id.as_str()).collect();
    rows.extend(
        undone.iter().filter(|(id, _)| !seen.contains(id.as_str())).filter_map(|(_, then)| then.clone()),
    );
    Definitions::from_rows(rows, old.next_id).map_err(Error::Unprocessable)
}
