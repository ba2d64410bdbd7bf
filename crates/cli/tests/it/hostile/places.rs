//! Folders that cannot be written, and disks without room.

use std::path::Path;
use std::process::Command;

use super::{Ended, check, phdef, run, visible};
use crate::fixtures;

#[test]
fn a_folder_that_cannot_be_written_is_told_before_anything_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "here").unwrap();
    let input = fixtures().join("cf/global_180.nc");
    for out in [file.clone(), file.join("below"), "/proc/no-such-place".into(), "/dev/null".into()] {
        let ended = phdef(&input, &out, &[]);
        check(&ended, &[2, 4], &out.display().to_string(), &out, &out.display().to_string());
    }
    assert_eq!(std::fs::read(&file).unwrap(), b"here");
}

/// Demonstration data give products of some hundred kilobytes.
fn large_job(out: &Path) -> Vec<String> {
    let input = fixtures().join("ostia/ostia_monthly.nc");
    let mut job =
        ["phdef", "--operator=greaterThan", "--value=295", "--min-size=1", "--no-plots"].map(str::to_owned).to_vec();
    job.extend([format!("--input={}", input.display()), format!("--out={}", out.display())]);
    job
}

/// Whatever stopped it: what is there is whole, and without the limit the job goes on to its end.
fn goes_on(ended: &Ended, out: &Path, advice: &str) {
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.said.contains("error: ") && ended.said.contains(advice), "{ended:?}");
    assert!(!ended.said.contains("panicked") && !ended.said.contains("internal error"), "{ended:?}");
    let job = out.join("1");
    assert!(visible(&job).iter().all(|path| path.metadata().unwrap().len() > 0));
    assert!(!job.join("1-Manifest.json").exists());
}

#[test]
fn a_limit_on_the_size_of_files_is_an_error_and_not_a_death() {
    for blocks in [1, 16, 64] {
        let folder = tempfile::tempdir().unwrap();
        let job = large_job(folder.path());
        goes_on(&run(&format!("ulimit -f {blocks}"), &job), folder.path(), "ulimit -f");
        let ended = run("true", &job);
        check(&ended, &[0], "", folder.path(), "without the limit");
    }
}

#[test]
fn a_full_disk_is_told_and_the_job_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::of(folder.path(), "300k") else {
        eprintln!("this user may not mount a disk in memory; a limit on the size of files is tried instead");
        return;
    };
    let job = large_job(folder.path());
    goes_on(&run("true", &job), folder.path(), "free some");
    disk.resize("64m");
    check(&run("true", &job), &[0], "", folder.path(), "with room");
}

/// A disk in memory, unmounted on drop.
struct Disk<'a>(&'a Path);

impl<'a> Disk<'a> {
    fn of(folder: &'a Path, size: &str) -> Option<Self> {
        let options = format!("size={size}");
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(folder).output().ok()?;
        mount.status.success().then_some(Self(folder))
    }

    fn resize(&self, size: &str) {
        let options = format!("remount,size={size}");
        assert!(Command::new("mount").args(["-o", &options]).arg(self.0).status().unwrap().success());
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg("-l").arg(self.0).status();
        assert!(unmounted.is_ok_and(|status| status.success()), "{} stays mounted", self.0.display());
    }
}
