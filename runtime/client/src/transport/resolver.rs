//! Resolves names, and leaves out addresses that are not on the public Internet unless they are allowed. The
//! check is made on the very addresses that are then connected to, so that a name cannot change its meaning in
//! between.

use std::{
    error::Error as StdError,
    fmt, io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    vec,
};

use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use tower_service::Service;

use crate::{address::is_private, base_url::is_loopback_name};

/// The system's resolver with the check.
#[derive(Clone, Debug)]
pub(super) struct Resolver {
    system: GaiResolver,
    allow_private: bool,
}

/// All of a host's addresses are private.
#[derive(Debug)]
pub(super) struct OnlyPrivate;

impl Resolver {
    pub(super) fn new(allow_private: bool) -> Self {
        Self { system: GaiResolver::new(), allow_private }
    }
}

impl Service<Name> for Resolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.system.poll_ready(cx)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        // The client lets a loopback name through only where the operator or the connector itself says so.
        let allow_private = self.allow_private || is_loopback_name(name.as_str());
        let addresses = self.system.call(name);
        Box::pin(async move { usable(addresses.await?.collect(), allow_private) })
    }
}

/// The addresses that may be connected to.
fn usable(all: Vec<SocketAddr>, allow_private: bool) -> io::Result<vec::IntoIter<SocketAddr>> {
    let found = !all.is_empty();
    let usable: Vec<_> =
        all.into_iter().filter(|address| allow_private || !is_private(address.ip())).collect();
    if usable.is_empty() && found {
        return Err(io::Error::other(OnlyPrivate));
    }
    Ok(usable.into_iter())
}

impl fmt::Display for OnlyPrivate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name resolves to private addresses only")
    }
}

impl StdError for OnlyPrivate {}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(addresses: &[&str], allow_private: bool) -> Option<Vec<String>> {
        let all = addresses.iter().map(|address| address.parse().unwrap()).collect();
        let kept = usable(all, allow_private).ok()?;
        Some(kept.map(|address| address.to_string()).collect())
    }

    #[test]
    fn private_addresses_are_left_out() {
        assert_eq!(kept(&["1.1.1.1:443", "10.0.0.1:443"], false), Some(vec!["1.1.1.1:443".to_owned()]));
        assert_eq!(kept(&["169.254.169.254:80", "[::1]:80"], false), None);
        assert_eq!(kept(&["[::1]:80"], true), Some(vec!["[::1]:80".to_owned()]));
        assert_eq!(kept(&[], false), Some(vec![]));
    }
}
