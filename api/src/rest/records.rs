//! `/api/v1/{plural}`: the records of any object.

use axum::response::Response;
use engine::{Command, Consent, Query, Refusal, Update, What, Written};
use http::{HeaderValue, StatusCode, header};

use super::{explain, export};
use crate::answer::{self, version_tag};
use crate::asked::params::Params;
use crate::body::{self, Records};
use crate::call::Call;
use crate::list;
use crate::problem::{Code, Problem};
use crate::routes::Outcome;

/// A page of records.
pub(crate) async fn list(call: Call) -> Outcome {
    let (object, mut pairs) = (call.object()?, call.asked.pairs()?);
    let form = export::wanted(&call, &mut pairs)?;
    let query = list::many(&object, &pairs).map_err(Problem::invalid)?;
    if explain::is_asked(&call, &pairs) {
        return Box::pin(explain::read(&call, &query)).await;
    }
    if let Some(form) = form {
        return Box::pin(export::answer(&call, &query, form)).await;
    }
    let answer = call.engine().read(&call.context, &query).await?;
    Ok(answer::page(&answer, &query))
}

/// One record.
pub(crate) async fn show(call: Call) -> Outcome {
    let (object, id, pairs) = (call.object()?, call.id()?, call.asked.pairs()?);
    let asked = list::one(&object, &pairs).map_err(Problem::invalid)?;
    let query = Query { fields: asked.fields, fresh: asked.fresh, ..Query::of(&object.name, vec![id]) };
    if explain::is_asked(&call, &pairs) {
        return Box::pin(explain::read(&call, &query)).await;
    }
    // The version says nothing about related records, so an answer with those is never "not modified".
    let tags = !query.fresh && !list::fields::nests(&query.fields);
    let one = call.engine().read_the_one(&call.context, &query).await?;
    let tag = read_tag(&call, one.version);
    if tags && answer::is_known(call.asked.header(&header::IF_NONE_MATCH), &tag) {
        return Ok(answer::not_modified(&tag));
    }
    Ok(answer::tagged(answer::one(StatusCode::OK, &one), &tag))
}

/// The tag of a record as it was read: under former names it is another text.
fn read_tag(call: &Call, version: i64) -> String {
    match call.context.snapshot.former() {
        Some(names) => format!("\"{version}-{}\"", names.revision),
        None => version_tag(version),
    }
}

/// One new record from an object, or several from an array: all or nothing.
pub(crate) async fn create(call: Call) -> Outcome {
    let call = consenting(call)?;
    match body::records(call.asked.json()?)? {
        Records::One(fields) => {
            let written = write(&call, What::Create(vec![fields])).await?;
            located(&call, one(StatusCode::CREATED, &written), &written)
        }
        Records::Many(records) => {
            let written = write(&call, What::Create(records)).await?;
            let json = written.answer.map_or_else(|| b"[]".to_vec(), |answer| answer.json);
            Ok(answer::warned(StatusCode::CREATED, &json, &written.warnings))
        }
    }
}

/// Changes the named fields of a record.
pub(crate) async fn update(call: Call) -> Outcome {
    let call = consenting(call)?;
    let if_version = if_match(call.asked.header(&header::IF_MATCH))?;
    let update = Update { id: call.id()?, fields: body::record(call.asked.json()?)?, if_version };
    let written = write(&call, What::Update(vec![update])).await?;
    Ok(one(StatusCode::OK, &written))
}

/// Into the recycle bin, or gone for good with `permanent=true`.
pub(crate) async fn delete(call: Call) -> Outcome {
    refuse_system(&call)?;
    let id = call.id()?;
    let mut params = Params::new(call.asked.pairs()?);
    let permanent = params.flag("permanent");
    params.finish()?;
    let what = if permanent { What::Purge(vec![id]) } else { What::Delete(vec![id]) };
    write(&call, what.if_version(if_match(call.asked.header(&header::IF_MATCH))?)).await?;
    Ok(answer::no_content())
}

/// Out of the recycle bin.
pub(crate) async fn restore(call: Call) -> Outcome {
    call.asked.plain()?;
    let if_version = if_match(call.asked.header(&header::IF_MATCH))?;
    let written = write(&call, What::Restore(vec![call.id()?]).if_version(if_version)).await?;
    Ok(one(StatusCode::OK, &written))
}

pub(super) async fn write(call: &Call, what: What) -> Result<Written, Problem> {
    let command = Command { object: call.object()?.name.clone(), what };
    Ok(call.engine().write_once(&call.context, call.once()?.as_ref(), command).await?)
}

/// Refuses what would write records that are written through other routes, whatever else is asked.
fn refuse_system(call: &Call) -> Result<(), Problem> {
    match call.object() {
        Ok(object) if object.system => {
            Err(engine::Error::Forbidden(Refusal::SystemObject(object.name.clone())).into())
        }
        _ => Ok(()),
    }
}

/// The call with what its parameters insist on.
pub(super) fn consenting(mut call: Call) -> Result<Call, Problem> {
    refuse_system(&call)?;
    let mut params = Params::new(call.asked.pairs()?);
    call.context.consent = Consent {
        warnings: params.flag("confirm_warnings"),
        process_override: params.flag("process_override"),
    };
    params.finish()?;
    Ok(call)
}

/// The record that was written. A caller who may not see it gets its id.
pub(super) fn one(status: StatusCode, written: &Written) -> Response {
    let id = written.ids.first().copied().unwrap_or_default();
    let bare = || format!("{{\"id\":\"{id}\"}}").into_bytes();
    let record = written.answer.as_ref().and_then(answer::only).map_or_else(bare, <[u8]>::to_vec);
    let response = answer::warned(status, &record, &written.warnings);
    match written.versions.first() {
        Some(version) => answer::tagged(response, &version_tag(*version)),
        None => response,
    }
}

pub(super) fn located(call: &Call, mut response: Response, written: &Written) -> Outcome {
    let id = written.ids.first().copied().unwrap_or_default();
    let place = format!("/api/v1/{}/{id}", call.object()?.plural);
    if let Ok(place) = HeaderValue::try_from(place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// The version that the caller saw; `None` for any.
pub(super) fn if_match(header: Option<&str>) -> Result<Option<i64>, Problem> {
    let Some(text) = header.map(str::trim).filter(|text| *text != "*") else { return Ok(None) };
    if text.contains(',') {
        return Err(Problem::new(Code::InvalidRequest, "If-Match takes one version here"));
    }
    let tag = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    // Under whatever names it was read, it is the same record.
    let number = |tag: &str| match tag.split_once('-') {
        Some((version, names)) => names.parse::<i64>().ok().and(version.parse().ok()),
        None => tag.parse().ok(),
    };
    let version: Option<i64> = tag.and_then(number);
    // A tag that was never given out matches nothing.
    version.map(Some).ok_or_else(|| engine::Error::Stale.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_match_names_one_version() {
        assert_eq!(if_match(None).unwrap(), None);
        assert_eq!(if_match(Some("*")).unwrap(), None);
        assert_eq!(if_match(Some("\"3\"")).unwrap(), Some(3));
        assert_eq!(if_match(Some("\"3-12\"")).unwrap(), Some(3));
        for (header, code) in [
            ("W/\"3\"", Code::Stale),
            ("3", Code::Stale),
            ("\"x\"", Code::Stale),
            ("\"3-x\"", Code::Stale),
            ("\"-3\"", Code::Stale),
            ("\"1\", \"2\"", Code::InvalidRequest),
        ] {
            assert_eq!(if_match(Some(header)).unwrap_err().code, code, "{header}");
        }
    }
}
