//! A sparse change laid over a definition. Keys take the place of keys, null takes one away. Members of lists are known by
//! their names, as in upgrades: those that are named change, and stand in the order in which they are named, in the places
//! that they had; new ones stand behind the member that they follow. `{"with": […], "without": ["name"]}` in place of a list
//! takes members out as well.

use serde_json::{Map, Value as Json};

use super::lists;
use crate::problem::Problem;

/// `under` with what `said` says. What does not go is noted at its place below `path`.
pub(super) fn laid_over(under: &Json, said: &Json, path: &str, problems: &mut Vec<Problem>) -> Json {
    match (under, said) {
        (Json::Object(under), Json::Object(said)) => Json::Object(keys(under, said, path, problems)),
        (Json::Array(under), Json::Array(said)) => members(under, said, path, problems),
        (Json::Array(under), Json::Object(said)) => edited(under, said, path, problems),
        _ => said.clone(),
    }
}

fn keys(
    under: &Map<String, Json>,
    said: &Map<String, Json>,
    path: &str,
    problems: &mut Vec<Problem>,
) -> Map<String, Json> {
    let mut laid = under.clone();
    for (key, value) in said {
        if value.is_null() {
            laid.shift_remove(key);
            continue;
        }
        // A list that is empty is mostly not written.
        let none = if is_edit(value) { Json::Array(Vec::new()) } else { Json::Null };
        let known = under.get(key).unwrap_or(&none);
        laid.insert(key.clone(), laid_over(known, value, &format!("{path}.{key}"), problems));
    }
    laid
}

fn is_edit(value: &Json) -> bool {
    let known = |said: &Map<String, Json>| said.keys().all(|key| key == "with" || key == "without");
    value.as_object().is_some_and(|said| !said.is_empty() && known(said))
}

/// A key that is taken away and was not there.
#[derive(Debug, PartialEq)]
pub(super) struct Taken {
    /// From the definition on; members of lists by their names.
    pub words: Vec<String>,
    /// The same as it is written.
    pub path: String,
}

/// The keys that `said` takes away, and that `under` has not.
pub(super) fn taken_away(under: &Json, said: &Json) -> Vec<Taken> {
    let mut found = Vec::new();
    gather(Some(under), said, (&mut Vec::new(), String::new()), &mut found);
    found
}

fn gather(
    under: Option<&Json>,
    said: &Json,
    (words, path): (&mut Vec<String>, String),
    found: &mut Vec<Taken>,
) {
    let at =
        |path: &str, word: &str| if path.is_empty() { word.to_owned() } else { format!("{path}.{word}") };
    match said {
        Json::Object(said) if under.is_some_and(Json::is_array) => {
            if let Some(more) = said.get("with") {
                gather(under, more, (words, at(&path, "with")), found);
            }
        }
        Json::Object(said) => {
            for (key, value) in said {
                let (below, path) = (under.and_then(|under| under.get(key)), at(&path, key));
                words.push(key.clone());
                if value.is_null() && below.is_none() {
                    found.push(Taken { words: words.clone(), path: path.clone() });
                }
                gather(below, value, (&mut *words, path), found);
                words.pop();
            }
        }
        Json::Array(said) => {
            let known = under.and_then(Json::as_array).and_then(|list| lists::keyed(list));
            for (word, item) in lists::keyed(said).unwrap_or_default() {
                let below = known.iter().flatten().find(|(one, _)| *one == word).map(|(_, item)| *item);
                words.push(word.clone());
                gather(below, item, (&mut *words, at(&path, &word)), found);
                words.pop();
            }
        }
        _ => {}
    }
}

/// Words from a definition on, with numbers for the names of members of lists.
pub(super) fn indexed(definition: &Json, words: &[String]) -> Vec<String> {
    let (mut here, mut found) = (definition, Vec::with_capacity(words.len()));
    for word in words {
        let place = here.as_array().and_then(|list| lists::keyed(list));
        let place = place.and_then(|known| known.iter().position(|(one, _)| one == word));
        let segment = place.map_or_else(|| word.clone(), |place| place.to_string());
        here = match place {
            Some(place) => &here[place],
            None => &here[word.as_str()],
        };
        found.push(segment);
    }
    found
}

/// A list without some of its members, and with others.
fn edited(under: &[Json], said: &Map<String, Json>, path: &str, problems: &mut Vec<Problem>) -> Json {
    let mut refuse = |at: &str, code: &str, text: &str| {
        problems.push(Problem::new(format!("{path}.{at}"), code, text));
    };
    for key in said.keys().filter(|key| *key != "with" && *key != "without") {
        refuse(key, "unknown-key", "a list is changed by `with` and `without`");
    }
    let Some(known) = lists::keyed(under) else {
        refuse("without", "invalid", "members of this list have no names of their own: give all of it");
        return under.to_vec().into();
    };
    let mut gone = Vec::new();
    match said.get("without").map(|names| names.as_array()) {
        None => {}
        Some(None) => refuse("without", "wrong-type", "expected a list of names"),
        Some(Some(names)) => {
            for (at, name) in names.iter().enumerate() {
                match name.as_str().filter(|name| known.iter().any(|(word, _)| word == name)) {
                    Some(name) => gone.push(name),
                    None => refuse(&format!("without.{at}"), "not-found", "there is no such member"),
                }
            }
        }
    }
    let left = known.iter().filter(|(word, _)| !gone.contains(&word.as_str()));
    let left: Vec<Json> = left.map(|(_, item)| (*item).clone()).collect();
    match said.get("with") {
        None => left.into(),
        Some(Json::Array(more)) => members(&left, more, &format!("{path}.with"), problems),
        Some(_) => {
            problems.push(Problem::new(format!("{path}.with"), "wrong-type", "expected a list"));
            left.into()
        }
    }
}

fn members(under: &[Json], said: &[Json], path: &str, problems: &mut Vec<Problem>) -> Json {
    let (Some(known), Some(said)) = (lists::keyed(under), lists::keyed(said)) else {
        return said.to_vec().into();
    };
    let named = |word: &str| said.iter().any(|(one, _)| one == word);
    let mut order = said.iter().filter_map(|(word, _)| known.iter().find(|(one, _)| one == word));
    let mut laid: Vec<(String, Json)> = Vec::with_capacity(known.len() + said.len());
    for one in &known {
        let (word, item) = if named(&one.0) { order.next().unwrap_or(one) } else { one };
        laid.push((word.clone(), (*item).clone()));
    }
    for (at, (word, item)) in said.iter().enumerate() {
        let find = |word: &String| laid.iter().position(|(one, _)| one == word);
        if let Some(place) = find(word) {
            laid[place].1 = laid_over(&laid[place].1, item, &format!("{path}.{word}"), problems);
            continue;
        }
        let before = said[..at].iter().rev().find_map(|(word, _)| find(word)).map(|place| place + 1);
        // What stands first stands before what follows it.
        let place = before.or_else(|| said[at..].iter().find_map(|(word, _)| find(word)));
        laid.insert(place.unwrap_or(laid.len()), (word.clone(), (*item).clone()));
    }
    laid.into_iter().map(|(_, item)| item).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn laid(under: &Json, said: &Json) -> Json {
        let mut problems = Vec::new();
        let laid = laid_over(under, said, "list", &mut problems);
        assert_eq!(problems, []);
        laid
    }

    #[test]
    fn named_members_change_and_take_each_others_places() {
        let under =
            json!([{ "value": "a", "label": "A" }, { "value": "b" }, { "value": "c" }, { "value": "d" }]);
        let said = json!([{ "value": "c", "color": "red" }, { "value": "x" }, { "value": "a" }]);
        let expected = json!([
            { "value": "c", "color": "red" }, { "value": "x" }, { "value": "b" },
            { "value": "a", "label": "A" }, { "value": "d" },
        ]);
        assert_eq!(laid(&under, &said), expected);
        let one = laid(&json!(["a", "b", "c"]), &json!(["b", "x"]));
        assert_eq!(one, json!(["a", "b", "x", "c"]));
        assert_eq!(laid(&json!(["a", "-b"]), &json!(["b"])), json!(["a", "b"]), "another direction");
    }

    #[test]
    fn members_are_taken_out_by_name() {
        let under = json!({ "columns": ["a", "b", "c"], "deep": { "x": 1, "y": 2 }, "z": 1 });
        let said = json!({ "columns": { "without": ["b"], "with": ["a", "n"] }, "deep": { "y": 3 }, "z": null,
            "more": { "with": ["m"] } });
        let expected = json!({ "columns": ["a", "n", "c"], "deep": { "x": 1, "y": 3 }, "more": ["m"] });
        assert_eq!(laid(&under, &said), expected);
    }

    #[test]
    fn what_does_not_go_is_told_where_it_stands() {
        let said = json!({ "columns": { "without": ["a", "q", 5], "with": "c", "only": [] } });
        let mut problems = Vec::new();
        laid_over(&json!({ "columns": ["a"] }), &said, "list-views.deal.all", &mut problems);
        let told: Vec<String> = problems.iter().map(|one| format!("{} {}", one.path, one.code)).collect();
        let at = |rest: &str| format!("list-views.deal.all.columns.{rest}");
        let expected = [
            at("only unknown-key"),
            at("without.1 not-found"),
            at("without.2 not-found"),
            at("with wrong-type"),
        ];
        assert_eq!(told, expected);
    }
}
