//! The rules of a save hold for imports: types, required, unique, references, rights, history.

use it::World;
use serde_json::json;

use super::{by_name, counts, csv, mapped, refusal, rejects, run, scalar};

#[tokio::test]
async fn good_rows_go_in_and_bad_ones_come_back() {
    let world = World::with_packages("import_mix").await;
    let ada = world.person("ada", "administrator").await;
    let text = "First name,Last Name,E-mail,Lead Status,Annual revenue,Employees,Shoe size\n\
                Grace,Hopper,grace@Example.com,Working,1200000.50,12,38\n\
                Alan,Turing,not an address,new,,,42\n\
                ,,nobody@example.com,new,5,-3,\n\
                Edsger,Dijkstra,ed@example.com,Shouting,1.999,many,\n\
                \"Barbara\",\"Liskov\",barbara@example.com,Qualified,7,1,39\n";
    let import = run(&world, &ada, csv("lead", text)).await;
    assert_eq!((import.total, import.processed), (5, 5));
    assert_eq!(counts(&import), (2, 0, 3));
    assert_eq!(import.mapping["E-mail"], "email");
    assert_eq!(import.mapping["Shoe size"], json!(null));
    let leads = by_name(&world, &ada, "lead").await;
    assert_eq!(leads[0]["name"], "Barbara Liskov");
    assert_eq!(leads[1]["email"], "grace@example.com");
    assert_eq!(leads[1]["status"], "working");
    assert_eq!(leads[1]["annual_revenue"].to_string(), "1200000.5");
    assert_eq!(leads[1]["score"], 0, "defaults hold");
    assert_eq!(leads[1]["do_not_call"], false);
    assert_eq!(leads[1]["owner_id"], json!(ada.actor.user_id));
    assert_eq!(leads[1]["version"], 1);
    let file = rejects(&world, &ada, &import).await;
    let lines: Vec<&str> = file.lines().collect();
    assert_eq!(
        lines[0],
        "First name,Last Name,E-mail,Lead Status,Annual revenue,Employees,Shoe size,_row,_reason"
    );
    assert!(
        lines[1].starts_with("Alan,Turing,not an address,new,,,42,3,E-mail: expected an address"),
        "{}",
        lines[1]
    );
    assert!(
        lines[2].starts_with(",,nobody@example.com,new,5,-3,,4,Employees: must be between 0 and"),
        "{}",
        lines[2]
    );
    for reason in [
        "Lead Status: `Shouting` is not an option",
        "Annual revenue: at most 2 digits",
        "Employees: expected a number",
    ] {
        assert!(lines[3].contains(reason), "{reason} in {}", lines[3]);
    }
    let history = scalar(&world, "SELECT count(*) FROM {t}._audit_tail h JOIN {t}.lead l ON l.id = h.record_id WHERE h.action = 'create' AND h.version = 1").await;
    assert_eq!(history, 2);
    let import = run(&world, &ada, csv("task", "Subject,External ID\nCall,T-1\n,T-2\n")).await;
    assert_eq!(counts(&import), (1, 0, 1));
    assert!(rejects(&world, &ada, &import).await.ends_with(",T-2,3,Subject: Title is required\n"));
}

#[tokio::test]
async fn values_are_unique_in_the_table_and_in_the_file() {
    let world = World::with_packages("import_unique").await;
    let ada = world.person("ada", "administrator").await;
    world.create(&ada, "lead", json!({ "name": "There", "external_id": "L1" })).await.unwrap();
    let text = "name,external_id,email\nA,L1,\nB,L2,bad\nC,L2,\nD,L2,\nE,,\nF,,\n";
    let import = run(&world, &ada, csv("lead", text)).await;
    // The first L2 is bad for another reason, so the second one is good.
    assert_eq!(counts(&import), (3, 0, 3));
    let file = rejects(&world, &ada, &import).await;
    assert!(file.contains("A,L1,,2,external_id: another record has this External ID"), "{file}");
    assert!(file.contains("D,L2,,5,external_id: another record"), "{file}");
}

#[tokio::test]
async fn lookups_find_records_by_what_they_are_known_by() {
    let world = World::with_packages("import_lookups").await;
    let ada = world.person("ada", "administrator").await;
    let accounts = "Account name,External ID,Parent account\nTidewater,T-1,\nTwin,T-2,\nTwin,T-3,Tidewater\n";
    let import = run(&world, &ada, csv("account", accounts)).await;
    assert_eq!(counts(&import), (3, 0, 0), "{}", rejects(&world, &ada, &import).await);
    assert_eq!(by_name(&world, &ada, "account").await[2]["external_id"], "T-3");
    let contacts = "First name,Last name,Company,Owner\nAda,One,Tidewater,\nBea,Two,Twin,\nCem,Three,Nobody,\nDan,Four,,ada\n";
    let import = run(&world, &ada, csv("contact", contacts)).await;
    assert_eq!(import.mapping["Company"], "account.name");
    assert_eq!(import.mapping["Owner"], "owner.name");
    assert_eq!(counts(&import), (2, 0, 2));
    let file = rejects(&world, &ada, &import).await;
    assert!(file.contains("Bea,Two,Twin,,3,Company: 2 account records have name `Twin`"), "{file}");
    assert!(file.contains("Cem,Three,Nobody,,4,Company: there is no account with name `Nobody`"), "{file}");
    let told = mapped(csv("contact", "first_name,Firm\nEve,T-2\n"), &[("Firm", "=account.external_id")]);
    assert_eq!(counts(&run(&world, &ada, told).await), (1, 0, 0));
    let linked =
        scalar(&world, "SELECT count(*) FROM {t}.contact c JOIN {t}.account a ON a.id = c.account_id").await;
    assert_eq!(linked, 2);
    let tasks = mapped(
        csv("task", "Title,About\nCall,T-1\nWrite,T-9\n"),
        &[("About", "related_to.account.external_id")],
    );
    let import = run(&world, &ada, tasks).await;
    assert_eq!(counts(&import), (1, 0, 1));
    let related = scalar(&world, "SELECT count(*) FROM {t}.task t JOIN {t}.account a ON a.id = t.related_to_id WHERE t.related_to_object = 'account'").await;
    assert_eq!(related, 1);
}

#[tokio::test]
async fn matching_rows_change_what_is_there() {
    let world = World::with_packages("import_match").await;
    let ada = world.person("ada", "administrator").await;
    let first = "external_id,name,city,score\nL1,One,Oslo,10\nL2,Two,Rome,20\n";
    run(&world, &ada, csv("lead", first)).await;
    let second =
        "external_id,name,city,score\nL2,Two!,,30\nL3,Three,Bonn,\n,Nobody,,\nL3,Third,,5\nL2,,Pisa,oops\n";
    let mut job = csv("lead", second);
    job.match_field = Some("external_id".into());
    job.dry_run = true;
    let dry = run(&world, &ada, job.clone()).await;
    assert_eq!(counts(&dry), (1, 2, 2));
    assert_eq!(scalar(&world, "SELECT count(*) FROM {t}.lead").await, 2);
    job.dry_run = false;
    let import = run(&world, &ada, job).await;
    assert_eq!(counts(&import), (1, 2, 2));
    let file = rejects(&world, &ada, &import).await;
    assert!(file.contains(",Nobody,,,4,external_id: the row does not say which record it means"), "{file}");
    let leads = by_name(&world, &ada, "lead").await;
    assert_eq!(leads.as_array().unwrap().len(), 3);
    assert_eq!(leads[1]["name"], "Third");
    assert_eq!(
        (&leads[1]["city"], &leads[1]["score"], &leads[1]["version"]),
        (&json!("Bonn"), &json!(5), &json!(2))
    );
    assert_eq!(
        (&leads[2]["name"], &leads[2]["city"], &leads[2]["score"]),
        (&json!("Two!"), &json!("Rome"), &json!(30))
    );
    let changes = scalar(&world, "SELECT count(*) FROM {t}._audit_tail WHERE action = 'update'").await;
    assert_eq!(changes, 2);
}

#[tokio::test]
async fn a_dry_run_tells_the_same_and_writes_nothing() {
    let world = World::with_packages("import_dry").await;
    let ada = world.person("ada", "administrator").await;
    let mut text = String::from("external_id,name,email\n");
    for n in 0..6_000 {
        text.push_str(&format!("X{n},Lead {n},a{n}@example.com\n"));
    }
    text.push_str("X1,Again,\nY1,Bad,nope\n");
    let mut job = csv("lead", text);
    job.dry_run = true;
    let dry = run(&world, &ada, job.clone()).await;
    assert_eq!(scalar(&world, "SELECT count(*) FROM {t}.lead").await, 0);
    // That somebody tried is told; of records there is nothing to tell.
    let told = "SELECT count(*) FROM {t}._audit_tail h JOIN {t}.user u ON u.id = h.actor_id \
                WHERE u.name = 'ada' AND h.action <> 'import'";
    assert_eq!(scalar(&world, told).await, 0);
    job.dry_run = false;
    let real = run(&world, &ada, job).await;
    assert_eq!(counts(&dry), (6_000, 0, 2));
    assert_eq!(counts(&real), counts(&dry));
    assert_eq!(scalar(&world, "SELECT count(*) FROM {t}.lead").await, 6_000);
    // The database plans for as many from now on.
    let known = "SELECT reltuples::bigint FROM pg_class WHERE oid = '{t}.lead'::regclass";
    assert_eq!(scalar(&world, known).await, 6_000);
}

#[tokio::test]
async fn rights_hold_for_every_row() {
    let world = World::with_packages("import_rights").await;
    let ada = world.person("ada", "administrator").await;
    let bob = world.person("bob", "member").await;
    let hers = world.create(&ada, "account", json!({ "name": "Hers", "external_id": "A1" })).await.unwrap();
    let text =
        format!("First name,Account ID,Owner ID\nFree,,\nTheirs,{hers},\nGiven,,{}\n", ada.actor.user_id);
    let mut job = csv("contact", text);
    job.dry_run = true;
    assert_eq!(counts(&run(&world, &bob, job.clone()).await), (1, 0, 2));
    assert_eq!(scalar(&world, "SELECT count(*) FROM {t}.contact").await, 0);
    job.dry_run = false;
    let import = run(&world, &bob, job).await;
    assert_eq!(counts(&import), (1, 0, 2));
    let file = rejects(&world, &bob, &import).await;
    assert!(file.contains("Account ID: there is no account with id"), "{file}");
    assert!(file.contains("4,you may not create this record as it stands"), "{file}");
    // What he may not see is as if it were not there, but its value is taken.
    let mut job = csv("account", "name,external_id\nMine,A1\n");
    job.match_field = Some("external_id".into());
    let import = run(&world, &bob, job).await;
    assert_eq!(counts(&import), (0, 0, 1));
    assert!(matches!(
        world.engine.import_status(&world.person("cat", "member").await, import.id).await,
        Err(engine::Error::NotFound)
    ));
    let by_name = mapped(csv("contact", "First name,Firm\nX,Hers\n"), &[("Firm", "account.name")]);
    assert_eq!(counts(&run(&world, &bob, by_name).await), (0, 0, 1));
    let user = world.engine.import(&bob, csv("user", "name\nEve\n"), None).await;
    assert!(matches!(user, Err(engine::Error::Forbidden(_))));
}

#[tokio::test]
async fn a_mapping_that_does_not_fit_is_told_at_once() {
    let world = World::with_packages("import_mapping").await;
    let ada = world.person("ada", "administrator").await;
    let job = |pairs: &[(&str, &str)]| mapped(csv("contact", "Name,Firm,When\nx,y,z\n"), pairs);
    let wrong = [("Nmae", "name"), ("Firm", "account.city"), ("When", "created_at"), ("Name", "nam")];
    let mut found = refusal(&world, &ada, job(&wrong)).await;
    found.sort();
    let expected = [
        ("map.Firm", "unknown-field"),
        ("map.Name", "unknown-field"),
        ("map.Nmae", "unknown-column"),
        ("map.When", "read-only"),
    ];
    assert_eq!(found, expected.map(|(path, code)| (path.to_owned(), code.to_owned())));
    assert_eq!(refusal(&world, &ada, job(&[("Firm", "account.industry")])).await[0].1, "not-unique");
    let mut unmatched = job(&[]);
    unmatched.match_field = Some("external_id".into());
    assert_eq!(refusal(&world, &ada, unmatched).await, [("match".to_owned(), "unknown-column".to_owned())]);
    let nothing = csv("contact", "Shoe,Hat\n1,2\n");
    assert_eq!(refusal(&world, &ada, nothing).await[0].1, "nothing-mapped");
    let left_out = mapped(csv("contact", "first_name,email\nA,not an address\n"), &[("email", "")]);
    assert_eq!(counts(&run(&world, &ada, left_out).await), (1, 0, 0));
}
