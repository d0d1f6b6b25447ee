//! `/admin/v1/jobs`: what the tenant has left for later, and what to do about what has failed too often.

use engine::work::Waiting;
use metadata::Problem as Detail;
use serde_json::{Value as Json, json};

use super::resellers::time;
use crate::answer;
use crate::asked::params::Params;
use crate::body::form::Form;
use crate::call::Call;
use crate::problem::Problem;
use crate::routes::Outcome;

/// Jobs of a page; there are never many.
const MOST: u32 = 1000;

/// All of them, or the dead alone; the oldest first.
pub(crate) async fn list(call: Call) -> Outcome {
    let mut params = Params::new(call.asked.pairs()?);
    let (dead, limit) = (params.flag("dead"), params.limit(MOST));
    params.finish()?;
    let found = call.engine().list_jobs(&call.caller.tenant, (dead, limit)).await?;
    Ok(answer::data(&found.iter().map(told).collect::<Json>()))
}

/// Lets one be tried at once.
pub(crate) async fn retry(call: Call) -> Outcome {
    let (kind, subject) = named(&call)?;
    if kind == engine::work::TIMED && call.asked.app.tenants.is_quiet(&call.caller.tenant).await? {
        let text = "nothing happens here by time alone as long as the tenant is quiet";
        return Err(Problem::unprocessable(vec![Detail::new("kind", "quiet", text)]));
    }
    let there = call.engine().retry_job(&call.caller.tenant, (&kind, &subject)).await?;
    if there { Ok(answer::no_content()) } else { Err(Problem::not_found()) }
}

/// Gives a dead one up.
pub(crate) async fn drop(call: Call) -> Outcome {
    let (kind, subject) = named(&call)?;
    let gone = call.engine().drop_job(&call.caller.tenant, (&kind, &subject)).await?;
    if gone { Ok(answer::no_content()) } else { Err(Problem::not_found()) }
}

/// The job that the body names.
fn named(call: &Call) -> Result<(String, String), Problem> {
    call.asked.plain()?;
    let mut form = Form::new(call.asked.json()?)?;
    let named = (form.required_word("kind"), form.text("subject").unwrap_or_default());
    form.finish()?;
    Ok(named)
}

/// How far it is in numbers. Where exactly, and what stood in its way, may be ids of records that the caller does not see.
fn progress(job: &Waiting) -> Json {
    let number = |key: &str| job.progress[key].as_u64();
    json!({ "done": number("done"), "total": number("total") })
}

fn told(job: &Waiting) -> Json {
    json!({
        "kind": job.kind, "subject": job.subject, "queued_at": time(job.queued_at), "progress": progress(job),
        "attempts": job.attempts, "next_at": job.next_at.map(time), "error": job.error, "dead_at": job.dead_at.map(time),
    })
}
