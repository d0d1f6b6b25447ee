//! The fields of `Subscription`: `deal_changed` answers each change of a record, in the order of the stream, with the
//! record as it is now and as the subscriber may see it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use engine::audit::feed::Change;
use engine::{Filter, Query};
use metadata::Object;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::collect::Field;
use super::fault::Refused;
use super::request::Request;
use super::select::{Asked, Wanted};
use super::shape::{Record, object, text};
use super::socket::{Voice, What};
use super::{Ready, Run, limits, queries};
use crate::call::Call;
use crate::follower::{Follower, PAGE, TRIES};
use crate::problem::Problem;

/// What is put behind an object's name.
pub(super) const SUFFIX: &str = "_changed";

/// What follows changes, and how each is told.
struct Subscription<'r> {
    key: &'r str,
    object: Arc<Object>,
    only: Option<HashSet<Uuid>>,
    after: Option<i64>,
    filter: Option<Filter>,
    parts: Vec<(String, Part)>,
    wanted: Wanted,
}

/// One key of a change.
enum Part {
    TypeName(String),
    /// A value of the change itself, by its name.
    Value(String),
    Record(Record),
}

/// One subscription from its beginning on, as long as somebody listens.
pub(super) async fn follow(mut call: Call, request: &Request, voice: &Voice) -> Result<(), Refused> {
    let mut tries = 0;
    let (mut follower, mut changes) = loop {
        match begin(&call, request).await {
            Err(refused) if refused.is_outdated() && tries < TRIES => call = call.renewed().await?,
            begun => break begun?,
        }
        tries += 1;
    };
    loop {
        tries = 0;
        let told = loop {
            match answers(&follower.call, request, &changes).await {
                Err(refused) if refused.is_outdated() && tries < TRIES => follower.renew().await?,
                told => break told?,
            }
            tries += 1;
        };
        for answer in told {
            if !voice.say(What::Next(answer)).await {
                return Ok(());
            }
        }
        changes = follower.next().await?;
    }
}

async fn begin(call: &Call, request: &Request) -> Result<(Follower, Vec<Change>), Refused> {
    let ready = Ready::of(call, request)?;
    let run = ready.run(call, request)?;
    let Subscription { object, only, after, .. } = run.subscription()?;
    Ok(Follower::begin(call.clone(), (object.name.clone(), only), after).await?)
}

/// Each change as an answer. With a filter only those after which the record meets it.
async fn answers(call: &Call, request: &Request, changes: &[Change]) -> Result<Vec<Vec<u8>>, Refused> {
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    let ready = Ready::of(call, request)?;
    let run = ready.run(call, request)?;
    let Subscription { key, object, filter, parts, wanted, .. } = run.subscription()?;
    let has_filter = filter.is_some();
    let is_read = has_filter || parts.iter().any(|(_, part)| matches!(part, Part::Record(_)));
    let ids: HashSet<Uuid> = changes.iter().filter_map(|change| change.id).collect();
    let mut json = b"[]".to_vec();
    if is_read && !ids.is_empty() {
        let of = Query::of(&object.name, ids.into_iter().collect());
        let query = Query { fields: wanted.selections(), filter, ..of };
        json = call.engine().read(&call.context, &query).await.map_err(Problem::from)?.json;
    }
    let records = by_id(queries::records(&json)?)?;
    let told = changes.iter().filter_map(|change| {
        let record = change.id.and_then(|id| records.get(&id).copied());
        (record.is_some() || !has_filter).then(|| answer(key, &parts, (change, record)))
    });
    Ok(told.collect())
}

#[derive(Deserialize)]
struct HasId {
    id: Uuid,
}

fn by_id(records: Vec<&RawValue>) -> Result<HashMap<Uuid, &RawValue>, Refused> {
    let one = |raw: &'_ RawValue| serde_json::from_str::<HasId>(raw.get()).map(|has| has.id);
    let pairs = records.into_iter().map(|raw| Ok((one(raw).map_err(|_| Problem::internal())?, raw)));
    pairs.collect()
}

fn answer(key: &str, parts: &[(String, Part)], (change, record): (&Change, Option<&RawValue>)) -> Vec<u8> {
    let mut out = b"{\"data\":{".to_vec();
    text(&mut out, key);
    out.push(b':');
    object(&mut out, parts, |out, part| match (part, record) {
        (Part::TypeName(name), _) => text(out, name),
        (Part::Value(name), _) => value(out, name, change),
        (Part::Record(form), Some(raw)) => form.write(out, raw),
        (Part::Record(_), None) => out.extend_from_slice(b"null"),
    });
    out.extend_from_slice(b"}}");
    out
}

fn value(out: &mut Vec<u8>, name: &str, change: &Change) {
    let json = match name {
        "cursor" => Json::from(change.cursor.to_string()),
        "action" => change.action.as_str().into(),
        "at" => change.at.as_str().into(),
        "id" => change.id.map(|id| id.to_string()).into(),
        "version" => change.version.into(),
        "actor" => change.actor.clone(),
        // Values stay the text that they are.
        _ => return drop(serde_json::to_writer(out, &change.changes)),
    };
    // Writing to memory cannot fail.
    drop(serde_json::to_writer(out, &json));
}

impl<'r> Run<'r> {
    /// What the operation follows.
    fn subscription(&self) -> Result<Subscription<'r>, Refused> {
        let fields = self.collect(&[&self.operation.selection_set], self.operation.object_type())?;
        limits::check(self, &fields)?;
        let only = |fields: &'_ [Field<'r>]| fields.len() == 1;
        let field = fields.first().filter(|_| only(&fields));
        let found = field.and_then(|field| {
            let name = field.name().strip_suffix(SUFFIX)?;
            Some((field, self.call.context.snapshot.catalog.find_object(name)?.clone()))
        });
        let (field, object) =
            found.ok_or_else(|| Refused::message("a subscription has one field, such as `deal_changed`"))?;
        let arguments = self.arguments(field);
        let Asked { filter, .. } = self.asked(&arguments, &object)?;
        let mut wanted = Wanted::default();
        let parts = self.change_parts(&object, field, &mut wanted)?;
        let cost = parts.iter().map(|(_, part)| match part {
            Part::Record(record) => limits::cost(record, PAGE.into()),
            Part::TypeName(_) | Part::Value(_) => PAGE.into(),
        });
        limits::check_cost(self, &[(field.key, cost.fold(0, u64::saturating_add))])?;
        let (only, after) = (ids(&arguments)?, after(&arguments)?);
        Ok(Subscription { key: field.key, object, only, after, filter, parts, wanted })
    }

    fn change_parts(
        &self,
        object: &Object,
        field: &Field<'r>,
        wanted: &mut Wanted,
    ) -> Result<Vec<(String, Part)>, Refused> {
        let ty = field.first().ty().inner_named_type().as_str();
        let mut parts = Vec::new();
        for part in self.collect(&field.sets(), ty)? {
            let what = match part.name() {
                "__typename" => Part::TypeName(ty.to_owned()),
                "record" => {
                    let fields = self.collect(&part.sets(), self.type_of(object))?;
                    Part::Record(self.record(object, &fields, wanted)?)
                }
                name => Part::Value(name.to_owned()),
            };
            parts.push((part.key.to_owned(), what));
        }
        Ok(parts)
    }
}

/// Records that are followed. What is no id is followed by nobody.
fn ids(arguments: &Map<String, Json>) -> Result<Option<HashSet<Uuid>>, Refused> {
    let Some(ids) = arguments.get("ids").and_then(Json::as_array) else { return Ok(None) };
    if ids.len() > engine::query::MAX_LIMIT as usize {
        let text = format!("`ids` has at most {} of them", engine::query::MAX_LIMIT);
        return Err(Refused::coded("too-large", text));
    }
    Ok(Some(ids.iter().filter_map(Json::as_str).filter_map(|id| Uuid::parse_str(id).ok()).collect()))
}

fn after(arguments: &Map<String, Json>) -> Result<Option<i64>, Refused> {
    let Some(text) = arguments.get("after").and_then(Json::as_str) else { return Ok(None) };
    let place = text.parse().ok().filter(|place: &i64| *place >= 0);
    place.map(Some).ok_or_else(|| Refused::coded("bad-cursor", "`after` is the cursor of a change"))
}
