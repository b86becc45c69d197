//! Digests, signatures, randomness and keys: bytes and texts in, bytes and texts out. Nothing here knows of
//! requests or of the Plan, and what a key is never stands in an error.
//!
//! All of it is ring's work, which is in the tree for TLS; only MD5, which ring rightly lacks, is another crate's.

pub(crate) mod digest;
pub(crate) mod jwt;
pub(crate) mod key;
pub(crate) mod pem;
pub(crate) mod random;
