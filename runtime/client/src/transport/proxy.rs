//! Connects directly, or through the proxy that the environment names (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`).
//! This machine is never reached through a proxy: from there it would be another one. `HTTP_PROXY` does not matter,
//! since plain http is spoken to this machine alone.
//!
//! `http://` and `https://` proxies are asked for a tunnel (CONNECT), so that a proxy never sees what is sent;
//! `socks5://` and `socks5h://` are spoken to as RFC 1928 says.

use std::{
    error::Error as StdError,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http::Uri;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::{
    client::{
        legacy::connect::{
            HttpConnector,
            proxy::{SocksV5, Tunnel},
        },
        proxy::matcher::{Intercept, Matcher},
    },
    rt::TokioIo,
};
use tokio::{net::TcpStream, time};
use tower_service::Service;

use super::resolver::Resolver;
use crate::base_url::is_loopback_host;

type BoxError = Box<dyn StdError + Send + Sync>;
type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;

/// Opens the connection that TLS is then spoken over.
#[derive(Clone)]
pub(super) struct ProxyConnector {
    direct: HttpConnector<Resolver>,
    to_proxy: HttpsConnector<HttpConnector>,
    matcher: Arc<Matcher>,
    timeout: Duration,
}

impl ProxyConnector {
    pub(super) fn new(
        tls: rustls::ClientConfig,
        matcher: Matcher,
        timeout: Duration,
        allow_private: bool,
    ) -> Self {
        let mut direct = HttpConnector::new_with_resolver(Resolver::new(allow_private));
        direct.enforce_http(false);
        direct.set_nodelay(true);
        direct.set_connect_timeout(Some(timeout));
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_connect_timeout(Some(timeout));
        Self { direct, to_proxy: (http, tls).into(), matcher: Arc::new(matcher), timeout }
    }
}

impl Service<Uri> for ProxyConnector {
    type Response = Stream;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        let mut this = self.clone();
        Box::pin(async move {
            let timeout = this.timeout;
            let connecting = async move {
                let here = target.host().is_none_or(is_loopback_host);
                let may = target.scheme_str() == Some("https") && !here;
                let proxy = may.then(|| this.matcher.intercept(&target));
                match proxy.flatten() {
                    Some(proxy) => this.through(&proxy, target).await,
                    None => Ok(MaybeHttpsStream::Http(this.direct.call(target).await?)),
                }
            };
            time::timeout(timeout, connecting)
                .await
                .unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut).into()))
        })
    }
}

impl ProxyConnector {
    async fn through(self, proxy: &Intercept, target: Uri) -> Result<Stream, BoxError> {
        let address = proxy.uri().clone();
        match proxy.uri().scheme_str() {
            Some(scheme @ ("socks5" | "socks5h")) => {
                let mut socks = SocksV5::new(address, self.to_proxy).local_dns(scheme == "socks5");
                if let Some((user, password)) = proxy.raw_auth() {
                    socks = socks.with_auth(user.to_owned(), password.to_owned());
                }
                socks.call(target).await.map_err(|_| failed("the SOCKS proxy"))
            }
            Some("http" | "https") => {
                let mut tunnel = Tunnel::new(address, self.to_proxy);
                if let Some(auth) = proxy.basic_auth() {
                    tunnel = tunnel.with_auth(auth.clone());
                }
                Ok(tunnel.call(target).await?)
            }
            _ => Err(failed("a proxy of an unknown scheme (http, https, socks5 and socks5h are known)")),
        }
    }
}

fn failed(through: &str) -> BoxError {
    io::Error::new(io::ErrorKind::ConnectionRefused, format!("no connection through {through}")).into()
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read as _, Write as _},
        net::{SocketAddr, TcpListener},
        thread::{self, JoinHandle},
    };

    use hyper_rustls::ConfigBuilderExt as _;

    use super::*;

    fn connector(matcher: Matcher) -> ProxyConnector {
        let provider = rustls::crypto::ring::default_provider();
        let tls = rustls::ClientConfig::builder_with_provider(provider.into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_webpki_roots()
            .with_no_client_auth();
        ProxyConnector::new(tls, matcher, Duration::from_secs(5), false)
    }

    /// A proxy that gives one answer, and what it was asked.
    fn proxy(answer: &'static [u8]) -> (SocketAddr, JoinHandle<Vec<u8>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = vec![0; 1024];
            let read = stream.read(&mut request).unwrap();
            stream.write_all(answer).unwrap();
            request.truncate(read);
            request
        });
        (address, asked)
    }

    #[tokio::test]
    async fn https_goes_through_a_tunnel() {
        let (address, asked) = proxy(b"HTTP/1.1 200 OK\r\n\r\n");
        let matcher =
            Matcher::builder().https(format!("http://me:pw@{address}")).no("direct.example").build();
        let target = Uri::from_static("https://api.example.com/secret?key=1");
        assert!(connector(matcher).call(target).await.is_ok());
        let asked = String::from_utf8(asked.join().unwrap()).unwrap();
        assert!(asked.starts_with("CONNECT api.example.com:443 HTTP/1.1\r\n"), "{asked}");
        assert!(asked.to_lowercase().contains("proxy-authorization: basic bwu6chc="), "{asked}");
        assert!(!asked.contains("secret"), "{asked}");
    }

    #[tokio::test]
    async fn a_proxy_that_refuses_is_an_error() {
        let (address, asked) = proxy(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
        let matcher = Matcher::builder().all(format!("http://{address}")).build();
        assert!(connector(matcher).call(Uri::from_static("https://api.example.com/")).await.is_err());
        assert!(asked.join().unwrap().starts_with(b"CONNECT"));
    }

    #[tokio::test]
    async fn this_machine_is_reached_directly() {
        for scheme in ["http", "https"] {
            let (address, asked) = proxy(b"hello");
            let matcher = Matcher::builder().all("http://127.0.0.1:1").build();
            let target: Uri = format!("{scheme}://{address}/").parse().unwrap();
            let stream = connector(matcher).call(target).await.unwrap();
            drop(stream);
            assert_eq!(asked.join().unwrap(), b"");
        }
    }
}
