//! The catalogue: names, files of the user, the reference's dictionaries.

use std::path::PathBuf;

use eventscape_catalog::{Capability, Catalog, CatalogError, NamePattern};

use crate::support::{Ask, collection, fixture};

fn builtin() -> Catalog {
    Catalog::builtin().unwrap()
}

fn written(suffix: &str, text: &str) -> tempfile::TempPath {
    let file = tempfile::Builder::new().suffix(suffix).tempfile().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file.into_temp_path()
}

fn of(capability: Capability) -> Vec<String> {
    builtin().list().iter().filter(|e| e.can(capability)).map(|e| e.id.clone()).collect()
}

#[test]
fn all_collections_of_the_reference_are_there() {
    let phdef = [
        "GPM_MERGIR",
        "GPM_3IMERGHH",
        "M2I1NXINT_5.12.4",
        "M2IMNXINT_5.12.4",
        "ECCO_L4_ATM_STATE_05DEG_DAILY_V4R4",
        "MUR-JPL-L4-GLOB-v4.1",
        "SEA_SURFACE_HEIGHT_ALT_GRIDS_L4_2SATS_5DAY_6THDEG_V_JPL2205",
        "OISSS_L4_multimission_7day_v1",
        "M2TMNXLND_5.12.4",
        "M2I1NXLFO_5.12.4",
        "M2IMNXLFO_5.12.4",
        "M2SDNXSLV_5.12.4",
        "M2I1NXASM_5.12.4",
        "M2IMNXASM_5.12.4",
        "M2I3NXGAS_5.12.4",
        "M2I3NVCHM_5.12.4",
        "M2SMNXEDI_2",
    ];
    let curation = [
        "ASCATB-L2-25km",
        "ASCATC-L2-25km",
        "OSCAR_L4_OC_FINAL_V2.0",
        "ECCO_L4_ATM_STATE_05DEG_DAILY_V4R4",
        "M2TMNXLND_5.12.4",
        "M2I1NXINT_5.12.4",
        "M2I1NXLFO_5.12.4",
        "M2IMNXLFO_5.12.4",
        "M2T1NXSLV_5.12.4",
        "M2SMNXEDI_2",
        "GPM_3IMERGHH",
        "GPM_MERGIR",
        "HRRR",
    ];
    assert_eq!((phdef.len(), curation.len()), (17, 13));
    let (ours_phdef, ours_curation) = (of(Capability::PhDef), of(Capability::Curation));
    assert!(phdef.iter().all(|id| ours_phdef.iter().any(|o| o == id)), "{ours_phdef:?}");
    let mut sorted = curation.map(str::to_owned).to_vec();
    sorted.sort();
    let mut ours = ours_curation;
    ours.sort();
    assert_eq!(ours, sorted);
}

#[test]
fn the_built_in_catalogue_has_no_doubts() {
    assert_eq!(builtin().check(), Vec::<String>::new());
    for entry in builtin().list() {
        let rule = entry.granules.as_ref().unwrap();
        let pattern = NamePattern::parse(&rule.pattern).unwrap();
        let path = pattern.path(entry.origin().0).replace('*', "1");
        assert_eq!(pattern.date(&path).unwrap().start(), entry.origin().0, "{}: the first granule's name", entry.id);
        assert!(entry.provider.as_ref().unwrap().location.starts_with("s3://"), "{}", entry.id);
    }
}

#[test]
fn every_file_among_the_entries_is_built_in() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("entries");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), builtin().list().len());
}

#[test]
fn a_collection_is_found_by_any_of_its_names() {
    let catalog = builtin();
    for (name, id) in [
        ("GPM_MERGIR", "GPM_MERGIR"),
        ("gpm_mergir", "GPM_MERGIR"),
        ("GPM_MERGIR_1", "GPM_MERGIR"),
        ("GPM_MERGIR.1", "GPM_MERGIR"),
        ("GPM_3IMERGHH.07", "GPM_3IMERGHH"),
        ("M2I1NXINT", "M2I1NXINT_5.12.4"),
        ("M2I1NXINT.5.12.4", "M2I1NXINT_5.12.4"),
        ("mur-jpl-l4-glob", "MUR-JPL-L4-GLOB-v4.1"),
        ("C1996881146-POCLOUD", "MUR-JPL-L4-GLOB-v4.1"),
        ("ECCO_L4_ATM_STATE_05DEG_DAILY", "ECCO_L4_ATM_STATE_05DEG_DAILY_V4R4"),
        ("OSCAR_L4_OC_FINAL", "OSCAR_L4_OC_FINAL_V2.0"),
    ] {
        assert_eq!(catalog.get(name).unwrap().id, id, "{name}");
    }
}

#[test]
fn an_unknown_name_is_refused_with_those_like_it() {
    let catalog = builtin();
    let text = |name: &str| catalog.get(name).unwrap_err().to_string();
    assert!(text("GPM_MERGRI").contains("`GPM_MERGIR`"), "{}", text("GPM_MERGRI"));
    assert!(text("IMERG").contains("`GPM_3IMERGHH`"), "{}", text("IMERG"));
    assert!(text("xyzzy").contains("collections list"), "{}", text("xyzzy"));
    let ambiguous = catalog.get("OISSS_L4_multimission_7day").unwrap_err();
    assert!(
        matches!(&ambiguous, CatalogError::AmbiguousCollection { candidates, .. } if candidates.len() == 2),
        "{ambiguous}"
    );
}

const MINE: &str = r#"
id = "MINE"
title = "Mine"
capabilities = ["phdef"]
format = "netCDF-4"
[valid]
start = "2000-01-01"
[granules]
pattern = "mine_{YYYY}.nc"
every = "P12M"
steps = 12
[axes]
latitude = "lat"
longitude = "lon"
time = "time"
order = ["time", "lat", "lon"]
longitudes = "0..360"
resolution = [1.0, 1.0]
[time]
step = "P1M"
encoding = "days"
[variables.sst]
units = "K"
"#;

#[test]
fn a_file_of_the_user_adds_and_replaces() {
    let mine = builtin().with_file(&written(".toml", MINE)).unwrap();
    assert_eq!(mine.list().len(), builtin().list().len() + 1);
    assert_eq!(mine.get("mine").unwrap().variables["sst"].units.as_deref(), Some("K"));
    let replaced = builtin().with_file(&written(".toml", &MINE.replace("\"MINE\"", "\"GPM_MERGIR\""))).unwrap();
    assert_eq!(replaced.list().len(), builtin().list().len());
    assert_eq!(replaced.get("GPM_MERGIR").unwrap().title, "Mine");
    let indented: String =
        MINE.lines().map(|l| l.replace('[', "[collections.").replace("[collections.\"", "[\"") + "\n").collect();
    let indented = indented.replace("= [collections.", "= [");
    let two = format!("[[collections]]\n{indented}");
    assert_eq!(builtin().with_file(&written(".toml", &two)).unwrap().get("MINE").unwrap().title, "Mine");
}

#[test]
fn an_entry_survives_being_written_and_read() {
    for entry in builtin().list() {
        let text = serde_json::to_string(entry).unwrap();
        let again = builtin().with_file(&written(".json", &text)).unwrap();
        assert_eq!(again.get(&entry.id).unwrap(), entry);
    }
}

#[test]
fn a_wrong_entry_is_refused_with_the_path_of_its_key() {
    let wrong = [
        ("every = \"P12M\"", "every = \"yearly\"", "granules.every", "span of time"),
        ("steps = 12", "steps = \"twelve\"", "granules.steps", "invalid type"),
        ("steps = 12", "steps = 0", "granules.steps", "at least 1"),
        ("pattern = \"mine_{YYYY}.nc\"", "pattern = \"mine_{year}.nc\"", "granules.pattern", "not a field"),
        ("[variables.sst]", "[variables.sst]\nunit = \"K\"", "variables.sst.unit", "unknown field"),
        ("resolution = [1.0, 1.0]", "resolution = [1.0, -1.0]", "axes.resolution[1]", "spacing"),
        ("resolution = [1.0, 1.0]", "resolution = [1.0]", "axes.resolution", "length"),
        ("longitudes = \"0..360\"", "longitudes = \"east\"", "axes.longitudes", "unknown variant"),
        ("start = \"2000-01-01\"", "start = \"2000-02-30\"", "valid.start", "2000-02-30"),
        ("capabilities = [\"phdef\"]", "capabilities = [\"phdef\", \"magic\"]", "capabilities[1]", "magic"),
        ("title = \"Mine\"\n", "", "", "title"),
        ("id = \"MINE\"", "id = \"\"", "id", "not a name"),
        ("step = \"P1M\"\n", "", "time.step", "swath"),
    ];
    for (from, to, key, reason) in wrong {
        assert!(MINE.contains(from));
        let file = written(".toml", &MINE.replace(from, to));
        let error = builtin().with_file(&file).unwrap_err();
        let text = error.to_string();
        assert!(text.contains(&file.display().to_string()) && text.contains(reason), "{text}");
        let CatalogError::Entry { key: found, .. } = error else { panic!("{text}") };
        assert!(found == key || (key.is_empty() && found == "."), "`{found}` is not `{key}`: {text}");
    }
    for (suffix, text, reason) in [
        (".toml", "id = ", "TOML"),
        (".json", "{", "JSON"),
        (".json", "[]", "table"),
        (".toml", "collections = 3", "list of tables"),
        (".toml", "[[collections]]\nid = \"x\"", "title"),
    ] {
        let error = builtin().with_file(&written(suffix, text)).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
    assert!(builtin().with_file(std::path::Path::new("no/such/file.toml")).is_err());
}

#[test]
fn the_reference_s_dictionaries_are_read_whatever_their_keys() {
    let phdef = builtin().with_file(&fixture("cf/reference-phdef-dictionary.json")).unwrap();
    // known: location and dates are taken over, what the granules look like stays
    let known = phdef.get("GPM_MERGIR").unwrap();
    assert_eq!(known.provider.as_ref().unwrap().location, "s3://mirror/MERGED_IR/GPM_MERGIR.1/");
    assert_eq!(String::from(known.valid.end.unwrap()), "2024-05-25");
    assert!(known.granules.is_some() && known.curation.is_some());
    assert_eq!(known.variables["Tb"].units.as_deref(), Some("K"));
    // nonsense in the dictionary does not replace what we know
    assert_eq!(phdef.get("M2I1NXASM").unwrap().variables["TQI"].units.as_deref(), Some("kg m-2"));
    // `dataSetId`, `dataSetID`, `datasetId`
    for (alias, id) in [("NEW-1", "NEW_LOWER"), ("NEW-2", "NEW_UPPER"), ("NEW-3", "NEW_MIXED")] {
        assert_eq!(phdef.get(alias).unwrap().id, id);
    }
    let new = phdef.get("NEW_LOWER").unwrap();
    assert!(new.can(Capability::PhDef) && new.granules.is_none());
    assert!(phdef.check().iter().any(|d| d.contains("NEW_LOWER") && d.contains("--input")));

    let both = phdef.with_reference_dictionary(&fixture("cf/reference-curation-dictionary.json")).unwrap();
    let oscar = both.get("OSCAR_L4_OC_FINAL_V2.0").unwrap();
    assert_eq!((oscar.valid.end, &oscar.capabilities[..]), (None, &[Capability::Curation][..]));
    assert!(both.get("NEW_CURATED").unwrap().can(Capability::Curation));
    // a curator of null is still a curator's dictionary
    assert!(!both.get("NEW_CURATED").unwrap().can(Capability::PhDef));
}

#[test]
fn a_collection_known_from_a_dictionary_alone_reads_named_files() {
    use crate::support::{Ask, assert_cells, files};
    let catalog = builtin().with_file(&fixture("cf/reference-phdef-dictionary.json")).unwrap();
    let mut request = files(&["several.nc"]).variable("first");
    request.source.collection = Some(catalog.get("NEW_LOWER").unwrap().clone());
    assert_cells(&request.open(), 1, 1.0);
    request.source.inputs.clear();
    assert!(request.refused().to_string().contains("--input"));
}

#[test]
fn a_wrong_dictionary_is_refused_with_the_path_of_its_key() {
    let text = std::fs::read_to_string(fixture("cf/reference-phdef-dictionary.json")).unwrap();
    let wrong = written(".json", &text.replacen("\"1998-01-01\"", "\"1998\"", 1));
    let error = builtin().with_file(&wrong).unwrap_err();
    assert!(matches!(&error, CatalogError::Entry { key, .. } if key == "GPM_MERGIR.startDate"), "{error}");
    let wrong = written(".json", &text.replacen("\"Tb\"\n", "7\n", 1));
    assert!(builtin().with_reference_dictionary(&wrong).is_err());
}

#[test]
fn granules_in_grib_are_refused_with_what_to_do_instead() {
    let archive = tempfile::tempdir().unwrap();
    let day = archive.path().join("hrrr.20200301/conus");
    std::fs::create_dir_all(&day).unwrap();
    std::fs::write(day.join("hrrr.t06z.wrfsfcf00.grib2"), b"GRIB\0\0\0\x02").unwrap();
    let mut request = collection("HRRR", "cf").variable("TMP").span("2020-03-01T06:00", "2020-03-01T06:00");
    request.source.root = Some(archive.path().display().to_string());
    let error = request.refused().to_string();
    for part in ["HRRR", "hrrr.t06z.wrfsfcf00.grib2", "GRIB2, which is not read yet", "`input`"] {
        assert!(error.contains(part), "{error}");
    }
}
