//! Adding, changing and removing formula fields.

use super::*;

async fn apply(s: &Stage, changes: Vec<Change>) -> engine::Result<engine::Applied> {
    let context = s.world.again(&s.ada).await;
    s.world.engine.apply(&context, Apply { changes, ..Apply::default() }).await
}

fn formula(text: &str) -> Json {
    json!({"kind": "formula", "formula": text})
}

#[tokio::test]
async fn a_formula_comes_changes_and_goes_without_touching_a_row() {
    let s = stage("formula_changes").await;
    s.deals().await;
    let before = s.world.fingerprint().await;
    let rows = |_: ()| async {
        let text =
            format!("SELECT string_agg(ctid::text || xmin::text, ',') FROM {}.deal", s.world.tenant.schema);
        sqlx::query_scalar::<_, String>(sqlx::AssertSqlSafe(text))
            .fetch_one(s.world.engine.pool())
            .await
            .unwrap()
    };
    let stored = rows(()).await;
    let applied = apply(&s, vec![put(Kind::Fields, "deal.twice", formula("monthly * 2"))]).await.unwrap();
    assert!(applied.steps.is_empty(), "{:?}", applied.steps);
    assert_eq!(s.ask(&s.ada, &list(&["twice"])).await.unwrap()[0]["twice"], json!(200));
    // Also of another type, and what reads it follows.
    apply(&s, vec![put(Kind::Fields, "deal.twice", formula("'<' & name & '>'"))]).await.unwrap();
    assert_eq!(s.ask(&s.ada, &list(&["twice"])).await.unwrap()[0]["twice"], json!("<A>"));
    let gone = Change { kind: Kind::Fields, name: "deal.twice".into(), definition: None };
    apply(&s, vec![gone]).await.unwrap();
    assert_eq!(rows(()).await, stored);
    assert_ne!(s.world.fingerprint().await, before, "only the metadata differs");
    assert!(s.world.engine.doctor(&s.world.tenant).await.unwrap().is_empty());
}
