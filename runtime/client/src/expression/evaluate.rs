//! The evaluation itself: one arm for each node.

use std::{borrow::Cow, fmt::Write as _};

use couplet_plan::{BinaryOperator, Entry, Expression, Filter, Key, Node, Scope, UnaryOperator};

use super::{Failure, Scopes, TEXT_LIMIT, Value, filters, operators, scopes::walk};

/// The value of an expression; [`Value::Absent`] where what it refers to is not there.
pub(crate) fn evaluate<'v>(expression: &Expression<'v>, cx: &Scopes<'v>) -> Result<Value<'v>, Failure> {
    Ok(match expression.node() {
        Node::Null => Value::Null,
        Node::Bool(value) => Value::Bool(value),
        Node::Int(value) => Value::Int(value),
        Node::Float(value) => Value::Float(value),
        Node::Text(text) => Value::Text(Cow::Borrowed(text)),
        Node::Reference(scope, path) => cx.look_up(scope, path)?,
        Node::Member(of, key) => walk(evaluate(of, cx)?, &[key]),
        Node::Index(of, key) => match (evaluate(of, cx)?, present(key, cx)?) {
            (value, Value::Text(name)) => value.member(&name),
            (value, Value::Int(index)) => value.element(index),
            (_, other) => return Err(Failure::new(format!("{} is no key", other.kind()))),
        },
        Node::Concat(parts) => Value::Text(concat(parts, cx)?),
        Node::List(items) => {
            Value::List(items.iter().map(|item| present(item, cx)).collect::<Result<_, _>>()?)
        }
        Node::Map(entries) => map(entries, cx)?,
        Node::Unary(operator, operand) => unary(operator, present(operand, cx)?)?,
        Node::Binary(operator, left, right) => binary(operator, left, right, cx)?,
        Node::If(condition, then, otherwise) => {
            let chosen = if present(condition, cx)?.is_true() { then } else { otherwise };
            evaluate(chosen, cx)?
        }
        Node::Filter(filter, value, arguments) => filtered(filter, value, arguments, cx)?,
        _ => return Err(Failure::new("this expression needs a later version of the runtime")),
    })
}

/// The value of an expression that must be there.
pub(crate) fn present<'v>(expression: &Expression<'v>, cx: &Scopes<'v>) -> Result<Value<'v>, Failure> {
    match evaluate(expression, cx)? {
        Value::Absent => Err(Failure::absent(Shown(expression))),
        value => Ok(value),
    }
}

fn concat<'v>(parts: &[Expression<'v>], cx: &Scopes<'v>) -> Result<Cow<'v, str>, Failure> {
    let mut text = String::new();
    for part in parts {
        let piece = present(part, cx)?
            .into_text()
            .map_err(|failure| Failure::new(format!("`{}`: {failure}", Shown(part))))?;
        if text.len() + piece.len() > TEXT_LIMIT {
            return Err(too_long());
        }
        text.push_str(&piece);
    }
    Ok(Cow::Owned(text))
}

fn map<'v>(entries: &[Entry<'v>], cx: &Scopes<'v>) -> Result<Value<'v>, Failure> {
    let mut members = Vec::with_capacity(entries.len());
    for entry in entries {
        match evaluate(&entry.value(), cx)? {
            Value::Absent if entry.is_optional() => {}
            Value::Absent => return Err(Failure::absent(Shown(&entry.value()))),
            value => members.push((Cow::Borrowed(entry.name()), value)),
        }
    }
    Ok(Value::Map(members))
}

fn unary(operator: UnaryOperator, value: Value<'_>) -> Result<Value<'_>, Failure> {
    match operator {
        UnaryOperator::Not => Ok(Value::Bool(!value.is_true())),
        UnaryOperator::Negate => operators::negate(&value),
        _ => Err(Failure::new("this operator needs a later version of the runtime")),
    }
}

fn binary<'v>(
    operator: BinaryOperator,
    left: &Expression<'v>,
    right: &Expression<'v>,
    cx: &Scopes<'v>,
) -> Result<Value<'v>, Failure> {
    let left = present(left, cx)?;
    match operator {
        BinaryOperator::And if !left.is_true() => return Ok(left),
        BinaryOperator::Or if left.is_true() => return Ok(left),
        _ => {}
    }
    let right = present(right, cx)?;
    match operator {
        BinaryOperator::And | BinaryOperator::Or => Ok(right),
        _ => operators::apply(operator, &left, &right),
    }
}

fn filtered<'v>(
    filter: Filter,
    value: &Expression<'v>,
    arguments: &[Expression<'v>],
    cx: &Scopes<'v>,
) -> Result<Value<'v>, Failure> {
    if filter == Filter::Default {
        return match (evaluate(value, cx)?, arguments.first()) {
            (Value::Absent | Value::Null, Some(other)) => evaluate(other, cx),
            (Value::Absent | Value::Null, None) => Ok(Value::Text(Cow::Borrowed(""))),
            (value, _) => Ok(value),
        };
    }
    if filter == Filter::List {
        return Ok(Value::List(match evaluate(value, cx)? {
            Value::Absent | Value::Null => Vec::new(),
            Value::List(elements) => elements,
            one => vec![one],
        }));
    }
    let shown = value;
    let value = present(value, cx)?;
    let arguments = arguments.iter().map(|argument| present(argument, cx)).collect::<Result<Vec<_>, _>>()?;
    let value = filters::apply(filter, value, arguments)
        .map_err(|failure| Failure::new(format!("`{}`: {failure}", Shown(shown))))?;
    match &value {
        Value::Text(text) if matches!(filter, Filter::Replace | Filter::Join) && text.len() > TEXT_LIMIT => {
            Err(too_long())
        }
        _ => Ok(value),
    }
}

fn too_long() -> Failure {
    Failure::new(format!("the text becomes longer than {} KiB", TEXT_LIMIT / 1024))
}

/// An expression as messages name it: the reference that leads to its value.
struct Shown<'e, 'p>(&'e Expression<'p>);

impl std::fmt::Display for Shown<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0.node() {
            Node::Reference(scope, path) => {
                f.write_str(scope_name(scope))?;
                path.iter().try_for_each(|key| show_key(f, *key))
            }
            Node::Member(of, key) => {
                Shown(of).fmt(f)?;
                show_key(f, key)
            }
            Node::Index(of, key) => write!(f, "{}[{}]", Shown(of), Shown(key)),
            Node::Filter(_, value, _) => Shown(value).fmt(f),
            Node::If(_, then, _) => Shown(then).fmt(f),
            Node::Text(text) => write!(f, "{text:?}"),
            Node::Int(number) => write!(f, "{number}"),
            _ => f.write_char('…'),
        }
    }
}

fn show_key(f: &mut std::fmt::Formatter<'_>, key: Key<'_>) -> std::fmt::Result {
    match key {
        Key::Name(name) => write!(f, ".{name}"),
        Key::Index(index) => write!(f, "[{index}]"),
        _ => f.write_char('…'),
    }
}

fn scope_name(scope: Scope) -> &'static str {
    match scope {
        Scope::Config => "config",
        Scope::App => "app",
        Scope::Credentials => "credentials",
        Scope::Input => "input",
        Scope::Response => "response",
        Scope::Captured => "captured",
        Scope::Request => "request",
        Scope::Callback => "callback",
        Scope::OAuth => "oauth",
        Scope::Now => "now",
        Scope::Uuid => "uuid",
        Scope::Nonce => "nonce",
        _ => "…",
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use couplet_plan::{BinaryOperator as Op, Expression as Ex};
    use http::{HeaderMap, HeaderValue};

    use super::*;
    use crate::{expression::Moment, response::Received};

    fn received() -> Received {
        let body =
            r#"{"name": "Ada", "n": 7, "list": ["a", "b"], "none": null, "price": 12.30, "data": "aGk="}"#;
        let mut headers = HeaderMap::new();
        headers.insert("x-kind", HeaderValue::from_static("k"));
        headers.append("set-cookie", HeaderValue::from_static("sid=a1; Path=/"));
        headers.append("set-cookie", HeaderValue::from_static("b=2"));
        Received { status: 404, headers, body: Bytes::from(body) }
    }

    /// The value as JSON, or why there is none.
    fn of(expression: &Ex<'_>) -> String {
        let received = received();
        let cx = Scopes { response: Some(&received), ..Scopes::default() };
        match present(expression, &cx) {
            Ok(value) => {
                let mut out = String::new();
                value.write_json(&mut out);
                out
            }
            Err(failure) => format!("error: {failure}"),
        }
    }

    const fn body<'p>(path: &'p [Key<'p>]) -> Ex<'p> {
        Ex::reference(Scope::Response, path)
    }

    const NAME: Ex<'_> = body(&[Key::Name("body"), Key::Name("name")]);
    const N: Ex<'_> = body(&[Key::Name("body"), Key::Name("n")]);
    const LIST: Ex<'_> = body(&[Key::Name("body"), Key::Name("list")]);
    const NONE: Ex<'_> = body(&[Key::Name("body"), Key::Name("none")]);
    const MISSING: Ex<'_> = body(&[Key::Name("body"), Key::Name("deep"), Key::Name("missing")]);

    #[test]
    fn references_reach_into_the_answer() {
        assert_eq!(of(&NAME), "\"Ada\"");
        assert_eq!(of(&body(&[Key::Name("status")])), "404");
        assert_eq!(of(&body(&[Key::Name("headers"), Key::Name("x-kind")])), "\"k\"");
        assert_eq!(of(&body(&[Key::Name("cookies"), Key::Name("sid")])), "\"a1\"");
        assert_eq!(of(&body(&[Key::Name("cookies")])), r#"{"sid":"a1","b":"2"}"#);
        assert_eq!(of(&body(&[Key::Name("cookie")])), "\"sid=a1; b=2\"");
        assert_eq!(of(&body(&[Key::Name("body"), Key::Name("list"), Key::Index(-1)])), "\"b\"");
        assert_eq!(of(&body(&[Key::Name("body"), Key::Name("price")])), "12.30");
        assert_eq!(of(&body(&[Key::Name("body"), Key::Name("name"), Key::Index(0)])), "\"A\"");
        assert_eq!(of(&Ex::member(&LIST, Key::Index(0))), "\"a\"");
        assert_eq!(of(&Ex::index(&LIST, &Ex::int(1))), "\"b\"");
    }

    #[test]
    #[cfg(feature = "xml")]
    fn references_reach_into_xml() {
        let body = Bytes::from("<r v='1'><e>a</e><e>b</e><s:f xmlns:s='urn:s'>c</s:f></r>");
        let received = Received { status: 200, headers: HeaderMap::new(), body };
        let cx = Scopes { response: Some(&received), ..Scopes::default() };
        for (path, expected) in [
            (&[Key::Name("r"), Key::Name("@v")][..], Some("1")),
            (&[Key::Name("r"), Key::Name("e"), Key::Index(-1)], Some("b")),
            (&[Key::Name("r"), Key::Name("s:f"), Key::Name("$")], Some("c")),
            (&[Key::Name("r"), Key::Name("g")], None),
            (&[Key::Name("q")], None),
        ] {
            let path: Vec<_> = [Key::Name("xml")].iter().chain(path).copied().collect();
            let value = evaluate(&Ex::reference(Scope::Response, &path), &cx).and_then(|value| match value {
                Value::Absent => Ok(None),
                value => value.into_text().map(|text| Some(text.into_owned())),
            });
            assert_eq!(value, Ok(expected.map(str::to_owned)), "{path:?}");
        }
        let json = self::received();
        let cx = Scopes { response: Some(&json), ..Scopes::default() };
        let why = present(&Ex::reference(Scope::Response, &[Key::Name("xml"), Key::Name("a")]), &cx);
        assert_eq!(why, Err(Failure::new("not well-formed XML at byte 0")));
    }

    #[test]
    fn what_is_absent_is_an_error_that_names_the_expression() {
        assert_eq!(of(&MISSING), "error: `response.body.deep.missing` is absent");
        assert_eq!(
            of(&Ex::concat(&[Ex::text("a"), MISSING])),
            "error: `response.body.deep.missing` is absent"
        );
        assert_eq!(of(&Ex::concat(&[NONE])), "error: `response.body.none`: null has no form as text");
        let fallback = [Ex::text("x")];
        assert_eq!(of(&Ex::filter(Filter::Default, &MISSING, &fallback)), "\"x\"");
        assert_eq!(of(&Ex::filter(Filter::Default, &NONE, &fallback)), "\"x\"");
        assert_eq!(of(&Ex::filter(Filter::Default, &NAME, &fallback)), "\"Ada\"");
    }

    #[test]
    fn arithmetic_is_pythons() {
        let ints = |op, a, b| of(&Ex::binary(op, &Ex::int(a), &Ex::int(b)));
        assert_eq!(ints(Op::FloorDivide, -7, 2), "-4");
        assert_eq!(ints(Op::Remainder, -7, 2), "1");
        assert_eq!(ints(Op::Divide, 1, 2), "0.5");
        assert_eq!(ints(Op::Add, i64::MAX, 1), "9223372036854775808");
        assert_eq!(ints(Op::Multiply, i64::MAX, 3), "error: the result is too large for a whole number");
        assert_eq!(ints(Op::Divide, 1, 0), "error: division by zero");
        assert_eq!(of(&Ex::binary(Op::Add, &N, &Ex::float(0.5))), "7.5");
        assert_eq!(of(&Ex::unary(UnaryOperator::Negate, &N)), "-7");
    }

    #[test]
    fn comparisons_and_logic() {
        assert_eq!(of(&Ex::binary(Op::Equal, &N, &Ex::float(7.0))), "true");
        assert_eq!(of(&Ex::binary(Op::Less, &NAME, &Ex::text("B"))), "true");
        assert_eq!(of(&Ex::binary(Op::In, &Ex::text("b"), &LIST)), "true");
        assert_eq!(of(&Ex::binary(Op::In, &Ex::text("da"), &NAME)), "true");
        assert_eq!(of(&Ex::binary(Op::Or, &Ex::bool(true), &MISSING)), "true");
        assert_eq!(of(&Ex::binary(Op::And, &Ex::bool(false), &MISSING)), "false");
        assert_eq!(of(&Ex::unary(UnaryOperator::Not, &NONE)), "true");
        assert_eq!(of(&Ex::conditional(&Ex::bool(false), &MISSING, &N)), "7");
        assert_eq!(of(&Ex::binary(Op::Less, &NAME, &N)), "error: a text and a number have no order");
    }

    #[test]
    fn filters() {
        let filter = |filter, value, arguments: &[Ex<'_>]| of(&Ex::filter(filter, &value, arguments));
        assert_eq!(filter(Filter::Upper, NAME, &[]), "\"ADA\"");
        assert_eq!(filter(Filter::Replace, NAME, &[Ex::text("A"), Ex::text("O")]), "\"Oda\"");
        assert_eq!(filter(Filter::Split, Ex::text("a,b"), &[Ex::text(",")]), "[\"a\",\"b\"]");
        assert_eq!(filter(Filter::Join, LIST, &[Ex::text("-")]), "\"a-b\"");
        assert_eq!(filter(Filter::Last, LIST, &[]), "\"b\"");
        assert_eq!(filter(Filter::Length, NAME, &[]), "3");
        assert_eq!(filter(Filter::Int, Ex::text("42"), &[]), "42");
        assert_eq!(filter(Filter::Int, Ex::text("x"), &[]), "error: `\"x\"`: not a number");
        assert_eq!(filter(Filter::Float, Ex::text("1.5"), &[]), "1.5");
        assert_eq!(filter(Filter::String, N, &[]), "\"7\"");
        assert_eq!(filter(Filter::Json, LIST, &[]), "\"[\\\"a\\\",\\\"b\\\"]\"");
        assert_eq!(filter(Filter::Base64, Ex::text("hi?>"), &[]), "\"aGk/Pg==\"");
        assert_eq!(filter(Filter::Base64Url, Ex::text("hi?>"), &[]), "\"aGk_Pg\"");
        let data = body(&[Key::Name("body"), Key::Name("data")]);
        let decoded = Ex::filter(Filter::Base64Decode, &data, &[]);
        assert_eq!(of(&Ex::concat(&[decoded])), "\"hi\"");
        assert_eq!(filter(Filter::Hex, Ex::text("\u{1}z"), &[]), "\"017a\"");
        assert_eq!(filter(Filter::HexDecode, Ex::text("6869"), &[]), "\"aGk=\"");
        assert_eq!(filter(Filter::HexDecode, Ex::text("686"), &[]), "error: `\"686\"`: not hexadecimal");
        assert_eq!(filter(Filter::List, LIST, &[]), "[\"a\",\"b\"]");
        assert_eq!(filter(Filter::List, NAME, &[]), "[\"Ada\"]");
        assert_eq!(filter(Filter::List, MISSING, &[]), "[]");
        assert_eq!(filter(Filter::UrlEncode, Ex::text("a b/~"), &[]), "\"a%20b%2F~\"");
        assert_eq!(filter(Filter::FormEncode, Ex::text("a b/~"), &[]), "\"a+b%2F%7E\"");
        #[cfg(feature = "regex")]
        assert_eq!(filter(Filter::Matches, NAME, &[Ex::text("^A.a$")]), "true");
    }

    #[test]
    fn instants_and_durations() {
        let moment = Moment::at(1_709_204_400_250).with_texts("some-uuid", "some-nonce");
        let of = |expression: &Ex<'_>| {
            let cx = Scopes { moment: Some(&moment), ..Scopes::default() };
            let text = present(expression, &cx).and_then(Value::into_text).map(Cow::into_owned);
            text.map_err(|failure| failure.to_string())
        };
        const NOW: Ex<'_> = Ex::reference(Scope::Now, &[]);
        const HOUR: Ex<'_> = Ex::text("PT1H");
        assert_eq!(of(&Ex::reference(Scope::Uuid, &[])).as_deref(), Ok("some-uuid"));
        assert_eq!(of(&Ex::reference(Scope::Nonce, &[])).as_deref(), Ok("some-nonce"));
        assert_eq!(of(&NOW), Err("an instant has no form as text".to_owned()));
        assert_eq!(of(&Ex::filter(Filter::Unix, &NOW, &[])).as_deref(), Ok("1709204400"));
        assert_eq!(of(&Ex::filter(Filter::UnixMs, &NOW, &[])).as_deref(), Ok("1709204400250"));
        assert_eq!(of(&Ex::filter(Filter::Rfc3339, &NOW, &[])).as_deref(), Ok("2024-02-29T11:00:00.250Z"));
        let format = [Ex::text("%a, %d %b %Y")];
        assert_eq!(of(&Ex::filter(Filter::Date, &NOW, &format)).as_deref(), Ok("Thu, 29 Feb 2024"));

        let hour = Ex::filter(Filter::Duration, &HOUR, &[]);
        let later = Ex::binary(Op::Add, &NOW, &hour);
        assert_eq!(of(&Ex::filter(Filter::Rfc3339, &later, &[])).as_deref(), Ok("2024-02-29T12:00:00.250Z"));
        let back = Ex::binary(Op::Subtract, &later, &NOW);
        assert_eq!(of(&Ex::binary(Op::Equal, &back, &hour)).as_deref(), Ok("true"));
        let times = Ex::int(48);
        let days = Ex::binary(Op::Multiply, &hour, &times);
        assert_eq!(of(&Ex::binary(Op::Greater, &days, &hour)).as_deref(), Ok("true"));
        assert_eq!(of(&Ex::binary(Op::Less, &later, &NOW)).as_deref(), Ok("false"));

        let written = Ex::text("2024-02-29T12:00:00+01:00");
        let read = Ex::filter(Filter::ParseDate, &written, &[]);
        assert_eq!(of(&Ex::filter(Filter::Unix, &read, &[])).as_deref(), Ok("1709204400"));
        let format = [Ex::text("%s")];
        let seconds = Ex::int(1_709_204_400);
        let read = Ex::filter(Filter::ParseDate, &seconds, &format);
        assert_eq!(of(&Ex::filter(Filter::UnixMs, &read, &[])).as_deref(), Ok("1709204400000"));
        for (expression, why) in [
            (Ex::binary(Op::Add, &NOW, &NOW), "no arithmetic with an instant and an instant"),
            (Ex::binary(Op::Less, &NOW, &hour), "an instant and a duration have no order"),
            (
                Ex::filter(Filter::Unix, &Ex::text("x"), &[]),
                "`\"x\"`: a text is no instant: `parse_date` makes one of a text",
            ),
            (
                Ex::filter(Filter::Duration, &Ex::text("1 hour"), &[]),
                "`\"1 hour\"`: no duration, as `90s` or `PT1H`",
            ),
            (
                Ex::filter(Filter::Rfc3339, &Ex::reference(Scope::Nonce, &[]), &[]),
                "`nonce`: a text is no instant: `parse_date` makes one of a text",
            ),
        ] {
            assert_eq!(of(&expression), Err(why.to_owned()));
        }
    }

    #[test]
    fn what_a_place_does_not_have_is_absent() {
        for (scope, path, name) in [
            (Scope::Now, &[][..], "now"),
            (Scope::Nonce, &[], "nonce"),
            (Scope::Captured, &[Key::Name("a")], "captured.a"),
            (Scope::Callback, &[Key::Name("a")], "callback.a"),
            (Scope::OAuth, &[Key::Name("code")], "oauth.code"),
            (Scope::Request, &[Key::Name("path")], "request.path"),
        ] {
            assert_eq!(of(&Ex::reference(scope, path)), format!("error: `{name}` is absent"));
        }
    }

    #[test]
    fn what_steps_kept_is_seen_by_its_scope() {
        use crate::Secret;
        use crate::expression::FieldValue;

        let plain = [("a", FieldValue::Plain(Value::Text(Cow::Borrowed("1"))))];
        let secret = [("code", FieldValue::Secret(Secret::new("2".to_owned())))];
        let callback = [("realmId", FieldValue::Plain(Value::Int(3)))];
        let cx = Scopes { captured: &plain, oauth: &secret, callback: &callback, ..Scopes::default() };
        for (scope, name, text) in
            [(Scope::Captured, "a", "1"), (Scope::OAuth, "code", "2"), (Scope::Callback, "realmId", "3")]
        {
            let path = [Key::Name(name)];
            let value = present(&Ex::reference(scope, &path), &cx).and_then(Value::into_text);
            assert_eq!(value.as_deref(), Ok(text));
        }
    }

    #[test]
    fn texts_do_not_grow_without_bound() {
        let long = "x".repeat(TEXT_LIMIT);
        assert_eq!(of(&Ex::concat(&[Ex::text(&long)])).len(), TEXT_LIMIT + 2);
        assert_eq!(of(&Ex::concat(&[Ex::text(&long), NAME])), "error: the text becomes longer than 64 KiB");
    }
}
