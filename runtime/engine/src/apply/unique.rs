//! Fields that become unique: of a small table at once, of a large one by a job that makes the index beside the writers
//! ([`crate::uniques`]). Until it is there the field is as it was.

use std::sync::Arc;

use metadata::catalog::Object;
use metadata::ddl::Turn;
use metadata::retype::Way;
use metadata::{Catalog, Difference, Field, Problem};
use serde_json::Value as Json;
use sqlx::PgConnection;

use super::retype::{Turning, Wished};
use crate::error::Result;
use crate::indexes;
use crate::retypes::field_of;
use crate::retypes::store::{State, Stored};
use crate::uniques;
pub(super) use crate::uniques::key;

/// What a kind has to wait for.
pub(super) fn busy((object, field): (&Object, &Field)) -> Problem {
    let text = format!("the unique index of `{}` is being made", field.name);
    let path = format!("objects.{}.fields.{}.kind", object.name, field.name);
    Problem::new(path, "cannot-change", text)
        .hint("wait until that is done, or take it back: put the field as it is")
}

/// Looks at the differences for fields that become unique, and at those that are about to.
pub(super) async fn weigh(
    connection: &mut PgConnection,
    wished: &Wished<'_>,
    (differences, keys): (&[Difference], &[Stored]),
    turning: &mut Turning,
) -> Result<()> {
    for difference in differences {
        let (object, field) = match difference {
            Difference::SetUnique { object, field } => (object, field),
            // The index of a new field is made of nothing, but of as many records.
            Difference::AddField { object, field } if field.unique && !field.read_only => (object, field),
            _ => continue,
        };
        let known = wished.old.catalog.objects.iter().find(|known| known.id == object.id);
        let Some(past) = known.filter(|known| !known.system) else { continue };
        let key = key(&field.id);
        if wished.wish.ready.as_ref() == Some(&key) {
            turning.made.push(field.id.clone());
            turning.remove.push(key);
            continue;
        }
        // Of a field that changes its kind the second column has an index of its own.
        let is_turned = turning.put.iter().any(|one| one.field == field.id) || turning.is_held(&field.id);
        let table = (wished.context.tenant(), past.name.as_str());
        let is_known = keys.iter().any(|one| one.field == key);
        if is_turned || !(is_known || indexes::is_large(connection, table, &mut 0).await?) {
            continue;
        }
        turning.keys.push(field.id.clone());
        if !is_known {
            turning.turns.push(Turn::Key(Arc::clone(object), field.clone()));
            turning.put.push(begun(wished, key));
        }
    }
    keys.iter().for_each(|stored| follow(wished, stored, turning));
    Ok(())
}

fn begun(wished: &Wished<'_>, key: String) -> Stored {
    Stored {
        field: key,
        state: State::Indexing,
        revision: wished.old.revision + 1,
        hidden: Json::Null,
        before: Json::Null,
        way: Way { up: String::new(), down: String::new() },
        lossy: false,
        at: wished.context.now,
    }
}

/// Gives up what is rolled back, taken back, came to nothing, or is of a field that goes. Its job sees that, and takes
/// away what it made: no change waits for an index to be whole.
fn follow(wished: &Wished<'_>, stored: &Stored, turning: &mut Turning) {
    if turning.remove.contains(&stored.field) {
        return;
    }
    let undone = wished.wish.back_to.is_some_and(|number| number < stored.revision)
        || wished.wish.give_up.as_ref() == Some(&stored.field);
    let id = uniques::field(&stored.field);
    let undone = undone || wished.is_as_it_was(id);
    if undone || field_of(wished.catalog, id).is_none() {
        if let Some((object, field)) = wished.past(id) {
            turning.turns.push(Turn::Unkey(Arc::new(object.clone()), Box::new(field.clone())));
        }
        turning.remove.push(stored.field.clone());
        turning.unkeyed.push(stored.field.clone());
    }
}

impl Turning {
    /// Whether the index that a difference asks for is there already.
    pub(super) fn is_made(&self, difference: &Difference) -> bool {
        matches!(difference, Difference::SetUnique { field, .. } if self.made.contains(&field.id))
    }

    /// Names of the fields that wait for a job.
    pub(super) fn background(&self, catalog: &Catalog) -> Vec<String> {
        let waiting = self.waiting().filter_map(|id| field_of(catalog, id));
        waiting.map(|(object, field)| format!("{}.{}", object.name, field.name)).collect()
    }
}
