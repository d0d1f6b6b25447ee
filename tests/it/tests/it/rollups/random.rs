//! Random operations, single and many at once, beside the truth.

use engine::{Command, Error, Update, What};
use it::random::Random;
use it::{World, fields};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

/// What there is to choose from: ids of every record that ever was.
#[derive(Default)]
pub(super) struct Stock {
    pub firms: Vec<Uuid>,
    pub deals: Vec<Uuid>,
    pub lines: Vec<Uuid>,
    pub notes: Vec<Uuid>,
}

impl Stock {
    pub(super) fn of(&mut self, object: &str) -> &mut Vec<Uuid> {
        match object {
            "firm" => &mut self.firms,
            "deal" => &mut self.deals,
            "line" => &mut self.lines,
            _ => &mut self.notes,
        }
    }

    fn any(random: &mut Random, ids: &[Uuid]) -> Json {
        if ids.is_empty() || random.once_in(8) { Json::Null } else { json!(random.pick(ids)) }
    }
}

/// Values of a record; a change names only some.
pub(super) fn record(random: &mut Random, stock: &Stock, object: &str, is_new: bool) -> Json {
    let mut map = Map::new();
    let amount = format!("{}.{:02}", random.between(-5, 60), random.below(100));
    let all: Vec<(&str, Json)> = match object {
        "firm" => vec![("parent_id", Stock::any(random, &stock.firms))],
        "deal" => vec![
            ("firm_id", Stock::any(random, &stock.firms)),
            ("partner_id", Stock::any(random, &stock.firms)),
            ("stage", random.pick(&[json!("new"), json!("won"), json!("lost"), Json::Null]).clone()),
            ("amount", if random.once_in(6) { Json::Null } else { json!(amount) }),
            (
                "due",
                random
                    .pick(&[json!("2026-01-01"), json!("2026-06-01"), json!("2027-02-28"), Json::Null])
                    .clone(),
            ),
        ],
        "line" => vec![
            ("deal_id", if stock.deals.is_empty() { Json::Null } else { json!(random.pick(&stock.deals)) }),
            ("price", json!(amount)),
        ],
        _ => match random.below(3) {
            0 => vec![
                ("about_object", Json::Null),
                ("about_id", Json::Null),
                ("done", random.once_in(2).into()),
            ],
            1 if !stock.deals.is_empty() => vec![
                ("about_object", json!("deal")),
                ("about_id", json!(random.pick(&stock.deals))),
                ("done", random.once_in(2).into()),
            ],
            _ if !stock.firms.is_empty() => vec![
                ("about_object", json!("firm")),
                ("about_id", json!(random.pick(&stock.firms))),
                ("done", random.once_in(2).into()),
            ],
            _ => Vec::new(),
        },
    };
    let whole = is_new || object == "note";
    map.extend(
        all.into_iter().filter(|_| whole || random.once_in(2)).map(|(key, value)| (key.to_owned(), value)),
    );
    if is_new {
        map.insert("name".into(), "x".into());
    }
    Json::Object(map)
}

/// One random command.
pub(super) fn command(random: &mut Random, stock: &mut Stock) -> Command {
    let object = *random.pick(&["firm", "deal", "deal", "deal", "line", "line", "note"]);
    // What one of them refuses is refused for all.
    let count = if random.once_in(3) { 4 } else { 1 };
    let some: Vec<Uuid> = {
        let mut ids = stock.of(object).clone();
        ids.sort_by_cached_key(|_| random.draw());
        ids.truncate(count);
        ids
    };
    let what = match random.below(10) {
        0..3 => What::Create((0..count).map(|_| fields(&record(random, stock, object, true))).collect()),
        _ if some.is_empty() => What::Create(vec![fields(&record(random, stock, object, true))]),
        3..7 => What::Update(
            some.into_iter()
                .map(|id| Update {
                    id,
                    fields: fields(&record(random, stock, object, false)),
                    if_version: None,
                })
                .collect(),
        ),
        7 => What::Delete(some[..1].to_vec()),
        8 => What::Restore(some[..1].to_vec()),
        _ if random.once_in(3) => What::Purge(some[..1].to_vec()),
        _ => What::Delete(some[..1].to_vec()),
    };
    Command { object: object.into(), what }
}

async fn run(seed: u64, name: &str, steps: usize) {
    let world = World::trade(name, true).await;
    let ada = world.person("ada", "administrator").await;
    let (mut random, mut stock) = (Random::new(seed), Stock::default());
    let mut done = 0;
    for step in 0..steps {
        let command = command(&mut random, &mut stock);
        let (object, is_create) = (command.object.clone(), matches!(command.what, What::Create(_)));
        match world.engine.write(&world.again(&ada).await, command).await {
            Ok(written) => {
                done += 1;
                if is_create {
                    stock.of(&object).extend(written.ids);
                }
            }
            Err(Error::NotFound | Error::Unprocessable(_) | Error::Conflict(_)) => {}
            Err(error) => panic!("seed {seed}, step {step}: {error:?}"),
        }
        if step % 10 == 9 {
            // What a worker has still to do does not show in what is computed when it is read.
            assert_eq!(
                world.misread_rollups(&ada, true).await,
                Vec::<String>::new(),
                "seed {seed}, step {step}"
            );
            world.drain().await;
            assert_eq!(
                world.misread_rollups(&ada, false).await,
                Vec::<String>::new(),
                "seed {seed}, step {step}"
            );
            assert_eq!(world.wrong_rollups().await, Vec::<String>::new(), "seed {seed}, step {step}");
        }
    }
    let found = world.engine.check_rollups(&world.tenant, false).await.unwrap();
    assert!(found.is_empty(), "seed {seed}: {found:?}");
    assert!(done > steps / 4, "seed {seed}: only {done} of {steps} steps did something");
}

#[tokio::test]
async fn random_operations_leave_no_rollup_behind() {
    for seed in [1, 2, 3] {
        run(seed, &format!("rollup_random_{seed}"), 250).await;
    }
}
