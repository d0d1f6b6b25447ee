//! Public sample data with its relations: what the engine answers equals what the files say.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use engine::filter::Filter;
use engine::import::Format;
use engine::{Apply, Context, Nested, Page, Query, Selection};
use it::World;
use metadata::{Change, Kind};
use serde_json::{Value as Json, json};

use super::{counts, csv as job, mapped, rejects, run};

type Table = Vec<BTreeMap<String, String>>;

/// The folder of the seven tables, which may not be part of this repository: beside the checkout.
fn folder() -> Option<PathBuf> {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().ok()?;
    let places = checkout.ancestors().skip(1).take(2).map(|place| place.join("shared/data/crm-seven-tables"));
    places.into_iter().find(|place| place.is_dir())
}

fn load(path: &Path) -> Table {
    let mut reader = csv::Reader::from_path(path).expect("a table");
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

/// The table with columns changed or added.
fn text(table: &Table, change: impl FnMut(&mut BTreeMap<String, String>)) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut changed = table.clone();
    changed.iter_mut().for_each(change);
    writer.write_record(changed[0].keys()).expect("memory");
    changed.iter().for_each(|row| writer.write_record(row.values()).expect("memory"));
    writer.into_inner().expect("memory")
}

/// Cents of all values, so that sums are exact.
fn cents<'v>(values: impl Iterator<Item = &'v str>) -> i64 {
    values.map(|value| (value.parse::<f64>().unwrap_or_default() * 100.0).round() as i64).sum()
}

async fn define(world: &World, changes: Vec<(Kind, &str, Json)>) {
    let changes = changes.into_iter().map(|(kind, name, definition)| Change {
        kind,
        name: name.into(),
        definition: Some(definition),
    });
    let wish = Apply { changes: changes.collect(), ..Apply::default() };
    world.engine.apply(&world.system().await, wish).await.expect("the metadata applies");
}

/// Objects and fields that the packages do not have.
async fn define_missing(world: &World) {
    let key = |name: &str| json!({ "name": name, "kind": "text", "required": true, "unique": true });
    let categories = ["Books", "Clothing", "Electronics", "Home", "Sports", "Toys"];
    let categories = categories.map(|word| json!({ "value": word.to_lowercase(), "label": word }));
    let product = json!({ "name": "product", "plural": "products", "name_field": { "label": "Item name" }, "fields": [
        key("item_no"),
        { "name": "unit_price", "kind": "currency" }, { "name": "inventory", "kind": "integer" },
        { "name": "category", "kind": "picklist", "options": categories },
        { "name": "is_active", "kind": "boolean" } ] });
    let sale = json!({ "name": "sale", "plural": "sales", "name_field": { "field": "sales_id", "label": "Sales ID" }, "fields": [
        key("sales_id"),
        { "name": "contact", "kind": "lookup", "to": "contact", "inverse": "sales" }, { "name": "sales_date", "kind": "date" },
        { "name": "payment_status", "kind": "picklist", "options": [{ "value": "paid" }, { "value": "pending" }, { "value": "overdue" }] } ] });
    let line = json!({ "name": "sale_line", "plural": "sale_lines", "name_field": { "field": "line_id" }, "fields": [
        key("line_id"),
        { "name": "sale", "kind": "master_detail", "to": "sale", "inverse": "lines" },
        { "name": "product", "kind": "lookup", "to": "product", "inverse": "sale_lines" },
        { "name": "quantity", "kind": "integer" }, { "name": "line_price", "kind": "currency" },
        { "name": "profit_margin", "kind": "decimal" }, { "name": "tax", "kind": "decimal" } ] });
    define(world, vec![(Kind::Objects, "product", product), (Kind::Objects, "sale", sale)]).await;
    define(
        world,
        vec![
            (Kind::Objects, "sale_line", line),
            (
                Kind::Fields,
                "lead.contact",
                json!({ "name": "contact", "kind": "lookup", "to": "contact", "inverse": "leads" }),
            ),
            (
                Kind::Fields,
                "deal.activity",
                json!({ "name": "activity", "kind": "lookup", "to": "task", "inverse": "deals" }),
            ),
            (
                Kind::Fields,
                "deal.sale",
                json!({ "name": "sale", "kind": "lookup", "to": "sale", "inverse": "deals" }),
            ),
        ],
    )
    .await;
}

/// Imports one table without a reject.
async fn import(world: &World, context: &Context, object: &str, (text, pairs): (Vec<u8>, &[(&str, &str)])) {
    let rows = csv::Reader::from_reader(text.as_slice()).into_records().count() as i64;
    let import = run(world, context, mapped(job(object, text), pairs)).await;
    assert_eq!(counts(&import), (rows, 0, 0), "{object}: {}", rejects(world, context, &import).await);
}

/// Every record of a query, over all pages.
async fn all(world: &World, context: &Context, mut query: Query) -> Vec<Json> {
    query.limit = 400;
    let mut records = Vec::new();
    loop {
        let answer = world.engine.read(context, &query).await.expect("a page");
        let page: Vec<Json> = serde_json::from_slice(&answer.json).expect("JSON");
        records.extend(page);
        match answer.next_cursor {
            Some(cursor) => query.page = Page::After(cursor),
            None => return records,
        }
    }
}

async fn count(world: &World, context: &Context, object: &str, filter: Json) -> usize {
    let filter = Filter::from_json(&filter).expect("a filter");
    let query = Query {
        object: object.into(),
        filter: Some(filter),
        include_total: true,
        limit: 1,
        ..Query::default()
    };
    world.engine.read(context, &query).await.expect("an answer").total.unwrap_or_default() as usize
}

fn nested(relation: &str, field: &str) -> Selection {
    let fields = vec![Selection::Field(field.into())];
    Selection::Nested(Nested {
        relation: relation.into(),
        alias: None,
        fields,
        sort: vec![],
        limit: Some(1000),
        filter: None,
    })
}

fn where_is<'t>(
    table: &'t Table,
    column: &'t str,
    value: &'t str,
) -> impl Iterator<Item = &'t BTreeMap<String, String>> {
    table.iter().filter(move |row| row[column] == value)
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story: seven files, one after the other, then their sums")]
async fn seven_tables_keep_their_relations() {
    let Some(folder) = folder() else {
        println!("skipped: there is no ../shared/data/crm-seven-tables beside the checkout");
        return;
    };
    let world = World::with_packages("seven_tables").await;
    define_missing(&world).await;
    let context = world.system().await;
    let table = |name: &str| load(&folder.join(format!("{name}.csv")));
    let [contacts, leads, activities, deals, products, sales, lines] =
        ["Contacts", "Leads", "Activity", "Opportunity", "Products", "Sales", "SalesLines"].map(table);
    let names: BTreeMap<&str, &str> =
        contacts.iter().map(|row| (row["ContactID"].as_str(), row["FullName"].as_str())).collect();
    let same = |_: &mut BTreeMap<String, String>| {};
    let people = [
        ("ContactID", "external_id"),
        ("City", "mailing_city"),
        ("State", "mailing_state"),
        ("Country", "mailing_country"),
    ];
    import(&world, &context, "contact", (text(&contacts, same), &people)).await;
    // A lead has the name of its contact, and what is lost is unqualified here.
    let lead = |row: &mut BTreeMap<String, String>| {
        row.insert("Name".into(), names[row["ContactID"].as_str()].into());
        row.entry("LeadStatus".into()).and_modify(|status| *status = status.replace("Lost", "unqualified"));
    };
    import(
        &world,
        &context,
        "lead",
        (text(&leads, lead), &[("LeadID", "external_id"), ("ContactID", "=contact.external_id")]),
    )
    .await;
    let task = |row: &mut BTreeMap<String, String>| {
        row.entry("Completed".into())
            .and_modify(|done| *done = if done == "True" { "done" } else { "todo" }.into());
    };
    let pairs = [
        ("ActivityID", "external_id"),
        ("LeadID", "related_to.lead.external_id"),
        ("ActivityType", "category"),
        ("Completed", "status"),
    ];
    import(&world, &context, "task", (text(&activities, task), &pairs)).await;
    import(&world, &context, "product", (text(&products, same), &[("ItemName", "name")])).await;
    import(&world, &context, "sale", (text(&sales, same), &[("ContactID", "contact.external_id")])).await;
    import(
        &world,
        &context,
        "sale_line",
        (text(&lines, same), &[("SalesID", "sale.sales_id"), ("ItemNo", "product.item_no")]),
    )
    .await;
    let deal = |row: &mut BTreeMap<String, String>| {
        row.insert("Name".into(), format!("Opportunity {}", row["OpportunityID"]));
        let stages = [
            ("Prospecting", "new"),
            ("Proposal Sent", "proposal"),
            ("Closed Won", "won"),
            ("Closed Lost", "lost"),
        ];
        let stage =
            stages.iter().find(|(from, _)| *from == row["OpportunityStage"]).map(|(_, to)| (*to).to_owned());
        row.entry("OpportunityStage".into()).and_modify(|old| *old = stage.unwrap_or(old.clone()));
    };
    let pairs = [
        ("OpportunityID", "external_id"),
        ("ActivityID", "activity.external_id"),
        ("OpportunityStage", "stage"),
        ("EstimatedValue", "amount"),
        ("SalesID", "sale.sales_id"),
    ];
    import(&world, &context, "deal", (text(&deals, deal), &pairs)).await;

    // Counts, also along relations.
    for (object, table) in [
        ("contact", &contacts),
        ("lead", &leads),
        ("task", &activities),
        ("product", &products),
        ("sale", &sales),
        ("sale_line", &lines),
        ("deal", &deals),
    ] {
        assert_eq!(
            count(&world, &context, object, json!({ "name": { "is_null": false } })).await,
            table.len(),
            "{object}"
        );
    }
    assert_eq!(
        count(&world, &context, "lead", json!({ "status": "working" })).await,
        where_is(&leads, "LeadStatus", "Working").count()
    );
    assert_eq!(
        count(&world, &context, "lead", json!({ "source": "email_campaign" })).await,
        where_is(&leads, "LeadSource", "Email Campaign").count()
    );
    assert_eq!(
        count(&world, &context, "deal", json!({ "sale_id": { "is_null": true } })).await,
        where_is(&deals, "SalesID", "").count()
    );
    assert_eq!(
        count(&world, &context, "product", json!({ "is_active": true })).await,
        where_is(&products, "IsActive", "True").count()
    );
    let texans: Vec<&str> =
        where_is(&contacts, "State", "Texas").map(|row| row["ContactID"].as_str()).collect();
    let of_texans = sales.iter().filter(|row| texans.contains(&row["ContactID"].as_str())).count();
    assert_eq!(count(&world, &context, "sale", json!({ "contact.mailing_state": "Texas" })).await, of_texans);
    let books: Vec<&str> =
        where_is(&products, "Category", "Books").map(|row| row["ItemNo"].as_str()).collect();
    let of_books = lines.iter().filter(|row| books.contains(&row["ItemNo"].as_str())).count();
    assert_eq!(count(&world, &context, "sale_line", json!({ "product.category": "books" })).await, of_books);

    // Sums, and the lines of each sale.
    let amounts = all(
        &world,
        &context,
        Query { object: "deal".into(), fields: vec![Selection::Field("amount".into())], ..Query::default() },
    )
    .await;
    let sum = cents(
        amounts.iter().map(|deal| deal["amount"].to_string()).collect::<Vec<_>>().iter().map(String::as_str),
    );
    assert_eq!(sum, cents(deals.iter().map(|row| row["EstimatedValue"].as_str())));
    let query = Query {
        object: "sale".into(),
        fields: vec![
            Selection::Field("sales_id".into()),
            nested("lines", "line_price"),
            nested("contact", "external_id"),
        ],
        ..Query::default()
    };
    for sale in all(&world, &context, query).await {
        let id = sale["sales_id"].as_str().expect("an id");
        let row = where_is(&sales, "SalesID", id).next().expect("the sale's row");
        assert_eq!(sale["contact"]["external_id"], row["ContactID"].as_str());
        let own: Vec<String> = sale["lines"]
            .as_array()
            .expect("lines")
            .iter()
            .map(|line| line["line_price"].to_string())
            .collect();
        assert_eq!(own.len(), where_is(&lines, "SalesID", id).count(), "{id}");
        let expected = cents(where_is(&lines, "SalesID", id).map(|row| row["LinePrice"].as_str()));
        assert_eq!(cents(own.iter().map(String::as_str)), expected, "{id}");
    }
    let query = Query {
        object: "lead".into(),
        fields: vec![
            Selection::Field("external_id".into()),
            Selection::Field("created_at".into()),
            nested("tasks", "external_id"),
        ],
        ..Query::default()
    };
    for lead in all(&world, &context, query).await {
        let id = lead["external_id"].as_str().expect("an id");
        assert_eq!(
            lead["tasks"].as_array().map_or(0, Vec::len),
            where_is(&activities, "LeadID", id).count(),
            "{id}"
        );
        let created = &where_is(&leads, "LeadID", id).next().expect("the lead's row")["CreatedDate"];
        assert!(lead["created_at"].as_str().is_some_and(|at| at.starts_with(created.as_str())), "{lead}");
    }
}

/// The records of an sObject tree as JSON Lines: the reference becomes the external id.
fn lines(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/salesforce").join(name);
    let tree: Json = serde_json::from_slice(&std::fs::read(path).expect("a file")).expect("JSON");
    let mut lines = Vec::new();
    for record in tree["records"].as_array().expect("records") {
        let mut record = record.clone();
        record["External ID"] = record["attributes"]["referenceId"].clone();
        if let Some(account) = record["AccountId"].as_str() {
            record["AccountId"] = account.trim_start_matches('@').into();
        }
        record.as_object_mut().expect("an object").remove("attributes");
        lines.extend_from_slice(record.to_string().as_bytes());
        lines.push(b'\n');
    }
    lines
}

#[tokio::test]
async fn salesforce_samples_go_in() {
    let world = World::with_packages("salesforce").await;
    // The tenant's own words, found by their labels.
    let options = json!({ "label": "Lead status", "options": [
        { "value": "new", "label": "New" }, { "value": "open", "label": "Open - Not Contacted" }, { "value": "working", "label": "Working - Contacted" },
        { "value": "nurturing" }, { "value": "qualified" }, { "value": "unqualified" }, { "value": "converted" } ] });
    define(&world, vec![(Kind::OptionSets, "lead_status", options)]).await;
    let context = world.system().await;
    for (object, file, pairs, rows) in [
        ("account", "Accounts.json", vec![], 12),
        ("contact", "Contacts.json", vec![("AccountId", "account.external_id")], 12),
        ("lead", "Leads.json", vec![("Industry", "description")], 11),
    ] {
        let mut import = mapped(job(object, lines(file)), &pairs);
        import.format = Format::JsonLines;
        let import = run(&world, &context, import).await;
        assert_eq!(counts(&import), (rows, 0, 0), "{file}: {}", rejects(&world, &context, &import).await);
    }
    assert_eq!(count(&world, &context, "contact", json!({ "account_id": { "is_null": false } })).await, 12);
    assert_eq!(
        count(&world, &context, "contact", json!({ "account.name": "Maya Obelle Household" })).await,
        1
    );
    // The same contacts again as a table, matched by nothing: twice as many, by the guessed columns alone.
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/salesforce/Contact_Data.csv");
    let import = run(&world, &context, job("contact", std::fs::read(path).expect("a file"))).await;
    assert_eq!(import.mapping["MobilePhone"], "mobile");
    assert_eq!(import.mapping["MailingStreet"], "mailing_street");
    assert_eq!(import.rejected, 0, "{}", rejects(&world, &context, &import).await);
    assert_eq!(import.created, import.total);
}
