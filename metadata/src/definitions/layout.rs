//! `layouts/{object}.{name}`: what a record's page shows, and where.

use serde::{Deserialize, Serialize};

use super::{Kind, Part, Renamed};
use crate::catalog::{Catalog, Object, Uses, views};
use crate::problem::Problem;

/// A layout, as in contract §5a.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// Name of the object.
    pub object: String,
    /// Blocks of the page from top to bottom.
    pub sections: Vec<Section>,
    /// Paths shown large at the top.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub highlights: Vec<String>,
    /// For whom this layout is meant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assign: Vec<Assign>,
}

/// Whom a layout is meant for: what is left out is everybody, every type, every device.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assign {
    /// Name of a role, or `*`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Name of a record type of the object, or `*`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<Device>,
}

/// What a page is shown on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    Desktop,
    Tablet,
    Phone,
    #[serde(rename = "*")]
    Any,
}

/// One block of a layout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Heading.
    pub label: String,
    /// 1 or 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<u8>,
    /// A condition in the formula language; always when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible: Option<String>,
    /// What stands in it.
    pub items: Vec<Item>,
}

/// One item of a section: exactly one of its keys.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Path of a field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Name of a to-many relation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub related: Option<String>,
    /// Name of a UI component.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
}

impl Part for Layout {
    fn object(&self) -> Option<&str> {
        Some(&self.object)
    }

    fn object_mut(&mut self) -> Option<&mut String> {
        Some(&mut self.object)
    }

    fn check(&self, catalog: &Catalog, object: Option<&Object>) -> Vec<Problem> {
        object.map(|object| views::layout(catalog, object, self)).unwrap_or_default()
    }

    fn uses(&self, uses: &mut Uses<'_>) {
        let roles =
            self.assign.iter().filter_map(|assign| assign.role.as_deref()).filter(|role| *role != "*");
        roles.for_each(|role| uses.component(Kind::Roles, role, "assign"));
        for (at, section) in self.sections.iter().enumerate() {
            let place = format!("sections.{at}.visible");
            section.visible.iter().for_each(|text| uses.text(&self.object, text, &place));
        }
        for (section, items) in self.sections.iter().map(|section| &section.items).enumerate() {
            for (at, path) in
                items.iter().enumerate().filter_map(|(at, item)| Some((at, item.field.as_ref()?)))
            {
                uses.path(&self.object, path, &format!("sections.{section}.items.{at}"));
            }
        }
        for (at, path) in self.highlights.iter().enumerate() {
            uses.path(&self.object, path, &format!("highlights.{at}"));
        }
    }

    fn rename_field(&mut self, renamed: &Renamed<'_>) {
        for section in &mut self.sections {
            section.visible = section.visible.take().map(|text| renamed.formula(&self.object, &text));
        }
        let items = self.sections.iter_mut().flat_map(|section| &mut section.items);
        let paths = items.filter_map(|item| item.field.as_mut()).chain(&mut self.highlights);
        paths.for_each(|path| *path = renamed.path(&self.object, path));
    }
}
