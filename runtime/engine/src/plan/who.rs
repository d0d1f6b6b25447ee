//! The actor as statements know it: whose records are own, which teams count, as whom records are shared with it.

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};
use formulas::{Expression, Request};
use uuid::Uuid;

use crate::context::Context;

/// One actor in one request.
#[derive(Debug)]
pub(crate) struct Who {
    pub user: Uuid,
    pub teams: Vec<Uuid>,
    /// Those of the teams that own records themselves.
    pub queues: Vec<Uuid>,
    /// Ids under which shares name the actor: its own, its teams', its roles'.
    pub grantees: Vec<Uuid>,
    /// What formula fields and conditions of rules may know.
    request: Request,
    /// Whether something was made of the request's moment that the actor's next request would make anew.
    is_momentary: AtomicBool,
}

impl Who {
    pub(crate) fn of(context: &Context) -> Self {
        let actor = &context.actor;
        Self {
            user: actor.user_id,
            teams: actor.membership.teams.iter().map(|team| team.id).collect(),
            queues: actor.membership.queues().collect(),
            grantees: context.snapshot.policies.grantees(actor),
            request: context.request(),
            is_momentary: AtomicBool::new(false),
        }
    }

    /// An expression with what only this request knows put in.
    pub(crate) fn fixed(&self, expression: &Expression) -> Expression {
        if expression.asks_request() {
            self.is_momentary.store(true, Ordering::Relaxed);
        }
        expression.fixed(&self.request)
    }

    /// The request's moment. What is made of it is a parameter of its own kind, never a value.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.request.now
    }

    /// Whether what was made for this request is not for the next one.
    pub(crate) fn is_momentary(&self) -> bool {
        self.is_momentary.load(Ordering::Relaxed)
    }
}
