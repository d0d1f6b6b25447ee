//! Roles and permission sets: whether what they name exists, and whether their inheritance ends. The roles
//! that every tenant has stand here too, written as definitions like all others.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Catalog;
use crate::definitions::role::{
    EVERY_OBJECT, FieldRights, ObjectRights, Reaches, Role, SYSTEM_PERMISSIONS, Shown,
};
use crate::problem::Problem;
use crate::suggest;

/// The role that may do everything.
pub const ADMINISTRATOR: &str = "administrator";
/// Roles that every tenant has. A tenant may define its own meaning of them, except of the administrator's.
pub const SYSTEM_ROLES: [&str; 5] = [ADMINISTRATOR, "manager", "user", "guest", "member"];
/// Longest chain of inheritance; casbin follows nine links and then stops without a word.
const MAX_DEPTH: usize = 8;
/// Fields that every record shows to whoever may read it.
const ALWAYS_SEEN: [&str; 2] = ["id", "version"];

/// Adds the system's roles to those of the tenant.
pub(super) fn with_system(roles: &mut BTreeMap<String, Arc<Role>>) {
    for name in SYSTEM_ROLES {
        roles.entry(name.to_owned()).or_insert_with(|| Arc::new(system(name)));
    }
}

fn system(name: &str) -> Role {
    use Reaches::{All, None, Own, Team};
    let all = ObjectRights {
        create: Some(true),
        read: Some(All),
        edit: Some(All),
        delete: Some(All),
        transfer: Some(All),
        share: Some(All),
        export: Some(true),
    };
    let user = ObjectRights {
        read: Some(Own),
        edit: Some(Own),
        delete: Some(Own),
        transfer: Some(None),
        share: Some(Own),
        ..all
    };
    let manager = ObjectRights {
        read: Some(Team),
        edit: Some(Team),
        delete: Some(Own),
        transfer: Some(Team),
        share: Some(Team),
        ..all
    };
    let guest = ObjectRights { read: Some(Own), ..ObjectRights::default() };
    let (label, inherits, rights) = match name {
        ADMINISTRATOR => ("Administrator", "", Some(all)),
        "manager" => ("Manager", "user", Some(manager)),
        "user" => ("User", "", Some(user)),
        "guest" => ("Guest", "", Some(guest)),
        _ => ("Member", "user", Option::None),
    };
    let inherits = Some(inherits).filter(|name| !name.is_empty()).map(str::to_owned);
    let system = SYSTEM_PERMISSIONS.iter().filter(|_| name == ADMINISTRATOR);
    Role {
        label: Some(label.into()),
        inherits: inherits.into_iter().collect(),
        objects: rights.map(|rights| (EVERY_OBJECT.to_owned(), rights)).into_iter().collect(),
        system: system.map(|&word| word.to_owned()).collect(),
        ..Role::default()
    }
}

/// What is wrong with one role by itself.
pub(crate) fn check(catalog: &Catalog, role: &Role) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (name, rights) in role.objects.iter().filter(|(name, _)| *name != EVERY_OBJECT) {
        match catalog.find_object(name) {
            None => problems.push(unknown_object(catalog, name, format!("objects.{name}"))),
            Some(object) if object.system => problems.extend(system_object(name, rights)),
            Some(_) => {}
        }
    }
    for (path, rights) in &role.fields {
        problems.extend(field(catalog, path, rights).map(|problem| problem.under(&format!("fields.{path}"))));
    }
    for (key, words) in [("system", &role.system), ("mutes", &role.mutes)] {
        for (at, word) in words.iter().enumerate().filter(|(_, w)| !SYSTEM_PERMISSIONS.contains(&w.as_str()))
        {
            let text = format!("there is no permission `{word}`");
            let known = || format!("there are {}", SYSTEM_PERMISSIONS.join(", "));
            let hint = suggest::hint(word, SYSTEM_PERMISSIONS).unwrap_or_else(known);
            problems.push(Problem::new(format!("{key}.{at}"), "unknown-permission", text).hint(hint));
        }
    }
    problems
}

fn unknown_object(catalog: &Catalog, name: &str, path: String) -> Problem {
    let problem = Problem::new(path, "unknown-object", format!("there is no object `{name}`"));
    let hint = suggest::hint(name, catalog.objects.iter().map(|object| object.name.as_str()));
    problem.hint(hint.unwrap_or_else(|| "`*` stands for every object that is not named".into()))
}

/// Users are changed through the administration, so that nothing but reading can be given here.
fn system_object(name: &str, rights: &ObjectRights) -> Option<Problem> {
    let ObjectRights { create, edit, delete, transfer, share, .. } = rights;
    let given = [edit, delete, transfer, share].into_iter().flatten().any(|reach| *reach != Reaches::None);
    (given || *create == Some(true)).then(|| {
        let text = format!("`{name}` records are changed through /admin/v1, by those with `manage_users`");
        Problem::new(format!("objects.{name}"), "not-allowed", text).hint("say `read` alone")
    })
}

fn field(catalog: &Catalog, path: &str, rights: &FieldRights) -> Option<Problem> {
    let (object, name) = path.split_once('.').unwrap_or((path, ""));
    let Some(object) = catalog.find_object(object) else {
        return Some(unknown_object(catalog, object, String::new()));
    };
    let Some(field) = object.find_field(name) else {
        let text = format!("`{}` has no field `{name}`", object.name);
        let hint = suggest::hint(name, object.fields.iter().map(|field| field.name.as_str()));
        let problem = Problem::new("", "unknown-field", text);
        return Some(
            problem.hint(hint.unwrap_or_else(|| "name it `object.field`, as in `deal.amount`".into())),
        );
    };
    if ALWAYS_SEEN.contains(&name) && *rights != FieldRights::default() {
        let text = format!("`{name}` belongs to every record that can be read");
        return Some(Problem::new("", "not-allowed", text));
    }
    if rights.read == Some(Shown::Mask) && !field.encrypted {
        let text = format!("`{path}` is not encrypted, and only encrypted fields are masked");
        return Some(Problem::new("read", "not-allowed", text).hint("say true or false"));
    }
    let blind = rights.read.is_some_and(|read| read < Shown::Whole) && rights.edit == Some(true);
    blind.then(|| {
        Problem::new("edit", "edit-without-read", "a field that is not seen as it is cannot be edited")
            .hint("leave `edit` out")
    })
}

/// What is wrong with roles among each other: parents that do not exist, rings, the administrator's.
pub(super) fn check_all(catalog: &Catalog, own: &[&str], problems: &mut Vec<Problem>) {
    let roles: BTreeMap<&str, &Role> =
        catalog.parts.roles.iter().map(|(name, role)| (name.as_str(), role.as_ref())).collect();
    let sets: BTreeMap<&str, &Role> =
        catalog.parts.permission_sets.iter().map(|(name, set)| (name.as_str(), &set.0)).collect();
    for (word, all) in [("roles", &roles), ("permission-sets", &sets)] {
        for (name, role) in all {
            let found = inheritance(name, role, all);
            problems.extend(found.into_iter().map(|problem| problem.under(&format!("{word}.{name}"))));
        }
    }
    if own.contains(&ADMINISTRATOR) {
        let text = "the administrator may do everything, so that nobody is ever locked out";
        problems.push(Problem::new("roles.administrator", "reserved-name", text).hint("make another role"));
    }
}

fn inheritance(name: &str, role: &Role, all: &BTreeMap<&str, &Role>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (at, parent) in role.inherits.iter().enumerate() {
        let place = format!("inherits.{at}");
        if parent == ADMINISTRATOR {
            let text = "nobody inherits from the administrator; give that role itself";
            problems.push(Problem::new(place, "not-allowed", text));
        } else if !all.contains_key(parent.as_str()) {
            let problem = Problem::new(place, "unknown-role", format!("there is no `{parent}` to inherit"));
            problems
                .push(suggest::hint(parent, all.keys().copied()).into_iter().fold(problem, Problem::hint));
        }
    }
    match depth(name, all, 0) {
        Some(depth) if depth <= MAX_DEPTH => {}
        _ => {
            let text = format!("it inherits from itself, or over more than {MAX_DEPTH} steps");
            problems.push(Problem::new("inherits", "inheritance-ring", text));
        }
    }
    problems
}

/// Steps to the furthest ancestor; `None` when it is too far, as in a ring.
fn depth(name: &str, all: &BTreeMap<&str, &Role>, so_far: usize) -> Option<usize> {
    if so_far > MAX_DEPTH {
        return None;
    }
    let parents = all.get(name).map(|role| role.inherits.as_slice()).unwrap_or_default();
    parents.iter().try_fold(so_far, |most, parent| Some(most.max(depth(parent, all, so_far + 1)?)))
}
