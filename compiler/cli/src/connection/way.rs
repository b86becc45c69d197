//! The way to the provider: another base URL, confirmed origins, how long to wait.

use std::time::Duration;

use clap::Args;
use couplet_runtime::Context;
use couplet_runtime::generated::v1::{self, Field, Format};

use super::origins;
use crate::credentials::Given;
use crate::failure::Failure;

/// The way to the provider.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct WayArgs {
    /// Sends requests to another base URL, as to a mock.
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Confirms that credentials may go to this origin, for a self-hosted provider or another base URL.
    #[arg(long, value_name = "URL")]
    allow_origin: Vec<String>,
    /// Lets a host that comes from your values be on a private network.
    #[arg(long)]
    allow_private: bool,
    /// How long an answer may take in all.
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0)]
    timeout: f64,
}

impl WayArgs {
    /// The builder, with the other base URL, where one is given and confirmed.
    pub(crate) fn apply<'p>(&self, builder: v1::Builder<'p>, dry: bool) -> Result<v1::Builder<'p>, Failure> {
        let Some(url) = &self.base_url else { return Ok(builder) };
        if !dry {
            origins::confirm_base_url(url, &self.allow_origin)?;
        }
        Ok(builder.with_base_url(url))
    }

    pub(crate) fn context(&self) -> Result<Context, Failure> {
        let timeout = Duration::try_from_secs_f64(self.timeout).ok().filter(|timeout| !timeout.is_zero());
        let Some(timeout) = timeout else {
            return Err(Failure::usage(format!("`--timeout {}` is no time to wait", self.timeout))
                .help("give a number of seconds above 0, such as 2.5"));
        };
        let context = Context::new().with_timeout(timeout);
        Ok(if self.allow_private { context.allow_private_addresses() } else { context })
    }

    pub(super) fn allows_private(&self) -> bool {
        self.allow_private
    }

    /// Has a person confirm the origins that no pattern confines.
    pub(super) fn confirm_origins(&self, fields: &[Field<'_>], given: &[Given]) -> Result<(), Failure> {
        for field in fields.iter().filter(|field| field.format() == Format::Origin(&[])) {
            let Some(value) = given.iter().find(|value| value.name == field.name()) else { continue };
            origins::confirm(
                value.value.expose_secret(),
                &format!("`{}`", field.name()),
                &self.allow_origin,
            )?;
        }
        Ok(())
    }
}
