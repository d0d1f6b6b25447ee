//! Words looked for across objects: which records have them all, the best first, with the places marked.
//!
//! It is not a second way to read: each object's rows are those of its list, and only texts that the actor may see
//! count and are shown.

use std::sync::Arc;

use metadata::Object;
use serde_json::{Map, Value as Json, json};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, Row};
use uuid::Uuid;

use crate::audit::reads;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::lanes::is_gone;
use crate::plan::Plan;
use crate::query::Query;
use crate::read::sql::search::{Looking, is_searched, statement};
use crate::read::{check_versions, of_revision, settled_elsewhere};
use crate::{Engine, indexes};

mod marks;

/// Most words of one question.
const MAX_WORDS: usize = 10;
/// Longest question, in characters.
const MAX_TEXT: usize = 200;
/// Records when the question does not say.
pub const DEFAULT_HITS: u32 = 20;

/// One question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    pub text: String,
    /// Singular names of the objects to look into; empty means all.
    pub objects: Vec<String>,
    /// Records at most; 0 means [`DEFAULT_HITS`].
    pub limit: u32,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hits {
    /// `{object, plural, id, name, rank, similar, highlights: {field: html}}`, the best first.
    pub hits: Vec<Json>,
    pub has_more: bool,
}

impl Engine {
    /// The records that have all words of the text, by their beginnings, without marks on letters, or in another form
    /// where texts are in a language. Where there is none, those whose name is
    /// much like the text, if the database has `pg_trgm`.
    pub async fn search(&self, context: &Context, search: &Search) -> Result<Hits> {
        let words = words(&search.text)?;
        let plans = plans(context, &search.objects)?;
        if plans.is_empty() {
            self.compare(context).await?;
            return Ok(Hits::default());
        }
        let limit = if search.limit == 0 { DEFAULT_HITS } else { search.limit };
        if self.has_replica()
            && let Some(told) = Box::pin(self.search_elsewhere((context, &plans), &words, limit)).await
        {
            return told;
        }
        let mut connection = self.connection(context.tenant()).await?;
        let mut outcome = look(&mut connection, (context, &plans), &words, limit).await;
        // The database was started anew while the connection rested.
        if matches!(&outcome, Err(Error::Database(error)) if is_gone(error)) {
            connection.end();
            self.clear_lanes();
            connection = Box::pin(self.inner.reading.living(context.tenant())).await?;
            outcome = look(&mut connection, (context, &plans), &words, limit).await;
        }
        if let Ok(found) = &outcome
            && let Err(error) = note(&mut connection, context, found).await
        {
            outcome = Err(error);
        }
        self.settle(&mut connection, context, outcome).await
    }
}

impl Engine {
    /// The same of a standby, where it can tell.
    async fn search_elsewhere(
        &self,
        (context, plans): (&Context, &[Plan]),
        words: &[String],
        limit: u32,
    ) -> Option<Result<Hits>> {
        let mut lane = self.elsewhere(context.tenant()).await?;
        let told = settled_elsewhere(look(&mut lane, (context, plans), words, limit).await)?;
        if let Ok(found) = &told {
            lane.rest();
            // What leaves a trace is looked for once more, where it can.
            return shown(context, found).is_empty().then_some(told);
        }
        Some(told)
    }
}

/// Notes the sensitive texts that are shown: those with their words marked, and names.
async fn note(connection: &mut PgConnection, context: &Context, found: &Hits) -> Result<()> {
    for (object, id, said) in shown(context, found) {
        reads::note(connection, context, &object.id, (&said, &[id])).await?;
    }
    Ok(())
}

/// Those texts, of each record that shows some.
fn shown<'c>(context: &'c Context, found: &Hits) -> Vec<(&'c Object, Uuid, reads::Fields)> {
    let catalog = &context.snapshot.catalog;
    let mut all = Vec::new();
    for hit in found.hits.iter().filter(|_| !catalog.sensitive.is_empty()) {
        let object = hit["object"].as_str().and_then(|name| catalog.find_object(name));
        let id = hit["id"].as_str().and_then(|id| Uuid::parse_str(id).ok());
        let (Some(object), Some(id), Some(shown)) = (object, id, hit["highlights"].as_object()) else {
            continue;
        };
        // A name is shown whatever the record was found by; one that nobody may see is null.
        let name = (!hit["name"].is_null()).then_some("name");
        let keys = shown.keys().map(String::as_str).chain(name);
        let fields = keys.filter_map(|key| object.find_key(key)).map(|(field, _)| field);
        let mut said = reads::Fields::new();
        fields.for_each(|field| reads::of_field(context, object, field, &mut said));
        if !said.is_empty() {
            all.push((&**object, id, said));
        }
    }
    all
}

async fn look(
    connection: &mut PgConnection,
    (context, plans): (&Context, &[Plan]),
    words: &[String],
    limit: u32,
) -> Result<Hits> {
    let found = run(connection, (context, plans), Looking::Words(words), (words, limit)).await?;
    let objects: Vec<&Object> = plans.iter().map(|plan| &**plan.object()).collect();
    if !found.hits.is_empty() || !indexes::can_tell_alike(connection, context, &objects).await? {
        return Ok(found);
    }
    run(connection, (context, plans), Looking::Similar(&words.join(" ")), (words, limit)).await
}

async fn run(
    connection: &mut PgConnection,
    (context, plans): (&Context, &[Plan]),
    looking: Looking<'_>,
    (words, limit): (&[String], u32),
) -> Result<Hits> {
    let (text, values) = statement(plans, looking, limit);
    let text = AssertSqlSafe(of_revision(context, &text));
    let rows = sqlx::query_with(text, sea_query_sqlx::SqlxValues(values)).fetch_all(connection).await?;
    check_versions(context, rows.first())?;
    let similar = matches!(looking, Looking::Similar(_));
    let mut hits = Vec::new();
    for row in rows.iter().take(limit as usize) {
        // Without a hit the statement still answers its versions.
        let Some(place) = row.try_get::<Option<i32>, _>("place")? else { continue };
        if let Some(plan) = usize::try_from(place).ok().and_then(|place| plans.get(place)) {
            hits.push(hit(row, plan, (words, similar))?);
        }
    }
    Ok(Hits { has_more: rows.len() > hits.len() && hits.len() == limit as usize, hits })
}

fn hit(row: &PgRow, plan: &Plan, (words, similar): (&[String], bool)) -> Result<Json> {
    let texts: Vec<Option<String>> = row.try_get::<sqlx::types::Json<_>, _>("texts")?.0;
    let found: Vec<String> = row.try_get::<Option<_>, _>("found")?.unwrap_or_default();
    let keys = plan.root.outputs[1..].iter().map(|output| &output.key);
    let mut highlights = Map::new();
    for (key, text) in keys.zip(&texts) {
        if let Some(marked) = text.as_deref().and_then(|text| marks::marked(text, (words, &found))) {
            highlights.insert(key.clone(), marked.into());
        }
    }
    let object = plan.object();
    Ok(json!({
        "object": object.name,
        "plural": object.plural,
        "id": row.try_get::<Uuid, _>("id")?,
        "name": row.try_get::<Option<String>, _>("name")?,
        "rank": row.try_get::<f32, _>("rank")?,
        "similar": similar,
        "highlights": highlights,
    }))
}

/// The words of a text, without what stands between them.
fn words(text: &str) -> Result<Vec<String>> {
    if text.chars().count() > MAX_TEXT {
        return Err(Error::invalid("q", "too-long", format!("at most {MAX_TEXT} characters are looked for")));
    }
    let words: Vec<String> = text
        .split(|c: char| !is_of_word(c))
        .map(|word| word.trim_start_matches(is_mark))
        .filter(|word| !word.is_empty())
        .take(MAX_WORDS)
        .map(str::to_lowercase)
        .collect();
    if words.is_empty() {
        return Err(Error::invalid("q", "empty", "expected at least one word to look for"));
    }
    Ok(words)
}

/// Letters and digits, and marks that stand behind their letter.
fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || is_mark(c)
}

/// Without a letter before it a mark is no word.
fn is_mark(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

/// One plan for each object that the actor may read, answering the id and the texts that are looked into.
fn plans(context: &Context, objects: &[String]) -> Result<Vec<Plan>> {
    let mut plans = Vec::new();
    for object in &context.snapshot.catalog.objects {
        if !objects.is_empty() && !objects.contains(&object.name) {
            continue;
        }
        let query = Query { object: object.name.clone(), ..Query::default() };
        let mut plan = match Plan::new(context, &query) {
            Ok(plan) => plan,
            Err(Error::Forbidden(_)) => continue,
            Err(error) => return Err(error),
        };
        if let Some(before) = context.snapshot.searched_before.get(&object.id) {
            let mut object = Object::clone(object);
            object.language = before;
            plan.root.object = Arc::new(object);
        }
        let mut outputs = std::mem::take(&mut plan.root.outputs);
        outputs.retain(|output| output.key == "id" || is_searched(&plan, output));
        // The id is first in any answer; the name comes next where it may be seen at all.
        outputs.sort_by_key(|output| (output.key != "id", output.key != "name"));
        plan.root.outputs = outputs;
        if plan.root.outputs.len() > 1 {
            plans.push(plan);
        }
    }
    Ok(plans)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_words() {
        assert_eq!(words("  O'Neil & Söhne:* !").unwrap(), ["o", "neil", "söhne"]);
        assert_eq!(words("So\u{308}hne").unwrap(), ["so\u{308}hne"]);
        assert_eq!(words("\u{301} \u{345}\u{301}e\u{301}").unwrap(), ["e\u{301}"]);
        for bad in ["", " ", "&|!:*'\\", "\0", "\u{301}", "\u{345} \u{36f}"] {
            assert!(words(bad).is_err(), "{bad}");
        }
        assert!(words(&"x".repeat(201)).is_err());
        assert_eq!(words(&"a ".repeat(100)).unwrap().len(), MAX_WORDS);
    }
}
