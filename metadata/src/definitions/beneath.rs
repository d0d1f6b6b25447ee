//! What a package alone says, kept beneath what its reseller made of it, so that each property knows all three of its
//! origins. Whose word holds is decided elsewhere, by `layers`.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Component, Definitions};
use crate::layers::Base;

/// Bases by the id of their component.
type Bases = BTreeMap<String, Json>;

impl Definitions {
    /// Notes what the package says in `bare`, which are these definitions with the package as it comes, wherever that is
    /// something else than what it says here.
    pub(crate) fn note_beneath(&mut self, bare: &Self, package: &str) {
        let own = |owner: &Option<String>| owner.as_deref() == Some(package);
        let rows = bare.rows().into_iter().filter(|row| own(&row.package));
        let bases: Bases = rows
            .filter_map(|row| Some((row.id, row.base.filter(|base| !base.withdrawn)?.definition)))
            .collect();
        for component in &mut self.objects {
            note(&mut component.object, package, &bases);
            component.fields.iter_mut().for_each(|field| note(field, package, &bases));
        }
        for (kind, shelf) in self.parts.shelves_mut() {
            for mut row in shelf.rows(kind).into_iter().filter(|row| own(&row.package)) {
                let Some(base) = row.base.as_mut() else { continue };
                keep(base, bases.get(&row.id));
                // It was stored: it is read again without a fault.
                shelf.put(row).unwrap_or_default();
            }
        }
    }
}

fn note<T>(component: &mut Component<T>, package: &str, bases: &Bases) {
    let own = component.package.as_deref() == Some(package);
    if let Some(base) = component.base.as_mut().filter(|_| own) {
        keep(base, bases.get(&component.id));
    }
}

fn keep(base: &mut Base, alone: Option<&Json>) {
    base.alone = alone.filter(|alone| !base.withdrawn && **alone != base.definition).cloned();
}
