//! `/api/v1/batch`: operations on any objects in one transaction.

use engine::Written;
use http::StatusCode;

use super::records::consenting;
use crate::answer;
use crate::body::operations::operations;
use crate::call::Call;
use crate::routes::Outcome;

/// Runs the operations, all or nothing; answers each in its place with the record as it is at the end.
pub(crate) async fn run(call: Call) -> Outcome {
    let call = consenting(call)?;
    let mut operations = operations(call.asked.json()?)?;
    // What was asked is told with what came of it, so that an answer is understood by itself.
    let asked: Vec<(String, Option<String>)> =
        operations.iter().map(|one| (one.object.clone(), one.reference.clone())).collect();
    if let Some(names) = call.context.snapshot.former() {
        operations.iter_mut().for_each(|one| one.object = names.object(&one.object).to_owned());
    }
    let written = call.engine().batch(&call.context, call.once()?.as_ref(), operations).await?;
    let mut json = vec![b'['];
    for (n, (one, (object, reference))) in written.iter().zip(&asked).enumerate() {
        if n > 0 {
            json.push(b',');
        }
        write(&mut json, one, (object, reference.as_deref()));
    }
    json.push(b']');
    Ok(answer::raw(StatusCode::OK, &json))
}

fn write(json: &mut Vec<u8>, one: &Written, (object, reference): (&str, Option<&str>)) {
    let id = one.ids.first().copied().unwrap_or_default();
    let head = serde_json::json!({
        "object": object, "ref": reference, "id": id, "version": one.versions.first(), "created": !one.created.is_empty(),
    });
    let head = head.to_string();
    json.extend_from_slice(&head.as_bytes()[..head.len() - 1]);
    json.extend_from_slice(b",\"data\":");
    json.extend_from_slice(one.answer.as_ref().and_then(answer::only).unwrap_or(b"null"));
    if !one.warnings.is_empty() {
        json.extend_from_slice(b",\"warnings\":");
        json.extend_from_slice(serde_json::json!(one.warnings).to_string().as_bytes());
    }
    json.push(b'}');
}
