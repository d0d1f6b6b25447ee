//! The statement that writes the rows of a save and all that follows from them: what the stream tells, the states that
//! records come into, the totals of their parents. One round trip, and the locks of parents are the last that it takes.
//!
//! Its pieces look at what it writes, never at the tables: those show what was there before.

use std::collections::{BTreeSet, HashMap};

use formulas::{Value, evaluate};
use metadata::catalog::rules::Rules;
use metadata::catalog::{Link, Rollup};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, Row};
use uuid::Uuid;

use super::draft::{Draft, Slots};
use super::facts::{Facts, Side};
use super::rows::Group;
use super::saving::Saving;
use super::sql::{self, Beside};
use super::{source, states};
use crate::error::Result;
use crate::rollups::{self, Concerned, Touched};

/// The statement for new records, or for changes of the same columns.
pub(super) struct Whole<'w> {
    saving: &'w Saving<'w>,
    group: &'w Group<'w>,
    /// The rows, as JSON, and whether they tell of links.
    json: String,
    is_linked: bool,
    /// The states that they come into, as JSON; `None` where there are none.
    states: Option<String>,
    concerned: Concerned,
    /// Whether a parent may lose its extreme, which is computed behind the statement.
    may_leave: bool,
}

/// Under which condition a statement writes anything at all.
#[derive(Default)]
pub(super) struct Guard {
    /// Records that must be there and free, by the names of their objects. They stay until it is done.
    pub held: Vec<(String, Vec<Uuid>)>,
    /// The record that changes, which must be free too, and the version that it must have.
    pub changed: Option<(Uuid, i64)>,
}

/// Parameters that every such statement has.
const COMMON: usize = 6;

impl<'w> Whole<'w> {
    /// `None` where roll-ups are concerned that it cannot keep.
    pub(super) fn of(
        saving: &'w Saving<'w>,
        law: (&Rules, &Facts),
        group: &'w Group<'w>,
        links: &HashMap<Uuid, String>,
    ) -> Option<Self> {
        let concerned = concerned(saving, group);
        if !concerned.is_flat(saving.context) {
            return None;
        }
        let may_leave = concerned.rollups().any(|rollup| may_leave(saving, law.1, (group, rollup)));
        let json = source::json_with(saving.slots, &group.used, &group.drafts, links);
        let is_linked = group.drafts.iter().any(|(_, draft)| links.contains_key(&draft.id));
        let states = states::entries(saving, law);
        Some(Self { saving, group, json, is_linked, states, concerned, may_leave })
    }

    /// Whether something may have to be computed behind it.
    pub(super) fn leaves_work(&self) -> bool {
        self.may_leave
    }

    /// Writes within a transaction.
    pub(super) async fn run(&self, connection: &mut PgConnection) -> Result<()> {
        let nothing = "SELECT 0::bigint, w.id FROM written w WHERE FALSE".to_owned();
        let has_extremes = self.concerned.rollups().any(|rollup| rollup.function.is_extreme());
        let answer = if has_extremes && !self.group.is_new { self.concerned.left() } else { nothing };
        let rows = self.query(self.text(&self.beside(), &answer)).fetch_all(&mut *connection).await?;
        let left = rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?)));
        let left = left.collect::<sqlx::Result<Vec<(i64, Uuid)>>>()?;
        self.concerned.settle(connection, self.saving.context, &left).await
    }

    /// Writes if the guard lets it and the tenant's counters are those of the context; what `answer` reads of `written`
    /// and the counters is answered.
    pub(super) async fn run_guarded(
        &self,
        connection: &mut PgConnection,
        guard: Guard,
        answer: &str,
    ) -> sqlx::Result<Vec<PgRow>> {
        let context = self.saving.context;
        let first = COMMON + usize::from(self.states.is_some()) + 1;
        let all: i64 = guard.held.iter().map(|(_, ids)| ids.len() as i64).sum();
        let objects: Vec<&str> = guard.held.iter().map(|(object, _)| object.as_str()).collect();
        let changed = guard.changed.map(|_| self.saving.slots.object.name.as_str());
        let beside = sql::guarded(self.beside(), &context.tenant().schema, (&objects, first), changed);
        let text = crate::read::of_revision(context, &self.text(&beside, answer));
        let mut query = self.query(text).bind(context.snapshot.revision).bind(context.access).bind(all);
        if let Some((id, version)) = guard.changed {
            query = query.bind(version).bind(id);
        }
        guard.held.into_iter().fold(query, |query, (_, ids)| query.bind(ids)).fetch_all(connection).await
    }

    /// Everything that is written beside the rows.
    fn beside(&self) -> Beside {
        let (context, group) = (self.saving.context, self.group);
        let parameter = format!("${}", COMMON + 1);
        let entered = self.states.as_ref().map(|_| {
            let source = states::Source { parameter: &parameter, is_new: group.is_new, joins_written: true };
            format!("entered AS ({})", states::insert(self.saving, source))
        });
        Beside {
            columns: self.concerned.columns().into_iter().map(str::to_owned).collect(),
            pieces: entered.into_iter().chain(self.concerned.pieces(context, group.is_new)).collect(),
            ..Beside::default()
        }
    }

    fn text(&self, beside: &Beside, answer: &str) -> String {
        let (slots, used) = (self.saving.slots, self.group.used.as_slice());
        let schema = &self.saving.context.tenant().schema;
        if self.group.is_new {
            sql::insert(schema, slots, used, (beside, answer))
        } else {
            sql::update(schema, slots, (used, self.is_linked), (beside, answer))
        }
    }

    /// The statement with the parameters that it has in any case.
    fn query(&self, text: String) -> sqlx::query::Query<'_, sqlx::Postgres, sqlx::postgres::PgArguments> {
        let context = self.saving.context;
        let query = sqlx::query(AssertSqlSafe(text))
            .bind(&self.json)
            .bind(context.now)
            .bind(context.actor.user_id)
            .bind(&*context.request_id)
            .bind(context.origin.address())
            .bind(context.origin.user_agent.as_deref());
        match &self.states {
            Some(states) => query.bind(states),
            None => query,
        }
    }
}

/// The roll-ups that a group of rows concerns: those of parents that one of the records names, before or after.
pub(super) fn concerned(saving: &Saving<'_>, group: &Group<'_>) -> Concerned {
    let name = |&slot: &usize| saving.slots.columns[slot].1.name.as_str();
    let columns: BTreeSet<&str> = group.used.iter().map(name).collect();
    let touched = if group.is_new { Touched::All } else { Touched::Columns(&columns) };
    let concerned = rollups::concerned(saving.context, saving.slots.object, touched);
    concerned.given(|rollup| group.drafts.iter().any(|(_, draft)| gives(saving.slots, draft, rollup)))
}

/// Whether a record gives to a roll-up, before or after; so it does where nothing is known of it.
fn gives(slots: &Slots<'_>, draft: &Draft, rollup: &Rollup) -> bool {
    let any = |column: &str, is: &dyn Fn(&Value) -> bool| {
        let slot = slots.column(column);
        let is_after = |slot: usize| draft.slots[slot].as_ref().is_some_and(is);
        slot.is_none_or(|slot| is_after(slot) || draft.is_unknown() || is(draft.before(slot)))
    };
    let is_filled = |value: &Value| *value != Value::Null;
    match &rollup.link {
        Link::Lookup { column, .. } => any(column, &is_filled),
        Link::AnyLookup { object_column, id_column, .. } => {
            let is_parent = |value: &Value| matches!(value, Value::Text(name) if *name == rollup.parent);
            any(id_column, &is_filled) && any(object_column, &is_parent)
        }
        Link::Table { .. } => true,
    }
}

/// Whether one of the records may have been the extreme of its parent.
fn may_leave(saving: &Saving<'_>, facts: &Facts, (group, rollup): (&Group<'_>, &Rollup)) -> bool {
    let source = rollup.source.as_ref().and_then(|(_, column)| saving.slots.column(&column.name));
    let counted = |n: usize| {
        let image = facts.image(&saving.drafts, n, Side::Before);
        let counts = |condition| evaluate(condition, &image, &facts.request).map_or(true, |is| is.is_true());
        rollup.condition.as_ref().is_none_or(counts)
    };
    let was = |draft: &Draft| source.is_none_or(|slot| *draft.before(slot) != Value::Null);
    rollup.function.is_extreme()
        && !group.is_new
        && group.drafts.iter().any(|(n, draft)| draft.is_unknown() || (was(draft) && counted(*n)))
}
