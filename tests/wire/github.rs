//! Written by `BLESS=1 cargo test -p couplet-tests connectors` from the manifest and its `exchanges.yaml`.

use super::*;

use couplet_github as provider;

pub(crate) const EXCHANGES: &[Call] = &[
    |context| Box::pin(exchange_0(context)),
    |context| Box::pin(exchange_1(context)),
    |context| Box::pin(exchange_2(context)),
    |context| Box::pin(exchange_3(context)),
    |context| Box::pin(exchange_4(context)),
];

async fn connection_installation(context: &Context) -> Result<provider::Client, Error> {
    let builder = || {
        provider::Client::app(provider::App { app_id: "12345".to_owned(), installation_id: "38631545".to_owned(), private_key: Secret::from("-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd/wWJcyQoTbji9k0\nl8W26mPddxHmfHQp+Vaw+4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL+yRT+SFd2lZS+pC\ngNMsD1W/YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb/7OMg0LOL+bSf63kpaSHSX\nndS5z5rexMdbBYUsLA9e+KXBdQOS+UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uD\nZlxvb3qCo5ZwKh9kG4LT6/I5IhlJH7aGhyxXFvUK+DWNmoudF8NAco9/h9iaGNj8\nq2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQIDAQABAoIBABKucaRpzQorw35S\nbEUAVx8dYXUdZOlJcHtiWQ+dC6V8ljxAHj/PLyzTveyI5QO/xkObCyjIL303l2cf\nUhPu2MFaJdjVzqACXuOrLot/eSFvxjvqVidTtAZExqFRJ9mylUVAoLvhowVWmC1O\nn95fZCXxTUtxNEG1Xcc7m0rtzJKs45J+N/V9DP1edYH6USyPSWGp6wuA+KgHRnKK\nVf9GRx80JQY7nVNkL17eHoTWEwga+lwi0FEoW9Y7lDtWXYmKBWhUE+U8PGxlJf8f\n40493HDw1WRQ/aSLoS4QTp3rn7gYgeHEvfJdkkf0UMhlknlo53M09EFPdadQ4TlU\nbjqKc50CgYEA4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH/5IB3jw3bcxGn6QLvnE\ntfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw/Py5PJdTJNPY8cQn7ouZ2KKDcmnPG\nBY5t7yLc1QlQ5xHdwW1VhvKn+nXqhJTBgIPgtldC+KDV5z+y2XDwGUcCgYEAuQPE\nfgmVtjL0Uyyx88GZFF1fOunH3+7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYs\np1ZSe7zFYHj7C6ul7TjeLQeZD/YwD66t62wDmpe/HlB+TnBA+njbglfIsRLtXlnD\nzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdcCgYAHAp9XcCSrn8wVkMVkKdb7\nDOX4IKjzdahm+ctDAJN4O/y7OW5FKebvUjdAIt2GuoTZ71iTG+7F0F+lP88jtjP4\nU4qe7VHoewl4MKOfXZKTe+YCS1XbNvfgwJ3Ltyl1OH9hWvu2yza7q+d5PCsDzqtm\n27kxuvULVeya+TEdAB1ijQKBgQCH/3r6YrVH/uCWGy6bzV1nGNOdjKc9tmkfOJmN\n54dxdixdpozCQ6U4OxZrsj3FcOhHBsqAHvX2uuYjagqvo3cOj1TRqNocX40omfCC\nMx3bD1yPPf/6TI2XECva/ggqEY2mYzmIiA5LVVmc5nrybr+lssFKneeyxN2Wq93S\n0iJMdQKBgCGHewxzoa1r8ZMD0LETNrToK423K377UCYqXfg5XMclbrjPbEC3YI1Z\nNqMtuhdBJqUnBi6tjKMF+34Xf0CUN8ncuXGO2CAYvO8PdyCixHX52ybaDjy1FtCE\n6yUXjoKNXKvUm7MWGsAYH6f4IegOetN5NvmUMFStCSkh7ixZLkN1\n-----END RSA PRIVATE KEY-----\n".to_owned()) }).with_context(context)
    };
    builder().connect().await
}

/// `list_installation_repositories`
async fn exchange_0(context: &Context) -> Answer {
    let client = connection_installation(context).await?;
    let request = client.list_installation_repositories()
        .per_page(value("1"))
        .page(value("2"));
    Ok(json(&request.send().await?))
}

/// `get_repository`
async fn exchange_1(context: &Context) -> Answer {
    let client = provider::Client::token(provider::Token { token: Secret::from("github_pat_test-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.get_repository("octocat", "Hello-World");
    Ok(json(&request.send().await?))
}

/// `get_repository`
async fn exchange_2(context: &Context) -> Answer {
    let client = provider::Client::token(provider::Token { token: Secret::from("github_pat_test-not-real".to_owned()) })
        .with_context(context)
        .build()?;
    let request = client.get_repository("octocat", "Hello-World");
    Ok(json(&request.send().await?))
}

/// `list_issues`
async fn exchange_3(context: &Context) -> Answer {
    let client = connection_installation(context).await?;
    let request = client.list_issues("octocat", "Hello-World")
        .state(value("\"all\""));
    Ok(json(&request.send().await?))
}

/// `create_issue`
async fn exchange_4(context: &Context) -> Answer {
    let client = connection_installation(context).await?;
    let request = client.create_issue("octocat", "Hello-World", provider::actions::CreateIssue { title: "Found a bug".to_owned() })
        .body("I'm having a problem with this.")
        .labels(value("[\"bug\"]"));
    Ok(json(&request.send().await?))
}
