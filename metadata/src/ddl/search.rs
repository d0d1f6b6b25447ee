//! What full-text search looks into: the name of a record and its searchable texts, as one vector of words. Each word is
//! in it as it is written, but for marks on letters, and in the stem that its language makes of it. What makes the
//! vector of a text is a function of the tenant's schema, so that the index and the question say the same in few words.

use super::act::Doing;
use super::names::quote;
use super::plan::{Builder, Phase};
use super::{Index, Lock, Risk};
use crate::catalog::{Catalog, Object};
use crate::language::{self, Language};

/// Characters of one text that are searched, and of all texts of a record: a vector of words has a size that it cannot
/// pass (1 MB), and no record may be refused for its length.
const MAX_TEXT: usize = 20_000;
const MAX_TEXTS: usize = 100_000;

/// The functions of a tenant's schema, with `{schema}` in place of it. Indexes hold what they answer, so none may ever
/// answer anything else: another one has another name.
const FUNCTIONS: [&str; 4] = [
    // In small letters, without marks on them; the two small sigmas are one letter.
    r"CREATE OR REPLACE FUNCTION {schema}._folded(given text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF octet_length(given) = length(given) THEN RETURN lower(given); END IF;
  RETURN replace(replace(normalize(regexp_replace(normalize(lower(given), NFD), '[\u0300-\u036f]', '', 'g'), NFC), 'ß', 'ss'), 'ς', 'σ');
END $$",
    // The vector of one text, in its first characters. Addresses and codes are cut into their words, so that each of them
    // is found. Stems are made of letters that are one with their marks: to dictionaries others are no letters.
    r"CREATE OR REPLACE FUNCTION {schema}._words(given text, language regconfig, most int) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  plain text;
  words tsvector := '';
BEGIN
  IF coalesce(given, '') = '' THEN RETURN words; END IF;
  plain := regexp_replace(left(given, most), '[^[:alnum:]\u0300-\u036f]+', ' ', 'g');
  words := to_tsvector('pg_catalog.simple'::regconfig, {schema}._folded(plain));
  IF language = 'pg_catalog.simple'::regconfig THEN RETURN words; END IF;
  RETURN words || to_tsvector(language, normalize(plain, NFC));
END $$",
    // What has all of some words, each by its beginning or in another form. What is no word is passed over.
    r"CREATE OR REPLACE FUNCTION {schema}._asked(words text[], language regconfig) RETURNS tsquery LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  word text;
  plain text;
  one tsquery;
  stems tsquery;
  whole tsquery;
BEGIN
  FOREACH word IN ARRAY words LOOP
    plain := {schema}._folded(word);
    CONTINUE WHEN plain !~ '[[:alnum:]]';
    one := to_tsquery('pg_catalog.simple'::regconfig, quote_literal(plain) || ':*');
    CONTINUE WHEN numnode(one) = 0;
    IF language <> 'pg_catalog.simple'::regconfig THEN
      SELECT string_agg(quote_literal(stem), ' & ')::tsquery INTO stems
        FROM unnest(tsvector_to_array(to_tsvector(language, normalize(word, NFC)))) AS stem;
      one := coalesce(one || stems, one);
    END IF;
    whole := coalesce(whole && one, one);
  END LOOP;
  RETURN whole;
END $$",
    // The words of some texts that are found by those that were asked for, in small letters. Each text is folded and
    // stemmed once as a whole, word for word, and all of them together in as many characters as one text is searched in.
    r"CREATE OR REPLACE FUNCTION {schema}._found(texts json, words text[], language regconfig) RETURNS text[] LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  most int := 20000 / greatest(json_array_length(texts), 1);
  begun text[] := ARRAY(SELECT {schema}._folded(word) FROM unnest(words) AS word);
  stems tsquery;
  given text;
  plain text;
  marked text;
  hits text[] := '{}';
BEGIN
  IF language <> 'pg_catalog.simple'::regconfig THEN
    SELECT string_agg(quote_literal(stem), ' | ')::tsquery INTO stems
      FROM unnest(words) AS word, unnest(tsvector_to_array(to_tsvector(language, normalize(word, NFC)))) AS stem;
  END IF;
  FOR given IN SELECT one FROM json_array_elements_text(texts) AS one WHERE one <> '' LOOP
    plain := regexp_replace(left(given, most), '[^[:alnum:]\u0300-\u036f]+', ' ', 'g');
    marked := coalesce(ts_headline(language, normalize(plain, NFC), stems, 'HighlightAll=true, StartSel=<, StopSel=>'), '');
    hits := hits || ARRAY(SELECT DISTINCT replace(lower(w.word), 'ς', 'σ')
      FROM unnest(string_to_array(plain, ' '), string_to_array({schema}._folded(plain), ' '), string_to_array(marked, ' '))
        AS w(word, folded, marked)
      WHERE w.word <> '' AND (strpos(w.marked, '<') > 0
        OR EXISTS (SELECT FROM unnest(begun) AS beginning WHERE beginning <> '' AND starts_with(w.folded, beginning))));
  END LOOP;
  RETURN hits;
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
        let act = Doing::IndexWords.of(&object.name);
        self.push(Phase::Index, index.create(self.schema), lock, act);
        self.defer((!self.new.contains(object.id.as_str())).then_some(index));
    }

    /// The same when other fields are searched than before, or nobody knows which were.
    pub fn change_search(&mut self, object: &Object) {
        let names = language::ALL.iter().map(|language| self.table(&search_name(object, language)));
        let sql = format!("DROP INDEX IF EXISTS {}", names.collect::<Vec<_>>().join(", "));
        let act = Doing::DropWords.of(&object.name);
        self.push(Phase::Loosen, sql, (Lock::AccessExclusive, Risk::Safe), act);
        self.search_index(object);
    }

    /// The same when only the language is another. The index of the former one has another name, and stays until it is of
    /// no use any more: it may have come back before it was dropped.
    pub fn change_language(&mut self, object: &Object) {
        let index = Index::search(object);
        let sql = index.create_unless_there(self.schema);
        let act = Doing::IndexLanguage.of(&object.name);
        self.push(Phase::Index, sql, (Lock::Share, Risk::Scan), act);
        self.defer(Some(index));
        self.leaves_indexes = true;
    }
}

impl Catalog {
    /// Whether an index is of the words of an object as they were searched before: in another language than today, or by
    /// an earlier version of Trellis.
    pub fn is_former_index(&self, index: &str) -> bool {
        if index.ends_with(EARLIER) {
            return true;
        }
        let Some((id, language)) = index.strip_suffix("_idx").and_then(|rest| rest.split_once("_words_"))
        else {
            return false;
        };
        self.objects.iter().any(|object| object.id == id && object.language.code != language)
    }

    /// Objects by stable id whose words are indexed in another language than today's and not yet in that, with the
    /// language; which indexes there are tells the caller.
    pub fn searched_before(
        &self,
        is_there: impl Fn(&str) -> bool,
    ) -> impl Iterator<Item = (&str, &'static Language)> {
        let before = move |object: &Object| {
            let is_indexed = |language: &Language| is_there(&search_name(object, language));
            if is_indexed(object.language) { None } else { language::ALL.iter().find(|one| is_indexed(one)) }
        };
        self.objects.iter().filter_map(move |object| Some((object.id.as_str(), before(object)?)))
    }
}

/// How names of indexes of words end that an earlier version made, in no language.
pub const EARLIER: &str = "_search_idx";

pub(super) fn search_name(object: &Object, language: &Language) -> String {
    format!("{}_words_{}_idx", object.id, language.code)
}
