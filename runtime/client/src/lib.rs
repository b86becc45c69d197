//! Executes the Plan of an API connector: auth, HTTP, errors.
