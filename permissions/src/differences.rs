//! What two versions of a tenant's roles and rules give differently: for a look before a change is made.

use std::collections::BTreeSet;

use metadata::catalog::Catalog;
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
    /// A sharing or restriction rule that is there before or after only, or says something else.
    Rule {
        rule: String,
        before: bool,
        after: bool,
    },
}

/// All differences, by holder.
pub fn of(before: &Policies, after: &Policies, catalog: &Catalog) -> Vec<Difference> {
    let mut found = Vec::new();
    let holders: BTreeSet<&Holder> = before.holders().chain(after.holders()).collect();
    let fields: BTreeSet<String> = before.field_paths().chain(after.field_paths()).collect();
    for holder in holders {
        let name = holder.subject();
        let (old, new) = (before.grant(holder.clone()), after.grant(holder.clone()));
        for object in &catalog.objects {
            for action in Action::ALL {
                let given = |policies: &Policies, grant: &crate::Grant| {
                    grant.given(&object.name, policies.names(&object.name), action)
                };
                let (old, new) = (given(before, &old), given(after, &new));
                if old != new {
                    let (holder, object) = (name.clone(), object.name.clone());
                    found.push(Difference::Object { holder, object, action, before: old, after: new });
                }
            }
        }
        for field in &fields {
            for action in [Action::Read, Action::Edit] {
                let gives = |policies: &Policies, grant: &crate::Grant| {
                    let object = field.split_once('.').map_or("", |(object, _)| object);
                    let given = grant.given(object, policies.names(object), Action::Read) != Reaches::None;
                    given
                        && (!policies.field_paths().any(|path| path == *field) || grant.field(field, action))
                };
                let (old, new) = (gives(before, &old), gives(after, &new));
                if old != new {
                    let (holder, field) = (name.clone(), field.clone());
                    found.push(Difference::Field { holder, field, action, before: old, after: new });
                }
            }
        }
        for permission in SYSTEM_PERMISSIONS.into_iter().filter(|word| old.holds(word) != new.holds(word)) {
            let (holder, permission) = (name.clone(), permission.to_owned());
            let before = old.holds(&permission);
            found.push(Difference::System { holder, permission, before, after: !before });
        }
    }
    found.extend(rules(before, after));
    found
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
