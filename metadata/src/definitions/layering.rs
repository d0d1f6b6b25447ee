//! What becomes of components when a package speaks of them: it comes, comes again, in another version, and goes.
//! The tenant's layer outlives all of it. How two layers become one definition is in `layers`.

use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use super::change::{Draft, path_of};
use super::field::FieldDefinition;
use super::object::ObjectDefinition;
use super::{Change, Component, Definitions, Kind, Row, renaming};
use crate::layers::{Base, Class, Merge, Merged, Outcome, locked, plain};
use crate::problem::Problem;

/// How a package's layer is put beneath the tenant's.
#[derive(Clone, Copy)]
pub struct Layering<'a> {
    pub package: &'a str,
    /// Paths at which the package's value is to be taken where both changed it.
    pub take: &'a [String],
    /// Objects and fields (`deal`, `deal.amount`) that may be archived when the version is without them; the others
    /// become the tenant's own.
    pub archive: &'a (dyn Fn(&str) -> bool + Sync),
    /// What the package brings beside others that are not there: it is archived, and comes back beside them.
    pub aside: &'a (dyn Fn(Kind, &str) -> bool + Sync),
    /// Whether a package gives a component up, so that this one takes it over as it stands.
    pub gives_up: &'a (dyn Fn(&str, Kind, &str) -> bool + Sync),
}

impl<'a> Layering<'a> {
    /// The package's word, with nothing taken and nothing archived.
    pub fn of(package: &'a str) -> Self {
        Self { package, take: &[], archive: &|_| false, aside: &|_, _| false, gives_up: &|_, _, _| false }
    }
}

impl Definitions {
    /// The definitions with a package's version beneath the tenant's layer: its first one, another one, or one that
    /// comes back. What the version is without goes, or becomes the tenant's own.
    ///
    /// # Errors
    /// As [`Definitions::with_changes`].
    pub fn with_package(
        &self,
        changes: &[Change],
        layering: Layering<'_>,
    ) -> Result<(Self, Vec<Merged>), Vec<Problem>> {
        let mut changes = changes.to_vec();
        let (renamings, problems) = renaming::take(&mut changes);
        let mut draft = Draft::new(self.renamed(&renamings, Some(layering.package)), Some(layering));
        draft.problems = problems;
        draft.apply_all(&changes);
        draft.leave_out(layering);
        draft.finish()
    }

    /// The definitions without a package's layer. What it brought is archived, with what the tenant put on it, and
    /// comes back with it.
    #[must_use]
    pub fn without_package(&self, package: &str) -> Self {
        let mut next = self.clone();
        let own = |owner: &Option<String>| owner.as_deref() == Some(package);
        let mut retired: Vec<String> = Vec::new();
        for component in &mut next.objects {
            if own(&component.object.package) {
                if !component.object.retired {
                    retired.push(component.object.definition.name.clone());
                }
                withdraw(&mut component.object, |definition| json!(definition));
                continue;
            }
            let is_hidden = component.object.retired;
            for field in component.fields.iter_mut().filter(|field| own(&field.package)) {
                let definition = |definition: &FieldDefinition| Json::Object(definition.to_json());
                // Within what is hidden no column moves before it is there again: see `settle_withdrawn`.
                if is_hidden { take_back(field, definition) } else { withdraw(field, definition) }
            }
        }
        for (kind, shelf) in next.parts.shelves_mut() {
            let rows = shelf.rows(kind).into_iter().filter(|row| own(&row.package) && !row.retired);
            // They were stored: they are read again without a fault.
            rows.map(withdrawn).for_each(|row| shelf.put(row).unwrap_or_default());
            retired.iter().for_each(|object| shelf.retire_object(object));
        }
        next
    }

    /// Puts away fields of packages that went while their objects were hidden, where those are there again.
    pub fn settle_withdrawn(&mut self) {
        for component in self.objects.iter_mut().filter(|one| !one.object.retired) {
            component.fields.iter_mut().for_each(|field| field.retired |= field.withdrawn());
        }
    }

    /// The definitions without the tenant's layer over one component.
    ///
    /// # Errors
    /// When no package brought it.
    pub fn without_layer(&self, kind: Kind, name: &str) -> Result<Self, Vec<Problem>> {
        let mut next = self.clone();
        let Some(layers) = self.layers(kind, name) else {
            let path = path_of(&Change { kind, name: name.to_owned(), definition: None });
            let text = "no package brought this, so there is nothing beneath it";
            return Err(vec![Problem::new(path, "no-layer", text)]);
        };
        next.unhide(kind, name);
        let change = Change { kind, name: name.to_owned(), definition: Some(layers.base) };
        next.with_changes(&[change], None)
    }

    /// Brings back what the tenant removed of a package.
    pub(crate) fn unhide(&mut self, kind: Kind, name: &str) {
        fn back<T>(component: &mut Component<T>) {
            component.retired &= component.base.as_ref().is_none_or(|base| base.withdrawn);
        }
        let (object, field) = name.split_once('.').unwrap_or((name, ""));
        for component in self.objects.iter_mut().filter(|one| one.object.definition.name == object) {
            match kind {
                Kind::Objects => back(&mut component.object),
                Kind::Fields => {
                    component
                        .fields
                        .iter_mut()
                        .filter(|one| one.definition.common.name == field)
                        .for_each(back);
                }
                _ => {}
            }
        }
        if kind == Kind::Objects {
            self.parts.shelves_mut().into_iter().for_each(|(_, shelf)| shelf.restore_object(object));
        }
    }
}

fn withdraw<T>(component: &mut Component<T>, json: impl Fn(&T) -> Json) {
    take_back(component, json);
    component.retired = true;
}

/// Notes that the package is gone; the tenant's own removal stays the tenant's.
fn take_back<T>(component: &mut Component<T>, json: impl Fn(&T) -> Json) {
    if component.retired {
        return;
    }
    let definition =
        component.base.take().map_or_else(|| json(&component.definition), |base| base.definition);
    component.base = Some(Base { definition, alone: None, withdrawn: true });
}

fn withdrawn(row: Row) -> Row {
    let definition = row.base.map_or_else(|| row.definition.clone(), |base| base.definition);
    Row { base: Some(Base { definition, alone: None, withdrawn: true }), retired: true, ..row }
}

/// A packaged component as the tenant removes it; `None` when no package brought it.
pub(super) fn hidden(row: Row) -> Option<Row> {
    row.package.as_ref()?;
    let base =
        row.base.or_else(|| Some(Base { definition: row.definition.clone(), alone: None, withdrawn: false }));
    Some(Row { base, retired: true, ..row })
}

impl Draft<'_> {
    /// What the speaking package says of a component; nothing when it is the tenant who speaks.
    pub(super) fn base_of(&self, kind: Kind, definition: Json) -> Option<Base> {
        self.layering.map(|_| Base { definition: plain(kind, definition), alone: None, withdrawn: false })
    }

    /// The speaking package's object of this name, live, removed by the tenant, or left from before.
    pub(super) fn own_object(&self, name: &str) -> Option<usize> {
        let package = self.package()?;
        let objects = self.definitions.objects.iter().enumerate();
        let own = objects.filter(|(_, one)| {
            one.object.package.as_deref() == Some(package)
                && one.object.definition.name == name
                && one.object.is_layered()
        });
        let taken = self.definitions.position(name);
        let (at, one) =
            own.min_by_key(|(at, one)| (one.object.retired, one.object.withdrawn(), usize::MAX - at))?;
        // What stands in its place is somebody else's, who is to be told.
        (!one.object.withdrawn() || taken.is_none()).then_some(at)
    }

    /// A packaged object that the tenant removed: packages go on speaking of it.
    pub(super) fn hidden_object(&self, name: &str) -> Option<usize> {
        self.layering?;
        let hidden = |one: &super::ObjectComponent| {
            one.object.retired && one.object.base.as_ref().is_some_and(|base| !base.withdrawn)
        };
        let objects = &self.definitions.objects;
        objects.iter().rposition(|one| hidden(one) && one.object.definition.name == name)
    }

    /// The speaking package's field of this name, as [`Draft::own_object`].
    pub(super) fn own_field(&self, at: usize, name: &str) -> Option<usize> {
        let package = self.package()?;
        let fields = self.definitions.objects[at].fields.iter().enumerate();
        let own = fields.filter(|(_, one)| {
            one.package.as_deref() == Some(package) && one.definition.common.name == name && one.is_layered()
        });
        let taken = self.definitions.objects[at]
            .fields
            .iter()
            .any(|one| !one.retired && one.definition.common.name == name);
        let (found, one) = own.min_by_key(|(at, one)| (one.retired, one.withdrawn(), usize::MAX - at))?;
        (!one.withdrawn() || !taken).then_some(found)
    }

    /// Whether a part of that name is the one that is spoken of: a live one; of those that are not, the package's own or
    /// one that it takes over, and for the tenant who puts it again the one that it removed.
    pub(super) fn is_meant(&self, old: &Row, put: bool) -> bool {
        let layered = old.base.as_ref().is_some_and(|base| !base.withdrawn);
        match self.package() {
            _ if !old.retired => true,
            Some(package) => {
                (old.package.as_deref() == Some(package) || self.inherits(old)) && old.base.is_some()
            }
            None => put && layered,
        }
    }

    /// The object's definition in force, when another one is given for it.
    pub(super) fn layered_object(&mut self, at: usize, given: ObjectDefinition) -> ObjectDefinition {
        let component = &self.definitions.objects[at];
        let row = component.object.row(
            Kind::Objects,
            &component.object.definition.name,
            json!(component.object.definition),
        );
        let spoken = self.definitions.spoken(&row);
        let path = format!("objects.{}", row.name);
        if self.layering.is_none() {
            self.refuse_locked(&row, &json!(given), &path);
            return given;
        }
        let back = component.object.retired && (component.object.withdrawn() || self.takes(&path));
        let (definition, base) = self.merge(&row, (spoken, json!(given)), &path);
        let component = &mut self.definitions.objects[at].object;
        component.base = base;
        if back {
            component.retired = false;
            self.definitions
                .parts
                .shelves_mut()
                .into_iter()
                .for_each(|(_, shelf)| shelf.restore_own(&row.name));
        }
        self.read_merged(definition, given, &path)
    }

    /// The field's definition in force, when another one is given for it; `None` when it must not be.
    pub(super) fn layered_field(
        &mut self,
        (at, found): (usize, usize),
        given: FieldDefinition,
        path: &str,
    ) -> Option<FieldDefinition> {
        let field = &self.definitions.objects[at].fields[found];
        let row =
            field.row(Kind::Fields, &field.definition.common.name, Json::Object(field.definition.to_json()));
        let json = Json::Object(given.to_json());
        if self.layering.is_none() {
            return self.refuse_locked(&row, &json, path).then_some(given);
        }
        let (definition, base) = self.merge(&row, (plain(Kind::Fields, row.definition.clone()), json), path);
        let taken = self.takes(path);
        let field = &mut self.definitions.objects[at].fields[found];
        field.retired &= !(field.withdrawn() || taken);
        field.base = base;
        match definition.as_object().map(FieldDefinition::from_json) {
            Some(Ok(merged)) => Some(merged),
            _ => {
                self.drop_layer(path);
                Some(given)
            }
        }
    }

    /// A part as it is to stand; `None` when it must not.
    pub(super) fn layered_part(
        &mut self,
        (kind, name): (Kind, String),
        old: Option<Row>,
        given: Json,
        path: &str,
    ) -> Option<Row> {
        let unseen = given["object"].as_str().is_some_and(|object| {
            self.definitions.position(object).is_none() && self.hidden_object(object).is_some()
        });
        let given = self.shelf(kind).map(|shelf| shelf.stored(given.clone())).unwrap_or(given);
        let Some(old) = old else {
            let (id, base) = (self.next_id(kind.letter()), self.base_of(kind, given.clone()));
            self.seen.insert(id.clone());
            let package = self.package().map(str::to_owned);
            return Some(Row {
                id,
                kind,
                name,
                parent: None,
                package,
                base,
                retired: unseen,
                purged: false,
                definition: given,
            });
        };
        if self.layering.is_none() {
            let renamed = old.package.is_some() && old.name != name;
            if renamed {
                self.refuse(locked_problem(format!("{path}.name"), &old));
            }
            let may = self.refuse_locked(&old, &given, path) && !renamed;
            return may.then_some(Row { name, retired: false, definition: given, ..old });
        }
        let removed = old.base.as_ref().is_some_and(|base| !base.withdrawn);
        let retired = unseen || (old.retired && removed && !self.takes(path));
        let (definition, base) = self.merge(&old, (plain(kind, old.definition.clone()), given), path);
        let package = self.package().map(str::to_owned);
        Some(Row { name, package, base, retired, definition, ..old })
    }

    /// Whether another package gives this up to the one that speaks.
    pub(super) fn inherits(&self, old: &Row) -> bool {
        let gives_up =
            |layering: Layering<'_>, owner: &String| (layering.gives_up)(owner, old.kind, &old.name);
        self.layering.zip(old.package.as_ref()).is_some_and(|(layering, owner)| gives_up(layering, owner))
    }

    /// Whether what the tenant removed is to come back.
    fn takes(&self, path: &str) -> bool {
        self.layering.is_some_and(|layering| layering.take.iter().any(|taken| taken == path))
    }

    /// The package's new word and the tenant's layer as one.
    fn merge(&mut self, row: &Row, (mine, theirs): (Json, Json), path: &str) -> (Json, Option<Base>) {
        self.seen.insert(row.id.clone());
        let theirs = plain(row.kind, theirs);
        // Of what was installed before layers were kept the tenant has none.
        let base = row.base.as_ref().map_or_else(|| mine.clone(), |base| base.definition.clone());
        let take = self.layering.map_or(&[][..], |layering| layering.take);
        let mut merge = Merge { kind: row.kind, path, take, found: Vec::new() };
        let merged = merge.run(&base, &mine, &theirs);
        self.merged.append(&mut merge.found);
        self.note_removed(row, (&base, &theirs), path);
        // What does not change stays as it was written.
        let definition = if merged == mine { row.definition.clone() } else { merged };
        (definition, Some(Base { definition: theirs, alone: None, withdrawn: false }))
    }

    /// What the tenant removed stays removed, also when the package says something else of it now.
    fn note_removed(&mut self, row: &Row, (base, theirs): (&Json, &Json), path: &str) {
        let is_removed = row.retired && row.base.as_ref().is_some_and(|base| !base.withdrawn);
        if !is_removed || base == theirs || self.takes(path) {
            return;
        }
        let (class, outcome) = (Class::Tenant, Outcome::Kept);
        let (base, package) = (Some(base.clone()), Some(theirs.clone()));
        self.merged.push(Merged { path: path.to_owned(), class, outcome, base, package, tenant: None });
    }

    fn read_merged<T: DeserializeOwned>(&mut self, merged: Json, given: T, path: &str) -> T {
        serde_json::from_value(merged).unwrap_or_else(|_| {
            self.drop_layer(path);
            given
        })
    }

    fn drop_layer(&mut self, path: &str) {
        let (base, package, tenant) = (None, None, None);
        let outcome = Outcome::Dropped;
        self.merged.push(Merged {
            path: path.to_owned(),
            class: Class::Package,
            outcome,
            base,
            package,
            tenant,
        });
    }

    /// What nobody changes once a package brought it. Tells whether all is well.
    fn refuse_locked(&mut self, row: &Row, given: &Json, path: &str) -> bool {
        let open = given["kind"] == "any_lookup";
        let keys = locked(row.kind).iter().filter(|key| row.package.is_some() && !(open && **key == "to"));
        let mut names: Vec<&str> =
            keys.filter(|key| row.definition[**key] != given[**key]).copied().collect();
        let named = matches!(row.kind, Kind::Objects | Kind::Fields) && row.package.is_some();
        if named && row.definition["name"] != given["name"] {
            names.push("name");
        }
        names.iter().for_each(|key| self.refuse(locked_problem(format!("{path}.{key}"), row)));
        names.is_empty()
    }

    /// What the version is without.
    fn leave_out(&mut self, layering: Layering<'_>) {
        let own = |owner: &Option<String>| owner.as_deref() == Some(layering.package);
        let mut notes = Vec::new();
        for component in &mut self.definitions.objects {
            let name = component.object.definition.name.clone();
            let gone = |id: &String| !self.seen.contains(id);
            let aside = (layering.aside)(Kind::Objects, &name);
            // What the tenant has removed stays removed when it is back.
            let left = own(&component.object.package) && gone(&component.object.id);
            if left && !(aside && component.object.retired) {
                let archive = aside || (layering.archive)(&name);
                notes.extend(let_go(&mut component.object, format!("objects.{name}"), archive, |d| json!(d)));
            }
            // The columns of an object that is archived stay as they are, and so do its fields, until it comes back.
            if component.object.withdrawn() {
                continue;
            }
            let owner = component.object.package.as_deref();
            let leaves = owner.is_some_and(|owner| (layering.gives_up)(owner, Kind::Objects, &name));
            for field in component.fields.iter_mut().filter(|field| own(&field.package) && gone(&field.id)) {
                let word = field.definition.common.name.clone();
                let aside = (layering.aside)(Kind::Fields, &format!("{name}.{word}"));
                if aside && (field.retired || leaves) {
                    continue;
                }
                let archive = aside || (layering.archive)(&format!("{name}.{word}"));
                let path = format!("objects.{name}.fields.{word}");
                notes.extend(let_go(field, path, archive, |d| Json::Object(d.to_json())));
            }
        }
        self.merged.extend(notes);
        let retired = self.definitions.objects.iter().filter(|one| one.object.withdrawn());
        let retired: Vec<String> = retired.map(|one| one.object.definition.name.clone()).collect();
        let live = |name: &String| self.definitions.position(name).is_some();
        let retired: Vec<String> = retired.into_iter().filter(|name| !live(name)).collect();
        self.leave_parts_out(layering, &retired);
    }

    fn leave_parts_out(&mut self, layering: Layering<'_>, retired: &[String]) {
        for (kind, shelf) in self.definitions.parts.shelves_mut() {
            for row in shelf.rows(kind) {
                if row.package.as_deref() != Some(layering.package)
                    || self.seen.contains(&row.id)
                    || row.base.is_none()
                {
                    continue;
                }
                let base = row.base.as_ref().map(|base| base.definition.clone());
                let aside = (layering.aside)(kind, &row.name);
                if aside && row.retired {
                    continue;
                }
                // It comes back with its object, and the tenant's layer with it.
                let with = |one: &str| retired.iter().any(|name| name == one);
                if aside || row.definition["object"].as_str().is_some_and(with) {
                    if !row.base.as_ref().is_some_and(|base| base.withdrawn) {
                        let (path, class) = (format!("{}.{}", kind.word(), row.name), Class::Package);
                        let (outcome, package, tenant) = (Outcome::Archived, None, None);
                        self.merged.push(Merged { path, class, outcome, base, package, tenant });
                        shelf.put(withdrawn(row)).unwrap_or_default();
                    }
                    continue;
                }
                let changed = base.as_ref() != Some(&plain(kind, row.definition.clone()));
                // Fields may use the options still, records hold them.
                let adopted = !row.retired && (changed || kind == Kind::OptionSets);
                let outcome = if adopted { Outcome::Adopted } else { Outcome::Removed };
                let path = format!("{}.{}", kind.word(), row.name);
                let tenant = changed.then(|| row.definition.clone());
                let class = Class::Package;
                self.merged.push(Merged { path, class, outcome, base, package: None, tenant });
                if adopted {
                    // It was stored: it is read again without a fault.
                    shelf.put(Row { package: None, base: None, ..row }).unwrap_or_default();
                } else {
                    shelf.remove(&row.name);
                }
            }
            retired.iter().for_each(|object| shelf.retire_object(object));
        }
    }
}

/// An object or field that the version is without.
fn let_go<T>(
    component: &mut Component<T>,
    path: String,
    archive: bool,
    json: impl Fn(&T) -> Json,
) -> Option<Merged> {
    if component.withdrawn() {
        return None;
    }
    let base = component.base.as_ref().map(|base| base.definition.clone());
    let archive = archive || component.retired;
    if archive {
        component.retired = false;
        withdraw(component, json);
    } else {
        (component.package, component.base) = (None, None);
    }
    let outcome = if archive { Outcome::Archived } else { Outcome::Adopted };
    Some(Merged { path, class: Class::Package, outcome, base, package: None, tenant: None })
}

fn locked_problem(path: String, row: &Row) -> Problem {
    let package = row.package.as_deref().unwrap_or_default();
    let text = format!("the package `{package}` brought this: what it is called and what type it has stay");
    Problem::new(path, "locked", text).hint("change its label, or add one of your own")
}

impl<T> Component<T> {
    /// Whether it is live, or its package can bring it back.
    fn is_layered(&self) -> bool {
        !self.retired || self.base.is_some()
    }
}
