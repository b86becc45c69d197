//! Plays an API connector's Plan as the provider, for tests.
