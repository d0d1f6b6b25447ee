//! Files as they are found: marks, line endings, quotes, other separators, other formats.

use engine::import::{Format, Status};
use it::World;
use serde_json::json;

use super::{by_name, counts, csv, refusal, rejects, run, scalar};

#[tokio::test]
async fn marks_line_endings_and_quotes() {
    let world = World::with_packages("import_quotes").await;
    let ada = world.person("ada", "administrator").await;
    let text = "\u{feff}Name;Description;City\r\n\
                \"Zoë; \"\"Zed\"\"\";\"line one\r\nline two\";Zürich\r\n\
                名前;=HYPERLINK(\"http://x\");@SUM(A1)\r\n\
                \r\n\
                Émile;-1+2;\r\n\
                Short\r\n";
    let import = run(&world, &ada, csv("lead", text)).await;
    assert_eq!(counts(&import), (4, 0, 0), "{}", rejects(&world, &ada, &import).await);
    let leads = by_name(&world, &ada, "lead").await;
    let find =
        |name: &str| leads.as_array().unwrap().iter().find(|lead| lead["name"] == name).unwrap().clone();
    assert_eq!(find("Zoë; \"Zed\"")["description"], "line one\r\nline two");
    assert_eq!(find("名前")["description"], "=HYPERLINK(\"http://x\")");
    assert_eq!(find("名前")["city"], "@SUM(A1)");
    assert_eq!(find("Émile")["description"], "-1+2");
    assert_eq!(find("Short")["city"], json!(null));
}

#[tokio::test]
async fn rows_that_are_no_rows() {
    let world = World::with_packages("import_shapes").await;
    let ada = world.person("ada", "administrator").await;
    let mut text = b"name,city\nGood,Oslo\nWide,Rome,extra\nTrailing,Bern,,\n".to_vec();
    text.extend_from_slice(b"Latin,M\xfcnchen\nNul,a\0b\n");
    text.extend_from_slice(format!("Long,{}\n", "x".repeat(2_000_000)).as_bytes());
    let import = run(&world, &ada, csv("lead", text)).await;
    assert_eq!(counts(&import), (2, 0, 4));
    let file = rejects(&world, &ada, &import).await;
    assert!(file.contains("Wide,Rome,3,\"the row has 3 cells, the header 2\""), "{file:.400}");
    assert!(file.contains("Latin,M\u{fffd}nchen,5,the row is not UTF-8 text"), "{file:.400}");
    assert!(file.contains("6,\"city: the text contains a NUL character"), "{file:.400}");
    assert!(file.contains("city: 2000000 characters, at most 100 fit"), "{:.400}", &file[file.len() - 400..]);
}

#[tokio::test]
async fn files_that_are_no_files() {
    let world = World::with_packages("import_empty").await;
    let ada = world.person("ada", "administrator").await;
    for text in ["", "\u{feff}", "\r\n \n"] {
        assert_eq!(refusal(&world, &ada, csv("lead", text)).await[0].1, "empty-file", "{text:?}");
    }
    assert_eq!(refusal(&world, &ada, csv("lead", b"\xff\xfen\0a\0")).await[0].1, "not-utf-8");
    let wide: Vec<String> = (0..1_001).map(|n| format!("c{n}")).collect();
    assert_eq!(refusal(&world, &ada, csv("lead", wide.join(","))).await[0].1, "too-many-columns");
    let mut workbook = csv("lead", "no zip");
    workbook.format = Format::Xlsx;
    assert_eq!(refusal(&world, &ada, workbook).await[0].1, "unreadable-file");
    let header = run(&world, &ada, csv("lead", "name,city\n")).await;
    assert_eq!((header.total, counts(&header)), (0, (0, 0, 0)));
    // A quote that is never closed makes a row of the rest: what came before is in, and the import says why it ended.
    let open = format!("name,city\nGood,Oslo\nBad,\"{}\n", "never ends\n".repeat(2_000_000));
    let import = world.engine.run_import(&ada, csv("lead", open)).await.unwrap();
    assert_eq!(import.status, Status::Failed);
    assert!(
        import.error.as_deref().unwrap().contains("row 3 is longer than 16 MB; is there a quote"),
        "{:?}",
        import.error
    );
    assert_eq!(scalar(&world, "SELECT count(*) FROM {t}.lead").await, 1);
}

#[tokio::test]
async fn json_lines() {
    let world = World::with_packages("import_json").await;
    let ada = world.person("ada", "administrator").await;
    world.create(&ada, "account", json!({ "name": "Tidewater" })).await.unwrap();
    let text = "{\"name\":\"One\",\"score\":7,\"tags\":[\"a\",\"b\"],\"do_not_call\":true}\n\n\
                {\"name\":\"Two\",\"email\":\"two@example.com\",\"score\":\"high\"}\r\n\
                not json\n\
                [1]\n\
                {\"name\":\"Three\",\"score\":null,\"status\":null}\n\
                {\"name\":\"Four\",\"converted_account\":\"Tidewater\"}";
    let mut job = csv("lead", text);
    job.format = Format::JsonLines;
    let import = run(&world, &ada, job).await;
    assert_eq!((import.total, counts(&import)), (6, (2, 0, 4)));
    let file = rejects(&world, &ada, &import).await;
    let lines: Vec<&str> = file.lines().collect();
    assert_eq!(lines[0], "name,score,tags,do_not_call,email,status,converted_account,_row,_reason");
    assert!(lines[1].starts_with("Two,high,,,two@example.com,,,3,score: "), "{}", lines[1]);
    assert!(lines[2].contains("4,the line is not a JSON object"), "{}", lines[2]);
    assert!(lines[4].starts_with("Three,,,,,,,6,status: Status is required"), "{}", lines[4]);
    let leads = by_name(&world, &ada, "lead").await;
    assert_eq!(leads[1]["tags"], json!(["a", "b"]));
    assert_eq!(leads[1]["do_not_call"], true);
    assert!(leads[0]["converted_account_id"].is_string());
}
