//! The command `couplet`.

fn main() {}
