//! Parts of packages that are installed, and whose publisher is believed no more: what they would bring beside a package that
//! comes now stays away, and is not kept any longer. What they have brought already stays, as the package itself does.

use std::collections::BTreeMap;

use metadata::package::{Package, PassedFor, PassedOver, Version};
use serde_json::json;
use sqlx::{AssertSqlSafe, PgConnection};

use super::{Install, Installed};
use crate::context::Context;
use crate::error::Result;
use crate::write::sql::table;

/// A package, and those beside which it would bring something.
pub(super) struct Passed {
    package: String,
    with: Vec<String>,
}

impl Passed {
    pub fn notes(&self) -> impl Iterator<Item = PassedOver> {
        self.with.iter().map(|with| PassedOver {
            package: self.package.clone(),
            with: with.clone(),
            reason: PassedFor::Publisher,
            range: None,
            installed: None,
        })
    }
}

/// Takes the parts that would come out of what is kept.
pub(super) fn leave_out(
    installed: &mut BTreeMap<String, Installed>,
    (packages, options): (&[Package], &Install),
) -> Vec<Passed> {
    let Some(trusted) = &options.trusted else { return Vec::new() };
    let before: BTreeMap<String, Version> =
        installed.iter().map(|(name, one)| (name.clone(), one.manifest.version.clone())).collect();
    let mut after = before.clone();
    after.extend(packages.iter().map(|one| (one.manifest.name.clone(), one.manifest.version.clone())));
    let stays = |name: &String| packages.iter().all(|one| one.manifest.name != *name);
    let mut found = Vec::new();
    for (name, one) in installed.iter_mut().filter(|(name, _)| stays(name)) {
        let Some(kept) = one.kept.as_mut() else { continue };
        if one.signer.as_ref().is_none_or(|signer| trusted.contains(signer)) {
            continue;
        }
        let there: Vec<String> = kept.taken(&before).into_iter().map(str::to_owned).collect();
        let comes = kept.taken(&after).into_iter().map(str::to_owned);
        let with: Vec<String> = comes.filter(|part| !there.contains(part)).collect();
        if with.is_empty() {
            continue;
        }
        kept.parts.retain(|part, _| !with.contains(part));
        found.push(Passed { package: name.clone(), with });
    }
    found
}

/// Keeps them without those parts.
pub(super) async fn keep(
    connection: &mut PgConnection,
    context: &Context,
    (installed, passed): (&BTreeMap<String, Installed>, &[Passed]),
) -> Result<()> {
    let text =
        format!("UPDATE {} SET source = $2 WHERE name = $1", table(&context.tenant().schema, "_packages"));
    for one in passed {
        let kept = installed.get(&one.package).and_then(|one| one.kept.as_ref());
        let source = kept.and_then(|kept| kept.source(true)).map(|source| json!(source));
        sqlx::query(AssertSqlSafe(text.as_str()))
            .bind(&one.package)
            .bind(source)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
