//! Going through expressions: their children, references, size, and replacing parts of them.

use super::{Branch, Expression, Reference};

impl Expression {
    /// Calls `visit` with each direct part, except a related condition, which speaks of another object.
    pub fn parts<'a>(&'a self, visit: &mut dyn FnMut(&'a Expression)) {
        match self {
            Expression::Literal(_)
            | Expression::Field(_)
            | Expression::Variable { .. }
            | Expression::Related { .. } => {}
            Expression::Compare { left, right, .. } | Expression::Arithmetic { left, right, .. } => {
                visit(left);
                visit(right);
            }
            Expression::TextMatch { text, part, .. } => {
                visit(text);
                visit(part);
            }
            Expression::IfError { value, otherwise } => {
                visit(value);
                visit(otherwise);
            }
            Expression::In { item, .. } => visit(item),
            Expression::HasAny { list, .. } | Expression::HasAll { list, .. } => visit(list),
            Expression::IsBlank(inner)
            | Expression::Not(inner)
            | Expression::OrZero(inner)
            | Expression::IsError(inner) => visit(inner),
            Expression::And(parts) | Expression::Or(parts) | Expression::Coalesce(parts) => {
                parts.iter().for_each(visit);
            }
            Expression::Call { arguments, .. } => arguments.iter().for_each(visit),
            Expression::Case { branches, otherwise } => {
                for branch in branches {
                    visit(&branch.when);
                    visit(&branch.then);
                }
                visit(otherwise);
            }
        }
    }

    /// Calls `visit` with every reference of this expression, except those inside related conditions.
    pub fn references<'a>(&'a self, visit: &mut dyn FnMut(&'a Reference)) {
        match self {
            Expression::Field(reference) => visit(reference),
            _ => self.parts(&mut |part| part.references(visit)),
        }
    }

    /// How many nodes the expression has.
    pub fn size(&self) -> usize {
        let mut size = 1;
        self.parts(&mut |part| size += part.size());
        size
    }

    /// The expression with every part, innermost first, replaced by what `change` makes of it.
    #[must_use]
    pub fn map(self, change: &dyn Fn(Expression) -> Expression) -> Expression {
        let boxed = |inner: Box<Expression>| Box::new(inner.map(change));
        let all = |parts: Vec<Expression>| parts.into_iter().map(|part| part.map(change)).collect();
        let mapped = match self {
            Expression::Literal(_) | Expression::Field(_) | Expression::Variable { .. } => self,
            Expression::Related { relation, how, condition } => {
                Expression::Related { relation, how, condition: boxed(condition) }
            }
            Expression::Compare { op, left, right } => {
                Expression::Compare { op, left: boxed(left), right: boxed(right) }
            }
            Expression::Arithmetic { op, left, right } => {
                Expression::Arithmetic { op, left: boxed(left), right: boxed(right) }
            }
            Expression::TextMatch { how, ignore_case, text, part } => {
                Expression::TextMatch { how, ignore_case, text: boxed(text), part: boxed(part) }
            }
            Expression::In { item, list } => Expression::In { item: boxed(item), list },
            Expression::HasAny { list, values } => Expression::HasAny { list: boxed(list), values },
            Expression::HasAll { list, values } => Expression::HasAll { list: boxed(list), values },
            Expression::IsBlank(inner) => Expression::IsBlank(boxed(inner)),
            Expression::Not(inner) => Expression::Not(boxed(inner)),
            Expression::OrZero(inner) => Expression::OrZero(boxed(inner)),
            Expression::IsError(inner) => Expression::IsError(boxed(inner)),
            Expression::And(parts) => Expression::And(all(parts)),
            Expression::Or(parts) => Expression::Or(all(parts)),
            Expression::Coalesce(parts) => Expression::Coalesce(all(parts)),
            Expression::IfError { value, otherwise } => {
                Expression::IfError { value: boxed(value), otherwise: boxed(otherwise) }
            }
            Expression::Call { function, arguments } => {
                Expression::Call { function, arguments: all(arguments) }
            }
            Expression::Case { branches, otherwise } => {
                Expression::Case { branches: map_branches(branches, change), otherwise: boxed(otherwise) }
            }
        };
        change(mapped)
    }

    /// The expression with references replaced, as where a formula field is inlined into another.
    /// Ids of fields are unique in a tenant, so conditions on related records are replaced alike.
    #[must_use]
    pub fn inlined(self, find: &dyn Fn(&Reference) -> Option<Expression>) -> Expression {
        self.map(&|part| match part {
            Expression::Field(reference) => find(&reference).unwrap_or(Expression::Field(reference)),
            other => other,
        })
    }
}

fn map_branches(branches: Vec<Branch>, change: &dyn Fn(Expression) -> Expression) -> Vec<Branch> {
    let mapped = branches
        .into_iter()
        .map(|branch| Branch { when: branch.when.map(change), then: branch.then.map(change) });
    mapped.collect()
}
