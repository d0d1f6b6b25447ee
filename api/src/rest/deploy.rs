//! `/metadata/v1`, the changing half: one definition, or many together; all or nothing.

use std::collections::BTreeMap;

use engine::{AllowLoss, Applied, Apply};
use http::StatusCode;
use metadata::retype::Formulas;
use metadata::{Change, Kind, Problem as Detail};
use serde_json::{Value as Json, json};

use super::metadata::kind;
use crate::asked::params::Params;
use crate::body::form::Form;
use crate::call::Call;
use crate::list::flag;
use crate::problem::Problem;
use crate::routes::Outcome;
use crate::{answer, body};

/// Puts a component of any kind.
pub(crate) async fn put(call: Call) -> Outcome {
    let (kind, name) = (kind(&call)?, call.asked.part("name").to_owned());
    put_component(&call, kind, &name).await
}

/// Puts one field.
pub(crate) async fn put_field(call: Call) -> Outcome {
    put_component(&call, Kind::Fields, &field_name(&call)).await
}

/// Retires an object or field, removes anything else.
pub(crate) async fn delete(call: Call) -> Outcome {
    let (kind, name) = (kind(&call)?, call.asked.part("name").to_owned());
    change(&call, Change { kind, name, definition: None }, None).await
}

/// Retires one field.
pub(crate) async fn delete_field(call: Call) -> Outcome {
    change(&call, Change { kind: Kind::Fields, name: field_name(&call), definition: None }, None).await
}

/// Many changes at once.
pub(crate) async fn deploy(call: Call) -> Outcome {
    call.asked.plain()?;
    let applied = call.engine().apply(&call.context, read(call.asked.json()?)?).await?;
    Ok(answer::data(&told(&applied)))
}

/// What a change did, or would do; of one that is only looked at, also what others notice of it.
pub(crate) fn told(applied: &Applied) -> Json {
    let mut told = json!({
        "revision": applied.revision,
        "changes": applied.changes,
        "steps": applied.steps,
        "data_loss": applied.data_loss,
        "offending": applied.offending,
        "background": applied.background,
        "comes_back_empty": applied.comes_back_empty,
    });
    if let Some(foreseen) = &applied.foreseen {
        told["api"] = json!(foreseen.api);
        told["permissions"] = json!(foreseen.permissions);
        told["dependants"] = json!(foreseen.dependants);
    }
    if let Some(tried) = &applied.tried {
        told["tried"] = json!(tried);
    }
    told
}

fn field_name(call: &Call) -> String {
    format!("{}.{}", call.asked.part("object"), call.asked.part("field"))
}

async fn put_component(call: &Call, kind: Kind, name: &str) -> Outcome {
    let mut definition = body::document(call.asked.json()?)?;
    let own = name.rsplit('.').next().unwrap_or(name);
    let mut after = name.to_owned();
    // Objects and fields carry their name, and another one than the address renames them.
    if let (Kind::Objects | Kind::Fields, Json::Object(map)) = (kind, &mut definition) {
        let new = map.entry("name").or_insert_with(|| own.into()).as_str().unwrap_or(own);
        after = format!("{}{new}", &name[..name.len() - own.len()]);
    }
    change(call, Change { kind, name: name.to_owned(), definition: Some(definition) }, Some(&after)).await
}

/// Applies one change and answers the component as it is `after`.
async fn change(call: &Call, change: Change, after: Option<&str>) -> Outcome {
    let kind = change.kind;
    let mut params = Params::new(call.asked.pairs()?);
    let wish = Apply { changes: vec![change], ..asked(&mut params) };
    params.finish()?;
    let applied = call.engine().apply(&call.context, wish).await?;
    let snapshot = call.engine().snapshot(&call.caller.tenant).await?;
    let component = after.and_then(|name| snapshot.catalog.component_json(kind, name));
    Ok(answer::document(StatusCode::OK, &changed(component, &applied)))
}

/// The component beside what was done, or would be.
fn changed(component: Option<Json>, applied: &Applied) -> Json {
    let mut answer = json!({ "data": component });
    if let (Json::Object(answer), Json::Object(told)) = (&mut answer, told(applied)) {
        answer.extend(told);
    }
    answer
}

/// `true`, or names separated by commas.
pub(crate) fn allow_text(text: &str) -> AllowLoss {
    match text {
        "true" => AllowLoss::All,
        "false" | "" => AllowLoss::None,
        names => AllowLoss::Named(names.split(',').map(|name| name.trim().to_owned()).collect()),
    }
}

/// What a change says of itself in its address.
pub(super) fn asked(params: &mut Params) -> Apply {
    Apply {
        message: params.text("message"),
        expected_revision: params.number("expected_revision", 0, i64::MAX),
        dry_run: params.flag("dry_run"),
        leave_untried: params.typed("try_steps", "true or false", flag) == Some(false),
        allow_data_loss: params.text("allow_data_loss").map(|text| allow_text(&text)).unwrap_or_default(),
        ..Apply::default()
    }
}

/// The same in its body.
pub(crate) fn wish(form: &mut Form) -> Apply {
    Apply {
        message: form.text("message"),
        expected_revision: form.integer("expected_revision"),
        dry_run: form.flag("dry_run").unwrap_or_default(),
        leave_untried: form.flag("try_steps") == Some(false),
        allow_data_loss: allowed_loss(form),
        ..Apply::default()
    }
}

/// `allow_data_loss` of a body.
pub(crate) fn allowed_loss(form: &mut Form) -> AllowLoss {
    form.typed("allow_data_loss", "true or a list of names", allow_json).unwrap_or_default()
}

/// `true`, or the names of what may be lost.
pub(super) fn allow_json(json: &Json) -> Option<AllowLoss> {
    match json {
        Json::Bool(true) => Some(AllowLoss::All),
        Json::Bool(false) => Some(AllowLoss::None),
        Json::Array(names) => names
            .iter()
            .map(|name| name.as_str().map(str::to_owned))
            .collect::<Option<_>>()
            .map(AllowLoss::Named),
        _ => None,
    }
}

fn read(body: &[u8]) -> Result<Apply, Problem> {
    let mut form = Form::new(body)?;
    if !form.says("changes") {
        form.problem("changes", "required", "this is required");
    }
    let changes = form.list("changes").unwrap_or_default();
    let read: Vec<Result<Change, Vec<Detail>>> = changes
        .into_iter()
        .enumerate()
        .map(|(place, json)| read_change(json, &format!("changes.{place}")))
        .collect();
    let mut apply = wish(&mut form);
    apply.convert = form.typed("convert", "formulas by field", formulas).unwrap_or_default();
    let mut problems = Vec::new();
    for change in read {
        match change {
            Ok(change) => apply.changes.push(change),
            Err(more) => problems.extend(more),
        }
    }
    problems.extend(form.problems());
    if problems.is_empty() { Ok(apply) } else { Err(Problem::unprocessable(problems)) }
}

/// `{"deal.amount": {"up": "VALUE(amount)", "down": "TEXT(amount)"}}`
fn formulas(json: &Json) -> Option<BTreeMap<String, Formulas>> {
    serde_json::from_value(json.clone()).ok()
}

/// The changes of a deployment that is only looked at.
pub(crate) fn read_changes(body: &[u8]) -> Result<Vec<Change>, Problem> {
    Ok(read(body)?.changes)
}

fn read_change(json: Json, place: &str) -> Result<Change, Vec<Detail>> {
    let mut form = Form::of(json, place).map_err(|problem| problem.errors)?;
    let word = form.required_text("kind");
    let kind = Kind::find(&word);
    if kind.is_none() && !word.is_empty() {
        form.problem(
            "kind",
            "unknown-kind",
            format!("there is no kind `{word}`; there are {}", Kind::ALL.map(Kind::word).join(", ")),
        );
    }
    let name = form.required_text("name");
    if !form.has("definition") {
        form.problem("definition", "required", "expected a definition, or null to delete");
    }
    let definition = form.take("definition");
    let problems = form.problems();
    match kind.filter(|_| problems.is_empty()) {
        Some(kind) => Ok(Change { kind, name, definition }),
        None => Err(problems.into_iter().map(|problem| problem.under(place)).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deployments_are_read() {
        let body = br#"{"changes":[{"kind":"fields","name":"deal.x","definition":null}],"message":"m","expected_revision":3,"allow_data_loss":["deal.x"]}"#;
        let apply = read(body).unwrap();
        assert_eq!((apply.changes.len(), apply.expected_revision, apply.dry_run), (1, Some(3), false));
        assert_eq!(apply.allow_data_loss, AllowLoss::Named(vec!["deal.x".into()]));
        assert_eq!(apply.changes[0].definition, None);
    }

    #[test]
    fn all_problems_have_paths() {
        let body = br#"{"changes":[{"kind":"tables","name":1},5,{"kind":"objects","name":"x","definition":{},"y":1}],"dry_run":"yes","force":true}"#;
        let problem = read(body).unwrap_err();
        let paths: Vec<&str> = problem.errors.iter().map(|detail| detail.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "changes.0.kind",
                "changes.0.name",
                "changes.0.definition",
                "changes.1",
                "changes.2.y",
                "dry_run",
                "force"
            ]
        );
    }

    #[test]
    fn no_changes_are_not_null() {
        for body in [&br#"{}"#[..], br#"{"changes":null}"#] {
            let problem = read(body).unwrap_err();
            assert_eq!(
                (problem.errors[0].path.as_str(), problem.errors[0].code.as_str()),
                ("changes", "required")
            );
        }
    }

    #[test]
    fn losses_are_allowed_by_name() {
        assert_eq!(allow_text("true"), AllowLoss::All);
        assert_eq!(allow_text("deal.x, deal.y"), AllowLoss::Named(vec!["deal.x".into(), "deal.y".into()]));
        assert_eq!(allow_json(&json!([1])), None);
    }
}
