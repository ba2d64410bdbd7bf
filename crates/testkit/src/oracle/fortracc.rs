//! ForTraCC on label images, by the reference's rules as they are written down.

use std::collections::BTreeMap;

use eventscape_core::Connectivity;

use super::label;

/// The options of the oracle.
#[derive(Clone, Copy, Debug)]
pub struct FortraccOracle {
    /// Which cells touch.
    pub connectivity: Connectivity,
    /// Minimum overlap.
    pub min_overlap: f64,
    /// Minimum size in cells.
    pub min_size: u32,
    /// The corrected overlap fraction instead of the reference's.
    pub corrected: bool,
}

/// A component of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OracleStep {
    /// Index of the scene.
    pub scene: usize,
    /// Label among all components of the scene.
    pub label: u32,
    /// The last tag that was written to it.
    pub tag: &'static str,
}

struct Labelled {
    labels: Vec<u32>,
    area: Vec<u32>,
    kept: Vec<u32>,
}

/// Links of one component: the other one and the fraction, in the order in which they were found.
type Links = BTreeMap<u32, Vec<(u32, f64)>>;

/// An entry of the pool.
#[derive(Clone, Copy, PartialEq)]
enum Entry {
    Old(u32),
    New(u32),
}

impl FortraccOracle {
    /// The series of a cube of masks, in the order in which they begin.
    #[must_use]
    pub fn track(&self, masks: &[Vec<bool>], ny: usize, nx: usize) -> Vec<Vec<OracleStep>> {
        let mut series: Vec<Vec<OracleStep>> = Vec::new();
        let mut before: Option<(&Vec<bool>, Labelled)> = None;
        for (scene, mask) in masks.iter().enumerate() {
            let after = self.labelled(mask, ny, nx);
            let empty = Labelled { labels: Vec::new(), area: Vec::new(), kept: Vec::new() };
            let (old, (forward, backward)) = match &before {
                Some((old_mask, old)) => (old, self.links(old_mask, old, mask, &after, ny, nx)),
                None => (&empty, (Links::new(), Links::new())),
            };
            self.decide(&mut series, scene, old, &after, &forward, &backward);
            before = Some((mask, after));
        }
        series
    }

    fn labelled(&self, mask: &[bool], ny: usize, nx: usize) -> Labelled {
        let (labels, count) = label(mask, ny, nx, self.connectivity, false);
        let mut area = vec![0; count as usize + 1];
        labels.iter().for_each(|&l| area[l as usize] += 1);
        let kept = (1..=count).filter(|&l| area[l as usize] >= self.min_size).collect();
        Labelled { labels, area, kept }
    }

    fn links(
        &self,
        old_mask: &[bool],
        old: &Labelled,
        new_mask: &[bool],
        new: &Labelled,
        ny: usize,
        nx: usize,
    ) -> (Links, Links) {
        let both: Vec<bool> = old_mask.iter().zip(new_mask).map(|(a, b)| *a && *b).collect();
        let (pieces, count) = label(&both, ny, nx, self.connectivity, false);
        // numerator and denominator of each direction, summed up a piece at a time
        let mut sums: Vec<((u32, u32), [u32; 4])> = Vec::new();
        for piece in 1..=count {
            let cell = pieces.iter().position(|&p| p == piece).unwrap();
            let (p, c) = (old.labels[cell], new.labels[cell]);
            if !old.kept.contains(&p) || !new.kept.contains(&c) {
                continue;
            }
            let size = pieces.iter().filter(|&&l| l == piece).count() as u32;
            let parent = old.area[p as usize];
            match sums.iter_mut().find(|(pair, _)| *pair == (p, c)) {
                None => sums.push(((p, c), [size, parent, size, parent])),
                Some((_, [forward, of_forward, backward, of_backward])) => {
                    *forward += size;
                    *backward += size;
                    if !self.corrected {
                        *of_forward += parent;
                        *of_backward += size;
                    }
                }
            }
        }
        let (mut forward, mut backward) = (Links::new(), Links::new());
        for ((p, c), [f, of_f, b, of_b]) in sums {
            let (f, b) = (f64::from(f) / f64::from(of_f), f64::from(b) / f64::from(of_b));
            if f >= self.min_overlap {
                forward.entry(p).or_default().push((c, f));
            }
            if b >= self.min_overlap {
                backward.entry(c).or_default().push((p, b));
            }
        }
        (forward, backward)
    }

    fn decide(
        &self,
        series: &mut Vec<Vec<OracleStep>>,
        scene: usize,
        old: &Labelled,
        new: &Labelled,
        forward: &Links,
        backward: &Links,
    ) {
        let mut pool: Vec<Entry> = old.kept.iter().map(|&l| Entry::Old(l)).collect();
        pool.extend(new.kept.iter().map(|&l| Entry::New(l)));
        pool.sort_by_key(|entry| match entry {
            Entry::Old(l) => old.area[*l as usize],
            Entry::New(l) => new.area[*l as usize],
        });
        while let Some(entry) = pool.pop() {
            let (links, is_new, me) = match entry {
                Entry::New(l) => (backward.get(&l), true, l),
                Entry::Old(l) => (forward.get(&l), false, l),
            };
            let other = |l: u32| if is_new { Entry::Old(l) } else { Entry::New(l) };
            let mut candidates = links.cloned().unwrap_or_default();
            candidates.retain(|(l, _)| pool.contains(&other(*l)));
            pool.retain(|entry| !candidates.iter().any(|(l, _)| *entry == other(*l)));
            let mut winner: Option<(u32, f64)> = None;
            for &(l, fraction) in &candidates {
                if winner.is_none_or(|(_, best)| fraction > best) {
                    winner = Some((l, fraction));
                }
            }
            let losers = candidates.iter().map(|(l, _)| *l).filter(|l| winner.is_some_and(|(w, _)| w != *l));
            match (is_new, winner) {
                (true, None) => series.push(vec![OracleStep { scene, label: me, tag: "initiation" }]),
                (true, Some((parent, _))) => {
                    let tag = if candidates.len() == 1 { "continuation" } else { "continuation - merge" };
                    append(series, scene, parent, me, tag);
                    losers.for_each(|l| overwrite(series, scene, l, "dissipation - merge"));
                }
                (false, None) => overwrite(series, scene, me, "dissipation"),
                (false, Some((child, _))) => {
                    let tag = if candidates.len() == 1 { "continuation" } else { "continuation - split" };
                    append(series, scene, me, child, tag);
                    for l in losers {
                        series.push(vec![OracleStep { scene, label: l, tag: "initiation - split" }]);
                    }
                }
            }
        }
    }
}

/// The series whose last entry is a component of the scene before `scene`.
fn of_parent(series: &mut [Vec<OracleStep>], scene: usize, parent: u32) -> &mut Vec<OracleStep> {
    series.iter_mut().find(|s| s.last().is_some_and(|step| step.scene + 1 == scene && step.label == parent)).unwrap()
}

fn append(series: &mut [Vec<OracleStep>], scene: usize, parent: u32, label: u32, tag: &'static str) {
    of_parent(series, scene, parent).push(OracleStep { scene, label, tag });
}

fn overwrite(series: &mut [Vec<OracleStep>], scene: usize, parent: u32, tag: &'static str) {
    of_parent(series, scene, parent).last_mut().unwrap().tag = tag;
}
