//! Who may do what in the standard packages, as one table that people read and review: role × object × action, and
//! the fields that a role withholds. `INSTA_UPDATE=always` writes it anew.

// Steps of tests that are functions of their own fail the test, as the tests themselves do.
#![allow(clippy::unwrap_used)]

use std::fmt::Write;
use std::path::{Path, PathBuf};

use metadata::package::Package;
use metadata::{Catalog, Definitions};
use permissions::{Action, Actor, ActorKind, Membership, Policies, Reaches, Team};
use uuid::Uuid;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn collect(base: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(base, &path, files);
        } else {
            let name = path.strip_prefix(base).unwrap().to_string_lossy().into_owned();
            files.push((name, std::fs::read(&path).unwrap()));
        }
    }
}

fn catalog() -> Catalog {
    let mut definitions = Definitions::initial();
    for name in ["accounts", "leads", "deals", "tasks"] {
        let base = root().join("packages").join(name);
        let mut files = Vec::new();
        collect(&base, &base, &mut files);
        let package = Package::from_files(files.into_iter()).unwrap().with_all_parts();
        definitions = definitions.with_changes(&package.changes, Some(name)).unwrap();
    }
    Catalog::resolve(&definitions).unwrap()
}

/// Somebody with a team and people below, so that every way counts.
fn actor(role: &str) -> Actor {
    let membership = Membership {
        permission_sets: Vec::new(),
        teams: vec![Team { id: Uuid::from_u128(7), name: "emea".into(), queue: false }],
        manages: true,
        time_zone: None,
    };
    let roles = vec![role.to_owned()];
    Actor {
        user_id: Uuid::from_u128(5),
        name: "a".into(),
        roles,
        membership,
        kind: ActorKind::Person,
        scopes: None,
    }
}

fn word(reaches: Reaches) -> &'static str {
    match reaches {
        Reaches::None => "-",
        Reaches::Own => "own",
        Reaches::Team => "team",
        Reaches::All => "all",
    }
}

#[test]
fn the_access_matrix_of_the_standard_packages() {
    let catalog = catalog();
    let policies = Policies::new("demo", &catalog).unwrap();
    let mut table =
        String::from("What a role gives by itself; * where the sharing default or the master opens more.\n");
    for role in catalog.parts.roles.keys() {
        let actor = actor(role);
        write!(table, "\n{role:<22}").unwrap();
        Action::ALL.iter().for_each(|action| write!(table, "{:<10}", action.word()).unwrap());
        let system: Vec<&str> =
            permissions::SYSTEM_PERMISSIONS.into_iter().filter(|word| policies.holds(&actor, word)).collect();
        writeln!(table, "{}", system.join(" ")).unwrap();
        for object in catalog.objects.iter().filter(|object| !object.system) {
            write!(table, "  {:<20}", object.name).unwrap();
            for action in Action::ALL {
                let decision = policies.decide(&actor, action, object, &catalog);
                let usual = 2 + usize::from(decision.given >= Reaches::Team);
                let other = match &decision.reach.ways {
                    None => decision.given != Reaches::All && !action.is_whole(),
                    Some(ways) => {
                        ways.len() < usual
                            && !action.is_whole()
                            && decision.is_allowed()
                            && ways.iter().any(|way| way.word().starts_with("master"))
                    }
                };
                let mark = if other { "*" } else { "" };
                write!(table, "{:<10}", format!("{}{mark}", word(decision.given))).unwrap();
            }
            let fields: Vec<String> = object
                .fields
                .iter()
                .filter_map(|field| {
                    let gives = |action| policies.decide(&actor, action, object, &catalog).gives(field);
                    let told = |what: &str| Some(format!("{} {what}", field.name));
                    match (gives(Action::Read), gives(Action::Edit)) {
                        (false, _) => told("hidden"),
                        (true, false) => told("locked"),
                        _ => None,
                    }
                })
                .collect();
            writeln!(table, "{}", fields.join(", ")).unwrap();
        }
    }
    let table: String = table.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    let golden = root().join("permissions/tests/access_matrix.txt");
    if std::env::var("INSTA_UPDATE").is_ok_and(|how| how == "always") {
        std::fs::write(&golden, &table).unwrap();
    }
    let known = std::fs::read_to_string(&golden).unwrap_or_default();
    assert_eq!(
        table, known,
        "the access matrix has changed; look at it, then write it with INSTA_UPDATE=always"
    );
}
