//! Small SQL templates. Every fragment made here is closed: it can stand as an operand without more parentheses.

use sea_query::Expr;

/// A template whose `$1`, `$2` … are the arguments. The template must itself be closed.
pub(super) fn template<const N: usize>(text: &'static str, arguments: [Expr; N]) -> Expr {
    Expr::cust_with_exprs(text, arguments)
}

/// The same expression with parentheses where an operator beside it could tear it apart.
pub(super) fn closed(expression: Expr) -> Expr {
    match expression {
        Expr::Binary(..) | Expr::Unary(..) | Expr::Custom(_) | Expr::CustomWithExpr(..) => {
            Expr::cust_with_expr("($1)", expression)
        }
        _ => expression,
    }
}

pub(super) fn constant(truth: bool) -> Expr {
    Expr::cust(if truth { "TRUE" } else { "FALSE" })
}

/// All of the parts; true without parts.
pub(super) fn all(parts: Vec<Expr>) -> Expr {
    join(parts, " AND ", true)
}

/// Any of the parts; false without parts.
pub(super) fn any(parts: Vec<Expr>) -> Expr {
    join(parts, " OR ", false)
}

fn join(mut parts: Vec<Expr>, word: &str, empty: bool) -> Expr {
    match parts.len() {
        0 => constant(empty),
        1 => parts.remove(0),
        count => Expr::cust_with_exprs(format!("({})", places(count, word)), parts),
    }
}

/// `$1, $2 …` with a word between.
fn places(count: usize, between: &str) -> String {
    let places: Vec<String> = (1..=count).map(|place| format!("${place}")).collect();
    places.join(between)
}

/// The first of the parts that is not NULL.
pub(super) fn coalesce(mut parts: Vec<Expr>) -> Expr {
    match parts.len() {
        1 => parts.remove(0),
        count => Expr::cust_with_exprs(format!("coalesce({})", places(count, ", ")), parts),
    }
}

/// The first fault of several; nothing without any.
pub(super) fn first_fault(faults: impl IntoIterator<Item = Option<Expr>>) -> Option<Expr> {
    let faults: Vec<Expr> = faults.into_iter().flatten().collect();
    if faults.is_empty() { None } else { Some(coalesce(faults)) }
}

/// `CASE WHEN … THEN … ELSE … END`; without branches it is what stands after ELSE.
pub(super) fn case(branches: Vec<(Expr, Expr)>, otherwise: Option<Expr>) -> Expr {
    if branches.is_empty() {
        return otherwise.unwrap_or_else(|| Expr::cust("NULL"));
    }
    let (mut text, mut parts) = (String::from("(CASE"), Vec::new());
    for (when, then) in branches {
        parts.extend([when, then]);
        text += &format!(" WHEN ${} THEN ${}", parts.len() - 1, parts.len());
    }
    if let Some(otherwise) = otherwise {
        parts.push(otherwise);
        text += &format!(" ELSE ${}", parts.len());
    }
    Expr::cust_with_exprs(text + " END)", parts)
}
