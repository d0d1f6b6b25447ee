//! One door per dependency: which crate may name which third-party crate in its `Cargo.toml`.
//! What is not in the table is free for all; what the pure crates may name is a list of its own.

use crate::Finding;
use crate::workspace::Crate;

/// A third-party crate and the places that may name it: names of crates, or folders that end in `/`.
pub const DOORS: &[(&str, &[&str])] = &[
    // The wire
    ("axum", &["api", "tests/"]),
    ("axum-extra", &["api"]),
    ("tower", &["api", "tests/"]),
    ("tower-http", &["api"]),
    ("async-graphql", &["api"]),
    ("async-graphql-parser", &["api"]),
    ("apollo-compiler", &["api"]),
    ("rust-embed", &["api"]),
    ("mime_guess", &["api"]),
    ("metrics-exporter-prometheus", &["api"]),
    // Data
    ("sqlx", &["runtime/", "tests/"]),
    ("sea-query", &["formulas", "engine"]),
    ("sea-query-sqlx", &["engine"]),
    ("calamine", &["engine"]),
    ("zip", &["engine", "tests/"]),
    ("rust_xlsxwriter", &["engine"]),
    ("csv", &["engine", "tests/"]),
    ("tokio", &["runtime/", "api", "tests/"]),
    ("tokio-util", &["runtime/", "api", "tests/"]),
    ("moka", &["runtime/", "api"]),
    ("arc-swap", &["runtime/", "api"]),
    // Meaning
    ("casbin", &["permissions"]),
    ("jsonschema", &["metadata", "tests/"]),
    ("ammonia", &["metadata"]),
    ("phonenumber", &["metadata"]),
    ("evalexpr", &["formulas"]),
    // Identity
    ("argon2", &["identity"]),
    ("jsonwebtoken", &["identity"]),
    ("totp-rs", &["identity", "tests/"]),
    ("lettre", &["identity"]),
    // The process
    ("clap", &["server", "tests/"]),
    ("config", &["server"]),
    ("anyhow", &["server", "tests/"]),
    ("tracing-subscriber", &["server", "tests/"]),
    ("libc", &["postgres"]),
    ("mimalloc", &["server"]),
    // Whoever asks addresses that somebody named does it through `identity::outside`.
    ("reqwest", &["identity", "server", "tests/"]),
];

/// The crates that do no I/O and know no clock, by name.
pub const PURE: &[&str] = &["formulas", "metadata", "permissions"];

/// What a pure crate may not name, over and above the doors.
pub const NOT_IN_PURE: &[&str] =
    &["tracing-subscriber", "rand", "fs-err", "tempfile", "futures", "async-trait", "metrics"];

/// Third-party crates that are named outside their door.
pub fn wrong_doors(crates: &[Crate], doors: &[(&str, &[&str])]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for krate in crates {
        for used in krate.uses.iter().filter(|used| !used.ours) {
            let door = doors.iter().find(|(name, _)| *name == used.name);
            if let Some((_, places)) =
                door.filter(|(_, places)| !places.iter().any(|place| is_at(krate, place)))
            {
                let advice = format!(
                    "`{}` is named in {} only, not in `{}`: ask that crate for what you need, or move the door in \
                     tests/tidy/src/doors.rs and say why",
                    used.name,
                    places.join(", "),
                    krate.name
                );
                findings.push(Finding::new(format!("{}/Cargo.toml", krate.folder), advice));
            }
        }
    }
    findings
}

/// Whether `place`, a crate's name or a folder that ends in `/`, is where the crate is.
fn is_at(krate: &Crate, place: &str) -> bool {
    if place.ends_with('/') { krate.folder.starts_with(place) } else { krate.name == place }
}

/// Crates with I/O, chance or a clock that a pure crate names.
pub fn impure_dependencies(crates: &[Crate]) -> Vec<Finding> {
    let pure = crates.iter().filter(|krate| PURE.contains(&krate.name.as_str()));
    pure.flat_map(|krate| {
        let wrong = krate.uses.iter().filter(|used| NOT_IN_PURE.contains(&used.name.as_str()));
        wrong.map(|used| {
            let advice =
                format!("`{}` is pure: take what `{}` would give as an argument", krate.name, used.name);
            Finding::new(format!("{}/Cargo.toml", krate.folder), advice)
        })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Dependency;

    fn krate(name: &str, folder: &str, uses: &str) -> Crate {
        let uses = vec![Dependency { name: uses.into(), ours: false }];
        Crate { name: name.into(), folder: folder.into(), uses }
    }

    #[test]
    fn casbin_outside_permissions_is_reported() {
        let found = wrong_doors(&[krate("api", "api", "casbin")], DOORS);
        assert!(found[0].advice.starts_with("`casbin` is named in permissions only"), "{}", found[0]);
    }

    #[test]
    fn sqlx_above_runtime_is_reported_and_inside_it_is_not() {
        assert_eq!(wrong_doors(&[krate("api", "api", "sqlx")], DOORS).len(), 1);
        assert_eq!(wrong_doors(&[krate("engine", "runtime/engine", "sqlx")], DOORS), []);
        assert_eq!(wrong_doors(&[krate("it", "tests/it", "sqlx")], DOORS), []);
    }

    #[test]
    fn axum_in_a_room_is_reported() {
        assert_eq!(wrong_doors(&[krate("identity", "runtime/identity", "axum")], DOORS).len(), 1);
    }

    #[test]
    fn tokio_in_a_pure_crate_is_reported() {
        assert_eq!(wrong_doors(&[krate("formulas", "formulas", "tokio")], DOORS).len(), 1);
    }

    #[test]
    fn chance_in_a_pure_crate_is_reported() {
        assert_eq!(impure_dependencies(&[krate("metadata", "metadata", "rand")]).len(), 1);
        assert_eq!(impure_dependencies(&[krate("identity", "runtime/identity", "rand")]), []);
    }

    #[test]
    fn a_crate_without_a_door_is_free() {
        assert_eq!(wrong_doors(&[krate("formulas", "formulas", "serde")], DOORS), []);
    }
}
