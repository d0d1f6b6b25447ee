//! Copies of tenants to try things in: what may be wished for and how one is told, here and at the reseller's routes; and
//! `/admin/v1/sandboxes`, where a tenant's own administrators ask for one.

use http::StatusCode;
use identity::{CopiedPeople, Passwords, Secret};
use serde_json::{Value as Json, json};
use tenancy::tenants::Listed;
use tenancy::{By, CloneJob, CloneWish, Status};

use super::resellers::{self, time};
use crate::answer;
use crate::asked::Asked;
use crate::asked::params::Params;
use crate::body::form::Form;
use crate::call::Call;
use crate::problem::Problem;
use crate::routes::Outcome;

/// Records of each object in a sample when the wish does not say.
const RECORDS: u32 = 100;
/// Most of them.
const MOST_RECORDS: i64 = 10_000;
/// Copies of a page.
const MOST: u32 = 200;
/// A tenant's own administrators change its metadata and its people anyway.
const ALSO: &str = "manage_users";

/// Reads what both routes take; `None` where something is wrong, which the form has noted.
pub(crate) fn read(form: &mut Form) -> Option<CloneWish> {
    let slug = form.required_word("slug");
    let slug = resellers::check_slug(form, &slug);
    let name = form.text("name");
    if let Some(name) = &name {
        resellers::check_name(form, name);
    }
    let scope = form.text("scope").unwrap_or_else(|| "metadata".into());
    let records = form.integer("records");
    if records.is_some_and(|records| !(1..=MOST_RECORDS).contains(&records)) {
        form.problem(
            "records",
            "out-of-range",
            format!("expected 1 to {MOST_RECORDS} records of each object"),
        );
    }
    if records.is_some() && scope != "sample" {
        form.problem("records", "not-here", "only a sample has so many records: `\"scope\": \"sample\"`");
    }
    let most = records.and_then(|records| u32::try_from(records).ok()).unwrap_or(RECORDS);
    let mask_emails = form.flag("mask_emails").unwrap_or_default();
    let Some(cut) = tenancy::clones::cut(&scope, most) else {
        form.problem("scope", "unknown-value", "one of: metadata, sample, full");
        return None;
    };
    Some(CloneWish { slug: slug?, name, cut, mask_emails, people: Json::Null, user: None })
}

/// The same where a reseller or operator says who may sign in.
pub(crate) async fn read_people(
    asked: &Asked,
    form: &mut Form,
    masks: bool,
) -> Result<CopiedPeople, Problem> {
    let word = form.text("passwords").unwrap_or_else(|| "none".into());
    let passwords = match word.as_str() {
        "none" => Passwords::None,
        "administrators" => Passwords::Administrators,
        "all" => Passwords::All,
        _ => {
            form.problem("passwords", "unknown-value", "one of: none, administrators, all");
            Passwords::None
        }
    };
    if masks && passwords == Passwords::All {
        form.problem(
            "passwords",
            "not-here",
            "nobody knows the address to sign in with where addresses are masked",
        );
    }
    let mut people = CopiedPeople { passwords, ..CopiedPeople::default() };
    let Some(inner) = form.typed("admin", "an object", |value| value.as_object().cloned()) else {
        return Ok(people);
    };
    let mut inner = Form::of(Json::Object(inner), "admin")?;
    let (email, name) = (inner.required_text("email"), inner.text("name"));
    let password = Secret::new(inner.required_text("password"));
    let mut found = inner.problems();
    if found.is_empty() {
        let shown = name.as_deref().unwrap_or("Administrator");
        found = identity::users::check_first(&email, shown, Some(&password));
    }
    if found.is_empty() {
        people.admin = Some(asked.app.identity.copied_admin(&email, name.as_deref(), &password).await?);
    }
    form.note(found.into_iter().map(|problem| problem.under("admin")));
    Ok(people)
}

/// Asks for it.
pub(crate) async fn ask(
    asked: &Asked,
    source: &Listed,
    (mut wish, mut people): (CloneWish, CopiedPeople),
    by: By,
) -> Outcome {
    people.unmasked = asked.app.identity.addresses_kept(&source.tenant, &people).await?;
    wish.people = json!(people);
    let clone = asked.app.tenants.ask_clone(source, wish, by).await.map_err(at_slug)?;
    Ok(answer::document(StatusCode::ACCEPTED, &json!({ "data": told(asked, &clone) })))
}

/// One copy as it is answered.
pub(crate) fn told(asked: &Asked, clone: &CloneJob) -> Json {
    let place = (clone.made == Some(Status::Active)).then(|| resellers::login_url(asked, &clone.slug));
    json!({
        "id": clone.id, "source": { "id": clone.source, "slug": clone.source_slug },
        "tenant": {
            "id": clone.tenant, "slug": clone.slug, "name": clone.name,
            "status": clone.made.map(Status::word), "login_url": place,
        },
        "scope": clone.scope, "records": clone.records, "mask_emails": clone.mask_emails, "asked_by": clone.asked_by,
        "status": clone.status, "step": clone.step, "rows": clone.rows, "error": clone.error,
        "asked_at": time(clone.asked_at), "finished_at": clone.finished_at.map(time),
    })
}

fn at_slug(error: tenancy::Error) -> Problem {
    let mut problem = Problem::from(error);
    let named = problem.errors.iter_mut().filter(|error| error.path == "tenant");
    named.for_each(|error| error.path = "slug".into());
    problem
}

/// The sandboxes that the tenant has asked for, the newest first.
pub(crate) async fn list(call: Call) -> Outcome {
    let mut params = Params::new(call.asked.pairs()?);
    let limit = params.limit(MOST);
    params.finish()?;
    call.require(ALSO, "admin")?;
    let found = call.asked.app.tenants.list_clones_of(&call.caller.tenant, limit).await?;
    Ok(answer::data(&found.iter().map(|clone| told(&call.asked, clone)).collect::<Json>()))
}

/// Asks for one, to which whoever asks may sign in as here.
pub(crate) async fn create(call: Call) -> Outcome {
    call.asked.plain()?;
    call.require(ALSO, "admin")?;
    let mut form = Form::new(call.asked.json()?)?;
    let wish = read(&mut form);
    let asker = call.context.actor.user_id;
    // Providers do not come along: whoever asks could not sign in to it.
    if !call.asked.app.identity.has_password(&call.caller.tenant, asker).await? {
        form.problem("", "no-password", "who asks signs in to the copy with their password: set one first");
    }
    let Some(wish) = wish else { return Err(Problem::unprocessable(form.problems())) };
    form.finish()?;
    let found = call.asked.app.tenants.find_listed(call.caller.tenant.id).await?;
    let source = found.ok_or_else(Problem::not_found)?;
    let people = CopiedPeople { keep: vec![asker], ..CopiedPeople::default() };
    ask(&call.asked, &source, (CloneWish { user: Some(asker), ..wish }, people), By::Tenant).await
}

/// One of them.
pub(crate) async fn show(call: Call) -> Outcome {
    call.asked.plain()?;
    call.require(ALSO, "admin")?;
    let id = call.asked.part("id").parse().map_err(|_| Problem::not_found())?;
    let found = call.asked.app.tenants.find_clone(id).await?;
    let own = found.filter(|clone| clone.source == call.caller.tenant.id);
    Ok(answer::data(&told(&call.asked, &own.ok_or_else(Problem::not_found)?)))
}
