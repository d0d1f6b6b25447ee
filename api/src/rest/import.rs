//! `/api/v1/{plural}/import`: a file becomes records; and what came of it.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use engine::Refusal;
use engine::import::{Format, ImportJob, Rejects, Source, Standing};
use futures_util::stream;
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use crate::answer;
use crate::asked::params::Params;
use crate::body::form::Form;
use crate::call::Call;
use crate::former::refuse_former;
use crate::list::pairs::Pairs;
use crate::problem::{Code, Problem};
use crate::routes::Outcome;

/// Takes the file and answers at once; the import goes on.
pub(crate) async fn start(call: Call) -> Outcome {
    refuse_former(&call)?;
    let object = call.object()?.name.clone();
    let format = format(call.asked.header(&header::CONTENT_TYPE))?;
    let (mapping, rest) = mapping(call.asked.pairs()?);
    let mut params = Params::new(rest);
    let (dry_run, match_field, file_name) =
        (params.flag("dry_run"), params.text("match"), params.text("file_name"));
    let confirmed = params.flag("confirm_warnings");
    params.finish()?;
    call.asked.app.tenants.require_job(call.context.tenant()).await?;
    if !dry_run {
        let announced = call.asked.header(&header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
        call.engine().require_room(call.context.tenant(), announced.unwrap_or(0))?;
    }
    let source = Source::Temporary(call.asked.upload().await?.take());
    let job = ImportJob { object, source, format, file_name, mapping, match_field, dry_run };
    // The file may have taken minutes.
    let mut call = call.renewed().await?;
    call.context.consent.warnings = confirmed;
    let import = call.engine().import(&call.context, job, Some(standing(&call))).await?;
    let mut response = answer::document(StatusCode::ACCEPTED, &json!({ "data": import }));
    if let Ok(place) = HeaderValue::try_from(format!("/api/v1/imports/{}", import.id)) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// The import goes on for as long as the session or key that started it would be let in.
fn standing(call: &Call) -> Standing {
    let call = call.clone();
    Arc::new(move || {
        let call = call.clone();
        Box::pin(async move {
            let renewed = call.renewed().await;
            renewed.map(|call| call.context).map_err(|problem| match problem.code {
                Code::Unauthenticated | Code::Forbidden => engine::Error::Forbidden(Refusal::Credential),
                _ => engine::Error::Busy,
            })
        })
    })
}

fn format(kind: Option<&str>) -> Result<Format, Problem> {
    let known =
        "text/csv, application/x-ndjson or application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    kind.and_then(Format::from_content_type)
        .ok_or_else(|| Problem::new(Code::NotImportable, format!("send Content-Type: {known}")))
}

/// `map[Company name]=account.name`, and the parameters that are left. A header may hold brackets itself.
fn mapping(pairs: Pairs) -> (Vec<(String, String)>, Pairs) {
    let header = |name: &str| Some(name.strip_prefix("map[")?.strip_suffix(']')?.to_owned());
    let (mut mapping, mut rest) = (Vec::new(), Pairs::new());
    for (name, value) in pairs {
        match header(&name) {
            Some(header) => mapping.push((header, value)),
            None => rest.push((name, value)),
        }
    }
    (mapping, rest)
}

/// How far an import is.
pub(crate) async fn show(call: Call) -> Outcome {
    call.asked.plain()?;
    let import = call.engine().import_status(&call.context, call.id()?).await?;
    Ok(answer::data(&json!(import)))
}

/// The rows that were refused, with their reasons, as a CSV.
pub(crate) async fn rejects(call: Call) -> Outcome {
    call.asked.plain()?;
    let rejects = call.engine().import_rejects(&call.context, call.id()?).await?;
    let mut response = Response::new(Body::from_stream(stream::try_unfold(rejects, piece)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"rejects.csv\""),
    );
    Ok(response)
}

/// Takes the next batch of what an import made back; asked again for as long as something is left.
pub(crate) async fn revert(call: Call) -> Outcome {
    call.asked.plain()?;
    Form::optional(call.asked.optional_json()?)?.finish()?;
    Ok(answer::data(&json!(call.engine().revert_import(&call.context, call.id()?).await?)))
}

async fn piece(mut rejects: Rejects) -> Result<Option<(Vec<u8>, Rejects)>, engine::Error> {
    Ok(rejects.next().await?.map(|piece| (piece, rejects)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mappings_are_told_from_other_parameters() {
        let pairs = [("map[E-mail [work]]", "email"), ("dry_run", "true"), ("map[X]", "")];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let (mapping, rest) = mapping(pairs);
        assert_eq!(mapping, [("E-mail [work]".into(), "email".into()), ("X".into(), String::new())]);
        assert_eq!(rest.len(), 1);
    }

    #[test]
    fn other_files_are_refused() {
        assert!(format(Some("text/csv; charset=utf-8")).is_ok());
        for kind in [None, Some("application/json"), Some("image/png")] {
            assert_eq!(format(kind).unwrap_err().code.status(), 415);
        }
    }
}
