//! Views of lists that people keep for themselves, and which view a list opens with for them. They are data of the
//! tenant, as teams are: no revision, no plan of changes, nobody else's business. What is in them is held to what is
//! held to for list views, and to what its owner sees.

use metadata::Problem;
use metadata::catalog::Object;
use serde_json::{Map, Value as Json, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::Engine;
use crate::audit::{self, Deed, Event};
use crate::context::Context;
use crate::error::{Error, Result};

mod check;
mod sight;
pub(crate) mod store;

use sight::Sight;
use store::Row;

/// Most views that one person keeps.
const MAX_VIEWS: i64 = 200;

/// A wish for a view.
#[derive(Clone, Debug, Default)]
pub struct ViewWish {
    /// What is said of it, as in the definition of a list view; null takes a key away.
    pub keys: Map<String, Json>,
    /// Where it stands among the owner's views of the object, the first at 0.
    pub position: Option<u32>,
}

/// What somebody keeps of lists.
#[derive(Clone, Debug)]
pub struct OwnViews {
    /// Each as its definition with `id`, and `left_out`: what of it its owner does not see any more.
    pub views: Json,
    /// By object, the view that its list opens with: an id of these, or the word of a list view.
    pub defaults: Json,
}

impl Engine {
    /// Another word whenever something changes of what the actor keeps; what they see of it the counters of the tenant
    /// tell. So who has it all already costs one look.
    pub async fn own_views_tag(&self, context: &Context) -> Result<String> {
        let mut connection = self.connection(context.tenant()).await?;
        store::tag(&mut connection, context.tenant(), context.actor.user_id).await
    }

    /// What the actor keeps, in the order in which it is shown.
    pub async fn own_views(&self, context: &Context) -> Result<OwnViews> {
        let (tenant, user) = (context.tenant(), context.actor.user_id);
        let mut connection = self.connection(tenant).await?;
        let rows = store::load(&mut connection, tenant, user).await?;
        let defaults = store::load_defaults(&mut connection, tenant, user).await?;
        let sight = Sight::new(context);
        let views = rows.iter().filter_map(|row| sight.shown(row)).collect();
        let named = |(id, view): (String, String)| Some((sight.object(&id)?.name.clone(), Json::from(view)));
        let defaults: Map<String, Json> = defaults.into_iter().filter_map(named).collect();
        Ok(OwnViews { views, defaults: defaults.into() })
    }

    /// A new one, the last of its object.
    pub async fn create_view(&self, context: &Context, wish: ViewWish) -> Result<Json> {
        let (tenant, user) = (context.tenant(), context.actor.user_id);
        let (object, definition) = check::definition(context, wish.keys)?;
        let mut transaction = self.begin(context).await?;
        store::lock(&mut transaction, tenant, user).await?;
        let row = Row { id: context.new_id(), object: object.id.clone(), definition };
        if !store::insert(&mut transaction, context, (&row, MAX_VIEWS)).await? {
            return Err(too_many());
        }
        if let Some(position) = wish.position {
            store::place(&mut transaction, tenant, (user, &row), position).await?;
        }
        finish(transaction, context, (row.id, &Json::Null)).await
    }

    /// Changes what is named. What the owner does not see is left as it is unless the view itself is said anew.
    pub async fn change_view(&self, context: &Context, id: Uuid, wish: ViewWish) -> Result<Json> {
        let (tenant, user) = (context.tenant(), context.actor.user_id);
        let mut transaction = self.begin(context).await?;
        let row = store::find(&mut transaction, tenant, (user, id)).await?.ok_or(Error::NotFound)?;
        let before = Sight::new(context).shown(&row).ok_or(Error::NotFound)?;
        let mut row = Row { definition: check::changed(context, (&row, &before), wish.keys)?, ..row };
        row.id = id;
        store::put(&mut transaction, context, &row).await?;
        if let Some(position) = wish.position {
            store::place(&mut transaction, tenant, (user, &row), position).await?;
        }
        finish(transaction, context, (id, &before)).await
    }

    /// Ends one; a list that opened with it opens with its first view again.
    pub async fn delete_view(&self, context: &Context, id: Uuid) -> Result<()> {
        let (tenant, user) = (context.tenant(), context.actor.user_id);
        let mut transaction = self.begin(context).await?;
        let row = store::find(&mut transaction, tenant, (user, id)).await?.ok_or(Error::NotFound)?;
        let before = Sight::new(context).shown(&row).ok_or(Error::NotFound)?;
        store::delete(&mut transaction, tenant, (user, id)).await?;
        let event = told(context, id, (&before, &Json::Null));
        audit::record(&mut transaction, tenant, &[event]).await?;
        Ok(transaction.commit().await?)
    }

    /// Says with which view a list opens for the actor: an own one by its id, or a list view by its word, which the
    /// caller has looked at; nothing is the first one.
    pub async fn choose_view(&self, context: &Context, object: &Object, view: Option<&str>) -> Result<()> {
        let (tenant, user) = (context.tenant(), context.actor.user_id);
        let mut transaction = self.begin(context).await?;
        if let Some(id) = view.and_then(|view| Uuid::parse_str(view).ok()) {
            let row = store::find(&mut transaction, tenant, (user, id)).await?;
            if row.is_none_or(|row| row.object != object.id) {
                return Err(Error::Unprocessable(vec![no_view("view")]));
            }
        }
        store::choose(&mut transaction, tenant, (user, &object.id), view).await?;
        Ok(transaction.commit().await?)
    }
}

/// A view that the caller has not, or of another object.
pub fn no_view(path: &str) -> Problem {
    let problem = Problem::new(path, "unknown-view", "you have no such view of these records");
    problem.hint("name a list view of the object, or the id of a view of your own")
}

fn too_many() -> Error {
    let problem = Problem::new("", "too-many", format!("one person keeps at most {MAX_VIEWS} views"));
    Error::Unprocessable(vec![problem.hint("delete one that you do not need any more")])
}

async fn finish(
    mut transaction: sqlx::PgTransaction<'_>,
    context: &Context,
    (id, before): (Uuid, &Json),
) -> Result<Json> {
    let place = (context.actor.user_id, id);
    let row = store::find(&mut transaction, context.tenant(), place).await?.ok_or(Error::NotFound)?;
    let view = Sight::new(context).shown(&row).ok_or(Error::NotFound)?;
    let event = told(context, id, (before, &view));
    if event.changes.as_object().is_some_and(|changes| !changes.is_empty()) {
        audit::record(&mut transaction, context.tenant(), &[event]).await?;
    }
    transaction.commit().await?;
    Ok(view)
}

/// What the stream tells of a view: what differs of it. Values of conditions may be of fields that few see, so of
/// those it tells only that there are some.
fn told(context: &Context, id: Uuid, (before, after): (&Json, &Json)) -> Event {
    let mut changes = json!({});
    for key in ["object", "label", "scope", "columns", "pinned", "sort", "group_by", "weight_by", "display"] {
        if before[key] != after[key] {
            changes[key] = json!([before[key], after[key]]);
        }
    }
    for key in ["filter", "where"] {
        if before[key] != after[key] {
            changes[key] = json!([!before[key].is_null(), !after[key].is_null()]);
        }
    }
    Event::of(context, Deed::SettingsChanged, "view").about(id).with(changes)
}

/// Keeps views true while fields are renamed, in the transaction that renames them.
pub(crate) async fn follow(
    connection: &mut PgConnection,
    context: &Context,
    (old, new): (&metadata::Definitions, &metadata::Definitions),
) -> Result<()> {
    let renamed = metadata::definitions::Renamed::between(old, new);
    if renamed.is_empty() {
        return Ok(());
    }
    let words: Vec<&str> = renamed.iter().map(|renamed| renamed.old_word()).collect();
    let mut changed = Vec::new();
    for row in store::load_naming(connection, context.tenant(), &words).await? {
        let object = old.objects.iter().find(|object| object.object.id == row.object);
        let Some(object) = object.map(|object| &object.object.definition.name) else { continue };
        let Some(mut view) = check::stored(&row, object) else { continue };
        let before = view.clone();
        view.follow(old, new);
        if view != before {
            changed.push((row.id, check::kept(&view)));
        }
    }
    store::put_definitions(connection, context.tenant(), &changed).await
}
