//! Three-way merge of definitions as JSON: what one side left alone follows the other; what both changed is the
//! tenant's, and told.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::{Class, Merged, Outcome, Override, class, lists};
use crate::definitions::Kind;
use crate::definitions::field::COMMON_KEYS;

/// A merge of one component in the making.
pub(crate) struct Merge<'a> {
    pub kind: Kind,
    /// Path of the component.
    pub path: &'a str,
    /// Paths whose value is to be the package's; what lies below them too.
    pub take: &'a [String],
    pub found: Vec<Merged>,
}

/// One place in the three definitions.
#[derive(Clone, Copy)]
struct Sides<'j> {
    base: Option<&'j Json>,
    mine: Option<&'j Json>,
    theirs: Option<&'j Json>,
}

impl Merge<'_> {
    /// The definition in force: `mine` (the tenant's) on `theirs` (the new version), both made of `base`.
    pub(crate) fn run(&mut self, base: &Json, mine: &Json, theirs: &Json) -> Json {
        let sides = Sides { base: Some(base), mine: Some(mine), theirs: Some(theirs) };
        let retyped = self.kind == Kind::Fields && base["kind"] != theirs["kind"];
        let merged = if retyped { self.retyped(sides) } else { self.value(&mut Vec::new(), sides) };
        merged.unwrap_or_else(|| theirs.clone())
    }

    /// A field of another kind: settings of the kind are the new one's, the rest is merged.
    fn retyped(&mut self, sides: Sides<'_>) -> Option<Json> {
        let (base, mine, theirs) =
            (sides.base?.as_object()?, sides.mine?.as_object()?, sides.theirs?.as_object()?);
        let common = |map: &Map<String, Json>| -> Json {
            map.iter()
                .filter(|(key, _)| COMMON_KEYS.contains(&key.as_str()))
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect()
        };
        let (was, is, then) = (common(base), common(mine), common(theirs));
        let merged =
            self.value(&mut Vec::new(), Sides { base: Some(&was), mine: Some(&is), theirs: Some(&then) })?;
        let mut merged = merged.as_object().cloned().unwrap_or_default();
        for key in mine.keys().filter(|key| !COMMON_KEYS.contains(&key.as_str())) {
            if mine.get(key) != base.get(key) && mine.get(key) != theirs.get(key) {
                let here = Sides { base: base.get(key), mine: mine.get(key), theirs: theirs.get(key) };
                self.note(std::slice::from_ref(key), here, Outcome::Dropped);
            }
        }
        merged.extend(
            theirs
                .iter()
                .filter(|(key, _)| !COMMON_KEYS.contains(&key.as_str()))
                .map(|(k, v)| (k.clone(), v.clone())),
        );
        Some(Json::Object(merged))
    }

    fn value(&mut self, at: &mut Vec<String>, sides: Sides<'_>) -> Option<Json> {
        let Sides { base, mine, theirs } = sides;
        if mine == theirs || (mine == base && !self.has_options(at, theirs)) {
            return theirs.cloned();
        }
        if theirs == base {
            return mine.cloned();
        }
        match (mine, theirs) {
            (Some(Json::Object(left)), Some(Json::Object(right))) => {
                let none = Map::new();
                let was = base.and_then(Json::as_object).unwrap_or(&none);
                Some(Json::Object(self.map(at, (was, left, right))))
            }
            (Some(Json::Array(left)), Some(Json::Array(right))) => {
                let was = base.and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
                match (lists::keyed(was), lists::keyed(left), lists::keyed(right)) {
                    (Some(was), Some(left), Some(right)) => Some(self.list(at, (&was, &left, &right))),
                    _ => self.choose(at, sides),
                }
            }
            _ => self.choose(at, sides),
        }
    }

    /// Whether there are options in it: those that a version gives up are looked at one by one.
    fn has_options(&self, at: &[String], theirs: Option<&Json>) -> bool {
        let chosen = matches!(self.kind, Kind::Fields | Kind::OptionSets);
        let list = match at {
            [] => theirs.and_then(|theirs| theirs.get("options")),
            [key] if key == "options" => theirs,
            _ => None,
        };
        chosen && list.is_some_and(Json::is_array)
    }

    fn map(&mut self, at: &mut Vec<String>, (was, left, right): (&Members, &Members, &Members)) -> Members {
        let mut merged = Map::new();
        for key in right.keys().chain(left.keys().filter(|key| !right.contains_key(*key))) {
            let sides = Sides { base: was.get(key), mine: left.get(key), theirs: right.get(key) };
            at.push(key.clone());
            let value = self.value(at, sides);
            at.pop();
            value.into_iter().for_each(|value| drop(merged.insert(key.clone(), value)));
        }
        merged
    }

    fn list(
        &mut self,
        at: &mut Vec<String>,
        (was, left, right): (&Keyed<'_>, &Keyed<'_>, &Keyed<'_>),
    ) -> Json {
        fn words<'w>(list: &'w Keyed<'_>) -> Vec<&'w str> {
            list.iter().map(|(key, _)| key.as_str()).collect()
        }
        let find = |list: &Keyed<'_>, word: &str| list.iter().position(|(key, _)| key == word);
        let mut order = lists::order(&words(was), &words(left), &words(right));
        // An option that the package gave up stays for the records that hold it.
        for (word, item) in
            left.iter().filter(|(word, _)| find(was, word).is_some() && find(right, word).is_none())
        {
            let base = find(was, word).map(|at| was[at].1);
            if (at.len() == 1 && at[0] == "options") || base != Some(item) {
                order.push(word.clone());
            }
        }
        // What the tenant took away stays away, also when the package says something else of it now.
        for (word, item) in was.iter().filter(|(word, _)| find(left, word).is_none()) {
            let theirs = find(right, word).map(|at| right[at].1);
            if theirs.is_some_and(|theirs| theirs != *item) {
                at.push(word.clone());
                self.note(at, Sides { base: Some(item), mine: None, theirs }, Outcome::Kept);
                at.pop();
            }
        }
        let mut merged = Vec::with_capacity(order.len());
        for word in order {
            let one = |list: &Keyed<'_>| find(list, &word).map(|at| list[at].1.clone());
            let (base, mine, theirs) = (one(was), one(left), one(right));
            at.push(word);
            let sides = Sides { base: base.as_ref(), mine: mine.as_ref(), theirs: theirs.as_ref() };
            merged.extend(match (&base, &mine, &theirs) {
                (Some(_), Some(_), None) => self.given_up(at, sides),
                _ => self.value(at, sides),
            });
            at.pop();
        }
        Json::Array(merged)
    }

    /// A member that the tenant has and the new version has not.
    fn given_up(&mut self, at: &[String], sides: Sides<'_>) -> Option<Json> {
        let mut mine = sides.mine?.clone();
        if at.iter().rev().nth(1).is_some_and(|key| key == "options") && mine.is_object() {
            mine["active"] = false.into();
        }
        self.note(at, sides, Outcome::Adopted);
        Some(mine)
    }

    /// Both changed it.
    fn choose(&mut self, at: &[String], sides: Sides<'_>) -> Option<Json> {
        let path = self.place(at);
        let below = |prefix: &String| path == *prefix || path.starts_with(&format!("{prefix}."));
        if self.take.iter().any(below) {
            self.note(at, sides, Outcome::Taken);
            return sides.theirs.cloned();
        }
        // What fits both is not a matter of opinion.
        let most = at.last().is_some_and(|key| key == "max_length");
        if let (true, Some(mine), Some(theirs)) =
            (most, sides.mine?.as_u64(), sides.theirs.and_then(Json::as_u64))
        {
            self.note(at, sides, if mine < theirs { Outcome::Taken } else { Outcome::Kept });
            return Some(mine.max(theirs).into());
        }
        let outcome = match class(self.kind, at) {
            Class::Tenant => Outcome::Kept,
            Class::Package | Class::Locked => Outcome::Conflict,
        };
        self.note(at, sides, outcome);
        sides.mine.cloned()
    }

    fn note(&mut self, at: &[String], sides: Sides<'_>, outcome: Outcome) {
        self.found.push(Merged {
            path: self.place(at),
            class: class(self.kind, at),
            outcome,
            base: sides.base.cloned(),
            package: sides.theirs.cloned(),
            tenant: sides.mine.cloned(),
        });
    }

    fn place(&self, at: &[String]) -> String {
        if at.is_empty() { self.path.to_owned() } else { format!("{}.{}", self.path, at.join(".")) }
    }
}

type Keyed<'j> = [(String, &'j Json)];
type Members = Map<String, Json>;

/// Every property in which `mine` is not `base`.
pub(crate) fn differences(kind: Kind, base: &Json, mine: &Json) -> Vec<Override> {
    let mut found = Vec::new();
    compare(kind, &mut Vec::new(), (Some(base), Some(mine)), &mut found);
    found
}

fn compare(
    kind: Kind,
    at: &mut Vec<String>,
    (base, mine): (Option<&Json>, Option<&Json>),
    found: &mut Vec<Override>,
) {
    if base == mine {
        return;
    }
    if let (Some(Json::Object(was)), Some(Json::Object(is))) = (base, mine) {
        let keys: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
        for key in keys {
            at.push(key.clone());
            compare(kind, at, (was.get(key), is.get(key)), found);
            at.pop();
        }
        return;
    }
    if let (Some(Json::Array(was)), Some(Json::Array(is))) = (base, mine)
        && let (Some(was), Some(is)) = (lists::keyed(was), lists::keyed(is))
        && was.iter().chain(&is).all(|(_, item)| item.is_object())
    {
        let one = |list: &Keyed<'_>, word: &str| {
            list.iter().find(|(key, _)| key == word).map(|(_, item)| (*item).clone())
        };
        let before = found.len();
        let words: BTreeSet<&String> = was.iter().chain(&is).map(|(key, _)| key).collect();
        for word in words {
            at.push(word.clone());
            compare(kind, at, (one(&was, word).as_ref(), one(&is, word).as_ref()), found);
            at.pop();
        }
        if found.len() > before {
            return;
        }
    }
    let path = at.join(".");
    found.push(Override { path, class: class(kind, at), base: base.cloned(), value: mine.cloned() });
}
