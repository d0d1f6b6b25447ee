//! `/api/v1/{plural}/states`: the log of states of an object's records, entry by entry or counted.

use chrono::{DateTime, Datelike, Utc};
use engine::Page;
use engine::states::log::LogQuery;
use http::StatusCode;
use metadata::Problem as Detail;
use serde_json::json;

use crate::answer;
use crate::asked::params::Params;
use crate::call::Call;
use crate::list;
use crate::list::pairs::Pairs;
use crate::problem::Problem;
use crate::routes::Outcome;

/// What entries are chosen by; everything else of a list's address chooses records.
pub(crate) const CHOSEN: [&str; 5] = ["field", "from", "to", "process", "transition"];
const OWN: [&str; 8] = ["field", "from", "to", "process", "transition", "since", "until", "group_by"];
/// What a list of records answers and the log does not.
const OTHERS: [&str; 6] = ["fields", "sort", "errors", "fresh", "include_total", "explain"];

/// Entries, the newest first; with `group_by` how many there are of each and how long the state before lasted.
pub(crate) async fn list(call: Call) -> Outcome {
    let object = call.object()?;
    let (own, rest): (Pairs, Pairs) =
        call.asked.pairs()?.into_iter().partition(|(name, _)| OWN.contains(&name.as_str()));
    let mut params = Params::new(own);
    let mut chosen = Vec::new();
    for word in CHOSEN {
        chosen.extend(params.text(word).map(|text| (word.to_owned(), words(&text))));
    }
    let since = params.typed("since", "a moment such as 2026-11-20T12:00:00Z", moment);
    let until = params.typed("until", "a moment such as 2026-11-20T12:00:00Z", moment);
    let groups = params.text("group_by");
    params.finish()?;
    means_nothing(&rest)?;
    let records = list::many(&object, &rest).map_err(Problem::invalid)?;
    let asked = LogQuery { records, shown: None, chosen, since, until };
    if let Some(groups) = groups {
        if matches!(asked.records.page, Page::After(_)) {
            let text = "what is counted has no pages";
            return Err(Problem::invalid(vec![
                Detail::new("cursor", "not-allowed", text).hint("leave `cursor` out"),
            ]));
        }
        let groups = call.engine().state_counts(&call.context, &asked, &named(&groups)).await?;
        return Ok(answer::raw(StatusCode::OK, &groups.json));
    }
    let page = call.engine().state_log(&call.context, &asked).await?;
    let pagination = json!({ "limit": page.limit, "next_cursor": page.next, "has_more": page.has_more });
    let document = json!({ "data": page.entries, "pagination": pagination });
    Ok(answer::document(StatusCode::OK, &document))
}

fn means_nothing(rest: &Pairs) -> Result<(), Problem> {
    let word = |name: &str| name.split('[').next().unwrap_or(name).to_owned();
    let Some((name, _)) = rest.iter().find(|(name, _)| OTHERS.contains(&word(name).as_str())) else {
        return Ok(());
    };
    let text = format!("`{name}` means nothing for the log of states");
    let hint = "use filter, where, limit, cursor, page and the words of an entry";
    Err(Problem::invalid(vec![Detail::new(name, "unknown-parameter", text).hint(hint)]))
}

fn words(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// What is grouped by: each must mean something.
fn named(text: &str) -> Vec<String> {
    text.split(',').map(|word| word.trim().to_owned()).collect()
}

/// A moment as a parameter tells it.
pub(crate) fn moment(text: &str) -> Option<DateTime<Utc>> {
    let at = DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc);
    (1..=9999).contains(&at.year()).then_some(at)
}
