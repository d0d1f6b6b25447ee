//! `/metadata/v1`, the reading half: what exists, as far as the caller may know of it.

use axum::response::Response;
use http::{HeaderValue, header};
use metadata::{Kind, schemas};
use serde_json::{Value as Json, json};

use super::seen::Seen;
use super::{rights, session};
use crate::answer;
use crate::asked::params::Params;
use crate::call::Call;
use crate::problem::{Code, Problem};
use crate::routes::Outcome;

/// Everything that the UI needs to begin, in one answer; with what people read in a `language`, as far as it is known in
/// that.
pub(crate) async fn bootstrap(call: Call) -> Outcome {
    let mut params = Params::new(call.asked.pairs()?);
    let language = params.typed("language", "the tag of a language, such as `de` or `pt-BR`", |text| {
        metadata::catalog::is_locale(text).then(|| text.to_owned())
    });
    params.finish()?;
    let session = call.caller.session.as_ref().map(|session| session.id).unwrap_or_default();
    let kept = call.engine().own_views_tag(&call.context).await?;
    let counters = (call.context.snapshot.revision, call.caller.access);
    let spoken = language.as_deref().unwrap_or_default();
    let tag = format!("\"{}-{}-{session}-{kept}-{spoken}\"", counters.0, counters.1);
    if answer::is_known(call.asked.header(&header::IF_NONE_MATCH), &tag) {
        return Ok(answer::not_modified(&tag));
    }
    let own = call.engine().own_views(&call.context).await?;
    let user = session::describe(&call).await?;
    let mut document = json!({
        "revision": call.context.snapshot.revision,
        "user": user,
        "objects": objects(&call),
        "option_sets": components(&call, Kind::OptionSets),
        "list_views": components(&call, Kind::ListViews),
        "layouts": layouts(&call),
        "field_conditions": components(&call, Kind::FieldConditions),
        "forms": forms(&call),
        "record_types": components(&call, Kind::RecordTypes),
        "processes": components(&call, Kind::Processes),
        "conversions": conversions(&call),
        "apps": Seen::new(&call).apps(),
        "languages": call.context.snapshot.catalog.locales(),
        "own_views": own.views,
        "default_views": own.defaults,
    });
    if let Some(language) = language {
        translate(&call, &language, &mut document);
    }
    Ok(answer::tagged(answer::data(&document), &tag))
}

/// Puts the labels of a language in place of those that stand in the definitions. Own views are the person's own words.
fn translate(call: &Call, language: &str, document: &mut Json) {
    let snapshot = &call.context.snapshot;
    let is_own = |name: &str| snapshot.definitions.package_of(Kind::Translations, name).is_none();
    let Some(texts) = snapshot.catalog.texts(language, is_own) else { return };
    texts.objects(&mut document["objects"]);
    texts.option_sets(&mut document["option_sets"]);
    for view in document["list_views"].as_array_mut().into_iter().flatten() {
        let written = view["label"].clone();
        texts.others(view);
        // Who changes a view that others see says its label as it is written.
        if view["label"] != written {
            view["written"] = written;
        }
    }
    for part in ["layouts", "record_types", "processes", "conversions", "apps"] {
        texts.others(&mut document[part]);
    }
}

/// Each object with what the caller may do with its records.
fn objects(call: &Call) -> Json {
    let seen = Seen::new(call);
    let readable = call.context.snapshot.catalog.objects.iter().filter(|object| rights::sees(call, object));
    readable.map(|object| seen.object(object)).collect()
}

/// By object, the conditions that its forms evaluate themselves; objects without any are left out.
fn forms(call: &Call) -> Json {
    let readable = call.context.snapshot.catalog.objects.iter().filter(|object| rights::sees(call, object));
    let with = readable.map(|object| (object.name.clone(), engine::forms::conditions(&call.context, object)));
    with.filter(|(_, conditions)| !conditions.is_empty()).map(|(name, all)| (name, json!(all))).collect()
}

/// Layouts, whose sections also have their condition (`visible`) as the expression that a page evaluates (`condition`).
fn layouts(call: &Call) -> Json {
    let mut all = components(call, Kind::Layouts);
    for layout in all.as_array_mut().into_iter().flatten() {
        let name = layout["object"].as_str().unwrap_or_default();
        let Some(object) = call.context.snapshot.catalog.find_object(name) else { continue };
        for section in layout["sections"].as_array_mut().into_iter().flatten() {
            let text = section["visible"].as_str();
            let condition = text.and_then(|text| engine::forms::section(&call.context, object, text));
            condition.into_iter().for_each(|condition| section["condition"] = json!(condition));
        }
    }
    all
}

/// What records can become, by what it is called, for objects whose records the caller may change.
fn conversions(call: &Call) -> Json {
    let catalog = &call.context.snapshot.catalog;
    let may = |object: &&std::sync::Arc<metadata::Object>| {
        rights::sees(call, object) && call.context.decide(permissions::Action::Edit, object).is_allowed()
    };
    let of = |object: &std::sync::Arc<metadata::Object>| {
        let ways = catalog.conversions(object).into_iter();
        let name = object.name.clone();
        ways.map(move |way| json!({ "object": name, "name": way.name, "label": way.label }))
            .collect::<Vec<_>>()
    };
    catalog.objects.iter().filter(may).flat_map(of).collect()
}

/// All components of a kind.
pub(crate) async fn list(call: Call) -> Outcome {
    call.asked.plain()?;
    Ok(answer::data(&components(&call, kind(&call)?)))
}

/// One component.
pub(crate) async fn show(call: Call) -> Outcome {
    call.asked.plain()?;
    component(&call, kind(&call)?, call.asked.part("name"))
}

/// One field of an object.
pub(crate) async fn show_field(call: Call) -> Outcome {
    let name = format!("{}.{}", call.asked.part("object"), call.asked.part("field"));
    component(&call, Kind::Fields, &name)
}

/// The JSON Schema of a kind's definitions, bare, as editors want it.
pub(crate) async fn schema(call: Call) -> Outcome {
    call.asked.plain()?;
    let mut response = answer::document(http::StatusCode::OK, schemas::schema(kind(&call)?));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/schema+json"));
    Ok(response)
}

/// The kind that the path names.
pub(crate) fn kind(call: &Call) -> Result<Kind, Problem> {
    let word = call.asked.part("kind");
    let known = || Kind::ALL.map(Kind::word).join(", ");
    Kind::find(word).ok_or_else(|| {
        Problem::new(
            Code::NotFound,
            format!("there is no kind of metadata called that; there are {}", known()),
        )
    })
}

fn component(call: &Call, kind: Kind, name: &str) -> Result<Response, Problem> {
    let found = Seen::new(call).component(kind, name);
    found.map(|json| answer::data(&json)).ok_or_else(Problem::not_found)
}

fn components(call: &Call, kind: Kind) -> Json {
    let (seen, catalog) = (Seen::new(call), &call.context.snapshot.catalog);
    catalog.component_names(kind).iter().filter_map(|name| seen.component(kind, name)).collect()
}
