//! `/api/v1/search`: words looked for across objects.

use engine::Search;
use engine::search::DEFAULT_HITS;
use http::StatusCode;
use metadata::Problem as Detail;
use serde_json::json;

use crate::answer;
use crate::asked::params::Params;
use crate::call::Call;
use crate::problem::Problem;
use crate::routes::Outcome;

/// Most records of one answer.
const MAX_HITS: i64 = 100;

/// The records that have the words, the best first, with the places marked.
pub(crate) async fn show(call: Call) -> Outcome {
    let mut params = Params::new(call.asked.pairs()?);
    let (text, objects) = (params.text("q"), params.text("objects"));
    let limit = params.number("limit", 1, MAX_HITS).and_then(|limit| u32::try_from(limit).ok());
    let limit = limit.unwrap_or(DEFAULT_HITS);
    params.finish()?;
    let Some(text) = text else {
        return Err(Problem::invalid(vec![Detail::new("q", "required", "say what to look for")]));
    };
    let objects = objects.map(|list| names(&call, &list)).transpose()?.unwrap_or_default();
    let found = call.engine().search(&call.context, &Search { text, objects, limit }).await?;
    let pagination = json!({ "limit": limit, "next_cursor": null, "has_more": found.has_more });
    Ok(answer::document(StatusCode::OK, &json!({ "data": found.hits, "pagination": pagination })))
}

/// Objects by their plural, or by their name.
fn names(call: &Call, list: &str) -> Result<Vec<String>, Problem> {
    let catalog = &call.context.snapshot.catalog;
    let (mut names, mut problems) = (Vec::new(), Vec::new());
    for word in list.split(',').map(str::trim) {
        let found = catalog.find_plural(word).or_else(|| catalog.find_object(word));
        match found.filter(|object| super::rights::sees(call, object)) {
            Some(object) => names.push(object.name.clone()),
            None => {
                let shown: String = word.chars().take(60).collect();
                problems.push(Detail::new(
                    "objects",
                    "unknown-object",
                    format!("there is no object `{shown}`"),
                ));
            }
        }
    }
    if problems.is_empty() { Ok(names) } else { Err(Problem::invalid(problems)) }
}
