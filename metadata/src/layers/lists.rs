//! Lists merged member by member: who is a member of both is known by its name, its value or its text. Order is
//! whose hand was on it. What members hold is merged by `merge`.

use std::collections::BTreeSet;

use serde_json::Value as Json;

/// Keys by which members of lists are known, the first that is there.
const NAMES: [&str; 6] = ["value", "name", "field", "related", "component", "label"];

/// The members with the words by which they are known; `None` when two share one.
pub(super) fn keyed(list: &[Json]) -> Option<Vec<(String, &Json)>> {
    let keyed: Vec<(String, &Json)> = list.iter().map(|item| (key(item), item)).collect();
    let words: BTreeSet<&str> = keyed.iter().map(|(key, _)| key.as_str()).collect();
    (words.len() == keyed.len()).then_some(keyed)
}

fn key(item: &Json) -> String {
    let named = || NAMES.iter().find_map(|name| Some((name, item.get(*name)?.as_str()?)));
    match item {
        // Sort keys: a field is there once, whichever its direction.
        Json::String(text) => text.strip_prefix('-').unwrap_or(text).to_owned(),
        Json::Object(_) => named().map_or_else(|| item.to_string(), |(_, text)| text.to_owned()),
        _ => item.to_string(),
    }
}

/// The order of what is left: the package's while the tenant left the order alone, else the tenant's; what only the
/// other side has stands after what it stood after there.
pub(super) fn order(base: &[&str], mine: &[&str], theirs: &[&str]) -> Vec<String> {
    let (was, is, then): (BTreeSet<&str>, BTreeSet<&str>, BTreeSet<&str>) =
        (base.iter().copied().collect(), mine.iter().copied().collect(), theirs.iter().copied().collect());
    let stays = |word: &&str| {
        let (mine, theirs) = (is.contains(word), then.contains(word));
        // What one side took away is gone; what one side brought is there.
        if was.contains(word) { mine && theirs } else { mine || theirs }
    };
    let shared = |list: &[&str]| -> Vec<String> {
        let both = list.iter().filter(|word| was.contains(*word) && is.contains(*word));
        both.map(|word| (*word).to_owned()).collect()
    };
    let untouched = shared(base) == shared(mine);
    let (first, second) = if untouched { (theirs, mine) } else { (mine, theirs) };
    let mut merged: Vec<String> =
        first.iter().filter(|word| stays(word)).map(|word| (*word).to_owned()).collect();
    for (at, word) in second.iter().enumerate() {
        if !stays(word) || merged.iter().any(|known| known == word) {
            continue;
        }
        let before = second[..at].iter().rev().find_map(|word| merged.iter().position(|known| known == word));
        merged.insert(before.map_or(0, |place| place + 1), (*word).to_owned());
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_add_and_take_away() {
        let merged = order(&["a", "b", "c"], &["a", "x", "c"], &["a", "b", "y", "c", "z"]);
        assert_eq!(merged, ["a", "x", "y", "c", "z"]);
    }

    #[test]
    fn an_order_that_the_tenant_made_stays() {
        assert_eq!(order(&["a", "b", "c"], &["c", "b", "a"], &["a", "n", "b", "c"]), ["c", "b", "a", "n"]);
        assert_eq!(order(&["a", "b", "c"], &["a", "b", "c"], &["c", "a", "b"]), ["c", "a", "b"]);
    }
}
