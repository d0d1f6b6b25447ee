//! Changing security settings by a document that names some of them: one table says which numbers there are and how
//! far they go.

use metadata::Problem;
use serde_json::{Map, Value as Json};

use super::SecuritySettings;
use crate::addresses::AddressRange;

/// Most roles, and most address ranges.
const MOST_ENTRIES: usize = 200;

/// Section, key, least, most, and where it is kept.
type Number = (&'static str, &'static str, u32, u32, fn(&mut SecuritySettings) -> &mut u32);

const NUMBERS: &[Number] = &[
    ("password", "min_length", 8, 128, |s| &mut s.password.min_length),
    ("lockout", "attempts", 1, 100, |s| &mut s.lockout.attempts),
    ("lockout", "address_attempts", 1, 10_000, |s| &mut s.lockout.address_attempts),
    ("lockout", "window_minutes", 1, 24 * 60, |s| &mut s.lockout.window_minutes),
    ("lockout", "first_wait_seconds", 1, 86_400, |s| &mut s.lockout.first_wait_seconds),
    ("lockout", "longest_wait_seconds", 1, 86_400, |s| &mut s.lockout.longest_wait_seconds),
    ("sessions", "idle_minutes", 5, 30 * 24 * 60, |s| &mut s.sessions.idle_minutes),
    ("sessions", "absolute_hours", 1, 365 * 24, |s| &mut s.sessions.absolute_hours),
    ("links", "invite_hours", 1, 30 * 24, |s| &mut s.links.invite_hours),
    ("links", "reset_minutes", 5, 24 * 60, |s| &mut s.links.reset_minutes),
];

type Flag = (&'static str, &'static str, fn(&mut SecuritySettings) -> &mut bool);

const FLAGS: &[Flag] = &[
    ("password", "sign_in", |s| &mut s.password.sign_in),
    ("password", "forbid_common", |s| &mut s.password.forbid_common),
    ("password", "forbid_email", |s| &mut s.password.forbid_email),
];

/// Requests an hour that may be null: no limit.
type Limit = (&'static str, &'static str, fn(&mut SecuritySettings) -> &mut Option<u32>);

const LIMITS: &[Limit] = &[
    ("rate_limits", "per_user_per_hour", |s| &mut s.rate_limits.per_user_per_hour),
    ("rate_limits", "per_address_per_hour", |s| &mut s.rate_limits.per_address_per_hour),
];

/// Fewer requests an hour than this would shut people out of the page that sets it.
const LEAST_LIMIT: u64 = 60;

impl SecuritySettings {
    /// Takes over what `patch` names, and tells all that is wrong with it.
    pub(super) fn apply(&mut self, patch: &Json, roles: &[String]) -> Vec<Problem> {
        let Json::Object(sections) = patch else {
            return vec![Problem::new("", "wrong-type", "expected an object")];
        };
        let mut problems = Vec::new();
        for (section, value) in sections {
            match (section.as_str(), value) {
                ("allowed_ips", value) => self.apply_addresses(value, &mut problems),
                ("two_factor", Json::Object(keys)) => self.apply_roles(keys, roles, &mut problems),
                (known, Json::Object(keys)) if is_section(known) => {
                    keys.iter().for_each(|(key, value)| {
                        problems.extend(self.apply_key(known, key, value));
                    });
                }
                (known, _) if is_section(known) || known == "two_factor" => {
                    problems.push(Problem::new(known, "wrong-type", "expected an object"));
                }
                (unknown, _) => problems.push(nothing(unknown)),
            }
        }
        if self.lockout.longest_wait_seconds < self.lockout.first_wait_seconds {
            let message = "the longest wait is not shorter than the first one";
            problems.push(Problem::new("lockout.longest_wait_seconds", "out-of-range", message));
        }
        problems
    }

    fn apply_key(&mut self, section: &str, key: &str, value: &Json) -> Option<Problem> {
        let path = format!("{section}.{key}");
        if let Some((_, _, least, most, place)) = NUMBERS.iter().find(|row| (row.0, row.1) == (section, key))
        {
            let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
            match number.filter(|number| (least..=most).contains(&number)) {
                Some(number) => *place(self) = number,
                None => return Some(range(&path, &format!("a whole number from {least} to {most}"))),
            }
        } else if let Some((_, _, place)) = FLAGS.iter().find(|row| (row.0, row.1) == (section, key)) {
            match value.as_bool() {
                Some(flag) => *place(self) = flag,
                None => return Some(Problem::new(path, "wrong-type", "expected true or false")),
            }
        } else if let Some((_, _, place)) = LIMITS.iter().find(|row| (row.0, row.1) == (section, key)) {
            let number = value.as_u64().filter(|number| *number >= LEAST_LIMIT);
            match number.and_then(|number| i32::try_from(number).ok()) {
                Some(number) => *place(self) = Some(number.unsigned_abs()),
                None if value.is_null() => *place(self) = None,
                None => return Some(range(&path, &format!("{LEAST_LIMIT} or more, or null for no limit"))),
            }
        } else {
            return Some(nothing(&path));
        }
        None
    }

    fn apply_addresses(&mut self, value: &Json, problems: &mut Vec<Problem>) {
        let Some(texts) = texts(value) else {
            return problems.push(Problem::new("allowed_ips", "wrong-type", "expected a list of texts"));
        };
        let wrong = texts.iter().enumerate().filter(|(_, text)| AddressRange::parse(text).is_none());
        let message = "expected an address or a range such as `192.0.2.0/24`";
        problems.extend(wrong.map(|(at, _)| Problem::new(format!("allowed_ips.{at}"), "invalid", message)));
        self.allowed_ips = texts;
    }

    fn apply_roles(&mut self, keys: &Map<String, Json>, roles: &[String], problems: &mut Vec<Problem>) {
        for (key, value) in keys {
            let path = format!("two_factor.{key}");
            match (key.as_str(), texts(value)) {
                ("required_roles", Some(names)) => {
                    let unknown = names.iter().enumerate().filter(|(_, name)| !roles.contains(name));
                    problems.extend(unknown.map(|(at, name)| {
                        Problem::new(
                            format!("{path}.{at}"),
                            "unknown-role",
                            format!("there is no role `{name}`"),
                        )
                        .hint(format!("one of: {}", roles.join(", ")))
                    }));
                    self.two_factor.required_roles = names;
                }
                ("required_roles", None) => {
                    problems.push(Problem::new(path, "wrong-type", "expected a list of texts"));
                }
                _ => problems.push(nothing(&path)),
            }
        }
    }
}

fn is_section(name: &str) -> bool {
    let numbers = NUMBERS.iter().map(|row| row.0);
    numbers.chain(LIMITS.iter().map(|row| row.0)).any(|section| section == name)
}

fn texts(value: &Json) -> Option<Vec<String>> {
    let list = value.as_array().filter(|list| list.len() <= MOST_ENTRIES)?;
    list.iter().map(|item| item.as_str().map(str::to_owned)).collect()
}

fn range(path: &str, expected: &str) -> Problem {
    Problem::new(path, "out-of-range", format!("expected {expected}"))
}

fn nothing(path: &str) -> Problem {
    Problem::new(path, "unknown-key", format!("`{path}` means nothing here"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(patch: Json) -> Vec<String> {
        let mut settings = SecuritySettings::default();
        let problems = settings.apply(&patch, &["administrator".into()]);
        problems.into_iter().map(|problem| format!("{} {}", problem.path, problem.code)).collect()
    }

    #[test]
    fn what_is_named_changes_and_the_rest_stays() {
        let mut settings = SecuritySettings::default();
        let patch = json!({ "password": { "min_length": 12 }, "two_factor": { "required_roles": ["administrator"] },
            "allowed_ips": ["10.0.0.0/8"], "rate_limits": { "per_user_per_hour": 100 } });
        assert!(settings.apply(&patch, &["administrator".into()]).is_empty());
        assert_eq!((settings.password.min_length, settings.password.forbid_common), (12, true));
        assert_eq!(settings.rate_limits.per_user_per_hour, Some(100));
        assert!(settings.apply(&json!({ "rate_limits": { "per_user_per_hour": null } }), &[]).is_empty());
        assert_eq!(settings.rate_limits.per_user_per_hour, None);
        let stored: SecuritySettings = serde_json::from_value(json!(settings)).unwrap();
        assert_eq!(stored, settings);
    }

    #[test]
    fn all_problems_are_told_at_once() {
        let patch = json!({ "password": { "min_length": 4, "colour": 1, "forbid_common": "yes" }, "lockout": 5,
            "sessions": { "idle_minutes": 1e9 }, "two_factor": { "required_roles": ["king"] }, "captcha": {},
            "allowed_ips": ["10.0.0.0/99"], "rate_limits": { "per_user_per_hour": 0 } });
        let expected = [
            "password.min_length out-of-range",
            "password.colour unknown-key",
            "password.forbid_common wrong-type",
            "lockout wrong-type",
            "sessions.idle_minutes out-of-range",
            "two_factor.required_roles.0 unknown-role",
            "captcha unknown-key",
            "allowed_ips.0 invalid",
            "rate_limits.per_user_per_hour out-of-range",
        ];
        assert_eq!(told(patch), expected);
        assert_eq!(told(json!([])), [" wrong-type"]);
        let waits = json!({ "lockout": { "first_wait_seconds": 600, "longest_wait_seconds": 60 } });
        assert_eq!(told(waits), ["lockout.longest_wait_seconds out-of-range"]);
    }
}
