//! The fields of `Query`: one record, a list, and whatever has an id.

use std::sync::Arc;

use engine::{Page, Query};
use metadata::Object;
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::collect::Field;
use super::fault::{Fault, Refused};
use super::select::{Asked, Wanted, first};
use super::shape::{self, EdgePart, ListPart, Response};
use super::{Done, Run, aggregates};
use crate::problem::{Code, Problem};

/// Answers every field; one that fails is `null` and told among the errors.
pub(super) async fn run<'r>(run: &Run<'r>, fields: &[Field<'r>], response: &mut Response) -> Done {
    for field in fields {
        match field.name() {
            "__typename" => shape::text(response.key(field.key), "Query"),
            "__schema" | "__type" => response.introspected(field.key),
            _ => settle(run, field, root(run, field).await, response)?,
        }
    }
    Ok(())
}

/// Puts what came of a root field into the answer. Only "plan again" ends the request.
pub(super) fn settle(
    run: &Run<'_>,
    field: &Field<'_>,
    outcome: Result<Vec<u8>, Refused>,
    response: &mut Response,
) -> Done {
    let sources = &run.document.sources;
    match outcome {
        Ok(bytes) => response.key(field.key).extend_from_slice(&bytes),
        Err(Refused::Problem(problem)) if problem.code == Code::Outdated => return Err(problem),
        Err(Refused::Problem(problem)) => {
            response.fault(field.key, run.fault(field, problem).to_json(sources));
        }
        Err(Refused::Request(errors)) => {
            let message = errors.first().and_then(|error| error["message"].as_str()).unwrap_or_default();
            let fault: Fault = run.fault(field, Problem::new(Code::InvalidRequest, message));
            response.fault(field.key, fault.to_json(sources));
        }
    }
    Ok(())
}

async fn root<'r>(run: &Run<'r>, field: &Field<'r>) -> Result<Vec<u8>, Refused> {
    let catalog = &run.call.context.snapshot.catalog;
    let arguments = run.arguments(field);
    if field.name() == "node" {
        return node(run, field, &arguments).await;
    }
    if let Some(object) = catalog.find_object(field.name()) {
        return one(run, field, (object, &arguments)).await;
    }
    if let Some(object) =
        field.name().strip_suffix("_aggregate").and_then(|plural| catalog.find_plural(plural))
    {
        return aggregates::root(run, field, (object, &arguments)).await;
    }
    match catalog.find_plural(field.name()) {
        Some(object) => list(run, field, (object, &arguments)).await,
        None => Err(Refused::message(format!("there is no field `{}`", field.name()))),
    }
}

/// What is no id names no record.
fn id(arguments: &Map<String, Json>) -> Option<Uuid> {
    arguments.get("id").and_then(Json::as_str).and_then(|text| Uuid::parse_str(text).ok())
}

async fn one<'r>(
    run: &Run<'r>,
    field: &Field<'r>,
    (object, arguments): (&Arc<Object>, &Map<String, Json>),
) -> Result<Vec<u8>, Refused> {
    let Some(id) = id(arguments) else { return Ok(b"null".to_vec()) };
    let fields = run.collect(&field.sets(), run.type_of(object))?;
    let mut wanted = Wanted::default();
    let record = run.record(object, fields, &mut wanted)?;
    let query = Query { fields: wanted.selections(), ..Query::of(&object.name, vec![id]) };
    let answer = run.read(&query).await?;
    let mut bytes = Vec::with_capacity(answer.json.len() + 64);
    match records(&answer.json)?.first() {
        Some(raw) => record.write(&mut bytes, raw),
        None => bytes.extend_from_slice(b"null"),
    }
    Ok(bytes)
}

async fn node<'r>(
    run: &Run<'r>,
    field: &Field<'r>,
    arguments: &Map<String, Json>,
) -> Result<Vec<u8>, Refused> {
    let Some(id) = id(arguments) else { return Ok(b"null".to_vec()) };
    let context = &run.call.context;
    let found = run.call.engine().find_object_of(context, id).await.map_err(Problem::from)?;
    let object = found.and_then(|name| context.snapshot.catalog.find_object(&name));
    match object.filter(|object| run.schema.names.of(&object.name).is_some()) {
        Some(object) => one(run, field, (object, arguments)).await,
        None => Ok(b"null".to_vec()),
    }
}

async fn list<'r>(
    run: &Run<'r>,
    field: &Field<'r>,
    (object, arguments): (&Arc<Object>, &Map<String, Json>),
) -> Result<Vec<u8>, Refused> {
    let mut wanted = Wanted::default();
    let parts = run.list_parts(object, field, &mut wanted)?;
    let Asked { filter, sort } = run.asked(arguments, object)?;
    let (page, size) = page(arguments)?;
    let backward = matches!(page, Page::Before(_));
    let begun = matches!(page, Page::After(_) | Page::Before(Some(_)));
    let query = Query {
        object: object.name.clone(),
        fields: wanted.selections(),
        filter,
        sort,
        page,
        limit: size.max(1),
        include_total: parts.iter().any(|(_, part)| matches!(part, ListPart::Total)),
        cursors: parts.iter().any(|(_, part)| needs_cursors(part)),
        ..Query::default()
    };
    let answer = run.read(&query).await?;
    let mut records = records(&answer.json)?;
    records.truncate(size as usize);
    let more = answer.next_cursor.is_some() || (size == 0 && answer.count > 0);
    let page = shape::Page {
        has_next: if backward { begun } else { more },
        has_previous: if backward { more } else { begun },
        total: answer.total,
        cursors: answer.cursors,
    };
    let mut bytes = Vec::with_capacity(answer.json.len() * 2);
    shape::list(&mut bytes, &parts, &records, &page);
    Ok(bytes)
}

fn needs_cursors(part: &ListPart) -> bool {
    match part {
        ListPart::Edges(parts) => parts.iter().any(|(_, part)| matches!(part, EdgePart::Cursor)),
        ListPart::Page(keys) => keys.iter().any(|(_, name)| name.ends_with("Cursor")),
        _ => false,
    }
}

/// Where the page begins and how long it is.
fn page(arguments: &Map<String, Json>) -> Result<(Page, u32), Refused> {
    let text = |key: &str| arguments.get(key).and_then(Json::as_str).map(str::to_owned);
    let (ahead, back) = (first(arguments, "first")?, first(arguments, "last")?);
    let (after, before) = (text("after"), text("before"));
    match (ahead.is_some() || after.is_some(), back.is_some() || before.is_some()) {
        (true, true) => Err(Refused::coded("one-of", "give `first` with `after`, or `last` with `before`")),
        (_, false) => {
            Ok((after.map_or(Page::First, Page::After), ahead.unwrap_or(engine::query::DEFAULT_LIMIT)))
        }
        (false, true) => Ok((Page::Before(before), back.unwrap_or(engine::query::DEFAULT_LIMIT))),
    }
}

impl Run<'_> {
    pub(super) async fn read(&self, query: &Query) -> Result<engine::Answer, Refused> {
        let answer = self.call.engine().read(&self.call.context, query).await;
        answer.map_err(|error| Refused::Problem(error.into()))
    }
}

/// The records of an answer, each as text.
pub(super) fn records(json: &[u8]) -> Result<Vec<&RawValue>, Refused> {
    serde_json::from_slice(json).map_err(|_| Refused::Problem(Problem::internal()))
}
