//! What one role or permission set gives, with all that it inherits: worked out from the definitions. Casbin's
//! policies are rendered from it ([`crate::rulebook`]).

use std::collections::{BTreeMap, BTreeSet};

use metadata::catalog::Catalog;
use metadata::definitions::role::{EVERY_OBJECT, ObjectRights, Reaches, Role, Shown};

use crate::action::Action;

/// Whose rights: a role or a permission set, by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holder {
    Role(String),
    Set(String),
}

impl Holder {
    /// The subject in policies; the prefix keeps the two kinds apart.
    pub fn subject(&self) -> String {
        match self {
            Self::Role(name) => format!("role:{name}"),
            Self::Set(name) => format!("set:{name}"),
        }
    }

    /// One of the same kind.
    fn sibling(&self, name: &str) -> Self {
        match self {
            Self::Role(_) => Self::Role(name.to_owned()),
            Self::Set(_) => Self::Set(name.to_owned()),
        }
    }
}

/// What is given for each action, in the order of [`Action::ALL`].
pub(crate) type Given = [Reaches; 7];

/// What a holder gives, inherited gifts among it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rights {
    /// By object, `*` for all that no definition names.
    pub objects: BTreeMap<String, Given>,
    /// Named fields, as `deal.margin`, that are given for reading; those of objects without rights are not.
    pub read: BTreeSet<String>,
    /// Those of them whose values are shown as they are, not by their end alone.
    pub plain: BTreeSet<String>,
    /// The same for writing.
    pub edit: BTreeSet<String>,
    pub system: BTreeSet<String>,
}

impl Rights {
    fn has(&self, object: &str) -> bool {
        self.objects.get(object).is_some_and(|given| given.iter().any(|reach| *reach != Reaches::None))
    }

    /// Whether everything in `less` is here too.
    pub(crate) fn holds(&self, less: &Self) -> bool {
        let objects = less.objects.iter().all(|(name, given)| {
            let own = self.objects.get(name).copied().unwrap_or_default();
            given.iter().zip(own).all(|(less, own)| own >= *less)
        });
        objects
            && less.read.is_subset(&self.read)
            && less.plain.is_subset(&self.plain)
            && less.edit.is_subset(&self.edit)
            && less.system.is_subset(&self.system)
    }

    fn add(&mut self, other: &Self) {
        for (name, given) in &other.objects {
            let own = self.objects.entry(name.clone()).or_default();
            own.iter_mut().zip(given).for_each(|(own, more)| *own = (*own).max(*more));
        }
        self.read.extend(other.read.iter().cloned());
        self.plain.extend(other.plain.iter().cloned());
        self.edit.extend(other.edit.iter().cloned());
        self.system.extend(other.system.iter().cloned());
    }
}

/// All definitions of a tenant's roles and permission sets, and the objects and fields that they name.
pub(crate) struct Book<'c> {
    all: BTreeMap<Holder, &'c Role>,
    /// Named objects, and `*` for the others.
    pub objects: BTreeSet<String>,
    /// Named fields.
    pub fields: BTreeSet<String>,
}

impl<'c> Book<'c> {
    pub(crate) fn new(catalog: &'c Catalog) -> Self {
        let roles = catalog.parts.roles.iter().map(|(name, role)| (Holder::Role(name.clone()), &**role));
        let sets = &catalog.parts.permission_sets;
        let sets = sets.iter().map(|(name, set)| (Holder::Set(name.clone()), &set.0));
        let all: BTreeMap<Holder, &Role> = roles.chain(sets).collect();
        let named = all.values().flat_map(|role| role.objects.keys().cloned());
        let fields: BTreeSet<String> = all.values().flat_map(|role| role.fields.keys().cloned()).collect();
        let of_fields = fields.iter().filter_map(|path| Some(path.split_once('.')?.0.to_owned()));
        let mut objects: BTreeSet<String> = named.chain(of_fields).collect();
        objects.insert(EVERY_OBJECT.to_owned());
        Self { all, objects, fields }
    }

    pub(crate) fn holders(&self) -> impl Iterator<Item = &Holder> {
        self.all.keys()
    }

    pub(crate) fn parents(&self, holder: &Holder) -> Vec<Holder> {
        let inherits = self.all.get(holder).map(|role| role.inherits.as_slice()).unwrap_or_default();
        inherits.iter().map(|name| holder.sibling(name)).collect()
    }

    /// What the parents give together.
    pub(crate) fn inherited(&self, holder: &Holder) -> Rights {
        let mut rights = Rights::default();
        self.parents(holder).iter().for_each(|parent| rights.add(&self.rights(parent)));
        rights
    }

    /// What a holder gives. The catalog has seen to it that no inheritance is a ring.
    pub(crate) fn rights(&self, holder: &Holder) -> Rights {
        let Some(role) = self.all.get(holder) else { return Rights::default() };
        let inherited = self.inherited(holder);
        let mut rights = Rights::default();
        for name in &self.objects {
            let mut given = inherited.objects.get(name).copied().unwrap_or_default();
            let own = role.objects.get(name).or_else(|| role.objects.get(EVERY_OBJECT));
            own.iter().for_each(|own| override_with(&mut given, own));
            rights.objects.insert(name.clone(), given);
        }
        for path in &self.fields {
            let object = path.split_once('.').map_or("", |(object, _)| object);
            if !rights.has(object) {
                continue;
            }
            let follows = !inherited.has(object);
            let own = role.fields.get(path).copied().unwrap_or_default();
            let at_least = |shown: Shown| own.read.map(|read| read >= shown);
            let read = at_least(Shown::Mask).unwrap_or(follows || inherited.read.contains(path));
            let plain = at_least(Shown::Whole).unwrap_or(follows || inherited.plain.contains(path));
            let edit = own.edit.unwrap_or(follows || inherited.edit.contains(path));
            rights.read.extend(read.then(|| path.clone()));
            rights.plain.extend(plain.then(|| path.clone()));
            rights.edit.extend((plain && edit).then(|| path.clone()));
        }
        rights.system.extend(inherited.system.into_iter().filter(|word| !role.mutes.contains(word)));
        rights.system.extend(role.system.iter().cloned());
        rights
    }
}

fn override_with(given: &mut Given, own: &ObjectRights) {
    let whole = |flag: bool| if flag { Reaches::All } else { Reaches::None };
    let own: [Option<Reaches>; 7] = Action::ALL.map(|action| match action {
        Action::Create => own.create.map(whole),
        Action::Read => own.read,
        Action::Edit => own.edit,
        Action::Delete => own.delete,
        Action::Transfer => own.transfer,
        Action::Share => own.share,
        Action::Export => own.export.map(whole),
    });
    given.iter_mut().zip(own).for_each(|(given, own)| *given = own.unwrap_or(*given));
}
