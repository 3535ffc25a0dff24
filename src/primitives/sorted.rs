//! Maps and sets in the order of their keys, for all collections of the core: iteration is the same
//! everywhere, which determinism needs.
//!
//! Entries stand in chunks of at most [`CHUNK`], each sorted and all in order, so that an insertion moves
//! one chunk and, once in a while, the list of chunks. The standard library's B-tree has better bounds
//! beyond a million entries, but its removal compiles to 3 KB for every pair of types, and thirty pairs
//! were a tenth of the page's download.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::io;

use borsh::{BorshDeserialize, BorshSerialize};

/// Most entries of a chunk; a full one is halved.
const CHUNK: usize = 64;

/// A map in the order of its keys.
#[derive(Clone)]
pub struct SortedMap<K, V> {
    /// Chunks that are not empty.
    chunks: Vec<Vec<(K, V)>>,
    len: usize,
}

impl<K, V> Default for SortedMap<K, V> {
    fn default() -> Self {
        Self {
            chunks: Vec::new(),
            len: 0,
        }
    }
}

impl<K, V> SortedMap<K, V> {
    /// An empty map.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            chunks: Vec::new(),
            len: 0,
        }
    }

    /// Number of entries.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no entry.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All entries in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> + Clone {
        self.chunks
            .iter()
            .flatten()
            .map(|(key, value)| (key, value))
    }

    /// All keys in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + Clone {
        self.chunks.iter().flatten().map(|(key, _)| key)
    }

    /// All values in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + Clone {
        self.chunks.iter().flatten().map(|(_, value)| value)
    }

    /// All values in the order of their keys.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.chunks.iter_mut().flatten().map(|(_, value)| value)
    }

    /// The first entry.
    #[must_use]
    pub fn first_key_value(&self) -> Option<(&K, &V)> {
        self.iter().next()
    }

    /// Takes the first entry out.
    pub fn pop_first(&mut self) -> Option<(K, V)> {
        (self.len > 0).then(|| self.take((0, 0)))
    }

    /// Keeps only the entries that `keep` says.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        for chunk in &mut self.chunks {
            chunk.retain_mut(|(key, value)| keep(key, value));
        }
        self.chunks.retain(|chunk| !chunk.is_empty());
        self.len = self.chunks.iter().map(Vec::len).sum();
    }

    /// Takes the entry at a place that holds one.
    fn take(&mut self, (chunk, at): (usize, usize)) -> (K, V) {
        let entry = self.chunks[chunk].remove(at);
        if self.chunks[chunk].is_empty() {
            self.chunks.remove(chunk);
        }
        self.len = self.len.saturating_sub(1);
        entry
    }

    /// Puts an entry at a place that [`Self::find`] named, and says where it is.
    fn put(&mut self, (chunk, at): (usize, usize), entry: (K, V)) -> (usize, usize) {
        self.len = self.len.saturating_add(1);
        let Some(full) = self.chunks.get_mut(chunk) else {
            self.chunks.push(vec![entry]);
            return (chunk, 0);
        };
        full.insert(at, entry);
        if full.len() < CHUNK {
            return (chunk, at);
        }
        let half = full.len() / 2;
        let upper = full.split_off(half);
        self.chunks.insert(chunk.saturating_add(1), upper);
        if at < half {
            (chunk, at)
        } else {
            (chunk.saturating_add(1), at.saturating_sub(half))
        }
    }
}

impl<K: Ord, V> SortedMap<K, V> {
    /// Where a key is, or where it belongs.
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<(usize, usize), (usize, usize)>
    where
        K: Borrow<Q>,
    {
        // The chunk that ends at or after the key; beyond all of them, the last one grows.
        let ends_before =
            |chunk: &Vec<(K, V)>| chunk.last().is_some_and(|(last, _)| last.borrow() < key);
        let chunk = self
            .chunks
            .partition_point(ends_before)
            .min(self.chunks.len().saturating_sub(1));
        let Some(entries) = self.chunks.get(chunk) else {
            return Err((0, 0));
        };
        match entries.binary_search_by(|(found, _)| found.borrow().cmp(key)) {
            Ok(at) => Ok((chunk, at)),
            Err(at) => Err((chunk, at)),
        }
    }

    /// The value of a key.
    #[must_use]
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let (chunk, at) = self.find(key).ok()?;
        Some(&self.chunks[chunk][at].1)
    }

    /// The value of a key.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let (chunk, at) = self.find(key).ok()?;
        Some(&mut self.chunks[chunk][at].1)
    }

    /// The value of a key, which `value` gives if there is none yet.
    pub fn get_or_insert_with(&mut self, key: K, value: impl FnOnce() -> V) -> &mut V {
        let (chunk, at) = match self.find(&key) {
            Ok(place) => place,
            Err(place) => self.put(place, (key, value())),
        };
        &mut self.chunks[chunk][at].1
    }

    /// Whether there is a value of a key.
    #[must_use]
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).is_ok()
    }

    /// Sets the value of a key; the one before, if any.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(&key) {
            Ok((chunk, at)) => Some(std::mem::replace(&mut self.chunks[chunk][at].1, value)),
            Err(place) => {
                self.put(place, (key, value));
                None
            }
        }
    }

    /// Takes a value out.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let place = self.find(key).ok()?;
        Some(self.take(place).1)
    }

    /// The entries from a key on, in order.
    pub fn iter_from<'a>(
        &'a self,
        key: &K,
    ) -> impl Iterator<Item = (&'a K, &'a V)> + use<'a, K, V> {
        let (chunk, at) = self.find(key).unwrap_or_else(|place| place);
        self.chunks
            .iter()
            .skip(chunk)
            .flatten()
            .skip(at)
            .map(|(key, value)| (key, value))
    }
}

impl<K: Ord, V> Extend<(K, V)> for SortedMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for SortedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

impl<K, V> IntoIterator for SortedMap<K, V> {
    type Item = (K, V);
    type IntoIter = std::iter::Flatten<std::vec::IntoIter<Vec<(K, V)>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.chunks.into_iter().flatten()
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for SortedMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl<K: Eq, V: Eq> Eq for SortedMap<K, V> {}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for SortedMap<K, V> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.iter()).finish()
    }
}

/// The number of entries, then each key with its value, in order.
impl<K: BorshSerialize, V: BorshSerialize> BorshSerialize for SortedMap<K, V> {
    fn serialize<W: io::Write>(&self, writer: &mut W) -> io::Result<()> {
        u32::try_from(self.len)
            .map_err(|_| io::ErrorKind::InvalidData)?
            .serialize(writer)?;
        self.iter().try_for_each(|entry| entry.serialize(writer))
    }
}

/// Only what [`BorshSerialize`] writes: keys in strictly rising order.
impl<K: BorshDeserialize + Ord, V: BorshDeserialize> BorshDeserialize for SortedMap<K, V> {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Self> {
        let mut map = Self::new();
        for _ in 0..u32::deserialize_reader(reader)? {
            let (key, value) = BorshDeserialize::deserialize_reader(reader)?;
            let place = match map.find(&key) {
                Err(place)
                    if map
                        .chunks
                        .last()
                        .is_none_or(|last| last.last().is_none_or(|(last, _)| *last < key)) =>
                {
                    place
                }
                _ => return Err(io::ErrorKind::InvalidData.into()),
            };
            map.put(place, (key, value));
        }
        Ok(map)
    }
}

/// Sorts in place; equal elements may change places. A heap sort, as the standard library's fastest sort
/// compiles to 3 KB for each type.
pub fn sort_by<T>(items: &mut [T], order: impl Fn(&T, &T) -> Ordering) {
    let sift = |items: &mut [T], mut parent: usize| {
        while let Some(left) = items.get(2 * parent + 1) {
            let right = items
                .get(2 * parent + 2)
                .is_some_and(|right| order(left, right).is_lt());
            let child = 2 * parent + 1 + usize::from(right);
            if order(&items[parent], &items[child]).is_ge() {
                break;
            }
            items.swap(parent, child);
            parent = child;
        }
    };
    for parent in (0..items.len() / 2).rev() {
        sift(items, parent);
    }
    for end in (1..items.len()).rev() {
        items.swap(0, end);
        sift(&mut items[..end], 0);
    }
}

/// A set in order.
#[derive(Clone)]
pub struct SortedSet<T>(SortedMap<T, ()>);

impl<T> Default for SortedSet<T> {
    fn default() -> Self {
        Self(SortedMap::new())
    }
}

impl<T> SortedSet<T> {
    /// An empty set.
    #[must_use]
    pub const fn new() -> Self {
        Self(SortedMap::new())
    }

    /// Number of elements.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no element.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All elements in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + Clone {
        self.0.keys()
    }
}

impl<T: Ord> SortedSet<T> {
    /// Adds an element; whether it is new.
    pub fn insert(&mut self, element: T) -> bool {
        self.0.insert(element, ()).is_none()
    }

    /// Takes an element out; whether it was there.
    pub fn remove(&mut self, element: &T) -> bool {
        self.0.remove(element).is_some()
    }

    /// Whether an element is there.
    #[must_use]
    pub fn contains(&self, element: &T) -> bool {
        self.0.contains_key(element)
    }
}

impl<T: Ord> Extend<T> for SortedSet<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, elements: I) {
        for element in elements {
            self.insert(element);
        }
    }
}

impl<T: Ord> FromIterator<T> for SortedSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        let mut set = Self::new();
        set.extend(elements);
        set
    }
}

impl<T> IntoIterator for SortedSet<T> {
    type Item = T;
    type IntoIter = std::iter::Map<<SortedMap<T, ()> as IntoIterator>::IntoIter, fn((T, ())) -> T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter().map(|(element, ())| element)
    }
}

impl<T: PartialEq> PartialEq for SortedSet<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T: Eq> Eq for SortedSet<T> {}

impl<T: fmt::Debug> fmt::Debug for SortedSet<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Pseudo-random numbers (SplitMix64).
    fn numbers(seed: u64) -> impl Iterator<Item = u64> {
        (1_u64..).map(move |step| {
            let mut z = seed.wrapping_add(step.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        })
    }

    #[test]
    fn it_does_what_the_standard_map_does() {
        let (mut ours, mut standard) = (SortedMap::new(), BTreeMap::new());
        for number in numbers(7).take(20_000) {
            let (key, value) = (number % 1_009, number >> 32);
            match number >> 20 & 7 {
                0..4 => assert_eq!(ours.insert(key, value), standard.insert(key, value)),
                4 | 5 => assert_eq!(ours.remove(&key), standard.remove(&key)),
                6 => assert_eq!(
                    ours.get_or_insert_with(key, || value),
                    standard.entry(key).or_insert(value)
                ),
                _ => assert_eq!(ours.get(&key), standard.get(&key)),
            }
            assert_eq!(ours.len(), standard.len());
        }
        assert!(
            ours.chunks.len() > 4
                && ours
                    .chunks
                    .iter()
                    .all(|chunk| (1..CHUNK).contains(&chunk.len()))
        );
        assert!(ours.iter().eq(standard.iter()));
        assert!(ours.iter_from(&500).eq(standard.range(500..)));
        ours.retain(|key, _| key % 3 == 0);
        standard.retain(|key, _| key % 3 == 0);
        assert!(ours.iter().rev().eq(standard.iter().rev()) && ours.len() == standard.len());
        while let Some(first) = ours.pop_first() {
            assert_eq!(Some(first), standard.pop_first());
        }
        assert!(standard.is_empty() && ours.is_empty() && ours.first_key_value().is_none());
    }

    #[test]
    fn sorting_puts_every_length_in_order() {
        for length in 0..70 {
            let mut items: Vec<u64> = numbers(9).take(length).map(|number| number % 40).collect();
            let mut expected = items.clone();
            expected.sort_unstable();
            sort_by(&mut items, u64::cmp);
            assert_eq!(items, expected);
        }
    }

    #[test]
    fn its_encoding_is_the_standard_map_s_and_only_that_in_strict_order_is_read() {
        let ours: SortedMap<u64, u8> = numbers(3).take(200).map(|key| (key, 1)).collect();
        let standard: BTreeMap<u64, u8> = numbers(3).take(200).map(|key| (key, 1)).collect();
        let bytes = borsh::to_vec(&ours).unwrap();
        assert_eq!(bytes, borsh::to_vec(&standard).unwrap());
        assert_eq!(
            borsh::from_slice::<SortedMap<u64, u8>>(&bytes).unwrap(),
            ours
        );
        for wrong in [[(1_u64, 0_u8), (1, 0)], [(2, 0), (1, 0)]] {
            let bytes = borsh::to_vec(&wrong.to_vec()).unwrap();
            assert!(
                borsh::from_slice::<SortedMap<u64, u8>>(&bytes).is_err(),
                "{wrong:?}"
            );
        }
    }
}
