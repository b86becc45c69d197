//! Confirms that credentials may go where no pattern of the connector confines them.

use crate::credentials;
use crate::failure::Failure;

/// Has a person confirm an origin, by a flag or by a word on the terminal.
pub(super) fn confirm(url: &str, what: &str, confirmed: &[String]) -> Result<(), Failure> {
    let shown = origin(url);
    if shown.contains('@') {
        return Err(Failure::usage(format!(
            "{what} has a user name or a password, which no URL here may have"
        ))
        .help("credentials come from the environment or from `--credentials FILE`"));
    }
    if confirmed.iter().any(|known| origin(known) == shown) {
        return Ok(());
    }
    if credentials::can_ask() {
        if credentials::confirm(&format!("{what} sends your credentials to {shown}. Go on?"))? {
            return Ok(());
        }
        return Err(Failure::error("not confirmed; nothing was sent"));
    }
    Err(Failure::usage(format!("{what} sends your credentials to {shown}, which nobody has confirmed"))
        .help(format!("if that is where they belong, confirm it: `--allow-origin {shown}`")))
}

/// Has a person confirm another base URL, unless it is this machine.
pub(super) fn confirm_base_url(url: &str, confirmed: &[String]) -> Result<(), Failure> {
    if is_this_machine(url) { Ok(()) } else { confirm(url, "`--base-url`", confirmed) }
}

/// Scheme, host and port of a URL, in lower case. What the runtime takes has no user name.
fn origin(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let (scheme, authority) = (scheme.to_ascii_lowercase(), authority.to_ascii_lowercase());
    let default = if scheme == "http" { ":80" } else { ":443" };
    format!("{scheme}://{}", authority.strip_suffix(default).unwrap_or(&authority))
}

fn is_this_machine(url: &str) -> bool {
    let origin = origin(url);
    let authority = origin.split_once("://").map_or("", |(_, authority)| authority);
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    origin.starts_with("http")
        && !authority.contains('@')
        && (host == "localhost"
            || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_told_from_others() {
        for url in ["http://127.0.0.1:80/v1", "http://localhost:1", "https://[::1]:8/x", "http://LOCALHOST"] {
            assert!(confirm_base_url(url, &[]).is_ok(), "{url}");
        }
        for url in
            ["https://example.com", "http://localhost@evil.com", "http://127.0.0.1.evil.com", "localhost"]
        {
            assert!(!is_this_machine(url), "{url}");
        }
        let confirmed = ["https://Git.Example.org:443/x".to_owned()];
        assert!(confirm("https://git.example.org", "`origin`", &confirmed).is_ok());
    }
}
