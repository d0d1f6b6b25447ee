//! What a tenant's roles, sharing defaults and rules say to one question: an actor, an action, an object.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, RwLock};

use metadata::catalog::{Catalog, Field, Object};
use metadata::definitions::object::SharingDefault;
use metadata::definitions::role::{Reaches, SYSTEM_PERMISSIONS};
use metadata::field_kinds::FieldKind;
use uuid::Uuid;

use crate::PolicyError;
use crate::action::Action;
use crate::actor::Actor;
use crate::decision::Decision;
use crate::grant::Grant;
use crate::reach::{Level, Party, Reach, Rule, Way};
use crate::rights::{Book, Holder};
use crate::rulebook::Rulebook;
use crate::rules::{self, Rules};

/// Deepest chain of master-detail relations that access follows.
const MAX_MASTERS: usize = 5;

/// The roles and rules of one tenant at one revision.
pub struct Policies {
    rulebook: Rulebook,
    /// Objects and fields that definitions name.
    objects: BTreeSet<String>,
    fields: BTreeMap<String, Vec<Named>>,
    /// Roles and permission sets that there are.
    holders: BTreeSet<Holder>,
    /// Roles that a role is too, by inheritance; itself among them.
    lineage: BTreeMap<String, BTreeSet<String>>,
    /// Sharing rules by object, each with whom it shares with.
    sharing: Rules,
    /// Restriction rules by object, each with whom it holds back.
    restrictions: Rules,
    grants: RwLock<HashMap<Holder, Arc<Grant>>>,
}

/// One field that a definition names, and the fields that stand or fall with it.
struct Named {
    path: String,
    ids: Vec<String>,
}

impl Policies {
    /// Compiles the roles of a catalog; `domain` is the tenant.
    pub fn new(domain: &str, catalog: &Catalog) -> Result<Self, PolicyError> {
        let book = Book::new(catalog);
        let mut fields: BTreeMap<String, Vec<Named>> = BTreeMap::new();
        for path in &book.fields {
            let Some((object, name)) = path.split_once('.') else { continue };
            let Some(object) = catalog.find_object(object) else { continue };
            let named = Named { path: path.clone(), ids: together(object, name) };
            fields.entry(object.name.clone()).or_default().push(named);
        }
        let lineage: BTreeMap<String, BTreeSet<String>> =
            catalog.parts.roles.keys().map(|name| (name.clone(), lineage(&book, name))).collect();
        Ok(Self {
            rulebook: Rulebook::new(domain, &book)?,
            holders: book.holders().cloned().collect(),
            objects: book.objects,
            fields,
            sharing: rules::sharing(catalog, &lineage),
            restrictions: rules::restrictions(catalog),
            lineage,
            grants: RwLock::default(),
        })
    }

    /// Whether `actor` may do `action` with records of `object`, with which records and which of their fields.
    pub fn decide(&self, actor: &Actor, action: Action, object: &Object, catalog: &Catalog) -> Decision {
        let changes = !matches!(action, Action::Read | Action::Export);
        if !actor.in_scope(&object.scope, changes) {
            return Decision::none(action);
        }
        let grants = self.grants(actor);
        let given = self.most(&grants, action, object, |_| true);
        if given == Reaches::None {
            return Decision::none(action);
        }
        let question = Question { actor, action, object, catalog, depth: 0 };
        let reach = self.reach(&question, given);
        let restricted = self.restricted(&question, (&grants, &reach));
        let masked = self.masked(&question, &grants);
        Decision { action, given, reach, restricted, masked }
    }

    /// What the grants that `counts` give at most. Nobody changes what they may not see.
    fn most(
        &self,
        grants: &[Arc<Grant>],
        action: Action,
        object: &Object,
        counts: impl Fn(&Grant) -> bool,
    ) -> Reaches {
        let named = self.objects.contains(&object.name);
        let of = |action: Action| {
            let counting = grants.iter().filter(|grant| counts(grant));
            counting.map(|grant| grant.given(&object.name, named, action)).max().unwrap_or_default()
        };
        if action.is_whole() { of(action) } else { of(action).min(of(Action::Read)) }
    }

    fn reach(&self, question: &Question<'_>, given: Reaches) -> Reach {
        let Question { actor, action, object, .. } = question;
        let limits = match actor.is_administrator() {
            true => Vec::new(),
            false => self.applying(&self.restrictions, actor, object).cloned().collect(),
        };
        let ways = match (action, given) {
            _ if object.system => None,
            (Action::Create, _) => self.creating(question),
            (_, Reaches::All) => None,
            (Action::Read | Action::Export, _) => self.ways(question, given, Level::Read),
            (Action::Edit, _) => self.ways(question, given, Level::Edit),
            _ => self.ways(question, given, Level::Full),
        };
        Reach { ways, limits }
    }

    /// New records are the actor's own, unless the actor could give them away; new parts are changes of
    /// their master.
    fn creating(&self, question: &Question<'_>) -> Option<Vec<Way>> {
        let Question { actor, object, .. } = question;
        let grants = self.grants(actor);
        if self.most(&grants, Action::Edit, object, |_| true) == Reaches::All
            && self.most(&grants, Action::Transfer, object, |_| true) == Reaches::All
        {
            return None;
        }
        if object.sharing.default == SharingDefault::ControlledByParent {
            return self.master(question, Level::Edit);
        }
        let transfers = self.most(&grants, Action::Transfer, object, |_| true) != Reaches::None;
        if transfers { None } else { Some(vec![Way::Owner]) }
    }

    /// Every way to a record for what a grant gives, and for what sharing opens to those who have the action.
    fn ways(&self, question: &Question<'_>, given: Reaches, level: Level) -> Option<Vec<Way>> {
        let Question { actor, action, object, .. } = question;
        match object.sharing.default {
            SharingDefault::ControlledByParent => return self.master(question, level),
            SharingDefault::Read if level == Level::Read => return None,
            SharingDefault::ReadWrite if level <= Level::Edit => return None,
            _ => {}
        }
        let mut ways = vec![Way::Owner];
        // Members work on what waits in their queues and take it; what is an owner's alone waits until they have.
        let works = level <= Level::Edit || *action == Action::Transfer;
        if works && actor.membership.queues().next().is_some() {
            ways.push(Way::Queue);
        }
        if given >= Reaches::Team && !actor.membership.teams.is_empty() {
            ways.push(Way::Team);
        }
        if object.sharing.hierarchy && actor.membership.manages {
            ways.push(Way::Hierarchy);
        }
        if level <= Level::Edit {
            ways.push(Way::Share(level));
        }
        let rules = self.applying(&self.sharing, actor, object).filter(|rule| rule.level >= level);
        ways.extend(rules.cloned().map(Way::Rule));
        Some(ways)
    }

    /// Access to a part is access to its master: a part is changed by whoever may edit the master.
    fn master(&self, question: &Question<'_>, level: Level) -> Option<Vec<Way>> {
        let Question { object, catalog, depth, .. } = question;
        let master = object.fields.iter().find_map(|field| match &field.kind {
            FieldKind::MasterDetail(settings) => Some((field.id.clone(), catalog.find_object(&settings.to)?)),
            _ => None,
        });
        let Some((field, master)) = master.filter(|_| *depth < MAX_MASTERS) else {
            return Some(Vec::new());
        };
        let action = if level == Level::Read { Action::Read } else { Action::Edit };
        let above = Question { action, object: master, depth: depth + 1, ..*question };
        let given = self.most(&self.grants(question.actor), action, master, |_| true);
        if given == Reaches::None || !question.actor.in_scope(&master.scope, level != Level::Read) {
            return Some(Vec::new());
        }
        let reach = Box::new(self.reach(&above, given));
        // Every part has a master.
        if reach.is_all() {
            None
        } else {
            Some(vec![Way::Master { field, object: master.name.clone(), reach }])
        }
    }

    /// Rules of an object that are for the actor.
    fn applying<'p>(
        &'p self,
        rules: &'p Rules,
        actor: &'p Actor,
        object: &Object,
    ) -> impl Iterator<Item = &'p Arc<Rule>> {
        let all = rules.get(&object.name).map(Vec::as_slice).unwrap_or_default();
        all.iter().filter(|(party, _)| self.is_among(actor, party)).map(|(_, rule)| rule)
    }

    /// Whether the actor is one of these.
    fn is_among(&self, actor: &Actor, party: &Party) -> bool {
        match party {
            Party::Everyone => true,
            Party::User(id) => *id == actor.user_id,
            Party::Team(name) => actor.membership.teams.iter().any(|team| team.name == *name),
            Party::Role(name) => self.roles_of(actor).contains(name.as_str()),
        }
    }

    /// Fields that some grant withholds: they are there where a grant gives both the record and the field.
    fn restricted(
        &self,
        question: &Question<'_>,
        (grants, whole): (&[Arc<Grant>], &Reach),
    ) -> BTreeMap<String, Option<Arc<Reach>>> {
        let Question { action, object, .. } = *question;
        let mut restricted = BTreeMap::new();
        for named in self.fields.get(&object.name).map(Vec::as_slice).unwrap_or_default() {
            let given = self.most(grants, action, object, |grant| grant.field(&named.path, action));
            let reach = match given {
                Reaches::None => None,
                given => Some(self.reach(question, given)).filter(|reach| reach != whole).map(Arc::new),
            };
            if given == Reaches::None || reach.is_some() {
                for id in &named.ids {
                    narrow(&mut restricted, id, reach.clone());
                }
            }
        }
        restricted
    }

    /// Fields that some grant shows by the end of their values: where another shows them as they are.
    fn masked(&self, question: &Question<'_>, grants: &[Arc<Grant>]) -> BTreeMap<String, Option<Arc<Reach>>> {
        let Question { action, object, .. } = *question;
        let named = self.fields.get(&object.name).map(Vec::as_slice).unwrap_or_default();
        let masking = named.iter().filter_map(|named| {
            let read = self.most(grants, action, object, |grant| grant.field(&named.path, action));
            let plain = self.most(grants, action, object, |grant| grant.plain(&named.path));
            let reach = Some(plain).filter(|plain| *plain != Reaches::None);
            let reach = reach.map(|plain| self.reach(question, plain));
            let same = reach.as_ref().is_some_and(|reach| *reach == self.reach(question, read));
            (!same).then(|| named.ids.iter().map(move |id| (id.clone(), reach.clone().map(Arc::new))))
        });
        if matches!(action, Action::Read | Action::Export) {
            masking.flatten().collect()
        } else {
            BTreeMap::new()
        }
    }

    /// Grants of an actor's roles and permission sets.
    fn grants(&self, actor: &Actor) -> Vec<Arc<Grant>> {
        let roles = actor.roles.iter().cloned().map(Holder::Role);
        let sets = actor.membership.permission_sets.iter().cloned().map(Holder::Set);
        roles.chain(sets).map(|holder| self.grant(holder)).collect()
    }

    /// One holder's grant, asked of casbin once.
    pub fn grant(&self, holder: Holder) -> Arc<Grant> {
        if let Some(grant) = self.grants.read().ok().and_then(|grants| grants.get(&holder).cloned()) {
            return grant;
        }
        // A name that no definition has gives nothing, and is not kept: there is no end to them.
        if !self.holders.contains(&holder) {
            return Arc::new(Grant::of(holder));
        }
        let grant = Arc::new(self.rulebook.expand(&holder));
        if let Ok(mut grants) = self.grants.write() {
            grants.insert(holder, grant.clone());
        }
        grant
    }

    /// Whether one of the actor's roles or permission sets holds a system permission such as `manage_metadata`.
    pub fn holds(&self, actor: &Actor, permission: &str) -> bool {
        self.grants(actor).iter().any(|grant| grant.holds(permission))
    }

    /// Whether an actor's roles and permission sets give whatever another's do: each action on each object at least as
    /// far, each field, each system permission.
    pub fn covers(&self, actor: &Actor, other: &Actor) -> bool {
        let (own, others) = (self.grants(actor), self.grants(other));
        let most = |grants: &[Arc<Grant>], object: &str, action| {
            grants.iter().map(|grant| grant.given(object, true, action)).max().unwrap_or_default()
        };
        let reaches = |object: &String| {
            Action::ALL.iter().all(|action| most(&own, object, *action) >= most(&others, object, *action))
        };
        let any =
            |grants: &[Arc<Grant>], gives: &dyn Fn(&Grant) -> bool| grants.iter().any(|grant| gives(grant));
        let gives = |what: &dyn Fn(&Grant) -> bool| any(&own, what) || !any(&others, what);
        let shows = |path: String| {
            [Action::Read, Action::Edit].iter().all(|action| gives(&|grant| grant.field(&path, *action)))
                && gives(&|grant| grant.plain(&path))
        };
        self.objects.iter().all(reaches)
            && self.field_paths().all(shows)
            && SYSTEM_PERMISSIONS.iter().all(|word| gives(&|grant| grant.holds(word)))
    }

    /// The actor's roles with all that they inherit.
    pub fn roles_of<'p>(&'p self, actor: &Actor) -> BTreeSet<&'p str> {
        let of = |role: &String| self.lineage.get(role);
        actor.roles.iter().filter_map(of).flatten().map(String::as_str).collect()
    }

    /// As whom records can be shared with the actor: itself, its teams and its roles.
    pub fn grantees(&self, actor: &Actor) -> Vec<Uuid> {
        let teams = actor.membership.teams.iter().map(|team| team.id);
        let roles = self.roles_of(actor).into_iter().map(role_id);
        std::iter::once(actor.user_id).chain(teams).chain(roles).collect()
    }

    /// Roles and permission sets that there are.
    pub(crate) fn holders(&self) -> impl Iterator<Item = &Holder> {
        self.holders.iter()
    }

    /// Whether a definition names the object.
    pub(crate) fn names(&self, object: &str) -> bool {
        self.objects.contains(object)
    }

    /// Fields that definitions name, as `deal.margin`.
    pub(crate) fn field_paths(&self) -> impl Iterator<Item = String> {
        self.fields.values().flatten().map(|named| named.path.clone())
    }

    /// All rules, with whom they are for.
    pub(crate) fn rules(&self) -> impl Iterator<Item = &(Party, Arc<Rule>)> {
        self.sharing.values().chain(self.restrictions.values()).flatten()
    }

    /// What each of the actor's roles and permission sets gives, a sentence each; for explanations.
    pub fn reasons(&self, actor: &Actor, action: Action, object: &Object) -> Vec<String> {
        let named = self.objects.contains(&object.name);
        let mut reasons = Vec::new();
        if !actor.in_scope(&object.scope, !matches!(action, Action::Read | Action::Export)) {
            reasons.push(format!("the key's scopes do not hold `{}`", object.plural));
        }
        for grant in self.grants(actor) {
            let given = grant.given(&object.name, named, action);
            if given != Reaches::None {
                let (kind, name) = match &grant.holder {
                    Holder::Role(name) => ("role", name),
                    Holder::Set(name) => ("permission set", name),
                };
                let rows = crate::rulebook::word(given);
                reasons.push(format!("{kind} `{name}` gives {} on {rows} records", action.word()));
            }
        }
        reasons
    }
}

/// One question on its way.
#[derive(Clone, Copy)]
struct Question<'q> {
    actor: &'q Actor,
    action: Action,
    object: &'q Object,
    catalog: &'q Catalog,
    /// Masters followed so far.
    depth: usize,
}

/// The id under which shares know a role (FNV-1a; names are short and chosen by administrators).
pub fn role_id(name: &str) -> Uuid {
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    for byte in b"role:".iter().chain(name.as_bytes()) {
        hash = (hash ^ u128::from(*byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
    }
    Uuid::from_u128(hash)
}

/// Of two restrictions of one field both hold; the narrower is taken, and none at all is the narrowest.
fn narrow(restricted: &mut BTreeMap<String, Option<Arc<Reach>>>, id: &str, reach: Option<Arc<Reach>>) {
    let ways = |reach: &Arc<Reach>| reach.ways.as_ref().map_or(usize::MAX, Vec::len);
    match restricted.get(id) {
        Some(None) => {}
        Some(Some(known)) if reach.as_ref().is_some_and(|new| ways(new) >= ways(known)) => {}
        _ => drop(restricted.insert(id.to_owned(), reach)),
    }
}

/// Ids of the fields that show the same as this one: what shares its column, and a name that is made of it.
fn together(object: &Object, name: &str) -> Vec<String> {
    let Some(field) = object.find_field(name) else { return Vec::new() };
    let shares = |other: &Field| {
        other.columns.iter().any(|column| field.columns.iter().any(|own| own.name == column.name))
    };
    let composed = |other: &Field| {
        let parts = &object.name_field.compose;
        other.standard && other.name == "name" && parts.iter().any(|part| part == name)
    };
    let others =
        object.fields.iter().filter(|other| other.id == field.id || shares(other) || composed(other));
    others.map(|field| field.id.clone()).collect()
}

fn lineage(book: &Book<'_>, name: &str) -> BTreeSet<String> {
    let (mut known, mut open) = (BTreeSet::new(), vec![Holder::Role(name.to_owned())]);
    while let Some(holder) = open.pop() {
        let Holder::Role(name) = &holder else { continue };
        if known.insert(name.clone()) {
            open.extend(book.parents(&holder));
        }
    }
    known
}
