//! The entries that come with the program.

macro_rules! entries {
    ($($name:literal),* $(,)?) => {
        /// File name and text of each built-in entry.
        pub(super) const BUILTIN: &[(&str, &str)] = &[
            $((concat!("entries/", $name, ".toml"), include_str!(concat!("../../entries/", $name, ".toml")))),*
        ];
    };
}

entries![
    "gpm_mergir",
    "gpm_3imerghh",
    "merra2_m2i1nxint",
    "merra2_m2imnxint",
    "merra2_m2t1nxslv",
    "merra2_m2sdnxslv",
    "merra2_m2tmnxlnd",
    "merra2_m2i1nxlfo",
    "merra2_m2imnxlfo",
    "merra2_m2i1nxasm",
    "merra2_m2imnxasm",
    "merra2_m2i3nxgas",
    "merra2_m2i3nvchm",
    "merra2_m2smnxedi",
    "ecco_atm_state_05deg_daily",
    "mur_sst",
    "ssh_jpl2205",
    "ssh_jpl1812",
    "oisss_v1",
    "oisss_v2",
    "oscar_final",
    "ascatb_l2_25km",
    "ascatc_l2_25km",
    "hrrr",
];
