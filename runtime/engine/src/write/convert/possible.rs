//! What a record can become, told before anything is done: for screens that ask people what they want.

use std::collections::BTreeMap;
use std::sync::Arc;

use metadata::catalog::Object;
use metadata::catalog::conversions::{Conversion as Way, Target};
use permissions::Action;
use serde::Serialize;
use serde_json::value::RawValue;
use sqlx::PgConnection;
use uuid::Uuid;

use super::matches::{self, Match};
use super::seen::{self, Seen};
use super::{made, refusal, system, takers};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::query::Bin;
use crate::read::sql::Lock;
use crate::write::reach;

/// One conversion of a record.
#[derive(Clone, Debug, Serialize)]
pub struct Possible {
    pub name: String,
    pub label: String,
    pub description: Option<String>,
    /// Whether it can be done now, and why not.
    pub ready: bool,
    pub message: Option<String>,
    pub targets: Vec<PossibleTarget>,
}

/// One record that would come out.
#[derive(Clone, Debug, Serialize)]
pub struct PossibleTarget {
    pub name: String,
    pub label: String,
    pub object: String,
    pub optional: bool,
    /// Whether the actor may create it.
    pub may_create: bool,
    /// What a new record would hold.
    pub values: BTreeMap<String, Box<RawValue>>,
    /// Its lookups to targets before it.
    pub with: BTreeMap<String, String>,
    /// Records that are there already and agree with it.
    pub matches: Vec<Match>,
}

/// Every conversion of the record; none for those who may not change it.
pub(super) async fn list(
    connection: &mut PgConnection,
    context: &Context,
    (object, id): (&Arc<Object>, Uuid),
) -> Result<Vec<Possible>> {
    let place = (object.name.as_str(), &[id][..], Bin::Live);
    if !reach::find(connection, context, place, (Action::Read, Lock::None)).await?.contains_key(&id) {
        return Err(Error::NotFound);
    }
    if !reach::find(connection, context, place, (Action::Edit, Lock::None)).await?.contains_key(&id) {
        return Ok(Vec::new());
    }
    let system = system(context);
    let mut all = Vec::new();
    for way in &context.snapshot.catalog.conversions(object) {
        let truth = Seen::load(connection, &system, (object, id), &seen::said(way)).await?;
        let truth = truth.ok_or(Error::NotFound)?;
        let refused = refusal(context, way, &truth).and_then(|error| match error {
            Error::Conflict(found) | Error::Unprocessable(found) => found.into_iter().next(),
            _ => None,
        });
        // What cannot be done is told without looking for what it would make.
        let targets = match refused {
            Some(_) => Vec::new(),
            None => targets(connection, (context, &system), (way, object, id)).await?,
        };
        all.push(Possible {
            name: way.name.clone(),
            label: way.label.clone(),
            description: way.source.description.clone(),
            ready: refused.is_none(),
            message: refused.map(|problem| problem.message),
            targets,
        });
    }
    Ok(all)
}

async fn targets(
    connection: &mut PgConnection,
    (context, system): (&Context, &Context),
    (way, object, id): (&Way, &Arc<Object>, Uuid),
) -> Result<Vec<PossibleTarget>> {
    let seen = Seen::load(connection, context, (object, id), &seen::given(way)).await?;
    let seen = seen.ok_or(Error::NotFound)?;
    let takers = takers(connection, system, object, (way, id)).await?;
    let sees = |target: &&Target| context.decide(Action::Read, &target.object).is_allowed();
    let mut all = Vec::new();
    for target in way.targets.iter().filter(sees) {
        let fields = made::mapped(context, target, &seen)?;
        let mut matches = matches::find(connection, context, (target, &fields)).await?;
        // What things move to has to be the actor's to change.
        if takers.contains(target.name.as_str()) {
            let ids: Vec<Uuid> = matches.iter().map(|one| one.id).collect();
            let place = (target.object.name.as_str(), ids.as_slice(), Bin::Live);
            let open = reach::find(connection, context, place, (Action::Edit, Lock::None)).await?;
            matches.retain(|one| open.contains_key(&one.id));
        }
        all.push(PossibleTarget {
            name: target.name.clone(),
            label: target.label.clone(),
            object: target.object.name.clone(),
            optional: target.optional,
            may_create: context.decide(Action::Create, &target.object).is_allowed(),
            values: fields.into_iter().collect(),
            with: target.with.iter().cloned().collect(),
            matches,
        });
    }
    Ok(all)
}
