//! `/admin/v1/plan`: what the tenant may use, and what it has.

use serde_json::json;
use tenancy::features::shown;

use crate::answer;
use crate::call::Call;
use crate::routes::Outcome;

/// Plan, limits and features; a tenant without a plan has no limits and all features.
pub(crate) async fn show(call: Call) -> Outcome {
    call.asked.plain()?;
    let (tenants, tenant) = (&call.asked.app.tenants, &call.caller.tenant);
    let listed = tenants.find_listed(tenant.id).await?;
    let named = listed.and_then(|listed| listed.plan);
    let plan = tenants.list_plans().await?.into_iter().find(|plan| Some(&plan.name) == named.as_ref());
    let features = tenants.features(tenant).await?;
    let usage = call.engine().usage(tenant).await?;
    Ok(answer::data(&json!({
        "plan": plan.as_ref().map(|plan| json!({ "name": plan.name, "label": plan.label })),
        "limits": plan.map(|plan| plan.limits),
        "features": shown(&features.enabled),
        "now": { "records": usage.records, "users": usage.users, "bytes": usage.bytes },
    })))
}
