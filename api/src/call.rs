//! A request whose caller is known, and the context that the engine is asked in. What is remembered of callers
//! and metadata may be old; the engine says so, and then everything is looked up and asked again.

use std::future::Future;
use std::sync::Arc;

use chrono::Utc;
use engine::{Context, Engine, Snapshot, Tenant, Versions};
use identity::{Caller, Credential, Rate};
use metadata::Object;
use tenancy::usage::{Place, Seat};
use uuid::Uuid;

use crate::asked::Asked;
use crate::pressure::Stay;
use crate::problem::{Code, Problem};
use crate::{credential, former, pressure};

pub(crate) mod once;
mod support;

/// How often a request is planned again before it holds the metadata still.
const QUICK: u32 = 3;

/// A request with its caller. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Call {
    pub asked: Arc<Asked>,
    pub caller: Arc<Caller>,
    pub context: Context,
    /// The version that was asked for, as a revision.
    pub version: Option<i64>,
}

/// How far memory is trusted when a handler begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// The handler asks the engine, whose statements compare the counters.
    Remembered,
    /// The handler answers from memory or from platform tables, so the counters are compared before.
    Compared,
}

/// Runs a handler as whoever asks, again while metadata or access move under it.
pub(crate) async fn with_caller<T, F, A>(asked: Arc<Asked>, trust: Trust, handler: F) -> Result<T, Problem>
where
    F: Fn(Call) -> A,
    A: Future<Output = Result<T, Problem>>,
{
    let credential = credential::of(&asked.head.headers)?;
    let (mut call, _place) = admit(&asked, credential, trust).await?;
    let (rate, tenant) = (call.caller.rate, call.caller.tenant.clone());
    for _ in 0..QUICK {
        let seen = (call.context.snapshot.revision, call.caller.access);
        match handler(call).await {
            Err(problem) if problem.code == Code::Outdated => {}
            // What memory alone refuses may be allowed by now. What failed on the way may have been done.
            Err(problem)
                if trust == Trust::Remembered
                    && problem.code.status().is_client_error()
                    && Box::pin(is_outdated(&asked, &tenant, seen)).await => {}
            outcome => return outcome,
        }
        call = Box::pin(admit_again(&asked, credential, rate)).await?;
    }
    // What changes the counters itself would wait for us.
    let held = match trust {
        Trust::Remembered => Some(Box::pin(asked.app.engine.hold(&tenant)).await?),
        Trust::Compared => None,
    };
    let call = Box::pin(admit_again(&asked, credential, rate)).await?;
    let outcome = Box::pin(handler(call)).await;
    drop(held);
    outcome
}

/// Whether the tenant's counters are others than those that were seen.
async fn is_outdated(asked: &Asked, tenant: &Tenant, (revision, access): (i64, i64)) -> bool {
    let now = asked.app.engine.fresh_snapshot(tenant).await;
    now.is_ok_and(|(_, versions)| versions != Versions { revision, access })
}

/// The call of whoever a request is of, compared with the database; for what lasts longer than one answer.
pub(crate) async fn admitted(asked: &Arc<Asked>) -> Result<Call, Problem> {
    Ok(admit(asked, credential::of(&asked.head.headers)?, Trust::Compared).await?.0)
}

/// The call, and its place among those of the tenant.
async fn admit(
    asked: &Arc<Asked>,
    credential: Credential<'_>,
    trust: Trust,
) -> Result<(Call, Option<Place>), Problem> {
    let identity = &asked.app.identity;
    let caller = match trust {
        Trust::Remembered => identity.authenticate(credential, asked.ip).await,
        Trust::Compared => Box::pin(identity.authenticate_fresh(credential, asked.ip)).await,
    };
    let caller = caller?;
    credential::check_csrf(credential, (&asked.head.method, &asked.head.headers), &caller)?;
    match let_in(asked, &caller).await {
        // Whoever is remembered of a tenant that was deleted since.
        Err(problem) if problem.code.status().is_server_error() && is_gone(asked, &caller.tenant).await => {
            Err(identity::AuthError::Unknown.into())
        }
        Ok((snapshot, seat)) => {
            let has_waited = matches!(seat, Seat::Crowded(_));
            let place = pressure::seated(asked.stay.as_ref(), seat).await?;
            if has_waited {
                return Ok((Box::pin(admit_waited(asked, credential, trust, caller.rate)).await?, place));
            }
            let named = former::named(asked, &caller, snapshot).await?;
            Ok((Call::new(asked.clone(), caller, named), place))
        }
        Err(problem) => Err(problem),
    }
}

async fn let_in(asked: &Asked, caller: &Caller) -> Result<(Arc<Snapshot>, Seat), Problem> {
    let portion = asked.stay.as_ref().map(Stay::portion);
    let seat = asked.app.tenants.admit(&caller.tenant, portion, Utc::now()).await?;
    check_enrolment(asked, caller)?;
    support::check(asked, caller)?;
    Ok((asked.app.engine.snapshot(&caller.tenant).await?, seat))
}

async fn is_gone(asked: &Asked, tenant: &Tenant) -> bool {
    matches!(asked.app.tenants.find_listed(tenant.id).await, Ok(None))
}

/// The call of who has waited for others of the same tenant: what they were before they may not be any more. Memory is
/// trusted as far as it was at first, since under load most requests wait.
async fn admit_waited(
    asked: &Arc<Asked>,
    credential: Credential<'_>,
    trust: Trust,
    rate: Option<Rate>,
) -> Result<Call, Problem> {
    if trust == Trust::Compared {
        return admit_again(asked, credential, rate).await;
    }
    let caller = asked.app.identity.recall(credential, asked.ip, rate).await?;
    check_enrolment(asked, &caller)?;
    support::check(asked, &caller)?;
    let snapshot = asked.app.engine.snapshot(&caller.tenant).await?;
    let named = former::named(asked, &caller, snapshot).await?;
    Ok(Call::new(asked.clone(), caller, named))
}

async fn admit_again(
    asked: &Arc<Asked>,
    credential: Credential<'_>,
    rate: Option<Rate>,
) -> Result<Call, Problem> {
    let caller = asked.app.identity.authenticate_again(credential, asked.ip, rate).await?;
    check_enrolment(asked, &caller)?;
    support::check(asked, &caller)?;
    let (snapshot, _) = asked.app.engine.fresh_snapshot(&caller.tenant).await?;
    let named = former::named(asked, &caller, snapshot).await?;
    Ok(Call::new(asked.clone(), caller, named))
}

/// Where somebody may go who must set up a second factor first.
fn check_enrolment(asked: &Asked, caller: &Caller) -> Result<(), Problem> {
    let path = asked.head.uri.path();
    let opens = ["/auth/v1/me", "/auth/v1/logout", "/auth/v1/password"].contains(&path)
        || path == "/auth/v1/two-factor"
        || path.starts_with("/auth/v1/two-factor/");
    if !caller.must_enrol || opens {
        return Ok(());
    }
    Err(Problem::new(Code::TotpSetup, "your role needs a second factor: POST /auth/v1/two-factor"))
}

impl Call {
    fn new(
        asked: Arc<Asked>,
        caller: Caller,
        (snapshot, version): (Arc<engine::Snapshot>, Option<i64>),
    ) -> Self {
        let context = Context {
            actor: caller.actor.clone(),
            snapshot,
            access: Some(caller.access),
            consent: engine::Consent::default(),
            now: Utc::now(),
            request_id: asked.id.clone(),
            origin: asked.origin.clone(),
        };
        Self { asked, caller: Arc::new(caller), context, version }
    }

    /// Says to plan again when what is remembered has changed: before something is answered that was not compared by a
    /// statement of the engine.
    pub async fn compare(&self) -> Result<(), Problem> {
        Ok(self.engine().compare(&self.context).await?)
    }

    /// The same call in a context of now, after something that took long.
    pub async fn renewed(&self) -> Result<Self, Problem> {
        let credential = credential::of(&self.asked.head.headers)?;
        admit_again(&self.asked, credential, self.caller.rate).await
    }

    pub fn engine(&self) -> &Engine {
        &self.asked.app.engine
    }

    /// Users, sessions and keys, on behalf of the caller.
    pub fn identity(&self) -> identity::Identity {
        self.asked.identity(Some(self.caller.actor.user_id))
    }

    /// The object that the path names by its plural.
    pub fn object(&self) -> Result<Arc<Object>, Problem> {
        let plural = self.asked.part("plural");
        self.context.snapshot.catalog.find_plural(plural).cloned().ok_or_else(Problem::not_found)
    }

    /// The record that the path names. What is no id is no record.
    pub fn id(&self) -> Result<Uuid, Problem> {
        Uuid::parse_str(self.asked.part("id")).map_err(|_| Problem::not_found())
    }

    /// Whether the caller's roles hold a system permission.
    pub fn holds(&self, permission: &str) -> bool {
        self.context.snapshot.policies.holds(&self.context.actor, permission)
    }

    /// Refuses keys that are limited, unless their scopes name `admin`: what a user's sessions and other keys are is
    /// more than such a key was given.
    pub fn require_credentials(&self) -> Result<(), Problem> {
        let actor = &self.context.actor;
        let write = !self.asked.head.method.is_safe();
        if !self.caller.is_limited || (actor.scopes.is_some() && actor.in_scope("admin", write)) {
            return Ok(());
        }
        Err(identity::Error::LimitedKey.into())
    }

    /// Refuses somebody at the reseller, whom the tenant lets in for less than this.
    pub fn refuse_support(&self, what: &str) -> Result<(), Problem> {
        if self.caller.is_support() { Err(support::refused(what)) } else { Ok(()) }
    }

    /// Refuses callers without a system permission, and keys whose scopes leave out `area`.
    pub fn require(&self, permission: &'static str, area: &str) -> Result<(), Problem> {
        let write = !self.asked.head.method.is_safe();
        if self.holds(permission) && self.context.actor.in_scope(area, write) {
            return Ok(());
        }
        Err(engine::Error::Forbidden(engine::Refusal::Permission(permission)).into())
    }
}
