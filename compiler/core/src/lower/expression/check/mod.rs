//! Trees are type-checked against what is in scope.

mod filters;
mod operators;

use couplet_plan::UnaryOperator;

use super::scope::{EVERYWHERE, Known, Scope, Ty};
use super::tree::{Kind, Tree};
use super::{Fault, Want};
use crate::diagnostic::Code;
use crate::lower::types::Types;

/// What is known of a tree's value. Whatever is wrong becomes a fault, and is then taken to be any value, so that
/// one mistake is reported once.
pub(super) fn check(tree: &Tree, scope: &Scope, types: &Types, faults: &mut Vec<Fault>) -> Known {
    let mut cx = Checker { scope, types, faults };
    let known = cx.check(tree);
    if known.secret && !scope.secrets {
        let message = "a secret may not stand here";
        let help = if scope.shown {
            "a browser shows this URL, and its history keeps it: leave the secret to the token request; or, where the              provider wants it here, say why with `because: …`"
        } else {
            "secrets belong to auth methods: their templates put them where the provider expects them"
        };
        cx.faults.push(Fault::new(Code::EXPOSED_SECRET, message, tree.at.clone()).help(help));
    }
    known
}

/// Reports where a value is not what its place wants.
pub(super) fn wanted(known: &Known, want: Want, tree: &Tree, faults: &mut Vec<Fault>) {
    let (misfit, what) = match want {
        Want::Any => (None, ""),
        Want::Text | Want::Optional => (known.ty.has_no_text().then_some(&known.ty), "a text"),
        Want::Bool => ((!matches!(known.ty, Ty::Bool | Ty::Any)).then_some(&known.ty), "a condition"),
        Want::Json => (known.ty.not_json(), "a JSON value"),
    };
    if let Some(ty) = misfit {
        let message = format!("{what} belongs here, and this is {}", ty.words());
        let help = match (want, ty) {
            (Want::Bool, _) => "compare it: `… == value`",
            (_, Ty::Instant) => INSTANT_TEXT,
            (_, Ty::Duration) => DURATION_TEXT,
            (_, Ty::List(_)) => "join its elements: `| join(',')`",
            _ => "write it as JSON: `| json`",
        };
        faults.push(Fault::new(Code::WRONG_TYPE_IN_EXPRESSION, message, tree.at.clone()).help(help));
    } else if known.missing() && want == Want::Text {
        faults.push(missing(known, "a text belongs here", tree));
    } else if known.absent && want == Want::Bool {
        faults.push(missing(known, "a condition belongs here", tree));
    }
}

const INSTANT_TEXT: &str =
    "say how it is written: `| rfc3339`, `| unix`, `| unix_ms` or `| date('%Y-%m-%d')`";
const DURATION_TEXT: &str = "a duration is added to an instant, or compared: `now + ('1h' | duration)`";

/// Warns of a condition that depends on nothing.
pub(super) fn constant(condition: &Tree, faults: &mut Vec<Fault>) {
    if condition.is_constant() {
        let message = "this condition is always the same: it depends on nothing";
        let fault = Fault::new(Code::CONSTANT_CONDITION, message, condition.at.clone());
        faults.push(fault.help("name what it depends on, or keep only the part that holds"));
    }
}

/// The help of a name that several scopes have.
fn one_of(names: &[String]) -> String {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    format!("write one of {}", crate::validate::decode::words(&names))
}

/// The fault of a value that may be missing where one belongs.
fn missing(known: &Known, why: &str, tree: &Tree) -> Fault {
    let what = if known.absent { "absent" } else { "null" };
    Fault::new(Code::MAY_BE_ABSENT, format!("this may be {what}, and {why}"), tree.at.clone())
        .help("say what stands in its place: `| default('…')`")
}

struct Checker<'c> {
    scope: &'c Scope,
    types: &'c Types,
    faults: &'c mut Vec<Fault>,
}

impl Checker<'_> {
    fn check(&mut self, tree: &Tree) -> Known {
        match &tree.kind {
            Kind::Null => Known { null: true, ..Known::present(Ty::Null) },
            Kind::Bool(_) => Known::present(Ty::Bool),
            Kind::Int(_) => Known::present(Ty::Int),
            Kind::Float(_) => Known::present(Ty::Number),
            Kind::Text(_) => Known::present(Ty::Text),
            Kind::Name(name) => self.name(name, tree),
            Kind::Member(of, name, at) => self.member(of, name, at.clone()),
            Kind::Index(of, index) => self.index(of, index),
            Kind::List(items) => self.list(items),
            Kind::Concat(left, right) => {
                let (first, second) = (self.check(left), self.check(right));
                wanted(&first, Want::Text, left, self.faults);
                wanted(&second, Want::Text, right, self.faults);
                Known { secret: first.secret || second.secret, ..Known::present(Ty::Text) }
            }
            Kind::Unary(UnaryOperator::Negate, inner) => {
                let known = self.number(inner);
                Known { absent: false, null: false, ..known }
            }
            Kind::Unary(_, inner) => {
                let known = self.there(inner);
                Known { secret: known.secret, ..Known::present(Ty::Bool) }
            }
            Kind::Binary(operator, left, right) => self.binary(*operator, left, right),
            Kind::If(condition, then, otherwise) => self.conditional(condition, then, otherwise),
            Kind::Filter(value, name, at, arguments) => self.filter(value, name, at.clone(), arguments, tree),
        }
    }

    /// Whether a mistake was found in there, which makes its value any value.
    fn is_mistaken(&self, tree: &Tree) -> bool {
        self.faults.iter().any(|fault| tree.at.start <= fault.at.start && fault.at.end <= tree.at.end)
    }

    fn any() -> Known {
        Known::present(Ty::Any)
    }

    fn name(&mut self, name: &str, tree: &Tree) -> Known {
        if let Some(ty) = self.scope.value(name) {
            return Known::present(ty);
        }
        if let Some(root) = self.scope.roots.iter().find(|root| root.name == name) {
            for (member, _) in root.members.iter() {
                self.scope.note(name, member);
            }
            let message = format!("`{name}` is a scope, and no value");
            let help = match root.members.first() {
                Some((member, _)) => format!("name what is in it: `{name}.{member}`"),
                None => "nothing is in it here".to_owned(),
            };
            self.faults.push(Fault::new(Code::WRONG_TYPE_IN_EXPRESSION, message, tree.at.clone()).help(help));
            return Self::any();
        }
        let message = format!("there is no `{name}` here");
        let fault = Fault::new(Code::UNKNOWN_NAME, message, tree.at.clone());
        let names = self.scope.names();
        let fault = match EVERYWHERE.iter().find(|(known, _)| *known == name) {
            Some((_, place)) => fault.help(format!("`{name}` is seen {place}")),
            None => match self.of_scopes(name).as_slice() {
                [] => fault
                    .near(name, names.iter().copied())
                    .help(format!("here are {}", crate::validate::decode::words(&names))),
                [one] => Fault { near: Some(one.clone()), ..fault },
                several => fault.help(one_of(several)),
            },
        };
        self.faults.push(fault);
        Self::any()
    }

    fn member(&mut self, of: &Tree, name: &str, at: std::ops::Range<usize>) -> Known {
        let root = match &of.kind {
            Kind::Name(root) => self.scope.roots.iter().find(|known| known.name == root),
            _ => None,
        };
        if let Some(root) = root {
            self.scope.note(root.name, name);
            if self.scope.open.contains(&root.name) {
                return Known::present(Ty::Text);
            }
            if let Some((_, known)) = root.members.iter().find(|(member, _)| member == name) {
                return known.clone();
            }
            let names = root.members.iter().map(|(member, _)| member.as_str());
            let message = format!("`{}` has no `{name}`", root.name);
            let mut fault = Fault::new(Code::UNKNOWN_NAME, message, at).near(name, names);
            if let [one] = self.of_scopes(name).as_slice() {
                // It stands in another scope: the whole name is what is to be replaced.
                let whole = of.at.start..fault.at.end;
                fault = Fault { at: whole, near: Some(one.clone()), ..fault };
            } else if fault.near.is_none() {
                let names: Vec<_> = root.members.iter().map(|(member, _)| member.as_str()).collect();
                fault = fault.help(format!("it has {}", crate::validate::decode::words(&names)));
            }
            self.faults.push(fault);
            return Self::any();
        }
        let known = self.check(of);
        let found = self.part(&known, name, at);
        // What lies in null is absent.
        Known { secret: known.secret || found.secret, absent: known.missing() || found.absent, ..found }
    }

    /// The names under which scopes have a member.
    fn of_scopes(&self, name: &str) -> Vec<String> {
        let roots = self.scope.roots.iter();
        let roots = roots.filter(|root| root.members.iter().any(|(member, _)| member == name));
        roots.map(|root| format!("{}.{name}", root.name)).collect()
    }

    fn part(&mut self, known: &Known, name: &str, at: std::ops::Range<usize>) -> Known {
        let members = match &known.ty {
            Ty::Any | Ty::Object => return Self::any(),
            Ty::Item(item) => match self.types.members(*item) {
                Some(members) => members,
                None => return Self::any(),
            },
            other => {
                let message = format!("{} has no members", other.words());
                self.faults.push(Fault::new(Code::WRONG_TYPE_IN_EXPRESSION, message, at));
                return Self::any();
            }
        };
        match members.iter().find(|(member, _)| member == name) {
            Some((_, known)) => known.clone(),
            None => {
                let message = format!("there is no member `{name}`");
                let names = members.iter().map(|(member, _)| member.as_str());
                self.faults.push(Fault::new(Code::UNKNOWN_NAME, message, at).near(name, names));
                Self::any()
            }
        }
    }

    fn index(&mut self, of: &Tree, index: &Tree) -> Known {
        if let Kind::Text(name) = &index.kind {
            let at = index.at.clone();
            // The place is the text with its quotes: no name can be put there.
            let before = self.faults.len();
            let known = self.member(of, name, at);
            for fault in &mut self.faults[before..] {
                match fault.near.take() {
                    Some(name) if name.contains('.') => {
                        fault.help = Some(format!("write `{name}`"));
                        fault.at = index.at.clone();
                    }
                    name => fault.near = name.map(|name| format!("'{name}'")),
                }
            }
            return known;
        }
        let (value, key) = (self.check(of), self.check(index));
        let secret = value.secret || key.secret;
        if !matches!(key.ty, Ty::Int | Ty::Text | Ty::Any) || key.missing() {
            let message = format!("an index is a whole number or a name, and this is {}", key.ty.words());
            self.faults.push(Fault::new(Code::WRONG_TYPE_IN_EXPRESSION, message, index.at.clone()));
        }
        let absent = value.missing();
        let ty = match (value.ty, &key.ty) {
            (Ty::List(element), Ty::Int | Ty::Any) => *element,
            (Ty::Text, Ty::Int | Ty::Any) => Ty::Text,
            (Ty::Object | Ty::Item(_), Ty::Text | Ty::Any) | (Ty::Any, _) => Ty::Any,
            (Ty::Object | Ty::Item(_), _) => {
                let message = "an object has names, and this is a place in a list";
                self.faults.push(Fault::new(Code::WRONG_TYPE_IN_EXPRESSION, message, index.at.clone()));
                Ty::Any
            }
            (other, _) => {
                let message = format!("{} has no elements", other.words());
                self.faults.push(Fault::new(Code::WRONG_TYPE_IN_EXPRESSION, message, of.at.clone()));
                Ty::Any
            }
        };
        Known { secret, absent, ..Known::present(ty) }
    }

    fn list(&mut self, items: &[Tree]) -> Known {
        let known: Vec<_> = items.iter().map(|item| self.there(item)).collect();
        let secret = known.iter().any(|known| known.secret);
        let ty = match known.split_first() {
            Some((first, rest)) => rest
                .iter()
                .zip(&items[1..])
                .fold(first.ty.clone(), |ty, (other, item)| self.either((&ty, &items[0]), (&other.ty, item))),
            None => Ty::Any,
        };
        Known { secret, ..Known::present(Ty::List(Box::new(ty))) }
    }

    /// The type of a value that is one of two. An instant or a duration is taken for nothing else, nor is anything else
    /// taken for one: what is written where cannot depend on data.
    fn either(&mut self, (first, left): (&Ty, &Tree), (second, right): (&Ty, &Tree)) -> Ty {
        let of_time = |ty: &Ty| ty.not_json().is_some();
        match (first, second) {
            _ if first == second => first.clone(),
            (Ty::Null, ty) | (ty, Ty::Null) if of_time(ty) => ty.clone(),
            _ if self.is_mistaken(left) || self.is_mistaken(right) => Ty::Any,
            _ if of_time(first) || of_time(second) => {
                let message = format!("this is {}, where it may also be {}", second.words(), first.words());
                let fault = Fault::new(Code::WRONG_TYPE_IN_EXPRESSION, message, right.at.clone());
                self.faults
                    .push(fault.help("make both instants, durations or texts: `| parse_date`, `| rfc3339`"));
                Ty::Any
            }
            _ => Ty::Any,
        }
    }

    fn number(&mut self, tree: &Tree) -> Known {
        let known = self.check(tree);
        self.of_number(known, tree)
    }

    fn of_number(&mut self, known: Known, tree: &Tree) -> Known {
        if !matches!(known.ty, Ty::Int | Ty::Number | Ty::Any) {
            let message = format!("a number belongs here, and this is {}", known.ty.words());
            let fault = Fault::new(Code::WRONG_TYPE_IN_EXPRESSION, message, tree.at.clone());
            self.faults.push(match known.ty {
                Ty::Text => fault.help("join texts with `~`; make a text a number with `| int`"),
                _ => fault,
            });
            return Known { secret: known.secret, ..Self::any() };
        }
        if known.missing() {
            self.faults.push(missing(&known, "a number belongs here", tree));
        }
        known
    }

    /// A value that may be null, but not absent.
    fn there(&mut self, tree: &Tree) -> Known {
        let known = self.check(tree);
        if known.absent {
            self.faults.push(missing(&known, "a value belongs here", tree));
        }
        Known { absent: false, ..known }
    }

    fn conditional(&mut self, condition: &Tree, then: &Tree, otherwise: &Tree) -> Known {
        let first = self.check(condition);
        wanted(&first, Want::Bool, condition, self.faults);
        constant(condition, self.faults);
        let (second, third) = (self.check(then), self.check(otherwise));
        let ty = self.either((&second.ty, then), (&third.ty, otherwise));
        Known {
            ty,
            absent: second.absent || third.absent,
            null: second.null || third.null,
            secret: first.secret || second.secret || third.secret,
        }
    }
}
