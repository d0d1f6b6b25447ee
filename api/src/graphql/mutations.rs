//! The fields of `Mutation`: all of an operation's changes are one transaction, the same batch as REST's. Records that
//! are made along with others are operations of that batch too.

use std::sync::Arc;

use engine::{Consent, Context, Op, Operation, Written};
use metadata::Object;
use metadata::catalog::Link;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value as Json};

use super::collect::Field;
use super::fault::Refused;
use super::limits;
use super::queries::{self, settle};
use super::select::{Wanted, flag};
use super::shape::{self, Response};
use super::{Done, Run};
use crate::problem::{Code, Problem};

/// Everything that an operation changes, in order.
#[derive(Default)]
struct Plan {
    operations: Vec<Operation>,
    /// For each operation the place of its root field, and where its data stands below that field.
    origins: Vec<(usize, String)>,
    roots: Vec<Root>,
}

/// What one root field does.
struct Root {
    object: Arc<Object>,
    /// Places of its own operations.
    operations: Vec<usize>,
    answer: Shape,
}

/// What a root field answers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    One,
    Many,
    Id,
    TypeName,
}

/// Runs every field, all or nothing.
pub(super) async fn run<'r>(
    run: &Run<'r>,
    fields: &[Field<'r>],
    response: &mut Response,
) -> Result<(), Refused> {
    let mut plan = Plan::default();
    for (at, field) in fields.iter().enumerate() {
        if let Err(refused) = plan.root(run, at, field) {
            run.call.compare().await?;
            for (place, other) in fields.iter().enumerate() {
                match place == at {
                    true => settle(run, field, Err(refused.clone()), response)?,
                    false => response.key(other.key).extend_from_slice(b"null"),
                }
            }
            return Ok(());
        }
    }
    plan.check_cost(run, fields)?;
    let operations = std::mem::take(&mut plan.operations);
    let call = run.call;
    let written = match operations.is_empty() {
        true => Ok(Vec::new()),
        false => {
            let context = Context { consent: consent(run, fields), ..call.context.clone() };
            call.engine().batch(&context, call.once()?.as_ref(), operations).await
        }
    };
    match written {
        Ok(written) => answer(run, fields, (&plan, &written), response).await?,
        Err(error) => {
            run.call.compare().await?;
            plan.refused(run, fields, (error.into(), response))?;
        }
    }
    Ok(())
}

/// What the caller insists on. All of an operation is one transaction, so it holds where every field says it.
fn consent(run: &Run<'_>, fields: &[Field<'_>]) -> Consent {
    let writing = || fields.iter().filter(|field| field.name() != "__typename");
    let all = |key: &str| writing().all(|field| flag(&run.arguments(field), key));
    Consent { warnings: all("confirm_warnings"), process_override: all("process_override") }
}

impl Plan {
    /// What could not be answered is not done either.
    fn check_cost<'r>(&self, run: &Run<'r>, fields: &[Field<'r>]) -> Result<(), Refused> {
        let mut costs = Vec::with_capacity(fields.len());
        for (root, field) in self.roots.iter().zip(fields) {
            let records = root.operations.len() as u64;
            costs.push((
                field.key,
                match root.answer {
                    Shape::One | Shape::Many => {
                        let parts = run.collect(&field.sets(), run.type_of(&root.object))?;
                        let record = run.record(&root.object, &parts, &mut Wanted::default())?;
                        limits::cost(&record, records)
                    }
                    Shape::Id | Shape::TypeName => records,
                },
            ));
        }
        limits::check_cost(run, &costs)
    }

    fn root(&mut self, run: &Run<'_>, at: usize, field: &Field<'_>) -> Result<(), Refused> {
        let catalog = &run.call.context.snapshot.catalog;
        let arguments = run.arguments(field);
        let (op, word) = match field.name().split_once('_') {
            Some(("create", word)) => (Op::Create, word),
            Some(("update", word)) => (Op::Update, word),
            Some(("upsert", word)) => (Op::Upsert, word),
            Some(("delete", word)) => (Op::Delete, word),
            Some(("transition", word)) => (Op::Transition, word),
            _ => {
                let object = catalog.objects.first().cloned();
                let object = object.ok_or_else(|| Refused::Problem(Problem::internal()))?;
                self.roots.push(Root { object, operations: Vec::new(), answer: Shape::TypeName });
                return Ok(());
            }
        };
        let many = catalog.find_object(word).is_none();
        let object = catalog.find_object(word).or_else(|| catalog.find_plural(word)).cloned();
        let object =
            object.ok_or_else(|| Refused::message(format!("there is no field `{}`", field.name())))?;
        let data: Vec<(String, &Json)> = match arguments.get("data") {
            Some(Json::Array(items)) => {
                items.iter().enumerate().map(|(at, item)| (format!("data.{at}"), item)).collect()
            }
            Some(one) => vec![("data".to_owned(), one)],
            None => vec![(String::new(), &Json::Null)],
        };
        let text = |key: &str| arguments.get(key).and_then(Json::as_str).map(str::to_owned);
        let mut own = Vec::new();
        for (path, data) in data {
            let mut data = data.as_object().cloned().unwrap_or_default();
            for (key, argument) in [("_note", "note"), ("_checklist", "checklist")] {
                data.extend(arguments.get(argument).map(|said| (key.to_owned(), said.clone())));
            }
            let main = Operation {
                object: object.name.clone(),
                op,
                id: text("id"),
                fields: Vec::new(),
                by: text("by"),
                if_version: arguments.get("version").and_then(version),
                reference: None,
                transition: text("transition"),
            };
            own.push(self.operation(run, (&object, &data), main, (at, path))?);
        }
        let answer = match op {
            Op::Delete => Shape::Id,
            _ if many => Shape::Many,
            _ => Shape::One,
        };
        self.roots.push(Root { object, operations: own, answer });
        Ok(())
    }

    /// Adds an operation with those for the records that go along: what it points to before, what points to it after.
    fn operation(
        &mut self,
        run: &Run<'_>,
        (object, data): (&Arc<Object>, &Map<String, Json>),
        mut main: Operation,
        (root, path): (usize, String),
    ) -> Result<usize, Refused> {
        let catalog = &run.call.context.snapshot.catalog;
        let mut after: Vec<(&str, &Json)> = Vec::new();
        for (key, value) in data {
            let lookup = object.find_field(key).filter(|field| field.kind.target().is_some());
            match lookup {
                Some(field) => {
                    let target = field.kind.target().and_then(|name| catalog.find_object(name)).cloned();
                    let (Some(target), Some(column)) = (target, field.columns.first()) else { continue };
                    let id = self.linked(run, &target, value, (root, format!("{path}.{key}")))?;
                    main.fields.push((column.key.clone(), raw(&id)?));
                }
                None if value.is_object() && object.find_relation(key).is_some() => after.push((key, value)),
                None => main.fields.push((key.clone(), raw(value)?)),
            }
        }
        let reference = format!("r{}", self.operations.len());
        let own = main.id.clone().unwrap_or_else(|| format!("@{reference}.id"));
        main.reference = Some(reference);
        let place = self.push(main, (root, path.clone()));
        for (key, value) in after {
            self.related(run, (object, key, value), &own, (root, format!("{path}.{key}")))?;
        }
        Ok(place)
    }

    fn push(&mut self, operation: Operation, origin: (usize, String)) -> usize {
        self.operations.push(operation);
        self.origins.push(origin);
        self.operations.len() - 1
    }

    /// `{"create":…}` or `{"connect":…}` on the way up: the id to put into the lookup.
    fn linked(
        &mut self,
        run: &Run<'_>,
        target: &Arc<Object>,
        value: &Json,
        (root, path): (usize, String),
    ) -> Result<Json, Refused> {
        match (value.get("create"), value.get("connect")) {
            (Some(Json::Object(data)), None | Some(Json::Null)) => {
                let at =
                    self.operation(run, (target, data), created(target), (root, format!("{path}.create")))?;
                Ok(format!("@{}.id", self.operations[at].reference.clone().unwrap_or_default()).into())
            }
            (None | Some(Json::Null), Some(id)) => Ok(id.clone()),
            (None, None) => Ok(Json::Null),
            _ => Err(Refused::coded("one-of", format!("{path}: give one of `create` and `connect`"))),
        }
    }

    /// `{"create":[…],"connect":[…]}` on the way down: records whose lookup points here.
    fn related(
        &mut self,
        run: &Run<'_>,
        (object, key, value): (&Arc<Object>, &str, &Json),
        own: &str,
        (root, path): (usize, String),
    ) -> Result<(), Refused> {
        let Some(relation) = object.find_relation(key) else { return Ok(()) };
        let Some(other) = run.call.context.snapshot.catalog.find_object(&relation.object).cloned() else {
            return Ok(());
        };
        let Link::Lookup { column, .. } = &relation.link else { return Ok(()) };
        let items = |key: &str| value[key].as_array().cloned().unwrap_or_default();
        for (at, item) in items("create").iter().enumerate() {
            let mut data = item.as_object().cloned().unwrap_or_default();
            data.insert(column.clone(), own.into());
            self.operation(run, (&other, &data), created(&other), (root, format!("{path}.create.{at}")))?;
        }
        for (at, id) in items("connect").iter().enumerate() {
            let fields = vec![(column.clone(), raw(&own.into())?)];
            let id = id.as_str().map(str::to_owned);
            let operation = Operation { op: Op::Update, id, fields, ..created(&other) };
            self.push(operation, (root, format!("{path}.connect.{at}")));
        }
        Ok(())
    }

    /// Nothing was changed: each root field tells what was wrong with its own part.
    fn refused(
        &self,
        run: &Run<'_>,
        fields: &[Field<'_>],
        (problem, response): (Problem, &mut Response),
    ) -> Done {
        if problem.code == Code::Outdated {
            return Err(problem);
        }
        let mut own: Vec<Vec<metadata::Problem>> = fields.iter().map(|_| Vec::new()).collect();
        let mut rest = Vec::new();
        for error in &problem.errors {
            match self.origin(&error.path) {
                Some((root, path)) => own[root].push(metadata::Problem { path, ..error.clone() }),
                None => rest.push(error.clone()),
            }
        }
        let nobody = own.iter().all(Vec::is_empty);
        for ((at, field), errors) in fields.iter().enumerate().zip(own) {
            if errors.is_empty() && !(nobody && at == 0) {
                response.key(field.key).extend_from_slice(b"null");
                continue;
            }
            let errors = if errors.is_empty() { rest.clone() } else { errors };
            let detail = match errors.as_slice() {
                [only] if !only.path.is_empty() => format!("{}: {}", only.path, only.message),
                _ => problem.detail.clone(),
            };
            let own = Problem { detail, errors, ..problem.clone() };
            settle(run, field, Err(Refused::Problem(own)), response)?;
        }
        Ok(())
    }

    /// `operations.3.data.amount` → the root field and `data.amount`.
    fn origin(&self, path: &str) -> Option<(usize, String)> {
        let rest = path.strip_prefix("operations.")?;
        let (number, below) = rest.split_once('.').unwrap_or((rest, ""));
        let (root, origin) = self.origins.get(number.parse::<usize>().ok()?)?;
        if below == "transition" {
            return Some((*root, below.to_owned()));
        }
        let below = below.strip_prefix("data.").unwrap_or(below);
        let parts: Vec<&str> = [origin.as_str(), below].into_iter().filter(|part| !part.is_empty()).collect();
        Some((*root, parts.join(".")))
    }
}

fn created(object: &Object) -> Operation {
    Operation {
        object: object.name.clone(),
        op: Op::Create,
        id: None,
        fields: Vec::new(),
        by: None,
        if_version: None,
        reference: None,
        transition: None,
    }
}

fn version(value: &Json) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn raw(value: &Json) -> Result<Box<RawValue>, Refused> {
    to_raw_value(value).map_err(|_| Refused::Problem(Problem::internal()))
}

/// The records as they are after the transaction, read by one statement.
async fn answer<'r>(
    run: &Run<'r>,
    fields: &[Field<'r>],
    (plan, written): (&Plan, &[Written]),
    response: &mut Response,
) -> Done {
    let ids = |root: &Root| -> Vec<uuid::Uuid> {
        root.operations.iter().filter_map(|&at| written.get(at)?.ids.first().copied()).collect()
    };
    for (one, (root, path)) in written.iter().zip(&plan.origins) {
        for warning in &one.warnings {
            let parts = [path.as_str(), &warning.path].into_iter().filter(|part| !part.is_empty());
            let path = parts.collect::<Vec<_>>().join(".");
            response.warn(fields[*root].key, &metadata::Problem { path, ..warning.clone() });
        }
    }
    let roots = plan.roots.iter().zip(fields);
    let asked: Vec<_> = roots
        .clone()
        .filter(|(root, _)| matches!(root.answer, Shape::One | Shape::Many))
        .map(|(root, field)| (field, &root.object, ids(root), root.answer == Shape::Many))
        .collect();
    let mut told = match queries::written(run, &asked).await {
        Ok(told) => told,
        // What is done is not done again: a reader that comes too late is told so.
        Err(problem) => {
            let text = "the change is made; the metadata changed meanwhile, so read the record again";
            let late = Problem::new(Code::Busy, text);
            let problem = if problem.code == Code::Outdated { late } else { problem };
            asked.iter().map(|_| Err(Refused::Problem(problem.clone()))).collect()
        }
    }
    .into_iter();
    for (root, field) in roots {
        match root.answer {
            Shape::TypeName => shape::text(response.key(field.key), "Mutation"),
            Shape::Id => match ids(root).first() {
                Some(id) => shape::text(response.key(field.key), &id.to_string()),
                None => response.key(field.key).extend_from_slice(b"null"),
            },
            Shape::One | Shape::Many => {
                let outcome = told.next().unwrap_or_else(|| Err(Refused::Problem(Problem::internal())));
                settle(run, field, outcome, response)?;
            }
        }
    }
    Ok(())
}
