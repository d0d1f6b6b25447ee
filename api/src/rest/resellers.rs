//! `/reseller/v1`: tenants, made and kept by who sells them. A reseller's key is no caller of any tenant, and another
//! reseller's tenants are not there.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, SecondsFormat, TimeDelta, Utc};
use http::{HeaderValue, StatusCode, header};
use identity::Credential;
use metadata::Problem as Detail;
use serde_json::{Value as Json, json};
use tenancy::features::{Features, shown};
use tenancy::resellers::Patch;
use tenancy::tenants::Listed;
use tenancy::{By, Consent, Feature, Founded, Plan, Status};
use uuid::Uuid;

use crate::asked::Asked;
use crate::asked::params::Params;
use crate::body::form::Form;
use crate::credential;
use crate::problem::{Code, Problem};
use crate::routes::Outcome;
use crate::{App, answer};

pub(crate) mod billing;
pub(crate) mod branding;
pub(crate) mod clones;
mod create;
pub(crate) mod domains;
pub(crate) mod ends;
pub(crate) mod layers;
pub(crate) mod packages;
mod place;
pub(crate) mod support;
pub(crate) mod webhooks;

pub(crate) use create::{check_name, check_slug};
pub(crate) use place::login_url;

/// Most tenants of one page.
const MOST: u32 = 1000;
/// Days of usage that are told when the request does not say.
const DAYS: i64 = 30;

/// A request with the reseller who sent it.
pub(crate) struct ResellerCall {
    pub asked: Arc<Asked>,
    pub reseller: Uuid,
}

impl ResellerCall {
    /// Only a key in the header counts: no page of a browser asks here.
    pub async fn admit(asked: Arc<Asked>) -> Result<Self, Problem> {
        let shown = credential::of(&asked.head.headers)?;
        let Credential::Bearer(key) = shown else { return Err(identity::AuthError::Unknown.into()) };
        let reseller = asked.app.identity.authenticate_reseller(key).await?;
        Ok(Self { asked, reseller })
    }

    fn tenants(&self) -> &tenancy::Tenants {
        &self.asked.app.tenants
    }

    /// The tenant that the path names by id or slug.
    async fn tenant(&self) -> Result<Listed, Problem> {
        match self.tenants().find_of(self.reseller, self.asked.part("id")).await {
            Err(tenancy::Error::NotFound) => Err(Problem::not_found()),
            found => Ok(found?),
        }
    }

    /// The same as it is answered.
    async fn told(&self) -> Outcome {
        Ok(answer::data(&self.description().await?))
    }

    async fn description(&self) -> Result<Json, Problem> {
        let listed = self.tenant().await?;
        let around = Around::load(&self.asked.app, &[listed.tenant.id]).await?;
        Ok(self.describe(&listed, &around))
    }

    fn describe(&self, listed: &Listed, around: &Around) -> Json {
        let id = &listed.tenant.id;
        let plan = around.plans.iter().find(|plan| Some(&plan.name) == listed.plan.as_ref());
        json!({
            "id": listed.tenant.id,
            "slug": listed.tenant.slug,
            "name": listed.name,
            "status": listed.status.word(),
            "plan": listed.plan,
            "limits": plan.map(|plan| plan.limits),
            "features": around.features.get(id).map(|features| shown(&features.enabled)),
            "created_at": time(listed.created_at),
            "suspended_at": listed.suspended_at.map(time),
            "delete_at": listed.delete_at.map(time),
            "login_url": place::login_url(&self.asked, &listed.tenant.slug),
            "sandbox": listed.sandbox.as_ref().map(|sandbox| json!({ "of": sandbox.of, "scope": sandbox.scope })),
            "quiet": listed.quiet,
            "support": around.support.get(id).map(support::told),
            "domains": around.domains.get(id).map(Vec::as_slice).unwrap_or_default(),
        })
    }
}

/// What is told of tenants besides what they are: looked up once for all of them.
struct Around {
    plans: Vec<Plan>,
    domains: HashMap<Uuid, Vec<String>>,
    features: HashMap<Uuid, Features>,
    /// Which of them let the reseller in.
    support: HashMap<Uuid, Consent>,
}

impl Around {
    async fn load(app: &App, ids: &[Uuid]) -> Result<Self, Problem> {
        let tenants = &app.tenants;
        Ok(Self {
            plans: tenants.list_plans().await?,
            domains: tenants.domains_of(ids).await?,
            features: tenants.features_of(ids).await?,
            support: tenants.support_of(ids, app.identity.now()).await?,
        })
    }
}

/// What can be sold.
pub(crate) async fn plans(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    Ok(answer::data(&json!(call.tenants().list_plans().await?)))
}

/// The reseller's tenants by slug.
pub(crate) async fn list(call: ResellerCall) -> Outcome {
    let mut params = Params::new(call.asked.pairs()?);
    let (limit, cursor) = (params.limit(MOST), params.text("cursor").unwrap_or_default());
    params.finish()?;
    // One more tells whether there are more.
    let mut found = call.tenants().list_of(call.reseller, (&cursor, limit + 1)).await?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| more).map(|last| last.tenant.slug.clone());
    let ids: Vec<Uuid> = found.iter().map(|listed| listed.tenant.id).collect();
    let around = Around::load(&call.asked.app, &ids).await?;
    let data: Json = found.iter().map(|listed| call.describe(listed, &around)).collect();
    let pagination = json!({ "limit": limit, "next_cursor": next, "has_more": more });
    Ok(answer::document(StatusCode::OK, &json!({ "data": data, "pagination": pagination })))
}

/// A new tenant, ready to sign in to.
pub(crate) async fn create(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    let wish = create::Wish::read(&call).await?;
    // In a task of its own: who hangs up leaves nothing half made.
    let founding = tokio::spawn(create::found(call.asked.clone(), wish));
    let (founded, password) = founding.await.map_err(|_| Problem::internal())??;
    let (Founded::Now(mut data) | Founded::Before(mut data)) = founded;
    if let Some(password) = password {
        data["admin"]["password"] = password.expose().into();
    }
    let mut response = answer::document(StatusCode::CREATED, &json!({ "data": data }));
    let place = format!("/reseller/v1/tenants/{}", data["id"].as_str().unwrap_or_default());
    if let Ok(place) = HeaderValue::try_from(place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// One of them.
pub(crate) async fn show(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    call.told().await
}

/// Changes its name or plan, or whether it sends anything by itself.
pub(crate) async fn update(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    let listed = call.tenant().await?;
    let mut form = Form::new(call.asked.json()?)?;
    let mut patch = Patch {
        name: form.has("name").then(|| form.required_word("name")),
        plan: form.text("plan"),
        ..Patch::default()
    };
    if let Some(name) = &patch.name {
        create::check_name(&mut form, name);
    }
    if let Some(plan) = &patch.plan {
        create::check_plan(&mut form, plan, &call.tenants().list_plans().await?);
    }
    patch.quiet = form.flag("quiet");
    patch.features = features(&mut form);
    form.finish()?;
    let listed = if patch.quiet.is_some() { whole(listed)? } else { listed };
    call.tenants().patch(&listed, &patch, By::Reseller).await?;
    call.told().await
}

/// `{"mcp": true, "branding": null}`: otherwise than the plan says, or as it says again.
fn features(form: &mut Form) -> BTreeMap<Feature, Option<bool>> {
    let mut read = BTreeMap::new();
    let said = form.typed("features", "an object", |value| value.as_object().cloned()).unwrap_or_default();
    for (word, enabled) in said {
        let path = format!("features.{word}");
        match (Feature::find(&word), enabled) {
            (None, _) => {
                let all = Feature::ALL.map(Feature::word).join(", ");
                form.problem(path, "unknown-feature", format!("there is no such feature; one of: {all}"));
            }
            (Some(feature), Json::Null) => drop(read.insert(feature, None)),
            (Some(feature), Json::Bool(enabled)) => drop(read.insert(feature, Some(enabled))),
            _ => form.problem(path, "wrong-type", "expected true, false, or null for what the plan says"),
        }
    }
    read
}

/// Shuts it: all is kept, nobody gets in.
pub(crate) async fn suspend(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    Form::optional(call.asked.optional_json()?)?.finish()?;
    let listed = whole(call.tenant().await?)?;
    call.tenants().suspend(&listed.tenant, By::Reseller).await?;
    call.told().await
}

/// Opens it again.
pub(crate) async fn resume(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    Form::optional(call.asked.optional_json()?)?.finish()?;
    let listed = whole(call.tenant().await?)?;
    if listed.status == Status::Waiting {
        let text = "it waits to be deleted: POST …/restore brings it back";
        return Err(Problem::new(Code::Conflict, text).errors(vec![Detail::new("", "pending-delete", text)]));
    }
    call.tenants().resume(&listed.tenant, By::Reseller).await?;
    call.told().await
}

/// What it has, and what it used day by day.
pub(crate) async fn usage(call: ResellerCall) -> Outcome {
    let listed = whole(call.tenant().await?)?;
    let (from, to) = span(Params::new(call.asked.pairs()?))?;
    let (now, days) = call.tenants().usage(&listed.tenant, (from, to)).await?;
    let plans = call.tenants().list_plans().await?;
    let plan = plans.iter().find(|plan| Some(&plan.name) == listed.plan.as_ref());
    let day = |day: &tenancy::usage::Day| json!({ "day": day.day, "requests": day.requests, "records": day.records, "users": day.users, "bytes": day.bytes });
    Ok(answer::data(&json!({
        "plan": listed.plan,
        "limits": plan.map(|plan| plan.limits),
        "now": { "records": now.records, "users": now.users, "bytes": now.bytes },
        "from": from,
        "to": to,
        "days": days.iter().map(day).collect::<Vec<_>>(),
    })))
}

/// What each tenant has used in a time.
pub(crate) async fn report(call: ResellerCall) -> Outcome {
    let (from, to) = span(Params::new(call.asked.pairs()?))?;
    let lines = call.tenants().report(call.reseller, (from, to)).await?;
    let line = |line: &tenancy::usage::Line| {
        json!({
            "tenant_id": line.tenant, "slug": line.slug, "name": line.name, "plan": line.plan, "status": line.status,
            "days": line.days, "requests": line.requests, "records": line.records, "users": line.users, "bytes": line.bytes,
        })
    };
    let tenants: Json = lines.iter().map(line).collect();
    Ok(answer::data(&json!({ "from": from, "to": to, "tenants": tenants })))
}

pub(crate) fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// A tenant that is half made or half gone has nothing to shut or count.
fn whole(listed: Listed) -> Result<Listed, Problem> {
    if listed.is_whole() { Ok(listed) } else { Err(Problem::not_found()) }
}

/// The days that are asked about, the last thirty when that is not said.
fn span(mut params: Params) -> Result<(NaiveDate, NaiveDate), Problem> {
    let (from, to) = (params.text("from"), params.text("to"));
    params.finish()?;
    let today = Utc::now().date_naive();
    let mut problems = Vec::new();
    let to = date("to", to, today, &mut problems);
    let from = date("from", from, to - TimeDelta::days(DAYS - 1), &mut problems);
    if problems.is_empty() && from > to {
        problems.push(Detail::new("from", "out-of-range", "it is after `to`"));
    }
    if problems.is_empty() { Ok((from, to)) } else { Err(Problem::invalid(problems)) }
}

fn date(name: &str, text: Option<String>, otherwise: NaiveDate, problems: &mut Vec<Detail>) -> NaiveDate {
    let Some(text) = text else { return otherwise };
    text.parse().unwrap_or_else(|_| {
        problems.push(Detail::new(name, "wrong-type", "expected a day such as 2026-03-31"));
        otherwise
    })
}
