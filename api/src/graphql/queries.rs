//! The fields of `Query`: one record, a list, groups, and whatever has an id. All fields of an operation are questions of
//! one statement.

use std::sync::Arc;

use engine::query::aggregate::DEFAULT_GROUPS;
use engine::{Answer, Query, Question, Told};
use metadata::Object;
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::collect::Field;
use super::fault::{Fault, Refused};
use super::limits::{self, PASS};
use super::select::{Asked, Wanted, flag, listed, page};
use super::shape::{self, List, Record, Response};
use super::states::{self, Log};
use super::{Done, Run, aggregates};
use crate::problem::{Code, Problem};

/// What is asked for one root field, and how its answer is written.
struct Root {
    form: Form,
    /// Its own among the questions of the operation.
    questions: std::ops::Range<usize>,
}

/// How the answer of a root field is written.
pub(super) enum Form {
    /// Nothing has to be asked.
    Ready(Vec<u8>),
    /// The one record that is found, in the form of the question that found it.
    One(Vec<Record>),
    Many(Record),
    List(List),
    Groups {
        record: Record,
        first: u32,
    },
    /// Entries of the log of states.
    Log(Log),
}

/// Answers every field by one statement; one that fails is `null` and told among the errors. Answers whether anything
/// was asked of the database, which compares the caller with it.
pub(super) async fn run<'r>(
    run: &Run<'r>,
    fields: &[Field<'r>],
    response: &mut Response,
) -> Result<bool, Refused> {
    let mut questions = Vec::new();
    let roots: Vec<Result<Root, Refused>> =
        fields.iter().map(|field| root(run, field, &mut questions)).collect();
    let cost = |(field, root): (&Field<'r>, &Result<Root, Refused>)| {
        (field.key, root.as_ref().map_or(0, |root| root.form.cost()))
    };
    limits::check_cost(run, &fields.iter().zip(&roots).map(cost).collect::<Vec<_>>())?;
    let told = run.ask(&questions).await?;
    let is_compared = told.iter().any(Result::is_ok);
    for (field, root) in fields.iter().zip(roots) {
        if matches!(field.name(), "__schema" | "__type") {
            response.introspected(field.key);
            continue;
        }
        let outcome = root.and_then(|root| root.form.write(&told[root.questions]));
        settle(run, field, outcome, response)?;
    }
    Ok(is_compared)
}

/// Records that were written, as a mutation answers them: for each field one record or a list of them.
pub(super) async fn written<'r>(
    run: &Run<'r>,
    written: &[(&Field<'r>, &Arc<Object>, Vec<Uuid>, bool)],
) -> Result<Vec<Result<Vec<u8>, Refused>>, Problem> {
    let mut questions = Vec::new();
    let mut form = |(field, object, ids, many): &(&Field<'r>, &Arc<Object>, Vec<Uuid>, bool)| {
        let mut wanted = Wanted::default();
        let fields = run.collect(&field.sets(), run.type_of(object))?;
        let record = run.record(object, &fields, &mut wanted)?;
        let query = Query { fields: wanted.selections(), ..Query::of(&object.name, ids.clone()) };
        questions.push(Question::Records(query));
        let at = questions.len() - 1..questions.len();
        Ok((if *many { Form::Many(record) } else { Form::One(vec![record]) }, at))
    };
    let forms: Vec<Result<(Form, std::ops::Range<usize>), Refused>> = written.iter().map(&mut form).collect();
    let told = run.ask(&questions).await?;
    Ok(forms.into_iter().map(|form| form.and_then(|(form, at)| form.write(&told[at]))).collect())
}

/// Puts what came of a root field into the answer. Only "plan again" ends the request.
pub(super) fn settle(
    run: &Run<'_>,
    field: &Field<'_>,
    outcome: Result<Vec<u8>, Refused>,
    response: &mut Response,
) -> Done {
    let sources = &run.document.sources;
    match outcome {
        Ok(bytes) => response.key(field.key).extend_from_slice(&bytes),
        Err(Refused::Problem(problem)) if problem.code == Code::Outdated => return Err(problem),
        Err(Refused::Problem(problem)) => {
            response.fault(field.key, run.fault(field, problem).to_json(sources));
        }
        Err(Refused::Request(errors)) => {
            let message = errors.first().and_then(|error| error["message"].as_str()).unwrap_or_default();
            let fault: Fault = run.fault(field, Problem::new(Code::InvalidRequest, message));
            response.fault(field.key, fault.to_json(sources));
        }
    }
    Ok(())
}

fn root<'r>(run: &Run<'r>, field: &Field<'r>, questions: &mut Vec<Question>) -> Result<Root, Refused> {
    let before = questions.len();
    let form = form(run, field, questions);
    if form.is_err() {
        questions.truncate(before);
    }
    Ok(Root { form: form?, questions: before..questions.len() })
}

fn form<'r>(run: &Run<'r>, field: &Field<'r>, questions: &mut Vec<Question>) -> Result<Form, Refused> {
    let catalog = &run.call.context.snapshot.catalog;
    let arguments = run.arguments(field);
    match field.name() {
        "__typename" => {
            let mut bytes = Vec::new();
            shape::text(&mut bytes, "Query");
            return Ok(Form::Ready(bytes));
        }
        "__schema" | "__type" => return Ok(Form::Ready(Vec::new())),
        "node" => return node(run, field, (&arguments, questions)),
        _ => {}
    }
    if let Some(object) = catalog.find_object(field.name()) {
        let Some(id) = id(&arguments) else { return Ok(Form::Ready(b"null".to_vec())) };
        let fields = run.collect(&field.sets(), run.type_of(object))?;
        let mut wanted = Wanted::default();
        let record = run.record(object, &fields, &mut wanted)?;
        let fresh = flag(&arguments, "fresh");
        let query = Query { fields: wanted.selections(), fresh, ..Query::of(&object.name, vec![id]) };
        questions.push(Question::Records(query));
        return Ok(Form::One(vec![record]));
    }
    let aggregated = field.name().strip_suffix("_aggregate").and_then(|plural| catalog.find_plural(plural));
    if let Some(object) = aggregated.filter(|object| catalog.has_groups(object)) {
        let (record, question) = aggregates::root(run, field, (object, &arguments))?;
        let first = match (question.group_by.is_empty(), question.limit) {
            (true, _) => 1,
            (false, 0) => DEFAULT_GROUPS,
            (false, limit) => limit,
        };
        questions.push(Question::Groups(question));
        return Ok(Form::Groups { record, first });
    }
    let Some(object) = catalog.find_plural(field.name()) else {
        let log = states::root(run, field, &arguments)?;
        let (form, question) =
            log.ok_or_else(|| Refused::message(format!("there is no field `{}`", field.name())))?;
        questions.push(question);
        return Ok(form);
    };
    let (list, query) = list(run, field, (object, &arguments))?;
    questions.push(Question::Records(query));
    Ok(Form::List(list))
}

/// What is no id names no record.
fn id(arguments: &Map<String, Json>) -> Option<Uuid> {
    arguments.get("id").and_then(Json::as_str).and_then(|text| Uuid::parse_str(text).ok())
}

/// The record with an id, whatever it is: one question for each object, of which one finds it. Objects that no
/// fragment speaks of are asked for the same.
fn node<'r>(
    run: &Run<'r>,
    field: &Field<'r>,
    (arguments, questions): (&Map<String, Json>, &mut Vec<Question>),
) -> Result<Form, Refused> {
    let Some(id) = id(arguments) else { return Ok(Form::Ready(b"null".to_vec())) };
    let (spoken_of, bare) = (run.types_of(&field.sets())?, run.collect(&field.sets(), "Node")?);
    let mut records = Vec::new();
    for object in &run.call.context.snapshot.catalog.objects {
        let Some(ty) = run.schema.names.of(&object.name) else { continue };
        let mut wanted = Wanted::default();
        let record = match spoken_of.contains(ty) {
            true => run.record(object, &run.collect(&field.sets(), ty)?, &mut wanted)?,
            false => run.record(object, &bare, &mut wanted)?,
        };
        let fresh = flag(arguments, "fresh");
        let query = Query { fields: wanted.selections(), fresh, ..Query::of(&object.name, vec![id]) };
        questions.push(Question::Records(query));
        records.push(record);
    }
    Ok(Form::One(records))
}

fn list<'r>(
    run: &Run<'r>,
    field: &Field<'r>,
    (object, arguments): (&Arc<Object>, &Map<String, Json>),
) -> Result<(List, Query), Refused> {
    let mut wanted = Wanted::default();
    let parts = run.list_parts(object, field, &mut wanted)?;
    let Asked { filter, sort } = run.asked(arguments, object)?;
    let (page, size) = page(arguments, engine::query::DEFAULT_LIMIT)?;
    let list = listed(parts, (&page, size));
    let query = Query {
        object: object.name.clone(),
        fields: wanted.selections(),
        filter,
        sort,
        page,
        limit: size.max(1),
        include_total: list.needs_total(),
        cursors: list.needs_cursors(),
        fresh: flag(arguments, "fresh"),
        ..Query::default()
    };
    Ok((list, query))
}

impl Form {
    /// Values that the answer could hold.
    fn cost(&self) -> u64 {
        match self {
            Self::Ready(_) => 1,
            Self::One(records) => {
                let most = records.iter().map(|record| limits::cost(record, 1)).max();
                // Whatever has an id is looked for in each object.
                most.unwrap_or_default().saturating_add(records.len() as u64)
            }
            Self::Many(record) => limits::cost(record, 1),
            Self::List(list) => limits::cost_of_list(&list.parts, list.size as u64),
            Self::Groups { record, first } => limits::cost(record, (*first).into()).saturating_add(PASS),
            Self::Log(log) => log.cost(),
        }
    }

    /// The bytes of a root field from what its questions were told.
    fn write(self, told: &[Result<Told, Refused>]) -> Result<Vec<u8>, Refused> {
        let mut bytes = Vec::new();
        match self {
            Self::Ready(ready) => bytes = ready,
            Self::One(forms) => {
                let mut is_found = false;
                for (record, told) in forms.iter().zip(told) {
                    let answer = answer_of(told)?;
                    if let Some(raw) = records(&answer.json)?.first().filter(|_| !is_found) {
                        record.write(&mut bytes, raw);
                        is_found = true;
                    }
                }
                if !is_found {
                    bytes.extend_from_slice(b"null");
                }
            }
            Self::Many(record) => {
                let answer = answer_of(first_of(told)?)?;
                shape::array(&mut bytes, records(&answer.json)?.into_iter(), |out, raw| {
                    record.write(out, raw);
                });
            }
            Self::List(list) => list.write(&mut bytes, answer_of(first_of(told)?)?)?,
            Self::Groups { record, .. } => {
                let Ok(Told::Groups(groups)) = first_of(told)? else {
                    return answer_of(first_of(told)?).map(|_| bytes);
                };
                shape::array(&mut bytes, records(&groups.json)?.into_iter(), |out, raw| {
                    record.write(out, raw);
                });
            }
            Self::Log(log) => {
                let Ok(Told::Log(page)) = first_of(told)? else {
                    return answer_of(first_of(told)?).map(|_| bytes);
                };
                log.write(&mut bytes, page);
            }
        }
        Ok(bytes)
    }
}

fn first_of(told: &[Result<Told, Refused>]) -> Result<&Result<Told, Refused>, Refused> {
    told.first().ok_or_else(|| Refused::Problem(Problem::internal()))
}

fn answer_of(told: &Result<Told, Refused>) -> Result<&Answer, Refused> {
    match told {
        Ok(Told::Records(answer)) => Ok(answer),
        Ok(Told::Groups(_) | Told::Log(_)) => Err(Refused::Problem(Problem::internal())),
        Err(refused) => Err(refused.clone()),
    }
}

impl List {
    fn write(&self, bytes: &mut Vec<u8>, answer: &Answer) -> Result<(), Refused> {
        let mut records = records(&answer.json)?;
        records.truncate(self.size);
        let more = answer.next_cursor.is_some() || (self.size == 0 && answer.count > 0);
        let cursors = answer.cursors[..records.len().min(answer.cursors.len())].to_vec();
        let page = shape::Page { total: answer.total, cursors, ..self.page(more) };
        shape::list(bytes, &self.parts, &records, &page);
        Ok(())
    }
}

impl Run<'_> {
    /// Answers to questions, by one statement. Only "plan again" is an error.
    pub(super) async fn ask(&self, questions: &[Question]) -> Result<Vec<Result<Told, Refused>>, Problem> {
        match self.call.engine().read_all(&self.call.context, questions).await {
            Ok(told) => Ok(told
                .into_iter()
                .map(|told| told.map_err(|error| Refused::Problem(error.into())))
                .collect()),
            Err(error) => {
                let problem = Problem::from(error);
                if problem.code == Code::Outdated {
                    return Err(problem);
                }
                Ok(questions.iter().map(|_| Err(Refused::Problem(problem.clone()))).collect())
            }
        }
    }
}

/// The records of an answer, each as text.
pub(super) fn records(json: &[u8]) -> Result<Vec<&RawValue>, Refused> {
    serde_json::from_slice(json).map_err(|_| Refused::Problem(Problem::internal()))
}
