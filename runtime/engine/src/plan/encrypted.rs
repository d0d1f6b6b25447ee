//! Conditions on encrypted fields: whether there is a value, and with a blind index, whether it is exactly this one.
//! What was asked for leaves this place as a word that tells nothing.

use formulas::{Comparison, Expression, Reference, Value};
use metadata::Fault;
use metadata::catalog::encrypted::ENCRYPTED;
use permissions::Sight;
use serde_json::Value as Json;
use uuid::Uuid;

use super::bind::Binder;
use super::condition::{elements, has_nul, is_null, literal, nul};
use super::paths::Target;
use crate::filter::Operator;
use crate::keys::Place;

/// Behind the id of a field in a reference: the word that its ciphertext begins with.
pub(crate) const BLIND: &str = "#blind";

impl<'c> Binder<'c> {
    /// The condition on an encrypted field; anything but an exact match is refused.
    pub(super) fn looked_up(
        &mut self,
        target: &Target<'c>,
        operator: Operator,
        (path, value): (&str, &Json),
    ) -> Expression {
        let outcome = match operator {
            Operator::IsNull => is_null(target, value),
            _ => self.matched(target, operator, value),
        };
        outcome.unwrap_or_else(|fault| {
            self.problems.push(fault.at(format!("filter.{path}.{}", operator.word())));
            Expression::never()
        })
    }

    fn matched(
        &mut self,
        target: &Target<'c>,
        operator: Operator,
        value: &Json,
    ) -> Result<Expression, Fault> {
        let field = target.field;
        if !field.blind_index {
            let text = format!("{}; `is_null` alone can be asked", field.encrypted_reason(target.object));
            return Err(Fault::new(ENCRYPTED, text));
        }
        if self.decide(target.object).plain(field) == Sight::Hidden {
            let text = format!("`{}` is shown to you masked, so records cannot be found by it", field.name);
            return Err(Fault::new("masked", text));
        }
        if has_nul(value) {
            return Err(nul());
        }
        let is = match operator {
            Operator::Eq | Operator::Ne => self.is_one(target, std::slice::from_ref(value))?,
            Operator::In | Operator::NotIn => self.is_one(target, &elements(value)?)?,
            _ => {
                let text = format!(
                    "`{}` is encrypted: it can be asked with eq, ne, in, not_in and is_null",
                    field.name
                );
                return Err(Fault::new(ENCRYPTED, text));
            }
        };
        let negated = matches!(operator, Operator::Ne | Operator::NotIn);
        Ok(if negated { Expression::Not(Box::new(is)) } else { is })
    }

    /// Whether the value is one of these.
    fn is_one(&self, target: &Target<'c>, values: &[Json]) -> Result<Expression, Fault> {
        let place = Place::of(target.object, target.field, Uuid::nil());
        let (mut words, mut parts) = (Vec::new(), Vec::new());
        for value in values {
            match literal(target, value)? {
                Value::Text(text) => {
                    let word = self.context.keys().and_then(|keys| keys.blind(place, &text));
                    words.push(Value::Text(
                        word.map_err(|error| Fault::new("keys-locked", error.to_string()))?,
                    ));
                }
                _ => parts.push(Expression::IsBlank(Box::new(Expression::Field(target.reference.clone())))),
            }
        }
        let reference =
            Reference { field: format!("{}{BLIND}", target.reference.field), ..target.reference.clone() };
        let blind = Box::new(Expression::Field(reference));
        match words.as_slice() {
            [] => {}
            [one] => {
                let right = Box::new(Expression::Literal(one.clone()));
                parts.push(Expression::Compare { op: Comparison::Eq, left: blind, right });
            }
            _ => parts.push(Expression::In { item: blind, list: words }),
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expression::Or(parts) })
    }
}
