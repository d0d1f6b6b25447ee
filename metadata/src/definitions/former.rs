//! Definitions under names that fields had before they were renamed: for programs that go on saying those. What speaks
//! of a field says its former name too; what has taken such a name since makes room. Tables are none of its business:
//! a catalog of these definitions is resolved over the one that is stored.

use std::collections::{BTreeMap, HashSet};

use super::{Definitions, rename};
use crate::catalog::columns_of;

/// Names by stable id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Former {
    /// Names of fields.
    pub fields: BTreeMap<String, String>,
    /// Plurals of objects: the words in addresses.
    pub plurals: BTreeMap<String, String>,
}

impl Former {
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.plurals.is_empty()
    }
}

/// Longest part of a name that gets something behind it.
const LONGEST: usize = 30;

impl Definitions {
    /// These definitions under former names, where the components are still there.
    #[must_use]
    pub fn under(&self, former: &Former) -> Self {
        let mut all = self.clone();
        all.plurals(&former.plurals);
        for at in 0..all.objects.len() {
            all.fields(at, &former.fields);
        }
        all
    }

    fn plurals(&mut self, former: &BTreeMap<String, String>) {
        let taken: HashSet<String> = former.values().cloned().collect();
        for at in 0..self.objects.len() {
            let object = &self.objects[at].object;
            if object.retired {
                continue;
            }
            let plural = match former.get(&object.id) {
                Some(plural) => plural.clone(),
                None if taken.contains(&object.definition.plural) => {
                    self.free_plural(&object.definition.plural)
                }
                None => continue,
            };
            self.objects[at].object.definition.plural = plural;
        }
    }

    fn free_plural(&self, word: &str) -> String {
        let known: HashSet<&str> = self
            .objects
            .iter()
            .flat_map(|object| [&object.object.definition.name, &object.object.definition.plural])
            .map(String::as_str)
            .collect();
        free(word, |word| !known.contains(word))
    }

    /// Names go by way of words that nobody has, so that two fields may change theirs.
    fn fields(&mut self, at: usize, former: &BTreeMap<String, String>) {
        let fields = &self.objects[at].fields;
        let live = |field: usize| !fields[field].retired;
        let wanted: Vec<(usize, String)> = (0..fields.len())
            .filter(|&field| live(field))
            .filter_map(|field| Some((field, former.get(&fields[field].id)?.clone())))
            .collect();
        let words: HashSet<String> =
            wanted.iter().flat_map(|(field, name)| self.words(at, *field, name)).collect();
        let in_the_way: Vec<usize> = (0..fields.len())
            .filter(|&field| live(field) && wanted.iter().all(|(other, _)| *other != field))
            .filter(|&field| {
                let name = fields[field].definition.common.name.clone();
                self.words(at, field, &name).iter().any(|word| words.contains(word))
            })
            .collect();
        for field in in_the_way {
            let name = self.objects[at].fields[field].definition.common.name.clone();
            let name = free(&name, |name| {
                let own = self.words(at, field, name);
                own.iter().all(|word| !words.contains(word)) && self.is_free(at, name)
            });
            self.name_field((at, field), name);
        }
        for (field, _) in &wanted {
            let name = format!("was_{}", self.objects[at].fields[*field].id);
            self.name_field((at, *field), name);
        }
        wanted.into_iter().for_each(|(field, name)| self.name_field((at, field), name));
    }

    /// What a field under a name takes: the name, and the keys of its columns.
    fn words(&self, at: usize, field: usize, name: &str) -> Vec<String> {
        let kind = &self.objects[at].fields[field].definition.kind;
        let keys = columns_of(name, kind).into_iter().map(|column| column.key);
        keys.chain([name.to_owned()]).collect()
    }

    fn is_free(&self, at: usize, name: &str) -> bool {
        !self.objects[at].fields.iter().any(|field| field.definition.common.name == name)
    }

    fn name_field(&mut self, (at, field): (usize, usize), name: String) {
        let old = self.objects[at].fields[field].definition.common.name.clone();
        rename::field(self, at, &old, &name);
        self.objects[at].fields[field].definition.common.name = name;
    }
}

/// A word like this one that is free.
fn free(word: &str, is_free: impl Fn(&str) -> bool) -> String {
    let stem: String = word.chars().take(LONGEST).collect();
    let mut words = (1..).map(|n| if n == 1 { format!("{stem}_new") } else { format!("{stem}_new{n}") });
    words.find(|word| is_free(word)).unwrap_or(stem)
}
