//! The records that come out of a conversion, one target after the other. All problems of all targets are told at
//! once, each below `targets.NAME`; what follows from the lack of another one is not told again.

use std::collections::HashSet;
use std::sync::Arc;

use metadata::Problem;
use metadata::catalog::Object;
use metadata::catalog::conversions::{Conversion as Way, Mapped, Target};
use permissions::Action;
use serde_json::value::{RawValue, to_raw_value};
use sqlx::PgConnection;
use uuid::Uuid;

use super::seen::Seen;
use crate::command::{Become, Conversion, Fields, Update};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::query::Bin;
use crate::read::sql::Lock;
use crate::write::pointing::raw;
use crate::write::{constraint, create, reach, rights, source, update};

/// One record that came out.
pub(super) struct Made {
    pub name: String,
    pub object: Arc<Object>,
    pub id: Uuid,
    pub is_new: bool,
    pub warnings: Vec<Problem>,
}

/// What has come out so far, and what is wrong.
#[derive(Default)]
struct Making<'w> {
    made: Vec<Made>,
    /// Targets that were refused.
    failed: HashSet<&'w str>,
    problems: Vec<Problem>,
    conflicts: usize,
}

/// Makes or takes the record of every target.
pub(super) async fn all(
    connection: &mut PgConnection,
    context: &Context,
    (way, asked): (&Way, &Conversion),
    (seen, problems): (&Seen, Vec<Problem>),
) -> Result<Vec<Made>> {
    let mut making = Making { problems, ..Making::default() };
    for target in &way.targets {
        let wish = asked.targets.iter().find(|(name, _)| *name == target.name).map(|(_, wish)| wish);
        let outcome = match wish {
            None if target.optional => continue,
            Some(Become::Nothing) if target.optional => continue,
            Some(Become::Nothing) => {
                let message = format!("{} cannot be left out", target.label);
                Err(Error::Unprocessable(vec![Problem::new("", "required", message)]))
            }
            Some(Become::Existing(id, fields)) => take(connection, context, target, (*id, fields)).await,
            Some(Become::New(fields)) => making.create(connection, context, (target, seen, fields)).await,
            None => making.create(connection, context, (target, seen, &Fields::new())).await,
        };
        making.note(context, target, outcome)?;
    }
    making.finish()
}

impl<'w> Making<'w> {
    fn note(&mut self, context: &Context, target: &'w Target, outcome: Result<Made>) -> Result<()> {
        let place = format!("targets.{}", target.name);
        match outcome {
            Ok(made) => self.made.push(made),
            Err(Error::Unprocessable(found)) => self.blame(target, found, &place),
            // It was seen before the database refused anything, so the others can still be judged.
            Err(Error::Conflict(found)) => {
                self.conflicts += found.len();
                self.blame(target, found, &place);
            }
            // After this the transaction can do no more.
            Err(error) => {
                return Err(match constraint::explain(error, &target.object, context) {
                    Error::Conflict(found) => {
                        self.blame(target, found, &format!("{place}.values"));
                        Error::Conflict(std::mem::take(&mut self.problems))
                    }
                    error => error,
                });
            }
        }
        Ok(())
    }

    fn blame(&mut self, target: &'w Target, found: Vec<Problem>, place: &str) {
        // A lookup to a target that was refused is not missing by itself.
        let follows = |problem: &Problem| {
            target.with.iter().any(|(key, name)| {
                self.failed.contains(name.as_str()) && problem.path == format!("values.{key}")
            })
        };
        let own: Vec<Problem> =
            found.into_iter().filter(|one| !follows(one)).map(|one| one.under(place)).collect();
        self.problems.extend(own);
        self.failed.insert(&target.name);
    }

    fn finish(self) -> Result<Vec<Made>> {
        if self.problems.is_empty() {
            return Ok(self.made);
        }
        match self.conflicts == self.problems.len() {
            true => Err(Error::Conflict(self.problems)),
            false => Err(Error::Unprocessable(self.problems)),
        }
    }

    /// A new record of what the converted one holds, with what the caller says instead.
    async fn create(
        &self,
        connection: &mut PgConnection,
        context: &Context,
        (target, seen, said): (&Target, &Seen, &Fields),
    ) -> Result<Made> {
        let mut fields = mapped(context, target, seen)?;
        fields.retain(|(key, _)| !said.iter().any(|(named, _)| named == key));
        for (key, name) in &target.with {
            let other = self.made.iter().find(|one| one.name == *name);
            let is_said = fields.iter().chain(said).any(|(named, _)| named == key);
            if let Some(other) = other.filter(|_| !is_said) {
                fields.push((key.clone(), raw(&other.id)?));
            }
        }
        fields.extend(said.iter().cloned());
        let id = context.new_id();
        let outcome = create::insert(connection, context, &target.object, &[(id, fields)]).await;
        let warnings = outcome.map_err(under_values)?;
        Ok(Made { name: target.name.clone(), object: target.object.clone(), id, is_new: true, warnings })
    }
}

/// What is wrong with a record stands below its values.
fn under_values(error: Error) -> Error {
    let under = |found: Vec<Problem>| found.into_iter().map(|problem| problem.under("values")).collect();
    match error {
        Error::Unprocessable(found) => Error::Unprocessable(under(found)),
        Error::Conflict(found) => Error::Conflict(under(found)),
        error => error,
    }
}

/// A record that is there already and that the actor may see; it is changed only where something is said of it.
async fn take(
    connection: &mut PgConnection,
    context: &Context,
    target: &Target,
    (id, fields): (Uuid, &Fields),
) -> Result<Made> {
    let place = (target.object.name.as_str(), &[id][..], Bin::Live);
    let seen = reach::find(connection, context, place, (Action::Read, Lock::None)).await?;
    if !seen.contains_key(&id) {
        let message = format!("there is no {} with id {id}", target.object.name);
        return Err(Error::Unprocessable(vec![Problem::new("id", "not-found", message)]));
    }
    let mut warnings = Vec::new();
    if !fields.is_empty() {
        let update = Update { id, fields: fields.clone(), if_version: None };
        let outcome = update::run(connection, context, &target.object, vec![update]).await;
        warnings = outcome.map_err(under_values)?.warnings;
    }
    Ok(Made { name: target.name.clone(), object: target.object.clone(), id, is_new: false, warnings })
}

/// What the conversion gives a new record: as far as the actor sees it, and could have written it.
pub(super) fn mapped(context: &Context, target: &Target, seen: &Seen) -> Result<Fields> {
    let mut fields = Fields::new();
    for (key, mapped) in &target.values {
        let found = target.object.find_key(key).map(|(field, _)| field);
        let field = found.or_else(|| target.object.find_field(key));
        let may = |field| rights::may_write(context, &target.object, &[Action::Create], field);
        if !field.is_some_and(may) {
            continue;
        }
        let value: Option<Box<RawValue>> = match mapped {
            Mapped::Field(name) => seen.field(name),
            // A formula without a value leaves the field blank, as every default does.
            Mapped::Formula(formula) => {
                let value = seen.evaluate(context, formula).unwrap_or(formulas::Value::Null);
                if value.is_blank() { None } else { Some(source::raw(&value)?) }
            }
            Mapped::Literal(literal) => to_raw_value(literal).ok(),
        };
        fields.extend(value.map(|value| (key.clone(), value)));
    }
    Ok(fields)
}
