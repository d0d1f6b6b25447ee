//! `list-views/{object}.{name}`: a named selection of records and how it is shown.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::sharing_rule::People;
use super::{Definitions, Kind, Part, Renamed, structure};
use crate::catalog::{Catalog, Object, Uses, views};
use crate::problem::Problem;

/// What a board weighs its amounts by that weighs them by nothing.
pub const NOT_WEIGHTED: &str = "none";

/// A list view, as in contract §5a. The filter is the JSON form of contract §3.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListView {
    /// Name of the object.
    pub object: String,
    /// What people call the view.
    pub label: String,
    /// Whose records: `mine`, `team` or `all`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    /// Which records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Json>,
    /// Which of them, in the formula language.
    #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// Paths of the columns, e.g. `amount`, `account.name`.
    pub columns: Vec<String>,
    /// Those of the columns that stay in sight beside the first one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pinned: Vec<String>,
    /// Sort keys, e.g. `-amount`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sort: Vec<String>,
    /// Field to group by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_by: Option<String>,
    /// Field of the object that a board weighs its amounts by, or `none`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_by: Option<String>,
    /// How the records are shown.
    #[serde(default)]
    pub display: Display,
    /// With whom the view is shared; everybody when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shared_with: Vec<People>,
}

impl ListView {
    /// A view that is no component: what somebody keeps for themselves.
    ///
    /// # Errors
    /// All faults of its form.
    pub fn read(mut json: Json) -> Result<Self, Vec<Problem>> {
        let checked = structure::check(Kind::ListViews, &mut json, "");
        if !checked.problems.is_empty() {
            // The definition stands alone, so places begin with its own keys.
            let own = |problem: Problem| Problem {
                path: problem.path.trim_start_matches('.').to_owned(),
                ..problem
            };
            return Err(checked.problems.into_iter().map(own).collect());
        }
        serde_json::from_value(json).map_err(|error| vec![Problem::new("", "wrong-type", error.to_string())])
    }

    /// The field that amounts are weighted by, where the view names one.
    pub fn weight(&self) -> Option<&str> {
        self.weight_by.as_deref().filter(|word| *word != NOT_WEIGHTED)
    }

    /// Follows the fields that have other names by now; `old` is how it was when the view was right.
    pub fn follow(&mut self, old: &Definitions, new: &Definitions) {
        Renamed::between(old, new).iter().for_each(|renamed| self.rename_field(renamed));
    }
}

/// Whose records a view shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    Mine,
    Team,
    All,
}

/// How a view shows its records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Display {
    #[default]
    Table,
    Board,
    Calendar,
    Timeline,
}

impl Part for ListView {
    fn object(&self) -> Option<&str> {
        Some(&self.object)
    }

    fn object_mut(&mut self) -> Option<&mut String> {
        Some(&mut self.object)
    }

    fn check(&self, catalog: &Catalog, object: Option<&Object>) -> Vec<Problem> {
        object.map(|object| views::list_view(catalog, object, self)).unwrap_or_default()
    }

    fn uses(&self, uses: &mut Uses<'_>) {
        let keys = [("columns", &self.columns), ("pinned", &self.pinned), ("sort", &self.sort)];
        for (key, paths) in keys {
            let places = paths.iter().enumerate().map(|(at, path)| (path, format!("{key}.{at}")));
            places.for_each(|(path, at)| uses.path(&self.object, path, &at));
        }
        self.group_by.iter().for_each(|path| uses.path(&self.object, path, "group_by"));
        self.weight().iter().for_each(|name| uses.path(&self.object, name, "weight_by"));
        self.condition.iter().for_each(|text| uses.text(&self.object, text, "where"));
        self.shared_with.iter().for_each(|people| people.uses(uses, "shared_with"));
        self.filter.iter().for_each(|filter| uses.filter(&self.object, filter, "filter"));
    }

    fn rename_field(&mut self, renamed: &Renamed<'_>) {
        let weight = self.weight_by.iter_mut().filter(|word| word.as_str() != NOT_WEIGHTED);
        let shown = self.columns.iter_mut().chain(&mut self.pinned);
        let paths = shown.chain(&mut self.sort).chain(&mut self.group_by).chain(weight);
        paths.for_each(|path| *path = renamed.path(&self.object, path));
        self.condition = self.condition.take().map(|text| renamed.formula(&self.object, &text));
        self.filter = self.filter.take().map(|filter| renamed.filter(&self.object, filter));
    }
}
