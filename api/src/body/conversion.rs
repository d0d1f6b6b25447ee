//! The body of a conversion: what each target shall be, its values raw, all problems at once below `targets.NAME`.

use engine::{Become, Fields};
use metadata::Problem as Detail;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::problem::Problem;

/// What a body asks for.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub targets: Vec<(String, Become)>,
    pub dry_run: bool,
}

/// Reads `{"targets":{"NAME":{"id"?,"values"?}|null},"dry_run"?}`; nothing at all asks for what the conversion says.
pub(crate) fn conversion(bytes: &[u8]) -> Result<Asked, Problem> {
    let (mut asked, mut problems) = (Asked::default(), Vec::new());
    if bytes.is_empty() {
        return Ok(asked);
    }
    for (key, raw) in super::record(bytes)? {
        match key.as_str() {
            "targets" => match super::fields(raw.get().as_bytes(), "targets") {
                Ok(all) => {
                    for (name, raw) in all {
                        let one = target(&raw, &format!("targets.{name}"), &mut problems);
                        asked.targets.extend(one.map(|one| (name, one)));
                    }
                }
                Err(problem) => problems.extend(problem.errors),
            },
            "dry_run" => match serde_json::from_str(raw.get()) {
                Ok(flag) => asked.dry_run = flag,
                Err(_) => problems.push(Detail::new("dry_run", "wrong-type", "expected true or false")),
            },
            _ => problems.push(Detail::new(&key, "unknown-key", format!("`{key}` means nothing here"))),
        }
    }
    if problems.is_empty() { Ok(asked) } else { Err(Problem::unprocessable(problems)) }
}

fn target(raw: &RawValue, place: &str, problems: &mut Vec<Detail>) -> Option<Become> {
    if raw.get() == "null" {
        return Some(Become::Nothing);
    }
    let keys = match super::fields(raw.get().as_bytes(), place) {
        Ok(keys) => keys,
        Err(problem) => {
            problems.extend(problem.errors);
            return None;
        }
    };
    let (mut id, mut values) = (None, Fields::new());
    for (key, raw) in keys {
        let place = format!("{place}.{key}");
        match key.as_str() {
            "id" => match serde_json::from_str::<Option<Uuid>>(raw.get()) {
                Ok(found) => id = found,
                Err(_) => problems.push(Detail::new(place, "wrong-type", "expected an id")),
            },
            "values" => match super::fields(raw.get().as_bytes(), &place) {
                Ok(fields) => values = fields,
                Err(problem) => problems.extend(problem.errors),
            },
            _ => problems.push(Detail::new(place, "unknown-key", format!("`{key}` means nothing here"))),
        }
    }
    Some(match id {
        Some(id) => Become::Existing(id, values),
        None => Become::New(values),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_target_is_read() {
        let id = "00000000-0000-7000-8000-000000000001";
        let body = format!(
            r#"{{"targets":{{"a":null,"b":{{}},"c":{{"id":"{id}"}},"d":{{"values":{{"amount":1.10}}}}}},"dry_run":true}}"#
        );
        let asked = conversion(body.as_bytes()).unwrap();
        let told: Vec<String> = asked.targets.iter().map(|(name, one)| format!("{name} {one:?}")).collect();
        assert!(asked.dry_run);
        assert_eq!(told[0], "a Nothing");
        assert_eq!(told[1], "b New([])");
        assert!(told[2].starts_with("c Existing(00000000-"), "{}", told[2]);
        assert!(told[3].contains("1.10"), "{}", told[3]);
        assert!(conversion(b"").unwrap().targets.is_empty());
    }

    #[test]
    fn all_problems_are_told() {
        let body = r#"{"targets":{"a":5,"b":{"id":"x","vlues":{}},"c":{"values":[]}},"dryrun":true,"dry_run":"yes"}"#;
        let problem = conversion(body.as_bytes()).unwrap_err();
        let mut places: Vec<&str> = problem.errors.iter().map(|one| one.path.as_str()).collect();
        places.sort_unstable();
        assert_eq!(
            places,
            ["dry_run", "dryrun", "targets.a", "targets.b.id", "targets.b.vlues", "targets.c.values"]
        );
    }
}
