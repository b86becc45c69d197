//! Auth from end to end, against a provider in memory: what a person, a provider and an API say, and what must follow.
//! The names `O-…` and `K-…` are those of the project's list of security tests.

mod callback;
mod others;
mod plan;
mod provider;
mod secrets;
mod signed;
mod tokens;
