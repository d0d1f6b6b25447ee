//! `sharing-rules/{object}.{name}` and `restriction-rules/{object}.{name}`: which records are opened to whom beside
//! what ownership and roles give, and which are kept from whom whatever gives them.

use formulas::{Options, Type};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Part, Renamed};
use crate::catalog::{Catalog, Object, Uses};
use crate::definitions::Kind;
use crate::definitions::object::SharingDefault;
use crate::problem::Problem;
use crate::suggest;

/// A sharing rule, as in contract §5a.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharingRule {
    /// Name of the object.
    pub object: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// A condition in the formula language, read with its author's sight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// In place of `when`: whose records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owned_by: Option<People>,
    pub share_with: People,
    pub access: Access,
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub active: bool,
}

/// A restriction rule: of all records that people could reach, only those that meet the condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestrictionRule {
    /// Name of the object.
    pub object: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// A condition in the formula language, read with its author's sight.
    pub when: String,
    /// Whom it holds back; administrators never.
    pub applies_to: People,
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub active: bool,
}

/// Exactly one of its keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct People {
    /// Name of a team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Name of a role; those who hold one that inherits it are among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Id of a user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<Uuid>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub everyone: bool,
}

/// How much a rule opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    Read,
    Edit,
}

fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde gives a reference.
fn is_true(flag: &bool) -> bool {
    *flag
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde gives a reference.
fn is_false(flag: &bool) -> bool {
    !*flag
}

impl People {
    pub(crate) fn check(&self, catalog: &Catalog, place: &str) -> Option<Problem> {
        let named = [self.team.is_some(), self.role.is_some(), self.user.is_some(), self.everyone];
        if named.into_iter().filter(|named| *named).count() != 1 {
            let problem = Problem::new(place, "one-of", "say who they are");
            return Some(problem.hint("give exactly one of `team`, `role`, `user` and `everyone`"));
        }
        let role = self.role.as_ref().filter(|role| !catalog.parts.roles.contains_key(*role))?;
        let problem =
            Problem::new(format!("{place}.role"), "unknown-role", format!("there is no role `{role}`"));
        let hint = suggest::hint(role, catalog.parts.roles.keys().map(String::as_str));
        Some(hint.into_iter().fold(problem, Problem::hint))
    }

    pub(crate) fn uses(&self, uses: &mut Uses<'_>, at: &str) {
        self.role.iter().for_each(|role| uses.component(Kind::Roles, role, at));
    }
}

/// What a rule's condition must be.
pub fn condition_options() -> Options {
    Options { expects: Some(Type::Bool), ..Options::default() }
}

fn condition(catalog: &Catalog, object: &Object, text: &str) -> Vec<Problem> {
    let checked = catalog.check_expression(object, text, &condition_options());
    checked.err().into_iter().flatten().map(|problem| problem.under("when")).collect()
}

fn followed(object: &Object) -> Option<Problem> {
    let follows = object.sharing.default == SharingDefault::ControlledByParent;
    follows.then(|| {
        let text = format!("`{}` records are seen with the record that they are part of", object.name);
        Problem::new("object", "controlled-by-parent", text).hint("make the rule for that object")
    })
}

impl Part for SharingRule {
    fn object(&self) -> Option<&str> {
        Some(&self.object)
    }

    fn object_mut(&mut self) -> Option<&mut String> {
        Some(&mut self.object)
    }

    fn check(&self, catalog: &Catalog, object: Option<&Object>) -> Vec<Problem> {
        let Some(object) = object else { return Vec::new() };
        let mut problems: Vec<Problem> = followed(object).into_iter().collect();
        match (&self.when, &self.owned_by) {
            (Some(when), None) => problems.extend(condition(catalog, object, when)),
            (None, Some(people)) => problems.extend(people.check(catalog, "owned_by")),
            _ => {
                let problem = Problem::new("when", "one-of", "say which records");
                problems.push(problem.hint("give exactly one of `when` and `owned_by`"));
            }
        }
        problems.extend(self.share_with.check(catalog, "share_with"));
        problems
    }

    fn uses(&self, uses: &mut Uses<'_>) {
        self.when.iter().for_each(|when| uses.text(&self.object, when, "when"));
        self.owned_by.iter().for_each(|people| people.uses(uses, "owned_by"));
        self.share_with.uses(uses, "share_with");
    }

    fn rename_field(&mut self, renamed: &Renamed<'_>) {
        self.when = self.when.take().map(|when| renamed.formula(&self.object, &when));
    }
}

impl Part for RestrictionRule {
    fn object(&self) -> Option<&str> {
        Some(&self.object)
    }

    fn object_mut(&mut self) -> Option<&mut String> {
        Some(&mut self.object)
    }

    fn check(&self, catalog: &Catalog, object: Option<&Object>) -> Vec<Problem> {
        let Some(object) = object else { return Vec::new() };
        let mut problems = condition(catalog, object, &self.when);
        problems.extend(self.applies_to.check(catalog, "applies_to"));
        problems
    }

    fn uses(&self, uses: &mut Uses<'_>) {
        uses.text(&self.object, &self.when, "when");
        self.applies_to.uses(uses, "applies_to");
    }

    fn rename_field(&mut self, renamed: &Renamed<'_>) {
        self.when = renamed.formula(&self.object, &self.when);
    }
}
