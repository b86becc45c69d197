//! Written by `BLESS=1 cargo test -p couplet-tests connectors`: every exchange, called through the generated crates.

use super::typed::*;

mod acuity_scheduling;
mod adp;
mod aws_ses;
mod docuware;
mod github;
mod hacker_news;
mod netsuite;
mod openweathermap;
mod quickbooks;
mod resend;
mod sage_intacct;
mod salesforce;
mod sap_business_one;
mod snowflake;
mod spotify;
mod trello;
mod zoom;

pub(crate) const CONNECTORS: &[(&str, &Plan<'static>, &[Call])] = &[
    ("acuity-scheduling", &couplet_acuity_scheduling::PLAN, acuity_scheduling::EXCHANGES),
    ("adp", &couplet_adp::PLAN, adp::EXCHANGES),
    ("aws-ses", &couplet_aws_ses::PLAN, aws_ses::EXCHANGES),
    ("docuware", &couplet_docuware::PLAN, docuware::EXCHANGES),
    ("github", &couplet_github::PLAN, github::EXCHANGES),
    ("hacker-news", &couplet_hacker_news::PLAN, hacker_news::EXCHANGES),
    ("netsuite", &couplet_netsuite::PLAN, netsuite::EXCHANGES),
    ("openweathermap", &couplet_openweathermap::PLAN, openweathermap::EXCHANGES),
    ("quickbooks", &couplet_quickbooks::PLAN, quickbooks::EXCHANGES),
    ("resend", &couplet_resend::PLAN, resend::EXCHANGES),
    ("sage-intacct", &couplet_sage_intacct::PLAN, sage_intacct::EXCHANGES),
    ("salesforce", &couplet_salesforce::PLAN, salesforce::EXCHANGES),
    ("sap-business-one", &couplet_sap_business_one::PLAN, sap_business_one::EXCHANGES),
    ("snowflake", &couplet_snowflake::PLAN, snowflake::EXCHANGES),
    ("spotify", &couplet_spotify::PLAN, spotify::EXCHANGES),
    ("trello", &couplet_trello::PLAN, trello::EXCHANGES),
    ("zoom", &couplet_zoom::PLAN, zoom::EXCHANGES),
];
