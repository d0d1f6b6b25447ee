//! XLSX: a workbook made here by hand, byte by byte, so that nothing but the reader is under test.

use engine::import::Format;
use it::World;
use serde_json::json;

use super::{by_name, counts, csv, rejects, run};

const TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>"#;
const RELATIONS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK: &str = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Deals" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const BOOK_RELATIONS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;
/// Style 1 is a date, style 2 a date with a time.
const STYLES: &str = r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/></cellXfs></styleSheet>"#;

fn checksum(bytes: &[u8]) -> u32 {
    let step = |sum: u32, byte: &u8| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 },
        )
    };
    !bytes.iter().fold(u32::MAX, step)
}

/// A ZIP archive of stored files.
fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, text) in files {
        let mut head = Vec::new();
        head.extend_from_slice(&[20, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        head.extend_from_slice(&checksum(text.as_bytes()).to_le_bytes());
        head.extend_from_slice(&(text.len() as u32).to_le_bytes());
        head.extend_from_slice(&(text.len() as u32).to_le_bytes());
        head.extend_from_slice(&(name.len() as u16).to_le_bytes());
        head.extend_from_slice(&[0, 0]);
        directory.extend_from_slice(b"PK\x01\x02\x14\0");
        directory.extend_from_slice(&head);
        directory.extend_from_slice(&[0; 10]);
        directory.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        directory.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(b"PK\x03\x04");
        bytes.extend_from_slice(&head);
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    let (start, size) = (bytes.len() as u32, directory.len() as u32);
    bytes.extend_from_slice(&directory);
    bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    let count = (files.len() as u16).to_le_bytes();
    bytes.extend_from_slice(&count);
    bytes.extend_from_slice(&count);
    bytes.extend_from_slice(&size.to_le_bytes());
    bytes.extend_from_slice(&start.to_le_bytes());
    bytes.extend_from_slice(&[0, 0]);
    bytes
}

fn workbook(rows: &str) -> Vec<u8> {
    let sheet = format!(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
    );
    archive(&[
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", RELATIONS),
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", BOOK_RELATIONS),
        ("xl/styles.xml", STYLES),
        ("xl/worksheets/sheet1.xml", &sheet),
    ])
}

fn words(row: u32, words: &[&str]) -> String {
    let cell = |(at, word): (usize, &&str)| {
        format!(r#"<c r="{}{row}" t="inlineStr"><is><t>{word}</t></is></c>"#, char::from(b'A' + at as u8))
    };
    format!(r#"<row r="{row}">{}</row>"#, words.iter().enumerate().map(cell).collect::<String>())
}

#[tokio::test]
async fn a_workbook_with_dates_and_numbers() {
    let world = World::with_packages("workbook").await;
    let ada = world.person("ada", "administrator").await;
    let rows = [
        words(1, &["Deal name", "Amount", "Close date", "Stage changed at", "Contract months", "Next step"]),
        // 46000 is 2025-12-09; a float's own noise is not part of a number; a formula has its value.
        r#"<row r="2"><c r="A2" t="inlineStr"><is><t>Zoë</t></is></c><c r="B2"><v>0.30000000000000004</v></c><c r="C2" s="1"><v>46000</v></c><c r="D2" s="2"><v>46000.5</v></c><c r="E2"><f>6*2</f><v>12</v></c><c r="F2"><v>94105</v></c></row>"#.to_owned(),
        r#"<row r="4"><c r="A4" t="inlineStr"><is><t>Bad</t></is></c><c r="B4"><v>1.5</v></c><c r="C4" s="1"><v>46000</v></c><c r="E4"><v>1.5</v></c></row>"#.to_owned(),
        r#"<row r="5"><c r="A5" t="inlineStr"><is><t>Sparse</t></is></c><c r="F5" t="inlineStr"><is><t>=1+1</t></is></c></row>"#.to_owned(),
    ];
    let mut job = csv("deal", workbook(&rows.concat()));
    job.format = Format::Xlsx;
    let import = run(&world, &ada, job).await;
    assert_eq!(counts(&import), (2, 0, 1), "{}", rejects(&world, &ada, &import).await);
    assert!(
        rejects(&world, &ada, &import)
            .await
            .contains("Bad,1.5,2025-12-09,,1.5,,4,Contract months: expected a whole number")
    );
    let deals = by_name(&world, &ada, "deal").await;
    assert_eq!(deals[0]["next_step"], "=1+1");
    assert_eq!(deals[1]["amount"], json!(0.3));
    assert_eq!(deals[1]["close_date"], "2025-12-09");
    assert_eq!(deals[1]["stage_changed_at"], "2025-12-09T12:00:00.000000Z");
    assert_eq!((&deals[1]["contract_months"], &deals[1]["next_step"]), (&json!(12), &json!("94105")));
}

/// A workbook whose parts are those of [`workbook`] and one more.
fn with_part(name: &str, text: &str, rows: &str) -> Vec<u8> {
    let sheet = format!(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
    );
    archive(&[
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", RELATIONS),
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", BOOK_RELATIONS),
        ("xl/styles.xml", STYLES),
        ("xl/worksheets/sheet1.xml", &sheet),
        (name, text),
    ])
}

/// The same archive with everything deflated.
fn deflated(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, bytes) in files {
        writer.start_file(*name, options).unwrap();
        std::io::Write::write_all(&mut writer, bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

async fn refused(world: &World, ada: &engine::Context, bytes: Vec<u8>) -> String {
    let mut job = csv("deal", bytes);
    job.format = Format::Xlsx;
    let problems = it::problems(world.engine.import(ada, job, None).await.expect_err("a hostile workbook"));
    format!("{}: {}", problems[0].code, problems[0].message)
}

#[tokio::test]
async fn a_workbook_that_would_fill_the_memory_is_refused_before_it_is_read() {
    let world = World::with_packages("bomb").await;
    let ada = world.person("ada", "administrator").await;
    let head = words(1, &["Deal name"]);
    // A claim that the reader believes: 99 TB of room for texts.
    let claim = r#"<sst uniqueCount="4123456789012"><si><t>a</t></si></sst>"#;
    let told = refused(&world, &ada, with_part("xl/sharedStrings.xml", claim, &head)).await;
    assert!(told.contains("claims to hold more texts"), "{told}");
    // A bomb: 300 MB of texts in 300 kB, and one cell of 64 MB.
    let texts = "<si><t/></si>".repeat(10_000_000);
    let texts = format!("<sst>{texts}</sst>");
    let told = refused(&world, &ada, with_part("xl/sharedStrings.XML", &texts, &head)).await;
    assert!(told.starts_with("too-large"), "{told}");
    let cell = format!(
        "<worksheet><sheetData>{head}<row><c t=\"inlineStr\"><is>{}</is></c></row></sheetData></worksheet>",
        "<r><t>xxxxxxxxxxxxxxxxxxxxxxxx</t></r>".repeat(1_000_000)
    );
    let files = [
        ("_rels/.rels", RELATIONS.as_bytes()),
        ("xl/workbook.xml", BOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", BOOK_RELATIONS.as_bytes()),
        ("xl/worksheets/sheet1.xml", cell.as_bytes()),
    ];
    let bomb = deflated(&files);
    assert!(bomb.len() < 400_000, "{}", bomb.len());
    let told = refused(&world, &ada, bomb).await;
    assert!(told.contains("one of its cells is too large"), "{told}");
    // Styles without end, and a sheet that says that it is the workbook.
    let styles = format!("<styleSheet><cellXfs>{}</cellXfs></styleSheet>", "<xf/>".repeat(500_000));
    let told = refused(&world, &ada, with_part("xl/theme/theme1.xml", &styles, &head)).await;
    assert!(told.contains("too many entries"), "{told}");
    let relations = RELATIONS.replace("xl/workbook.xml", "xl/worksheets/sheet1.xml");
    let told = refused(&world, &ada, deflated(&[("_rels/.rels", relations.as_bytes())])).await;
    assert!(told.contains("relations"), "{told}");
    for junk in [b"".to_vec(), b"PK\x03\x04".to_vec(), vec![0; 100_000]] {
        assert!(refused(&world, &ada, junk).await.starts_with("unreadable-file"));
    }
}

#[tokio::test]
async fn shared_texts_are_read() {
    let world = World::with_packages("shared_texts").await;
    let ada = world.person("ada", "administrator").await;
    let texts = r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="2" uniqueCount="2"><si><t>Deal name</t></si><si><r><t xml:space="preserve">Big </t></r><r><t>one</t></r></si></sst>"#;
    let rows =
        r#"<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2" t="s"><v>1</v></c></row>"#;
    let mut job = csv("deal", with_part("xl/sharedStrings.xml", texts, rows));
    job.format = Format::Xlsx;
    let import = run(&world, &ada, job).await;
    assert_eq!(counts(&import), (1, 0, 0), "{}", rejects(&world, &ada, &import).await);
    assert_eq!(by_name(&world, &ada, "deal").await[0]["name"], "Big one");
}
