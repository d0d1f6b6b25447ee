//! Roll-ups whose stored values are worth nothing in the new version.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::{Difference, Version};
use crate::Field;
use crate::catalog::{Catalog, Object, Rollup};

/// Roll-ups that were there before and must be built anew, those that are made of others after them.
pub(super) fn rebuilt(old: Version<'_>, new: Version<'_>) -> Vec<Difference> {
    let before: HashMap<&str, &Arc<Rollup>> =
        all(old.catalog).filter_map(|(_, field)| Some((field.id.as_str(), field.rollup.as_ref()?))).collect();
    let mut sorted: Vec<(&Arc<Object>, &Field, &Rollup)> = all(new.catalog)
        .filter_map(|(object, field)| Some((object, field, field.rollup.as_deref()?)))
        .collect();
    sorted.sort_by_key(|(_, _, rollup)| rollup.level);
    let (mut anew, mut found) = (BTreeSet::new(), Vec::new());
    for (object, field, rollup) in sorted {
        let past = before.get(rollup.id.as_str());
        let right = past.is_some_and(|past| past.is_same_as(rollup));
        // What is made of others is only as right as they are.
        if right && rollup.uses.iter().all(|id| !anew.contains(id.as_str())) {
            continue;
        }
        anew.insert(rollup.id.as_str());
        let Some(indexed) = was_there(old, object, field) else { continue };
        let indexed = indexed && field.has_index();
        found.push(Difference::RebuildRollup {
            object: object.clone(),
            field: Box::new(field.clone()),
            indexed,
        });
    }
    found
}

fn all(catalog: &Catalog) -> impl Iterator<Item = (&Arc<Object>, &Field)> {
    catalog.objects.iter().flat_map(|object| object.fields.iter().map(move |field| (object, field)))
}

/// Whether the field had an index; `None` when its columns are not there. Its object may have been hidden.
fn was_there(old: Version<'_>, object: &Object, field: &Field) -> Option<bool> {
    let past = old.definitions.objects.iter().find(|past| past.object.id == object.id);
    let past = past.filter(|past| !past.object.is_purged())?;
    let past = past.fields.iter().find(|past| past.id == field.id && !past.retired && !past.purged)?;
    Some(past.definition.common.indexed)
}
