//! Value → XML text.

use couplet_plan::is_xml_name;

use super::{DEPTH, TEXT};
use crate::expression::{Failure, Value};

/// The document of an object with one member, its root.
pub(crate) fn write(tree: &Value<'_>) -> Result<String, Failure> {
    let root = match tree {
        Value::Map(members) => match members.as_slice() {
            [(name, value)] if !matches!(value, Value::List(_)) => Some((name, value)),
            _ => None,
        },
        _ => None,
    };
    let (name, value) =
        root.ok_or_else(|| Failure::new("an XML body is an object of one member, its root"))?;
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    element(&mut out, name, value, 1)?;
    Ok(out)
}

fn element(out: &mut String, name: &str, value: &Value<'_>, depth: usize) -> Result<(), Failure> {
    if !is_xml_name(name) {
        return Err(Failure::new(format!("`{}` is no name of an XML element", name.escape_debug())));
    }
    if depth > DEPTH {
        return Err(Failure::new(format!("the XML body nests deeper than {DEPTH} levels")));
    }
    out.push('<');
    out.push_str(name);
    let Value::Map(members) = value else {
        if matches!(value, Value::Null) {
            out.push_str("/>");
            return Ok(());
        }
        out.push('>');
        text(out, &plain(name, value)?, false)?;
        return close(out, name);
    };
    for (attribute, value) in
        members.iter().filter_map(|(name, value)| Some((name.strip_prefix('@')?, value)))
    {
        if !is_xml_name(attribute) {
            return Err(Failure::new(format!(
                "`{}` is no name of an XML attribute",
                attribute.escape_debug()
            )));
        }
        out.push(' ');
        out.push_str(attribute);
        out.push_str("=\"");
        text(out, &plain(attribute, value)?, true)?;
        out.push('"');
    }
    if members.iter().all(|(name, _)| name.starts_with('@')) {
        out.push_str("/>");
        return Ok(());
    }
    out.push('>');
    for (member, value) in members.iter().filter(|(name, _)| !name.starts_with('@')) {
        match value {
            _ if member == TEXT => text(out, &plain(name, value)?, false)?,
            Value::List(values) => {
                values.iter().try_for_each(|value| element(out, member, value, depth + 1))?
            }
            value => element(out, member, value, depth + 1)?,
        }
    }
    close(out, name)
}

fn close(out: &mut String, name: &str) -> Result<(), Failure> {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
    Ok(())
}

fn plain(name: &str, value: &Value<'_>) -> Result<String, Failure> {
    match value.clone().into_text() {
        Ok(text) => Ok(text.into_owned()),
        Err(failure) => Err(Failure::new(format!("`{name}` of the XML body: {failure}"))),
    }
}

/// Appends a text so that a reader gets it back whole: what it would take for a line's end or for a mere space is
/// written by its number.
fn text(out: &mut String, text: &str, attribute: bool) -> Result<(), Failure> {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' if attribute => out.push_str("&quot;"),
            '\n' if attribute => out.push_str("&#10;"),
            '\t' if attribute => out.push_str("&#9;"),
            '\r' => out.push_str("&#13;"),
            '\n' | '\t' => out.push(c),
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                return Err(Failure::new("the XML body has a control character, which XML cannot hold"));
            }
            c => out.push(c),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn of(tree: &str) -> String {
        match write(&json::parse(tree).expect("JSON")) {
            Ok(text) => text.replace("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", ""),
            Err(failure) => format!("error: {failure}"),
        }
    }

    #[test]
    fn trees_become_elements() {
        assert_eq!(
            of(
                r#"{"request": {"control": {"senderid": "a&b", "uniqueid": false, "n": 1}, "@version": "1"}}"#
            ),
            "<request version=\"1\"><control><senderid>a&amp;b</senderid><uniqueid>false</uniqueid><n>1</n></control></request>"
        );
        assert_eq!(of(r#"{"a": null}"#), "<a/>");
        let text = super::super::xml_from_json(r#"{"a": 1}"#).map_err(|error| error.to_string());
        assert_eq!(text.as_deref(), Ok("<?xml version=\"1.0\" encoding=\"UTF-8\"?><a>1</a>"));
        assert!(super::super::xml_from_json("{").is_err());
        assert_eq!(of(r#"{"a": ""}"#), "<a></a>");
        assert_eq!(of(r#"{"a": {}}"#), "<a/>");
        assert_eq!(
            of(r#"{"a": {"@x": "\"<\n\t>&'", "$": "<t>\r\n"}}"#),
            "<a x=\"&quot;&lt;&#10;&#9;&gt;&amp;'\">&lt;t&gt;&#13;\n</a>"
        );
        assert_eq!(
            of(r#"{"a": {"b": ["1", {"@x": "2"}, null], "c": []}}"#),
            "<a><b>1</b><b x=\"2\"/><b/></a>"
        );
        assert_eq!(of(r#"{"soap:Envelope": "é"}"#), "<soap:Envelope>é</soap:Envelope>");
    }

    #[test]
    fn what_xml_cannot_hold_is_refused() {
        let root = "error: an XML body is an object of one member, its root";
        for tree in [r#"{}"#, r#"{"a": 1, "b": 2}"#, r#"{"a": [1, 2]}"#, r#"[1]"#, r#""a""#] {
            assert_eq!(of(tree), root, "{tree}");
        }
        for name in ["", "1a", "a b", "a>", "a/", "-a", "<a", "@", "a\\n", "a=", "$"] {
            assert_eq!(of(&format!("{{\"{name}\": 1}}")).get(..7), Some("error: "), "{name}");
            assert_eq!(of(&format!("{{\"a\": {{\"@{name}\": 1}}}}")).get(..7), Some("error: "), "@{name}");
        }
        assert_eq!(of(r#"{"a": {"b": [["1"]]}}"#), "error: `b` of the XML body: a list has no form as text");
        assert_eq!(of(r#"{"a": {"@b": null}}"#), "error: `b` of the XML body: null has no form as text");
        assert_eq!(
            of(r#"{"a": "\u0000"}"#),
            "error: the XML body has a control character, which XML cannot hold"
        );
        let deep = |depth| format!("{}1{}", "{\"a\": ".repeat(depth), "}".repeat(depth));
        assert!(of(&deep(64)).starts_with("<a>"));
        assert_eq!(of(&deep(65)), "error: the XML body nests deeper than 64 levels");
    }
}
