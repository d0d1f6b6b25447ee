//! A reseller's wish for a tenant, read with all that is wrong with it, and its fulfilment: schema, packages and the
//! first administrator, all or nothing.

use std::sync::Arc;

use engine::packages::Install;
use engine::{Once, Tenant};
use identity::{FirstAdministrator, Secret};
use metadata::package::Package;
use serde_json::{Value as Json, json};
use tenancy::slug::{Slug, SlugFault};
use tenancy::{Founded, Founding, Plan};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::{ResellerCall, place};
use crate::Library;
use crate::asked::Asked;
use crate::body::form::Form;
use crate::call::once::once_of;
use crate::problem::Problem;
use crate::rest::packages::offered;

/// The plan of a tenant whose wish names none.
const PLAN: &str = "starter";
/// Most packages of one wish.
const MOST_PACKAGES: usize = 100;

/// A tenant as it is wished for.
pub(super) struct Wish {
    founding: Founding,
    packages: Vec<String>,
    admin: Admin,
}

#[derive(Default)]
struct Admin {
    email: String,
    name: String,
    password: Option<Secret>,
}

impl Wish {
    /// Reads the body; refuses with all problems at once.
    pub async fn read(call: &ResellerCall) -> Result<Self, Problem> {
        let once: Option<Once> = once_of(&call.asked, &call.reseller.to_string())?;
        let mut form = Form::new(call.asked.json()?)?;
        let slug = form.required_word("slug");
        let name = form.required_word("name");
        let plan = form.text("plan").unwrap_or_else(|| PLAN.to_owned());
        if !form.says("packages") {
            form.problem("packages", "required", "this is required; an empty list is fine");
        }
        let packages = form.texts("packages").unwrap_or_default();
        let slug = check_slug(&mut form, &slug);
        check_name(&mut form, &name);
        check_plan(&mut form, &plan, &call.tenants().list_plans().await?);
        let library = offered(&call.asked).await?;
        check_packages(&mut form, &packages, &library);
        let admin = Admin::read(&mut form);
        let (Some(slug), Some(admin)) = (slug, admin) else {
            form.finish()?;
            return Err(Problem::internal());
        };
        form.finish()?;
        let founding = Founding {
            id: Uuid::now_v7(),
            slug,
            name,
            plan: Some(plan),
            reseller: Some(call.reseller),
            sandbox: None,
            suspended: false,
            once,
        };
        Ok(Self { founding, packages, admin })
    }
}

impl Admin {
    fn read(form: &mut Form) -> Option<Self> {
        if !form.says("admin") {
            form.problem("admin", "required", "this is required");
            // There it may be, with nothing in it.
            drop(form.take("admin"));
            return None;
        }
        let inner = form.typed("admin", "an object", |value| value.as_object().cloned())?;
        let mut inner = match Form::of(Json::Object(inner), "admin") {
            Ok(inner) => inner,
            Err(_) => return None,
        };
        let admin = Self {
            email: inner.required_text("email"),
            name: inner.required_text("name"),
            password: inner.text("password").map(Secret::new),
        };
        let mut found = inner.problems();
        let known: Vec<String> = found.iter().map(|problem| problem.path.clone()).collect();
        let wrong = identity::users::check_first(&admin.email, &admin.name, admin.password.as_ref());
        found.extend(wrong.into_iter().filter(|problem| !known.contains(&problem.path)));
        let is_sound = found.is_empty();
        for problem in found {
            form.problem(format!("admin.{}", problem.path), &problem.code, problem.message);
        }
        is_sound.then_some(admin)
    }
}

/// Notes what is wrong with a slug.
pub(crate) fn check_slug(form: &mut Form, slug: &str) -> Option<Slug> {
    if slug.trim().is_empty() {
        return None;
    }
    let fault = match Slug::parse(slug) {
        Ok(slug) => return Some(slug),
        Err(fault) => fault,
    };
    let code = if fault == SlugFault::Reserved { "reserved" } else { "invalid" };
    form.problem("slug", code, fault.to_string());
    None
}

/// Notes when a tenant's name is too long.
pub(crate) fn check_name(form: &mut Form, name: &str) {
    if name.chars().count() > 200 {
        form.problem("name", "too-long", "a tenant's name has 1 to 200 characters");
    }
}

/// Notes when there is no such plan.
pub(super) fn check_plan(form: &mut Form, plan: &str, plans: &[Plan]) {
    if plans.iter().all(|known| known.name != plan) {
        let known: Vec<&str> = plans.iter().map(|plan| plan.name.as_str()).collect();
        form.problem("plan", "unknown-plan", format!("there is no such plan; one of: {}", known.join(", ")));
    }
}

fn check_packages(form: &mut Form, names: &[String], library: &Library) {
    if names.len() > MOST_PACKAGES {
        form.problem("packages", "out-of-range", format!("at most {MOST_PACKAGES} packages"));
    }
    for (n, name) in names.iter().enumerate().take(MOST_PACKAGES) {
        if library.find(name).is_none() {
            form.problem(
                format!("packages.{n}"),
                "unknown-package",
                format!("no package `{name}` comes with Trellis"),
            );
        }
    }
}

/// Makes the tenant; the password comes beside the answer when it was made up, since no answer that is kept tells it.
pub(super) async fn found(asked: Arc<Asked>, wish: Wish) -> Result<(Founded, Option<Secret>), Problem> {
    let password = Mutex::new(None);
    let furnish =
        |tenant: Tenant| async { furnish(&asked, &wish, tenant, &mut *password.lock().await).await };
    let founded = asked.app.tenants.found(&wish.founding, furnish).await.map_err(at_slug)?;
    if matches!(founded, Founded::Now(_)) {
        settle(&asked.app.tenants, wish.founding.id).await;
    }
    Ok((founded, password.into_inner()))
}

/// Another layer may have been said while it was made; what cannot be seen to now is by the workers.
async fn settle(tenants: &tenancy::Tenants, id: Uuid) {
    let settled = async {
        match tenants.find_by_id(id).await? {
            Some(tenant) => tenants.settle_layers(&tenant).await,
            None => Ok(()),
        }
    };
    if let Err(error) = settled.await {
        tracing::warn!(%error, "it could not be noted what lies over packages");
    }
}

async fn furnish(
    asked: &Asked,
    wish: &Wish,
    tenant: Tenant,
    password: &mut Option<Secret>,
) -> Result<Json, Problem> {
    asked.app.engine.create_schema(&tenant).await?;
    let context = asked.app.engine.system_context(&tenant, "reseller").await?;
    let library = offered(asked).await?;
    let chosen = chosen(&library, &wish.packages)?;
    let mut layers = Vec::new();
    if !chosen.is_empty() {
        let said = asked.app.tenants.layers_for(&tenant).await?;
        let options = Install { signers: library.signers(&chosen), layers: said, ..Install::default() };
        layers = asked.app.engine.install(&context, &chosen, options).await?.layers;
    }
    let admin = &wish.admin;
    let made = asked
        .app
        .identity
        .first_administrator(&tenant, &admin.email, Some(&admin.name), admin.password.clone())
        .await?;
    if let FirstAdministrator::Made { password: made_up, .. } = made {
        *password = made_up;
    }
    Ok(json!({
        "id": tenant.id,
        "slug": tenant.slug,
        "login_url": place::login_url(asked, &tenant.slug),
        "admin": { "email": admin.email },
        "layers": layers,
    }))
}

/// The packages after what they require, each once.
fn chosen(library: &Library, names: &[String]) -> Result<Vec<Package>, Problem> {
    let mut chosen: Vec<Package> = Vec::new();
    for package in names.iter().filter_map(|name| library.find(name)) {
        let with = library.with_requirements(package, &Default::default());
        for required in with.map_err(Problem::unprocessable)? {
            if chosen.iter().all(|one| one.manifest.name != required.manifest.name) {
                chosen.push(required);
            }
        }
    }
    Ok(chosen)
}

/// What is wrong with the tenant is wrong with the slug here.
fn at_slug(mut problem: Problem) -> Problem {
    problem
        .errors
        .iter_mut()
        .filter(|error| error.path == "tenant")
        .for_each(|error| error.path = "slug".into());
    problem
}
