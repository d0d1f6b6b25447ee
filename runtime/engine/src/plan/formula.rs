//! Conditions that callers type in the formula language. Names are resolved as in every other part of a
//! question: what the actor may not read does not exist.

use std::cell::RefCell;
use std::sync::Arc;

use formulas::{Expression, OptionLabel, Options, Scope, Target, Type, Unknown};
use metadata::Problem;
use metadata::catalog::Object;

use super::bind::Binder;
use super::paths::Lost;

/// The names that a formula may use, seen from one object.
struct Names<'b, 'c> {
    binder: RefCell<&'b mut Binder<'c>>,
    object: &'c Arc<Object>,
}

impl Scope for Names<'_, '_> {
    fn field(&self, segments: &[String]) -> Result<Target, Unknown> {
        let path = segments.join(".");
        let found = self.binder.borrow_mut().follow(self.object, &path).map_err(|lost| {
            let reason = if let Lost::Encrypted(reason) = lost { Some(reason) } else { None };
            Unknown { at: segments.len().saturating_sub(1), reason, ..Unknown::default() }
        })?;
        let options = found.field.options.iter().map(|option| OptionLabel {
            value: option.value.clone(),
            label: option.label.clone().unwrap_or_else(|| option.value.clone()),
        });
        let options: Vec<OptionLabel> = options.collect();
        Ok(Target {
            reference: found.reference,
            nullable: true,
            options: (!options.is_empty()).then_some(options),
        })
    }
}

impl<'c> Binder<'c> {
    /// The expression of a condition in the formula language; problems are told with their place in the text.
    pub(super) fn formula(&mut self, object: &'c Arc<Object>, text: &str) -> Expression {
        let options = Options { expects: Some(Type::Bool), ..Options::default() };
        let names = Names { binder: RefCell::new(self), object };
        let checked = formulas::check(text, &names, &options);
        match checked {
            Ok(checked) => self.who.fixed(&checked.expression),
            Err(found) => {
                for diagnostic in found {
                    let span = diagnostic.span;
                    let message = format!("at {}..{}: {}", span.start, span.end, diagnostic.message);
                    let problem = Problem::new("where", diagnostic.code.as_str(), message);
                    self.problems.push(if diagnostic.hint.is_empty() {
                        problem
                    } else {
                        problem.hint(diagnostic.hint)
                    });
                }
                Expression::never()
            }
        }
    }
}
