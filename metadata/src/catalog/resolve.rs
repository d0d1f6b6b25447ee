//! Definitions → catalog, in stages that collect every problem: names, fields, relations, views.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::fields::resolve_field;
use super::names::{is_url_word, label, name_problem};
use super::{
    Catalog, Field, Object, computed, defaults, dependent, relations, roles, rollups, rules, standard,
};
use crate::definitions::object::{NameField, ObjectDefinition};
use crate::definitions::{Definitions, ObjectComponent, setting};
use crate::field_kinds::FieldKind;
use crate::language::{self, Language};
use crate::problem::Problem;
use crate::suggest;

/// Most objects of one tenant.
pub const MAX_OBJECTS: usize = 1000;
/// Most fields of one object.
pub const MAX_FIELDS: usize = 500;
/// Most options of one picklist or option set.
pub const MAX_OPTIONS: usize = 1000;

impl Catalog {
    /// What the definitions mean.
    ///
    /// # Errors
    /// Every problem found, with paths such as `objects.deal.fields.account.to`.
    pub fn resolve(definitions: &Definitions) -> Result<Self, Vec<Problem>> {
        Self::resolve_named(definitions, None)
    }

    /// What definitions under other names mean, which are stored as `stored` says ([`Definitions::under`]).
    ///
    /// # Errors
    /// As [`Catalog::resolve`].
    pub fn resolve_over(definitions: &Definitions, stored: &Self) -> Result<Self, Vec<Problem>> {
        Self::resolve_named(definitions, Some(stored))
    }

    fn resolve_named(definitions: &Definitions, stored: Option<&Self>) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let system = standard::objects();
        let live = definitions.objects.iter().filter(|o| !o.object.retired);
        let mut objects: Vec<Object> =
            system.iter().map(|o| object(o, true, definitions, &mut problems)).collect();
        objects.extend(live.map(|o| object(o, false, definitions, &mut problems)));
        check_object_names(&objects, &mut problems);
        if let Some(stored) = stored {
            objects.iter_mut().for_each(|object| keep_columns(object, stored));
        }
        relations::resolve(&mut objects, &mut problems);
        let mut catalog = Self::assemble(objects, definitions);
        rollups::types(&mut catalog, &mut problems);
        computed::resolve(&mut catalog, &mut problems);
        rollups::conditions(&mut catalog, &mut problems);
        computed::check_stored(&catalog, &mut problems);
        defaults::resolve(&mut catalog, definitions, &mut problems);
        catalog.parts.check(&catalog, &mut problems);
        let live = definitions.parts.roles.iter().filter(|(_, role)| !role.retired);
        let own: Vec<&str> = live.map(|(name, _)| name.as_str()).collect();
        roles::check_all(&catalog, &own, &mut problems);
        if !problems.is_empty() {
            return Err(problems);
        }
        catalog.rules = rules::compile(&catalog, definitions);
        Ok(catalog)
    }

    fn assemble(objects: Vec<Object>, definitions: &Definitions) -> Self {
        let index = |name: fn(&Object) -> &String| -> HashMap<String, usize> {
            objects.iter().enumerate().map(|(at, object)| (name(object).clone(), at)).collect()
        };
        let (by_name, by_plural) = (index(|o| &o.name), index(|o| &o.plural));
        let objects: Vec<Arc<Object>> = objects.into_iter().map(Arc::new).collect();
        let mut parts = definitions.parts.live();
        roles::with_system(&mut parts.roles);
        let (formulas, rules, rollups) = Default::default();
        let fields = objects.iter().flat_map(|object| &object.fields);
        let sensitive = fields.filter(|field| field.sensitive).map(|field| field.id.clone()).collect();
        let encrypted = objects.iter().flat_map(|object| &object.fields).any(|field| field.encrypted);
        Self { sensitive, encrypted, objects, by_name, by_plural, parts, formulas, rules, rollups }
    }
}

/// Gives the fields of an object the columns in which they are stored, and the object its word in scopes.
fn keep_columns(object: &mut Object, stored: &Catalog) {
    let Some(real) = stored.objects.iter().find(|real| real.id == object.id) else { return };
    object.scope.clone_from(&real.scope);
    for field in &mut object.fields {
        let columns = real.find_field_by_id(&field.id).map(|field| field.columns.as_slice());
        for (column, real) in field.columns.iter_mut().zip(columns.unwrap_or_default()) {
            column.name.clone_from(&real.name);
        }
    }
}

pub(crate) fn too_many(path: String, what: &str, most: usize) -> Problem {
    Problem::new(path, "too-many", format!("at most {most} {what} fit"))
}

/// One object with its fields; relations come later, when all objects are known.
fn object(source: &ObjectComponent, system: bool, all: &Definitions, problems: &mut Vec<Problem>) -> Object {
    let definition = &source.object.definition;
    let path = format!("objects.{}", definition.name);
    let mut fields = standard::fields(definition);
    fields.extend(standard::record_type(definition, all));
    for component in source.ordered() {
        fields.push(resolve_field(component, all, &path, problems));
    }
    check_fields(&fields, &path, problems);
    let is_part = fields.iter().any(|field| matches!(field.kind, FieldKind::MasterDetail(_)));
    let mut object = Object {
        id: source.object.id.clone(),
        name: definition.name.clone(),
        plural: definition.plural.clone(),
        scope: definition.plural.clone(),
        label: definition.label.clone().unwrap_or_else(|| label(&definition.name)),
        plural_label: definition.plural_label.clone().unwrap_or_else(|| label(&definition.plural)),
        icon: definition.icon.clone(),
        description: definition.description.clone(),
        name_field: definition.name_field.clone(),
        sharing: definition.sharing.resolved(is_part),
        sharing_set: definition.sharing.clone(),
        history: definition.history,
        traits: definition.traits.clone(),
        language: if system { language::NONE } else { language_of(definition, all) },
        language_set: definition.language.clone(),
        by_name: fields.iter().enumerate().map(|(at, field)| (field.name.clone(), at)).collect(),
        by_id: fields.iter().enumerate().map(|(at, field)| (field.id.clone(), at)).collect(),
        by_key: keys(&fields),
        by_relation: HashMap::new(),
        fields,
        relations: Vec::new(),
        package: source.object.package.clone(),
        system,
    };
    resolve_name(&mut object, &path, problems);
    dependent::check(&object, &path, problems);
    object
}

/// The object's own language, or the tenant's.
fn language_of(definition: &ObjectDefinition, all: &Definitions) -> &'static Language {
    let settings = all.parts.settings.get(setting::SEARCH).filter(|settings| !settings.retired);
    let code = definition.language.as_ref().or(settings.map(|settings| &settings.definition.language));
    code.and_then(|code| Language::find(code)).unwrap_or(language::NONE)
}

fn keys(fields: &[Field]) -> HashMap<String, (usize, usize)> {
    let mut keys = HashMap::with_capacity(fields.len());
    for (at, field) in fields.iter().enumerate() {
        for (index, column) in field.columns.iter().enumerate() {
            keys.entry(column.key.clone()).or_insert((at, index));
        }
    }
    keys
}

/// Names and keys that are there twice, and their number.
fn check_fields(fields: &[Field], path: &str, problems: &mut Vec<Problem>) {
    let mut seen: HashMap<&str, &str> = HashMap::new();
    for field in fields.iter().filter(|field| field.standard) {
        seen.insert(&field.name, &field.name);
        seen.extend(field.columns.iter().map(|column| (column.key.as_str(), field.name.as_str())));
    }
    for field in fields.iter().filter(|field| !field.standard) {
        let words: HashSet<&str> =
            field.columns.iter().map(|column| column.key.as_str()).chain([field.name.as_str()]).collect();
        if let Some((word, other)) = words.iter().find_map(|word| seen.get(word).map(|other| (*word, *other)))
            && !super::names::is_standard(&field.name)
        {
            let text = match word == field.name {
                true => format!("the name `{word}` is taken already"),
                false => format!("its key `{word}` is taken already by the field `{other}`"),
            };
            problems.push(Problem::new(format!("{path}.fields.{}.name", field.name), "duplicate-name", text));
        }
        seen.extend(words.into_iter().map(|word| (word, field.name.as_str())));
    }
    if fields.iter().filter(|field| !field.standard).count() > MAX_FIELDS {
        problems.push(too_many(format!("{path}.fields"), "fields", MAX_FIELDS));
    }
}

/// Binds `name` to the column that holds it.
fn resolve_name(object: &mut Object, path: &str, problems: &mut Vec<Problem>) {
    let NameField { field, compose, .. } = object.name_field.clone();
    if field.is_some() && !compose.is_empty() {
        let text = "give at most one of `field` and `compose`";
        problems.push(Problem::new(format!("{path}.name_field"), "field-or-compose", text));
    }
    for (at, part) in compose.iter().enumerate() {
        let place = format!("{path}.name_field.compose.{at}");
        problems.extend(
            own_field(
                object,
                part,
                place,
                can_compose,
                "a text, number, date or picklist field that is not encrypted",
            )
            .err(),
        );
    }
    let Some(field) = field else { return };
    let place = format!("{path}.name_field.field");
    let fits = |field: &Field| matches!(field.kind, FieldKind::Text(_)) && !field.encrypted;
    match own_field(object, &field, place, fits, "a `text` field that is not encrypted") {
        Err(problem) => problems.push(problem),
        Ok(source) => {
            let (kind, column) = (source.kind.clone(), source.columns[0].name.clone());
            // Both are one value, so what must have the one must have the other.
            let required = source.required || object.name_field.is_required();
            let name = &mut object.fields[1];
            (name.kind, name.required, name.columns[0].name) = (kind, required, column);
            if let Some(at) = object.by_name.get(&field) {
                object.fields[*at].required = required;
            }
        }
    }
}

/// A name is stored, searched and shown to many, so nothing of an encrypted field goes into it.
fn can_compose(field: &Field) -> bool {
    use FieldKind as K;
    let fits = !matches!(
        field.kind,
        K::Json(_)
            | K::RichText(_)
            | K::LongText(_)
            | K::ManyToMany(_)
            | K::AnyLookup(_)
            | K::Tags(_)
            | K::Formula(_)
    );
    fits && !field.encrypted
}

fn own_field<'a>(
    object: &'a Object,
    name: &str,
    path: String,
    fits: impl Fn(&Field) -> bool,
    wanted: &str,
) -> Result<&'a Field, Problem> {
    match object.find_field(name).filter(|field| !field.standard) {
        Some(field) if fits(field) => Ok(field),
        Some(_) => Err(Problem::new(path, "wrong-kind", format!("`{name}` is not {wanted}"))),
        None => {
            let own = object.fields.iter().filter(|field| !field.standard && fits(field));
            let hint = suggest::hint(name, own.map(|field| field.name.as_str()));
            let hint = hint.unwrap_or_else(|| format!("name {wanted} of this object"));
            Err(Problem::new(path, "unknown-field", format!("there is no field `{name}`")).hint(hint))
        }
    }
}

/// Names of objects and plurals: well-formed, free, and not words of the API.
fn check_object_names(objects: &[Object], problems: &mut Vec<Problem>) {
    let mut seen: HashMap<&str, &str> = HashMap::new();
    for object in objects {
        let path = format!("objects.{}", object.name);
        for (key, word) in [("name", &object.name), ("plural", &object.plural)] {
            let place = format!("{path}.{key}");
            problems.extend(name_problem(place.clone(), word));
            if key == "plural" && is_url_word(word) {
                problems.push(Problem::new(
                    &place,
                    "reserved-name",
                    format!("`/api/v1/{word}` is taken by the API"),
                ));
            }
            if key == "plural" && object.plural == object.name {
                let text = "the plural must differ from the name, because both are words of the API";
                problems.push(Problem::new(&place, "duplicate-name", text));
            } else if let Some(other) = seen.insert(word, &object.name) {
                let text = format!("`{word}` is a name of the object `{other}` already");
                problems.push(Problem::new(place, "duplicate-name", text));
            }
        }
    }
    if objects.len() > MAX_OBJECTS {
        problems.push(too_many("objects".into(), "objects", MAX_OBJECTS));
    }
}
