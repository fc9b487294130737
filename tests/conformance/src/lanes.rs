//! What runs beside the others: a language's package, and of Python's two clients each.

pub(crate) struct Lane<'a> {
    pub(crate) name: &'a str,
    pub(crate) command: &'a str,
    pub(crate) on_a_loop: bool,
}

impl Lane<'_> {
    pub(crate) fn title(&self) -> String {
        if self.on_a_loop { format!("{}, asyncio", self.name) } else { self.name.to_owned() }
    }
}

pub(crate) fn all<'a>(languages: &[(&'a str, &'a str)]) -> Vec<Lane<'a>> {
    let mut lanes = Vec::new();
    for (name, command) in languages {
        lanes.push(Lane { name, command, on_a_loop: false });
        if *name == "python" {
            lanes.push(Lane { name, command, on_a_loop: true });
        }
    }
    lanes
}
