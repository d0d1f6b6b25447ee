//! `/reseller/v1`: tenants, made and kept by who sells them. A reseller's key is no caller of any tenant, and another
//! reseller's tenants are not there.

use std::sync::Arc;

use chrono::{NaiveDate, SecondsFormat, TimeDelta, Utc};
use http::{HeaderValue, StatusCode, header};
use identity::Credential;
use metadata::Problem as Detail;
use serde_json::{Value as Json, json};
use tenancy::resellers::Patch;
use tenancy::tenants::Listed;
use tenancy::{Founded, Plan};
use uuid::Uuid;

use crate::answer;
use crate::asked::Asked;
use crate::asked::params::Params;
use crate::body::form::Form;
use crate::credential;
use crate::problem::Problem;
use crate::routes::Outcome;

mod create;
mod place;

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
        let (tenant, plans) = (self.tenant().await?, self.tenants().list_plans().await?);
        Ok(answer::data(&self.describe(&tenant, &plans)))
    }

    fn describe(&self, listed: &Listed, plans: &[Plan]) -> Json {
        let time = |at: chrono::DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Micros, true);
        let plan = plans.iter().find(|plan| Some(&plan.name) == listed.plan.as_ref());
        json!({
            "id": listed.tenant.id,
            "slug": listed.tenant.slug,
            "name": listed.name,
            "status": listed.status.word(),
            "plan": listed.plan,
            "limits": plan.map(|plan| plan.limits),
            "created_at": time(listed.created_at),
            "suspended_at": listed.suspended_at.map(time),
            "login_url": place::login_url(&self.asked, &listed.tenant.slug),
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
    let plans = call.tenants().list_plans().await?;
    let data: Json = found.iter().map(|listed| call.describe(listed, &plans)).collect();
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

/// Changes its name or plan.
pub(crate) async fn update(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    let tenant = call.tenant().await?.tenant;
    let mut form = Form::new(call.asked.json()?)?;
    let patch = Patch { name: form.has("name").then(|| form.required_word("name")), plan: form.text("plan") };
    if let Some(name) = &patch.name {
        create::check_name(&mut form, name);
    }
    if let Some(plan) = &patch.plan {
        create::check_plan(&mut form, plan, &call.tenants().list_plans().await?);
    }
    form.finish()?;
    call.tenants().patch(&tenant, &patch).await?;
    call.told().await
}

/// Shuts it: all is kept, nobody gets in.
pub(crate) async fn suspend(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    Form::optional(call.asked.optional_json()?)?.finish()?;
    let listed = whole(call.tenant().await?)?;
    call.tenants().suspend(&listed.tenant).await?;
    call.told().await
}

/// Opens it again.
pub(crate) async fn resume(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    Form::optional(call.asked.optional_json()?)?.finish()?;
    let listed = whole(call.tenant().await?)?;
    call.tenants().resume(&listed.tenant).await?;
    call.told().await
}

/// What it has, and what it used day by day.
pub(crate) async fn usage(call: ResellerCall) -> Outcome {
    let listed = whole(call.tenant().await?)?;
    let mut params = Params::new(call.asked.pairs()?);
    let (from, to) = (params.text("from"), params.text("to"));
    params.finish()?;
    let today = Utc::now().date_naive();
    let mut problems = Vec::new();
    let to = date("to", to, today, &mut problems);
    let from = date("from", from, to - TimeDelta::days(DAYS - 1), &mut problems);
    if problems.is_empty() && from > to {
        problems.push(Detail::new("from", "out-of-range", "it is after `to`"));
    }
    if !problems.is_empty() {
        return Err(Problem::invalid(problems));
    }
    let (now, days) = call.tenants().usage(&listed.tenant, (from, to)).await?;
    let plans = call.tenants().list_plans().await?;
    let plan = plans.iter().find(|plan| Some(&plan.name) == listed.plan.as_ref());
    let day = |day: &tenancy::usage::Day| json!({ "day": day.day, "requests": day.requests, "records": day.records, "users": day.users });
    Ok(answer::data(&json!({
        "plan": listed.plan,
        "limits": plan.map(|plan| plan.limits),
        "now": { "records": now.records, "users": now.users },
        "from": from,
        "to": to,
        "days": days.iter().map(day).collect::<Vec<_>>(),
    })))
}

/// Ends it with everything in it, for good.
pub(crate) async fn delete(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    let tenant = call.tenant().await?.tenant;
    match call.tenants().delete_found(&tenant).await {
        // Somebody was faster.
        Err(tenancy::Error::NotFound) => Err(Problem::not_found()),
        done => {
            done?;
            Ok(answer::no_content())
        }
    }
}

/// A tenant that is half made or half gone has nothing to shut or count.
fn whole(listed: Listed) -> Result<Listed, Problem> {
    if listed.is_whole() { Ok(listed) } else { Err(Problem::not_found()) }
}

fn date(name: &str, text: Option<String>, otherwise: NaiveDate, problems: &mut Vec<Detail>) -> NaiveDate {
    let Some(text) = text else { return otherwise };
    text.parse().unwrap_or_else(|_| {
        problems.push(Detail::new(name, "wrong-type", "expected a day such as 2026-03-31"));
        otherwise
    })
}
