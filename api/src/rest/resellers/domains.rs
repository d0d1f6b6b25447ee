//! Hosts of a tenant's own.

use metadata::Problem as Detail;
use tenancy::{By, Domain};

use super::{ResellerCall, whole};
use crate::answer;
use crate::body::form::Form;
use crate::problem::Problem;
use crate::routes::Outcome;

/// Gives it one.
pub(crate) async fn put(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    Form::optional(call.asked.optional_json()?)?.finish()?;
    let (listed, domain) = (whole(call.tenant().await?)?, domain(&call)?);
    let base = call.asked.app.settings.base_domain.as_deref();
    call.tenants().add_domain(listed.tenant.id, (&domain, base), By::Reseller).await?;
    call.told().await
}

/// Takes it away.
pub(crate) async fn delete(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    let (listed, domain) = (whole(call.tenant().await?)?, domain(&call)?);
    match call.tenants().remove_domain(listed.tenant.id, &domain, By::Reseller).await {
        Err(tenancy::Error::NotFound) => Err(Problem::not_found()),
        done => {
            done?;
            Ok(answer::no_content())
        }
    }
}

fn domain(call: &ResellerCall) -> Result<Domain, Problem> {
    let problem =
        || Detail::new("domain", "invalid", "expected the name of a host, such as crm.acme.example");
    Domain::parse(call.asked.part("domain")).ok_or_else(|| Problem::unprocessable(vec![problem()]))
}
