//! What a record must obey before it is saved, on every way in.

use engine::{Context, Update};
use it::{World, fields};
use metadata::{Kind, Problem};
use serde_json::Value as Json;
use uuid::Uuid;

mod conditions;
mod names;
mod on_the_way;
mod options;
mod process;
mod record_types;
mod same;
mod statements;
mod timed;
mod validation;

/// `path code` of each problem.
fn told(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(|problem| format!("{} {}", problem.path, problem.code)).collect()
}

/// The standard packages with a process of deals, and an administrator.
async fn with_process(name: &str, process: Json) -> (World, Context) {
    let world = World::with_packages(name).await;
    world.define([(Kind::Processes, "deal.sales", Some(process))]).await.expect("the process is good");
    let ada = world.person("ada", "administrator").await;
    (world, ada)
}

/// Takes a deal through a transition.
async fn take(
    world: &World,
    who: &Context,
    id: Uuid,
    name: &str,
    record: Json,
) -> engine::Result<engine::Written> {
    let update = Update { id, fields: fields(&record), if_version: None };
    world.engine.transition(&world.again(who).await, "deal", (name, update, None)).await
}
