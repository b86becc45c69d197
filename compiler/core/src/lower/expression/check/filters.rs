//! Filters are given what they take.

use couplet_plan::{DateFormat, DatePart, Filter, duration_millis};

use super::super::Fault;
use super::super::filters::{FILTERS, FilterRow, Takes, filter, gives};
use super::super::scope::{Known, Ty};
use super::super::tree::{Kind, Tree};
use super::{Checker, INSTANT_TEXT, missing};
use crate::diagnostic::Code;

impl Checker<'_> {
    pub(super) fn filter(
        &mut self,
        value: &Tree,
        name: &str,
        at: std::ops::Range<usize>,
        arguments: &[Tree],
        tree: &Tree,
    ) -> Known {
        let known = self.check(value);
        let given: Vec<_> = arguments.iter().map(|argument| self.check(argument)).collect();
        let secret = known.secret || given.iter().any(|argument| argument.secret);
        let Some(row) = filter(name) else {
            let names = FILTERS.iter().map(|row| row.name);
            let message = format!("there is no filter `{name}`");
            let mut fault = Fault::new(Code::UNKNOWN_FILTER, message, at).near(name, names.clone());
            if fault.near.is_none() {
                fault = fault.help(format!(
                    "the filters are {}",
                    crate::validate::decode::words(&names.collect::<Vec<_>>())
                ));
            }
            self.faults.push(fault);
            return Known { secret, ..Self::any() };
        };
        self.arguments(row, arguments, &given, tree);
        if row.filter == Filter::Default {
            let other = given.first().cloned().unwrap_or(Known::present(Ty::Text));
            let ty = if known.ty == Ty::Null {
                other.ty
            } else if other.ty == Ty::Null {
                known.ty
            } else {
                let argument = arguments.first().unwrap_or(value);
                self.either((&known.ty, value), (&other.ty, argument))
            };
            return Known { ty, absent: other.absent, null: other.null, secret };
        }
        if row.filter == Filter::List {
            return Known { secret, ..Known::present(gives(row.gives, &known.ty)) };
        }
        if let Kind::Text(text) = &value.kind
            && row.filter == Filter::Duration
        {
            self.literal(row.filter, text, value);
        }
        self.takes(row, &known, value);
        Known { secret, ..Known::present(gives(row.gives, &known.ty)) }
    }

    fn arguments(&mut self, row: &FilterRow, arguments: &[Tree], given: &[Known], tree: &Tree) {
        let (least, most) = row.arguments;
        if given.len() < least || given.len() > most {
            let count = match (least, most) {
                (0, 0) => "no argument".to_owned(),
                (0, 1) => "one argument at most".to_owned(),
                (1, 1) => "one argument".to_owned(),
                (_, most) => format!("{most} arguments"),
            };
            let message = format!("the filter `{}` takes {count}, and is given {}", row.name, given.len());
            self.faults.push(Fault::new(Code::WRONG_ARGUMENTS, message, tree.at.clone()));
        }
        if row.filter == Filter::Default {
            return;
        }
        for (argument, known) in arguments.iter().zip(given) {
            let fits = matches!(known.ty, Ty::Text | Ty::Any) || (row.keyed && known.ty == Ty::Bytes);
            if !fits || known.missing() {
                let what = if row.keyed { "a key, a text or bytes" } else { "texts" };
                let this = match known.ty.words() {
                    _ if fits => "may be missing",
                    words => &format!("is {words}"),
                };
                let message = format!("the filter `{}` takes {what}, and this {this}", row.name);
                self.faults.push(Fault::new(Code::WRONG_ARGUMENTS, message, argument.at.clone()));
            }
            if let Kind::Text(text) = &argument.kind {
                self.literal(row.filter, text, argument);
            }
        }
    }

    /// What a filter reads of a text that stands in the manifest must be right.
    fn literal(&mut self, filter: Filter, text: &str, tree: &Tree) {
        let fault = match filter {
            Filter::Matches => crate::validate::text::compile_pattern(text).err().map(|why| {
                let message = format!("this is no pattern that can be matched here: {why}");
                Fault::new(Code::BAD_PATTERN, message, tree.at.clone())
            }),
            Filter::Date => date_format(text, false, tree),
            Filter::ParseDate => date_format(text, true, tree),
            Filter::Duration if duration_millis(text).is_none() => {
                let message = format!("`{}` is no duration", crate::validate::decode::shorten(text));
                Some(Fault::new(Code::BAD_DURATION, message, tree.at.clone()).help(
                    "write a number and `ms`, `s`, `m`, `h` or `d`, as `90s`, or as ISO 8601 does: `PT1H`",
                ))
            }
            _ => None,
        };
        self.faults.extend(fault);
    }

    fn takes(&mut self, row: &FilterRow, known: &Known, value: &Tree) {
        let plain = matches!(known.ty, Ty::Any | Ty::Text | Ty::Bool | Ty::Int | Ty::Number);
        let object = matches!(known.ty, Ty::Object | Ty::Item(_));
        let list = matches!(known.ty, Ty::List(_));
        let (fits, what) = match row.takes {
            Takes::Any => (row.filter != Filter::Json || known.ty.not_json().is_none(), "what JSON can hold"),
            Takes::Text => (plain || known.ty == Ty::Bytes, "a text"),
            Takes::Exact => (matches!(known.ty, Ty::Any | Ty::Text), "a text"),
            Takes::Bytes => (plain || known.ty == Ty::Bytes, "a text or bytes"),
            Takes::Sequence => (matches!(known.ty, Ty::Any | Ty::Text) || list, "a list or a text"),
            Takes::Collection => (
                matches!(known.ty, Ty::Any | Ty::Text | Ty::Bytes) || list || object,
                "a list, an object or a text",
            ),
            // No data holds an instant, so what may be any value is none.
            Takes::Instant => (known.ty == Ty::Instant, "an instant"),
        };
        if !fits && self.is_mistaken(value) {
            // It was said what is wrong in there.
        } else if !fits {
            let message = format!("the filter `{}` takes {what}, and this is {}", row.name, known.ty.words());
            let fault = Fault::new(Code::WRONG_TYPE_IN_EXPRESSION, message, value.at.clone());
            self.faults.push(match (row.takes, &known.ty) {
                (Takes::Instant, Ty::Text | Ty::Any | Ty::Int | Ty::Number) => fault
                    .help("make an instant of it first: `| parse_date`, or `| parse_date('%s')` of seconds"),
                (_, Ty::Instant) => fault.help(INSTANT_TEXT),
                _ => fault,
            });
        } else if known.absent || (known.null && row.takes != Takes::Any) {
            self.faults.push(missing(known, &format!("the filter `{}` needs a value", row.name), value));
        }
    }
}

/// The fault of a date format that has no meaning, or by which no text can be read.
fn date_format(text: &str, read: bool, tree: &Tree) -> Option<Fault> {
    let unknown = DateFormat::new(text).find_map(|part| match part {
        DatePart::Unknown(unknown) => Some(unknown),
        _ => None,
    });
    if let Some(unknown) = unknown {
        let message = format!("`{unknown}` is no directive of a date format");
        let help = "there are `%Y %y %m %B %b %d %e %j %A %a %H %I %p %M %S %3f %f %z %Z %s`, and `%%` for a percent sign";
        return Some(Fault::new(Code::BAD_DATE_FORMAT, message, tree.at.clone()).help(help));
    }
    let lacks = DateFormat::new(text).lacks().filter(|_| read)?;
    let message = format!("no instant can be read by this format: it lacks {lacks}");
    Some(Fault::new(Code::BAD_DATE_FORMAT, message, tree.at.clone()).help("say the whole date: `%Y-%m-%d`"))
}
