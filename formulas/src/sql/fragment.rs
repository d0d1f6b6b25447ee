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
        count => {
            let places: Vec<String> = (1..=count).map(|place| format!("${place}")).collect();
            Expr::cust_with_exprs(format!("({})", places.join(word)), parts)
        }
    }
}
