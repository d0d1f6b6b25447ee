//! What one role or permission set gives, in bits: what requests look at. Made from casbin's answers.

use std::collections::{BTreeSet, HashMap};

use metadata::definitions::role::{EVERY_OBJECT, Reaches, SYSTEM_PERMISSIONS};

use crate::action::Action;
use crate::rights::Holder;

/// Two bits an action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Bits(u16);

impl Bits {
    fn given(self, action: Action) -> Reaches {
        match (self.0 >> (2 * action as u16)) & 3 {
            0 => Reaches::None,
            1 => Reaches::Own,
            2 => Reaches::Team,
            _ => Reaches::All,
        }
    }

    fn raise(&mut self, action: Action, to: Reaches) {
        if to > self.given(action) {
            let at = 2 * action as u16;
            self.0 = (self.0 & !(3 << at)) | ((to as u16) << at);
        }
    }
}

/// One holder's gifts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub holder: Holder,
    /// By named object, `*` for those that no definition names.
    objects: HashMap<String, Bits>,
    /// Named fields that it gives; a field that nobody names follows its object.
    read: BTreeSet<String>,
    /// Those of them that it shows as they are.
    plain: BTreeSet<String>,
    edit: BTreeSet<String>,
    system: u32,
}

impl Grant {
    pub(crate) fn of(holder: Holder) -> Self {
        let (read, plain, edit) = Default::default();
        Self { holder, objects: HashMap::new(), read, plain, edit, system: 0 }
    }

    /// Adds what one policy gives.
    pub(crate) fn add(&mut self, object: &str, action: &str, rows: &str) {
        match (object.split_once(':'), Action::find(action)) {
            (Some(("obj", name)), Some(action)) => {
                self.objects.entry(name.to_owned()).or_default().raise(action, reaches(rows));
            }
            (Some(("fld", path)), Some(Action::Read)) => drop(self.read.insert(path.to_owned())),
            (Some(("fld", path)), None) if action == "plain" => drop(self.plain.insert(path.to_owned())),
            (Some(("fld", path)), Some(Action::Edit)) => drop(self.edit.insert(path.to_owned())),
            (Some(("sys", word)), _) => self.system |= bit(word),
            _ => {}
        }
    }

    /// What it gives on an object; `named` says whether any definition names the object.
    pub(crate) fn given(&self, object: &str, named: bool, action: Action) -> Reaches {
        let class = if named { object } else { EVERY_OBJECT };
        self.objects.get(class).copied().unwrap_or_default().given(action)
    }

    /// Whether it gives a named field where it gives the record.
    pub(crate) fn field(&self, path: &str, action: Action) -> bool {
        match action {
            Action::Create | Action::Edit => self.edit.contains(path),
            _ => self.read.contains(path),
        }
    }

    /// Whether it shows a named field's values as they are.
    pub(crate) fn plain(&self, path: &str) -> bool {
        self.plain.contains(path)
    }

    /// Whether it gives a system permission.
    pub fn holds(&self, permission: &str) -> bool {
        self.system & bit(permission) != 0
    }
}

/// The bit of a system permission; none for a word that is not one.
fn bit(permission: &str) -> u32 {
    SYSTEM_PERMISSIONS.iter().position(|word| *word == permission).map_or(0, |at| 1 << at)
}

fn reaches(word: &str) -> Reaches {
    match word {
        "all" => Reaches::All,
        "team" => Reaches::Team,
        "own" => Reaches::Own,
        _ => Reaches::None,
    }
}
