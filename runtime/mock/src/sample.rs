//! Values of a type, made so that the same type always gives the same value.

use serde_json::{Map, Value, json};

use crate::schemas::Schemas;

/// How deep types may lie in each other before what is optional is left out.
const DEEP: usize = 4;

/// A value of a schema.
pub(crate) fn value(schema: &Value, schemas: &Schemas) -> Value {
    of(schema, schemas, "", 0)
}

fn of(schema: &Value, schemas: &Schemas, name: &str, depth: usize) -> Value {
    if depth > 64 {
        return Value::Null;
    }
    for key in ["const", "default"] {
        if let Some(value) = schema.get(key) {
            return value.clone();
        }
    }
    for key in ["examples", "enum"] {
        if let Some(value) = schema.get(key).and_then(Value::as_array).and_then(|values| values.first()) {
            return value.clone();
        }
    }
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return schemas.named(reference).map_or(Value::Null, |named| of(named, schemas, name, depth + 1));
    }
    if let Some(branches) = schema.get("anyOf").and_then(Value::as_array) {
        return branches.first().map_or(Value::Null, |branch| of(branch, schemas, name, depth + 1));
    }
    if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
        let mut members = object(schema, schemas, depth);
        for part in parts {
            if let Value::Object(more) = of(part, schemas, name, depth + 1) {
                members.extend(more);
            }
        }
        return Value::Object(members);
    }
    let word = match schema.get("type") {
        Some(Value::String(word)) => word.as_str(),
        Some(Value::Array(words)) => words.first().and_then(Value::as_str).unwrap_or("null"),
        _ if schema.get("properties").is_some() => "object",
        _ => "any",
    };
    match word {
        "object" => Value::Object(object(schema, schemas, depth)),
        "array" => array(schema, schemas, name, depth),
        "string" => text(schema, name).into(),
        "integer" => whole(schema).into(),
        "number" => number(schema),
        "boolean" => true.into(),
        "any" => json!({}),
        _ => Value::Null,
    }
}

fn object(schema: &Value, schemas: &Schemas, depth: usize) -> Map<String, Value> {
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut members = Map::new();
    for (name, member) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        if required.contains(&name.as_str()) || depth < DEEP {
            members.insert(name.clone(), of(member, schemas, name, depth + 1));
        }
    }
    let further = schema.get("additionalProperties").filter(|further| further.is_object());
    if let Some(further) = further.filter(|_| members.is_empty() && depth < DEEP) {
        members.insert("name".to_owned(), of(further, schemas, "name", depth + 1));
    }
    members
}

fn array(schema: &Value, schemas: &Schemas, name: &str, depth: usize) -> Value {
    let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(0);
    let most = schema.get("maxItems").and_then(Value::as_u64).unwrap_or(u64::MAX);
    let wanted = if depth < DEEP { least.max(1) } else { least }.min(most).min(20);
    let empty = json!({});
    let element = schema.get("items").unwrap_or(&empty);
    (0..wanted).map(|_| of(element, schemas, name, depth + 1)).collect()
}

fn text(schema: &Value, name: &str) -> String {
    if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
        return matching(pattern);
    }
    let plain = match schema.get("format").and_then(Value::as_str).unwrap_or_default() {
        "date-time" => "2024-01-15T09:30:00Z",
        "date" => "2024-01-15",
        "time" => "09:30:00",
        "uuid" => "00000000-0000-4000-8000-000000000000",
        "email" => "ada@example.com",
        "uri" | "url" => "https://example.com/",
        "hostname" => "example.com",
        "ipv4" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        "decimal" => "12.50",
        "byte" | "binary" => "Y291cGxldA==",
        _ if name.is_empty() => "text",
        _ => name,
    };
    let least = schema
        .get("minLength")
        .and_then(Value::as_u64)
        .and_then(|least| usize::try_from(least).ok())
        .unwrap_or(0);
    let most = schema
        .get("maxLength")
        .and_then(Value::as_u64)
        .and_then(|most| usize::try_from(most).ok())
        .unwrap_or(usize::MAX);
    let mut text: String = plain.chars().take(most).collect();
    while text.chars().count() < least.min(10_000) {
        text.push('x');
    }
    text
}

fn whole(schema: &Value) -> i64 {
    let bound = |key: &str| schema.get(key).and_then(Value::as_i64);
    let least = bound("minimum").or_else(|| bound("exclusiveMinimum").map(|bound| bound + 1));
    let most = bound("maximum").or_else(|| bound("exclusiveMaximum").map(|bound| bound - 1));
    let step = bound("multipleOf").unwrap_or(1).max(1);
    let wanted = 1.max(least.unwrap_or(i64::MIN)).min(most.unwrap_or(i64::MAX));
    let up = wanted + (step - wanted.rem_euclid(step)) % step;
    if most.is_some_and(|most| up > most) { up - step } else { up }
}

fn number(schema: &Value) -> Value {
    let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
    let least =
        bound("minimum").or_else(|| bound("exclusiveMinimum").map(|bound| bound + 0.5)).unwrap_or(f64::MIN);
    let most =
        bound("maximum").or_else(|| bound("exclusiveMaximum").map(|bound| bound - 0.5)).unwrap_or(f64::MAX);
    json!(1.5_f64.max(least).min(most))
}

/// A text that a simple pattern matches: anchors, classes, escapes, groups and counts are understood.
pub(crate) fn matching(pattern: &str) -> String {
    let mut out = String::new();
    let chars: Vec<char> = pattern.chars().collect();
    sequence(&chars, &mut 0, &mut out);
    out
}

fn sequence(chars: &[char], at: &mut usize, out: &mut String) {
    while let Some(c) = chars.get(*at).copied() {
        *at += 1;
        let mut piece = String::new();
        match c {
            '^' | '$' => continue,
            ')' => return,
            '|' => {
                skip_to_close(chars, at);
                return;
            }
            '(' => {
                if chars.get(*at) == Some(&'?') {
                    while chars.get(*at).is_some_and(|c| !matches!(c, ':' | '>' | ')')) {
                        *at += 1;
                    }
                    *at += 1;
                }
                sequence(chars, at, &mut piece);
            }
            '[' => piece.push(class(chars, at)),
            '\\' => {
                let escaped = chars.get(*at).copied().unwrap_or('\\');
                *at += 1;
                piece.push(match escaped {
                    'd' => '1',
                    'w' => 'a',
                    's' => ' ',
                    'D' | 'W' | 'S' => '-',
                    c => c,
                });
            }
            '.' => piece.push('a'),
            c => piece.push(c),
        }
        let times = count(chars, at);
        for _ in 0..times {
            out.push_str(&piece);
        }
    }
}

fn skip_to_close(chars: &[char], at: &mut usize) {
    let mut open = 1;
    while let Some(c) = chars.get(*at) {
        *at += 1;
        match c {
            '\\' => *at += 1,
            '(' => open += 1,
            ')' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return;
        }
    }
}

fn class(chars: &[char], at: &mut usize) -> char {
    let negated = chars.get(*at) == Some(&'^');
    let first = chars.get(*at + usize::from(negated)).copied().unwrap_or('a');
    let escaped = chars.get(*at + usize::from(negated) + 1).copied();
    *at += 1;
    while let Some(c) = chars.get(*at) {
        *at += 1;
        match c {
            '\\' => *at += 1,
            ']' => break,
            _ => {}
        }
    }
    match (negated, first, escaped) {
        (true, ..) => '~',
        (false, '\\', Some('d')) => '1',
        (false, '\\', Some('w')) => 'a',
        (false, '\\', Some(c)) => c,
        (false, c, _) => c,
    }
}

fn count(chars: &[char], at: &mut usize) -> usize {
    match chars.get(*at) {
        Some('*' | '?') => {
            *at += 1;
            usize::from(chars.get(*at - 1) == Some(&'*'))
        }
        Some('+') => {
            *at += 1;
            1
        }
        Some('{') => {
            let end = chars[*at..].iter().position(|c| *c == '}').map_or(chars.len(), |end| *at + end);
            let text: String = chars[*at + 1..end].iter().collect();
            *at = end + 1;
            text.split(',').next().and_then(|least| least.parse().ok()).unwrap_or(1).min(1_000)
        }
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_patterns_are_met() {
        for (pattern, text) in [
            ("^[0-9]+$", "0"),
            ("^sk_[a-z]{4}$", "sk_aaaa"),
            (r"^\d{3}-\d{2}$", "111-11"),
            ("^(live|test)_x$", "live_x"),
            ("[^a-z]", "~"),
        ] {
            assert_eq!(matching(pattern), text, "{pattern}");
        }
    }

    #[test]
    fn values_are_of_their_schema() {
        let schemas = Schemas::read(r##"{"$defs":{"Node":{"type":"object","properties":{"id":{"type":"integer","minimum":5,"multipleOf":4},"next":{"$ref":"#/$defs/Node"},"kind":{"enum":["a","b"]},"at":{"type":["string","null"],"format":"date-time"}},"required":["id"]}}}"##).expect("JSON");
        let schema = json!({ "type": "array", "items": { "$ref": "#/$defs/Node" }, "minItems": 2 });
        let sample = value(&schema, &schemas);
        assert_eq!(schemas.wrong(&schema, &sample), None, "{sample}");
        assert_eq!(sample[0]["id"], 8);
    }
}
