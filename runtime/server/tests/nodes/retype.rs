//! A field becomes another kind while people write to it, and the node is killed at each step of the way: before its job
//! begins, in the midst of a batch, while the columns are about to change places, right after that, and on the way back.

use reqwest::Method;
use serde_json::json;

use crate::seed;
use crate::shop::{ITEMS, Shop};

/// Prices that are set between one event and the next.
const BETWEEN: u64 = 20;

/// Whether the columns have changed places, and what the hidden one is.
fn turned(hidden: &str) -> String {
    format!(
        "SELECT EXISTS (SELECT FROM t_demo._retypes WHERE state = 'kept' AND hidden->>'kind' = '{hidden}')"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_each_step_of_a_change_of_kind_no_price_is_lost() {
    let mut shop = Shop::open("retype_killed", seed()).await;
    shop.sell(BETWEEN).await;
    let revisions = shop.ask(Method::GET, "/metadata/v1/revisions?limit=1", None).await;
    let before = revisions[0]["revision"].as_i64().unwrap();
    // Killed as soon as it is answered, before its job has done much.
    let price = json!({ "name": "price", "kind": "decimal", "precision": 12, "scale": 2, "indexed": true });
    shop.ask(Method::PUT, "/metadata/v1/objects/item/fields/price", Some(price)).await;
    shop.node.kill().await;
    let (item, table) = (shop.hold_item().await, shop.hold_table().await);
    shop.node.start().await;
    // In the midst of a batch, after some that are noted.
    shop.until_stopped(&item).await;
    let filled = shop.filled().await;
    assert!((1_000..i64::try_from(ITEMS).unwrap()).contains(&filled), "{filled}");
    shop.sell(BETWEEN).await;
    shop.kill().await;
    assert_eq!(shop.filled().await, filled, "a batch that was not noted counts");
    item.open().await;
    // While the columns are about to change places; what was indexed is there already.
    shop.until_stopped(&table).await;
    shop.sell(BETWEEN).await;
    shop.kill().await;
    shop.sell(BETWEEN).await;
    table.open().await;
    shop.until(&turned("text")).await;
    shop.kill().await;
    let field = shop.ask(Method::GET, "/metadata/v1/fields/item.price", None).await;
    assert_eq!(field["kind"], "decimal");
    shop.sell(BETWEEN).await;
    // And back, with what was written meanwhile.
    let table = shop.hold_table().await;
    let path = format!("/metadata/v1/revisions/{before}/rollback");
    shop.ask(Method::POST, &path, Some(json!({}))).await;
    shop.until_stopped(&table).await;
    shop.kill().await;
    shop.sell(BETWEEN).await;
    table.open().await;
    shop.until(&turned("decimal")).await;
    shop.kill().await;
    shop.sell(BETWEEN).await;
    // And a field that becomes unique, killed while its index is made and when it is there.
    let writers = shop.hold_writers().await;
    let serial = json!({ "name": "serial", "kind": "text", "unique": true });
    shop.ask(Method::PUT, "/metadata/v1/objects/item/fields/serial", Some(serial)).await;
    shop.until_stopped(&writers).await;
    shop.sell(BETWEEN).await;
    shop.kill().await;
    shop.sell(BETWEEN).await;
    writers.open().await;
    shop.until("SELECT EXISTS (SELECT FROM t_demo._metadata WHERE name = 'item.serial' AND definition->>'unique' = 'true')").await;
    shop.kill().await;
    let field = shop.ask(Method::GET, "/metadata/v1/fields/item.serial", None).await;
    assert_eq!(field["unique"], true);
    shop.sell(BETWEEN).await;
    let (sold, failed, again) = shop.close().await;
    println!("{sold} prices set, {failed} failed tries, {again} answered again");
    assert!(failed > 0 && again > 0, "killing was noticed by nobody");
}
