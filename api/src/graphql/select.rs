//! From the fields that are asked for to the engine's selections, and to the shape in which the answer is written.
//! What an object shows to GraphQL is said here once, for the schema and for the selection.

use std::sync::Arc;

use engine::{Filter, Nested, Page, Paged, Selection, SortKey};
use metadata::catalog::Field as MetaField;
use metadata::field_kinds::ColumnType;
use metadata::{FieldKind, Object, Relation};
use permissions::{Action, Decision, Sight};
use serde_json::{Map, Value as Json, json};

use super::Run;
use super::collect::Field;
use super::fault::Refused;
use super::shape::{EdgePart, List, ListPart, Record, Source, total_key};
use crate::call::Call;
use crate::problem::Problem;
use crate::rest::rights;

/// One plain value of an object's records.
pub(super) struct Leaf<'o> {
    pub field: &'o MetaField,
    pub key: &'o str,
    pub ty: ColumnType,
    /// Whether it is there on every record that the caller reads.
    is_whole: bool,
}

impl Leaf<'_> {
    pub(super) fn is_never_blank(&self) -> bool {
        let always = matches!(self.field.id.as_str(), "id" | "created_at" | "updated_at" | "version")
            || matches!(self.field.kind, FieldKind::Boolean(_));
        always && self.is_whole
    }
}

/// What the caller sees of one object.
pub(super) struct Seen<'o> {
    call: &'o Call,
    object: &'o Object,
    read: Decision,
}

impl<'o> Seen<'o> {
    pub(super) fn new(call: &'o Call, object: &'o Object) -> Self {
        Self { call, object, read: call.context.decide(Action::Read, object) }
    }

    fn fields(&self) -> impl Iterator<Item = &'o MetaField> {
        self.object.fields.iter().filter(|field| self.read.gives(field))
    }

    /// The other object, when the caller may know of it.
    fn other(&self, name: &str) -> Option<&'o Arc<Object>> {
        let other = self.call.context.snapshot.catalog.find_object(name)?;
        rights::sees(self.call, other).then_some(other)
    }

    /// Plain values.
    pub(super) fn leaves(&self) -> impl Iterator<Item = Leaf<'o>> {
        self.fields().flat_map(|field| {
            let is_whole = self.read.sight(field) == Sight::Shown;
            let computed = field.computed.as_ref().map(|computed| (field.name.as_str(), computed.column.ty));
            let stored = field.columns.iter().map(|column| (column.key.as_str(), column.ty));
            computed.into_iter().chain(stored).map(move |(key, ty)| Leaf { field, key, ty, is_whole })
        })
    }

    /// Lookups of one target.
    pub(super) fn lookups(&self) -> impl Iterator<Item = &'o MetaField> {
        self.fields().filter(|field| field.kind.target().is_some_and(|name| self.other(name).is_some()))
    }

    /// Many-to-many fields.
    pub(super) fn many_to_many(&self) -> impl Iterator<Item = &'o MetaField> {
        self.fields().filter(|field| match &field.kind {
            FieldKind::ManyToMany(many) => self.other(&many.to).is_some(),
            _ => false,
        })
    }

    /// Whether entries of the log of states are the caller's to see: those of picklists.
    pub(super) fn has_states(&self) -> bool {
        self.fields().any(|field| matches!(field.kind, FieldKind::Picklist(_)))
    }

    /// Relations to many records: the field behind one must be the caller's to know too.
    pub(super) fn relations(&self) -> impl Iterator<Item = &'o Relation> {
        self.object.relations.iter().filter(|relation| {
            let Some(other) = self.other(&relation.object) else { return false };
            let (owner, decision) = match relation.is_own() {
                true => (self.object, self.read.clone()),
                false => (&**other, self.call.context.decide(Action::Read, other)),
            };
            owner.find_field(&relation.field).is_none_or(|field| decision.gives(field))
        })
    }
}

/// The engine's side of what is asked of one record.
#[derive(Default)]
pub(super) struct Wanted {
    pub fields: Vec<Selection>,
    nested: usize,
}

impl Wanted {
    pub(super) fn leaf(&mut self, key: &str) {
        let selection = Selection::Field(key.to_owned());
        if !self.fields.contains(&selection) {
            self.fields.push(selection);
        }
    }

    /// A relation under a key of its own, so that it can be asked for twice.
    fn nest(&mut self, nested: Nested) -> String {
        let alias = self.alias();
        self.fields.push(Selection::Nested(Nested { alias: Some(alias.clone()), ..nested }));
        alias
    }

    /// A page of a to-many relation, in the same way.
    fn page(&mut self, (nested, page): (Nested, Page), list: &List) -> String {
        let alias = self.alias();
        let total = list.needs_total().then(|| total_key(&alias));
        let nested = Nested { alias: Some(alias.clone()), ..nested };
        self.fields.push(Selection::Paged(Paged { nested, page, places: list.needs_cursors(), total }));
        alias
    }

    fn alias(&mut self) -> String {
        let alias = format!("_{}", self.nested);
        self.nested += 1;
        alias
    }

    /// What goes to the engine: no field at all would mean all of them.
    pub(super) fn selections(mut self) -> Vec<Selection> {
        if self.fields.is_empty() {
            self.leaf("id");
        }
        self.fields
    }
}

/// A list's page, as its arguments say.
pub(super) struct Asked {
    pub filter: Option<Filter>,
    pub sort: Vec<SortKey>,
}

impl<'r> Run<'r> {
    /// What is asked of a record of `object`.
    pub(super) fn record(
        &self,
        object: &Object,
        fields: &[Field<'r>],
        wanted: &mut Wanted,
    ) -> Result<Record, Refused> {
        let mut record =
            Record { ty: self.schema.names.of(&object.name).unwrap_or_default().to_owned(), keys: vec![] };
        for field in fields {
            let source = self.source(object, field, wanted)?;
            record.keys.push((field.key.to_owned(), source));
        }
        Ok(record)
    }

    fn source(&self, object: &Object, field: &Field<'r>, wanted: &mut Wanted) -> Result<Source, Refused> {
        let name = field.name();
        let catalog = &self.call.context.snapshot.catalog;
        if name == "__typename" {
            return Ok(Source::TypeName);
        }
        if field.first().selection_set.is_empty() {
            wanted.leaf(name);
            return Ok(Source::Value(name.to_owned()));
        }
        if let Some(target) =
            object.find_field(name).and_then(|field| catalog.find_object(field.kind.target()?))
        {
            let mut below = Wanted::default();
            let fields = self.collect(&field.sets(), self.type_of(target))?;
            let record = self.record(target, &fields, &mut below)?;
            let key = wanted.nest(nested(name, below.selections()));
            return Ok(Source::One(key, Box::new(record)));
        }
        let other = object.find_relation(name).and_then(|relation| catalog.find_object(&relation.object));
        let other = other.ok_or_else(|| Refused::message(format!("there is no relation `{name}`")))?;
        let arguments = self.arguments(field);
        let Asked { filter, sort } = self.asked(&arguments, other).map_err(Refused::Problem)?;
        let mut below = Wanted::default();
        let parts = self.list_parts(other, field, &mut below)?;
        let (page, size) = page(&arguments, engine::query::DEFAULT_NESTED_LIMIT)?;
        let list = listed(parts, (&page, size));
        let nested = Nested { filter, sort, limit: Some(size), ..nested(name, below.selections()) };
        Ok(Source::Many { key: wanted.page((nested, page), &list), list })
    }

    /// What is asked of a list: its edges, nodes and the rest.
    pub(super) fn list_parts(
        &self,
        object: &Object,
        field: &Field<'r>,
        wanted: &mut Wanted,
    ) -> Result<Vec<(String, ListPart)>, Refused> {
        let ty = field.first().ty().inner_named_type().as_str();
        let mut parts = Vec::new();
        for part in self.collect(&field.sets(), ty)? {
            let what = match part.name() {
                "edges" => ListPart::Edges(self.edge_parts(object, &part, wanted)?),
                "nodes" => ListPart::Nodes(self.node(object, &part, wanted)?),
                "pageInfo" => {
                    let keys = self.collect(&part.sets(), "PageInfo")?;
                    ListPart::Page(
                        keys.iter().map(|key| (key.key.to_owned(), key.name().to_owned())).collect(),
                    )
                }
                "total_count" => ListPart::Total,
                "has_more" => ListPart::HasMore,
                _ => ListPart::TypeName(ty.to_owned()),
            };
            parts.push((part.key.to_owned(), what));
        }
        Ok(parts)
    }

    fn edge_parts(
        &self,
        object: &Object,
        edges: &Field<'r>,
        wanted: &mut Wanted,
    ) -> Result<Vec<(String, EdgePart)>, Refused> {
        let ty = edges.first().ty().inner_named_type().as_str();
        let mut parts = Vec::new();
        for part in self.collect(&edges.sets(), ty)? {
            let what = match part.name() {
                "node" => EdgePart::Node(self.node(object, &part, wanted)?),
                "cursor" => EdgePart::Cursor,
                _ => EdgePart::TypeName(ty.to_owned()),
            };
            parts.push((part.key.to_owned(), what));
        }
        Ok(parts)
    }

    fn node(&self, object: &Object, field: &Field<'r>, wanted: &mut Wanted) -> Result<Record, Refused> {
        let fields = self.collect(&field.sets(), self.type_of(object))?;
        self.record(object, &fields, wanted)
    }

    /// The name of the type of an object's records.
    pub(super) fn type_of(&self, object: &Object) -> &'r str {
        self.schema.names.of(&object.name).unwrap_or_default()
    }

    /// Filter and order of a list's arguments.
    pub(super) fn asked(&self, arguments: &Map<String, Json>, object: &Object) -> Result<Asked, Problem> {
        let filter = match arguments.get("filter") {
            None | Some(Json::Null) => None,
            Some(filter) => {
                let filter = self.dotted(object, filter);
                Some(Filter::from_json(&filter).map_err(Problem::invalid)?)
            }
        };
        let formula =
            arguments.get("where").and_then(Json::as_str).map(|text| Filter::Formula(text.to_owned()));
        let sort = texts(arguments, "sort").into_iter().map(|key| match key.strip_prefix('-') {
            Some(path) => SortKey { path: path.to_owned(), descending: true },
            None => SortKey { path: key, descending: false },
        });
        Ok(Asked { filter: Filter::both(filter, formula), sort: sort.collect() })
    }

    /// A filter as REST has it: what stands below a lookup becomes a path, `{"account":{"name":…}}` →
    /// `{"account.name":…}`.
    fn dotted(&self, object: &Object, filter: &Json) -> Json {
        let Json::Object(map) = filter else { return filter.clone() };
        let catalog = &self.call.context.snapshot.catalog;
        let mut parts: Vec<Json> = Vec::new();
        for (key, value) in map.iter().filter(|(_, value)| !value.is_null()) {
            let target = object.find_field(key).and_then(|field| catalog.find_object(field.kind.target()?));
            let other = object.find_relation(key).and_then(|relation| catalog.find_object(&relation.object));
            parts.push(match (key.as_str(), target, other) {
                ("and" | "or", ..) => {
                    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
                    json!({ key: items.iter().map(|item| self.dotted(object, item)).collect::<Json>() })
                }
                ("not", ..) => json!({ "not": self.dotted(object, value) }),
                (_, Some(target), _) => below(key, self.dotted(target, value)),
                (_, None, Some(other)) => {
                    let map = value.as_object().into_iter().flatten().filter(|(_, part)| !part.is_null());
                    let parts = map.map(|(how, part)| (how.clone(), self.dotted(other, part)));
                    json!({ key: Json::Object(parts.collect()) })
                }
                _ => {
                    let map = value.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
                    json!({ key: Json::Object(map.map(|(key, value)| (key.clone(), value.clone())).collect()) })
                }
            });
        }
        if parts.len() == 1 { parts.remove(0) } else { json!({ "and": parts }) }
    }
}

/// Puts `lookup.` before every path of a filter.
fn below(lookup: &str, filter: Json) -> Json {
    let Json::Object(map) = filter else { return filter };
    let put = |(key, value): (String, Json)| match (key.as_str(), value) {
        ("and" | "or", Json::Array(items)) => {
            (key, items.into_iter().map(|item| below(lookup, item)).collect())
        }
        ("not", part) => (key, below(lookup, part)),
        (path, value) => (format!("{lookup}.{path}"), value),
    };
    Json::Object(map.into_iter().map(put).collect())
}

fn nested(relation: &str, fields: Vec<Selection>) -> Nested {
    Nested { relation: relation.to_owned(), alias: None, fields, sort: Vec::new(), limit: None, filter: None }
}

/// Where a list's page begins and how long it is.
pub(super) fn page(arguments: &Map<String, Json>, default: u32) -> Result<(Page, u32), Refused> {
    let text = |key: &str| arguments.get(key).and_then(Json::as_str).map(str::to_owned);
    let (ahead, back) = (first(arguments, "first")?, first(arguments, "last")?);
    let (after, before) = (text("after"), text("before"));
    match (ahead.is_some() || after.is_some(), back.is_some() || before.is_some()) {
        (true, true) => Err(Refused::coded("one-of", "give `first` with `after`, or `last` with `before`")),
        (_, false) => Ok((after.map_or(Page::First, Page::After), ahead.unwrap_or(default))),
        (false, true) => Ok((Page::Before(before), back.unwrap_or(default))),
    }
}

/// The form of a list with its place.
pub(super) fn listed(parts: Vec<(String, ListPart)>, (page, size): (&Page, u32)) -> List {
    let backward = matches!(page, Page::Before(_));
    let begun = matches!(page, Page::After(_) | Page::Before(Some(_)));
    List { parts, size: size as usize, backward, begun }
}

/// The texts of an argument that is a list; one that is given alone is a list of itself, as GraphQL has it.
pub(super) fn texts(arguments: &Map<String, Json>, key: &str) -> Vec<String> {
    match arguments.get(key) {
        Some(Json::Array(items)) => items.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
        Some(Json::String(text)) => vec![text.clone()],
        _ => Vec::new(),
    }
}

/// Whether an argument says yes.
pub(super) fn flag(arguments: &Map<String, Json>, key: &str) -> bool {
    arguments.get(key).and_then(Json::as_bool).unwrap_or_default()
}

/// A number of records: `first` or `last`.
pub(super) fn first(arguments: &Map<String, Json>, key: &str) -> Result<Option<u32>, Refused> {
    let Some(given) = arguments.get(key).filter(|value| !value.is_null()) else { return Ok(None) };
    let number = given.as_u64().and_then(|number| u32::try_from(number).ok());
    let most = engine::query::MAX_LIMIT;
    match number.filter(|number| *number <= most) {
        Some(number) => Ok(Some(number)),
        None => Err(Refused::coded("out-of-range", format!("`{key}` is a number from 0 to {most}"))),
    }
}
