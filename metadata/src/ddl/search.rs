//! What full-text search looks into: the name of a record and its searchable texts, as one vector of words. Each word is
//! in it as it is written, but for marks on letters, and in the stem that its language makes of it. What makes the
//! vector of a text is a function of the tenant's schema, so that the index and the question say the same in few words.

use super::names::quote;
use super::plan::{Builder, Phase};
use super::{Index, Lock, Risk};
use crate::catalog::Object;
use crate::language::{self, Language};

/// Characters of one text that are searched, and of all texts of a record: a vector of words has a size that it cannot
/// pass (1 MB), and no record may be refused for its length.
const MAX_TEXT: usize = 20_000;
const MAX_TEXTS: usize = 100_000;

/// The functions of a tenant's schema, with `{schema}` in place of it. Indexes hold what they answer, so none may ever
/// answer anything else: another one has another name.
const FUNCTIONS: [&str; 4] = [
    // In small letters, without marks on them.
    r"CREATE OR REPLACE FUNCTION {schema}._folded(given text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF octet_length(given) = length(given) THEN RETURN lower(given); END IF;
  RETURN replace(normalize(regexp_replace(normalize(lower(given), NFD), '[\u0300-\u036f]', '', 'g'), NFC), 'ß', 'ss');
END $$",
    // The vector of one text, in its first characters. Addresses and codes are cut into their words, so that each of them
    // is found.
    r"CREATE OR REPLACE FUNCTION {schema}._words(given text, language regconfig, most int) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  plain text;
  words tsvector := '';
BEGIN
  IF coalesce(given, '') = '' THEN RETURN words; END IF;
  plain := regexp_replace(left(given, most), '[^[:alnum:]\u0300-\u036f]+', ' ', 'g');
  words := to_tsvector('pg_catalog.simple'::regconfig, {schema}._folded(plain));
  IF language = 'pg_catalog.simple'::regconfig THEN RETURN words; END IF;
  RETURN words || to_tsvector(language, plain);
END $$",
    // What has all of some words, each by its beginning or in another form.
    r"CREATE OR REPLACE FUNCTION {schema}._asked(words text[], language regconfig) RETURNS tsquery LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  word text;
  one tsquery;
  stems tsquery;
  whole tsquery;
BEGIN
  FOREACH word IN ARRAY words LOOP
    one := to_tsquery('pg_catalog.simple'::regconfig, quote_literal({schema}._folded(word)) || ':*');
    IF language <> 'pg_catalog.simple'::regconfig THEN
      SELECT string_agg(quote_literal(stem), ' & ')::tsquery INTO stems
        FROM unnest(tsvector_to_array(to_tsvector(language, word))) AS stem;
      one := coalesce(one || stems, one);
    END IF;
    whole := coalesce(whole && one, one);
  END LOOP;
  RETURN whole;
END $$",
    // The words of some texts that are found by those that were asked for, in small letters.
    r"CREATE OR REPLACE FUNCTION {schema}._found(texts json, words text[], language regconfig) RETURNS text[] LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  any_of tsquery := (SELECT string_agg('(' || {schema}._asked(ARRAY[word], language)::text || ')', ' | ')::tsquery FROM unnest(words) AS word);
BEGIN
  RETURN (SELECT array_agg(word) FROM (
    SELECT DISTINCT lower(word) AS word FROM json_array_elements_text(texts) AS given,
      regexp_split_to_table(left(given, 20000), '[^[:alnum:]\u0300-\u036f]+') AS word WHERE word <> '') AS known
    WHERE {schema}._words(word, language, 20000) @@ any_of);
END $$",
];

/// The statements that make the functions which search calls. Each can be run again.
pub fn search_functions(schema: &str) -> impl Iterator<Item = String> {
    FUNCTIONS.into_iter().map(move |text| text.replace("{schema}", &quote(schema)))
}

/// A call of one of them on arguments in SQL, the last of which is the language.
fn call(schema: &str, name: &str, arguments: &str, language: &Language) -> String {
    format!("{}.{name}({arguments}, 'pg_catalog.{}'::regconfig)", quote(schema), language.configuration)
}

/// What is searched of an object's records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Searched {
    /// Columns with the weight of a word in each, the name's first.
    columns: Vec<(String, char)>,
    language: &'static Language,
}

impl Searched {
    pub fn of(object: &Object) -> Self {
        let columns = search_columns(object).into_iter().map(|(name, weight)| (name.to_owned(), weight));
        Self { columns: columns.collect(), language: object.language }
    }

    /// The language of the texts.
    pub fn language(&self) -> &'static Language {
        self.language
    }

    /// The vector of the records, with the columns of their table under an alias or without one.
    pub fn vector(&self, schema: &str, alias: Option<&str>) -> String {
        let column = |name: &str| match alias {
            Some(alias) => format!("{}.{}", quote(alias), quote(name)),
            None => quote(name),
        };
        self.vector_of(schema, self.columns.iter().map(|(name, weight)| (column(name), *weight)))
    }

    /// The vector of some of these texts, given as SQL with the weight of each.
    pub fn vector_of(&self, schema: &str, texts: impl IntoIterator<Item = (String, char)>) -> String {
        let most = MAX_TEXT.min(MAX_TEXTS / self.columns.len().max(1));
        let configuration = self.language.configuration;
        let schema = quote(schema);
        let part = |(text, weight): (String, char)| {
            format!(
                "setweight({schema}._words({text}, 'pg_catalog.{configuration}'::regconfig, {most}), '{weight}')"
            )
        };
        texts.into_iter().map(part).collect::<Vec<_>>().join(" || ")
    }

    /// What asks a vector for words, given as SQL of a list of texts.
    pub fn asked(&self, schema: &str, words: &str) -> String {
        call(schema, "_asked", words, self.language)
    }

    /// The words of some texts, given as SQL of a JSON array, that are found by those that were asked for.
    pub fn found(&self, schema: &str, texts: &str, words: &str) -> String {
        call(schema, "_found", &format!("{texts}, {words}"), self.language)
    }
}

/// Columns that are searched, the name's first, then by stable id, so that an order of fields changes nothing.
/// Each with the weight of a word in it.
pub(crate) fn search_columns(object: &Object) -> Vec<(&str, char)> {
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

impl Builder<'_> {
    /// The index that search uses.
    pub fn search_index(&mut self, object: &Object) {
        let index = Index::search(object);
        let lock = (self.lock(object, Lock::Share), self.scan(object));
        let text = format!("Index the words of `{}`", object.name);
        self.push(Phase::Index, index.create(self.schema), lock, text);
        self.defer((!self.new.contains(object.id.as_str())).then_some(index));
    }

    /// The same when other fields are searched than before, or in another language. The new index has another name when
    /// the language is another, so that one which is being made for the former is not taken for it.
    pub fn change_search(&mut self, object: &Object, from: Option<&'static Language>) {
        let before = from.map_or(language::ALL, std::slice::from_ref);
        let names = before.iter().map(|language| self.table(&search_name(object, language)));
        let sql = format!("DROP INDEX IF EXISTS {}", names.collect::<Vec<_>>().join(", "));
        let text = format!("Drop the index of the words of `{}`", object.name);
        self.push(Phase::Loosen, sql, (Lock::AccessExclusive, Risk::Safe), text);
        self.search_index(object);
    }
}

pub(super) fn search_name(object: &Object, language: &Language) -> String {
    format!("{}_words_{}_idx", object.id, language.code)
}
