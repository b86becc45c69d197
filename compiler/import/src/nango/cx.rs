//! What is known while one entry is turned into a manifest.

use std::collections::BTreeMap;

use super::entry::Entry;
use super::fields::Field;
use crate::catalogue::{Finding, Kind};

/// The entry, what was made of its fields, and what is to be said of it.
pub(super) struct Cx<'e> {
    pub(super) entry: &'e Entry<'e>,
    pub(super) fields: Vec<Field>,
    /// What a name of theirs is in an expression of ours: `accessToken` is `credentials.access_token`.
    pub(super) names: BTreeMap<String, String>,
    pub(super) findings: Vec<Finding>,
    /// Why there can be no manifest.
    pub(super) reasons: Vec<String>,
}

impl<'e> Cx<'e> {
    pub(super) fn new(entry: &'e Entry<'e>) -> Self {
        Self { entry, fields: Vec::new(), names: BTreeMap::new(), findings: Vec::new(), reasons: Vec::new() }
    }

    pub(super) fn defect(&mut self, path: &str, message: impl Into<String>) {
        self.find(Kind::Defect, path, message.into());
    }

    pub(super) fn left(&mut self, path: &str, message: impl Into<String>) {
        self.find(Kind::Left, path, message.into());
    }

    pub(super) fn assumed(&mut self, path: &str, message: impl Into<String>) {
        self.find(Kind::Assumed, path, message.into());
    }

    /// Takes down why there can be no manifest.
    pub(super) fn fail(&mut self, reason: impl Into<String>) {
        let reason = reason.into();
        if !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }

    pub(super) fn field(&self, from: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.from == from)
    }

    pub(super) fn field_mut(&mut self, from: &str) -> Option<&mut Field> {
        self.fields.iter_mut().find(|field| field.from == from)
    }

    fn find(&mut self, kind: Kind, path: &str, message: String) {
        let finding = Finding { kind, message, span: self.entry.span(path) };
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }
}
