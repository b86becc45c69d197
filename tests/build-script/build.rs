//! Compiles the connector to `OUT_DIR/acuity_scheduling.rs`.

fn main() {
    couplet_build::compile("connector/manifest.yaml");
}
