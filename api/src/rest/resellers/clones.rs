//! Copies of a reseller's tenants to try things in; what one may be is read and told by [`clones`].

use tenancy::By;

use super::{ResellerCall, ends, whole};
use crate::answer;
use crate::body::form::Form;
use crate::problem::Problem;
use crate::rest::clones;
use crate::routes::Outcome;

/// Asks for one.
pub(crate) async fn create(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    let source = whole(call.tenant().await?)?;
    let mut form = Form::new(call.asked.json()?)?;
    let wish = clones::read(&mut form);
    let masks = wish.as_ref().is_some_and(|wish| wish.mask_emails);
    let people = clones::read_people(&call.asked, &mut form, masks).await?;
    match wish {
        Some(wish) => {
            form.finish()?;
            clones::ask(&call.asked, &source, (wish, people), By::Reseller).await
        }
        None => Err(Problem::unprocessable(form.problems())),
    }
}

/// All of them, the newest first.
pub(crate) async fn list(call: ResellerCall) -> Outcome {
    let (before, limit) = ends::page(&call)?;
    let found = call.tenants().list_clones(call.reseller, (before, limit + 1)).await?;
    Ok(ends::paged(&found, limit, (|clone| clone.id, |clone| clones::told(&call.asked, clone))))
}

/// How far one is.
pub(crate) async fn show(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    let id = call.asked.part("id").parse().map_err(|_| Problem::not_found())?;
    let found = call.tenants().find_clone(id).await?.filter(|clone| clone.reseller == Some(call.reseller));
    Ok(answer::data(&clones::told(&call.asked, &found.ok_or_else(Problem::not_found)?)))
}
