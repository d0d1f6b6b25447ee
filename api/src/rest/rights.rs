//! What a caller may do, in short: for `/auth/v1/me` and for the UI, which hides what would be refused.

use metadata::Object;
use permissions::policies::SYSTEM_PERMISSIONS;
use permissions::{Action, Rows};
use serde_json::{Map, Value as Json, json};

use crate::call::Call;

/// `{"system":[…],"objects":{"deal":{"create":true,"read":"all",…}}}`; objects of which the caller may do nothing
/// are left out.
pub(crate) fn summary(call: &Call) -> Json {
    let system: Vec<&str> =
        SYSTEM_PERMISSIONS.into_iter().filter(|permission| call.holds(permission)).collect();
    let mut objects = Map::new();
    for object in &call.context.snapshot.catalog.objects {
        if Action::ALL.into_iter().any(|action| rows(call, action, object) != Rows::None) {
            objects.insert(object.name.clone(), of(call, object));
        }
    }
    json!({ "system": system, "objects": objects })
}

/// `{"create":true,"read":"all","edit":"own","delete":"none"}`.
pub(crate) fn of(call: &Call, object: &Object) -> Json {
    // Records of the system are changed through routes of their own.
    let change = |action| if object.system { Rows::None } else { rows(call, action, object) };
    json!({
        "create": change(Action::Create) != Rows::None,
        "read": rows(call, Action::Read, object),
        "edit": change(Action::Edit),
        "delete": change(Action::Delete),
    })
}

/// Whether the caller may know of the object.
pub(crate) fn sees(call: &Call, object: &Object) -> bool {
    rows(call, Action::Read, object) != Rows::None
}

fn rows(call: &Call, action: Action, object: &Object) -> Rows {
    let snapshot = &call.context.snapshot;
    snapshot.policies.decide(&call.context.actor, action, object, &snapshot.catalog).rows
}
