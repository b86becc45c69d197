//! Written by `BLESS=1 cargo test -p couplet-tests connectors`: every exchange, called through the generated crates.

use super::typed::*;

mod acuity_scheduling;
mod hacker_news;
mod openweathermap;
mod resend;

pub(crate) const CONNECTORS: &[(&str, &Plan<'static>, &[Call])] = &[
    ("acuity-scheduling", &couplet_acuity_scheduling::PLAN, acuity_scheduling::EXCHANGES),
    ("hacker-news", &couplet_hacker_news::PLAN, hacker_news::EXCHANGES),
    ("openweathermap", &couplet_openweathermap::PLAN, openweathermap::EXCHANGES),
    ("resend", &couplet_resend::PLAN, resend::EXCHANGES),
];
