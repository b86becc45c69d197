//! Templates and expressions: text in, checked trees of the Plan out.
//!
//! The language is a strict, typed subset of Jinja: what is accepted means what Jinja means by it.

mod check;
mod filters;
mod lexer;
mod parser;
mod scope;
mod to_plan;
mod tree;

use std::ops::Range;

use couplet_plan::Expression;

use super::Cx;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::document::Style;
use crate::manifest::Template;
use crate::source::{Span, Spanned};
pub(super) use scope::{Known, Root, Scope, Ty};
use tree::Tree;

/// What a template must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Want {
    /// A text, or what has a form as text.
    Text,
    /// A text, or what has a form as text; or nothing, and then the place is left out.
    Optional,
    /// A condition.
    Bool,
    /// A value that JSON can hold.
    Json,
    /// Any value.
    Any,
}

/// A template, checked.
#[derive(Debug, Clone)]
pub(super) struct Lowered<'a> {
    /// Its tree.
    pub(super) expression: Expression<'a>,
    /// What is known of its value.
    pub(super) known: Known,
}

/// A part of a template.
enum Part {
    Text(String),
    Tree(Tree),
}

/// Something wrong at a place of a template's text.
pub(super) struct Fault {
    code: Code,
    message: String,
    at: Range<usize>,
    help: Option<String>,
    near: Option<String>,
}

impl Fault {
    fn new(code: Code, message: impl Into<String>, at: Range<usize>) -> Self {
        Self { code, message: message.into(), at, help: None, near: None }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    fn near<'n>(mut self, wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Self {
        self.near = crate::diagnostic::nearest(wrong, names).map(str::to_owned);
        self
    }
}

/// Reads and checks a template.
pub(super) fn lower<'a>(
    cx: &mut Cx<'_, 'a>,
    template: &Spanned<Template>,
    scope: &Scope,
    want: Want,
) -> Option<Lowered<'a>> {
    let mut faults = Vec::new();
    let parts = split(&template.text, &mut faults);
    let mut known = Known::present(Ty::Text);
    let lone = matches!(parts.as_slice(), [Part::Tree(_)]);
    for part in &parts {
        if let Part::Tree(tree) = part {
            let found = check::check(tree, scope, cx.types, &mut faults);
            if lone {
                check::wanted(&found, want, tree, &mut faults);
                if want == Want::Bool {
                    check::constant(tree, &mut faults);
                }
                known = found;
            } else {
                known.secret |= found.secret;
                check::wanted(&found, Want::Text, tree, &mut faults);
            }
        }
    }
    if want == Want::Bool && !lone && faults.is_empty() {
        let message = "a condition is one expression: `'{{ … }}'`";
        faults.push(Fault::new(Code::WRONG_TYPE_IN_EXPRESSION, message, 0..template.text.len()));
    }
    let wrong = faults.iter().any(|fault| fault.code.severity() == Severity::Error);
    for fault in faults {
        report(cx, template, fault);
    }
    if wrong {
        return None;
    }
    let expressions: Vec<_> = parts
        .iter()
        .map(|part| match part {
            Part::Text(text) => Expression::text(cx.arena.text(text)),
            Part::Tree(tree) => to_plan::to_plan(tree, cx.arena),
        })
        .collect();
    let expression = match expressions.as_slice() {
        [] => Expression::text(""),
        [one] => *one,
        many => Expression::concat(cx.arena.slice(many)),
    };
    Some(Lowered { expression, known })
}

fn report(cx: &mut Cx<'_, '_>, template: &Spanned<Template>, fault: Fault) {
    let span = place(template, fault.at);
    let mut diagnostic = Diagnostic::new(fault.code, fault.message, span);
    if let Some(help) = fault.help {
        diagnostic = diagnostic.help(help);
    }
    if let Some(near) = fault.near {
        let exact = span != template.span;
        diagnostic = if exact {
            diagnostic.suggest(format!("did you mean `{near}`?"), span, near)
        } else {
            diagnostic.help(format!("did you mean `{near}`?"))
        };
    }
    cx.report(diagnostic);
}

/// Where a part of a template's text stands in its file; the whole template where that cannot be told.
fn place(template: &Spanned<Template>, at: Range<usize>) -> Span {
    let text = &template.text;
    let before = text.get(..at.start).unwrap_or_default();
    let within = text.get(at.clone()).unwrap_or_default();
    let (quote, escaped): (usize, fn(&str) -> usize) = match template.style {
        Style::Plain => (0, |_| 0),
        Style::Quoted => (1, |text| text.matches('\'').count()),
        Style::DoubleQuoted => (1, |text| text.matches(['"', '\\', '\n', '\t']).count()),
        Style::Block => return template.span,
    };
    if template.span.end - template.span.start != text.len() + escaped(text) + 2 * quote {
        return template.span;
    }
    let start = quote + at.start + escaped(before);
    template.span.part(start, start + within.len() + escaped(within))
}

/// The fault of Jinja's signs that trim white space around an expression.
fn trims(inner: &str, start: usize) -> Option<Fault> {
    let at = if inner.starts_with(['-', '+']) {
        start..start + 1
    } else if inner.ends_with(['-', '+']) {
        start + inner.len() - 1..start + inner.len()
    } else {
        return None;
    };
    let message = "nothing trims white space around an expression";
    let help = "write `{{ … }}`; a negative number stands behind a space: `{{ -1 }}`";
    Some(Fault::new(Code::UNSUPPORTED_JINJA, message, at).help(help))
}

/// The fault of an expression in single braces, as other languages have them: `{config.region}`, `${config.region}`.
fn single(text: &str, open: usize) -> Option<Fault> {
    let close = text[open..].find('}').filter(|end| *end < 100)?;
    let inner = text[open + 1..open + close].trim();
    let (root, member) = inner.split_once('.')?;
    let word = |text: &str| {
        text.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic())
            && text.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
    };
    if !scope::EVERYWHERE.iter().any(|(name, _)| *name == root) || !member.split('.').all(word) {
        return None;
    }
    let start = open - usize::from(text[..open].ends_with('$'));
    let message = format!("this is the text `{}`, and no expression", &text[start..=open + close]);
    let mut fault = Fault::new(Code::BAD_EXPRESSION, message, start..open + close + 1);
    fault.near = Some(format!("{{{{ {inner} }}}}"));
    Some(fault.help("an expression stands in double braces"))
}

/// Splits a template at its expressions.
fn split(text: &str, faults: &mut Vec<Fault>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut at = 0;
    while let Some(open) = text[at..].find("{").map(|open| at + open) {
        literal.push_str(&text[at..open]);
        let rest = &text[open..];
        if rest.starts_with("{{") {
            let Some(inside) = lexer::end(rest) else {
                let message = "the expression is not closed";
                faults.push(
                    Fault::new(Code::BAD_EXPRESSION, message, open..text.len()).help("close it with `}}`"),
                );
                return parts;
            };
            if !literal.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut literal)));
            }
            let inner = open + 2..open + inside;
            if let Some(fault) = trims(&text[inner.clone()], inner.start) {
                faults.push(fault);
            } else if let Some(tree) = parser::parse(&text[inner.clone()], inner.start, faults) {
                parts.push(Part::Tree(tree));
            }
            at = open + inside + 2;
        } else if rest.starts_with("{%") || rest.starts_with("{#") {
            let (what, instead) = if rest.starts_with("{%") {
                ("statements", "choose between two values with `a if condition else b`")
            } else {
                ("comments", "write a YAML comment: `# …`")
            };
            let end = rest.find('}').map_or(text.len(), |end| open + end + 1);
            let message = format!("templates have no {what}, only expressions");
            faults.push(Fault::new(Code::UNSUPPORTED_JINJA, message, open..end).help(instead));
            at = end;
        } else {
            faults.extend(single(text, open));
            literal.push('{');
            at = open + 1;
        }
    }
    literal.push_str(&text[at..]);
    if !literal.is_empty() {
        parts.push(Part::Text(literal));
    }
    parts
}
