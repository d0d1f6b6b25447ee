//! Random roles: what a grant's bits say, what casbin says and what a reader of the definitions would say are
//! the same for every holder, object, action and field.

use std::collections::BTreeMap;

use metadata::{Catalog, Change, Definitions, Kind};
use serde_json::{Map, Value as Json, json};

use super::*;
use crate::policies::Policies;

const OBJECTS: [&str; 3] = ["deal", "account", "task"];
const FIELDS: [&str; 3] = ["deal.amount", "deal.stage", "account.amount"];
const REACHES: [&str; 4] = ["none", "own", "team", "all"];
const WORLDS: u64 = 15;

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % end as u64) as usize
    }
}

fn rights(random: &mut Random) -> Json {
    let mut rights = Map::new();
    for action in ["create", "export"] {
        if random.below(3) > 0 {
            rights.insert(action.into(), (random.below(2) == 0).into());
        }
    }
    for action in ["read", "edit", "delete", "transfer", "share"] {
        if random.below(3) > 0 {
            rights.insert(action.into(), REACHES[random.below(4)].into());
        }
    }
    Json::Object(rights)
}

fn role(random: &mut Random, parents: &[String]) -> Json {
    let mut role = json!({ "objects": {}, "fields": {}, "system": [], "mutes": [], "inherits": [] });
    for name in OBJECTS.iter().chain(["*"].iter()) {
        if random.below(2) == 0 {
            role["objects"][name] = rights(random);
        }
    }
    for path in FIELDS {
        match random.below(4) {
            0 => role["fields"][path] = json!({ "read": false }),
            1 => role["fields"][path] = json!({ "edit": random.below(2) == 0, "read": true }),
            _ => {}
        }
    }
    for word in ["manage_users", "view_audit"] {
        let key = ["system", "mutes", "none"][random.below(3)];
        if key != "none" {
            role[key].as_array_mut().unwrap().push(word.into());
        }
    }
    for parent in parents {
        if random.below(3) == 0 {
            role["inherits"].as_array_mut().unwrap().push(parent.as_str().into());
        }
    }
    role
}

/// Roles by name, each inheriting from those before it.
fn world(seed: u64) -> (Catalog, BTreeMap<String, Json>) {
    let mut random = Random(seed);
    let mut changes: Vec<Change> = OBJECTS.map(object).into();
    let (mut roles, mut names) = (BTreeMap::new(), vec!["user".to_owned(), "guest".to_owned()]);
    for n in 0..2 + random.below(5) {
        let (name, role) = (format!("role_{n}"), role(&mut random, &names));
        changes.push(Change { kind: Kind::Roles, name: name.clone(), definition: Some(role.clone()) });
        roles.insert(name.clone(), role);
        names.push(name);
    }
    let definitions = Definitions::initial().with_changes(&changes, None).unwrap();
    let catalog = Catalog::resolve(&definitions).unwrap();
    for name in ["user", "guest"] {
        roles.insert(name.into(), serde_json::to_value(&*catalog.parts.roles[name]).unwrap());
    }
    (catalog, roles)
}

fn object(name: &str) -> Change {
    let fields = json!([{ "name": "amount", "kind": "integer" }, { "name": "stage", "kind": "text" }]);
    let definition = json!({ "name": name, "plural": format!("{name}s"), "fields": fields });
    Change { kind: Kind::Objects, name: name.into(), definition: Some(definition) }
}

/// What a reader of the definitions says: a role's own word, else the most that a parent gives.
fn said(roles: &BTreeMap<String, Json>, role: &str, object: &str, action: &str) -> usize {
    let definition = &roles[role];
    let objects = &definition["objects"];
    let own = objects.get(object).or_else(|| objects.get("*")).and_then(|rights| rights.get(action));
    match own {
        Some(Json::Bool(flag)) => 3 * usize::from(*flag),
        Some(Json::String(word)) => REACHES.iter().position(|known| known == word).unwrap(),
        _ => {
            let parents = definition["inherits"].as_array().into_iter().flatten();
            parents.map(|parent| said(roles, parent.as_str().unwrap(), object, action)).max().unwrap_or(0)
        }
    }
}

fn has(roles: &BTreeMap<String, Json>, role: &str, object: &str) -> bool {
    Action::ALL.iter().any(|action| said(roles, role, object, action.word()) > 0)
}

fn shows(roles: &BTreeMap<String, Json>, role: &str, path: &str, action: &str) -> bool {
    let object = path.split_once('.').unwrap().0;
    let own = &roles[role]["fields"][path];
    if action == "edit" && !shows(roles, role, path, "read") {
        return false;
    }
    let parents: Vec<&str> =
        roles[role]["inherits"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let giving: Vec<&&str> = parents.iter().filter(|parent| has(roles, parent, object)).collect();
    let follows = giving.is_empty() || giving.iter().any(|parent| shows(roles, parent, path, action));
    has(roles, role, object) && own.get(action).and_then(Json::as_bool).unwrap_or(follows)
}

#[test]
fn bits_casbin_and_a_reader_agree() {
    let mut allowed = 0;
    for seed in 0..WORLDS {
        let (catalog, roles) = world(seed);
        let book = Book::new(&catalog);
        let rulebook = Rulebook::new("demo", &book).unwrap();
        let policies = Policies::new("demo", &catalog).unwrap();
        for name in roles.keys() {
            let holder = Holder::Role(name.clone());
            let grant = policies.grant(holder.clone());
            for object in OBJECTS.into_iter().chain(["other"]) {
                let class = if book.objects.contains(object) { object } else { "*" };
                for action in Action::ALL {
                    let said = said(&roles, name, object, action.word());
                    let given = grant.given(object, class == object, action);
                    assert_eq!(given as usize, said, "seed {seed}: {name} {object} {action:?}");
                    for (at, rows) in REACHES.iter().enumerate().skip(1) {
                        let asked = rulebook.enforce(&holder, &format!("obj:{class}"), action.word(), rows);
                        assert_eq!(asked, said >= at, "seed {seed}: {name} {object} {action:?} {rows}");
                        allowed += usize::from(asked);
                    }
                }
            }
            for path in FIELDS.iter().filter(|path| book.fields.contains(**path)) {
                for action in [Action::Read, Action::Edit] {
                    let said = shows(&roles, name, path, action.word());
                    let asked = rulebook.enforce(&holder, &format!("fld:{path}"), action.word(), "all");
                    let place = format!("seed {seed}: {name} {path} {action:?}");
                    assert_eq!((grant.field(path, action), asked), (said, said), "{place}");
                }
            }
        }
    }
    assert!(allowed > 500, "{allowed}");
}

#[test]
fn what_a_role_takes_away_stays_away_for_itself_alone() {
    let rep = json!({ "inherits": ["user"], "objects": { "deal": { "delete": "none" } }, "fields": { "deal.amount": { "read": false } } });
    let lead = json!({ "inherits": ["rep"], "objects": { "deal": { "delete": "all" } }, "fields": { "deal.amount": { "read": true, "edit": true } } });
    let role = |name: &str, definition| Change {
        kind: Kind::Roles,
        name: name.into(),
        definition: Some(definition),
    };
    let changes = [object("deal"), role("rep", rep), role("lead", lead)];
    let definitions = Definitions::initial().with_changes(&changes, None).unwrap();
    let policies = Policies::new("demo", &Catalog::resolve(&definitions).unwrap()).unwrap();
    let of = |name: &str| policies.grant(Holder::Role(name.into()));
    assert_eq!(of("rep").given("deal", true, Action::Delete), Reaches::None);
    assert_eq!(of("rep").given("deal", true, Action::Edit), Reaches::Own);
    assert_eq!(of("lead").given("deal", true, Action::Delete), Reaches::All);
    assert!(!of("rep").field("deal.amount", Action::Read) && of("lead").field("deal.amount", Action::Edit));
    assert!(of("user").field("deal.amount", Action::Read) && of("administrator").holds("view_audit"));
}

#[test]
fn wrong_roles_are_told_all_at_once() {
    let wrong = [
        ("a", json!({ "inherits": ["b", "administrator", "nobody"] })),
        (
            "b",
            json!({ "inherits": ["a"], "objects": { "dael": { "read": "all" }, "user": { "edit": "all" } } }),
        ),
        (
            "c",
            json!({ "fields": { "deal.amuont": { "read": false }, "deal.id": { "read": false }, "deal.stage": { "read": false, "edit": true } } }),
        ),
        ("administrator", json!({})),
    ];
    let roles =
        wrong.map(|(name, role)| Change { kind: Kind::Roles, name: name.into(), definition: Some(role) });
    let changes: Vec<Change> = [object("deal")].into_iter().chain(roles).collect();
    let definitions = Definitions::initial().with_changes(&changes, None).unwrap();
    let problems = Catalog::resolve(&definitions).unwrap_err();
    let told: Vec<String> =
        problems.iter().map(|problem| format!("{} {}", problem.path, problem.code)).collect();
    let expected = [
        "roles.b.objects.dael unknown-object",
        "roles.b.objects.user not-allowed",
        "roles.c.fields.deal.amuont unknown-field",
        "roles.c.fields.deal.id not-allowed",
        "roles.c.fields.deal.stage.edit edit-without-read",
        "roles.a.inherits.1 not-allowed",
        "roles.a.inherits.2 unknown-role",
        "roles.a.inherits inheritance-ring",
        "roles.b.inherits inheritance-ring",
        "roles.administrator reserved-name",
    ];
    assert_eq!(told, expected);
}
