//! Who may import whom, inside the workspace: the floor plan as a table.
//! Third-party crates are the business of `doors`.

use crate::Finding;
use crate::workspace::Crate;

/// Every crate and the crates of this workspace that it may name in its `Cargo.toml`. Arrows point down only, and
/// rooms never import rooms. A new room is a new line here, on the day its first feature is built.
pub const MAY_USE: &[(&str, &[&str])] = &[
    // Pure: no I/O, no clock.
    ("formulas", &[]),
    ("metadata", &["formulas"]),
    ("permissions", &["formulas", "metadata"]),
    // The only way to records, and the queue that knows nobody.
    ("jobs", &[]),
    ("engine", &["formulas", "metadata", "permissions", "jobs"]),
    // Rooms.
    ("identity", &["formulas", "metadata", "permissions", "jobs", "engine"]),
    ("tenancy", &["formulas", "metadata", "permissions", "jobs", "engine"]),
    ("postgres", &[]),
    // The wire and the process.
    ("api", &["formulas", "metadata", "permissions", "jobs", "engine", "identity", "tenancy"]),
    (
        "server",
        &["formulas", "metadata", "permissions", "jobs", "engine", "identity", "tenancy", "postgres", "api"],
    ),
    // Tests see everything; nothing sees them.
    (
        "it",
        &[
            "formulas",
            "metadata",
            "permissions",
            "jobs",
            "engine",
            "identity",
            "tenancy",
            "postgres",
            "api",
            "server",
        ],
    ),
    (
        "bench",
        &[
            "formulas",
            "metadata",
            "permissions",
            "jobs",
            "engine",
            "identity",
            "tenancy",
            "postgres",
            "api",
            "server",
        ],
    ),
    ("tidy", &[]),
];

/// The edges of the workspace that the floor plan does not have, and the crates that it does not know.
pub fn forbidden_edges(crates: &[Crate], may_use: &[(&str, &[&str])]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for krate in crates {
        match may_use.iter().find(|(name, _)| *name == krate.name) {
            Some((_, allowed)) => findings.extend(edges_outside(krate, allowed)),
            None => findings.push(Finding::new(
                &krate.folder,
                format!(
                    "the crate `{}` has no line in MAY_USE of tests/tidy/src/edges.rs: give it one",
                    krate.name
                ),
            )),
        }
    }
    findings
}

fn edges_outside(krate: &Crate, allowed: &[&str]) -> Vec<Finding> {
    let outside = krate.uses.iter().filter(|used| used.ours && !allowed.contains(&used.name.as_str()));
    outside
        .map(|used| {
            let advice = format!(
                "`{}` may not use `{}`: arrows point down only (ARCHITECTURE.md, who may import whom); move the \
                 code to the crate that owns the idea, or pass it in from `server`",
                krate.name, used.name
            );
            Finding::new(format!("{}/Cargo.toml", krate.folder), advice)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Dependency;

    fn krate(name: &str, uses: &[&str]) -> Crate {
        let uses = uses.iter().map(|name| Dependency { name: (*name).into(), ours: true }).collect();
        Crate { name: name.into(), folder: name.into(), uses }
    }

    #[test]
    fn an_arrow_that_points_up_is_reported() {
        let found = forbidden_edges(&[krate("formulas", &["metadata"])], MAY_USE);
        assert_eq!(found.len(), 1);
        assert!(found[0].advice.contains("`formulas` may not use `metadata`"), "{}", found[0]);
    }

    #[test]
    fn a_room_that_imports_a_room_is_reported() {
        assert_eq!(forbidden_edges(&[krate("identity", &["engine", "tenancy"])], MAY_USE).len(), 1);
    }

    #[test]
    fn an_unknown_crate_is_reported() {
        let found = forbidden_edges(&[krate("reports", &[])], MAY_USE);
        assert!(found[0].advice.contains("has no line in MAY_USE"), "{}", found[0]);
    }

    #[test]
    fn the_plan_itself_has_no_way_round() {
        let crates: Vec<_> = MAY_USE.iter().map(|(name, uses)| krate(name, uses)).collect();
        for (at, krate) in crates.iter().enumerate() {
            let below: Vec<_> = crates[..at].iter().map(|krate| krate.name.as_str()).collect();
            for used in &krate.uses {
                assert!(below.contains(&used.name.as_str()), "{} uses {}, above it", krate.name, used.name);
            }
        }
    }

    #[test]
    fn third_party_crates_are_not_edges() {
        let mut formulas = krate("formulas", &["chrono"]);
        formulas.uses[0].ours = false;
        assert_eq!(forbidden_edges(&[formulas], MAY_USE), []);
    }
}
