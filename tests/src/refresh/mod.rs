//! Many processes that share one connection: a provider that they all ask, the processes themselves, and whoever
//! drives both, in rounds. In each round the access token has expired, and every task of every process needs one.

pub mod fleet;
pub mod provider;
pub mod rounds;
pub mod worker;
