//! A client certificate for TLS (mutual TLS, RFC 8705): PEM in, an identity for connections out.

use std::sync::Arc;

use rustls::{
    Error as TlsError, InconsistentKeys,
    client::ResolvesClientCert,
    pki_types::{CertificateDer, TrustAnchor},
    sign::{CertifiedKey, SingleCertAndKey},
};

use crate::{
    Error, Secret,
    crypto::{key, pem},
};

/// Who the client is: a certificate, its chain and its private key.
#[derive(Clone)]
pub(crate) struct Identity(Arc<SingleCertAndKey>);

impl Identity {
    /// The identity of a chain, whose first certificate is the client's own, and of that one's key.
    pub(crate) fn from_pem(certificate: &str, private_key: &Secret) -> Result<Self, Error> {
        let chain = certificates(certificate, "the certificate")?;
        let key = key::for_tls(private_key.expose_secret())?;
        let provider = rustls::crypto::ring::default_provider();
        let pair = CertifiedKey::from_der(chain, key, &provider).map_err(|error| match error {
            TlsError::InconsistentKeys(InconsistentKeys::KeyMismatch) => Error::config(
                "the private key is not that of the certificate: of a chain, the first must be the client's own",
            ),
            TlsError::InvalidCertificate(_) => Error::config("the certificate cannot be read: it was changed or cut"),
            _ => Error::config("TLS cannot use the certificate and its private key"),
        })?;
        Ok(Self(Arc::new(pair.into())))
    }

    pub(crate) fn resolver(&self) -> Arc<dyn ResolvesClientCert> {
        Arc::clone(&self.0) as Arc<dyn ResolvesClientCert>
    }
}

/// The roots that a PEM text asks to trust.
pub(crate) fn roots(text: &str) -> Result<Vec<TrustAnchor<'static>>, Error> {
    let anchor = |certificate: CertificateDer<'static>| {
        let mut store = rustls::RootCertStore::empty();
        store
            .add(certificate)
            .map_err(|_| Error::config("a root certificate cannot be read: it was changed or cut"))?;
        Ok(store.roots)
    };
    let anchors = certificates(text, "the root certificate")?.into_iter().map(anchor);
    anchors.collect::<Result<Vec<_>, _>>().map(|anchors| anchors.concat())
}

fn certificates(text: &str, what: &str) -> Result<Vec<CertificateDer<'static>>, Error> {
    let sections = pem::sections(text)?;
    let found: Vec<_> = sections
        .iter()
        .filter(|section| matches!(section.label, "CERTIFICATE" | "X509 CERTIFICATE"))
        .map(|section| CertificateDer::from(section.der.to_vec()))
        .collect();
    match (found.is_empty(), sections.first()) {
        (false, _) => Ok(found),
        (true, Some(other)) => {
            Err(Error::config(format!("{what} is missing: the PEM text holds a `{}`", other.label)))
        }
        (true, None) => {
            Err(Error::config(format!("{what} is not PEM: its `-----BEGIN CERTIFICATE-----` is missing")))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use bytes::Bytes;
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
    use rustls::{RootCertStore, ServerConfig, server::WebPkiClientVerifier};
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };
    use tokio_rustls::TlsAcceptor;

    use super::*;
    use crate::{
        Context,
        transport::{Reason, Transport, TransportError},
    };

    type Authority = CertifiedIssuer<'static, KeyPair>;

    fn authority(name: &str) -> Authority {
        let mut params = CertificateParams::new([]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
    }

    /// A certificate of an authority for this machine, and its key.
    fn issued(authority: &Authority) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        (params.signed_by(&key, authority).unwrap().pem(), key.serialize_pem())
    }

    fn identity(pair: &(String, String)) -> Identity {
        Identity::from_pem(&pair.0, &Secret::from(pair.1.as_str())).unwrap()
    }

    /// A server that takes only clients of an authority, and answers with how many certificates they showed.
    async fn server(authority: &Authority) -> SocketAddr {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut trusted = RootCertStore::empty();
        trusted.add(authority.der().clone()).unwrap();
        let verifier = WebPkiClientVerifier::builder_with_provider(trusted.into(), Arc::clone(&provider))
            .build()
            .unwrap();
        let (certificate, key) = issued(authority);
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier)
            .with_single_cert(certificates(&certificate, "").unwrap(), key::for_tls(&key).unwrap())
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                match acceptor.accept(stream).into_fallible().await {
                    Ok(mut stream) => {
                        let shown = stream.get_ref().1.peer_certificates().map_or(0, <[_]>::len);
                        let mut request = [0; 1024];
                        assert_ne!(stream.read(&mut request).await.unwrap(), 0);
                        let answer = format!(
                            "HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: close\r\n\r\n{shown}"
                        );
                        stream.write_all(answer.as_bytes()).await.unwrap();
                        stream.shutdown().await.unwrap();
                    }
                    // What the client has sent is read to its end: else the alert might be lost with it.
                    Err((_, mut stream)) => {
                        stream.shutdown().await.unwrap();
                        let mut rest = Vec::new();
                        stream.read_to_end(&mut rest).await.ok();
                    }
                }
            }
        });
        address
    }

    async fn get(transport: &dyn Transport, address: SocketAddr) -> Result<String, TransportError> {
        let request = http::Request::get(format!("https://{address}/")).body(Bytes::new()).unwrap();
        let answer = transport.send(request, 1024).await?;
        Ok(String::from_utf8(answer.into_body().to_vec()).unwrap())
    }

    fn context(authority: &Authority) -> Context {
        Context::new().with_root_certificates(&authority.pem()).unwrap()
    }

    #[tokio::test]
    async fn a_server_takes_the_client_that_it_knows_and_no_other() {
        let (ours, theirs, namesake) = (authority("ours"), authority("theirs"), authority("ours"));
        let address = server(&ours).await;
        let context = context(&ours);
        let known = context.transport_as(&identity(&issued(&ours))).unwrap();
        assert_eq!(get(&*known, address).await.unwrap(), "1");
        assert_eq!(get(&*known, address).await.unwrap(), "1");
        for refused in [
            context.transport().unwrap(),
            context.transport_as(&identity(&issued(&theirs))).unwrap(),
            context.transport_as(&identity(&issued(&namesake))).unwrap(),
        ] {
            let error = get(&*refused, address).await.unwrap_err();
            assert_eq!(error.reason(), Reason::ClientCertificate, "{:?}", error.into_source());
            assert!(error.reason().is_unsent());
        }
    }

    #[tokio::test]
    async fn a_server_is_trusted_only_by_whoever_trusts_its_root() {
        let (ours, theirs) = (authority("ours"), authority("theirs"));
        let address = server(&ours).await;
        let shown = identity(&issued(&ours));
        for context in [Context::new(), context(&theirs)] {
            let error = get(&*context.transport_as(&shown).unwrap(), address).await.unwrap_err();
            assert_eq!(error.reason(), Reason::Tls);
        }
        // The second of two roots is as good as the first, and roots add up.
        let both = format!("{}{}", theirs.pem(), ours.pem());
        for context in [
            Context::new().with_root_certificates(&both).unwrap(),
            context(&theirs).with_root_certificates(&ours.pem()).unwrap(),
        ] {
            assert_eq!(get(&*context.transport_as(&shown).unwrap(), address).await.unwrap(), "1");
        }
    }

    #[test]
    fn a_chain_and_a_key_are_taken_in_every_form() {
        let authority = authority("ours");
        let (certificate, key) = issued(&authority);
        let secret = Secret::from(key.as_str());
        let chain = format!("{certificate}{}", authority.pem());
        for certificate in
            [certificate.clone(), certificate.replace('\n', "\\n"), chain, format!("{key}{certificate}")]
        {
            assert!(Identity::from_pem(&certificate, &secret).is_ok());
        }
        assert!(Identity::from_pem(&certificate, &Secret::from(key.replace('\n', " "))).is_ok());
    }

    #[test]
    fn what_is_wrong_is_said_and_shows_no_key() {
        let authority = authority("ours");
        let (certificate, key) = issued(&authority);
        let (_, other) = issued(&authority);
        let backwards = format!("{}{certificate}", authority.pem());
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
        let error = |certificate: &str, key: &str| {
            let error = Identity::from_pem(certificate, &Secret::from(key)).err().unwrap();
            assert!(!format!("{error:?}").contains(&key[key.len() / 2..]), "{error:?}");
            error.to_string()
        };
        assert!(error(&certificate, &other).contains("the private key is not that of the certificate"));
        assert!(error(&backwards, &key).contains("the first must be the client's own"));
        assert!(error(broken, &key).contains("the certificate cannot be read"));
        assert!(error(&key, &key).contains("the certificate is missing: the PEM text holds a `PRIVATE KEY`"));
        assert!(error("x", &key).contains("the certificate is not PEM"));
        assert!(error(&certificate, "hunter2").contains("the private key is not PEM"));
        assert!(error(&certificate, &certificate).contains("the PEM text holds a `CERTIFICATE`"));
        let root = |pem: &str| Context::new().with_root_certificates(pem).unwrap_err().to_string();
        assert!(root("").contains("the root certificate is not PEM"));
        assert!(root(broken).contains("a root certificate cannot be read"));
    }
}
