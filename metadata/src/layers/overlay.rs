//! One definition laid over another of the same component: it holds what differs, and nothing else. Two sides, no base; what
//! three sides come to is in `merge`.

use serde_json::{Map, Value as Json};

use super::lists;

/// `under` with what `over` says: keys of objects one by one, where null takes a key away; members of lists by their names,
/// new ones behind the member that stands before them in `over`. Anything else is what `over` says.
pub(crate) fn overlay(under: &Json, over: &Json) -> Json {
    match (under, over) {
        (Json::Object(under), Json::Object(over)) => Json::Object(keys(under, over)),
        (Json::Array(known), Json::Array(more)) => match (lists::keyed(known), lists::keyed(more)) {
            (Some(known), Some(more)) => members(&known, &more),
            _ => over.clone(),
        },
        _ => over.clone(),
    }
}

fn keys(under: &Map<String, Json>, over: &Map<String, Json>) -> Map<String, Json> {
    let mut whole = under.clone();
    for (key, value) in over {
        match (under.get(key), value) {
            (_, Json::Null) => drop(whole.shift_remove(key)),
            (Some(old), _) => drop(whole.insert(key.clone(), overlay(old, value))),
            (None, _) => drop(whole.insert(key.clone(), value.clone())),
        }
    }
    whole
}

fn members(under: &[(String, &Json)], over: &[(String, &Json)]) -> Json {
    let mut whole: Vec<(String, Json)> =
        under.iter().map(|(key, item)| (key.clone(), (*item).clone())).collect();
    for (at, (key, item)) in over.iter().enumerate() {
        let find = |word: &String| whole.iter().position(|(known, _)| known == word);
        if let Some(place) = find(key) {
            whole[place].1 = overlay(&whole[place].1, item);
            continue;
        }
        let before = over[..at].iter().rev().find_map(|(word, _)| find(word)).map(|place| place + 1);
        // What stands first stands before what follows it.
        let place = before.or_else(|| over[at..].iter().find_map(|(word, _)| find(word)));
        whole.insert(place.unwrap_or(whole.len()), (key.clone(), (*item).clone()));
    }
    whole.into_iter().map(|(_, item)| item).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_laid_over_keys_and_null_takes_away() {
        let under = json!({ "label": "Rating", "options": ["a"], "deep": { "x": 1, "y": 2 } });
        let over = json!({ "options": null, "option_set": "rating", "deep": { "y": 3 } });
        let whole = json!({ "label": "Rating", "deep": { "x": 1, "y": 3 }, "option_set": "rating" });
        assert_eq!(overlay(&under, &over), whole);
    }

    #[test]
    fn members_find_their_places() {
        let list = |words: &[&str]| Json::from(words.to_vec());
        let laid = |over: &[&str]| overlay(&list(&["a", "b", "c"]), &list(over));
        assert_eq!(laid(&["a", "x", "y"]), list(&["a", "x", "y", "b", "c"]));
        assert_eq!(laid(&["x", "b"]), list(&["a", "x", "b", "c"]));
        assert_eq!(laid(&["x"]), list(&["a", "b", "c", "x"]));
        let under = json!([{ "name": "a", "kind": "text" }, { "name": "b" }]);
        let over = json!([{ "name": "a", "label": "A" }, { "name": "c" }]);
        assert_eq!(
            overlay(&under, &over),
            json!([{ "name": "a", "kind": "text", "label": "A" }, { "name": "c" }, { "name": "b" }])
        );
    }
}
