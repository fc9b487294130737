use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Values by number. No number comes twice, so one that is used too late finds nothing.
pub(crate) struct Table<T>(Mutex<Option<Rows<T>>>);

struct Rows<T> {
    last: u64,
    rows: HashMap<u64, T>,
}

impl<T> Table<T> {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(None))
    }

    pub(crate) fn put(&self, value: T) -> u64 {
        let mut table = self.lock();
        let table = table.get_or_insert_with(|| Rows { last: 0, rows: HashMap::new() });
        table.last += 1;
        table.rows.insert(table.last, value);
        table.last
    }

    pub(crate) fn put_back(&self, number: u64, value: T) {
        if let Some(table) = self.lock().as_mut() {
            table.rows.insert(number, value);
        }
    }

    pub(crate) fn take(&self, number: u64) -> Option<T> {
        self.lock().as_mut()?.rows.remove(&number)
    }

    pub(crate) fn get(&self, number: u64) -> Option<T>
    where
        T: Clone,
    {
        self.lock().as_ref()?.rows.get(&number).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Rows<T>>> {
        // Every change is one step, so a panic elsewhere leaves it whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn a_number_leads_to_its_value_and_never_comes_again() {
        static TABLE: Table<&str> = Table::new();
        let (one, two) = (TABLE.put("one"), TABLE.put("two"));
        assert_eq!((TABLE.get(one), TABLE.take(two), TABLE.take(two)), (Some("one"), Some("two"), None));
        assert_ne!(TABLE.put("three"), two);
        TABLE.put_back(two, "two");
        assert_eq!(TABLE.get(two), Some("two"));
    }
}
