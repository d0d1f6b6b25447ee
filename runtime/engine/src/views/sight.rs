//! What of a kept view its owner sees now. What was hidden from them since is left out of what they are shown, not of
//! what is kept: it is there again when the right is.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use metadata::Problem;
use metadata::catalog::Object;
use metadata::definitions::list_view::ListView;
use permissions::{Action, Decision};
use serde_json::{Map, Value as Json, json};

use super::check;
use super::store::Row;
use crate::context::Context;
use crate::error::Error;
use crate::filter::Filter;
use crate::plan::Plan;
use crate::query::Query;

/// One actor's eyes.
pub(super) struct Sight<'c> {
    context: &'c Context,
    decisions: RefCell<HashMap<String, Rc<Decision>>>,
}

impl<'c> Sight<'c> {
    pub(super) fn new(context: &'c Context) -> Self {
        Self { context, decisions: RefCell::default() }
    }

    /// The object with a stable id, where the actor may read it at all.
    pub(super) fn object(&self, id: &str) -> Option<&'c Arc<Object>> {
        let object = self.context.snapshot.catalog.objects.iter().find(|object| object.id == id)?;
        self.decision(object).is_allowed().then_some(object)
    }

    /// The same by its name.
    pub(super) fn seen_object(&self, name: &str) -> Option<Arc<Object>> {
        let object = self.context.snapshot.catalog.find_object(name)?;
        self.decision(object).is_allowed().then(|| object.clone())
    }

    /// A view as its owner is shown it; nothing when they do not see its object.
    pub(super) fn shown(&self, row: &Row) -> Option<Json> {
        let object = self.object(&row.object)?;
        let mut view = check::stored(row, &object.name)?;
        let mut left_out = Vec::new();
        let keep = |paths: &mut Vec<String>| {
            let before = paths.len();
            paths.retain(|path| self.sees(object, path));
            before != paths.len()
        };
        let (columns, pinned) = (keep(&mut view.columns), keep(&mut view.pinned));
        let sort = keep(&mut view.sort);
        left_out.extend(columns.then_some("columns"));
        left_out.extend(pinned.then_some("pinned"));
        left_out.extend(sort.then_some("sort"));
        if view.group_by.as_ref().is_some_and(|path| !self.sees(object, path)) {
            view.group_by = None;
            left_out.push("group_by");
        }
        if view.weight().is_some_and(|name| !self.sees(object, name)) {
            view.weight_by = None;
            left_out.push("weight_by");
        }
        if let Some(filter) = view.filter.take() {
            view.filter = self.asked(object, filter.clone());
            left_out.extend((view.filter.as_ref() != Some(&filter)).then_some("filter"));
        }
        if view
            .condition
            .as_ref()
            .is_some_and(|text| self.refused(object, Filter::Formula(text.clone())).is_some())
        {
            view.condition = None;
            left_out.push("where");
        }
        let mut json = serde_json::to_value(&view).unwrap_or_default();
        json["id"] = json!(row.id);
        json["left_out"] = json!(left_out);
        Some(json)
    }

    /// What the view names that the actor does not see, which is told as what is not there.
    pub(super) fn problems(&self, object: &Object, view: &ListView) -> Vec<Problem> {
        let at = |key: &'static str, paths: &[String]| -> Vec<(String, String)> {
            paths.iter().enumerate().map(|(at, path)| (format!("{key}.{at}"), path.clone())).collect()
        };
        let group = view.group_by.iter().map(|path| ("group_by".to_owned(), path.clone()));
        let weight = view.weight().map(|name| ("weight_by".to_owned(), name.to_owned()));
        let shown = at("columns", &view.columns).into_iter().chain(at("pinned", &view.pinned));
        let paths = shown.chain(at("sort", &view.sort)).chain(group).chain(weight);
        let unseen = paths.filter(|(_, path)| !self.sees(object, path));
        let told = |(place, path): (String, String)| {
            Problem::new(place, "unknown-field", format!("`{}` has no field `{path}`", object.name))
        };
        let mut problems: Vec<Problem> = unseen.map(told).collect();
        let filter = view.filter.as_ref().map(Filter::from_json);
        match filter {
            Some(Err(faults)) => problems.extend(faults),
            Some(Ok(filter)) => problems.extend(self.refused(object, filter).into_iter().flatten()),
            None => {}
        }
        let condition = view.condition.clone().map(Filter::Formula);
        problems.extend(condition.and_then(|filter| self.refused(object, filter)).into_iter().flatten());
        problems
    }

    /// Whether every field along a path exists for the actor; `-` before it is a direction.
    fn sees(&self, object: &Object, path: &str) -> bool {
        let path = path.strip_prefix('-').unwrap_or(path);
        let Ok(steps) = self.context.snapshot.catalog.resolve_path(object, path) else { return false };
        steps.iter().all(|step| {
            let decision = self.decision(step.object);
            decision.is_allowed() && decision.gives(step.field)
        })
    }

    /// As much of a filter as the actor may ask. Of what must all hold the rest goes on to hold; anything else is one.
    fn asked(&self, object: &Object, filter: Json) -> Option<Json> {
        let may = |filter: &Json| {
            Filter::from_json(filter).is_ok_and(|filter| self.refused(object, filter).is_none())
        };
        if may(&filter) {
            return Some(filter);
        }
        let Json::Object(map) = filter else { return None };
        let part = |(key, value): (String, Json)| match (key.as_str(), value) {
            ("and", Json::Array(parts)) => {
                let parts: Vec<Json> =
                    parts.into_iter().filter_map(|part| self.asked(object, part)).collect();
                (!parts.is_empty()).then(|| (key, Json::Array(parts)))
            }
            (_, value) => {
                let one = Json::Object(Map::from_iter([(key.clone(), value)]));
                may(&one).then(|| one.get(&key).cloned()).flatten().map(|value| (key, value))
            }
        };
        let map: Map<String, Json> = map.into_iter().filter_map(part).collect();
        (!map.is_empty()).then_some(Json::Object(map))
    }

    /// What the actor is told who asks for records by this.
    fn refused(&self, object: &Object, filter: Filter) -> Option<Vec<Problem>> {
        let query = Query { object: object.name.clone(), filter: Some(filter), ..Query::default() };
        match Plan::new(self.context, &query) {
            Ok(_) => None,
            Err(Error::Invalid(problems) | Error::Unprocessable(problems)) => Some(problems),
            Err(error) => Some(vec![Problem::new("filter", "invalid", error.to_string())]),
        }
    }

    fn decision(&self, object: &Object) -> Rc<Decision> {
        let mut known = self.decisions.borrow_mut();
        let decision = known.entry(object.name.clone());
        decision.or_insert_with(|| Rc::new(self.context.decide(Action::Read, object))).clone()
    }
}
