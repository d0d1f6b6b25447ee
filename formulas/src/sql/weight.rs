//! How long an expression's SQL becomes, computed without making it: repeated arguments multiply, so that a small
//! formula can have SQL that no one should send. Lengths are estimates in characters, a little on the high side.

use crate::expression::{Branch, Expression};
use crate::functions::{Form, Function, Shape, Template};
use crate::types::Type;

/// A bare operand: a quoted column or a parameter.
const OPERAND: f64 = 24.0;
/// What an operator or CASE adds.
const GLUE: f64 = 40.0;

/// The lengths of the three things that an expression can become.
#[derive(Clone, Copy, Default)]
struct Weight {
    value: f64,
    /// Zero where there cannot be a fault.
    fault: f64,
    /// A condition, in the heavier polarity.
    truth: f64,
}

/// The length of the expression's SQL as a whole value or condition.
pub(crate) fn length(expression: &Expression) -> f64 {
    let weight = weigh(expression);
    match expression.ty() {
        Type::Bool => weight.truth,
        _ => weight.value + weight.fault,
    }
}

fn leaf(operands: &[&Expression]) -> Weight {
    let weights: Vec<Weight> = operands.iter().map(|operand| weigh(operand)).collect();
    let fault = weights.iter().map(|weight| weight.fault).sum();
    let truth = weights.iter().map(|weight| 2.0 * weight.value).sum::<f64>() + GLUE + fault;
    Weight { value: truth, fault, truth }
}

fn weigh(expression: &Expression) -> Weight {
    match expression {
        Expression::Literal(_) | Expression::Field(_) | Expression::Variable { .. } => {
            Weight { value: OPERAND, fault: 0.0, truth: OPERAND + GLUE }
        }
        Expression::Compare { left, right, .. } => leaf(&[&**left, &**right]),
        Expression::TextMatch { text, part, .. } => leaf(&[&**text, &**part]),
        Expression::In { item: inner, .. }
        | Expression::IsBlank(inner)
        | Expression::HasAny { list: inner, .. }
        | Expression::HasAll { list: inner, .. } => leaf(&[&**inner]),
        Expression::And(parts) | Expression::Or(parts) => junction(parts),
        Expression::Not(inner) => weigh(inner),
        Expression::Related { .. } => Weight { value: 10.0 * GLUE, fault: 0.0, truth: 10.0 * GLUE },
        Expression::IsError(inner) => {
            let truth = weigh(inner).fault + GLUE;
            Weight { value: truth, fault: 0.0, truth }
        }
        Expression::Arithmetic { left, right, .. } => {
            let (a, b) = (weigh(left), weigh(right));
            let value = a.value + b.value + GLUE;
            computed(value, a.fault + b.fault + value + a.value + b.value + GLUE)
        }
        Expression::OrZero(inner) => {
            let inner = weigh(inner);
            computed(inner.value + GLUE / 2.0, inner.fault)
        }
        Expression::Case { branches, otherwise } => case(branches, otherwise),
        Expression::Coalesce(values) => first_filled(values),
        Expression::IfError { value, otherwise } => {
            let (value, otherwise) = (weigh(value), weigh(otherwise));
            Weight {
                value: value.fault + value.value + otherwise.value + GLUE,
                fault: if otherwise.fault > 0.0 { value.fault + otherwise.fault } else { 0.0 },
                truth: value.fault + value.truth + otherwise.truth + GLUE,
            }
        }
        Expression::Call { function, arguments } => call(function, arguments),
    }
}

fn computed(value: f64, fault: f64) -> Weight {
    Weight { value, fault, truth: value + fault + GLUE }
}

fn junction(parts: &[Expression]) -> Weight {
    let mut sum = Weight::default();
    for part in parts.iter().map(weigh) {
        sum.truth += part.truth + 5.0;
        sum.fault += part.fault;
    }
    let fault = if sum.fault > 0.0 { sum.fault + sum.truth + GLUE } else { 0.0 };
    Weight { value: sum.truth, fault, truth: sum.truth }
}

fn case(branches: &[Branch], otherwise: &Expression) -> Weight {
    let mut sum = weigh(otherwise);
    let mut conditions = 0.0;
    for branch in branches {
        let (when, then) = (weigh(&branch.when), weigh(&branch.then));
        conditions += when.truth + 2.0 * when.fault + GLUE;
        sum.value += then.value;
        sum.truth += then.truth;
        sum.fault += then.fault + when.fault;
    }
    let fault = if sum.fault > 0.0 { sum.fault + conditions } else { 0.0 };
    Weight { value: sum.value + conditions, fault, truth: sum.truth + conditions }
}

fn first_filled(values: &[Expression]) -> Weight {
    let (mut value, mut fault) = (0.0, 0.0);
    for weight in values.iter().map(weigh) {
        if weight.fault > 0.0 {
            fault += weight.fault + value + GLUE;
        }
        value += weight.value + 2.0;
    }
    computed(value, fault)
}

fn call(function: &Function, arguments: &[Expression]) -> Weight {
    let Form::Plain { sql, .. } = &function.form else {
        return Weight { value: OPERAND, fault: 0.0, truth: OPERAND + GLUE };
    };
    let weights: Vec<Weight> = arguments.iter().map(weigh).collect();
    let made: Template = sql(&Shape::of(arguments));
    let value = filled(&made.value, &weights);
    let mut fault: f64 = weights.iter().map(|weight| weight.fault).sum();
    for (guard, _) in &made.guards {
        fault += filled(guard, &weights) + GLUE;
    }
    if !made.guards.is_empty() {
        fault += weights.iter().map(|weight| weight.value).sum::<f64>();
    }
    if !made.bounded {
        fault += value + GLUE;
    }
    computed(value, fault)
}

/// The length of a template with its places filled.
fn filled(template: &str, weights: &[Weight]) -> f64 {
    let mut length = template.len() as f64;
    for rest in template.split('$').skip(1) {
        let digits = rest.len() - rest.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
        let place: usize = rest[..digits].parse().unwrap_or(0);
        length += weights.get(place.wrapping_sub(1)).map_or(OPERAND, |weight| weight.value);
    }
    length
}
