//! The audit stream: what leaves which events, who may see them, and how tampering is found.

use engine::Engine;
use it::World;
use serde_json::Value as Json;

mod chain;
mod events;
mod log;
mod speed;
mod writes;

/// Every row of the stream in the order in which they were written, as JSON.
async fn stream(engine: &Engine) -> Vec<Json> {
    let text = "SELECT jsonb_build_object('action', action, 'object', object_id, 'record', record_id, 'version', version, \
         'changes', changes, 'actor', actor_id, 'ip', ip, 'user_agent', user_agent, 'request', request_id) FROM (SELECT action, object_id, record_id, version, changes, actor_id, ip, user_agent, request_id, happened_at FROM t_demo._audit UNION ALL \
         SELECT action, object_id, record_id, version, changes, actor_id, ip, user_agent, request_id, happened_at FROM t_demo._audit_tail) a ORDER BY happened_at";
    sqlx::query_scalar(text).fetch_all(engine.pool()).await.unwrap()
}

/// What came into the stream since it was so long.
async fn since(world: &World, length: usize) -> Vec<Json> {
    stream(&world.engine).await.split_off(length)
}
