//! Written by `BLESS=1 cargo test -p couplet-tests connectors`: every exchange, called through the generated crates.

use super::typed::*;

mod acuity_scheduling;
mod hacker_news;
mod openweathermap;
mod resend;

pub(crate) const CONNECTORS: &[(&str, &[Call])] = &[
    ("acuity-scheduling", acuity_scheduling::EXCHANGES),
    ("hacker-news", hacker_news::EXCHANGES),
    ("openweathermap", openweathermap::EXCHANGES),
    ("resend", resend::EXCHANGES),
];
