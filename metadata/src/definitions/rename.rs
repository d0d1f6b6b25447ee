//! Renames: what else speaks of the old name is rewritten in the same change. Definitions only; the
//! tables follow by stable id.

use serde_json::{Map, Value as Json};

use super::Definitions;
use crate::field_kinds::FieldKind;
use crate::field_kinds::rollup::Rollup;

/// Rewrites what points to an object that has its new name already.
pub(super) fn object(all: &mut Definitions, old: &str, new: &str) {
    let swap = |name: &mut String| {
        if name == old {
            new.clone_into(name);
        }
    };
    for field in all.objects.iter_mut().flat_map(|object| object.fields.iter_mut()) {
        match &mut field.definition.kind {
            FieldKind::Lookup(lookup) => swap(&mut lookup.to),
            FieldKind::MasterDetail(master) => swap(&mut master.to),
            FieldKind::ManyToMany(many) => swap(&mut many.to),
            FieldKind::AnyLookup(any) => any.to.iter_mut().for_each(swap),
            _ => {}
        }
    }
    all.parts.shelves_mut().into_iter().for_each(|(_, shelf)| shelf.rename_object(old, new));
}

/// Rewrites picklists that use an option set.
pub(super) fn option_set(all: &mut Definitions, old: &str, new: &str) {
    for field in all.objects.iter_mut().flat_map(|object| object.fields.iter_mut()) {
        let set = match &mut field.definition.kind {
            FieldKind::Picklist(picklist) => &mut picklist.option_set,
            FieldKind::MultiPicklist(picklist) => &mut picklist.option_set,
            _ => continue,
        };
        if set.as_deref() == Some(old) {
            *set = Some(new.to_owned());
        }
    }
}

/// Rewrites what speaks of a field that still has its old name.
pub(super) fn field(all: &mut Definitions, at: usize, old: &str, new: &str) {
    let before = all.clone();
    let renamed =
        Renamed { all: &before, object: before.objects[at].object.definition.name.clone(), old, new };
    let definition = &mut all.objects[at].object.definition;
    let own = definition.name_field.field.iter_mut().chain(&mut definition.name_field.compose);
    own.chain(&mut definition.field_order).for_each(|name| {
        if name == old {
            new.clone_into(name);
        }
    });
    for field in &mut all.objects[at].fields {
        let depends = match &mut field.definition.kind {
            FieldKind::Picklist(list) => &mut list.depends_on,
            FieldKind::MultiPicklist(list) => &mut list.depends_on,
            _ => continue,
        };
        if let Some(depends) = depends.as_mut().filter(|depends| depends.field == old) {
            new.clone_into(&mut depends.field);
        }
    }
    all.parts.shelves_mut().into_iter().for_each(|(_, shelf)| shelf.rename_field(&renamed));
    for component in &mut all.objects {
        let object = component.object.definition.name.clone();
        for field in &mut component.fields {
            match &mut field.definition.kind {
                FieldKind::Formula(formula) => formula.formula = renamed.formula(&object, &formula.formula),
                FieldKind::Rollup(rollup) => renamed.rollup(&object, rollup),
                _ => {}
            }
            let default = field.definition.common.default.as_mut().and_then(|json| json.get_mut("formula"));
            if let Some(Json::String(text)) = default {
                *text = renamed.formula(&object, text);
            }
        }
    }
}

/// One renamed field, and the definitions before the rename.
pub struct Renamed<'a> {
    all: &'a Definitions,
    object: String,
    old: &'a str,
    new: &'a str,
}

impl<'a> Renamed<'a> {
    /// The fields that have another name in `new` than in `old`, as those speak of them who know the old names.
    pub fn between(old: &'a Definitions, new: &'a Definitions) -> Vec<Self> {
        let mut found = Vec::new();
        for component in old.objects.iter().filter(|component| !component.object.retired) {
            let id = &component.object.id;
            let Some(now) = new.objects.iter().find(|other| other.object.id == *id) else { continue };
            for field in component.fields.iter().filter(|field| !field.retired) {
                let name = &field.definition.common.name;
                let after = now.fields.iter().find(|other| other.id == field.id);
                let after = after.map(|other| &other.definition.common.name).filter(|after| *after != name);
                let object = &component.object.definition.name;
                found.extend(after.map(|new| Self { all: old, object: object.clone(), old: name, new }));
            }
        }
        found
    }
}

impl Renamed<'_> {
    /// What it was called: nothing that does not hold this text speaks of it.
    pub fn old_word(&self) -> &str {
        self.old
    }

    /// A path from an object, `-` before it allowed.
    pub(crate) fn path(&self, object: &str, path: &str) -> String {
        let (sign, words) = path.strip_prefix('-').map_or(("", path), |rest| ("-", rest));
        let mut here = Some(object.to_owned());
        let words: Vec<String> = words
            .split('.')
            .map(|word| {
                let object = here.take().unwrap_or_default();
                here = self.target(&object, word);
                if object == self.object { self.word(word) } else { word.to_owned() }
            })
            .collect();
        format!("{sign}{}", words.join("."))
    }

    /// A text in the formula language about records of `object`. One that cannot be read stays as it is.
    pub(crate) fn formula(&self, object: &str, text: &str) -> String {
        formulas::rewritten(text, &|segments| {
            let (roots, words) = match segments {
                [root, words @ ..] if root.starts_with('$') => (std::slice::from_ref(root), words),
                words => (&[][..], words),
            };
            let record = roots.first().is_none_or(|root| {
                ["$record", "$prior"].iter().any(|known| root.eq_ignore_ascii_case(known))
            });
            let old = words.join(".");
            let new = self.path(object, &old);
            let changed = record && !words.is_empty() && old != new;
            changed.then(|| roots.iter().cloned().chain(new.split('.').map(str::to_owned)).collect())
        })
    }

    /// A roll-up of `object`, which speaks of fields of the other side.
    fn rollup(&self, object: &str, rollup: &mut Rollup) {
        let Some(other) = self.behind(object, &rollup.of) else { return };
        rollup.field = rollup.field.take().map(|field| self.path(&other, &field));
        rollup.by = rollup.by.take().map(|field| self.path(&other, &field));
        rollup.condition = rollup.condition.take().map(|condition| self.formula(&other, &condition));
    }

    /// The word itself, or its key: `account`, `account_id`.
    fn word(&self, word: &str) -> String {
        match word.strip_prefix(self.old) {
            Some(suffix @ ("" | "_id" | "_object")) if suffix.is_empty() || self.is_relation() => {
                format!("{}{suffix}", self.new)
            }
            _ => word.to_owned(),
        }
    }

    fn is_relation(&self) -> bool {
        self.kind(&self.object, self.old).is_some_and(FieldKind::is_relation)
    }

    fn kind(&self, object: &str, field: &str) -> Option<&FieldKind> {
        let fields = &self.all.find_object(object)?.fields;
        let live = fields.iter().find(|f| !f.retired && f.definition.common.name == field);
        live.map(|field| &field.definition.kind)
    }

    fn target(&self, object: &str, field: &str) -> Option<String> {
        self.kind(object, field)?.target().map(str::to_owned)
    }

    /// The object on the other side of a to-many relation.
    fn behind(&self, object: &str, relation: &str) -> Option<String> {
        let live = self.all.objects.iter().filter(|o| !o.object.retired);
        for other in live {
            for field in other.fields.iter().filter(|field| !field.retired) {
                let (to, inverse) = match &field.definition.kind {
                    FieldKind::Lookup(lookup) => (lookup.to == object, &lookup.inverse),
                    FieldKind::MasterDetail(master) => (master.to == object, &master.inverse),
                    FieldKind::ManyToMany(many) => (many.to == object, &many.inverse),
                    FieldKind::AnyLookup(any) => {
                        (any.is_open() || any.to.iter().any(|to| to == object), &any.inverse)
                    }
                    _ => continue,
                };
                if to && inverse.as_deref() == Some(relation) {
                    return Some(other.object.definition.name.clone());
                }
            }
        }
        None
    }

    /// A filter in its JSON form.
    pub(crate) fn filter(&self, object: &str, filter: Json) -> Json {
        let Json::Object(map) = filter else { return filter };
        let mut rewritten = Map::new();
        for (key, value) in map {
            let (key, value) = match (key.as_str(), value) {
                ("and" | "or", Json::Array(parts)) => {
                    let parts = parts.into_iter().map(|part| self.filter(object, part)).collect();
                    (key, Json::Array(parts))
                }
                ("not", part) => (key, self.filter(object, part)),
                (name, value) => (self.path(object, name), self.quantified(object, name, value)),
            };
            rewritten.insert(key, value);
        }
        Json::Object(rewritten)
    }

    fn quantified(&self, object: &str, relation: &str, value: Json) -> Json {
        match (self.behind(object, relation), value) {
            (Some(other), Json::Object(map)) => {
                map.into_iter().map(|(quantifier, part)| (quantifier, self.filter(&other, part))).collect()
            }
            (_, value) => value,
        }
    }
}
