//! Roll-ups, kept by whoever writes: a change of records takes the difference that it makes from their parents'
//! columns and adds it, in the same transaction. Not triggers: the writer has both images, orders the locks,
//! and is twice as fast.
//!
//! Every writer brackets the statement that changes rows with [`before`] and [`after`], or lets that statement keep the
//! totals too ([`Concerned`]); nothing else in the engine knows of roll-ups, apart from reading them while they are
//! built ([`sql::on_read`]).
//!
//! What makes it right under concurrency:
//! * a record that changes is locked before its image is taken;
//! * parents are locked in one order before any of them changes, and differences are added, never read and stored;
//! * what cannot be added (an extreme that leaves) is computed in a statement of its own *after* the lock: in the
//!   same statement it would see the children as they were before it waited;
//! * a record that is not built yet has NULL where it counts, and NULL plus a difference is NULL: the build
//!   ([`build`]) takes the lock, computes, and whoever comes later adds to that;
//! * who planned without knowing a roll-up finds a new revision after writing and begins anew ([`metadata::ddl`]).

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use metadata::catalog::{Catalog, Object, Rollup};
use metadata::field_kinds::rollup::Mode;
use sqlx::{AssertSqlSafe, PgConnection, Row};
use uuid::Uuid;

use crate::context::Context;
use crate::error::Result;

pub(crate) mod build;
pub mod check;
pub(crate) mod dirty;
pub(crate) mod reconcile;
pub(crate) mod sql;

/// What a writer is about to change.
#[derive(Clone, Copy)]
pub(crate) enum Touched<'t> {
    /// Everything: a delete, a restore.
    All,
    /// These columns.
    Columns(&'t BTreeSet<&'t str>),
}

impl Touched<'_> {
    fn concerns(self, rollup: &Rollup) -> bool {
        match self {
            Self::All => true,
            Self::Columns(columns) => rollup.inputs.iter().any(|input| columns.contains(input.as_str())),
        }
    }
}

/// What the records gave to their parents before a change, one for each parent object.
#[derive(Default)]
pub(crate) struct Images {
    parts: Vec<(Group, String)>,
}

impl Images {
    /// Whether no roll-up is concerned.
    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
}

/// Roll-ups of one parent object and one mode over the records that change.
struct Group {
    parent: Arc<Object>,
    child: Arc<Object>,
    mode: Mode,
    rollups: Vec<Arc<Rollup>>,
}

/// No record: the image of those that a create is about to make.
const NOTHING: &str = "[]";

/// What a change concerns.
pub(crate) struct Concerned {
    groups: Vec<Group>,
}

/// The roll-ups whose totals a change of records may change.
pub(crate) fn concerned(context: &Context, object: &Object, touched: Touched<'_>) -> Concerned {
    Concerned { groups: groups(context, object, touched) }
}

impl Concerned {
    /// Leaves those alone that no record gives to, neither before nor after.
    #[must_use]
    pub(crate) fn given(mut self, gives: impl Fn(&Rollup) -> bool) -> Self {
        self.groups.retain(|group| group.rollups.iter().any(|rollup| gives(rollup)));
        self
    }

    pub(crate) fn rollups(&self) -> impl Iterator<Item = &Arc<Rollup>> {
        self.groups.iter().flat_map(|group| &group.rollups)
    }

    /// Whether the statement that writes the records can keep the totals too ([`Concerned::pieces`]). Not where
    /// parents of parents would have to be told, and not where the parents may be among the records themselves, whose
    /// new rows it would not see.
    pub(crate) fn is_flat(&self, context: &Context) -> bool {
        self.groups.iter().all(|group| {
            let columns: BTreeSet<&str> =
                group.rollups.iter().map(|rollup| rollup.column.name.as_str()).collect();
            group.parent.id != group.child.id
                && groups(context, &group.parent, Touched::Columns(&columns)).is_empty()
        })
    }

    /// Columns of the records that the pieces look at.
    pub(crate) fn columns(&self) -> BTreeSet<&str> {
        let inputs = self.rollups().flat_map(|rollup| &rollup.inputs);
        let deleted = (!self.groups.is_empty()).then_some("deleted_at");
        inputs.map(String::as_str).chain(deleted).collect()
    }

    /// A select of the parents that have lost an extreme by the pieces, with the place of the group.
    pub(crate) fn left(&self) -> String {
        let of = |at| format!("SELECT {at}::bigint, k.id FROM kept{at} k WHERE k.has_left");
        (0..self.groups.len()).map(of).collect::<Vec<_>>().join(" UNION ALL ")
    }

    /// Pieces of the statement that writes the records, behind `written` and, unless they are new, `before`.
    pub(crate) fn pieces(&self, context: &Context, is_new: bool) -> Vec<String> {
        let pieces = |(number, group): (usize, &Group)| {
            sql::pieces(context, (&group.child, &group.rollups), group.mode, (number, is_new))
        };
        self.groups.iter().enumerate().map(pieces).collect()
    }

    /// Computes the extremes of parents that have lost theirs: what [`Concerned::left`] selects.
    pub(crate) async fn settle(
        &self,
        connection: &mut PgConnection,
        context: &Context,
        left: &[(i64, Uuid)],
    ) -> Result<()> {
        for (group, at) in self.groups.iter().zip(0..) {
            let parents: Vec<Uuid> =
                left.iter().filter(|(place, _)| *place == at).map(|(_, id)| *id).collect();
            if !parents.is_empty() {
                recompute(connection, context, group, &parents).await?;
            }
        }
        Ok(())
    }

    /// For new records: they gave nothing before.
    pub(crate) fn nothing(self) -> Images {
        Images { parts: self.groups.into_iter().map(|group| (group, NOTHING.to_owned())).collect() }
    }

    /// For records that are about to change, and that are locked: what they give now.
    pub(crate) async fn images(
        self,
        connection: &mut PgConnection,
        context: &Context,
        ids: &[Uuid],
    ) -> Result<Images> {
        let mut images = Images::default();
        for group in self.groups {
            let text = sql::image(context, &group.child, &group.rollups);
            let image = sqlx::query_scalar(AssertSqlSafe(text)).bind(ids).fetch_one(&mut *connection).await?;
            images.parts.push((group, image));
        }
        Ok(images)
    }
}

/// For records that are about to change, and that are locked: what they give now.
pub(crate) async fn before(
    connection: &mut PgConnection,
    context: &Context,
    (object, ids): (&Object, &[Uuid]),
    touched: Touched<'_>,
) -> Result<Images> {
    Concerned { groups: groups(context, object, touched) }.images(connection, context, ids).await
}

/// After the change: brings the parents up to date, and the parents of those.
pub(crate) async fn after(
    connection: &mut PgConnection,
    context: &Context,
    ids: &[Uuid],
    images: Images,
) -> Result<()> {
    for (group, image) in images.parts {
        match group.mode {
            Mode::Immediate => apply(connection, context, (&group, ids), &image).await?,
            // None of those is kept.
            Mode::OnRead => {}
            Mode::Deferred => dirty::note(connection, context, (&group, ids), &image).await?,
        }
    }
    Ok(())
}

/// Adds the differences to the parents.
async fn apply(
    connection: &mut PgConnection,
    context: &Context,
    (group, ids): (&Group, &[Uuid]),
    image: &str,
) -> Result<()> {
    let columns: BTreeSet<&str> = group.rollups.iter().map(|rollup| rollup.column.name.as_str()).collect();
    let touched = Touched::Columns(&columns);
    let above = if groups(context, &group.parent, touched).is_empty() {
        None
    } else {
        // Parents are children themselves: their image must be taken after the lock and before the change.
        let text = sql::lock(context, &group.child, &group.rollups);
        let parents: Vec<Uuid> =
            sqlx::query_scalar(AssertSqlSafe(text)).bind(ids).bind(image).fetch_all(&mut *connection).await?;
        let images = before(connection, context, (&group.parent, &parents), touched).await?;
        Some((parents, images))
    };
    let text = sql::apply(context, &group.child, &group.rollups);
    let rows = sqlx::query(AssertSqlSafe(text)).bind(ids).bind(image).fetch_all(&mut *connection).await?;
    let mut left = Vec::new();
    for row in &rows {
        if row.try_get(1)? {
            left.push(row.try_get::<Uuid, _>(0)?);
        }
    }
    if !left.is_empty() {
        recompute(connection, context, group, &left).await?;
    }
    match above {
        Some((parents, images)) => boxed_after(connection, context, &parents, images).await,
        None => Ok(()),
    }
}

/// Computes the extremes of parents that are locked.
async fn recompute(
    connection: &mut PgConnection,
    context: &Context,
    group: &Group,
    parents: &[Uuid],
) -> Result<()> {
    let extremes: Vec<Arc<Rollup>> =
        group.rollups.iter().filter(|rollup| rollup.function.is_extreme()).cloned().collect();
    compute(connection, context, (&group.child, &extremes), parents).await
}

/// [`after`], for the call of itself.
fn boxed_after<'f>(
    connection: &'f mut PgConnection,
    context: &'f Context,
    ids: &'f [Uuid],
    images: Images,
) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'f>> {
    Box::pin(after(connection, context, ids, images))
}

/// Computes roll-ups of parents that are locked from all their children.
async fn compute(
    connection: &mut PgConnection,
    context: &Context,
    (child, rollups): (&Object, &[Arc<Rollup>]),
    parents: &[Uuid],
) -> Result<()> {
    let text = sql::compute(context, child, rollups);
    sqlx::query(AssertSqlSafe(text)).bind(parents).execute(connection).await?;
    Ok(())
}

/// Computes roll-ups of one parent object as [`compute`] does, locks the parents first and tells the parents
/// of those: what build, refresh and repair have in common.
async fn refresh(
    connection: &mut PgConnection,
    context: &Context,
    (parent, child, rollup): (&Object, &Object, &Arc<Rollup>),
    parents: &[Uuid],
) -> Result<()> {
    let text = sql::lock_parents(context, parent);
    let locked: Vec<Uuid> =
        sqlx::query_scalar(AssertSqlSafe(text)).bind(parents).fetch_all(&mut *connection).await?;
    let columns = BTreeSet::from([rollup.column.name.as_str()]);
    let images = before(connection, context, (parent, &locked), Touched::Columns(&columns)).await?;
    compute(connection, context, (child, std::slice::from_ref(rollup)), &locked).await?;
    boxed_after(connection, context, &locked, images).await
}

/// The roll-ups that a change concerns, by parent object, in the order of their locks.
fn groups(context: &Context, child: &Object, touched: Touched<'_>) -> Vec<Group> {
    let catalog = &context.snapshot.catalog;
    let mut groups: Vec<Group> = Vec::new();
    let kept = catalog.rollups_over(&child.name).iter().filter(|rollup| rollup.is_kept());
    for rollup in kept.filter(|rollup| touched.concerns(rollup)) {
        let same = |group: &&mut Group| group.parent.name == rollup.parent && group.mode == rollup.mode;
        if let Some(group) = groups.iter_mut().find(same) {
            group.rollups.push(rollup.clone());
        } else if let Some((parent, child, rollup)) = with_objects(catalog, rollup) {
            groups.push(Group { parent, child, mode: rollup.mode, rollups: vec![rollup] });
        }
    }
    groups
}

/// A roll-up by its field's stable id, with both objects.
fn find(context: &Context, id: &str) -> Option<Found> {
    let catalog = &context.snapshot.catalog;
    with_objects(catalog, catalog.find_rollup(id)?)
}

/// Parent, child, and the roll-up between them.
type Found = (Arc<Object>, Arc<Object>, Arc<Rollup>);

fn with_objects(catalog: &Catalog, rollup: &Arc<Rollup>) -> Option<Found> {
    let (parent, child) = (catalog.find_object(&rollup.parent)?, catalog.find_object(&rollup.child)?);
    Some((parent.clone(), child.clone(), rollup.clone()))
}
