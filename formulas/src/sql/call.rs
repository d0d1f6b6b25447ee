//! Calls: the function's template filled with its arguments.

use sea_query::Expr;

use super::fragment::{any, case, first_fault, template};
use super::{Pair, Render};
use crate::check::may_be_blank;
use crate::expression::Expression;
use crate::fault::Fault;
use crate::functions::{Accepts, Blank, Form, Function, Shape};
use crate::types::Type;
use crate::value::Value;

impl Render<'_> {
    pub(super) fn call(self, function: &Function, arguments: &[Expression]) -> Pair {
        // What the request or the record being saved knows has no SQL; there it is blank.
        let Form::Plain { sql, .. } = &function.form else {
            return Pair::sure(self.bind(&Value::Null, function.result(arguments)));
        };
        let common = function.result(arguments);
        let argument = |(index, argument)| self.argument(function, index, argument, common);
        let mut pairs: Vec<Pair> = arguments.iter().enumerate().map(argument).collect();
        let shape = Shape::of(arguments);
        let made = sql(&shape);
        let strict = strict(function, &pairs) && made.bounded;
        let faults: Vec<Option<Expr>> = pairs.iter_mut().map(|pair| pair.fault.take()).collect();
        let mut values: Vec<Expr> = pairs.into_iter().map(|pair| pair.value).collect();
        // A template may name any of its parameters, also one that a hand-made call leaves away.
        let blank = || self.bind(&Value::Null, Type::Null);
        values.extend((values.len()..function.takes.len()).map(|_| blank()));
        let value = Expr::cust_with_exprs(made.value, values.clone());
        let fill = |text: String| Expr::cust_with_exprs(format!("({text})"), values.clone());
        let mut own: Vec<(Expr, Expr)> =
            made.guards.into_iter().map(|(guard, fault)| (fill(guard), code(fault))).collect();
        if !made.bounded {
            let large = template("(abs($1) >= 1000000000000000000)", [value.clone()]);
            own.push((large, code(Fault::Num)));
        }
        let own = (!own.is_empty())
            .then(|| case(blanks(function, arguments, &values).into_iter().chain(own).collect(), None));
        Pair { value, fault: first_fault(faults.into_iter().chain([own])), strict }
    }

    fn argument(self, function: &Function, index: usize, argument: &Expression, common: Type) -> Pair {
        let parameter = function.parameter(index);
        let ty = match parameter.map(|parameter| parameter.accepts) {
            Some(Accepts::Is(ty)) => ty,
            Some(Accepts::Moment) => Type::DateTime,
            Some(Accepts::Dated) => Type::Date,
            Some(Accepts::Ordered) => common,
            _ => argument.ty(),
        };
        let mut pair = match argument {
            Expression::Literal(Value::Null) => Pair::sure(self.bind(&Value::Null, ty)),
            _ => self.typed(argument, ty),
        };
        let empty = parameter.is_some_and(|parameter| parameter.blank == Blank::Empty);
        if empty && may_be_blank(argument) {
            pair.value = template("coalesce($1, '')", [pair.value]);
        }
        pair
    }
}

fn propagates(function: &Function, index: usize) -> bool {
    let blank = function.parameter(index).map(|parameter| parameter.blank);
    matches!(blank, Some(Blank::Propagates | Blank::Zero))
}

/// Whether the result is NULL wherever an argument has a fault.
fn strict(function: &Function, pairs: &[Pair]) -> bool {
    let passes =
        |(index, pair): (usize, &Pair)| pair.fault.is_none() || (pair.strict && propagates(function, index));
    pairs.iter().enumerate().all(passes)
}

/// A blank argument makes the result blank before any fault of the function itself.
fn blanks(function: &Function, arguments: &[Expression], values: &[Expr]) -> Option<(Expr, Expr)> {
    let blank = |(index, argument): (usize, &Expression)| {
        let counts = propagates(function, index) && may_be_blank(argument);
        counts.then(|| template("($1 IS NULL)", [values[index].clone()]))
    };
    let blanks: Vec<Expr> = arguments.iter().enumerate().filter_map(blank).collect();
    (!blanks.is_empty()).then(|| (any(blanks), Expr::cust("NULL")))
}

fn code(fault: Fault) -> Expr {
    Expr::cust(format!("'{}'", fault.code()))
}
