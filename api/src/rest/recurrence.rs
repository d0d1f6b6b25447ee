//! `/api/v1/recurrence/preview`: when a rule of RFC 5545 comes again, for screens that build one.

use chrono::{DateTime, Datelike, Utc};
use engine::recurrence::MOST;
use serde_json::json;

use crate::answer;
use crate::body::form::Form;
use crate::call::Call;
use crate::routes::Outcome;

/// How many are told when nobody says.
const SHOWN: i64 = 5;

/// The next occurrences of `{"rule","start"?,"time_zone"?,"count"?}`, and the rule as it is kept.
pub(crate) async fn preview(call: Call) -> Outcome {
    call.asked.plain()?;
    let mut form = Form::new(call.asked.json()?)?;
    let rule = form.required_word("rule");
    let zone = form.text("time_zone");
    let start = form.typed("start", "a moment such as 2026-11-20T12:00:00Z", |value| {
        let at = DateTime::parse_from_rfc3339(value.as_str()?).ok()?.with_timezone(&Utc);
        (1..=9999).contains(&at.year()).then_some(at)
    });
    let count = form.integer("count").unwrap_or(SHOWN);
    let most = usize::try_from(count).ok().filter(|count| (1..=MOST).contains(count));
    if most.is_none() {
        form.problem("count", "out-of-range", format!("expected a whole number from 1 to {MOST}"));
    }
    form.finish()?;
    let start = start.unwrap_or(call.context.now);
    let (rule, found) = engine::recurrence::preview((&rule, zone.as_deref()), start, most.unwrap_or(1))?;
    Ok(answer::data(&json!({ "rule": rule, "occurrences": found })))
}
