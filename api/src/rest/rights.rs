//! What a caller may do, in short: for `/auth/v1/me` and for the UI, which hides what would be refused.

use metadata::Object;
use metadata::catalog::Field;
use permissions::{Action, Decision, Reaches, SYSTEM_PERMISSIONS};
use serde_json::{Map, Value as Json, json};

use crate::call::Call;

/// `{"system":[…],"objects":{"deal":{"create":true,"read":"all",…}}}`; objects of which the caller may do nothing
/// are left out.
pub(crate) fn summary(call: &Call) -> Json {
    let system: Vec<&str> =
        SYSTEM_PERMISSIONS.into_iter().filter(|permission| call.holds(permission)).collect();
    let mut objects = Map::new();
    for object in &call.context.snapshot.catalog.objects {
        if Action::ALL.into_iter().any(|action| decide(call, action, object).is_allowed()) {
            objects.insert(object.name.clone(), of(call, object));
        }
    }
    json!({ "system": system, "objects": objects })
}

/// `{"create":true,"read":"all","edit":"own","delete":"none","transfer":"none","share":"own","export":true}`.
pub(crate) fn of(call: &Call, object: &Object) -> Json {
    // Records of the system are changed through routes of their own.
    let given = |action| match object.system && !matches!(action, Action::Read | Action::Export) {
        true => Reaches::None,
        false => decide(call, action, object).widest(),
    };
    json!({
        "create": given(Action::Create) != Reaches::None,
        "read": given(Action::Read),
        "edit": given(Action::Edit),
        "delete": given(Action::Delete),
        "transfer": given(Action::Transfer),
        "share": given(Action::Share),
        "export": given(Action::Export) != Reaches::None,
    })
}

/// Whether the caller may know of the object.
pub(crate) fn sees(call: &Call, object: &Object) -> bool {
    decide(call, Action::Read, object).is_allowed()
}

/// Which fields of an object a caller may know of, and which they may write.
pub(crate) struct FieldRights {
    read: Decision,
    create: Decision,
    edit: Decision,
    /// Who changes metadata knows all of it.
    all: bool,
}

impl FieldRights {
    pub(crate) fn new(call: &Call, object: &Object) -> Self {
        let of = |action| decide(call, action, object);
        let (read, create, edit) = (of(Action::Read), of(Action::Create), of(Action::Edit));
        Self { read, create, edit, all: call.holds("manage_metadata") }
    }

    /// Whether the field exists for the caller.
    pub(crate) fn sees(&self, field: &Field) -> bool {
        self.all || self.read.gives(field)
    }

    /// Whether the caller may write the field on any record.
    pub(crate) fn writes(&self, field: &Field) -> bool {
        let given = |decision: &Decision| decision.is_allowed() && decision.gives(field);
        !field.read_only && self.read.gives(field) && (given(&self.create) || given(&self.edit))
    }
}

fn decide(call: &Call, action: Action, object: &Object) -> Decision {
    call.context.decide(action, object)
}
