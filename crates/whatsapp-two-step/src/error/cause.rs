use std::{error::Error as StdError, fmt};

/// A foreign error's text and its causes' texts, cleaned. The error itself isn't kept: a transport's error may hold the
/// request, and anyone who walks a chain prints what he finds.
#[derive(Clone)]
pub(crate) struct Cause {
    text: String,
    source: Option<Box<Cause>>,
}

impl Cause {
    /// From the texts of an error and its causes, the outermost first.
    pub(crate) fn chain(mut texts: Vec<String>) -> Self {
        let mut chain: Option<Box<Self>> = None;
        while let Some(text) = texts.pop() {
            chain = Some(Box::new(Self { text, source: chain }));
        }
        chain.map_or_else(|| Self { text: String::new(), source: None }, |cause| *cause)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.text)?;
        self.source.as_ref().map_or(Ok(()), |source| write!(f, " <- {source:?}"))
    }
}

impl StdError for Cause {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|cause| cause as &dyn StdError)
    }
}
