//! Comparisons, membership and text matches in both polarities. Blank semantics are those of semantics 1.4.

use sea_query::Expr;

use super::Columns;
use super::bind::{bind, bind_list};
use super::condition::operand;
use super::fragment::{all, any, constant, template};
use crate::expression::{Comparison, Expression, TextMatch};
use crate::types::Type;
use crate::value::Value;

/// `left op right`. Equality is two-valued and its negation exact; an ordering with a blank is false.
pub(super) fn compare(op: Comparison, sides: [&Expression; 2], truth: bool, columns: &dyn Columns) -> Expr {
    match op {
        Comparison::Eq => equal(sides, truth, columns),
        Comparison::Ne => equal(sides, !truth, columns),
        _ => order(op, sides, truth, columns),
    }
}

fn equal([left, right]: [&Expression; 2], truth: bool, columns: &dyn Columns) -> Expr {
    match (left, right) {
        (Expression::Literal(a), Expression::Literal(b)) => constant((a == b) == truth),
        (Expression::Literal(value), side) | (side, Expression::Literal(value)) => {
            equal_literal(side, value, truth, columns)
        }
        _ => equal_operands(operand(left, columns), operand(right, columns), truth),
    }
}

fn equal_literal(side: &Expression, value: &Value, truth: bool, columns: &dyn Columns) -> Expr {
    if value.is_blank() {
        return blank(side, truth, columns);
    }
    let (sql, bound) = (operand(side, columns), bind(value, side.ty()));
    match (side.ty().is_list(), truth) {
        (false, true) => template("($1 = $2)", [sql, bound]),
        (false, false) => template("($1 <> $2 OR $3 IS NULL)", [sql.clone(), bound, sql]),
        (true, true) => template("($1 @> $2 AND $3 <@ $4)", [sql.clone(), bound.clone(), sql, bound]),
        (true, false) => template(
            "(NOT ($1 @> $2 AND $3 <@ $4) OR $5 IS NULL)",
            [sql.clone(), bound.clone(), sql.clone(), bound, sql],
        ),
    }
}

fn equal_operands(a: Expr, b: Expr, truth: bool) -> Expr {
    let sides = [a.clone(), b.clone(), a, b];
    match truth {
        true => template("($1 = $2 OR ($3 IS NULL AND $4 IS NULL))", sides),
        false => template("($1 <> $2 OR ($3 IS NULL) <> ($4 IS NULL))", sides),
    }
}

fn order(op: Comparison, [left, right]: [&Expression; 2], truth: bool, columns: &dyn Columns) -> Expr {
    let (a, b) = (ordered(left, right.ty(), columns), ordered(right, left.ty(), columns));
    let straight = match op {
        Comparison::Lt => "($1 < $2)",
        Comparison::Le => "($1 <= $2)",
        Comparison::Gt => "($1 > $2)",
        _ => "($1 >= $2)",
    };
    if truth {
        return template(straight, [a, b]);
    }
    let opposite = match op {
        Comparison::Lt => "($1 >= $2)",
        Comparison::Le => "($1 > $2)",
        Comparison::Gt => "($1 <= $2)",
        _ => "($1 < $2)",
    };
    let blanks = [left, right].into_iter().filter(|side| !matches!(side, Expression::Literal(_)));
    let blanks = blanks.map(|side| blank(side, true, columns));
    any([template(opposite, [a, b])].into_iter().chain(blanks).collect())
}

/// An operand of an ordering: text is ordered by code points, whatever the database's collation.
fn ordered(side: &Expression, beside: Type, columns: &dyn Columns) -> Expr {
    let sql = match side {
        Expression::Literal(value) => bind(value, beside),
        _ => operand(side, columns),
    };
    match side.ty() {
        Type::Text | Type::Choice if !matches!(side, Expression::Literal(_)) => {
            template("($1 COLLATE \"C\")", [sql])
        }
        _ => sql,
    }
}

/// Whether an operand is blank; a list is blank when it is empty too.
pub(super) fn blank(inner: &Expression, truth: bool, columns: &dyn Columns) -> Expr {
    if let Expression::Literal(value) = inner {
        return constant(value.is_blank() == truth);
    }
    let sql = operand(inner, columns);
    match (inner.ty().is_list(), truth) {
        (false, true) => template("($1 IS NULL)", [sql]),
        (false, false) => template("($1 IS NOT NULL)", [sql]),
        (true, true) => template("($1 IS NULL OR cardinality($2) = 0)", [sql.clone(), sql]),
        (true, false) => template("(cardinality($1) > 0)", [sql]),
    }
}

/// Whether the item is one of the values; all that are not blank travel as one array parameter.
pub(super) fn in_list(item: &Expression, list: &[Value], truth: bool, columns: &dyn Columns) -> Expr {
    let values: Vec<Value> = list.iter().filter(|value| !value.is_blank()).cloned().collect();
    let with_blank = values.len() < list.len();
    if values.is_empty() {
        return if with_blank { blank(item, truth, columns) } else { constant(!truth) };
    }
    let (sql, array) = (operand(item, columns), bind_list(&values, item.ty()));
    match (truth, with_blank) {
        (true, false) => template("($1 = ANY($2))", [sql, array]),
        (true, true) => template("($1 = ANY($2) OR $3 IS NULL)", [sql.clone(), array, sql]),
        (false, false) => template("($1 <> ALL($2) OR $3 IS NULL)", [sql.clone(), array, sql]),
        (false, true) => template("($1 <> ALL($2))", [sql, array]),
    }
}

/// Whether a list shares an element with the values.
pub(super) fn has_any(list: &Expression, values: &[Value], truth: bool, columns: &dyn Columns) -> Expr {
    match values.is_empty() {
        true => constant(!truth),
        false => in_array("($1 && $2)", "(NOT ($1 && $2) OR $3 IS NULL)", (list, values, truth), columns),
    }
}

/// Whether a list holds all of the values.
pub(super) fn has_all(list: &Expression, values: &[Value], truth: bool, columns: &dyn Columns) -> Expr {
    match values.is_empty() {
        true => constant(truth),
        false => in_array("($1 @> $2)", "(NOT ($1 @> $2) OR $3 IS NULL)", (list, values, truth), columns),
    }
}

fn in_array(
    is: &'static str,
    is_not: &'static str,
    (list, values, truth): (&Expression, &[Value], bool),
    columns: &dyn Columns,
) -> Expr {
    let sql = operand(list, columns);
    let bound = bind(&Value::List(values.to_vec()), list.ty());
    match truth {
        true => template(is, [sql, bound]),
        false => template(is_not, [sql.clone(), bound, sql]),
    }
}

/// Whether the text contains, starts with or ends with the part.
pub(super) struct Match<'a> {
    pub how: TextMatch,
    pub ignore_case: bool,
    pub text: &'a Expression,
    pub part: &'a Expression,
}

impl Match<'_> {
    pub(super) fn sql(&self, truth: bool, columns: &dyn Columns) -> Expr {
        match self.part {
            Expression::Literal(part) if part.is_blank() => constant(truth),
            Expression::Literal(Value::Text(part)) => self.literal(part, truth, columns),
            _ => self.computed(truth, columns),
        }
    }

    /// A pattern, which a trigram index serves.
    fn literal(&self, part: &str, truth: bool, columns: &dyn Columns) -> Expr {
        let escaped = escape(part);
        let pattern = match self.how {
            TextMatch::Contains => format!("%{escaped}%"),
            TextMatch::Starts => format!("{escaped}%"),
            TextMatch::Ends => format!("%{escaped}"),
        };
        let (sql, pattern) = (operand(self.text, columns), Expr::Value(pattern.into()));
        match (self.ignore_case, truth) {
            (false, true) => template("($1 LIKE $2)", [sql, pattern]),
            (true, true) => template("($1 ILIKE $2)", [sql, pattern]),
            (false, false) => template("($1 NOT LIKE $2 OR $3 IS NULL)", [sql.clone(), pattern, sql]),
            (true, false) => template("($1 NOT ILIKE $2 OR $3 IS NULL)", [sql.clone(), pattern, sql]),
        }
    }

    fn computed(&self, truth: bool, columns: &dyn Columns) -> Expr {
        let side = |side: &Expression| match self.ignore_case {
            true => template("lower(coalesce($1, ''))", [operand(side, columns)]),
            false => template("coalesce($1, '')", [operand(side, columns)]),
        };
        let (text, part) = (side(self.text), side(self.part));
        let found = match self.how {
            TextMatch::Contains => template("(strpos($1, $2) > 0)", [text, part]),
            TextMatch::Starts => template("starts_with($1, $2)", [text, part]),
            TextMatch::Ends => template("(right($1, length($2)) = $3)", [text, part.clone(), part]),
        };
        if truth { all(vec![found]) } else { template("(NOT $1)", [found]) }
    }
}

/// The text as a LIKE pattern that matches just itself.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}
