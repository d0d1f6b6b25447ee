//! The actor as statements know it: whose records are own, which teams count, as whom records are shared with it.

use formulas::Request;
use uuid::Uuid;

use crate::context::Context;

/// One actor in one request.
#[derive(Debug)]
pub(crate) struct Who {
    pub user: Uuid,
    pub teams: Vec<Uuid>,
    /// Ids under which shares name the actor: its own, its teams', its roles'.
    pub grantees: Vec<Uuid>,
    /// What formula fields and conditions of rules may know.
    pub request: Request,
}

impl Who {
    pub(crate) fn of(context: &Context) -> Self {
        let actor = &context.actor;
        Self {
            user: actor.user_id,
            teams: actor.membership.teams.iter().map(|team| team.id).collect(),
            grantees: context.snapshot.policies.grantees(actor),
            request: context.request(),
        }
    }
}
