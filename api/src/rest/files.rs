//! `/metadata/v1/files`: a tenant's metadata as files, to be kept, compared and brought elsewhere.

use metadata::files::Files;
use serde_json::json;

use super::deploy::{told, wish};
use crate::answer;
use crate::body::form::Form;
use crate::call::Call;
use crate::routes::Outcome;

/// All of them by path.
pub(crate) async fn show(call: Call) -> Outcome {
    call.asked.plain()?;
    let (revision, files) = call.engine().metadata_files(&call.context).await?;
    Ok(answer::data(&json!({ "revision": revision, "files": files })))
}

/// Makes the tenant's metadata what the files say, as one change.
pub(crate) async fn apply(call: Call) -> Outcome {
    call.asked.plain()?;
    let mut form = Form::new(call.asked.json()?)?;
    let files = form.typed("files", "an object of files by path", |json| {
        let files: Files =
            json.as_object()?.iter().map(|(path, file)| (path.clone(), file.clone())).collect();
        Some(files)
    });
    if files.is_none() {
        form.problem("files", "required", "expected the files by their paths");
    }
    let wish = wish(&mut form);
    form.finish()?;
    let applied = call.engine().apply_files(&call.context, files.unwrap_or_default(), wish).await?;
    let mut document = told(&applied);
    document["merges"] = json!(applied.merges);
    document["hints"] = json!(applied.hints);
    Ok(answer::data(&document))
}
