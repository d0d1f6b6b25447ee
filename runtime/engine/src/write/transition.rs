//! Taking a transition of a process, and which ones a record may take: the same save, with the state given by
//! the process.

use std::collections::HashSet;
use std::sync::Arc;

use formulas::Value;
use metadata::Problem;
use metadata::catalog::Object;
use metadata::catalog::rules::{Transition, TransitionField, Workflow};
use metadata::definitions::process::StateEntry;
use permissions::Action;
use serde_json::{Value as Json, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::draft::{Draft, Slots};
use super::facts::Facts;
use super::process::{Open, during, possible};
use super::saving::{Saving, Taken, Way};
use super::{constraint, load, once, reach, update, writable};
use crate::Engine;
use crate::command::{Once, Update, Written};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::query::Bin;
use crate::read::sql::Lock;

impl Engine {
    /// Takes a transition with what is filled in on the way (under `_note` why, under `_checklist` what is confirmed),
    /// once under a caller's key; answers the record.
    pub async fn transition(
        &self,
        context: &Context,
        object: &str,
        (name, mut update, once): (&str, Update, Option<&Once>),
    ) -> Result<Written> {
        let object = writable(context, object)?;
        let mut taken = Taken { transition: name.to_owned(), ..Taken::default() };
        during::read(&mut update.fields, &mut taken)?;
        let mut transaction = self.begin(context).await?;
        let outcome = match take(&mut transaction, context, &object, (update, taken, once)).await {
            Ok(written) => transaction.commit().await.map(|()| written).map_err(Error::from),
            Err(error) => {
                transaction.rollback().await?;
                Err(error)
            }
        };
        outcome.map_err(|error| constraint::explain(error, &object, context))
    }

    /// The transitions that a record may take now: `{data: [{name, label, process, field, from, to, fields,
    /// missing, ready, message, checklist, note}], processes: [{name, label, mode, field, state, guidance, key_fields,
    /// locked}]}`.
    pub async fn transitions(&self, context: &Context, object: &str, id: Uuid) -> Result<Json> {
        let object = context.snapshot.catalog.find_object(object).ok_or(Error::NotFound)?.clone();
        let hidden = self.hidden_fields(context, &object, id).await?;
        let mut transaction = self.begin(context).await?;
        let answer = list(&mut transaction, context, (&object, &hidden), id).await;
        transaction.rollback().await?;
        answer
    }
}

async fn take(
    connection: &mut PgConnection,
    context: &Context,
    object: &Arc<Object>,
    (update, taken, once): (Update, Taken, Option<&Once>),
) -> Result<Written> {
    if let Some(before) = once::before(connection, context, once).await? {
        return Ok(before);
    }
    let written = update::take(connection, context, object, (update, taken)).await?;
    once::after(connection, context, once, &written).await?;
    Ok(written)
}

async fn list(
    connection: &mut PgConnection,
    context: &Context,
    (object, hidden): (&Arc<Object>, &HashSet<&str>),
    id: Uuid,
) -> Result<Json> {
    let slots = Slots::new(object);
    let place = (object.name.as_str(), &[id][..], Bin::Live);
    let columns = load::columns(context, &slots);
    let mut seen = reach::find_with(connection, context, place, (Action::Read, Lock::None, &columns)).await?;
    let stored = seen.remove(&id).ok_or(Error::NotFound)?;
    let editable = reach::find(connection, context, place, (Action::Edit, Lock::None)).await?;
    let mut saving = Saving::new(context, &slots, Way::Command);
    saving.drafts.push(Draft { stored: Some(stored), ..slots.blank(id) });
    let facts = Facts::load(connection, &saving).await?;
    let (mut ways, mut processes) = (Vec::new(), Vec::new());
    let seen = |one: &Open<'_>| !hidden.contains(one.0.source.field.as_str());
    for (workflow, open) in possible(&saving, facts.law()).into_iter().filter(seen) {
        let state = facts.slot(&workflow.field).map(|slot| saving.drafts[0].before(slot));
        let state = state.and_then(word);
        processes.push(process_json(workflow, state, hidden));
        if editable.contains_key(&id) {
            let way = |(transition, problem): &(&Transition, Option<Problem>)| {
                way_json((&saving, &facts, hidden), (workflow, transition), (state, problem.as_ref()))
            };
            ways.extend(open.iter().map(way));
        }
    }
    Ok(json!({ "data": ways, "processes": processes }))
}

fn word(state: &Value) -> Option<&str> {
    match state {
        Value::Text(word) => Some(word),
        _ => None,
    }
}

fn process_json(workflow: &Workflow, state: Option<&str>, hidden: &HashSet<&str>) -> Json {
    let entry = workflow.source.states.iter().find(|entry| Some(entry.value()) == state);
    let said = match entry {
        Some(StateEntry::Full(state)) => Some(state),
        _ => None,
    };
    let key_fields = said.into_iter().flat_map(|state| &state.key_fields);
    let key_fields = key_fields.filter(|name| !hidden.contains(name.as_str()));
    json!({
        "name": workflow.name, "label": workflow.source.label, "mode": workflow.mode,
        "field": workflow.source.field, "state": state,
        "guidance": said.and_then(|state| state.guidance.as_ref()),
        "key_fields": key_fields.collect::<Vec<_>>(),
        "locked": said.is_some_and(|state| state.lock),
    })
}

fn way_json(
    (saving, facts, hidden): (&Saving<'_>, &Facts, &HashSet<&str>),
    (workflow, transition): (&Workflow, &Transition),
    (state, problem): (Option<&str>, Option<&Problem>),
) -> Json {
    let source = &workflow.source.transitions[transition.at];
    let is_missing = |field: &TransitionField| {
        let slot = facts.slot(&field.field);
        field.required && slot.is_none_or(|slot| saving.drafts[0].before(slot).is_blank())
    };
    let field = |field: &TransitionField| {
        json!({
            "field": field.key, "label": field.label, "required": field.required, "missing": is_missing(field),
        })
    };
    let object = saving.slots.object;
    let is_seen = |field: &&TransitionField| {
        object.find_field_by_id(&field.field).is_none_or(|known| !hidden.contains(known.name.as_str()))
    };
    let fields: Vec<&TransitionField> = transition.fields.iter().filter(is_seen).collect();
    let missing = fields.iter().filter(|field| is_missing(field)).map(|field| &field.key);
    let during = source.during.as_ref();
    let label = source.label.clone().unwrap_or_else(|| metadata::catalog::label(&transition.name));
    json!({
        "name": transition.name, "label": label, "process": workflow.name, "field": workflow.source.field,
        "from": state, "to": transition.to, "fields": fields.iter().map(|one| field(one)).collect::<Vec<_>>(),
        "missing": missing.collect::<Vec<_>>(), "ready": problem.is_none(),
        "message": problem.map(|problem| &problem.message),
        "checklist": during.map(|during| during.checklist.as_slice()).unwrap_or_default(),
        "note": during.and_then(|during| during.note),
    })
}
