//! Where a user stands: roles, permission sets, teams and manager, all of which must exist.

use engine::Tenant;
use metadata::Problem;
use uuid::Uuid;

use crate::Identity;
use crate::error::Result;

/// What a wish says of a user's place; `None` where it says nothing.
pub(super) struct Places<'w> {
    pub roles: Option<&'w [String]>,
    pub permission_sets: Option<&'w [String]>,
    pub teams: Option<&'w [String]>,
    pub manager: Option<Uuid>,
}

impl Identity {
    /// What is wrong with the place of a user; `id` when there is one already.
    pub(super) async fn check_places(
        &self,
        tenant: &Tenant,
        id: Option<Uuid>,
        places: Places<'_>,
    ) -> Result<Vec<Problem>> {
        let (snapshot, _) = self.engine.fresh_snapshot(tenant).await?;
        let parts = &snapshot.catalog.parts;
        let mut problems = Vec::new();
        if places.roles.is_some_and(<[String]>::is_empty) {
            problems.push(Problem::new("roles", "required", "a user has at least one role"));
        }
        let roles = places.roles.unwrap_or_default();
        let known: Vec<&str> = parts.roles.keys().map(String::as_str).collect();
        problems.extend(unknown("roles", "role", roles, &known));
        let sets = places.permission_sets.unwrap_or_default();
        let known: Vec<&str> = parts.permission_sets.keys().map(String::as_str).collect();
        problems.extend(unknown("permission_sets", "permission set", sets, &known));
        if let Some(teams) = places.teams {
            let missing = self.engine.unknown_teams(tenant, teams).await?;
            let wrong = teams.iter().enumerate().filter(|(_, team)| missing.contains(team));
            problems.extend(wrong.map(|(at, team)| {
                Problem::new(format!("teams.{at}"), "unknown-reference", format!("there is no team `{team}`"))
            }));
        }
        if let (Some(id), Some(manager)) = (id, places.manager)
            && self.engine.is_below(tenant, id, manager).await?
        {
            let text = "the manager reports to this user already, or is the user";
            problems.push(Problem::new("manager_id", "hierarchy-ring", text));
        }
        Ok(problems)
    }

    /// What is wrong with the name of one role.
    pub(crate) async fn check_role(&self, tenant: &Tenant, role: &str) -> Result<Option<Problem>> {
        let (snapshot, _) = self.engine.fresh_snapshot(tenant).await?;
        let known: Vec<&str> = snapshot.catalog.parts.roles.keys().map(String::as_str).collect();
        let found = unknown("role", "role", &[role.to_owned()], &known).pop();
        Ok(found.map(|problem| Problem { path: "role".into(), ..problem }))
    }
}

fn unknown(path: &str, what: &str, names: &[String], known: &[&str]) -> Vec<Problem> {
    let wrong = names.iter().enumerate().filter(|(_, name)| !known.contains(&name.as_str()));
    let told = |(at, name): (usize, &String)| {
        let code = if what == "role" { "unknown-role" } else { "unknown-permission-set" };
        let problem = Problem::new(format!("{path}.{at}"), code, format!("there is no {what} `{name}`"));
        problem.hint(format!("one of: {}", known.join(", ")))
    };
    wrong.map(told).collect()
}
