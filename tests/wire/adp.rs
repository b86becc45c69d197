//! Written by `BLESS=1 cargo test -p couplet-tests connectors` from the manifest and its `exchanges.yaml`.

use super::*;

use couplet_adp as provider;

pub(crate) const EXCHANGES: &[Call] = &[
    |context| Box::pin(exchange_0(context)),
    |context| Box::pin(exchange_1(context)),
    |context| Box::pin(exchange_2(context)),
    |context| Box::pin(exchange_3(context)),
];

async fn connection_client(context: &Context) -> Result<provider::Client, Error> {
    let builder = || {
        provider::Client::client(provider::Client_ { client_id: "test-client-id".to_owned(), client_secret: Secret::from("test-secret-not-real".to_owned()), certificate: Secret::from("-----BEGIN CERTIFICATE-----\nMIICyjCCAbKgAwIBAgIBATANBgkqhkiG9w0BAQsFADAXMRUwEwYDVQQDDAxjb3Vw\nbGV0LXRlc3QwHhcNMjQwMTAxMDAwMDAwWhcNNDQwMTAxMDAwMDAwWjAXMRUwEwYD\nVQQDDAxjb3VwbGV0LXRlc3QwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIB\nAQCh+BYK4uPJtGXOjS1lYmM2K5J9vinh8CR3/BYlzJChNuOL2TSXxbbqY913EeZ8\ndCn5VrD7io8ImtxLaYk8wTM/U+3QGbh3hCUv7JFP5IV3aVlL6kKA0ywPVb9ilE8T\nA5a8bpvfbr3SvaNnjuygxmj3AbONv/s4yDQs4v5tJ/reSlpIdJed1LnPmt7Ex1sF\nhSwsD174pcF1A5L5ROjtZMEQxrZHYJqkeDrrnGya11UxMFBji4NmXG9veoKjlnAq\nH2QbgtPr8jkiGUkftoaHLFcW9Qr4NY2ai50Xw0Byj3+H2JoY2PyrZ62EWQwuz3WT\nOTY8BwNNb2BvniHgVFbK5emhAgMBAAGjITAfMB0GA1UdEQQWMBSCEmNsaWVudC5l\neGFtcGxlLmNvbTANBgkqhkiG9w0BAQsFAAOCAQEAgV63vRwK5Vn+T2VWBahOyboi\nJDQHzPOOTSB3ZcqCMmpIhvSVxZ1RHoPxJEFezqF6bPLxC3l5ykSyB+ZKrycNSZZK\nJ+CNf4K/UMMCCerERUckG8SmTEp+wrDo4s+MS12p0Po55NJb194ucXVRuKkELqz/\njpGrFXQ+QMS6ZCrsB2kJUPwdQo1XUiZJmwGf1NSDzZGYiQiPeZNc3WwLzq7ASKFN\nv5JHFuYh+rerclJHYeQKQJz37quzihBq5AlGDfaZZIsmHoo+GLhdfN9an3uwqRwp\nWdtq2GToVKvq26B3+lXrJ5J3M7UwoV6RsT3zbu5vNTcVoW3cRmPSnWaQ+aJs2w==\n-----END CERTIFICATE-----\n".to_owned()), private_key: Secret::from("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCh+BYK4uPJtGXO\njS1lYmM2K5J9vinh8CR3/BYlzJChNuOL2TSXxbbqY913EeZ8dCn5VrD7io8ImtxL\naYk8wTM/U+3QGbh3hCUv7JFP5IV3aVlL6kKA0ywPVb9ilE8TA5a8bpvfbr3SvaNn\njuygxmj3AbONv/s4yDQs4v5tJ/reSlpIdJed1LnPmt7Ex1sFhSwsD174pcF1A5L5\nROjtZMEQxrZHYJqkeDrrnGya11UxMFBji4NmXG9veoKjlnAqH2QbgtPr8jkiGUkf\ntoaHLFcW9Qr4NY2ai50Xw0Byj3+H2JoY2PyrZ62EWQwuz3WTOTY8BwNNb2BvniHg\nVFbK5emhAgMBAAECggEAEq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyW\nPEAeP88vLNO97IjlA7/GQ5sLKMgvfTeXZx9SE+7YwVol2NXOoAJe46sui395IW/G\nO+pWJ1O0BkTGoVEn2bKVRUCgu+GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzj\nkn439X0M/V51gfpRLI9JYanrC4D4qAdGcopV/0ZHHzQlBjudU2QvXt4ehNYTCBr6\nXCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl/x/jTj3ccPDVZFD9pIuhLhBOneufuBiB\n4cS98l2SR/RQyGWSeWjnczT0QU91p1DhOVRuOopznQKBgQDgHMQQ60imZV1URk0K\npLttoLhyt3SmqdEf/kgHePDdtzEafpAu+cS191R2JiuoF2yzWXnwFDcqGigp5BNr\n0AHQfD8/Lk8l1Mk09jxxCfui5nYooNyac8YFjm3vItzVCVDnEd3BbVWG8qf6deqE\nlMGAg+C2V0L4oNXnP7LZcPAZRwKBgQC5A8R+CZW2MvRTLLHzwZkUXV866cff7tx6\nkqa0finGG0KgeqlaZPxgCZnFp7AeAcCMtiynVlJ7vMVgePsLq6XtON4tB5kP9jAP\nrq3rbAOal78eUH5OcED6eNuCV8ixEu1eWcPNCS/l1OW1EnXUEoEHKl54Xrrz2uNw\nkgMTP1FZ1wKBgAcCn1dwJKufzBWQxWQp1vsM5fggqPN1qGb5y0MAk3g7/Ls5bkUp\n5u9SN0Ai3Ya6hNnvWJMb7sXQX6U/zyO2M/hTip7tUeh7CXgwo59dkpN75gJLVds2\n9+DAncu3KXU4f2Fa+7bLNrur53k8KwPOq2bbuTG69QtV7Jr5MR0AHWKNAoGBAIf/\nevpitUf+4JYbLpvNXWcY052Mpz22aR84mY3nh3F2LF2mjMJDpTg7FmuyPcVw6EcG\nyoAe9fa65iNqCq+jdw6PVNGo2hxfjSiZ8IIzHdsPXI89//pMjZcQK9r+CCoRjaZj\nOYiIDktVWZzmevJuv6WywUqd57LE3Zar3dLSIkx1AoGAIYd7DHOhrWvxkwPQsRM2\ntOgrjbcrfvtQJipd+DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd/QJQ3\nydy5cY7YIBi87w93IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp/gh6A56\n03k2+ZQwVK0JKSHuLFkuQ3U=\n-----END PRIVATE KEY-----\n".to_owned()) }).with_context(context)
    };
    builder().connect().await
}

/// `list_workers`
async fn exchange_0(context: &Context) -> Answer {
    let client = connection_client(context).await?;
    let request = client.list_workers()
        .top(value("2"))
        .skip(value("0"));
    Ok(match request.send().await? {
        provider::actions::ListWorkersOutput::Ok(value) => json(&value),
        provider::actions::ListWorkersOutput::NoContent => "null".to_owned(),
        other => panic!("{other:?} is not described"),
    })
}

/// `list_workers`
async fn exchange_1(context: &Context) -> Answer {
    let client = connection_client(context).await?;
    let request = client.list_workers()
        .top(value("2"))
        .skip(value("100"));
    Ok(match request.send().await? {
        provider::actions::ListWorkersOutput::Ok(value) => json(&value),
        provider::actions::ListWorkersOutput::NoContent => "null".to_owned(),
        other => panic!("{other:?} is not described"),
    })
}

/// `get_worker`
async fn exchange_2(context: &Context) -> Answer {
    let client = connection_client(context).await?;
    let request = client.get_worker("G3H64HH066MY60TK");
    Ok(json(&request.send().await?))
}

/// `list_worker_demographics`
async fn exchange_3(context: &Context) -> Answer {
    let client = connection_client(context).await?;
    let request = client.list_worker_demographics()
        .top(value("1"));
    Ok(match request.send().await? {
        provider::actions::ListWorkerDemographicsOutput::Ok(value) => json(&value),
        provider::actions::ListWorkerDemographicsOutput::NoContent => "null".to_owned(),
        other => panic!("{other:?} is not described"),
    })
}
