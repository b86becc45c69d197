//! The transport over the network: hyper's pooled client, TLS by rustls with ring and Mozilla's roots, and whatever
//! roots the operator adds.

use std::{error::Error as StdError, io, time::Duration};

use bytes::{Bytes, BytesMut};
use http_body::Body as _;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::{
        legacy::{Client, Error as ClientError},
        proxy::matcher::Matcher,
    },
    rt::{TokioExecutor, TokioTimer},
};
use rustls::{AlertDescription, ClientConfig, RootCertStore, client::Resumption, pki_types::TrustAnchor};

use super::{Exchange, Reason, Transport, TransportError, proxy::ProxyConnector, resolver::OnlyPrivate};
use crate::auth::client_certificate::Identity;

/// How long one attempt to connect may take: one retransmission of TCP's first packet, and a little.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(3100);
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);
/// What is reserved at once for a body whose length is announced.
const RESERVE: u64 = 1 << 20;

/// The real transport. Cloning it shares the pool.
#[derive(Clone)]
pub(crate) struct Hyper(Client<HttpsConnector<ProxyConnector>, Full<Bytes>>);

impl Hyper {
    /// A transport with a pool of its own, in which every connection has the same identity, and trusts further roots.
    pub(crate) fn new(
        allow_private: bool,
        identity: Option<&Identity>,
        roots: &[TrustAnchor<'static>],
    ) -> Result<Self, TransportError> {
        let anonymous = client_config(roots)?;
        let mut tls = anonymous.clone();
        if let Some(identity) = identity {
            tls.client_auth_cert_resolver = identity.resolver();
            // Sessions of the anonymous kind must not be resumed.
            tls.resumption = Resumption::default();
        }
        // A proxy has no business with the client's certificate.
        let connector = ProxyConnector::new(anonymous, Matcher::from_env(), CONNECT_TIMEOUT, allow_private);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_all_versions()
            .wrap_connector(connector);
        let client = Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .build(connector);
        Ok(Self(client))
    }
}

fn client_config(roots: &[TrustAnchor<'static>]) -> Result<ClientConfig, TransportError> {
    let provider = rustls::crypto::ring::default_provider();
    let mut trusted = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    trusted.extend(roots.iter().cloned());
    Ok(ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .map_err(|error| TransportError::new(Reason::Tls).with_source(error))?
        .with_root_certificates(trusted)
        .with_no_client_auth())
}

impl Transport for Hyper {
    fn send(&self, request: http::Request<Bytes>, cap: usize) -> Exchange<'_> {
        let response = self.0.request(request.map(Full::new));
        Box::pin(async move {
            let (head, body) = response.await.map_err(failed)?.into_parts();
            Ok(http::Response::from_parts(head, collect(body, cap).await?))
        })
    }
}

/// Reads a body to its end. One that comes in one piece is not copied.
async fn collect(mut body: Incoming, cap: usize) -> Result<Bytes, TransportError> {
    let announced = body.size_hint().lower();
    if announced > cap as u64 {
        return Err(TransportError::new(Reason::TooLarge));
    }
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| TransportError::new(reason_of(&error)).with_source(error))?;
        let Ok(data) = frame.into_data() else { continue };
        if data.len() > cap - first.len().max(rest.len()) {
            return Err(TransportError::new(Reason::TooLarge));
        }
        if first.is_empty() && rest.is_empty() {
            first = data;
            continue;
        }
        if rest.is_empty() {
            rest.reserve(usize::try_from(announced.min(RESERVE)).unwrap_or(0));
            rest.extend_from_slice(&first);
        }
        rest.extend_from_slice(&data);
    }
    Ok(if rest.is_empty() { first } else { rest.freeze() })
}

fn failed(error: ClientError) -> TransportError {
    let reason = match (error.is_connect(), reason_of(&error)) {
        (true, Reason::Broken | Reason::Protocol) => Reason::Connect,
        (_, reason) => reason,
    };
    // The outermost error only says in which stage the innermost came up.
    match innermost(error) {
        Some(source) => TransportError::new(reason).with_source(source),
        None => TransportError::new(reason),
    }
}

/// The text of the innermost cause: it names no URL.
fn innermost(error: ClientError) -> Option<String> {
    let mut cause = error.source()?;
    while let Some(next) = cause.source() {
        cause = next;
    }
    Some(cause.to_string())
}

fn reason_of(error: &(dyn StdError + 'static)) -> Reason {
    let mut reason = Reason::Broken;
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(known) = known_reason(cause) {
            reason = known;
        }
        next = match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn StdError + 'static)),
            None => cause.source(),
        };
    }
    reason
}

fn known_reason(cause: &(dyn StdError + 'static)) -> Option<Reason> {
    if cause.is::<OnlyPrivate>() {
        return Some(Reason::PrivateAddress);
    }
    if let Some(error) = cause.downcast_ref::<rustls::Error>() {
        return Some(match error {
            rustls::Error::AlertReceived(alert) if is_of_certificate(*alert) => Reason::ClientCertificate,
            _ => Reason::Tls,
        });
    }
    if let Some(error) = cause.downcast_ref::<hyper::Error>() {
        return error.is_parse().then_some(Reason::Protocol);
    }
    if let Some(error) = cause.downcast_ref::<io::Error>() {
        return (error.kind() == io::ErrorKind::TimedOut).then_some(Reason::ConnectTimeout);
    }
    // The connector's own error has no public type; its text is fixed.
    cause.to_string().starts_with("dns error").then_some(Reason::Resolve)
}

/// Whether a server says by this that the client's certificate is the reason.
fn is_of_certificate(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::CertificateRequired
            | AlertDescription::NoCertificate
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied
            // Of the client, only its certificate and its key have signatures.
            | AlertDescription::DecryptError
    )
}
