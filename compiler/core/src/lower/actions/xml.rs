//! XML bodies: what can be told of them before there are values.

use couplet_plan::is_xml_name;

use super::super::Cx;
use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::Tree;
use crate::source::{Span, Spanned};
use crate::validate::decode::shorten;

/// Reports what no XML can be made of: a document has one root, elements and attributes have names, and what is an
/// attribute or a text has nothing in it.
pub(super) fn check(tree: &Tree, span: Span, cx: &mut Cx<'_, '_>) -> bool {
    match tree {
        // Its value is looked at when the body is written.
        Tree::Template(_) => true,
        Tree::Map(members) => match members.as_slice() {
            [(name, root)] => element(name, root, cx),
            [_, (second, _), ..] => {
                let message = "an XML document has one root, and this is a second";
                fail(message, second.span, "put both into one element", cx)
            }
            [] => fail("an XML document has one root", span, "write its name: `xml: {request: …}`", cx),
        },
        Tree::List(_) | Tree::Literal(_) => {
            fail("an XML document has one root", span, "write its name: `xml: {request: …}`", cx)
        }
    }
}

fn element(name: &Spanned<String>, tree: &Tree, cx: &mut Cx<'_, '_>) -> bool {
    let mut whole = named(name, &name.value, "element", cx);
    if let Tree::List(_) = tree {
        return fail("the root stands once, and this is a list", name.span, "put the list into it", cx);
    }
    whole &= content(tree, cx);
    whole
}

fn content(tree: &Tree, cx: &mut Cx<'_, '_>) -> bool {
    let Tree::Map(members) = tree else { return true };
    let mut whole = true;
    for (name, member) in members {
        let attribute = name.value.strip_prefix('@');
        whole &= match (attribute, name.value.as_str()) {
            (Some(attribute), _) => named(name, attribute, "attribute", cx) && plain(name, member, cx),
            (None, "$") => plain(name, member, cx),
            (None, element) => named(name, element, "element", cx),
        };
        match member {
            Tree::List(items) => {
                for item in items {
                    whole &= match item {
                        Tree::List(_) => fail(
                            "an element that is repeated is no list itself",
                            name.span,
                            "put the inner list into an element",
                            cx,
                        ),
                        item => content(item, cx),
                    };
                }
            }
            member => whole &= content(member, cx),
        }
    }
    whole
}

fn plain(name: &Spanned<String>, tree: &Tree, cx: &mut Cx<'_, '_>) -> bool {
    match tree {
        Tree::List(_) | Tree::Map(_) => {
            let message = format!("`{}` is a text, and has nothing in it", shorten(&name.value));
            fail(&message, name.span, "make an element of it: its name without `@`", cx)
        }
        Tree::Template(_) | Tree::Literal(_) => true,
    }
}

fn named(key: &Spanned<String>, name: &str, what: &str, cx: &mut Cx<'_, '_>) -> bool {
    if is_xml_name(name) {
        return true;
    }
    let message = format!("`{}` is no name of an XML {what}", shorten(name));
    fail(
        &message,
        key.span,
        "a name begins with a letter or `_`, and goes on with these, digits, `-`, `.` and `:`",
        cx,
    )
}

fn fail(message: &str, span: Span, help: &str, cx: &mut Cx<'_, '_>) -> bool {
    cx.report(Diagnostic::new(Code::BAD_XML, message, span).help(help));
    false
}
