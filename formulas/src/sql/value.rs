//! Values in SQL, each with the code of its fault. The value is NULL where it is blank.

use sea_query::Expr;

use super::fragment::{case, closed, coalesce, first_fault, template};
use super::{Pair, Render};
use crate::check::may_be_blank;
use crate::expression::{Arithmetic, Branch, Expression, Reference};
use crate::types::Type;
use crate::value::Value;

impl Render<'_> {
    /// The value of a whole expression, NULL where it has a fault.
    pub(super) fn root(self, expression: &Expression) -> Expr {
        if let Expression::Field(reference) = expression {
            return self.column(reference);
        }
        let pair = self.pair(expression);
        let value = match pair.fault {
            Some(fault) if !pair.strict => case(vec![(template("($1 IS NULL)", [fault]), pair.value)], None),
            _ => pair.value,
        };
        match expression.ty() {
            Type::Number => template("trim_scale($1)", [value]),
            _ => value,
        }
    }

    pub(super) fn column(self, reference: &Reference) -> Expr {
        closed(self.columns.column(reference))
    }

    /// A field and, where it is computed, the code of its fault.
    pub(super) fn field(self, reference: &Reference) -> Pair {
        Pair { value: self.column(reference), fault: self.columns.fault(reference), strict: true }
    }

    /// The value of a part; numbers are of type `numeric`.
    pub(super) fn pair(self, expression: &Expression) -> Pair {
        match expression {
            Expression::Literal(value) => Pair::sure(self.bind(value, expression.ty())),
            Expression::Field(reference) if reference.ty == Type::Integer => {
                Pair::sure(template("CAST($1 AS numeric)", [self.column(reference)]))
            }
            Expression::Field(reference) => self.field(reference),
            Expression::Variable { ty, .. } => Pair::sure(self.bind(&Value::Null, *ty)),
            Expression::Arithmetic { op, left, right } => self.arithmetic(expression, *op, [left, right]),
            Expression::OrZero(inner) => {
                let pair = self.typed(inner, Type::Number);
                let value = template("coalesce($1, 0)", [pair.value]);
                Pair { value, strict: pair.fault.is_none(), fault: pair.fault }
            }
            Expression::Case { branches, otherwise } => self.case(branches, otherwise, expression.ty()),
            Expression::Coalesce(values) => self.first_filled(values, expression.ty()),
            Expression::IfError { value, otherwise } => self.if_error(value, otherwise, expression.ty()),
            Expression::Call { function, arguments } => self.call(function, arguments),
            _ => {
                let value = template("($1 IS TRUE)", [self.condition(expression, true)]);
                let fault = self.fault(expression);
                Pair { value, strict: fault.is_none(), fault }
            }
        }
    }

    /// A part that must have the type of the whole, which matters for a blank.
    pub(super) fn typed(self, expression: &Expression, ty: Type) -> Pair {
        match expression {
            Expression::Literal(value) => Pair::sure(self.bind(value, ty)),
            // Such as a CASE whose results are all NULL: PostgreSQL would take it for a text.
            _ if expression.ty() == Type::Null => {
                Pair { value: self.bind(&Value::Null, ty), fault: self.pair(expression).fault, strict: true }
            }
            _ => self.pair(expression),
        }
    }

    fn arithmetic(self, whole: &Expression, op: Arithmetic, [left, right]: [&Expression; 2]) -> Pair {
        let (a, b) = (self.typed(left, Type::Number), self.typed(right, Type::Number));
        let value = match op {
            Arithmetic::Add => template("($1 + $2)", [a.value.clone(), b.value.clone()]),
            Arithmetic::Subtract => template("($1 - $2)", [a.value.clone(), b.value.clone()]),
            Arithmetic::Multiply => template("round($1 * $2, 12)", [a.value.clone(), b.value.clone()]),
            // The factor makes PostgreSQL carry 24 decimals, so that rounding to 12 is right.
            Arithmetic::Divide => template(
                "round($1 * 1.000000000000000000000000 / NULLIF($2, 0), 12)",
                [a.value.clone(), b.value.clone()],
            ),
        };
        let mut own = Vec::new();
        if op == Arithmetic::Divide && !is_nonzero(right) {
            let zero = match may_be_blank(left) {
                true => template("($1 = 0 AND $2 IS NOT NULL)", [b.value, a.value]),
                false => template("($1 = 0)", [b.value]),
            };
            own.push((zero, Expr::cust("'DIV0'")));
        }
        let bounded = self.bound(whole) < 1e18;
        if !bounded {
            own.push((template("(abs($1) >= 1000000000000000000)", [value.clone()]), Expr::cust("'NUM'")));
        }
        let own = if own.is_empty() { None } else { Some(case(own, None)) };
        let strict = bounded && a.strict && b.strict;
        Pair { value, fault: first_fault([a.fault, b.fault, own]), strict }
    }

    fn case(self, branches: &[Branch], otherwise: &Expression, ty: Type) -> Pair {
        let (mut values, mut faults) = (Vec::new(), Vec::new());
        let (mut strict, mut faulty) = (true, false);
        let null = || Expr::cust("NULL");
        for branch in branches {
            let (when, then) = (self.condition(&branch.when, true), self.typed(&branch.then, ty));
            strict &= then.strict;
            faulty |= then.fault.is_some();
            values.push((when.clone(), then.value));
            faults.push((when, then.fault.unwrap_or_else(null)));
            if let Some(fault) = self.fault(&branch.when) {
                let undecided = template("($1 IS NOT NULL)", [fault.clone()]);
                values.push((undecided.clone(), null()));
                faults.push((undecided, fault));
                faulty = true;
            }
        }
        let otherwise = self.typed(otherwise, ty);
        faulty |= otherwise.fault.is_some();
        let fault = faulty.then(|| case(faults, otherwise.fault));
        Pair { value: case(values, Some(otherwise.value)), fault, strict: strict && otherwise.strict }
    }

    fn first_filled(self, values: &[Expression], ty: Type) -> Pair {
        let (mut filled, mut faults, mut before) = (Vec::new(), Vec::new(), Vec::<Expr>::new());
        for expression in values {
            let pair = self.typed(expression, ty);
            let value = match ty.is_list() {
                true => template("NULLIF($1, '{}')", [pair.value]),
                false => pair.value,
            };
            if let Some(fault) = pair.fault {
                faults.push(Some(match before.is_empty() {
                    true => fault,
                    false => {
                        let blank = template("($1 IS NULL)", [coalesce(before.clone())]);
                        case(vec![(blank, fault)], None)
                    }
                }));
            }
            before.push(value.clone());
            filled.push(value);
        }
        let fault = first_fault(faults);
        Pair { value: coalesce(filled), strict: fault.is_none(), fault }
    }

    fn if_error(self, value: &Expression, otherwise: &Expression, ty: Type) -> Pair {
        let pair = self.typed(value, ty);
        let Some(fault) = pair.fault else { return pair };
        let otherwise = self.typed(otherwise, ty);
        let faulty = template("($1 IS NOT NULL)", [fault]);
        let fault = otherwise.fault.map(|fault| case(vec![(faulty.clone(), fault)], None));
        let value = case(vec![(faulty, otherwise.value)], Some(pair.value));
        Pair { value, fault, strict: otherwise.strict }
    }
}

fn is_nonzero(expression: &Expression) -> bool {
    matches!(expression, Expression::Literal(Value::Number(number)) if !number.is_zero())
}
