//! A record becomes others, as a definition of its object says: new ones made of its values, or ones that are there
//! already. One transaction through the same saves as every write; whoever converts needs the rights of each step.
//!
//! The record is locked first, so that of two writers the second finds it converted. What the actor does not see of
//! it is not carried over; what the definition does to the record itself is Trellis's doing.

use std::collections::HashSet;
use std::sync::Arc;

use metadata::Problem;
use metadata::catalog::Object;
use metadata::catalog::conversions::{Conversion as Way, Target};
use permissions::{Action, Actor};
use sqlx::PgConnection;
use uuid::Uuid;

use self::made::Made;
use self::seen::Seen;
use super::pointing::{self, Ends, raw};
use super::{answer, constraint, is_deadlock, once, reach, source, update, writable};
use crate::Engine;
use crate::command::{Conversion, Converted, Fields, Once, Update, Written};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::read::sql::Lock;

mod made;
mod matches;
mod possible;
mod seen;

pub use possible::{Possible, PossibleTarget};

/// How often a conversion is tried that others deadlock with.
const ATTEMPTS: u32 = 5;

impl Engine {
    /// What a record can become, with the values that new records would get and the records that are there already,
    /// as far as the actor may see them. Nothing for those who may not change the record.
    pub async fn conversions(&self, context: &Context, object: &str, id: Uuid) -> Result<Vec<Possible>> {
        let object = context.snapshot.catalog.find_object(object).ok_or(Error::NotFound)?.clone();
        let mut transaction = self.begin(context).await?;
        let found = possible::list(&mut transaction, context, (&object, id)).await;
        transaction.rollback().await?;
        found
    }

    /// Converts a record, once under a caller's key.
    pub async fn convert(
        &self,
        context: &Context,
        object: &str,
        (asked, once): (&Conversion, Option<&Once>),
    ) -> Result<Converted> {
        let object = writable(context, object)?;
        let mut outcome = Err(Error::Busy);
        for _ in 0..ATTEMPTS {
            let mut transaction = self.begin(context).await?;
            outcome = perform(&mut transaction, context, &object, (asked, once)).await;
            let keeps = outcome.is_ok() && !asked.dry_run;
            if keeps {
                transaction.commit().await?
            } else {
                transaction.rollback().await?
            }
            if !matches!(&outcome, Err(error) if is_deadlock(error)) {
                break;
            }
        }
        outcome.map_err(|error| constraint::explain_anywhere(error, context))
    }
}

/// The same context with Trellis itself as the actor, on behalf of the one who asks.
fn system(context: &Context) -> Context {
    let actor = Actor::system(context.actor.user_id, "conversion").into();
    Context { actor, access: None, ..context.clone() }
}

async fn perform(
    connection: &mut PgConnection,
    context: &Context,
    object: &Arc<Object>,
    (asked, once): (&Conversion, Option<&Once>),
) -> Result<Converted> {
    let ways = context.snapshot.catalog.conversions(object);
    let way = ways.iter().find(|way| way.name == asked.name).ok_or(Error::NotFound)?;
    let once = once.filter(|_| !asked.dry_run);
    if let Some(once) = once
        && let Some(before) = once::claim(connection, context, once).await?
    {
        context.check(crate::store::load_versions(connection, context.tenant()).await?)?;
        return Ok(again(way, before));
    }
    let converted = run(connection, context, object, (way, asked)).await?;
    if let Some(once) = once {
        let all: Vec<Written> = in_order(way, &converted);
        once::keep(connection, context, once, &all).await?;
    }
    context.check(crate::store::load_versions(connection, context.tenant()).await?)?;
    Ok(converted)
}

/// What is kept under a key: the record, then each target of the conversion in its place.
fn in_order(way: &Way, converted: &Converted) -> Vec<Written> {
    let of = |name: &String| {
        let found = converted.targets.iter().find(|(known, _, _)| known == name);
        found.map(|(_, _, written)| written.clone()).unwrap_or_default()
    };
    std::iter::once(converted.source.clone()).chain(way.targets.iter().map(|one| of(&one.name))).collect()
}

/// The answer that was kept.
fn again(way: &Way, before: Vec<Written>) -> Converted {
    let mut before = before.into_iter();
    let source = before.next().unwrap_or_default();
    let targets = way.targets.iter().zip(before).filter(|(_, written)| !written.ids.is_empty());
    let targets = targets.map(|(one, written)| (one.name.clone(), one.object.name.clone(), written));
    Converted { source, targets: targets.collect() }
}

async fn run(
    connection: &mut PgConnection,
    context: &Context,
    object: &Arc<Object>,
    (way, asked): (&Way, &Conversion),
) -> Result<Converted> {
    let id = asked.id;
    let locked = reach::lock(connection, context, (object, &[id]), Action::Edit).await?;
    if asked.if_version.is_some_and(|seen| locked.get(&id) != Some(&seen)) {
        return Err(Error::Stale);
    }
    let system = system(context);
    let truth =
        Seen::load(connection, &system, (object, id), &seen::said(way)).await?.ok_or(Error::NotFound)?;
    refusal(context, way, &truth).map_or(Ok(()), Err)?;
    let seen =
        Seen::load(connection, context, (object, id), &seen::given(way)).await?.ok_or(Error::NotFound)?;
    let unknown = unknown_targets(way, asked);
    let made = made::all(connection, context, (way, asked), (&seen, unknown)).await?;
    let fields = own_fields(context, way, (&truth, &made))?;
    let update = Update { id, fields, if_version: None };
    let warnings = update::run(connection, &system, object, vec![update]).await?.warnings;
    moves(connection, (context, &system), object, (way, id, &made)).await?;
    let mut source = answer(connection, context, &object.name, vec![id]).await?;
    source.warnings = made.iter().flat_map(|one| one.warnings.clone()).chain(warnings).collect();
    let mut targets = Vec::new();
    for one in made {
        let created = if one.is_new { vec![one.id] } else { Vec::new() };
        let written = answer(connection, context, &one.object.name, vec![one.id]).await?;
        // A record that the actor may not see any more is told by its id alone.
        targets.push((one.name, one.object.name.clone(), Written { ids: vec![one.id], created, ..written }));
    }
    Ok(Converted { source, targets })
}

/// Why the record cannot be converted.
fn refusal(context: &Context, way: &Way, truth: &Seen) -> Option<Error> {
    if truth.holds(&way.mark) {
        let problem = Problem::new(&way.mark, "already-converted", "the record has been converted already");
        return Some(Error::Conflict(vec![problem]));
    }
    let when = way.when.as_ref()?;
    let is_ready = truth.evaluate(context, when).is_ok_and(|value| value.is_true());
    let message =
        way.source.message.clone().unwrap_or_else(|| "the record cannot be converted as it is".into());
    (!is_ready).then(|| Error::Unprocessable(vec![Problem::new("", "not-ready", message)]))
}

/// Names of targets that the conversion has not.
fn unknown_targets(way: &Way, asked: &Conversion) -> Vec<Problem> {
    let known: Vec<&str> = way.targets.iter().map(|one| one.name.as_str()).collect();
    let mut seen = HashSet::new();
    let mut problems = Vec::new();
    for (name, _) in &asked.targets {
        let place = format!("targets.{name}");
        if !known.contains(&name.as_str()) {
            let problem =
                Problem::new(&place, "unknown-target", format!("nothing called `{name}` comes out of it"));
            let hint = metadata::suggest::hint(name, known.iter().copied());
            problems.push(hint.into_iter().fold(problem, Problem::hint));
        } else if !seen.insert(name) {
            problems.push(Problem::new(&place, "duplicate-key", format!("`{name}` is there twice")));
        }
    }
    problems
}

/// What the converted record gets: what the definition says, the moment, and where it leads now.
fn own_fields(context: &Context, way: &Way, (truth, made): (&Seen, &[Made])) -> Result<Fields> {
    let mut fields = Fields::new();
    for set in &way.set {
        let value = truth.evaluate(context, &set.value).unwrap_or(formulas::Value::Null);
        fields.push((set.key.clone(), source::raw(&value)?));
    }
    fields.retain(|(key, _)| *key != way.mark);
    fields.push((way.mark.clone(), raw(&context.now)?));
    for target in &way.targets {
        let (Some(link), Some(one)) = (&target.link, made.iter().find(|one| one.name == target.name)) else {
            continue;
        };
        fields.retain(|(key, _)| key != link);
        fields.push((link.clone(), raw(&one.id)?));
    }
    Ok(fields)
}

/// Lets what points to the record by relations to any object point to what it became. Something moves only to a record
/// that the actor has made, or may change.
async fn moves(
    connection: &mut PgConnection,
    (context, system): (&Context, &Context),
    object: &Object,
    (way, id, made): (&Way, Uuid, &[Made]),
) -> Result<()> {
    let takers: Vec<&Made> =
        way.moves.iter().filter_map(|name| made.iter().find(|one| one.name == *name)).collect();
    for relation in pointing::all(system, object).iter().filter(|relation| relation.may_lead_to(object)) {
        let Some(taker) = takers.iter().find(|one| relation.may_lead_to(&one.object)) else { continue };
        let (from, to) = (Ends { object, ids: &[id] }, Ends { object: &taker.object, ids: &[taker.id] });
        let found = pointing::find(connection, system, relation, (from, Lock::Update)).await?;
        let at = |error| pointing::at(&format!("targets.{}", taker.name), error);
        if !taker.is_new && !found.is_empty() {
            let locked = reach::lock(connection, context, (&taker.object, &[taker.id]), Action::Edit).await;
            locked.map_err(at)?;
        }
        pointing::turn(connection, system, (relation, found), (from, to)).await.map_err(at)?;
    }
    Ok(())
}

/// Names of the targets to which something that points to the record now may move: the first that comes out takes it.
async fn takers<'w>(
    connection: &mut PgConnection,
    system: &Context,
    object: &Object,
    (way, id): (&'w Way, Uuid),
) -> Result<HashSet<&'w str>> {
    let mut takers = HashSet::new();
    for relation in pointing::all(system, object).iter().filter(|relation| relation.may_lead_to(object)) {
        let targets = way.moves.iter().filter_map(|name| way.targets.iter().find(|one| one.name == *name));
        let mut may_take: Vec<&Target> = targets.filter(|one| relation.may_lead_to(&one.object)).collect();
        if let Some(certain) = may_take.iter().position(|one| !one.optional) {
            may_take.truncate(certain + 1);
        }
        let from = Ends { object, ids: &[id] };
        if !may_take.is_empty()
            && !pointing::find(connection, system, relation, (from, Lock::None)).await?.is_empty()
        {
            takers.extend(may_take.iter().map(|one| one.name.as_str()));
        }
    }
    Ok(takers)
}
