//! Comparisons, membership and text matches in both polarities. Blank semantics are those of semantics 1.4.

use sea_query::Expr;

use super::fragment::{any, constant, first_fault, template};
use super::{Pair, Render};
use crate::evaluate::same;
use crate::expression::{Comparison, Expression, TextMatch};
use crate::types::Type;
use crate::value::Value;

/// One side of a comparison.
pub(super) struct Side<'a> {
    pair: Pair,
    ty: Type,
    literal: Option<&'a Value>,
}

impl Side<'_> {
    fn sql(&self) -> Expr {
        self.pair.value.clone()
    }
}

/// A condition before the faults of its sides are looked at.
struct Leaf {
    sql: Expr,
    /// Whether it is never true where a side is NULL.
    strict: bool,
}

fn strict(sql: Expr) -> Leaf {
    Leaf { sql, strict: true }
}

fn lenient(sql: Expr) -> Leaf {
    Leaf { sql, strict: false }
}

/// Whether the text contains, starts with or ends with the part.
pub(super) struct Match<'a> {
    pub how: TextMatch,
    pub ignore_case: bool,
    pub text: &'a Expression,
    pub part: &'a Expression,
}

impl Render<'_> {
    /// A field by its bare column, so that its index serves; anything else as its value.
    fn side<'a>(self, expression: &'a Expression, beside: Type) -> Side<'a> {
        let (pair, literal) = match expression {
            Expression::Literal(value) => (Pair::sure(self.bind(value, beside)), Some(value)),
            Expression::Field(reference) => (self.field(reference), None),
            _ => (self.typed(expression, beside), None),
        };
        Side { pair, ty: expression.ty(), literal }
    }

    /// The condition, true nowhere where one of the sides has a fault.
    fn guarded<const N: usize>(self, leaf: Leaf, sides: [Side<'_>; N]) -> Expr {
        let strict = leaf.strict && sides.iter().all(|side| side.pair.strict);
        match first_fault(sides.into_iter().map(|side| side.pair.fault)) {
            Some(fault) if !strict => template("($1 AND $2 IS NULL)", [leaf.sql, fault]),
            _ => leaf.sql,
        }
    }

    /// `left op right`. Equality is two-valued and its negation exact; an ordering with a blank is false.
    pub(super) fn compare(self, op: Comparison, [left, right]: [&Expression; 2], truth: bool) -> Expr {
        let (a, b) = (self.side(left, right.ty()), self.side(right, left.ty()));
        let leaf = match op {
            Comparison::Eq => equal(&a, &b, truth),
            Comparison::Ne => equal(&a, &b, !truth),
            _ => order(op, &a, &b, truth),
        };
        self.guarded(leaf, [a, b])
    }

    /// Whether an operand is blank; a list is blank when it is empty too.
    pub(super) fn blank(self, inner: &Expression, truth: bool) -> Expr {
        let side = self.side(inner, inner.ty());
        self.guarded(blank(&side, truth), [side])
    }

    /// Whether the item is one of the values; all that are not blank travel as one array.
    pub(super) fn in_list(self, item: &Expression, list: &[Value], truth: bool) -> Expr {
        let side = self.side(item, item.ty());
        if let Some(value) = side.literal {
            return constant(list.iter().any(|known| same(known, value)) == truth);
        }
        let values: Vec<Value> = list.iter().filter(|value| !value.is_blank()).cloned().collect();
        let with_blank = values.len() < list.len();
        if values.is_empty() {
            let leaf = if with_blank { blank(&side, truth) } else { lenient(constant(!truth)) };
            return self.guarded(leaf, [side]);
        }
        let (sql, array) = (side.sql(), self.bind_list(&values, side.ty));
        let leaf = match (truth, with_blank) {
            (true, false) => strict(template("($1 = ANY($2))", [sql, array])),
            (true, true) => lenient(template("($1 = ANY($2) OR $3 IS NULL)", [sql.clone(), array, sql])),
            (false, false) => lenient(template("($1 <> ALL($2) OR $3 IS NULL)", [sql.clone(), array, sql])),
            (false, true) => strict(template("($1 <> ALL($2))", [sql, array])),
        };
        self.guarded(leaf, [side])
    }

    /// Whether a list shares an element with the values.
    pub(super) fn has_any(self, list: &Expression, values: &[Value], truth: bool) -> Expr {
        match values.is_empty() {
            true => constant(!truth),
            false => self.in_array(["($1 && $2)", "(NOT ($1 && $2) OR $3 IS NULL)"], (list, values), truth),
        }
    }

    /// Whether a list holds all of the values.
    pub(super) fn has_all(self, list: &Expression, values: &[Value], truth: bool) -> Expr {
        match values.is_empty() {
            true => constant(truth),
            false => self.in_array(["($1 @> $2)", "(NOT ($1 @> $2) OR $3 IS NULL)"], (list, values), truth),
        }
    }

    fn in_array(
        self,
        [is, is_not]: [&'static str; 2],
        (list, values): (&Expression, &[Value]),
        truth: bool,
    ) -> Expr {
        let side = self.side(list, list.ty());
        let (sql, bound) = (side.sql(), self.bind(&Value::List(values.to_vec()), list.ty()));
        let leaf = match truth {
            true => strict(template(is, [sql, bound])),
            false => lenient(template(is_not, [sql.clone(), bound, sql])),
        };
        self.guarded(leaf, [side])
    }

    pub(super) fn text_match(self, found: &Match<'_>, truth: bool) -> Expr {
        let text = self.side(found.text, Type::Text);
        if let Expression::Literal(part) = found.part {
            let leaf = match part {
                Value::Text(part) if !part.is_empty() => self.pattern(found, &text, part, truth),
                _ => lenient(constant(truth)),
            };
            return self.guarded(leaf, [text]);
        }
        let part = self.side(found.part, Type::Text);
        let leaf = computed(found, &text, &part, truth);
        self.guarded(leaf, [text, part])
    }

    /// A pattern, which a trigram index serves.
    fn pattern(self, found: &Match<'_>, text: &Side<'_>, part: &str, truth: bool) -> Leaf {
        let escaped = escape(part);
        let pattern = match found.how {
            TextMatch::Contains => format!("%{escaped}%"),
            TextMatch::Starts => format!("{escaped}%"),
            TextMatch::Ends => format!("%{escaped}"),
        };
        let (sql, pattern) = (text.sql(), self.bind(&Value::Text(pattern), Type::Text));
        match (found.ignore_case, truth) {
            (false, true) => strict(template("($1 LIKE $2)", [sql, pattern])),
            (true, true) => strict(template("($1 ILIKE $2)", [sql, pattern])),
            (false, false) => {
                lenient(template("($1 NOT LIKE $2 OR $3 IS NULL)", [sql.clone(), pattern, sql]))
            }
            (true, false) => {
                lenient(template("($1 NOT ILIKE $2 OR $3 IS NULL)", [sql.clone(), pattern, sql]))
            }
        }
    }
}

fn equal(a: &Side<'_>, b: &Side<'_>, truth: bool) -> Leaf {
    match (a.literal, b.literal) {
        (Some(left), Some(right)) => lenient(constant(same(left, right) == truth)),
        (Some(value), None) => equal_literal(b, a, value, truth),
        (None, Some(value)) => equal_literal(a, b, value, truth),
        (None, None) => equal_operands(a.sql(), b.sql(), truth),
    }
}

fn equal_literal(side: &Side<'_>, literal: &Side<'_>, value: &Value, truth: bool) -> Leaf {
    if value.is_blank() {
        return blank(side, truth);
    }
    let (sql, bound) = (side.sql(), literal.sql());
    match (side.ty.is_list(), truth) {
        (false, true) => strict(template("($1 = $2)", [sql, bound])),
        (false, false) => lenient(template("($1 <> $2 OR $3 IS NULL)", [sql.clone(), bound, sql])),
        (true, true) => strict(template("($1 @> $2 AND $3 <@ $4)", [sql.clone(), bound.clone(), sql, bound])),
        (true, false) => lenient(template(
            "(NOT ($1 @> $2 AND $3 <@ $4) OR $5 IS NULL)",
            [sql.clone(), bound.clone(), sql.clone(), bound, sql],
        )),
    }
}

fn equal_operands(a: Expr, b: Expr, truth: bool) -> Leaf {
    let sides = [a.clone(), b.clone(), a, b];
    lenient(match truth {
        true => template("($1 = $2 OR ($3 IS NULL AND $4 IS NULL))", sides),
        false => template("($1 <> $2 OR ($3 IS NULL) <> ($4 IS NULL))", sides),
    })
}

fn order(op: Comparison, left: &Side<'_>, right: &Side<'_>, truth: bool) -> Leaf {
    let sides = [ordered(left), ordered(right)];
    if truth {
        return strict(template(
            match op {
                Comparison::Lt => "($1 < $2)",
                Comparison::Le => "($1 <= $2)",
                Comparison::Gt => "($1 > $2)",
                _ => "($1 >= $2)",
            },
            sides,
        ));
    }
    let opposite = template(
        match op {
            Comparison::Lt => "($1 >= $2)",
            Comparison::Le => "($1 > $2)",
            Comparison::Gt => "($1 <= $2)",
            _ => "($1 < $2)",
        },
        sides,
    );
    let blanks = [left, right].into_iter().filter(|side| side.literal.is_none_or(Value::is_blank));
    let blanks = blanks.map(|side| blank(side, true).sql);
    lenient(any([opposite].into_iter().chain(blanks).collect()))
}

/// An operand of an ordering: text is ordered by code points, whatever the database's collation.
fn ordered(side: &Side<'_>) -> Expr {
    match side.ty.is_text() && side.literal.is_none() {
        true => template("($1 COLLATE \"C\")", [side.sql()]),
        false => side.sql(),
    }
}

fn blank(side: &Side<'_>, truth: bool) -> Leaf {
    if let Some(value) = side.literal {
        return lenient(constant(value.is_blank() == truth));
    }
    let sql = side.sql();
    match (side.ty.is_list(), truth) {
        (false, true) => lenient(template("($1 IS NULL)", [sql])),
        (false, false) => strict(template("($1 IS NOT NULL)", [sql])),
        (true, true) => lenient(template("($1 IS NULL OR cardinality($2) = 0)", [sql.clone(), sql])),
        (true, false) => strict(template("(cardinality($1) > 0)", [sql])),
    }
}

fn computed(found: &Match<'_>, text: &Side<'_>, part: &Side<'_>, truth: bool) -> Leaf {
    let side = |side: &Side<'_>| match found.ignore_case {
        true => template("lower(coalesce($1, ''))", [side.sql()]),
        false => template("coalesce($1, '')", [side.sql()]),
    };
    let (text, part) = (side(text), side(part));
    let sql = match found.how {
        TextMatch::Contains => template("(strpos($1, $2) > 0)", [text, part]),
        TextMatch::Starts => template("starts_with($1, $2)", [text, part]),
        TextMatch::Ends => template("(right($1, length($2)) = $3)", [text, part.clone(), part]),
    };
    lenient(if truth { sql } else { template("(NOT $1)", [sql]) })
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
