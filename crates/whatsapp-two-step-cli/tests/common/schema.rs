//! The form of what `--json` prints, as `docs/command.schema.json` promises it.

use std::path::Path;

use boon::{Compiler, Schemas};
use serde_json::Value;

pub(crate) fn schema() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/command.schema.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[track_caller]
pub(crate) fn check(object: &Value) {
    check_all([object]);
}

#[track_caller]
pub(crate) fn check_all<'a>(objects: impl IntoIterator<Item = &'a Value>) {
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource("file:///command.schema.json", schema()).unwrap();
    let index = compiler.compile("file:///command.schema.json", &mut schemas).unwrap();
    for object in objects {
        if let Err(error) = schemas.validate(object, index) {
            panic!("{error}\n{object:#}");
        }
    }
}
