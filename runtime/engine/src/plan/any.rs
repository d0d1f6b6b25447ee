//! Binding what an any-lookup points to: a record of one of several objects, of which is told what all of them have.

use std::sync::Arc;

use metadata::Problem;
use metadata::catalog::{Field, Object};

use super::bind::{Binder, MAX_NESTING, key_of, push};
use super::{Level, Output, What};
use crate::query::{Nested, Paged, Selection};

/// What every record has.
const NAME: &str = "name";
/// The key under which the object of such a record is told.
pub(crate) const OBJECT: &str = "object";

impl<'c> Binder<'c> {
    /// What an any-lookup points to: its id, the name of its object, and fields that every object that it may be of has.
    pub(super) fn any(&mut self, outputs: &mut Vec<Output>, field: &'c Field, nested: &Nested) {
        let mut names = Vec::new();
        for selection in &nested.fields {
            match selection {
                Selection::Field(name) if name == OBJECT => {}
                Selection::Field(name) if name != "*" => names.push(name.as_str()),
                Selection::Field(name)
                | Selection::Nested(Nested { relation: name, .. })
                | Selection::Paged(Paged { nested: Nested { relation: name, .. }, .. }) => {
                    let message = format!(
                        "`{}` may be of several objects, so that `{name}` does not nest in it",
                        field.name
                    );
                    let problem =
                        Problem::new(format!("fields.{}.{name}", nested.relation), "not-common", message);
                    self.problems.push(problem.hint(
                        "name fields that all of its objects have, or filter the other side's records",
                    ));
                }
            }
        }
        let catalog = self.catalog;
        let targets = field.targets.iter().filter_map(|name| catalog.find_object(name));
        let targets: Vec<_> = targets.filter(|target| self.decide(target).is_allowed()).collect();
        let levels = targets.into_iter().map(|target| self.level_of_any(target, (nested, &names))).collect();
        push(outputs, key_of(nested), What::ToAny { field: field.name.clone(), levels });
    }

    fn level_of_any(&mut self, target: &'c Arc<Object>, (nested, names): (&Nested, &[&str])) -> Level {
        let mut outputs = self.outputs(target, &[Selection::Field("id".into())], MAX_NESTING);
        for name in names {
            let place = format!("fields.{}.{name}", nested.relation);
            match self.key(target, name) {
                Some((field, _)) if field.encrypted => {
                    self.problem(
                        place,
                        metadata::catalog::encrypted::ENCRYPTED,
                        field.encrypted_reason(target),
                    );
                }
                Some((_, column)) => push(&mut outputs, column.key.clone(), What::Column(column.clone())),
                None => match self.field(target, name).and_then(|field| field.computed.as_ref()) {
                    Some(computed) => {
                        push(&mut outputs, (*name).to_owned(), What::Computed(computed.clone()))
                    }
                    // Who may not know the names of some of its objects is not told them, and of the others is.
                    None if *name == NAME || self.problems.iter().any(|problem| problem.path == place) => {}
                    None => {
                        let message = format!(
                            "`{}` has no plain field `{name}`, so not every record has it",
                            target.name
                        );
                        self.problem(place, "not-common", message);
                    }
                },
            }
        }
        let allowed = Some(self.decide(target).reach.clone());
        Level::of_one(target, outputs, allowed)
    }
}
