//! What two versions of a tenant's roles and rules give differently: for a look before a change is made.

use std::collections::{BTreeMap, BTreeSet};

use metadata::catalog::Catalog;
use metadata::definitions::object::Sharing;
use metadata::definitions::role::{Reaches, SYSTEM_PERMISSIONS};
use serde::Serialize;

use crate::action::Action;
use crate::policies::Policies;
use crate::rights::Holder;

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Difference {
    Object {
        holder: String,
        object: String,
        action: Action,
        before: Reaches,
        after: Reaches,
    },
    Field {
        holder: String,
        field: String,
        action: Action,
        before: bool,
        after: bool,
    },
    System {
        holder: String,
        permission: String,
        before: bool,
        after: bool,
    },
    /// What everybody who has the action at all reaches of an object.
    Sharing {
        sharing: String,
        before: String,
        after: String,
    },
    /// A sharing or restriction rule that is there before or after only, or says something else.
    Rule {
        rule: String,
        before: bool,
        after: bool,
    },
}

/// All differences, by holder. Objects and fields that have another name now are the same as before.
pub fn of((before, old): (&Policies, &Catalog), (after, new): (&Policies, &Catalog)) -> Vec<Difference> {
    let both = Both { before, after, names: Names::new(old, new) };
    let holders: BTreeSet<&Holder> = before.holders().chain(after.holders()).collect();
    let mut fields: BTreeSet<String> = after.field_paths().collect();
    fields.extend(before.field_paths().filter_map(|path| both.names.path_after(&path)));
    let mut found = Vec::new();
    for holder in holders {
        both.objects(holder, new, &mut found);
        both.fields(holder, &fields, &mut found);
        both.system(holder, &mut found);
    }
    found.extend(sharing(old, new));
    found.extend(rules(before, after));
    found
}

fn sharing(old: &Catalog, new: &Catalog) -> Vec<Difference> {
    let both = new.objects.iter().filter_map(|object| {
        let was = old.objects.iter().find(|was| was.id == object.id)?;
        (was.sharing != object.sharing).then(|| Difference::Sharing {
            sharing: object.name.clone(),
            before: shared(&was.sharing),
            after: shared(&object.sharing),
        })
    });
    both.collect()
}

fn shared(sharing: &Sharing) -> String {
    let managers = if sharing.hierarchy { " and managers" } else { "" };
    format!("{}{managers}", sharing.default.word())
}

/// Two versions of everybody's rights.
struct Both<'p> {
    before: &'p Policies,
    after: &'p Policies,
    names: Names<'p>,
}

/// What is called otherwise than before.
struct Names<'p> {
    /// Names of objects before, by those after.
    objects: BTreeMap<&'p str, &'p str>,
    /// `deal.amount` before, by that after.
    fields: BTreeMap<String, String>,
}

impl<'p> Names<'p> {
    fn new(old: &'p Catalog, new: &'p Catalog) -> Self {
        let mut names = Self { objects: BTreeMap::new(), fields: BTreeMap::new() };
        for object in &new.objects {
            let Some(was) = old.objects.iter().find(|was| was.id == object.id) else { continue };
            names.objects.insert(&object.name, &was.name);
            for field in &object.fields {
                let past = was.find_field_by_id(&field.id);
                let path = |object: &str, field: &str| format!("{object}.{field}");
                names
                    .fields
                    .extend(past.map(|past| (path(&object.name, &field.name), path(&was.name, &past.name))));
            }
        }
        names
    }

    /// Nothing where the object is new, whatever had its name.
    fn object_before(&self, name: &str) -> Option<&'p str> {
        self.objects.get(name).copied()
    }

    /// Nothing where the field is new, whatever had its name.
    fn path_before(&self, path: &str) -> Option<&str> {
        self.fields.get(path).map(String::as_str)
    }

    /// Nothing where the field is gone.
    fn path_after(&self, path: &str) -> Option<String> {
        self.fields.iter().find(|(_, before)| *before == path).map(|(after, _)| after.clone())
    }
}

impl<'p> Both<'p> {
    fn objects(&self, holder: &Holder, catalog: &'p Catalog, found: &mut Vec<Difference>) {
        let (old, new) = (self.before.grant(holder.clone()), self.after.grant(holder.clone()));
        for object in &catalog.objects {
            let was = self.names.object_before(&object.name);
            for action in Action::ALL {
                // Who has every object had those that were to come.
                let before =
                    old.given(was.unwrap_or(""), was.is_some_and(|was| self.before.names(was)), action);
                let after = new.given(&object.name, self.after.names(&object.name), action);
                if before != after {
                    let (holder, object) = (holder.subject(), object.name.clone());
                    found.push(Difference::Object { holder, object, action, before, after });
                }
            }
        }
    }

    fn fields(&self, holder: &Holder, fields: &BTreeSet<String>, found: &mut Vec<Difference>) {
        let (old, new) = (self.before.grant(holder.clone()), self.after.grant(holder.clone()));
        for field in fields {
            let was = self.names.path_before(field);
            for action in [Action::Read, Action::Edit] {
                let before = was.is_some_and(|was| gives(self.before, &old, (was, action)));
                let after = gives(self.after, &new, (field, action));
                if before != after {
                    let (holder, field) = (holder.subject(), field.clone());
                    found.push(Difference::Field { holder, field, action, before, after });
                }
            }
        }
    }

    fn system(&self, holder: &Holder, found: &mut Vec<Difference>) {
        let (old, new) = (self.before.grant(holder.clone()), self.after.grant(holder.clone()));
        for permission in SYSTEM_PERMISSIONS.into_iter().filter(|word| old.holds(word) != new.holds(word)) {
            let (holder, permission) = (holder.subject(), permission.to_owned());
            let before = old.holds(&permission);
            found.push(Difference::System { holder, permission, before, after: !before });
        }
    }
}

fn gives(policies: &Policies, grant: &crate::Grant, (field, action): (&str, Action)) -> bool {
    let object = field.split_once('.').map_or("", |(object, _)| object);
    let given = grant.given(object, policies.names(object), Action::Read) != Reaches::None;
    given && (!policies.field_paths().any(|path| path == *field) || grant.field(field, action))
}

fn rules(before: &Policies, after: &Policies) -> Vec<Difference> {
    let (old, new): (Vec<_>, Vec<_>) = (before.rules().collect(), after.rules().collect());
    let names: BTreeSet<&str> = old.iter().chain(&new).map(|(_, rule)| rule.name.as_str()).collect();
    let of = |all: &[&(crate::Party, std::sync::Arc<crate::Rule>)], name: &str| {
        all.iter().filter(|(_, rule)| rule.name == name).map(|one| (*one).clone()).collect::<Vec<_>>()
    };
    let changed = names.into_iter().filter(|name| of(&old, name) != of(&new, name));
    let told = |name: &str| {
        let (before, after) = (!of(&old, name).is_empty(), !of(&new, name).is_empty());
        Difference::Rule { rule: name.to_owned(), before, after }
    };
    changed.map(told).collect()
}
