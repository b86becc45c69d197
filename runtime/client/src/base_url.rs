//! Where requests go: a URL's text in, its scheme, host, port and path out; and the rules on hosts.
//!
//! The parser is strict on purpose. It repairs nothing: a user name, a backslash, white space, a control or
//! non-ASCII character, an address in an unusual spelling, a query, a fragment or a dot segment is an error.
//! What it took is what is connected to, since the very same text becomes the request's authority.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use couplet_plan::{Connector, Expression, Format, Node, Scope, Server, ServerKind};
use http::uri::{Authority, Scheme};

use crate::{
    Error, ErrorKind,
    address::is_private,
    expression::{Scopes, Value, evaluate},
    percent,
};

/// A base URL: its path has no slash at its end.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BaseUrl {
    pub(crate) scheme: Scheme,
    pub(crate) authority: Authority,
    pub(crate) path: String,
    pub(crate) host: Host,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Host {
    Name(String),
    Address(IpAddr),
}

impl BaseUrl {
    /// Reads a URL.
    pub(crate) fn parse(url: &str) -> Result<Self, &'static str> {
        if url.bytes().any(|byte| !byte.is_ascii_graphic() || byte == b'\\') {
            return Err("it has white space, a backslash, or a control or non-ASCII character");
        }
        let (scheme, rest) = if let Some(rest) = url.strip_prefix("https://") {
            (Scheme::HTTPS, rest)
        } else if let Some(rest) = url.strip_prefix("http://") {
            (Scheme::HTTP, rest)
        } else {
            return Err("it does not start with https://");
        };
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        if path.contains(['?', '#']) {
            return Err("it has a query or a fragment");
        }
        if !path.bytes().all(may_stand_in_path) {
            return Err("its path has characters that must be encoded");
        }
        if path.split('/').any(is_dot_segment) {
            return Err("its path has a `.` or `..` segment");
        }
        let authority = authority.to_ascii_lowercase();
        let host = parse_authority(&authority)?;
        let authority = authority.parse().map_err(|_| "its host is not valid")?;
        Ok(Self { scheme, authority, path: path.trim_end_matches('/').to_owned(), host })
    }

    /// Reads an origin: a URL without a path.
    pub(crate) fn parse_origin(url: &str) -> Result<Self, &'static str> {
        let base = Self::parse(url)?;
        if base.path.is_empty() { Ok(base) } else { Err("it has a path") }
    }

    /// Checks the scheme and the host: plain http is for this machine alone; a host that comes from data must
    /// be on the public Internet.
    pub(crate) fn check(&self, host_from_data: bool, allow_private: bool) -> Result<(), &'static str> {
        if self.scheme == Scheme::HTTP && !self.is_loopback() {
            return Err("plain http is allowed to this machine only; use https");
        }
        if host_from_data && !allow_private && self.is_private() {
            return Err("the host is private, which the context does not allow");
        }
        Ok(())
    }

    /// Whether the host matches a pattern: itself, or `*.` before a domain for one label or more.
    pub(crate) fn host_matches(&self, pattern: &str) -> bool {
        let Host::Name(host) = &self.host else { return false };
        match pattern.strip_prefix("*.") {
            Some(domain) => host
                .strip_suffix(domain)
                .and_then(|labels| labels.strip_suffix('.'))
                .is_some_and(|labels| !labels.is_empty()),
            None => host == pattern,
        }
    }

    /// Whether a URL of that scheme and authority has this origin.
    pub(crate) fn same_origin(&self, scheme: &str, authority: &str) -> bool {
        let default = if self.scheme == Scheme::HTTPS { ":443" } else { ":80" };
        let bare = |authority: &str| {
            let authority = authority.to_ascii_lowercase();
            authority.strip_suffix(default).map(str::to_owned).unwrap_or(authority)
        };
        self.scheme.as_str() == scheme && bare(self.authority.as_str()) == bare(authority)
    }

    /// Whether the host is this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        match &self.host {
            Host::Name(name) => is_loopback_name(name),
            Host::Address(address) => address.is_loopback(),
        }
    }

    fn is_private(&self) -> bool {
        match &self.host {
            Host::Name(name) => {
                let internal = [".local", ".internal", ".localdomain", ".lan", ".home.arpa"];
                is_loopback_name(name)
                    || !name.contains('.')
                    || internal.iter().any(|suffix| name.ends_with(suffix))
            }
            Host::Address(address) => is_private(*address),
        }
    }
}

/// Whether a name means this machine by its form (RFC 6761, 6.3).
pub(crate) fn is_loopback_name(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

/// Whether a host, as a URL has it, means this machine.
pub(crate) fn is_loopback_host(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    address.map_or_else(|_| is_loopback_name(host), |address| address.is_loopback())
}

/// Whether a text is one label of a host name in lower case.
pub(crate) fn is_host_label(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&text.len())
        && text.bytes().all(inner)
        && !text.starts_with('-')
        && !text.ends_with('-')
        && !text.starts_with("xn--")
}

/// Whether a segment means "here" or "above", also where its dots are encoded.
pub(crate) fn is_dot_segment(segment: &str) -> bool {
    matches!(&*percent::decode(segment), b"." | b"..")
}

/// The URL of a server. `key` is the name and the value of an API key that stands in the path.
pub(crate) fn of_server(
    server: &Server<'_>,
    connector: &Connector<'_>,
    cx: &Scopes<'_>,
    key: Option<(&str, &str)>,
    allow_private: bool,
) -> Result<BaseUrl, Error> {
    read(server, connector, cx, key, allow_private).map(|(base, _)| base)
}

/// The URL of an endpoint. It keeps the slash at its end, which a base URL has not.
pub(crate) fn of_endpoint(
    server: &Server<'_>,
    connector: &Connector<'_>,
    cx: &Scopes<'_>,
    allow_private: bool,
) -> Result<BaseUrl, Error> {
    let (mut base, ends_with_slash) = read(server, connector, cx, None, allow_private)?;
    if ends_with_slash || base.path.is_empty() {
        base.path.push('/');
    }
    Ok(base)
}

/// The URL of a server, and whether its text ends with a slash.
fn read(
    server: &Server<'_>,
    connector: &Connector<'_>,
    cx: &Scopes<'_>,
    key: Option<(&str, &str)>,
    allow_private: bool,
) -> Result<(BaseUrl, bool), Error> {
    let name = if server.name().is_empty() { "base URL" } else { server.name() };
    let wrong = |why: &str| Error::config(format!("the URL of {name} cannot be used: {why}"));
    let expression = match server.kind() {
        ServerKind::Url(expression) => expression,
        ServerKind::Table(field, rows) => {
            let key = cx
                .look_up(Scope::Config, &[couplet_plan::Key::Name(field)])
                .and_then(Value::into_text)
                .map_err(|failure| failure.into_error(ErrorKind::Config))?;
            let row = rows.iter().find(|row| row.name() == key);
            row.ok_or_else(|| wrong(&format!("`{field}` has no URL for this value")))?.value()
        }
        _ => return Err(wrong("it needs a later version of the runtime")),
    };
    let (mut url, host_from_data) = text_of(&expression, connector, cx).map_err(|error| match error {
        Wrong::Text(why) => wrong(&why),
        Wrong::Value(failure) => failure.into_error(ErrorKind::Config),
    })?;
    if let Some((name, value)) = key {
        match fill_key(&url, name, value) {
            Some(filled) => url = filled,
            // The base URL has a place for the key; a further server need not ask for it.
            None if server.name().is_empty() => return Err(wrong("it has no place for the key")),
            None => {}
        }
    }
    let base = BaseUrl::parse(&url).map_err(wrong)?;
    base.check(host_from_data, allow_private).map_err(wrong)?;
    Ok((base, url.ends_with('/')))
}

/// Puts an API key in its place in a URL.
pub(crate) fn fill_key(url: &str, name: &str, value: &str) -> Option<String> {
    let place = format!("{{{name}}}");
    let mut encoded = String::new();
    percent::component(&mut encoded, value.as_bytes());
    url.contains(&place).then(|| url.replace(&place, &encoded))
}

enum Wrong {
    Text(String),
    Value(crate::expression::Failure),
}

/// The URL's text, and whether its whole host comes from data. A value never leaves its place: in the host it
/// is one label (or one of the manifest's own choices), in the path a part of one segment.
fn text_of(
    expression: &Expression<'_>,
    connector: &Connector<'_>,
    cx: &Scopes<'_>,
) -> Result<(String, bool), Wrong> {
    let one = [*expression];
    let parts = match expression.node() {
        Node::Concat(parts) => parts,
        _ => &one[..],
    };
    let (mut url, mut host_from_data) = (String::new(), false);
    for part in parts {
        if let Node::Text(text) = part.node() {
            url.push_str(text);
            continue;
        }
        let value = evaluate(part, cx).and_then(Value::into_text).map_err(Wrong::Value)?;
        let in_path = url.split_once("://").is_some_and(|(_, rest)| rest.contains('/'));
        if url.is_empty() {
            // What this may be was checked by its format when it was supplied, or captured.
            BaseUrl::parse(&value).map_err(|why| Wrong::Text(why.to_owned()))?;
            url.push_str(if parts.len() > 1 { value.trim_end_matches('/') } else { &value });
            host_from_data = true;
        } else if in_path {
            if value.is_empty() {
                return Err(Wrong::Text("a part of its path is empty".to_owned()));
            }
            percent::component(&mut url, value.as_bytes());
        } else if host_from_data {
            return Err(Wrong::Text("a value follows the host that is itself a value".to_owned()));
        } else if is_host_label(&value) || has_choices(part, connector) {
            url.push_str(&value);
        } else {
            return Err(Wrong::Text("a value in its host is not a host label".to_owned()));
        }
    }
    Ok((url, host_from_data))
}

/// Whether an expression is a config field whose values the manifest itself lists.
fn has_choices(part: &Expression<'_>, connector: &Connector<'_>) -> bool {
    let Node::Reference(Scope::Config, [couplet_plan::Key::Name(name)]) = part.node() else { return false };
    connector.config().iter().any(|field| field.name() == *name && !field.choices().is_empty())
}

/// Whether a config value or a capture is an origin or a URL that its format takes.
pub(crate) fn check_origin(
    value: &str,
    format: &Format<'_>,
    allow_private: bool,
) -> Result<(), &'static str> {
    let (origin, within) = match format {
        Format::Origin(within) => (BaseUrl::parse_origin(value)?, within),
        Format::Url(within) => (BaseUrl::parse(value)?, within),
        _ => return Ok(()),
    };
    if !within.is_empty() && !within.iter().any(|pattern| origin.host_matches(pattern)) {
        return Err("its host is not one of those that are allowed");
    }
    origin.check(true, allow_private)
}

fn may_stand_in_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/%".contains(&byte)
}

fn parse_authority(authority: &str) -> Result<Host, &'static str> {
    if authority.contains('@') {
        return Err("it has a user name");
    }
    if let Some(rest) = authority.strip_prefix('[') {
        let (address, port) = rest.split_once(']').ok_or("its host is not valid")?;
        check_port(port)?;
        let address: Ipv6Addr = address.parse().map_err(|_| "its host is not valid")?;
        return Ok(Host::Address(address.into()));
    }
    let (host, port) = authority.split_at(authority.find(':').unwrap_or(authority.len()));
    check_port(port)?;
    if let Ok(address) = host.parse::<Ipv4Addr>() {
        return Ok(Host::Address(address.into()));
    }
    let last = host.rsplit('.').next().unwrap_or_default();
    if last.starts_with("0x") || last.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("its host is empty, ends with a dot, or is an address in an unusual spelling");
    }
    let is_label =
        |label: &str| is_host_label(label.strip_prefix("xn--").unwrap_or(label)) || is_service(label);
    if host.len() > 253 || !host.split('.').all(is_label) {
        return Err("its host is not valid");
    }
    Ok(Host::Name(host.to_owned()))
}

/// Some real hosts have underscores in a label that is not the domain's.
fn is_service(label: &str) -> bool {
    label.contains('_') && is_host_label(&label.replace('_', "a"))
}

fn check_port(port: &str) -> Result<(), &'static str> {
    let Some(digits) = port.strip_prefix(':') else {
        return if port.is_empty() { Ok(()) } else { Err("its host is not valid") };
    };
    let plain = !digits.is_empty() && digits.len() <= 5 && digits.bytes().all(|byte| byte.is_ascii_digit());
    match digits.parse::<u16>() {
        Ok(1..) if plain => Ok(()),
        _ => Err("its port is not valid"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_taken_apart() {
        let base = BaseUrl::parse("https://API.example.com:8443/v1/").unwrap();
        assert_eq!(base.authority, "api.example.com:8443");
        assert_eq!(base.path, "/v1");
        assert!(base.same_origin("https", "api.example.com:8443"));
        assert!(!base.same_origin("https", "api.example.com"));
        assert!(!base.same_origin("http", "api.example.com:8443"));
        assert!(BaseUrl::parse("https://a.example").unwrap().same_origin("https", "A.example:443"));
    }

    #[test]
    fn what_other_parsers_repair_is_refused() {
        for url in [
            "https://u:p@example.com",
            "https://evil.com\\@example.com",
            "https://a\tb.com",
            "https://\n.evil.com/",
            "https://evil。com/",
            "https://example.com.",
            "https://",
            "https:///x",
            "https://a..b",
            "https://-a.com",
            "https://a.com:",
            "https://a.com:0",
            "https://a.com:99999",
            "https://a.com:8a",
            "https://[::1",
            "HTTPS://a.b",
            "https://0x7f.1",
            "https://2130706433",
            "https://017700000001",
            "https://127.1",
            "https://1２7.0.0.1",
            "https://a.com?x",
            "https://a.com/#f",
            "https://a.com/a/../b",
            "https://a.com/%2e%2E/b",
            "file:///etc/passwd",
            "ftp://a.com",
            "data:x",
            "ws://a.com",
            "gopher://a.com",
            "https://a.com/{token}",
            "//a.com",
            "a.com",
        ] {
            assert!(BaseUrl::parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn private_hosts_from_data_need_leave() {
        for url in [
            "https://127.0.0.1",
            "https://[::ffff:127.0.0.1]",
            "https://[::]",
            "https://0.0.0.0",
            "https://10.0.0.1",
            "https://169.254.169.254",
            "https://localhost",
            "https://metadata.google.internal",
            "https://intranet",
        ] {
            let base = BaseUrl::parse(url).unwrap();
            assert!(base.check(true, false).is_err(), "{url}");
            assert!(base.check(true, true).is_ok(), "{url}");
        }
        let public = BaseUrl::parse("http://example.com").unwrap();
        assert!(public.check(true, true).is_err(), "plain http");
        assert!(BaseUrl::parse("http://localhost:8080").unwrap().check(false, false).is_ok());
    }

    #[test]
    fn patterns_match_by_labels() {
        let matches = |url: &str| BaseUrl::parse(url).unwrap().host_matches("*.example.com");
        assert!(matches("https://a.example.com"));
        assert!(matches("https://a.b.example.com"));
        assert!(!matches("https://example.com"));
        assert!(!matches("https://evil-example.com"));
        assert!(!matches("https://example.com.evil.com"));
    }

    #[test]
    fn a_host_label_is_one_plain_label() {
        for label in ["a", "acme", "a-1", "0", &"a".repeat(63)] {
            assert!(is_host_label(label), "{label}");
        }
        for label in [
            "",
            "-a",
            "a-",
            &"a".repeat(64),
            "xn--a",
            "ACME",
            "é",
            "acme.prod",
            "evil.com/#",
            "evil.com/",
            "evil.com?",
            "evil.com\\",
            "a@evil.com",
            "u:p@x",
            "evil.com:443/#",
            "acme:8443",
            "a/../b",
            "[::1]/#",
            "evil\u{3002}com/",
            "a\tb",
            "\n.evil.com/",
            "127.0.0.1:80/#",
            "acme.evil.com#",
        ] {
            assert!(!is_host_label(label), "{label}");
        }
    }
}
