//! `/metadata/v1/formulas/check` and `/metadata/v1/dependencies`: what editors ask before something is saved.

use formulas::{BlankAs, Options, Type, Zone};
use metadata::catalog::{Checked, Named, Object};
use metadata::{Kind, Problem as Detail};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::metadata::kind;
use crate::answer;
use crate::body::form::Form;
use crate::call::Call;
use crate::problem::Problem;
use crate::routes::Outcome;

/// What is asked about.
struct Question {
    object: String,
    text: String,
    options: Options,
    record: Option<Uuid>,
}

/// What a formula means, or all that is wrong with it. Problems of the text are an answer, not a failure.
pub(crate) async fn check(call: Call) -> Outcome {
    call.asked.plain()?;
    let question = read(call.asked.json()?)?;
    let catalog = call.context.snapshot.catalog.clone();
    let Some(object) = catalog.find_object(&question.object) else {
        let text = format!("there is no object `{}`", question.object);
        return Err(Problem::unprocessable(vec![Detail::new("object", "unknown-object", text)]));
    };
    let checked = match catalog.check_expression(object, &question.text, &question.options) {
        Ok(checked) => checked,
        Err(problems) => return Ok(answer::data(&json!({ "valid": false, "errors": under(problems) }))),
    };
    let mut view = describe(object, &checked);
    if let Some(id) = question.record {
        view["sample"] = json!(call.engine().sample(&call.context, (&object.name, id), &checked).await?);
    }
    Ok(answer::data(&view))
}

/// All functions of the language, for editors.
pub(crate) async fn functions(call: Call) -> Outcome {
    call.asked.plain()?;
    let groups = formulas::functions::groups().into_iter();
    let all = groups.flat_map(|(group, functions)| functions.iter().map(move |function| (group, function)));
    let shown = all.filter(|(_, function)| function.is_public()).map(|(group, function)| {
        json!({
            "name": function.name,
            "aliases": function.aliases,
            "group": group,
            "signature": function.signature(),
            "gives": function.gives_word(),
            "capability": function.capability,
            "doc": function.doc,
        })
    });
    Ok(answer::data(&shown.collect()))
}

fn under(problems: Vec<Detail>) -> Vec<Detail> {
    problems.into_iter().map(|problem| problem.under("formula")).collect()
}

fn describe(object: &Object, checked: &Checked) -> Json {
    let uses = checked.uses.iter().map(|used| format!("{}.{}", used.object, used.field));
    json!({
        "valid": true,
        "object": object.name,
        "type": checked.ty,
        "capability": checked.capability,
        "canonical": checked.canonical,
        "uses": uses.collect::<Vec<_>>(),
        "warnings": under(checked.warnings.clone()),
        "expression": checked.expression,
    })
}

fn read(body: &[u8]) -> Result<Question, Problem> {
    let mut form = Form::new(body)?;
    let (object, text) = (form.required_text("object"), form.required_text("formula"));
    let words = "one of text, number, boolean, date, datetime, time, id";
    let expects = form.typed("expects", words, |json| type_called(json.as_str()?));
    let blank_as = form.typed("blank_as", "zero or blank", |json| match json.as_str()? {
        "zero" => Some(BlankAs::Zero),
        "blank" => Some(BlankAs::Blank),
        _ => None,
    });
    let zone = form.typed("tz", "user, tenant or a time zone", |json| Zone::parse(json.as_str()?));
    let saving = form.flag("saving").unwrap_or_default();
    let record = form.typed("record", "the id of a record", |json| Uuid::try_parse(json.as_str()?).ok());
    form.finish()?;
    let options = Options {
        expects,
        blank_as: blank_as.unwrap_or_default(),
        zone: zone.unwrap_or_default(),
        saving,
        ..Options::default()
    };
    Ok(Question { object, text, options, record })
}

fn type_called(word: &str) -> Option<Type> {
    Some(match word {
        "text" => Type::Text,
        "number" => Type::Number,
        "boolean" => Type::Bool,
        "date" => Type::Date,
        "datetime" => Type::DateTime,
        "time" => Type::Time,
        "id" => Type::Id,
        _ => return None,
    })
}

/// What uses a component, and what it uses.
pub(crate) async fn dependencies(call: Call) -> Outcome {
    call.asked.plain()?;
    let (kind, name) = (kind(&call)?, call.asked.part("name"));
    let catalog = &call.context.snapshot.catalog;
    if catalog.component_json(kind, name).is_none() {
        return Err(Problem::not_found());
    }
    let named = Named::new(kind, name);
    let (uses, used_by) = (catalog.uses(&named), catalog.used_by(&named));
    Ok(answer::data(&json!({ "kind": Kind::word(kind), "name": name, "uses": uses, "used_by": used_by })))
}
