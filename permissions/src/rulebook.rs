//! A tenant's roles as casbin knows them: role-based access with domains. Casbin is the definition and is asked
//! when a holder's grant is made, once a revision; requests look at the grant's bits.
//!
//! A role that only adds to what it inherits is rendered as links to its parents and policies of its own. One
//! that takes something away is rendered whole and without links, so that no policy ever has to deny.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use casbin::{CoreApi, DefaultModel, Enforcer, MemoryAdapter, MgmtApi, RbacApi};
use metadata::definitions::role::Reaches;

use crate::PolicyError;
use crate::action::Action;
use crate::grant::Grant;
use crate::rights::{Book, Holder, Rights};

const MODEL: &str = "
[request_definition]
r = sub, dom, obj, act, rows
[policy_definition]
p = sub, dom, obj, act, rows
[role_definition]
g = _, _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.act == p.act && r.obj == p.obj && r.dom == p.dom && (p.rows == r.rows || p.rows == \"all\" || (p.rows == \"team\" && r.rows == \"own\")) && g(r.sub, p.sub, r.dom)
";

/// One policy or link, as casbin takes them.
type Line = Vec<String>;

/// The policies of one tenant at one revision.
pub(crate) struct Rulebook {
    enforcer: Enforcer,
    domain: String,
}

impl Rulebook {
    /// Renders all definitions into casbin; `domain` is the tenant.
    pub(crate) fn new(domain: &str, book: &Book<'_>) -> Result<Self, PolicyError> {
        let (mut policies, mut links) = (Vec::new(), Vec::new());
        for holder in book.holders() {
            let (rights, inherited) = (book.rights(holder), book.inherited(holder));
            let adds = rights.holds(&inherited);
            if adds {
                let link = |parent: Holder| vec![holder.subject(), parent.subject(), domain.to_owned()];
                links.extend(book.parents(holder).into_iter().map(link));
            }
            let known = if adds { inherited } else { Rights::default() };
            policies.extend(lines((&holder.subject(), domain), &rights, &known));
        }
        let enforcer = ready(async {
            let model = DefaultModel::from_str(MODEL).await?;
            let mut enforcer = Enforcer::new(model, MemoryAdapter::default()).await?;
            enforcer.add_policies(policies).await?;
            enforcer.add_grouping_policies(links).await?;
            Ok::<_, casbin::Error>(enforcer)
        })?;
        Ok(Self { enforcer, domain: domain.to_owned() })
    }

    /// All that casbin says of a holder, in bits.
    pub(crate) fn expand(&self, holder: &Holder) -> Grant {
        let lines = self.enforcer.get_implicit_permissions_for_user(&holder.subject(), Some(&self.domain));
        let mut grant = Grant::of(holder.clone());
        for line in &lines {
            if let [_, _, object, action, rows] = line.as_slice() {
                grant.add(object, action, rows);
            }
        }
        grant
    }

    /// One question, asked of casbin itself.
    #[cfg(test)]
    pub(crate) fn enforce(&self, holder: &Holder, object: &str, action: &str, rows: &str) -> bool {
        let question = (holder.subject(), self.domain.as_str(), object, action, rows);
        self.enforcer.enforce(question).unwrap_or(false)
    }
}

/// Policies for what `rights` give beyond `known`.
fn lines((subject, domain): (&str, &str), rights: &Rights, known: &Rights) -> Vec<Line> {
    let line = |object: String, action: &str, rows: &str| {
        vec![subject.into(), domain.into(), object, action.into(), rows.into()]
    };
    let mut lines = Vec::new();
    for (name, given) in &rights.objects {
        let before = known.objects.get(name).copied().unwrap_or_default();
        for (action, (given, before)) in Action::ALL.iter().zip(given.iter().zip(before)) {
            if *given > before {
                lines.push(line(format!("obj:{name}"), action.word(), word(*given)));
            }
        }
    }
    let fields = [
        ("read", &rights.read, &known.read),
        ("plain", &rights.plain, &known.plain),
        ("edit", &rights.edit, &known.edit),
    ];
    for (action, given, before) in fields {
        lines.extend(given.difference(before).map(|path| line(format!("fld:{path}"), action, "all")));
    }
    let system = rights.system.difference(&known.system);
    lines.extend(system.map(|permission| line(format!("sys:{permission}"), "use", "all")));
    lines
}

/// The word in policies.
pub(crate) fn word(reaches: Reaches) -> &'static str {
    match reaches {
        Reaches::None => "none",
        Reaches::Own => "own",
        Reaches::Team => "team",
        Reaches::All => "all",
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

#[cfg(test)]
mod tests;
