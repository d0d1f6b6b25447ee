//! A list as a file, in place of a page: `format=csv|ndjson|xlsx`, or the same by `Accept`.

use axum::body::Body;
use axum::response::Response;
use engine::export::{Export, Form};
use engine::{Page, Query};
use futures_util::stream;
use http::{HeaderValue, header};
use metadata::Problem as Detail;

use crate::call::Call;
use crate::list::pairs::Pairs;
use crate::problem::{Code, Problem};
use crate::routes::Outcome;

/// Forms of a file: the word for `format`, the media type, and what the file is called behind its dot.
const FORMS: &[(&str, &str, Form)] = &[
    ("csv", "text/csv", Form::Csv),
    ("ndjson", "application/x-ndjson", Form::JsonLines),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Form::Xlsx),
];

/// The file that is wanted, if it is one; the parameter that says so is taken out.
pub(crate) fn wanted(call: &Call, pairs: &mut Pairs) -> Result<Option<Form>, Problem> {
    let word = pairs.iter().position(|(name, _)| name == "format").map(|place| pairs.remove(place).1);
    let form = match word.as_deref() {
        None => accepted(call.asked.header(&header::ACCEPT).unwrap_or_default())?,
        Some("json") => None,
        Some(word) => match FORMS.iter().find(|(known, ..)| *known == word) {
            Some((.., form)) => Some(*form),
            None => {
                let message = "expected json, csv, ndjson or xlsx";
                return Err(Problem::invalid(vec![Detail::new("format", "unknown-format", message)]));
            }
        },
    };
    if form.is_some() {
        call.refuse_support("take files along")?;
    }
    Ok(form)
}

/// The first media type of `Accept` that is ours; `None` when that is JSON, or nothing is said.
fn accepted(accept: &str) -> Result<Option<Form>, Problem> {
    for kind in accept.split(',') {
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if let Some((.., form)) = FORMS.iter().find(|(_, known, _)| *known == kind) {
            return Ok(Some(*form));
        }
        if matches!(kind.as_str(), "" | "application/json" | "application/*" | "*/*" | super::explain::KIND) {
            return Ok(None);
        }
    }
    let forms: Vec<&str> = FORMS.iter().map(|(_, kind, _)| *kind).collect();
    let text = format!("there is application/json, and as files {}", forms.join(", "));
    Err(Problem::new(Code::NotAcceptable, text))
}

/// The file, as it is read.
pub(crate) async fn answer(call: &Call, query: &Query, form: Form) -> Outcome {
    if query.page != Page::First || query.include_total {
        let message = "a file has no pages; give neither cursor, page nor include_total";
        return Err(Problem::invalid(vec![Detail::new("format", "contradiction", message)]));
    }
    let plural = call.object()?.plural.clone();
    let export = call.engine().export(&call.context, query, form).await?;
    let mut response = Response::new(Body::from_stream(stream::try_unfold(export, piece)));
    let (word, kind, _) = FORMS.iter().find(|(.., known)| *known == form).unwrap_or(&FORMS[0]);
    let charset = if form == Form::Csv { "; charset=utf-8" } else { "" };
    let headers = response.headers_mut();
    if let (Ok(kind), Ok(name)) = (
        HeaderValue::try_from(format!("{kind}{charset}")),
        HeaderValue::try_from(format!("attachment; filename=\"{plural}.{word}\"")),
    ) {
        headers.insert(header::CONTENT_TYPE, kind);
        headers.insert(header::CONTENT_DISPOSITION, name);
        headers.insert(header::VARY, HeaderValue::from_static("accept"));
    }
    Ok(response)
}

async fn piece(mut export: Export) -> Result<Option<(Vec<u8>, Export)>, engine::Error> {
    Ok(export.next().await?.map(|piece| (piece, export)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_known_type_is_meant() {
        for (accept, form) in [
            ("", None),
            ("*/*", None),
            ("application/json, text/csv", None),
            ("text/csv", Some(Form::Csv)),
            ("text/html, Text/CSV;q=0.9, */*", Some(Form::Csv)),
            ("application/x-ndjson", Some(Form::JsonLines)),
        ] {
            assert_eq!(accepted(accept).unwrap(), form, "{accept}");
        }
        assert_eq!(accepted("application/pdf, text/html").unwrap_err().code, Code::NotAcceptable);
    }
}
