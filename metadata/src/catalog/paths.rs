//! Paths such as `amount`, `account.owner.name`: from an object along to-one relations to a field.

use super::{Catalog, Field, Object};
use crate::field_kinds::FieldKind;
use crate::problem::Fault;
use crate::suggest;

/// Longest path, in relations.
const MAX_DEPTH: usize = 8;

/// One step of a path: a field on an object.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    pub object: &'a Object,
    pub field: &'a Field,
}

impl Catalog {
    /// The fields along a path, the last one first asked for; keys such as `account_id` are accepted as the last word.
    ///
    /// # Errors
    /// `unknown-field`, `not-a-relation` or `too-deep`; the message names the word.
    pub fn resolve_path<'a>(&'a self, object: &'a Object, path: &str) -> Result<Vec<Step<'a>>, Fault> {
        let words: Vec<&str> = path.split('.').collect();
        if words.len() > MAX_DEPTH {
            return Err(Fault::new("too-deep", format!("a path has at most {MAX_DEPTH} words")));
        }
        let mut steps: Vec<Step<'a>> = Vec::with_capacity(words.len());
        for word in words {
            let object = match steps.last() {
                None => object,
                Some(step) => self.follow(step.field)?,
            };
            steps.push(Step { object, field: word_of(object, word)? });
        }
        Ok(steps)
    }

    /// The one object that a to-one relation leads to.
    fn follow(&self, field: &Field) -> Result<&Object, Fault> {
        let target = field.kind.target().and_then(|target| self.find_object(target));
        let text = || format!("`{}` is not a relation to one object", field.name);
        target.map(AsRef::as_ref).ok_or_else(|| Fault::new("not-a-relation", text()))
    }
}

fn word_of<'a>(object: &'a Object, word: &str) -> Result<&'a Field, Fault> {
    let found = object.find_field(word).or_else(|| object.find_key(word).map(|(field, _)| field));
    found.filter(|field| !matches!(field.kind, FieldKind::ManyToMany(_)) || field.name == word).ok_or_else(|| {
        let hint = suggest::nearest(word, object.fields.iter().map(|field| field.name.as_str()));
        let hint = hint.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
        Fault::new("unknown-field", format!("`{}` has no field `{word}`{hint}", object.name))
    })
}
