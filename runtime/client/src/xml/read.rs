//! XML text → value. A DTD is refused, so that nothing expands but the five entities that XML has by itself, and
//! characters by their numbers.

use std::{borrow::Cow, collections::HashMap};

use quick_xml::{
    Reader, XmlVersion,
    escape::resolve_predefined_entity,
    events::{BytesRef, BytesStart, Event},
};

use super::{DEPTH, TEXT};
use crate::expression::{Failure, Value};

/// How many elements and attributes a document may have: what is read takes many times the room of its text.
const PARTS: usize = 1 << 18;

/// The document's root, as the only member of an object. Why there is none never says what the text is.
pub(crate) fn read(text: &str) -> Result<Value<'static>, Failure> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut tree = Tree::default();
    loop {
        let at = reader.buffer_position();
        let event = reader.read_event().map_err(|_| malformed(at))?;
        let taken = match event {
            Event::Start(start) => tree.start(&start),
            Event::Empty(start) => tree.start(&start).and_then(|()| tree.end()),
            Event::End(_) => tree.end(),
            Event::Text(text) => tree.text(&text.xml10_content()),
            Event::CData(text) => tree.text(&text.xml10_content()),
            Event::GeneralRef(reference) => resolved(&reference, at).and_then(|text| tree.text(&text)),
            Event::DocType(_) => Err(Some(Failure::new("XML with a document type is not read"))),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => Ok(()),
            Event::Eof => return tree.finish().ok_or_else(|| malformed(at)),
        };
        taken.map_err(|why| why.unwrap_or_else(|| malformed(at)))?;
    }
}

/// What reading a part gives; the reason is none where the text is malformed.
type Taken<T = ()> = Result<T, Option<Failure>>;

fn malformed(at: u64) -> Failure {
    Failure::new(format!("not well-formed XML at byte {at}"))
}

fn resolved(reference: &BytesRef<'_>, at: u64) -> Taken<Cow<'static, str>> {
    if !reference.is_char_ref() {
        let unknown =
            || Failure::new(format!("XML with an entity that it does not have by itself, at byte {at}"));
        return resolve_predefined_entity(reference).map(Cow::Borrowed).ok_or_else(|| Some(unknown()));
    }
    match reference.resolve_char_ref() {
        Ok(Some(c)) if !c.is_control() || matches!(c, '\t' | '\n' | '\r') => Ok(Cow::Owned(c.to_string())),
        _ => Err(None),
    }
}

/// What was read so far: the elements that are open, from the root on.
#[derive(Default)]
struct Tree {
    open: Vec<Element>,
    root: Option<(String, Value<'static>)>,
    parts: usize,
}

#[derive(Default)]
struct Element {
    name: String,
    members: Vec<(Cow<'static, str>, Value<'static>)>,
    /// The places of the members.
    places: HashMap<String, usize>,
    text: String,
}

impl Tree {
    fn start(&mut self, start: &BytesStart<'_>) -> Taken {
        if self.open.len() >= DEPTH {
            return Err(Some(Failure::new(format!("XML that nests deeper than {DEPTH} levels"))));
        }
        if self.open.is_empty() && self.root.is_some() {
            return Err(None);
        }
        let mut element = Element { name: start.name().0.to_owned(), ..Element::default() };
        self.count()?;
        // Those that are there twice are found by their places, which takes no longer for many.
        for attribute in start.attributes().with_checks(false) {
            self.count()?;
            let attribute = attribute.map_err(|_| None)?;
            let value = attribute.normalized_value(XmlVersion::Explicit1_0).map_err(|_| None)?;
            let name = format!("@{}", attribute.key.0);
            if element.places.contains_key(&name) {
                return Err(None);
            }
            element.add(name, Value::Text(Cow::Owned(value.into_owned())));
        }
        self.open.push(element);
        Ok(())
    }

    fn count(&mut self) -> Taken {
        self.parts += 1;
        if self.parts > PARTS {
            return Err(Some(Failure::new(format!("XML with more than {PARTS} elements and attributes"))));
        }
        Ok(())
    }

    fn end(&mut self) -> Taken {
        let element = self.open.pop().ok_or(None)?;
        let (name, value) = (element.name.clone(), element.value());
        match self.open.last_mut() {
            Some(parent) => parent.add(name, value),
            None => self.root = Some((name, value)),
        }
        Ok(())
    }

    /// Adds text; outside the root there may be white space alone.
    fn text(&mut self, text: &str) -> Taken {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(None),
        }
        Ok(())
    }

    fn finish(self) -> Option<Value<'static>> {
        let (name, value) = self.root.filter(|_| self.open.is_empty())?;
        Some(Value::Map(vec![(Cow::Owned(name), value)]))
    }
}

impl Element {
    fn add(&mut self, name: String, value: Value<'static>) {
        let Some(place) = self.places.get(&name) else {
            self.places.insert(name.clone(), self.members.len());
            self.members.push((Cow::Owned(name), value));
            return;
        };
        match self.members.get_mut(*place) {
            Some((_, Value::List(values))) => values.push(value),
            Some((_, first)) => *first = Value::List(vec![std::mem::replace(first, Value::Null), value]),
            None => {}
        }
    }

    fn value(mut self) -> Value<'static> {
        if self.members.is_empty() {
            return Value::Text(Cow::Owned(self.text));
        }
        // White space between children only makes the text readable.
        if !self.text.trim().is_empty() {
            let text = Value::Text(Cow::Owned(self.text.trim().to_owned()));
            self.members.push((Cow::Borrowed(TEXT), text));
        }
        Value::Map(self.members)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(text: &str) -> String {
        match read(text) {
            Ok(value) => {
                let mut out = String::new();
                value.write_json(&mut out);
                out
            }
            Err(failure) => format!("error: {failure}"),
        }
    }

    #[test]
    fn elements_become_texts_objects_and_lists() {
        assert_eq!(of("<a/>"), r#"{"a":""}"#);
        assert_eq!(of("<?xml version=\"1.0\"?>\n<!-- x --><a> t </a>\n"), r#"{"a":" t "}"#);
        assert_eq!(of("\u{feff}<a><b>1</b><b/><c>2</c><b>3</b></a>"), r#"{"a":{"b":["1","","3"],"c":"2"}}"#);
        assert_eq!(of("<a x='1' y=\"&lt;2\">t</a>"), r#"{"a":{"@x":"1","@y":"<2","$":"t"}}"#);
        assert_eq!(of("<a>\n  <b>1</b>\n  t <c/>\n</a>"), r#"{"a":{"b":"1","c":"","$":"t"}}"#);
        assert_eq!(
            of("<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x42;<![CDATA[<&amp;>]]></a>"),
            r#"{"a":"<>&\"'AB<&amp;>"}"#
        );
        assert_eq!(
            of("<s:Envelope xmlns:s='urn:s'><s:Body><r>é</r></s:Body></s:Envelope>"),
            r#"{"s:Envelope":{"@xmlns:s":"urn:s","s:Body":{"r":"é"}}}"#
        );
        // A list of lists cannot come of it: an element is never a list.
        assert_eq!(of("<a><b><c/><c/></b><b/></a>"), r#"{"a":{"b":[{"c":["",""]},""]}}"#);
    }

    #[test]
    fn what_is_no_xml_is_refused_without_a_word_of_it() {
        for text in [
            "",
            "hunter2",
            "<hunter2",
            "<a>hunter2",
            "<hunter2></a>",
            "<a></hunter2>",
            "<a/><hunter2/>",
            "<a/>hunter2",
            "<a hunter2/>",
            "<a x='hunter2/>",
            "<a x='1' x='hunter2'/>",
            "<a x='&hunter2;'/>",
            "<a>& hunter2</a>",
            "<a>&#0;</a>",
            "<a>&#1;</a>",
            "<a>&#x110000;</a>",
            "</a>",
            "{\"hunter2\": 1}",
        ] {
            let why = of(text);
            assert!(why.starts_with("error: ") && !why.contains("hunter2"), "{text}: {why}");
        }
        assert_eq!(
            of("<a>&hunter2;</a>"),
            "error: XML with an entity that it does not have by itself, at byte 3"
        );
    }

    #[test]
    fn nothing_expands() {
        let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>";
        assert_eq!(of(bomb), "error: XML with a document type is not read");
        let file = "<!DOCTYPE a [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><a>&f;</a>";
        assert_eq!(of(file), "error: XML with a document type is not read");
        let lower = "<!doctype a><a/>";
        assert!(of(lower).starts_with("error: "), "{}", of(lower));
    }

    #[test]
    fn depth_and_size_have_limits() {
        let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert!(read(&nested(DEPTH)).is_ok());
        assert_eq!(of(&nested(DEPTH + 1)), "error: XML that nests deeper than 64 levels");
        assert_eq!(of(&nested(100_000)), "error: XML that nests deeper than 64 levels");
        let many = |count: usize| format!("<r>{}</r>", "<a/>".repeat(count));
        assert!(read(&many(PARTS - 1)).is_ok());
        assert_eq!(of(&many(PARTS)), "error: XML with more than 262144 elements and attributes");
        // Names that all differ are no slower than one name.
        let differing: String = (0..100_000).map(|number| format!("<a{number}/>")).collect();
        assert!(read(&format!("<r>{differing}</r>")).is_ok());
        let attributes: String = (0..100_000).map(|number| format!(" a{number}='1'")).collect();
        assert!(read(&format!("<r{attributes}/>")).is_ok());
    }

    /// A value as XML can hold it.
    fn element() -> impl Strategy<Value = Value<'static>> {
        let text = "[ -~é\t]{0,8}".prop_map(|text| Value::Text(Cow::Owned(text)));
        text.prop_recursive(4, 24, 4, |inner| {
            let attributes = proptest::collection::btree_map("@[a-c]", "[ -~é]{0,8}", 0..3);
            let children =
                proptest::collection::btree_map("[a-c]", proptest::collection::vec(inner, 1..3), 0..3);
            let text = proptest::option::of("[!-~]{1,4}");
            (attributes, children, text).prop_map(|(attributes, children, text)| {
                let attributes = attributes
                    .into_iter()
                    .map(|(name, text)| (Cow::Owned(name), Value::Text(Cow::Owned(text))));
                let children = children.into_iter().map(|(name, mut values)| {
                    let value = if values.len() == 1 { values.remove(0) } else { Value::List(values) };
                    (Cow::Owned(name), value)
                });
                let mut members: Vec<_> = attributes.chain(children).collect();
                if members.is_empty() {
                    return Value::Text(Cow::Owned(text.unwrap_or_default()));
                }
                members.extend(text.map(|text| (Cow::Borrowed(TEXT), Value::Text(Cow::Owned(text)))));
                Value::Map(members)
            })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 800, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_written_is_read(root in element()) {
            let tree = Value::Map(vec![(Cow::Borrowed("root"), root)]);
            let text = super::super::write(&tree).expect("it can be written");
            prop_assert_eq!(read(&text), Ok(tree), "{}", text);
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "([<>/&;!?='\"\\[\\]a-c -]|<a>|</a>|<!\\[CDATA\\[|\\]\\]>|\\PC){0,40}") {
            let _ = read(&text);
        }
    }
}
