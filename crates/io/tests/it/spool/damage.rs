//! Crashes in the middle, and bytes that are not ours.

use std::process::Command;

use eventscape_core::EventSource;
use eventscape_io::spool::{Spool, SpoolReader};

use super::{append_all, file_of, holds, job, same};

#[test]
fn a_file_cut_anywhere_is_continued_after_its_last_whole_scene() {
    let folder = tempfile::tempdir().unwrap();
    let scenes = job(8);
    let whole = file_of(&folder.path().join("whole"), &scenes);
    let path = folder.path().join("s");
    let mut most = 0;
    for len in (0..whole.len()).step_by(37).chain([whole.len()]) {
        // what a crash leaves: the beginning of the file, here followed by what a torn write may leave
        for torn in [&b""[..], &[0; 50], b"SCN1 and no more"] {
            std::fs::write(folder.path().join("s.part"), [&whole[..len], torn].concat()).unwrap();
            let mut spool = Spool::resume_file(&path, b"{}").unwrap();
            let kept = spool.scenes();
            assert!(kept <= 8 && spool.last_time() == kept.checked_sub(1).map(|i| scenes[i].time), "{len}");
            most = most.max(kept);
            append_all(&mut spool, &scenes[kept..]);
            spool.finish().unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), whole, "cut at {len}: as if nothing had happened");
        }
    }
    assert_eq!(most, 8, "no whole scene is thrown away");
}

#[test]
fn an_unfinished_file_of_another_job_is_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s");
    let scenes = job(3);
    for (header, kept) in [(&b"{\"job\":1}"[..], 3), (b"{\"job\":2}", 0), (b"", 0)] {
        let mut spool = Spool::create_file(&path, b"{\"job\":1}").unwrap();
        append_all(&mut spool, &scenes);
        drop(spool);
        assert!(SpoolReader::open(&path).is_err(), "it is not finished");
        assert_eq!(Spool::resume_file(&path, header).unwrap().scenes(), kept);
    }
}

/// Run by the next test in a process of its own; by itself it has nothing to check.
#[test]
#[ignore = "a part of a_killed_process_leaves_what_it_wrote"]
fn write_without_end() {
    let Ok(path) = std::env::var("SPOOL_OF_TEST") else { return };
    let mut spool = Spool::create_file(path.as_ref(), b"{}").unwrap();
    for scene in job(8).iter().cycle() {
        spool.append(scene).unwrap();
        println!("appended");
    }
}

#[test]
fn a_killed_process_leaves_what_it_wrote() {
    use std::io::{BufRead, BufReader};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s");
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "spool::damage::write_without_end", "--ignored", "--nocapture"])
        .env("SPOOL_OF_TEST", &path)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let seen = lines.map_while(Result::ok).filter(|line| line.contains("appended")).take(20).count();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(seen, 20, "the child wrote");
    assert!(!path.exists());
    let spool = Spool::resume_file(&path, b"{}").unwrap();
    let kept = spool.scenes();
    assert!(kept >= 20, "{kept} scenes survive");
    let reader = spool.finish().unwrap();
    let scenes = job(8);
    for i in 0..kept {
        assert!(same(&reader.scene(i).unwrap(), &scenes[i % 8]), "scene {i}");
    }
}

/// Opens and reads all there is; tells how much of it was sound.
fn try_all(path: &std::path::Path) -> Option<Vec<usize>> {
    let reader = SpoolReader::open(path).ok()?;
    Some((0..EventSource::scenes(&reader)).filter(|i| reader.scene(*i).is_ok()).collect())
}

#[test]
fn a_flipped_bit_costs_the_scene_it_is_in_or_the_file_but_never_lies() {
    let folder = tempfile::tempdir().unwrap();
    let scenes = job(4);
    let whole = file_of(&folder.path().join("whole"), &scenes);
    let path = folder.path().join("s");
    for i in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[i] ^= 1 << (i % 8);
        std::fs::write(&path, damaged).unwrap();
        if let Some(sound) = try_all(&path) {
            assert_eq!(sound.len(), 3, "byte {i} is in exactly one scene");
            let reader = SpoolReader::open(&path).unwrap();
            assert!(sound.iter().all(|i| same(&reader.scene(*i).unwrap(), &scenes[*i])));
        }
    }
}

#[test]
fn a_file_cut_anywhere_is_not_taken_for_a_finished_one() {
    let folder = tempfile::tempdir().unwrap();
    let whole = file_of(&folder.path().join("whole"), &job(4));
    let path = folder.path().join("s");
    for len in 0..whole.len() {
        std::fs::write(&path, &whole[..len]).unwrap();
        let error = SpoolReader::open(&path).unwrap_err();
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    }
    std::fs::write(&path, [&whole[..], &[0]].concat()).unwrap();
    assert!(SpoolReader::open(&path).is_err());
    std::fs::write(&path, &whole).unwrap();
    holds(&SpoolReader::open(&path).unwrap(), &job(4));
}

#[test]
fn records_that_match_their_checksum_but_lie_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s");
    // a file of one plain record, whose numbers are then forged and its checksum made right again
    let record = |counts: [u32; 4], tail: &[u8]| {
        let mut record = vec![0, 0, 0];
        record.extend([0; 8 + 4 + 8]);
        counts.iter().for_each(|n| record.extend(n.to_le_bytes()));
        record.extend(tail);
        record
    };
    let file = |record: &[u8]| {
        let mut bytes = b"EVSPOOL\0\x02\0\0\0\0\0\0\0".to_vec();
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        let start = bytes.len() as u64;
        bytes.extend(b"SCN1");
        bytes.extend(crc32fast::hash(record).to_le_bytes());
        bytes.extend((record.len() as u64).to_le_bytes());
        bytes.extend(record);
        let index = bytes.len() as u64;
        let mut end = Vec::new();
        for n in [start, record.len() as u64, 0] {
            end.extend(n.to_le_bytes());
        }
        end.push(0);
        end.extend(1_u64.to_le_bytes());
        end.extend(index.to_le_bytes());
        end.extend(crc32fast::hash(&end).to_le_bytes());
        end.extend(b"EVSPEND\0");
        bytes.extend(end);
        bytes
    };
    let packed = |counts: [u32; 4]| {
        let mut bytes = record(counts, &[1, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        bytes[0] = 1;
        bytes
    };
    let range = |gap: u32, len: u32| [gap, len].iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>();
    std::fs::write(&path, file(&record([0, 1, 0, 0], &range(3, 1)))).unwrap();
    assert_eq!(SpoolReader::open(&path).unwrap().scene(0).unwrap().ranges[0].len(), 1, "the forgery is good");
    let lies = [
        record([0, 1, 0, 0], &range(4, 0)),
        record([0, 1, 0, 0], &range(5, u32::MAX)),
        record([0, 0, 2, 0], &[range(5, u32::MAX - 2), range(1, 1)].concat()),
        record([0, 1, 0, 0], &[]),
        record([u32::MAX, u32::MAX, u32::MAX, u32::MAX], &range(3, 1)),
        record([0, 0, 0, 0], &[0]),
        record([1, 0, 0, 0], &[0xff; 40 + 128 + 1]),
        packed([u32::MAX; 4]),
        packed([1 << 30, 0, 0, 0]),
        packed([0, 0, 0, 1 << 31]),
        vec![],
        vec![9; 40],
    ];
    for (n, lie) in lies.iter().enumerate() {
        std::fs::write(&path, file(lie)).unwrap();
        assert_eq!(try_all(&path), Some(vec![]), "lie {n}");
    }
}
