//! What was retired is purged when its time is over: its data goes, its definition stays, so that a package does not bring
//! again what was removed, and a rollback knows what to make anew. Whose time is over is not known here.

use std::collections::{BTreeSet, HashMap};

use super::field::FieldDefinition;
use super::{Component, Definitions, ObjectComponent};
use crate::field_kinds::FieldKind;

/// A field, by its stable id, whose values are held to the records of an object, by its own: a foreign key, or a table of
/// links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointing {
    pub field: String,
    pub to: String,
}

impl<T> Component<T> {
    /// Hidden, with its data.
    pub fn is_kept(&self) -> bool {
        self.retired && !self.purged
    }

    /// Hidden, without its data.
    pub fn is_purged(&self) -> bool {
        self.retired && self.purged
    }
}

impl Component<FieldDefinition> {
    /// Whether there are values of its own: what is computed is computed again.
    pub fn holds_values(&self) -> bool {
        !matches!(self.definition.kind, FieldKind::Formula(_) | FieldKind::Rollup(_))
    }
}

impl ObjectComponent {
    /// Hidden fields whose values are there. Those of an object that is purged are gone with it.
    fn kept_fields(&self) -> impl Iterator<Item = &Component<FieldDefinition>> {
        let is_there = !self.object.is_purged();
        self.fields.iter().filter(move |field| is_there && field.is_kept() && field.holds_values())
    }

    fn name(&self) -> &str {
        &self.object.definition.name
    }

    /// `deal.margin`
    fn name_of(&self, field: &Component<FieldDefinition>) -> String {
        format!("{}.{}", self.name(), field.definition.common.name)
    }
}

impl Definitions {
    /// Whether anything is hidden with its data.
    pub fn keeps_any(&self) -> bool {
        self.objects.iter().any(|one| one.object.is_kept() || one.kept_fields().next().is_some())
    }

    /// Stable ids of what is.
    pub fn kept(&self) -> BTreeSet<&str> {
        let objects = self.objects.iter().map(|one| &one.object).filter(|object| object.is_kept());
        let fields = self.objects.iter().flat_map(ObjectComponent::kept_fields);
        objects.map(|object| object.id.as_str()).chain(fields.map(|field| field.id.as_str())).collect()
    }

    /// Of what is due the part that goes next, in one change: the fields of one object; or, when there are none, an object
    /// together with those that point to it. An object to which something points that stays has to wait.
    pub fn next_purge(&self, due: &BTreeSet<String>, pointing: &[Pointing]) -> BTreeSet<String> {
        let going = |one: &&ObjectComponent| one.object.is_kept() && due.contains(&one.object.id);
        let mut alone = self.objects.iter().filter(|one| !going(one)).map(|one| -> BTreeSet<String> {
            one.kept_fields().filter(|field| due.contains(&field.id)).map(|field| field.id.clone()).collect()
        });
        if let Some(fields) = alone.find(|fields| !fields.is_empty()) {
            return fields;
        }
        let owners: HashMap<&str, &str> = self
            .objects
            .iter()
            .flat_map(|one| one.fields.iter().map(move |field| (field.id.as_str(), one.object.id.as_str())))
            .collect();
        let may: BTreeSet<&str> =
            self.objects.iter().filter(going).map(|one| one.object.id.as_str()).collect();
        may.iter().find_map(|first| with_pointing(first, &may, (&owners, pointing))).unwrap_or_default()
    }

    /// These without the data of some.
    #[must_use]
    pub fn purged(&self, ids: &BTreeSet<String>) -> Self {
        let mut next = self.clone();
        for one in &mut next.objects {
            one.object.purged |= one.object.retired && ids.contains(&one.object.id);
            for field in &mut one.fields {
                field.purged |= field.retired && ids.contains(&field.id);
            }
        }
        next.settle_purged(self);
        next
    }

    /// What is live has data, if only from now on; what is hidden of an object that was purged, or is, has none. A package
    /// may speak of an object that is hidden: what comes to it then is made with it when it is back.
    pub fn settle_purged(&mut self, before: &Self) {
        let past: HashMap<&str, &ObjectComponent> =
            before.objects.iter().map(|one| (one.object.id.as_str(), one)).collect();
        for one in &mut self.objects {
            let past = past.get(one.object.id.as_str());
            let is_hidden = one.object.retired;
            one.object.purged &= is_hidden;
            let has_none = one.object.purged || past.is_some_and(|past| past.object.is_purged());
            for field in &mut one.fields {
                let is_new = || past.is_some_and(|past| past.fields.iter().all(|known| known.id != field.id));
                field.purged = if field.retired {
                    field.purged || has_none
                } else {
                    is_hidden && (field.purged || is_new())
                };
            }
        }
    }

    /// Names of what was purged with these: objects, and fields of others.
    pub fn purged_since(&self, before: &Self) -> Vec<String> {
        let mut names = Vec::new();
        for (was, is) in before.pairs(self) {
            if was.object.is_kept() && is.object.is_purged() {
                names.push(is.name().to_owned());
                continue;
            }
            let is_gone = |id: &str| is.fields.iter().any(|field| field.id == id && field.is_purged());
            names.extend(was.kept_fields().filter(|field| is_gone(&field.id)).map(|field| is.name_of(field)));
        }
        names
    }

    /// Names of what is back with these and was purged before: without its records, or its values.
    pub fn empty_since(&self, before: &Self) -> Vec<String> {
        let mut names = Vec::new();
        for (was, is) in before.pairs(self).filter(|(_, is)| !is.object.retired) {
            if was.object.is_purged() {
                names.push(is.name().to_owned());
                continue;
            }
            let was_gone = |id: &str| was.fields.iter().any(|field| field.id == id && field.is_purged());
            let back = is.fields.iter().filter(|field| !field.retired && field.holds_values());
            names.extend(back.filter(|field| was_gone(&field.id)).map(|field| is.name_of(field)));
        }
        names
    }

    /// Objects that are in both, as they are in these and in the others.
    fn pairs<'d>(
        &'d self,
        next: &'d Self,
    ) -> impl Iterator<Item = (&'d ObjectComponent, &'d ObjectComponent)> {
        let after: HashMap<&str, &ObjectComponent> =
            next.objects.iter().map(|one| (one.object.id.as_str(), one)).collect();
        self.objects.iter().filter_map(move |was| Some((was, *after.get(was.object.id.as_str())?)))
    }
}

/// An object with all that point to it, and to those, if all of them may go.
fn with_pointing(
    first: &str,
    may: &BTreeSet<&str>,
    (owners, pointing): (&HashMap<&str, &str>, &[Pointing]),
) -> Option<BTreeSet<String>> {
    let mut going = BTreeSet::from([first]);
    loop {
        let at_these = pointing.iter().filter(|one| going.contains(one.to.as_str()));
        let owner = |one: &Pointing| owners.get(one.field.as_str()).copied().unwrap_or_default();
        let more: BTreeSet<&str> = at_these.map(owner).filter(|owner| !going.contains(owner)).collect();
        if more.is_empty() {
            return Some(going.into_iter().map(str::to_owned).collect());
        }
        if !more.is_subset(may) {
            return None;
        }
        going.extend(more);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Change, Kind};

    fn change(kind: Kind, name: &str, definition: Option<serde_json::Value>) -> Change {
        Change { kind, name: name.to_owned(), definition }
    }

    fn object(name: &str, fields: serde_json::Value) -> Change {
        let label = name.to_uppercase();
        let definition = json!({ "name": name, "plural": format!("{name}s"), "label": label,
            "plural_label": label, "fields": fields });
        change(Kind::Objects, name, Some(definition))
    }

    /// Cars and their owners, who have a favourite each; all of it is hidden.
    fn hidden() -> (Definitions, Vec<Pointing>) {
        let made = [
            object("owner", json!([{ "name": "age", "kind": "integer" }])),
            object(
                "car",
                json!([{ "name": "of", "kind": "lookup", "to": "owner" },
                { "name": "note", "kind": "text" }, { "name": "long", "kind": "formula", "formula": "note" }]),
            ),
        ];
        let favourite = json!({ "name": "favourite", "kind": "lookup", "to": "car" });
        let made = Definitions::initial().with_changes(&made, None).unwrap();
        let made =
            made.with_changes(&[change(Kind::Fields, "owner.favourite", Some(favourite))], None).unwrap();
        let id = |name: &str| {
            let (object, field) = name.split_once('.').unwrap();
            let fields = &made.find_object(object).unwrap().fields;
            fields.iter().find(|one| one.definition.common.name == field).unwrap().id.clone()
        };
        let of = |object: &str| made.find_object(object).unwrap().object.id.clone();
        let pointing = vec![
            Pointing { field: id("car.of"), to: of("owner") },
            Pointing { field: id("owner.favourite"), to: of("car") },
        ];
        let gone = [change(Kind::Fields, "car.note", None), change(Kind::Fields, "car.long", None)];
        let next = made.with_changes(&gone, None).unwrap();
        let gone = [change(Kind::Objects, "car", None), change(Kind::Objects, "owner", None)];
        (next.with_changes(&gone, None).unwrap(), pointing)
    }

    fn due(all: &Definitions, names: &[&str]) -> BTreeSet<String> {
        let is_named = |name: &str| names.contains(&name);
        let rows = all.rows().into_iter().filter(|row| row.retired && is_named(&row.name));
        rows.map(|row| row.id).collect()
    }

    #[test]
    fn what_points_to_each_other_goes_together_and_not_before_all_of_it_is_due() {
        let (all, pointing) = hidden();
        let next = |names: &[&str]| all.next_purge(&due(&all, names), &pointing);
        assert!(next(&[]).is_empty() && next(&["car"]).is_empty() && next(&["owner"]).is_empty());
        let both = due(&all, &["car", "owner"]);
        assert_eq!((both.len(), next(&["car", "owner"])), (2, both));
        // Fields by themselves first; of an object that goes they go along.
        assert_eq!(next(&["car.note", "car.long", "owner"]), due(&all, &["car.note"]));
        assert_eq!(next(&["car.note", "car", "owner"]), due(&all, &["car", "owner"]));
        assert!(next(&["car.long"]).is_empty(), "what is computed has nothing to lose");
    }

    #[test]
    fn what_comes_back_is_told_as_empty_once() {
        let (all, _) = hidden();
        assert!(all.keeps_any());
        let without = all.purged(&due(&all, &["car.note"]));
        assert_eq!(without.purged_since(&all), ["car.note"]);
        let gone = without.purged(&due(&all, &["car", "owner"]));
        assert_eq!(gone.purged_since(&without), ["owner", "car"]);
        assert!(!gone.keeps_any(), "what is hidden of an object goes with it");
        let back = |all: &Definitions, names: &[&str]| {
            let mut back = all.clone();
            for one in &mut back.objects {
                one.object.retired &= !names.contains(&one.object.definition.name.as_str());
                let of = one.object.definition.name.clone();
                for field in &mut one.fields {
                    let name = format!("{of}.{}", field.definition.common.name);
                    field.retired &= !names.contains(&name.as_str());
                }
            }
            back.settle_purged(all);
            back
        };
        let live = back(&gone, &["car", "owner"]);
        assert_eq!(live.empty_since(&gone), ["owner", "car"]);
        assert!(!live.keeps_any(), "a field that was hidden of it has no column");
        let later = back(&live, &["car.note", "car.long"]);
        assert_eq!(later.empty_since(&live), ["car.note"]);
        assert!(later.rows().iter().all(|row| !row.purged));
        assert!(back(&all, &["car", "car.note"]).empty_since(&all).is_empty());
        let rows = gone.rows();
        assert_eq!(Definitions::from_rows(rows.clone(), gone.next_id).unwrap().rows(), rows);
    }
}
