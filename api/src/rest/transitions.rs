//! `/api/v1/{plural}/{id}/transitions` and `…/states`: the ways of a record through its processes.

use engine::Update;
use http::{StatusCode, header};

use super::records::{consenting, if_match, one};
use crate::answer;
use crate::asked::params::Params;
use crate::body;
use crate::call::Call;
use crate::routes::Outcome;

/// The transitions that the record may take, with what is missing for each.
pub(crate) async fn list(call: Call) -> Outcome {
    call.asked.plain()?;
    let found = call.engine().transitions(&call.context, &call.object()?.name, call.id()?).await?;
    Ok(answer::document(StatusCode::OK, &found))
}

/// Takes one; the body holds what is filled in on the way, if anything is.
pub(crate) async fn take(call: Call) -> Outcome {
    let call = consenting(call)?;
    let if_version = if_match(call.asked.header(&header::IF_MATCH))?;
    let fields = match call.asked.optional_json()? {
        [] => engine::Fields::new(),
        json => body::record(json)?,
    };
    let update = Update { id: call.id()?, fields, if_version };
    let (object, once) = (call.object()?, call.once()?);
    let asked = (call.asked.part("name"), update, once.as_ref());
    let written = call.engine().transition(&call.context, &object.name, asked).await?;
    Ok(one(StatusCode::OK, &written))
}

/// The states that the record went through, the newest first; before version `before` if given.
pub(crate) async fn states(call: Call) -> Outcome {
    let (object, id) = (call.object()?, call.id()?);
    let mut params = Params::new(call.asked.pairs()?);
    let (limit, before) = (params.limit(1000), params.number("before", 1, i64::MAX));
    params.finish()?;
    let states = call.engine().states(&call.context, (&object.name, id), (limit, before)).await?;
    Ok(answer::data(&states))
}
