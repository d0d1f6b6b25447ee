//! `/metadata/v1/files`: a tenant's metadata as files, to be kept, compared and brought elsewhere.

use engine::Apply;
use metadata::files::Files;
use serde_json::json;

use super::deploy::{allow_json, told};
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
    let wish = Apply {
        message: form.text("message"),
        expected_revision: form.integer("expected_revision"),
        dry_run: form.flag("dry_run").unwrap_or_default(),
        allow_data_loss: form
            .typed("allow_data_loss", "true or a list of names", allow_json)
            .unwrap_or_default(),
        ..Apply::default()
    };
    form.finish()?;
    let applied = call.engine().apply_files(&call.context, files.unwrap_or_default(), wish).await?;
    let mut document = told(&applied);
    document["merges"] = json!(applied.merges);
    Ok(answer::data(&document))
}
