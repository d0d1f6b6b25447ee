//! Guessing which field a column means, by its header: a field's name, key or label, however it is
//! spelt (`E-mail`, `emailAddress`, `LEAD_EMAIL`), or another field of the record that a lookup points
//! to (`account.name`, `Account name`, `Account`). What is not certain is left out.

use std::collections::{HashMap, HashSet};

use metadata::catalog::{Field, Object};
use metadata::{Catalog, FieldKind};

/// Words that people use for one another, squashed.
const SYNONYMS: &[&[&str]] = &[
    &["email", "mail", "emailaddress", "emailid"],
    &["phone", "telephone", "tel", "phonenumber", "telephonenumber", "workphone", "businessphone"],
    &["mobile", "mobilephone", "mobilenumber", "cell", "cellphone"],
    &["website", "web", "webpage", "homepage", "websiteurl", "url"],
    &["firstname", "givenname", "forename"],
    &["lastname", "surname", "familyname"],
    &["name", "fullname"],
    &["title", "jobtitle", "position"],
    &["title", "subject"],
    &["company", "companyname", "organization", "organisation", "account", "accountname", "employer"],
    &["street", "address", "streetaddress", "addressline1", "street1"],
    &["city", "town"],
    &["state", "province", "region", "county", "stateprovince"],
    &["postalcode", "zip", "zipcode", "postcode"],
    &["country", "countryname"],
    &["description", "notes", "note", "comments", "comment", "remarks"],
    &["employees", "numberofemployees", "noofemployees", "employeecount"],
    &["annualrevenue", "revenue"],
    &["source", "origin"],
    &["closedate", "expectedclose", "expectedclosedate"],
    &["amount", "value", "dealvalue"],
    &["owner", "ownername", "assignedto"],
    &["duedate", "due", "dueat", "deadline"],
    &["externalid", "extid", "externalkey"],
    &["createdat", "createddate", "createdon", "datecreated", "created"],
    &["updatedat", "updateddate", "updatedon", "lastmodifieddate", "lastmodified", "modifiedat"],
];

/// Letters and digits only, in lower case.
pub(super) fn squash(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether rows may write a field.
pub(super) type MaySet<'f> = &'f dyn Fn(&Field) -> bool;
/// Whether a field of an object is there for the caller.
pub(super) type Sees<'f> = &'f dyn Fn(&Object, &Field) -> bool;

/// What a guess finds: the JSON key of an own field, or `lookup.field`.
pub(super) struct Guesser<'c> {
    object: &'c Object,
    words: HashMap<String, String>,
}

impl<'c> Guesser<'c> {
    /// The words for every field that `may_set` lets be written.
    /// Keys of other records count as far as `sees` says.
    pub(super) fn new(
        catalog: &Catalog,
        object: &'c Object,
        (may_set, sees): (MaySet<'_>, Sees<'_>),
    ) -> Self {
        let mut guesser = Self { object, words: HashMap::new() };
        let fields: Vec<&Field> = object.fields.iter().filter(|field| may_set(field)).collect();
        // Names before labels, own fields before those of other records: the first word wins.
        for field in &fields {
            for column in &field.columns {
                guesser.add(&column.key, &column.key);
            }
        }
        for field in &fields {
            guesser.add(&field.name, &plain_goal(field));
            guesser.add(&field.label, &plain_goal(field));
        }
        for field in &fields {
            guesser.add_related(catalog, field, sees);
        }
        guesser
    }

    fn add(&mut self, word: &str, goal: &str) {
        if !goal.is_empty() {
            self.words.entry(squash(word)).or_insert_with(|| goal.to_owned());
        }
    }

    /// `account.name`, `Account name`, `account_external_id` …
    fn add_related(&mut self, catalog: &Catalog, field: &Field, sees: Sees<'_>) {
        let target = field.kind.target().and_then(|name| catalog.find_object(name));
        let Some(target) = target else { return };
        for other in target.fields.iter().filter(|other| is_natural_key(other) && sees(target, other)) {
            let goal = format!("{}.{}", field.name, other.name);
            self.add(&goal, &goal);
            self.add(&format!("{}{}", field.label, other.label), &goal);
        }
    }

    /// The goal of every header; the first of two that mean the same gets it.
    pub(super) fn guess(&self, headers: &[String], taken: &HashSet<String>) -> Vec<Option<String>> {
        let mut taken = taken.clone();
        let mut goals: Vec<Option<String>> = vec![None; headers.len()];
        // Certain words first, so that a synonym never takes the place of the word itself.
        for find in [Self::exact, Self::stripped, Self::synonym] {
            for (header, goal) in headers.iter().zip(&mut goals).filter(|(_, goal)| goal.is_none()) {
                let found = find(self, &squash(header)).filter(|found| !taken.contains(*found));
                if let Some(found) = found {
                    taken.insert(found.clone());
                    *goal = Some(found.clone());
                }
            }
        }
        goals
    }

    fn exact(&self, word: &str) -> Option<&String> {
        self.words.get(word)
    }

    /// `Lead Status` is the status of a lead.
    fn stripped(&self, word: &str) -> Option<&String> {
        let own = [&self.object.name, &self.object.label, &self.object.plural];
        own.iter().find_map(|prefix| self.words.get(word.strip_prefix(&squash(prefix))?))
    }

    fn synonym(&self, word: &str) -> Option<&String> {
        let own = squash(&self.object.name);
        let bare = word.strip_prefix(&own).filter(|rest| !rest.is_empty()).unwrap_or(word);
        let groups = SYNONYMS.iter().filter(|group| group.contains(&word) || group.contains(&bare));
        groups.flat_map(|group| group.iter()).find_map(|other| self.words.get(*other))
    }
}

/// What a column called like the field itself means: of a lookup the name of the other record.
fn plain_goal(field: &Field) -> String {
    match &field.kind {
        FieldKind::AnyLookup(_) => String::new(),
        FieldKind::ManyToMany(_) => field.name.clone(),
        kind if kind.target().is_some() => format!("{}.name", field.name),
        _ => field.columns.first().map(|column| column.key.clone()).unwrap_or_default(),
    }
}

/// Whether records are known by this field: their name, or a unique value.
pub(super) fn is_natural_key(field: &Field) -> bool {
    let is_known = field.unique && !field.encrypted || field.name == "name";
    is_known && field.columns.len() == 1 && field.name != "id"
}
