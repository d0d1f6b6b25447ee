//! Beside `deals` GraphQL has `deals_aggregate`, which nothing else can be called then. All that GraphQL makes of names
//! besides begins with a verb of its own or ends in `_changed` or of states, which make way by themselves.

use super::{Catalog, Object};
use crate::definitions::Definitions;
use crate::problem::Problem;

impl Catalog {
    /// What the definitions mean, for a change: with new names that GraphQL could not tell from groups besides. What a
    /// tenant has called so already stays, and its groups are not in GraphQL.
    ///
    /// # Errors
    /// As [`Catalog::resolve`].
    pub fn resolve_after(definitions: &Definitions, before: Option<&Self>) -> Result<Self, Vec<Problem>> {
        let catalog = Self::resolve(definitions)?;
        let problems: Vec<Problem> =
            catalog.objects.iter().flat_map(|object| catalog.like_groups(object, before)).collect();
        if problems.is_empty() { Ok(catalog) } else { Err(problems) }
    }

    /// Whether GraphQL has groups of the object: no other has taken their name.
    pub fn has_groups(&self, object: &Object) -> bool {
        let word = format!("{}_aggregate", object.plural);
        self.find_object(&word).is_none() && self.find_plural(&word).is_none()
    }

    /// Names of the object that are new and what GraphQL calls groups, or that others' new plurals make so.
    fn like_groups(&self, object: &Object, before: Option<&Self>) -> Vec<Problem> {
        let problem = |(key, word): (&str, &String)| {
            let other = self.find_plural(word.strip_suffix("_aggregate")?)?;
            let was = |object: &Object| before?.objects.iter().find(|was| was.id == object.id);
            let was_so = was(object).zip(was(other)).is_some_and(|(was, other)| {
                let groups = format!("{}_aggregate", other.plural);
                was.name == groups || was.plural == groups
            });
            let text = format!("`{word}` is what GraphQL calls the groups of the object `{}`", other.name);
            let path = format!("objects.{}.{key}", object.name);
            (!was_so).then(|| Problem::new(path, "duplicate-name", text))
        };
        [("name", &object.name), ("plural", &object.plural)].into_iter().filter_map(problem).collect()
    }
}
