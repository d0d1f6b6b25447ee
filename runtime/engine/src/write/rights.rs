//! Which fields of a record the actor may write. A field that is not seen does not exist; one that is seen and
//! may not be written is named, and the whole is refused: nothing is silently left out.

use std::collections::HashSet;

use metadata::Problem;
use metadata::catalog::{Field, Object};
use permissions::{Action, Decision, Reach, Sight};
use sqlx::PgConnection;
use uuid::Uuid;

use super::draft::{Draft, Slots};
use super::reach;
use super::saving::Saving;
use crate::context::Context;
use crate::error::Result;

/// Whether a field may be written on any record: new ones, existing ones, or both, as the actions say.
pub(crate) fn may_write(context: &Context, object: &Object, actions: &[Action], field: &Field) -> bool {
    let gives = |action: Action| context.decide(action, object).gives(field);
    gives(Action::Read) && actions.iter().all(|action| gives(*action))
}

/// Blames drafts for fields that the actor may not write on them. One statement for each way in which a field
/// is held back, whatever the number of records.
pub(super) async fn check(connection: &mut PgConnection, saving: &mut Saving<'_>) -> Result<()> {
    let (context, object) = (saving.context, saving.slots.object);
    let decided = Decided {
        create: context.decide(Action::Create, object),
        edit: context.decide(Action::Edit, object),
    };
    let reached = reached(connection, saving, &decided).await?;
    let is_given = |field: &Field, draft: &Draft| match decided.of(draft).sight(field) {
        Sight::Shown => true,
        Sight::Hidden => false,
        // What a new record is, is judged when it is there.
        Sight::Within(_) if draft.is_new() => true,
        Sight::Within(reach) => reached.iter().any(|(known, ids)| known == reach && ids.contains(&draft.id)),
    };
    let mut found = Vec::new();
    for (n, draft) in saving.drafts.iter().enumerate() {
        for (field, key) in named(saving.slots, draft).filter(|(field, _)| !is_given(field, draft)) {
            let message = format!("you may not change {}", field.label);
            found.push((n, Problem::new(key, "not-editable", message)));
        }
    }
    found.into_iter().for_each(|(n, problem)| saving.blame_once(n, problem));
    Ok(())
}

/// What is given for new records and for changes.
struct Decided {
    create: Decision,
    edit: Decision,
}

impl Decided {
    fn of(&self, draft: &Draft) -> &Decision {
        if draft.is_new() { &self.create } else { &self.edit }
    }
}

/// Fields that a draft names, by the keys of the caller's.
fn named<'s>(slots: &'s Slots<'_>, draft: &'s Draft) -> impl Iterator<Item = (&'s Field, &'s str)> {
    let slot = |at: usize| draft.slots[at].is_some() && !draft.filled.contains(&at);
    let filled = slots.columns.iter().enumerate().filter(move |(at, _)| slot(*at));
    let plain = filled.map(|(_, (field, column))| (*field, column.key.as_str()));
    let links = draft.links.iter().map(|(index, _)| &slots.object.fields[*index]);
    plain.chain(links.map(|field| (field, field.name.as_str())))
}

/// Ids of changed records within each reach that holds a named field back.
async fn reached(
    connection: &mut PgConnection,
    saving: &Saving<'_>,
    decided: &Decided,
) -> Result<Vec<(Reach, HashSet<Uuid>)>> {
    let mut asked: Vec<(Reach, HashSet<Uuid>)> = Vec::new();
    for draft in saving.drafts.iter().filter(|draft| !draft.is_new()) {
        for (field, _) in named(saving.slots, draft) {
            let Sight::Within(reach) = decided.of(draft).sight(field) else { continue };
            match asked.iter_mut().find(|(known, _)| known == reach) {
                Some((_, ids)) => drop(ids.insert(draft.id)),
                None => asked.push((reach.clone(), HashSet::from([draft.id]))),
            }
        }
    }
    for (reach, ids) in &mut asked {
        let all: Vec<Uuid> = ids.iter().copied().collect();
        let place = (saving.slots.object.name.as_str(), all.as_slice());
        *ids = reach::within(connection, saving.context, place, reach).await?;
    }
    Ok(asked)
}
