//! The report: language by group of cases, then each difference.

use std::{collections::BTreeMap, fmt};

use crate::{cases::Case, compare::Verdict};

#[derive(Clone, Copy, Default)]
struct Count {
    passed: usize,
    failed: usize,
    skipped: usize,
}

#[derive(Default)]
pub(crate) struct Table {
    languages: Vec<String>,
    groups: Vec<&'static str>,
    counts: BTreeMap<(String, &'static str), Count>,
    differences: Vec<String>,
}

impl Table {
    pub(crate) fn add(&mut self, language: &str, case: &Case, verdict: Verdict) {
        if !self.languages.iter().any(|known| known == language) {
            self.languages.push(language.to_owned());
        }
        if !self.groups.contains(&case.group) {
            self.groups.push(case.group);
        }
        let count = self.counts.entry((language.to_owned(), case.group)).or_default();
        match verdict {
            Verdict::Pass => count.passed += 1,
            Verdict::Skip => count.skipped += 1,
            Verdict::Differs(differences) => {
                count.failed += 1;
                let name: String = case.name.chars().take(60).collect();
                self.differences.push(format!("{language}: {}: {name}: {}", case.group, differences.join("; ")));
            }
        }
    }

    fn sum(&self, of: impl Fn(&Count) -> usize) -> usize {
        self.counts.values().map(of).sum()
    }

    pub(crate) fn passes(&self) -> usize {
        self.sum(|count| count.passed)
    }

    pub(crate) fn failures(&self) -> usize {
        self.sum(|count| count.failed)
    }

    pub(crate) fn skips(&self) -> usize {
        self.sum(|count| count.skipped)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:10}", "")?;
        for group in &self.groups {
            write!(f, "{group:>14}")?;
        }
        writeln!(f)?;
        for language in &self.languages {
            write!(f, "{language:10}")?;
            for group in &self.groups {
                let count = self.counts.get(&(language.clone(), *group)).copied().unwrap_or_default();
                let cell = match count {
                    Count { failed: 0, skipped: 0, passed } => format!("{passed} ok"),
                    Count { failed: 0, skipped, passed } => format!("{passed} ok, {skipped} n/a"),
                    Count { failed, .. } => format!("{failed} DIFFER"),
                };
                write!(f, "{cell:>14}")?;
            }
            writeln!(f)?;
        }
        self.differences.iter().try_for_each(|difference| writeln!(f, "{difference}"))
    }
}
