//! What a tenant's roles say. Casbin holds the definition (role-based access with a scope); each
//! question (roles, object, action) is asked of it once per snapshot and kept, because one call of the
//! enforcer is linear in the number of policies.

use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::sync::RwLock;
use std::task::{Context, Poll, Waker};

use casbin::{CoreApi, DefaultModel, Enforcer, MemoryAdapter, MgmtApi};
use metadata::catalog::{Catalog, Object};
use metadata::definitions::object::SharingDefault;
use metadata::field_kinds::FieldKind;

use crate::decision::{Decision, Rows};
use crate::{ADMINISTRATOR, Action, Actor, MEMBER};

const MODEL: &str = "
[request_definition]
r = role, object, action, rows
[policy_definition]
p = role, object, action, rows
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = (p.action == \"*\" || r.action == p.action) && (p.object == \"*\" || r.object == p.object) && (p.rows == \"all\" || r.rows == p.rows) && g(r.role, p.role)
";

/// Deepest chain of master-detail relations that access follows.
const MAX_MASTERS: usize = 5;

/// Casbin refused the model or a policy.
#[derive(Debug, thiserror::Error)]
#[error("the roles cannot be compiled: {0}")]
pub struct PolicyError(#[from] casbin::Error);

/// The roles of one tenant at one revision.
pub struct Policies {
    enforcer: Enforcer,
    answers: RwLock<HashMap<(String, String, Action), Rows>>,
}

impl Policies {
    /// Compiles the roles that exist.
    pub fn new() -> Result<Self, PolicyError> {
        let mut enforcer = ready(async {
            let model = DefaultModel::from_str(MODEL).await?;
            Enforcer::new(model, MemoryAdapter::default()).await
        })?;
        let rules = rules().into_iter().map(|rule| rule.map(str::to_owned).to_vec()).collect();
        ready(async { enforcer.add_policies(rules).await })?;
        Ok(Self { enforcer, answers: RwLock::default() })
    }

    /// Whether `actor` may do `action` with records of `object`, which, and why.
    pub fn decide(&self, actor: &Actor, action: Action, object: &Object, catalog: &Catalog) -> Decision {
        let mut decision =
            Decision { rows: Rows::None, through: Vec::new(), reasons: Vec::new(), user_id: actor.user_id };
        if !actor.in_scope(&object.plural, action != Action::Read) {
            decision.reasons.push(format!("the key's scopes do not hold `{}`", object.plural));
            return decision;
        }
        for role in &actor.roles {
            let rows = self.rows(role, &object.name, action);
            if rows != Rows::None {
                decision.reasons.push(format!(
                    "role `{role}` gives {} on {} records",
                    action.word(),
                    word(rows)
                ));
            }
            decision.rows = decision.rows.max(rows);
        }
        if decision.rows == Rows::Own {
            self.open_by_sharing(&mut decision, actor, action, (object, catalog));
        }
        decision
    }

    fn open_by_sharing(
        &self,
        decision: &mut Decision,
        actor: &Actor,
        action: Action,
        place: (&Object, &Catalog),
    ) {
        let object = place.0;
        let opened = match object.sharing.default {
            SharingDefault::Private => false,
            SharingDefault::Read => action == Action::Read,
            SharingDefault::ReadWrite => matches!(action, Action::Read | Action::Edit),
            SharingDefault::ControlledByParent => return self.follow_master(decision, actor, action, place),
        };
        if opened || object.system {
            decision.rows = Rows::All;
            decision.reasons.push(format!("the sharing default of `{}` opens every record", object.name));
        }
    }

    /// Access to a part is access to its master: a part is changed by whoever may edit the master.
    fn follow_master(
        &self,
        decision: &mut Decision,
        actor: &Actor,
        action: Action,
        place: (&Object, &Catalog),
    ) {
        let (object, catalog) = place;
        let master = object.fields.iter().find_map(|field| match &field.kind {
            FieldKind::MasterDetail(settings) => Some((field.id.clone(), catalog.find_object(&settings.to)?)),
            _ => None,
        });
        let Some((id, master)) = master else { return };
        if decision.through.len() >= MAX_MASTERS {
            return;
        }
        let action = if action == Action::Read { Action::Read } else { Action::Edit };
        let above = self.decide(actor, action, master, catalog);
        decision.rows = above.rows;
        decision.reasons.push(format!("access to `{}` follows `{}`", object.name, master.name));
        decision.reasons.extend(above.reasons);
        decision.through = std::iter::once(id).chain(above.through).collect();
    }

    fn rows(&self, role: &str, object: &str, action: Action) -> Rows {
        let key = (role.to_owned(), object.to_owned(), action);
        if let Some(rows) = self.answers.read().ok().and_then(|answers| answers.get(&key).copied()) {
            return rows;
        }
        let given = |rows: &str| self.enforcer.enforce((role, object, action.word(), rows)).unwrap_or(false);
        let rows = if given("all") {
            Rows::All
        } else if given("own") {
            Rows::Own
        } else {
            Rows::None
        };
        if let Ok(mut answers) = self.answers.write() {
            answers.insert(key, rows);
        }
        rows
    }

    /// Whether one of the actor's roles holds a system permission such as `manage_metadata`.
    pub fn holds(&self, actor: &Actor, permission: &str) -> bool {
        actor
            .roles
            .iter()
            .any(|role| self.enforcer.enforce((role.as_str(), "system", permission, "all")).unwrap_or(false))
    }
}

/// System permissions that exist, for the summary of what a caller may do.
pub const SYSTEM_PERMISSIONS: [&str; 4] = ["manage_metadata", "manage_users", "explain_access", "view_audit"];

fn rules() -> Vec<[&'static str; 4]> {
    vec![
        [ADMINISTRATOR, "*", "*", "all"],
        [MEMBER, "user", "read", "all"],
        [MEMBER, "*", "create", "own"],
        [MEMBER, "*", "read", "own"],
        [MEMBER, "*", "edit", "own"],
        [MEMBER, "*", "delete", "own"],
    ]
}

fn word(rows: Rows) -> &'static str {
    match rows {
        Rows::None => "no",
        Rows::Own => "own",
        Rows::All => "all",
    }
}

/// The value of a future that never waits: casbin's in-memory adapter does no I/O.
fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}
