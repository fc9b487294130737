//! Tells the linker what a Node add-on needs.

fn main() {
    napi_build::setup();
}
