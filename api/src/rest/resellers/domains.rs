//! Hosts of a tenant's own.

use http::header;
use metadata::Problem as Detail;
use tenancy::{By, Domain, Feature, Own};

use super::{ResellerCall, whole};
use crate::answer;
use crate::body::form::Form;
use crate::problem::{Code, Problem};
use crate::routes::Outcome;

/// Gives it one.
pub(crate) async fn put(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    Form::optional(call.asked.optional_json()?)?.finish()?;
    let (listed, domain) = (whole(call.tenant().await?)?, domain(&call)?);
    let own = own(&call)?;
    call.tenants().require_feature(&listed.tenant, Feature::Domains).await?;
    call.tenants().add_domain(listed.tenant.id, (&domain, &own), By::Reseller).await?;
    call.told().await
}

/// The hosts by which everybody signs in: whoever had one of them would have everybody's passwords. Where Trellis was
/// never told them, only an operator gives hosts away: the request's own is whatever its sender says.
fn own(call: &ResellerCall) -> Result<Own<'_>, Problem> {
    let (asked, settings) = (&call.asked, &call.asked.app.settings);
    let base = settings.base_domain.as_deref();
    let public = settings.public_url.as_deref().and_then(host_of);
    if base.or(public).is_none() {
        let text = "Trellis does not know by which host it is reached itself: start it with --public-url or \
                    --base-domain, or let an operator give the tenant this host";
        return Err(Problem::new(Code::Conflict, text).errors(vec![Detail::new(
            "domain",
            "unknown-own",
            text,
        )]));
    }
    let here = asked.header(&header::HOST).or_else(|| asked.head.uri.host());
    Ok(Own { base, hosts: public.into_iter().chain(here).collect() })
}

/// `crm.example` of `https://crm.example:8443/`
fn host_of(url: &str) -> Option<&str> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next()?;
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    (!host.is_empty()).then_some(host)
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
