//! Back to an earlier state without forgetting what came since: what is newer is retired, so that
//! going forward again brings its data back, and ids are never given twice.

use super::{Component, Definitions, ObjectComponent};

impl Definitions {
    /// The definitions of `past`, as the successor of these.
    #[must_use]
    pub fn rolled_back_to(&self, past: &Self) -> Self {
        let mut next = past.clone();
        next.next_id = self.next_id.max(past.next_id);
        for newer in &self.objects {
            match next.objects.iter_mut().find(|object| object.object.id == newer.object.id) {
                Some(object) => keep_fields(object, newer),
                None => next.objects.push(retired_object(newer)),
            }
        }
        next
    }
}

fn keep_fields(object: &mut ObjectComponent, newer: &ObjectComponent) {
    for field in &newer.fields {
        if !object.fields.iter().any(|known| known.id == field.id) {
            object.fields.push(retired(field));
        }
    }
}

fn retired_object(object: &ObjectComponent) -> ObjectComponent {
    ObjectComponent { object: retired(&object.object), fields: object.fields.clone() }
}

fn retired<T: Clone>(component: &Component<T>) -> Component<T> {
    Component { retired: true, ..component.clone() }
}
