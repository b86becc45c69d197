//! Opens a page in the person's browser, without a shell.

use std::env;
use std::process::{Command, Stdio};

/// The variable that names another program, which gets the URL as its only argument.
const VARIABLE: &str = "BROWSER";

/// Opens a URL. Gives whether a program has started that may show it.
pub(super) fn open(url: &str) -> bool {
    if !may_open(url) {
        return false;
    }
    let named = env::var_os(VARIABLE).filter(|program| !program.is_empty());
    let mut command = match named {
        Some(program) => Command::new(program),
        None if cfg!(target_os = "macos") => Command::new("open"),
        None if cfg!(windows) => {
            let mut command = Command::new("rundll32");
            command.arg("url.dll,FileProtocolHandler");
            command
        }
        None => Command::new("xdg-open"),
    };
    command.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().is_ok()
}

/// Whether a URL is one of the web, and nothing that another program would take for a file, a flag or a command.
fn may_open(url: &str) -> bool {
    let host = |rest: &str| {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = match authority.strip_prefix('[') {
            Some(address) => address.split(']').next().unwrap_or_default(),
            None => authority.split(':').next().unwrap_or_default(),
        };
        host.to_owned()
    };
    let plain =
        url.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'`' | b'\\'));
    let web = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => !host(rest).is_empty(),
        (_, Some(rest)) => matches!(host(rest).as_str(), "127.0.0.1" | "localhost" | "::1"),
        _ => false,
    };
    plain && web && !url.split(['?', '#']).next().unwrap_or_default().contains('@')
}

#[cfg(test)]
mod tests {
    use super::may_open;

    #[test]
    fn only_pages_of_the_web_are_opened() {
        for url in [
            "https://example.com/authorize?a=b%20c",
            "http://127.0.0.1:8080/x",
            "http://localhost/",
            "http://[::1]:1/",
        ] {
            assert!(may_open(url), "{url}");
        }
        for url in [
            "http://example.com/",
            "http://127.0.0.1.evil.com/",
            "http://localhost@evil.com/",
            "https://",
            "https://a b/",
            "https://example.com/\"&calc",
            "https://example.com/`x`",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "--help",
            "",
        ] {
            assert!(!may_open(url), "{url}");
        }
    }
}
