//! `/api/v1/{plural}/{id}/conversions`: what a record can become, and its becoming that.

use engine::{Conversion, Converted, Written};
use http::{StatusCode, header};
use serde_json::json;

use super::records::{consenting, if_match};
use crate::answer;
use crate::body::conversion::{Asked, conversion};
use crate::call::Call;
use crate::problem::Problem;
use crate::routes::Outcome;

/// Each conversion, with what it would make and the records that are there already.
pub(crate) async fn list(call: Call) -> Outcome {
    call.asked.plain()?;
    let found = call.engine().conversions(&call.context, &call.object()?.name, call.id()?).await?;
    // Values stay the text that they are.
    let json = serde_json::to_vec(&found).map_err(|_| Problem::internal())?;
    Ok(answer::raw(StatusCode::OK, &json))
}

/// Converts the record; answers it with the records that came out.
pub(crate) async fn convert(call: Call) -> Outcome {
    let call = consenting(call)?;
    let if_version = if_match(call.asked.header(&header::IF_MATCH))?;
    let Asked { targets, dry_run } = conversion(call.asked.optional_json()?)?;
    let name = call.asked.part("name").to_owned();
    let asked = Conversion { id: call.id()?, name, targets, if_version, dry_run };
    let (object, once) = (call.object()?, call.once()?);
    let outcome = call.engine().convert(&call.context, &object.name, (&asked, once.as_ref())).await;
    let Converted { source, targets } = outcome?;
    let mut bytes = format!("{{\"dry_run\":{dry_run},\"source\":").into_bytes();
    bytes.extend(record(&source));
    bytes.extend_from_slice(b",\"targets\":{");
    for (n, (name, object, written)) in targets.iter().enumerate() {
        let head = json!({
            "object": object, "id": written.ids.first(), "created": !written.created.is_empty(),
        });
        let head = head.to_string();
        let comma = if n > 0 { "," } else { "" };
        bytes.extend_from_slice(
            format!("{comma}{}:{},\"data\":", json!(name), &head[..head.len() - 1]).as_bytes(),
        );
        bytes.extend(record(written));
        bytes.push(b'}');
    }
    bytes.extend_from_slice(b"}}");
    Ok(answer::warned(StatusCode::OK, &bytes, &source.warnings))
}

/// The record as the caller may see it; null where they may not.
fn record(written: &Written) -> Vec<u8> {
    written.answer.as_ref().and_then(answer::only).map_or_else(|| b"null".to_vec(), <[u8]>::to_vec)
}
