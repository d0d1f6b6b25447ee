//! Functions on picklists, multi picklists and JSON, and those that find a part in a text.

use super::parameter::{Accepts, Parameter, constant, kept, strict};
use super::{Form, Function, Gives, Outcome, Shape, Template};
use crate::capability::Capability;
use crate::check::Rewriting;
use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::evaluate::Arguments;
use crate::expression::{Branch, Comparison, Expression, TextMatch};
use crate::fault::Fault;
use crate::number::Fixed;
use crate::types::Type;
use crate::value::Value;

type Rewritten = Result<Expression, Diagnostic>;

const fn rewritten(
    name: &'static str,
    takes: &'static [Parameter],
    doc: &'static str,
    rewrite: fn(&mut Rewriting<'_>) -> Rewritten,
) -> Function {
    let (gives, capability) = (Gives::Is(Type::Bool), Capability::Index);
    Function { name, aliases: &[], takes, gives, capability, doc, form: Form::Rewrite(rewrite) }
}

const FINDING: &[Parameter] = &[kept("text", Accepts::Is(Type::Text)), kept("part", Accepts::Is(Type::Text))];

pub(super) static FUNCTIONS: &[Function] = &[
    rewritten("CONTAINS", FINDING, "Whether the text contains the part; case matters.", |call| {
        Ok(find(call, TextMatch::Contains, false))
    }),
    rewritten("BEGINS", FINDING, "Whether the text begins with the part; case matters.", |call| {
        Ok(find(call, TextMatch::Starts, false))
    }),
    rewritten("ENDS", FINDING, "Whether the text ends with the part; case matters.", |call| {
        Ok(find(call, TextMatch::Ends, false))
    }),
    rewritten(
        "ICONTAINS",
        FINDING,
        "Whether the text contains the part in capital or small letters.",
        |call| Ok(find(call, TextMatch::Contains, true)),
    ),
    rewritten(
        "ISPICKVAL",
        &[kept("picklist", Accepts::Is(Type::Choice)), kept("option", Accepts::Words)],
        "Whether the picklist has the option, by API name.",
        |call| {
            let (picklist, option) = call.pair()?;
            call.compare(Comparison::Eq, picklist, option)
        },
    ),
    rewritten(
        "INCLUDES",
        &[kept("picklist", Accepts::Is(Type::Choices)), kept("option", Accepts::Words).repeated()],
        "Whether the multi picklist has all the options, by API name.",
        includes,
    ),
    Function {
        name: "PICKCOUNT",
        aliases: &[],
        takes: &[kept("picklist", Accepts::Is(Type::Choices))],
        gives: Gives::Is(Type::Number),
        capability: Capability::Index,
        doc: "How many options the multi picklist has.",
        form: Form::Plain {
            sql: |_| Template::total("coalesce(cardinality($1), 0)::numeric"),
            compute: |a| {
                let count = if let Value::List(items) = a.value(0) { items.len() } else { 0 };
                Ok(Value::Number(Fixed::whole(count as i64).decimal()))
            },
        },
    },
    Function {
        gives: Gives::Is(Type::Text),
        ..rewritten(
            "PICKLABEL",
            &[kept("picklist", Accepts::Is(Type::Choice))],
            "The label of the option.",
            label,
        )
    },
    Function {
        name: "JSONVALUE",
        aliases: &[],
        takes: &[strict("json", Type::Json), constant("path", Accepts::JsonPath)],
        gives: Gives::Is(Type::Text),
        capability: Capability::Index,
        doc: "A plain value inside JSON as text, by a path such as $.a.b[0].",
        form: Form::Plain { sql: json_sql, compute: json },
    },
];

fn find(call: &mut Rewriting<'_>, how: TextMatch, ignore_case: bool) -> Expression {
    Expression::TextMatch { how, ignore_case, text: Box::new(call.take()), part: Box::new(call.take()) }
}

fn includes(call: &mut Rewriting<'_>) -> Rewritten {
    let list = call.arguments.remove(0);
    let mut values = Vec::new();
    for argument in std::mem::take(&mut call.arguments) {
        list.must_have(&argument)?;
        if let Expression::Literal(value) = argument.expression {
            values.push(value);
        }
    }
    Ok(Expression::HasAll { list: Box::new(list.expression), values })
}

/// The labels become part of the expression, which is checked again whenever the metadata changes.
fn label(call: &mut Rewriting<'_>) -> Rewritten {
    let picklist = call.arguments.remove(0);
    let text = |text: &str| Expression::Literal(Value::text(text));
    let branch = |value: &str, label: &str| Branch {
        when: Expression::Compare {
            op: Comparison::Eq,
            left: Box::new(picklist.expression.clone()),
            right: Box::new(text(value)),
        },
        then: text(label),
    };
    let options = picklist.options.iter().flatten();
    let branches = options.map(|option| branch(&option.value, &option.label)).collect();
    Ok(Expression::Case { branches, otherwise: Box::new(picklist.expression.clone()) })
}

/// The steps of a path such as `$.a.b[0]`.
pub(crate) fn json_steps(path: &str) -> Option<Vec<String>> {
    let mut steps = Vec::new();
    for part in path.strip_prefix('$')?.split_inclusive(['.', '[', ']']) {
        let (step, end) = part.split_at(part.len() - part.ends_with(['.', '[', ']']) as usize);
        let plain = step.chars().all(|letter| letter.is_alphanumeric() || letter == '_' || letter == '-');
        let index = end == "]" && step.parse::<u32>().is_err();
        if !plain || index {
            return None;
        }
        if !step.is_empty() {
            steps.push(step.to_owned());
        }
    }
    (!steps.is_empty() && !path.contains("..") && !path.ends_with('.')).then_some(steps)
}

fn json_sql(shape: &Shape) -> Template {
    let steps = json_steps(shape.words(2)).unwrap_or_default();
    let quoted: Vec<String> = steps.iter().map(|step| format!("'{step}'")).collect();
    let path = format!("ARRAY[{}]::text[]", quoted.join(", "));
    let plain = format!("jsonb_typeof($1 #> {path}) IN ('string', 'number', 'boolean')");
    Template::total(format!("NULLIF(CASE WHEN {plain} THEN $1 #>> {path} END, '')"))
}

fn json(arguments: &Arguments) -> Outcome {
    let Value::Json(json) = arguments.value(0) else { return Err(Fault::Value) };
    let steps = json_steps(arguments.text(1)?).ok_or(Fault::Value)?;
    let found = steps.iter().try_fold(json, |inside, step| match inside {
        Document::Object(fields) => fields.get(step),
        Document::List(items) => items.get(step.parse::<usize>().ok()?),
        _ => None,
    });
    Ok(match found {
        Some(Document::Text(text) | Document::Number(text)) => Value::text(text.as_str()),
        Some(Document::Bool(flag)) => Value::text(flag.to_string()),
        _ => Value::Null,
    })
}
