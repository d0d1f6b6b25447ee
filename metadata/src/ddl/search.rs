//! What full-text search looks into: the name of a record and its searchable texts, as one vector of words in no
//! language (`simple`). The same text stands in the index and in the question, or the index is of no use.

use super::names::quote;
use super::plan::{Builder, Phase};
use super::{Index, Lock, Risk};
use crate::catalog::Object;

/// Characters of one text that are searched: a vector of words has a size that it cannot pass (1 MB), and no record
/// may be refused for its length.
const MAX_TEXT: usize = 20_000;

/// Columns that are searched, the name's first, then by stable id, so that an order of fields changes nothing.
/// Each with the weight of a word in it.
pub fn search_columns(object: &Object) -> Vec<(&str, char)> {
    let own = |name: &str| object.find_field(name).and_then(|field| field.columns.first());
    let name = own("name").map_or("name", |column| column.name.as_str());
    let mut fields: Vec<_> = object
        .fields
        .iter()
        .filter(|field| field.searchable && !field.standard && field.ty() == formulas::Type::Text)
        .collect();
    fields.sort_by(|a, b| a.id.cmp(&b.id));
    let columns = fields.iter().filter_map(|field| field.columns.first());
    let others = columns.map(|column| column.name.as_str()).filter(|column| *column != name);
    std::iter::once((name, 'A')).chain(others.map(|column| (column, 'B'))).collect()
}

/// The words of some texts, given as SQL with the weight of each.
pub fn search_vector<'t>(texts: impl IntoIterator<Item = (String, char)> + 't) -> String {
    let part = |(text, weight): (String, char)| {
        // Addresses and codes are cut into their words, so that each of them is found.
        format!(
            "setweight(to_tsvector('simple'::regconfig, regexp_replace(left(coalesce({text}, ''), {MAX_TEXT}), '[^[:alnum:]]+', ' ', 'g')), '{weight}')"
        )
    };
    texts.into_iter().map(part).collect::<Vec<_>>().join(" || ")
}

/// The vector of an object's records, with the columns of its table under an alias or without one.
pub fn object_vector(object: &Object, alias: Option<&str>) -> String {
    let column = |name: &str| match alias {
        Some(alias) => format!("{}.{}", quote(alias), quote(name)),
        None => quote(name),
    };
    search_vector(search_columns(object).into_iter().map(|(name, weight)| (column(name), weight)))
}

impl Builder<'_> {
    /// The index that search uses.
    pub fn search_index(&mut self, object: &Object) {
        let index = Index::search(object);
        let lock = (self.lock(object, Lock::Share), self.scan(object));
        let text = format!("Index the words of `{}`", object.name);
        self.push(Phase::Index, index.create(self.schema), lock, text);
        self.defer((!self.new.contains(object.id.as_str())).then_some(index));
    }

    /// The same when other fields are searched than before.
    pub fn change_search(&mut self, object: &Object) {
        let sql = format!("DROP INDEX IF EXISTS {}", self.table(&search_name(object)));
        let text = format!("Drop the index of the words of `{}`", object.name);
        self.push(Phase::Loosen, sql, (Lock::AccessExclusive, Risk::Safe), text);
        self.search_index(object);
    }
}

pub(super) fn search_name(object: &Object) -> String {
    format!("{}_search_idx", object.id)
}
