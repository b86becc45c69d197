//! Nango's templates → ours.

use super::cx::Cx;
use super::fields::{self, Host, Place};
use super::template::{Part, Template, alternatives};

/// The present instant as JavaScript writes it.
pub(super) const MOMENT: &str = "(now | date('%Y-%m-%dT%H:%M:%S.%3fZ'))";

/// A template of theirs as one of ours; nothing where it names what there is not.
pub(super) fn template(text: &str, path: &str, cx: &mut Cx<'_>) -> Option<String> {
    match alternatives(text).as_slice() {
        [one] => of(&Template::read(one), path, cx),
        [first, rest @ ..] => {
            let first = Template::read(first);
            let [Part::Name(name)] = first.parts.as_slice() else {
                cx.left(
                    path,
                    format!("`{text}` has alternatives, and the first is no single value: only it is taken"),
                );
                return of(&first, path, cx);
            };
            let reference = reference(name, path, cx)?;
            if let Some(field) = cx.field_mut(name) {
                field.optional = true;
            }
            let fallback = Template::read(rest.first().copied().unwrap_or_default());
            let fallback = expression(&fallback, path, cx)?;
            Some(format!("{{{{ {reference} | default({fallback}) }}}}"))
        }
        [] => Some(String::new()),
    }
}

/// A template without alternatives as one of ours.
pub(super) fn of(template: &Template, path: &str, cx: &mut Cx<'_>) -> Option<String> {
    let mut out = String::new();
    for part in &template.parts {
        match part {
            Part::Literal(text) => out.push_str(&text.replace("{{", "{{ '{{' }}")),
            Part::Name(name) => {
                let origin = cx.field(name).and_then(|field| match &field.host {
                    Host::Origin { before, after, .. } if after.is_empty() => Some(before.clone()),
                    _ => None,
                });
                // `https://${domain}` is the origin itself.
                if let Some(before) =
                    origin.filter(|before| !before.is_empty() && out.ends_with(before.as_str()))
                {
                    out.truncate(out.len() - before.len());
                    out.push_str(&format!("{{{{ {} }}}}", plain_reference(name, path, cx)?));
                } else {
                    out.push_str(&format!("{{{{ {} }}}}", reference(name, path, cx)?));
                }
            }
            part => out.push_str(&format!("{{{{ {} }}}}", operand(part, path, cx)?)),
        }
    }
    Some(out)
}

/// A template as one expression.
pub(super) fn expression(template: &Template, path: &str, cx: &mut Cx<'_>) -> Option<String> {
    let mut operands = Vec::new();
    for part in &template.parts {
        operands.push(operand(part, path, cx)?);
    }
    Some(if operands.is_empty() { "''".to_owned() } else { operands.join(" ~ ") })
}

fn operand(part: &Part, path: &str, cx: &mut Cx<'_>) -> Option<String> {
    match part {
        Part::Literal(text) => Some(quoted(text)),
        Part::Name(name) => reference(name, path, cx),
        Part::Now { offset, format } => now(offset.as_ref(), format.as_deref(), path, cx),
        Part::Call(function, arguments) => call(function, arguments, path, cx),
    }
}

/// A text in an expression.
pub(super) fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('\n', "\\n");
    if text.contains('\'') { format!("\"{}\"", text.replace('"', "\\\"")) } else { format!("'{text}'") }
}

/// What a name of theirs is called in our expressions.
pub(super) fn reference(name: &str, path: &str, cx: &mut Cx<'_>) -> Option<String> {
    let plain = plain_reference(name, path, cx)?;
    if cx.field(name).is_some_and(|field| field.host == Host::Label && field.is_capital()) {
        return Some(format!("({plain} | upper)"));
    }
    let around = cx.field(name).and_then(|field| match &field.host {
        Host::Origin { before, .. } if !before.is_empty() => Some(before.clone()),
        _ => None,
    });
    Some(match around {
        Some(before) => format!("({plain} | replace({}, ''))", quoted(&before)),
        None => plain,
    })
}

fn plain_reference(name: &str, path: &str, cx: &mut Cx<'_>) -> Option<String> {
    if name == "random" {
        return Some("uuid".to_owned());
    }
    if let Some(ours) = cx.names.get(name) {
        return Some(ours.clone());
    }
    let full = match name {
        "apiKey" | "username" | "password" => format!("credentials.{name}"),
        _ => name.to_owned(),
    };
    if let Some(field) = cx.field_mut(&full) {
        field.used = true;
        let scope = match field.place {
            Place::Config => "config",
            Place::Credentials => "credentials",
            Place::App => "app",
            Place::Captured => "captured",
        };
        return Some(format!("{scope}.{}", field.name));
    }
    if let Some(half) = split_key(&full, cx) {
        return Some(half);
    }
    // What no connection gives, the integrator gave once for all.
    if let Some(name) = full.strip_prefix("credentials.")
        && let Some(field) = cx.field_mut(&format!("integrationConfig.{name}"))
    {
        field.used = true;
        return Some(format!("app.{}", field.name));
    }
    if let Some(inner) =
        full.strip_prefix("connectionConfig.").filter(|inner| !inner.is_empty() && !inner.contains('.'))
    {
        cx.defect(path, format!("`${{{full}}}` is bound to nothing: no field `{inner}` is declared"));
        let mut field = fields::undeclared(&full, path, Place::Config);
        field.used = true;
        fields::add(field, cx);
        return plain_reference(&full, path, cx);
    }
    if let Some(inner) =
        name.strip_prefix("credentials.").filter(|inner| !inner.is_empty() && !inner.contains('.'))
    {
        cx.defect(path, format!("`${{{name}}}` is bound to nothing: no credential `{inner}` is declared"));
        let mut field = fields::undeclared(name, path, Place::Credentials);
        field.secret = ["key", "secret", "token", "password"].iter().any(|word| field.name.contains(word));
        field.found = true;
        field.used = true;
        fields::add(field, cx);
        return plain_reference(name, path, cx);
    }
    cx.fail(format!("the placeholder `${{{name}}}` is bound to nothing that the entry says"));
    None
}

/// `credentials.key.id` and `.secret` of a key that is written `id:secret`.
fn split_key(name: &str, cx: &mut Cx<'_>) -> Option<String> {
    let (whole, end) = match name.strip_suffix(".id") {
        Some(whole) => (whole, "first"),
        None => (name.strip_suffix(".secret")?, "last"),
    };
    let field = cx.field_mut(whole)?;
    field.used = true;
    Some(format!("(credentials.{} | split(':') | {end})", field.name))
}

fn call(function: &str, arguments: &[Template], path: &str, cx: &mut Cx<'_>) -> Option<String> {
    let mut texts = Vec::new();
    for argument in arguments {
        texts.push(expression(argument, path, cx)?);
    }
    let first =
        texts.first().map(|text| if text.contains(" ~ ") { format!("({text})") } else { text.clone() });
    let (first, key) = (first.unwrap_or_default(), texts.get(1).cloned().unwrap_or_default());
    Some(match function {
        "base64" => format!("({first} | base64)"),
        "sha256Hex" => format!("({first} | sha256 | hex)"),
        "sha256Base64" => format!("({first} | sha256 | base64)"),
        "sha1Hex" => format!("({first} | sha1 | hex)"),
        "md5Hex" => format!("({first} | md5 | hex)"),
        "hmacSha1Hex" => format!("({first} | hmac_sha1({key}) | hex)"),
        "hmacSha256Hex" => format!("({first} | hmac_sha256({key}) | hex)"),
        "hmacSha256Base64" => format!("({first} | hmac_sha256({key}) | base64)"),
        "ed25519Sign" => format!("({first} | ed25519({key}) | base64)"),
        "fingerprint" => format!("({first} | fingerprint)"),
        _ => {
            cx.fail(format!("the function `{function}` is not known here"));
            return None;
        }
    })
}

fn now(offset: Option<&(i64, String)>, format: Option<&str>, path: &str, cx: &mut Cx<'_>) -> Option<String> {
    let instant = match offset {
        None => "now".to_owned(),
        Some((count, unit)) => {
            let unit = match unit.trim_end_matches('s') {
                "second" => "s",
                "minute" => "m",
                "hour" => "h",
                "day" => "d",
                _ => {
                    cx.fail(format!("`{unit}` is no unit of time"));
                    return None;
                }
            };
            format!("(now + ('{count}{unit}' | duration))")
        }
    };
    Some(match format {
        None if instant == "now" => MOMENT.to_owned(),
        None => format!("({instant} | date('%Y-%m-%dT%H:%M:%S.%3fZ'))"),
        Some("X") => format!("({instant} | unix)"),
        Some("x") => format!("({instant} | unix_ms)"),
        Some(format) => format!("({instant} | date({}))", quoted(&date_format(format, path, cx)?)),
    })
}

/// A format of moment.js as one of ours.
fn date_format(format: &str, path: &str, cx: &mut Cx<'_>) -> Option<String> {
    const TOKENS: [(&str, &str); 12] = [
        ("YYYY", "%Y"),
        ("MMM", "%b"),
        ("ddd", "%a"),
        ("SSS", "%3f"),
        ("MM", "%m"),
        ("DD", "%d"),
        ("HH", "%H"),
        ("hh", "%I"),
        ("mm", "%M"),
        ("ss", "%S"),
        ("ZZ", "+0000"),
        ("A", "%p"),
    ];
    let mut out = String::new();
    let mut rest = format;
    'next: while let Some(c) = rest.chars().next() {
        if let Some((literal, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            out.push_str(literal);
            rest = after;
            continue;
        }
        for (theirs, ours) in TOKENS {
            if let Some(after) = rest.strip_prefix(theirs) {
                out.push_str(ours);
                rest = after;
                continue 'next;
            }
        }
        if c.is_ascii_alphabetic() && !matches!(c, 'T' | 'Z') {
            cx.left(path, format!("the letter `{c}` of the date format `{format}` is taken as it is"));
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    Some(out)
}
