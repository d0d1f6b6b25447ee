//! Whether rules name teams that there are. Teams are data of the tenant, so the catalog cannot know them; a rule for a
//! team to come would open records to whoever makes a team of that name.

use std::collections::BTreeSet;

use metadata::Problem;
use metadata::catalog::Catalog;
use metadata::definitions::sharing_rule::People;
use sqlx::PgConnection;

use crate::context::Tenant;
use crate::error::{Error, Result};
use crate::teams;

/// A rule, where it names somebody, and the team.
type Named = (String, &'static str, String);

/// Refuses the tenant's own rules that name teams of which there are none. What a package says waits for its teams.
pub(super) async fn check(
    connection: &mut PgConnection,
    tenant: &Tenant,
    (old, new): (&Catalog, &Catalog),
) -> Result<()> {
    let before = named(old);
    let fresh: Vec<Named> = named(new).difference(&before).cloned().collect();
    if fresh.is_empty() {
        return Ok(());
    }
    let known = teams::names(connection, tenant).await?;
    let unknown = fresh.into_iter().filter(|(.., team)| !known.contains(team));
    let problem = |(rule, at, team): Named| {
        let problem =
            Problem::new(format!("{rule}.{at}.team"), "unknown-team", format!("there is no team `{team}`"));
        problem.hint("make it first: POST /admin/v1/teams")
    };
    let problems: Vec<Problem> = unknown.map(problem).collect();
    if problems.is_empty() { Ok(()) } else { Err(Error::Unprocessable(problems)) }
}

/// The rules that name a team, as `sharing-rules/deal.emea`.
pub(crate) fn rules_of(catalog: &Catalog, team: &str) -> BTreeSet<String> {
    let here = named(catalog).into_iter().filter(|(.., name)| name == team);
    here.map(|(rule, ..)| rule).collect()
}

fn named(catalog: &Catalog) -> BTreeSet<Named> {
    let mut found = BTreeSet::new();
    let mut note = |rule: String, at, people: &People| {
        found.extend(people.team.iter().map(|team| (rule.clone(), at, team.clone())));
    };
    for (name, rule) in &catalog.parts.sharing_rules {
        note(format!("sharing-rules/{name}"), "share_with", &rule.share_with);
        rule.owned_by.iter().for_each(|people| note(format!("sharing-rules/{name}"), "owned_by", people));
    }
    for (name, rule) in &catalog.parts.restriction_rules {
        note(format!("restriction-rules/{name}"), "applies_to", &rule.applies_to);
    }
    found
}
