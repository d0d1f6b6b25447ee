//! What patterns may use, how they are written for both engines, and what they match.

use super::Pattern;

fn emitted(source: &str) -> String {
    Pattern::new(source).map_or_else(|problem| problem, |pattern| pattern.postgres().to_owned())
}

#[test]
fn classes_are_spelled_out() {
    assert_eq!(emitted(r"\d{3}-\w+"), r"[0-9]{3}\-[A-Za-z0-9_]+");
    assert_eq!(emitted(r"a.b"), r"a[^\n]b");
    assert_eq!(emitted(r"[\d.]+@[^\s]"), r"[0-9\.]+@[^ \t\n\r\f\v]");
    assert_eq!(emitted(r"(?:ab|c)?$"), r"(?:ab|c)?$");
}

#[test]
fn what_the_engines_read_differently_is_refused() {
    for source in
        [r"\bword", "(?i)a", "a*?", r"\p{L}", "(?P<x>a)", "a{1,300}", "(", "a||b", "[a&&b]", r"\x41"]
    {
        assert!(Pattern::new(source).is_err(), "{source}");
    }
    assert!(Pattern::new(&"a".repeat(201)).is_err());
}

#[test]
fn matching_extracting_replacing() {
    let code = Pattern::new(r"([A-Z]{2})\d+").unwrap();
    assert!(code.matches("AB12") && !code.matches("xAB12"));
    assert_eq!(code.extract("see AB12"), Some("AB"));
    assert_eq!(code.replace("AB1 CD2", "$1"), "$1 $1");
    assert!(Pattern::new("x*").unwrap().may_be_empty());
}

#[test]
fn the_longest_of_the_first_matches_counts() {
    assert_eq!(Pattern::new("a|ab").unwrap().extract("xab"), Some("ab"));
    assert_eq!(Pattern::new("(a|ab)(c|bcd)?").unwrap().extract("abcd"), Some("a"));
    assert_eq!(Pattern::new("a|ab|abc").unwrap().replace("abcd abc", "-"), "-d -");
    assert_eq!(Pattern::new("b$").unwrap().extract("bab"), Some("b"));
    assert_eq!(Pattern::new("^b").unwrap().replace("bb", "-"), "-b");
}
