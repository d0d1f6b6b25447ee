//! What an administrator says of a provider, read key by key, with all that is wrong told at once.

use metadata::Problem;
use serde_json::{Map, Value as Json};

use super::{Mapping, ProviderSettings};
use crate::secret::Secret;
use crate::users::normalise_email;

/// Most scopes, mappings, domains and the like.
const MOST: usize = 200;
/// Longest text of a key, in characters.
const LONGEST: usize = 500;
/// Longest secret, in characters.
const LONGEST_SECRET: usize = 4000;
/// Longest label: it stands on a button.
const LONGEST_LABEL: usize = 60;

/// What names may be meant.
pub(super) struct Known {
    pub roles: Vec<String>,
    /// Teams that are named and not there.
    pub missing_teams: Vec<String>,
}

/// A provider as it is to be.
pub(super) struct Change {
    pub name: Option<String>,
    pub settings: ProviderSettings,
    /// `None` leaves the secret, an inner `None` takes it away.
    pub secret: Option<Option<Secret>>,
    problems: Vec<Problem>,
}

impl Change {
    pub fn of(settings: ProviderSettings) -> Self {
        Self { name: None, settings, secret: None, problems: Vec::new() }
    }

    /// A whole provider, its name included.
    pub fn read_new(
        &mut self,
        wish: &Json,
        known: &Known,
        issuer: impl Fn(&str) -> Option<String>,
    ) -> Vec<Problem> {
        let mut keys = wish.as_object().cloned().unwrap_or_default();
        match keys.shift_remove("name") {
            Some(Json::String(name)) if is_name(&name) => self.name = Some(name),
            Some(Json::Null) | None => self.refuse("name", "required", "this is required"),
            Some(_) => self.refuse("name", "invalid", "expected 1 to 40 of a–z, 0–9 and -, a letter first"),
        }
        for key in ["label", "issuer", "client_id"] {
            if keys.get(key).is_none_or(Json::is_null) {
                keys.shift_remove(key);
                self.refuse(key, "required", "this is required");
            }
        }
        self.read_keys(keys, known, issuer)
    }

    /// What is to be otherwise. Its name stays: addresses have it in them.
    pub fn read_patch(
        &mut self,
        patch: &Json,
        known: &Known,
        issuer: impl Fn(&str) -> Option<String>,
    ) -> Vec<Problem> {
        self.read_keys(patch.as_object().cloned().unwrap_or_default(), known, issuer)
    }

    fn read_keys(
        &mut self,
        keys: Map<String, Json>,
        known: &Known,
        issuer: impl Fn(&str) -> Option<String>,
    ) -> Vec<Problem> {
        for (key, value) in keys {
            self.read(&key, &value, known);
        }
        let mut settings = std::mem::take(&mut self.settings);
        if !settings.issuer.is_empty()
            && let Some(message) = issuer(&settings.issuer)
        {
            self.refuse("issuer", "invalid", message);
        }
        if !settings.scopes.iter().any(|scope| scope == "openid") {
            self.refuse("scopes", "invalid", "`openid` must be among them");
        }
        if !settings.mappings.is_empty() && settings.groups_claim.is_none() {
            self.refuse("groups_claim", "required", "say which claim names the groups of the mappings");
        }
        settings.email_domains.iter_mut().for_each(|domain| *domain = domain.to_lowercase());
        self.settings = settings;
        std::mem::take(&mut self.problems)
    }

    fn read(&mut self, key: &str, value: &Json, known: &Known) {
        match key {
            "label" => self.word(key, value, LONGEST_LABEL, |settings| &mut settings.label),
            "issuer" => self.word(key, value, LONGEST, |settings| &mut settings.issuer),
            "client_id" => self.word(key, value, LONGEST, |settings| &mut settings.client_id),
            "client_secret" => self.read_secret(value),
            "scopes" => self.words(key, value, is_scope, |settings| &mut settings.scopes),
            "groups_claim" => self.optional(key, value, |settings| &mut settings.groups_claim),
            "mappings" => self.read_mappings(value, known),
            "create_users" => self.flag(key, value, |settings| &mut settings.create_users),
            "default_role" => {
                self.optional(key, value, |settings| &mut settings.default_role);
                let role = self.settings.default_role.clone();
                self.check_roles(key, role.as_slice(), known);
            }
            "email_domains" => self.words(key, value, is_domain, |settings| &mut settings.email_domains),
            "trust_email" => self.flag(key, value, |settings| &mut settings.trust_email),
            "strong_acr" => self.words(key, value, |_| true, |settings| &mut settings.strong_acr),
            "sign_out" => self.flag(key, value, |settings| &mut settings.sign_out),
            "active" => self.flag(key, value, |settings| &mut settings.active),
            "name" => self.refuse("name", "fixed", "a provider keeps its name: addresses have it in them"),
            _ => self.refuse(key, "unknown-key", format!("`{key}` means nothing here")),
        }
    }

    fn refuse(&mut self, path: &str, code: &str, message: impl Into<String>) {
        self.problems.push(Problem::new(path, code, message));
    }

    fn word(
        &mut self,
        key: &str,
        value: &Json,
        longest: usize,
        place: fn(&mut ProviderSettings) -> &mut String,
    ) {
        match value.as_str().map(str::trim) {
            Some(text) if is_text(text, longest) => *place(&mut self.settings) = text.to_owned(),
            _ => self.refuse(key, "invalid", format!("expected a text of 1 to {longest} characters")),
        }
    }

    fn optional(&mut self, key: &str, value: &Json, place: fn(&mut ProviderSettings) -> &mut Option<String>) {
        match value.as_str().map(str::trim) {
            Some("") => *place(&mut self.settings) = None,
            Some(text) if is_text(text, LONGEST) => *place(&mut self.settings) = Some(text.to_owned()),
            None if value.is_null() => *place(&mut self.settings) = None,
            _ => self.refuse(
                key,
                "invalid",
                format!("expected a text of at most {LONGEST} characters, or null"),
            ),
        }
    }

    fn flag(&mut self, key: &str, value: &Json, place: fn(&mut ProviderSettings) -> &mut bool) {
        match value.as_bool() {
            Some(flag) => *place(&mut self.settings) = flag,
            None => self.refuse(key, "wrong-type", "expected true or false"),
        }
    }

    fn words(
        &mut self,
        key: &str,
        value: &Json,
        is_right: fn(&str) -> bool,
        place: fn(&mut ProviderSettings) -> &mut Vec<String>,
    ) {
        let Some(words) = texts(value) else {
            return self.refuse(key, "wrong-type", "expected a list of texts");
        };
        for (at, word) in words.iter().enumerate() {
            if !is_text(word, LONGEST) || !is_right(word) {
                self.refuse(&format!("{key}.{at}"), "invalid", "this cannot be one");
            }
        }
        *place(&mut self.settings) = words;
    }

    fn read_secret(&mut self, value: &Json) {
        match value {
            Json::Null => self.secret = Some(None),
            Json::String(text) if is_text(text, LONGEST_SECRET) => {
                self.secret = Some(Some(Secret::new(text)))
            }
            _ => self.refuse(
                "client_secret",
                "invalid",
                "expected a text, or null for a client without a secret",
            ),
        }
    }

    fn read_mappings(&mut self, value: &Json, known: &Known) {
        let Some(list) = value.as_array().filter(|list| list.len() <= MOST) else {
            return self.refuse("mappings", "wrong-type", format!("expected a list of at most {MOST}"));
        };
        let mut mappings = Vec::new();
        for (at, item) in list.iter().enumerate() {
            let path = format!("mappings.{at}");
            let Some(keys) = item.as_object() else {
                self.refuse(&path, "wrong-type", "expected an object");
                continue;
            };
            let group = keys.get("group").and_then(Json::as_str).unwrap_or_default().trim();
            if !is_text(group, LONGEST) {
                self.refuse(&format!("{path}.group"), "required", "say which group this is about");
            }
            let list = |key: &str| keys.get(key).map_or(Some(Vec::new()), texts);
            let (roles, teams) = (list("roles"), list("teams"));
            for (key, read) in [("roles", &roles), ("teams", &teams)] {
                if read.is_none() {
                    self.refuse(&format!("{path}.{key}"), "wrong-type", "expected a list of texts");
                }
            }
            let unknown = keys.keys().filter(|key| !["group", "roles", "teams"].contains(&key.as_str()));
            for key in unknown.cloned().collect::<Vec<_>>() {
                self.refuse(&format!("{path}.{key}"), "unknown-key", format!("`{key}` means nothing here"));
            }
            let (roles, teams) = (roles.unwrap_or_default(), teams.unwrap_or_default());
            self.check_roles(&format!("{path}.roles"), &roles, known);
            for team in teams.iter().filter(|team| known.missing_teams.contains(team)) {
                self.refuse(
                    &format!("{path}.teams"),
                    "unknown-reference",
                    format!("there is no team `{team}`"),
                );
            }
            mappings.push(Mapping { group: group.to_owned(), roles, teams });
        }
        self.settings.mappings = mappings;
    }

    fn check_roles(&mut self, path: &str, roles: &[String], known: &Known) {
        for role in roles.iter().filter(|role| !known.roles.contains(role)) {
            let problem = Problem::new(path, "unknown-role", format!("there is no role `{role}`"));
            self.problems.push(problem.hint(format!("one of: {}", known.roles.join(", "))));
        }
    }
}

/// A word that may stand in an address, and has no meaning there.
fn is_name(text: &str) -> bool {
    let rest = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    rest && text.len() <= 40 && text.starts_with(|first: char| first.is_ascii_lowercase()) && text != "check"
}

fn is_text(text: &str, longest: usize) -> bool {
    !text.is_empty() && text.chars().count() <= longest && !text.chars().any(char::is_control)
}

/// As RFC 6749 writes them.
fn is_scope(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
}

fn is_domain(text: &str) -> bool {
    normalise_email(&format!("somebody@{text}")).is_some()
}

fn texts(value: &Json) -> Option<Vec<String>> {
    let list = value.as_array().filter(|list| list.len() <= MOST)?;
    list.iter().map(|item| item.as_str().map(|text| text.trim().to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn known() -> Known {
        Known { roles: vec!["user".into(), "sales".into()], missing_teams: vec!["nowhere".into()] }
    }

    fn told(problems: Vec<Problem>) -> Vec<String> {
        problems.into_iter().map(|problem| format!("{} {}", problem.path, problem.code)).collect()
    }

    fn fine(_: &str) -> Option<String> {
        None
    }

    #[test]
    fn what_is_named_changes_and_the_rest_stays() {
        let mut change = Change::of(ProviderSettings::default());
        let wish = json!({ "name": "acme", "label": "Acme", "issuer": "https://id.example.com", "client_id": "crm",
            "client_secret": "s", "email_domains": ["Acme.example"], "groups_claim": "groups",
            "mappings": [{ "group": "sales", "roles": ["sales"], "teams": ["emea"] }], "default_role": "user" });
        assert_eq!(told(change.read_new(&wish, &known(), fine)), [""; 0]);
        assert_eq!(change.settings.email_domains, ["acme.example"]);
        assert!(change.secret.as_ref().unwrap().as_ref().unwrap().matches("s"));
        let mut change = Change::of(change.settings);
        let patch = json!({ "default_role": null, "active": false });
        assert_eq!(told(change.read_patch(&patch, &known(), fine)), [""; 0]);
        let settings = change.settings;
        assert_eq!((settings.default_role, settings.active, settings.mappings.len()), (None, false, 1));
        assert!(change.secret.is_none(), "what is not named stays");
    }

    #[test]
    fn all_problems_are_told_at_once() {
        let mut change = Change::of(ProviderSettings::default());
        let wish = json!({ "name": "Acme Corp", "issuer": "http://id.example.com", "scopes": ["email", "a b"], "active": "yes",
            "email_domains": ["not a domain"], "default_role": "king", "client_secret": 5, "colour": "red",
            "mappings": [{ "roles": ["queen"], "teams": ["nowhere"], "x": 1 }, 5] });
        let expected = [
            "name invalid",
            "label required",
            "client_id required",
            "scopes.1 invalid",
            "active wrong-type",
            "email_domains.0 invalid",
            "default_role unknown-role",
            "client_secret invalid",
            "colour unknown-key",
            "mappings.0.group required",
            "mappings.0.x unknown-key",
            "mappings.0.roles unknown-role",
            "mappings.0.teams unknown-reference",
            "mappings.1 wrong-type",
            "issuer invalid",
            "scopes invalid",
            "groups_claim required",
        ];
        let problems = change.read_new(&wish, &known(), |_| Some("https".into()));
        assert_eq!(told(problems), expected);
        let mut change = Change::of(ProviderSettings::default());
        assert_eq!(
            told(change.read_patch(&json!({ "name": "other", "label": "" }), &known(), fine)),
            ["name fixed", "label invalid"]
        );
    }

    #[test]
    fn names_stand_in_addresses() {
        assert!(is_name("acme-2"));
        for wrong in ["", "2acme", "Acme", "a/b", "a.b", "ä", "check", &"a".repeat(41)] {
            assert!(!is_name(wrong), "{wrong}");
        }
    }
}
