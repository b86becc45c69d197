//! The redirect to this machine (RFC 8252, 7.3): a listener that takes one request.
//!
//! It listens on the loopback interface alone, and answers any request but the one redirect with 404: its method, its
//! path and its `Host` are looked at first, so that no page of the web can reach it under another name. What the
//! redirect says is the library's to check.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::failure::Failure;

/// How long a person may take.
const PATIENCE: Duration = Duration::from_secs(5 * 60);
/// How long a browser may take to say what it wants.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);
/// How large the head of a request may be.
const HEAD: usize = 16 * 1024;

/// Where the person comes back to.
pub(super) struct Loopback {
    listeners: Vec<TcpListener>,
    /// `Host` of the redirect.
    authority: String,
    path: String,
    redirect_uri: String,
}

/// The person is back.
pub(super) struct Callback {
    query: String,
    stream: TcpStream,
}

/// A redirect URI to this machine, taken apart.
#[derive(Debug, PartialEq, Eq)]
struct Target<'u> {
    host: &'u str,
    port: Option<u16>,
    rest: &'u str,
}

impl Loopback {
    /// Listens where a redirect URI leads; `None` where it does not lead to this machine. Without a port in it, a free
    /// one is taken.
    pub(super) async fn bind(redirect_uri: &str) -> Result<Option<Self>, Failure> {
        let Some(target) = Target::parse(redirect_uri) else { return Ok(None) };
        let addresses: &[&str] = match target.host {
            "[::1]" => &["::1"],
            "127.0.0.1" => &["127.0.0.1"],
            _ => &["127.0.0.1", "::1"],
        };
        let mut listeners: Vec<TcpListener> = Vec::new();
        let mut port = target.port.unwrap_or(0);
        for address in addresses {
            match TcpListener::bind((*address, port)).await {
                Ok(listener) => {
                    port = listener.local_addr().map_err(|error| no_port(port, &error))?.port();
                    listeners.push(listener);
                }
                // A machine without IPv6 has `localhost` at one address only.
                Err(error) if !listeners.is_empty() && error.kind() != io::ErrorKind::AddrInUse => {}
                Err(error) => return Err(no_port(port, &error)),
            }
        }
        let authority = match target.port {
            Some(80) => target.host.to_owned(),
            _ => format!("{}:{port}", target.host),
        };
        let redirect_uri = match target.port {
            Some(_) => redirect_uri.to_owned(),
            None => format!("http://{authority}{}", target.rest),
        };
        let path = target.rest.split('?').next().filter(|path| !path.is_empty()).unwrap_or("/").to_owned();
        Ok(Some(Self { listeners, authority, path, redirect_uri }))
    }

    /// The redirect URI with its port.
    pub(super) fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// Waits for the redirect.
    pub(super) async fn wait(self) -> Result<Callback, Failure> {
        let (sender, mut callbacks) = mpsc::channel(1);
        let mut tasks = Vec::new();
        for listener in self.listeners {
            let (sender, authority, path) = (sender.clone(), self.authority.clone(), self.path.clone());
            tasks.push(tokio::spawn(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let (sender, authority, path) = (sender.clone(), authority.clone(), path.clone());
                    // Browsers open connections that say nothing: none of them may hold up the others.
                    tokio::spawn(async move {
                        if let Some(callback) = received(stream, &authority, &path).await {
                            let _ = sender.send(callback).await;
                        }
                    });
                }
            }));
        }
        let came = timeout(PATIENCE, callbacks.recv()).await;
        tasks.iter().for_each(tokio::task::JoinHandle::abort);
        came.ok().flatten().ok_or_else(|| {
            Failure::error("nobody came back from the browser within five minutes; nothing was stored")
                .help("begin anew; `--no-browser` prints the URL for a browser of your choice")
        })
    }
}

impl Callback {
    /// The query of the redirect.
    pub(super) fn query(&self) -> &str {
        &self.query
    }

    /// Tells the person in the browser how it ended.
    pub(super) async fn answer(mut self, text: &str) {
        let _ = answer(&mut self.stream, "200 OK", text).await;
    }
}

impl<'u> Target<'u> {
    fn parse(uri: &'u str) -> Option<Self> {
        let behind = uri.strip_prefix("http://")?;
        let end = behind.find(['/', '?', '#']).unwrap_or(behind.len());
        let (authority, rest) = behind.split_at(end);
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port.parse().ok()?)),
            _ => (authority, None),
        };
        let known = matches!(host, "127.0.0.1" | "localhost" | "[::1]");
        (known && port != Some(0) && !rest.contains('#')).then_some(Self { host, port, rest })
    }
}

/// Reads a request: the redirect, or something that gets a 404.
async fn received(mut stream: TcpStream, authority: &str, path: &str) -> Option<Callback> {
    let head = timeout(HEAD_PATIENCE, head(&mut stream)).await.ok()?.ok()?;
    match query(&head, authority, path) {
        Some(query) => Some(Callback { query: query.to_owned(), stream }),
        None => {
            let _ = answer(&mut stream, "404 Not Found", "There is nothing here.").await;
            None
        }
    }
}

async fn head(stream: &mut TcpStream) -> io::Result<String> {
    let mut bytes = Vec::new();
    let mut part = [0; 2048];
    loop {
        let count = stream.read(&mut part).await?;
        bytes.extend_from_slice(&part[..count]);
        if bytes.windows(4).any(|window| window == b"\r\n\r\n") {
            return String::from_utf8(bytes).map_err(|_| io::ErrorKind::InvalidData.into());
        }
        if count == 0 || bytes.len() > HEAD {
            return Err(io::ErrorKind::InvalidData.into());
        }
    }
}

/// The query of the redirect, where a request is one.
fn query<'h>(head: &'h str, authority: &str, path: &str) -> Option<&'h str> {
    let mut lines = head.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let mut hosts = lines.filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("host").then_some(value.trim())
    });
    let host = hosts.next()?;
    let (asked, query) = target.split_once('?')?;
    let fits = method == "GET"
        && words.next().is_none()
        && version.starts_with("HTTP/1.")
        && hosts.next().is_none()
        && host.eq_ignore_ascii_case(authority)
        && asked == path;
    fits.then_some(query)
}

async fn answer(stream: &mut TcpStream, status: &str, text: &str) -> io::Result<()> {
    let page = format!("<!doctype html><meta charset=utf-8><title>Couplet</title><p>{text}</p>\n");
    let response = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\ncache-control: no-store\r\n\
         referrer-policy: no-referrer\r\ncontent-security-policy: default-src 'none'\r\n\
         x-content-type-options: nosniff\r\nconnection: close\r\n\r\n{page}",
        page.len()
    );
    stream.write_all(response.as_bytes()).await?;
    stream.shutdown().await
}

fn no_port(port: u16, error: &io::Error) -> Failure {
    let failure =
        Failure::error(format!("the redirect to port {port} of this machine cannot be taken: {error}"));
    let taken = error.kind() == io::ErrorKind::AddrInUse;
    failure.help_if(taken.then_some(
        "another program has the port: end it, or register another redirect URI with the provider",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirect_uris_to_this_machine_are_told_from_others() {
        let target = |host, port, rest| Some(Target { host, port, rest });
        assert_eq!(Target::parse("http://127.0.0.1/cb"), target("127.0.0.1", None, "/cb"));
        assert_eq!(Target::parse("http://localhost:8080"), target("localhost", Some(8080), ""));
        assert_eq!(Target::parse("http://[::1]:1/x?y=z"), target("[::1]", Some(1), "/x?y=z"));
        assert_eq!(Target::parse("http://[::1]/"), target("[::1]", None, "/"));
        for other in [
            "https://localhost/cb",
            "http://example.com/cb",
            "http://127.0.0.1.example.com/",
            "http://127.0.0.1:x/",
            "http://127.0.0.1:0/",
            "http://user@127.0.0.1/",
            "http://127.0.0.1/#a",
            "app://callback",
        ] {
            assert_eq!(Target::parse(other), None, "{other}");
        }
    }

    #[test]
    fn only_the_redirect_itself_is_taken() {
        let ask = |line: &str, host: &str| {
            let head = format!("{line}\r\n{host}\r\n\r\n");
            query(&head, "127.0.0.1:7", "/cb").map(str::to_owned)
        };
        assert_eq!(
            ask("GET /cb?code=a&state=b HTTP/1.1", "Host: 127.0.0.1:7").as_deref(),
            Some("code=a&state=b")
        );
        for (line, host) in [
            ("POST /cb?code=a HTTP/1.1", "Host: 127.0.0.1:7"),
            ("GET /favicon.ico HTTP/1.1", "Host: 127.0.0.1:7"),
            ("GET /cb HTTP/1.1", "Host: 127.0.0.1:7"),
            ("GET /cb/?code=a HTTP/1.1", "Host: 127.0.0.1:7"),
            ("GET /cb?code=a HTTP/1.1", "Host: rebound.example.com:7"),
            ("GET /cb?code=a HTTP/1.1", "Host: 127.0.0.1:8"),
            ("GET /cb?code=a HTTP/1.1", "Host: 127.0.0.1:7\r\nHost: x"),
            ("GET /cb?code=a HTTP/1.1", "Accept: */*"),
            ("GET /cb?code=a b HTTP/1.1", "Host: 127.0.0.1:7"),
            ("GET http://127.0.0.1:7/cb?code=a HTTP/1.1", "Host: 127.0.0.1:7"),
        ] {
            assert_eq!(ask(line, host), None, "{line}, {host}");
        }
    }
}
