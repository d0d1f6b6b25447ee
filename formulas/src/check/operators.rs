//! Operators: what their operands may be, and what they become.

use super::{Checker, Typed, internal, mismatch};
use crate::check::BlankAs;
use crate::diagnostic::{Code, Diagnostic};
use crate::expression::{Arithmetic, Comparison, Expression};
use crate::functions::Blank;
use crate::span::Span;
use crate::syntax::{Infix, Kind, Node};
use crate::types::Type;
use crate::value::Value;

impl Checker<'_> {
    pub(super) fn infix(
        &mut self,
        operator: Infix,
        left: Typed,
        right: Typed,
        span: Span,
    ) -> Result<Typed, Diagnostic> {
        let compared = |op| (Some(op), None);
        let computed = |op| (None, Some(op));
        let (comparison, arithmetic) = match operator {
            Infix::Eq => compared(Comparison::Eq),
            Infix::Ne => compared(Comparison::Ne),
            Infix::Lt => compared(Comparison::Lt),
            Infix::Le => compared(Comparison::Le),
            Infix::Gt => compared(Comparison::Gt),
            Infix::Ge => compared(Comparison::Ge),
            Infix::Add => computed(Arithmetic::Add),
            Infix::Subtract => computed(Arithmetic::Subtract),
            Infix::Multiply => computed(Arithmetic::Multiply),
            Infix::Divide => computed(Arithmetic::Divide),
            Infix::Concat => return Ok(Typed::new(self.concat(left, right), span)),
            Infix::Modulo => return self.call("MOD", span, vec![left, right], span),
            Infix::Power => return self.call("POWER", span, vec![left, right], span),
        };
        let expression = match (comparison, arithmetic) {
            (Some(op), _) => self.compare(op, left, right)?,
            (_, Some(op)) => self.arithmetic(op, left, right, span)?,
            _ => Expression::Literal(Value::Null),
        };
        Ok(Typed::new(expression, span))
    }

    fn arithmetic(
        &self,
        op: Arithmetic,
        left: Typed,
        right: Typed,
        span: Span,
    ) -> Result<Expression, Diagnostic> {
        let moment = |typed: &Typed| matches!(typed.ty(), Type::Date | Type::DateTime);
        match op {
            Arithmetic::Subtract if moment(&left) && moment(&right) => {
                let [left, right] = self.same_moments([left, right]);
                return Ok(internal("_DAYSBETWEEN", vec![left.expression, right.expression]));
            }
            Arithmetic::Subtract if moment(&left) => {
                right.must_be(Type::Number)?;
                let days = match right.expression {
                    // Repeated as often as it is, `at - 2` would be too long for an index otherwise.
                    Expression::Literal(Value::Number(days)) => Expression::Literal(Value::Number(-days)),
                    days => {
                        let left = Box::new(Expression::Literal(Value::Number(0.into())));
                        Expression::Arithmetic { op, left, right: Box::new(days) }
                    }
                };
                return Ok(internal("_PLUSDAYS", vec![left.expression, days]));
            }
            Arithmetic::Add if moment(&left) != moment(&right) => {
                let (moment, days) = if moment(&left) { (left, right) } else { (right, left) };
                days.must_be(Type::Number)?;
                return Ok(internal("_PLUSDAYS", vec![moment.expression, days.expression]));
            }
            Arithmetic::Add if left.ty().is_text() && right.ty().is_text() => {
                let problem = Diagnostic::new(Code::Mismatch, span, "Texts cannot be added.");
                return Err(problem.hint("Write & to join texts."));
            }
            _ => {}
        }
        left.must_be(Type::Number)?;
        right.must_be(Type::Number)?;
        let (left, right) = (Box::new(self.zeroed(left)), Box::new(self.zeroed(right)));
        Ok(Expression::Arithmetic { op, left, right })
    }

    /// The number with its sign turned.
    pub(super) fn negative(&self, typed: Typed) -> Expression {
        match typed.expression {
            Expression::Literal(Value::Number(number)) => Expression::Literal(Value::Number(-number)),
            _ => Expression::Arithmetic {
                op: Arithmetic::Subtract,
                left: Box::new(Expression::Literal(Value::Number(0.into()))),
                right: Box::new(self.zeroed(typed)),
            },
        }
    }

    /// A number whose blanks read as zero, where the formula says so.
    pub(super) fn zeroed(&self, typed: Typed) -> Expression {
        let blank = typed.nullable && may_be_blank(&typed.expression);
        match self.options.blank_as == BlankAs::Zero && blank {
            true => Expression::OrZero(Box::new(typed.expression)),
            false => typed.expression,
        }
    }

    /// `a & b & c` is one call.
    fn concat(&self, left: Typed, right: Typed) -> Expression {
        let mut parts = Vec::new();
        for side in [left, right] {
            match side.expression {
                Expression::Call { function, arguments } if function.name == "CONCAT" => {
                    parts.extend(arguments)
                }
                _ => parts.push(shown(side)),
            }
        }
        internal("CONCAT", parts)
    }

    pub(super) fn negation(&mut self, typed: Typed, span: Span) -> Result<Typed, Diagnostic> {
        typed.must_be(Type::Bool)?;
        if let Expression::Compare { op, left, right } = &typed.expression {
            let ordering = !matches!(op, Comparison::Eq | Comparison::Ne);
            if ordering && (may_be_blank(left) || may_be_blank(right)) {
                let message = "This is true where a value is blank, since an ordering with a blank is false.";
                let warning = Diagnostic::new(Code::NegatedOrdering, span, message);
                self.warnings.push(warning.hint("Write the opposite comparison, or add NOT ISBLANK(…)."));
            }
        }
        Ok(Typed::new(Expression::Not(Box::new(typed.expression)), span))
    }

    pub(super) fn membership(
        &mut self,
        item: &Node,
        negated: bool,
        list: &Node,
        span: Span,
    ) -> Result<Typed, Diagnostic> {
        let item = self.typed(item);
        let nodes = if let Kind::List(nodes) = &list.kind { nodes.as_slice() } else { &[] };
        if nodes.iter().any(|node| matches!(node.kind, Kind::List(_))) {
            return Err(Diagnostic::new(Code::UnexpectedToken, list.span, "A list holds values, not lists."));
        }
        let mut values = Vec::new();
        let mut others = Vec::new();
        for value in self.all_typed(nodes) {
            match self.compare(Comparison::Eq, item.clone(), value)? {
                Expression::Compare { right, .. } if matches!(*right, Expression::Literal(_)) => {
                    if let Expression::Literal(value) = *right {
                        values.push(value);
                    }
                }
                other => others.push(other),
            }
        }
        let within = Expression::In { item: Box::new(item.expression), list: values };
        let found = match others.is_empty() {
            true => within,
            false => Expression::Or([within].into_iter().chain(others).collect()),
        };
        let expression = if negated { Expression::Not(Box::new(found)) } else { found };
        Ok(Typed::new(expression, span))
    }
}

/// The part as text.
pub(super) fn shown(part: Typed) -> Expression {
    match part.expression {
        Expression::Literal(Value::Null) | Expression::Literal(Value::Text(_)) => part.expression,
        Expression::Literal(value) => {
            Expression::Literal(Value::text(crate::functions::text_format::plain(&value)))
        }
        expression if expression.ty().is_text() => expression,
        expression => internal("TEXT", vec![expression]),
    }
}

/// Whether a value can be blank as far as the tree tells; fields can.
pub(crate) fn may_be_blank(expression: &Expression) -> bool {
    match expression {
        Expression::Literal(value) => value.is_blank(),
        Expression::Field(reference) => reference.ty != Type::Bool,
        Expression::OrZero(_) => false,
        Expression::Arithmetic { left, right, .. } => may_be_blank(left) || may_be_blank(right),
        Expression::Case { branches, otherwise } => {
            may_be_blank(otherwise) || branches.iter().any(|branch| may_be_blank(&branch.then))
        }
        Expression::Coalesce(values) => values.iter().all(may_be_blank),
        Expression::IfError { value, otherwise } => may_be_blank(value) || may_be_blank(otherwise),
        Expression::Variable { .. } => true,
        Expression::Call { function, arguments } => {
            let strict = |blank| matches!(blank, Blank::Propagates | Blank::Zero);
            let parameter = |index: usize| function.parameter(index).map(|parameter| parameter.blank);
            let total = function.takes.iter().all(|parameter| parameter.blank != Blank::Kept);
            let blank = |(index, argument): (usize, &Expression)| {
                parameter(index).is_some_and(strict) && may_be_blank(argument)
            };
            !total || function.result(arguments) != Type::Number || arguments.iter().enumerate().any(blank)
        }
        _ => false,
    }
}

/// Two parts whose types cannot be compared.
pub(super) fn incomparable(left: &Typed, right: &Typed) -> Diagnostic {
    let problem = mismatch(right, left.ty().word());
    match (left.ty(), right.ty()) {
        (Type::Choices, _) | (_, Type::Choices) => problem.hint("Write INCLUDES(picklist, \"option\")."),
        (Type::Id, _) | (_, Type::Id) => problem.hint("Compare record ids, or write TEXT(…) around the id."),
        _ => problem,
    }
}
