//! URLs and what they mean, good ones and hostile ones.

use engine::Selection;
use engine::filter::Operator;
use metadata::Catalog;
use metadata::Definitions;

use super::*;

/// The catalog that every tenant begins with: it knows the object `user`.
fn catalog() -> Catalog {
    Catalog::resolve(&Definitions::default()).unwrap()
}

fn read(url: &str) -> Result<Query, Vec<Detail>> {
    let catalog = catalog();
    many(catalog.find_object("user").unwrap(), &pairs::parse(url)?)
}

fn query(url: &str) -> Query {
    read(url).unwrap_or_else(|problems| panic!("{url}: {problems:?}"))
}

/// `path code` of each problem.
fn problems(url: &str) -> Vec<String> {
    let problems = read(url).err().unwrap_or_default();
    problems.iter().map(|problem| format!("{} {}", problem.path, problem.code)).collect()
}

fn field(path: &str, operator: Operator, value: impl Into<serde_json::Value>) -> Filter {
    Filter::Field { path: path.into(), operator, value: value.into() }
}

#[test]
fn nothing_asked_is_the_first_page() {
    assert_eq!(query(""), Query { object: "user".into(), ..Query::default() });
}

#[test]
fn paging_is_read() {
    let read = query("limit=20&page=3&include_total=true&deleted=true&sort=-email,manager.name");
    assert_eq!(
        (read.limit, read.page, read.include_total, read.bin),
        (20, Page::Offset(40), true, Bin::Deleted)
    );
    assert_eq!(read.sort[1].path, "manager.name");
    assert!(read.sort[0].descending);
    assert_eq!(query("page=2").page, Page::Offset(DEFAULT_LIMIT));
    assert_eq!(query("page=1000000&limit=1000").page, Page::Offset(999_999_000));
    assert_eq!(query("cursor=abc").page, Page::After("abc".into()));
}

#[test]
fn filters_of_all_forms_must_all_hold() {
    let read = query("email=a@b.example&filter[name][contains]=x&filter={\"title\":{\"ne\":\"boss\"}}");
    let (email, name) = (field("email", Operator::Eq, "a@b.example"), field("name", Operator::Contains, "x"));
    let title = field("title", Operator::Ne, "boss");
    assert_eq!(read.filter, Some(Filter::And(vec![Filter::And(vec![email, name]), title])));
}

#[test]
fn the_short_form_takes_keys_and_paths() {
    assert_eq!(query("manager_id=1").filter, Some(field("manager_id", Operator::Eq, "1")));
    assert_eq!(query("manager.email=x").filter, Some(field("manager.email", Operator::Eq, "x")));
}

#[test]
fn nested_lists_have_settings() {
    let read = query("limit[reports]=5&fields=name,reports.name&sort[reports]=-name");
    let Some(Selection::Nested(nested)) = read.fields.get(1) else { panic!("{read:?}") };
    assert_eq!((nested.limit, nested.sort[0].descending), (Some(5), true));
}

#[test]
fn wrong_parameters_are_named() {
    let cases = [
        ("colour=red", "colour unknown-parameter"),
        ("limit=0", "limit out-of-range"),
        ("limit=1001", "limit out-of-range"),
        ("limit=-1", "limit out-of-range"),
        ("limit=ten", "limit out-of-range"),
        ("limit=99999999999999999999", "limit out-of-range"),
        ("page=0", "page out-of-range"),
        ("page=1000001", "page out-of-range"),
        ("page=2&cursor=x", "page contradiction"),
        ("include_total=maybe", "include_total wrong-type"),
        ("sort=a&sort=b", "sort repeated-parameter"),
        ("filter[name][eq]=a&filter[name][eq]=b", "filter[name][eq] repeated-parameter"),
        ("filter[name][like]=a", "filter.name.like unknown-operator"),
        ("filter[name", "filter[name unknown-parameter"),
        ("filter[][eq]=1", "filter[][eq] unknown-parameter"),
        ("filter=nonsense", "filter malformed-json"),
        ("filter=[]", "filter wrong-type"),
        ("fields=", "fields bad-path"),
        ("fields=a..b", "fields bad-path"),
        ("sort=", "sort bad-path"),
        ("limit[reports]=5", "limit[reports] not-selected"),
        ("sort[reports]=name&fields=name", "sort[reports] not-selected"),
        ("'; drop table user; --=1", "'; drop table user; -- unknown-parameter"),
        ("name=%ff", "name bad-encoding"),
    ];
    for (url, expected) in cases {
        assert_eq!(problems(url), [expected], "{url}");
    }
}

#[test]
fn all_problems_come_at_once() {
    assert_eq!(problems("colour=red&limit=0&sort=").len(), 3);
}

#[test]
fn deep_filters_end() {
    let deep = format!("filter={}1{}", "{\"not\":".repeat(60), "}".repeat(60));
    assert!(!problems(&deep).is_empty());
    let brackets = format!("filter{}=1", "[manager]".repeat(60));
    assert!(!problems(&brackets).is_empty());
}

#[test]
fn one_record_takes_fields_only() {
    let catalog = catalog();
    let user = catalog.find_object("user").unwrap();
    let read = |url: &str| one(user, &pairs::parse(url).unwrap());
    assert_eq!(read("fields=name,reports.name&limit[reports]=3&explain=true").unwrap().fields.len(), 2);
    assert!(read("fresh=true").unwrap().fresh);
    for url in ["limit=3", "name=x", "cursor=x", "filter[name]=x"] {
        assert_eq!(read(url).unwrap_err()[0].code, "unknown-parameter", "{url}");
    }
}
