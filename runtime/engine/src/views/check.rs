//! Whether a view can be kept: its form as that of a list view, everything in it seen by its owner, and no value of an
//! encrypted field, which would lie open.

use std::sync::Arc;

use metadata::catalog::Object;
use metadata::definitions::Part;
use metadata::definitions::list_view::ListView;
use metadata::{Kind, Problem};
use serde_json::{Map, Value as Json};

use super::sight::Sight;
use super::store::Row;
use crate::context::Context;
use crate::error::{Error, Result};

/// Most bytes of one view.
const MAX_BYTES: usize = 16 * 1024;

/// The object of a new view, and what is kept of it.
pub(super) fn definition(context: &Context, keys: Map<String, Json>) -> Result<(Arc<Object>, Json)> {
    let name = keys.get("object").and_then(Json::as_str).unwrap_or_default().to_owned();
    let seen = Sight::new(context).seen_object(&name);
    // What is wrong besides is told with it.
    let form = read(keys);
    let Some(object) = seen else {
        let mut problems = form.err().unwrap_or_default();
        if !problems.iter().any(|problem| problem.path == "object") {
            problems.push(Problem::new("object", "unknown-object", format!("there is no object `{name}`")));
        }
        return Err(Error::Unprocessable(problems));
    };
    let view = form.map_err(Error::Unprocessable)?;
    check(context, &object, &view)?;
    Ok((object, kept(&view)))
}

/// A view with other keys. Who says only what it is called changes nothing that they do not see.
pub(super) fn changed(
    context: &Context,
    (row, shown): (&Row, &Json),
    keys: Map<String, Json>,
) -> Result<Json> {
    let object = shown["object"].as_str().unwrap_or_default();
    if keys.get("object").is_some_and(|named| named != object) {
        let problem = Problem::new("object", "read-only", "a view stays with its object");
        return Err(Error::Unprocessable(vec![problem.hint("keep a new one there")]));
    }
    let is_name_alone = keys.keys().all(|key| ["label", "object"].contains(&key.as_str()));
    let mut whole = match shown.as_object() {
        Some(shown) if !is_name_alone => shown.clone(),
        _ => row.definition.as_object().cloned().unwrap_or_default(),
    };
    ["id", "left_out"].into_iter().for_each(|key| drop(whole.shift_remove(key)));
    whole.insert("object".into(), object.into());
    whole.extend(keys);
    let view = read(whole).map_err(Error::Unprocessable)?;
    if !is_name_alone {
        let object = Sight::new(context).seen_object(object).ok_or(Error::NotFound)?;
        check(context, &object, &view)?;
    }
    Ok(kept(&view))
}

/// The view of a row, of an object called `object`.
pub(super) fn stored(row: &Row, object: &str) -> Option<ListView> {
    let mut json = row.definition.clone();
    json.as_object_mut()?.insert("object".into(), object.into());
    serde_json::from_value(json).ok()
}

/// What a row keeps: the object stands beside it, by its stable id.
pub(super) fn kept(view: &ListView) -> Json {
    let mut json = serde_json::to_value(view).unwrap_or_default();
    json.as_object_mut().into_iter().for_each(|map| drop(map.shift_remove("object")));
    json
}

fn read(mut keys: Map<String, Json>) -> std::result::Result<ListView, Vec<Problem>> {
    keys.retain(|_, value| !value.is_null());
    let label = keys.get("label").and_then(Json::as_str).map(str::trim).map(str::to_owned);
    let is_wordless =
        label.as_ref().is_some_and(|label| label.is_empty() || label.contains(char::is_control));
    label.into_iter().for_each(|label| drop(keys.insert("label".into(), label.into())));
    let json = Json::Object(keys);
    if json.to_string().len() > MAX_BYTES {
        let text = format!("a view has at most {} kB", MAX_BYTES / 1024);
        return Err(vec![Problem::new("", "too-large", text)]);
    }
    let mut problems = Vec::new();
    if is_wordless {
        problems.push(Problem::new("label", "required", "a view has a name, in one line"));
    }
    if json.get("shared_with").is_some() {
        let problem = Problem::new("shared_with", "unknown-key", "a view of one's own is shared with nobody");
        problems.push(problem.hint("who may change metadata shares it: PUT /metadata/v1/list-views/…"));
    }
    match ListView::read(json) {
        Ok(view) if problems.is_empty() => Ok(view),
        Ok(_) => Err(problems),
        Err(faults) => Err(problems.into_iter().chain(faults).collect()),
    }
}

/// Everything in it is seen by the actor; only then it is held to the catalog, which would tell of more.
fn check(context: &Context, object: &Object, view: &ListView) -> Result<()> {
    let problems = Sight::new(context).problems(object, view);
    if !problems.is_empty() {
        return Err(Error::Unprocessable(problems));
    }
    let catalog = &context.snapshot.catalog;
    let mut problems = view.check(catalog, Some(object));
    for used in catalog.uses_of(view) {
        let names_values = ["filter", "where"].contains(&used.at.as_str());
        let field =
            (used.component.kind == Kind::Fields).then(|| used.component.name.split_once('.')).flatten();
        let field = field.and_then(|(object, name)| catalog.find_object(object)?.find_field(name));
        if names_values && field.is_some_and(|field| field.encrypted) {
            let text = "a view would keep values of an encrypted field in the open";
            problems.push(Problem::new(&used.at, "encrypted", text).hint("leave this condition out"));
        }
    }
    problems.dedup();
    if problems.is_empty() { Ok(()) } else { Err(Error::Unprocessable(problems)) }
}
