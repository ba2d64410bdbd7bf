//! Stage 5: the products, then the manifest that lists them.

use std::io::Write;

use eventscape_catalog::Subset;
use eventscape_core::track::{EndStatus, StartStatus, TrackSummary, track_summaries};
use eventscape_core::{EventSource, Lineage, Timestamp};
use eventscape_io::sink::{ProductFile, StoredProduct};
use eventscape_products::netcdf::{write_mask_output, write_masks, write_tracks};
use eventscape_products::polygons::Outliner;
use eventscape_products::{
    Artifact, JobInfo, ProductError, ProductKind, Status, animation_name, geojson_name, hierarchy_name,
    lineage_parquet_name, manifest_name, map_name, mask_output_name, masks_name, scene_stamps, toc_name, tracks_name,
    tracks_parquet_name, write_geojson, write_hierarchy, write_lineage_parquet, write_manifest, write_toc,
    write_tracks_parquet,
};

use crate::error::{PipelineError, Result};
use crate::recipe::{ProductName, Recipe};
use crate::run::{Environment, JobFolder, Stage, in_order};

/// A file to make.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) kind: ProductKind,
    pub(crate) name: String,
    /// The scene that it shows, where it is of one.
    pub(crate) scene: Option<usize>,
}

/// What products are made of.
pub(crate) struct ProductContext<'a> {
    pub(crate) recipe: &'a Recipe,
    pub(crate) info: &'a JobInfo,
    pub(crate) lineage: &'a Lineage,
    pub(crate) events: &'a dyn EventSource,
    /// The fields behind the pictures; without them maps show the components alone.
    pub(crate) fields: Option<&'a Subset>,
}

/// The names of the files that a selection of products comes to.
pub(crate) fn wanted_names(recipe: &Recipe) -> Vec<String> {
    tasks(&recipe.data.times(), recipe.identity.job_id, &recipe.output.wanted).into_iter().map(|t| t.name).collect()
}

fn tasks(times: &[Timestamp], job_id: u64, wanted: &[ProductName]) -> Vec<Task> {
    let stamps = scene_stamps(times);
    let mut tasks = Vec::new();
    for product in wanted {
        let one = |kind, name: String| vec![Task { kind, name, scene: None }];
        let each = |kind, name: &dyn Fn(&str) -> String| -> Vec<Task> {
            let task = |(k, stamp): (usize, &String)| Task { kind, name: name(stamp), scene: Some(k) };
            stamps.iter().enumerate().map(task).collect()
        };
        tasks.extend(match product {
            ProductName::MaskOutput => one(ProductKind::ReferenceMasks, mask_output_name(job_id)),
            ProductName::Toc => one(ProductKind::Toc, toc_name(job_id)),
            ProductName::Hierarchy => one(ProductKind::Hierarchy, hierarchy_name(job_id)),
            ProductName::Masks => one(ProductKind::Masks, masks_name(job_id)),
            ProductName::Tracks => one(ProductKind::TracksNetcdf, tracks_name(job_id)),
            ProductName::Table => one(ProductKind::TracksTable, tracks_parquet_name(job_id)),
            ProductName::Lineage => one(ProductKind::LineageTable, lineage_parquet_name(job_id)),
            ProductName::Geojson => each(ProductKind::Polygons, &|stamp| geojson_name(job_id, stamp)),
            ProductName::Maps => each(ProductKind::Map, &|stamp| map_name(job_id, stamp, "png")),
            ProductName::Svg => each(ProductKind::MapSvg, &|stamp| map_name(job_id, stamp, "svg")),
            ProductName::Animation => one(ProductKind::Animation, animation_name(job_id)),
        });
    }
    tasks
}

/// Makes the products that an earlier run has not made, then the manifest. Gives all of them, the manifest last.
///
/// # Errors
/// What a product or the place says; what is complete stays.
pub(crate) fn products(
    asked: &ProductContext<'_>,
    place: &JobFolder,
    env: &Environment<'_>,
) -> Result<Vec<StoredProduct>> {
    let job_id = asked.info.job_id;
    let tasks = tasks(&asked.lineage.times, job_id, &with_kept(asked, place)?);
    let threads = asked.recipe.limits.threads;
    let outliner = Outliner::new(&asked.recipe.data.grid);
    env.observer.begin(Stage::Products, tasks.len() as u64 + 1);
    // pictures hold whole fields, so they have bounds of their own
    let (drawn, written): (Vec<_>, Vec<_>) =
        tasks.iter().cloned().enumerate().partition(|(_, task)| task.kind.is_picture());
    let mut stored = Vec::with_capacity(tasks.len() + 1);
    in_order(
        0..written.len(),
        threads,
        2 * threads,
        |k| {
            if env.cancel.is_cancelled() {
                let scenes = asked.recipe.data.scenes();
                return Err(PipelineError::Stopped { done: scenes, total: scenes });
            }
            make(asked, &written[k].1, &outliner, place)
        },
        |k, product| {
            env.observer.advance(Stage::Products, 1);
            stored.push((written[k].0, product));
            Ok(())
        },
    )?;
    stored.extend(super::pictures(asked, &drawn, place, env)?);
    stored.sort_by_key(|(number, _)| *number);
    let mut stored: Vec<StoredProduct> = stored.into_iter().map(|(_, product)| product).collect();
    let manifest = manifest(asked, &tasks, &stored, place)?;
    stored.push(manifest);
    env.observer.advance(Stage::Products, 1);
    env.observer.end(Stage::Products);
    Ok(stored)
}

/// The wanted products and those that an earlier run of the same job made: the manifest lists them, too.
fn with_kept(asked: &ProductContext<'_>, place: &JobFolder) -> Result<Vec<ProductName>> {
    let mut products = asked.recipe.output.wanted.clone();
    for (product, _) in
        ProductName::ALL.into_iter().filter(|(product, _)| !asked.recipe.output.wanted.contains(product))
    {
        let mut files = tasks(&asked.lineage.times, asked.info.job_id, &[product]).into_iter();
        if files.try_fold(true, |all, task| Ok::<_, PipelineError>(all && place.done(&task.name)?.is_some()))? {
            products.push(product);
        }
    }
    Ok(products)
}

fn make(asked: &ProductContext<'_>, task: &Task, outliner: &Outliner, place: &JobFolder) -> Result<StoredProduct> {
    if let Some(done) = place.done(&task.name)? {
        return Ok(done);
    }
    let ProductContext { recipe, info, lineage, events, .. } = *asked;
    let grid = &recipe.data.grid;
    let mut file = place.create(&task.name)?;
    if is_netcdf(task.kind) {
        file = file.hash_at_end();
    }
    let quiet = |_: usize| {};
    match (task.kind, task.scene) {
        (ProductKind::ReferenceMasks, _) => file = write_mask_output(file, info, grid, lineage, events, &quiet)?,
        (ProductKind::Masks, _) => file = write_masks(file, info, grid, lineage, events, &quiet)?,
        (ProductKind::TracksNetcdf, _) => {
            let mut summaries = track_summaries(lineage, events, recipe.max_gap_seconds())
                .map_err(|e| PipelineError::Internal(format!("the tracks cannot be summarised: {e}")))?;
            know_ends(&mut summaries, info);
            file = write_tracks(file, info, grid, lineage, &summaries, events, &quiet)?;
        }
        (ProductKind::Toc, _) => write_toc(&mut file, lineage)?,
        (ProductKind::Hierarchy, _) => write_hierarchy(&mut file, lineage)?,
        (ProductKind::TracksTable, _) => {
            write_tracks_parquet(&mut file, info, outliner, lineage, events)?;
        }
        (ProductKind::LineageTable, _) => {
            write_lineage_parquet(&mut file, info, lineage)?;
        }
        (ProductKind::Polygons, Some(scene)) => polygons(asked, scene, outliner, &mut file)?,
        (kind, _) => return Err(PipelineError::Internal(format!("nothing makes {kind:?}"))),
    }
    place.keep(file, task.kind.media_type())
}

/// Tracks that were given begin and end where the job does, and are not cut off there, unless it is known that they are.
fn know_ends(summaries: &mut [TrackSummary], info: &JobInfo) {
    for summary in summaries {
        let Some(given) = info.given(summary.id) else { continue };
        summary.start_status = if given.begins { StartStatus::Initiation } else { StartStatus::Censored };
        summary.end_status = if given.ends { EndStatus::Dissipation } else { EndStatus::Censored };
    }
}

/// Whether its writer goes back to fill in what it only knows at the end.
fn is_netcdf(kind: ProductKind) -> bool {
    matches!(kind, ProductKind::ReferenceMasks | ProductKind::Masks | ProductKind::TracksNetcdf)
}

fn polygons(asked: &ProductContext<'_>, scene: usize, outliner: &Outliner, file: &mut ProductFile) -> Result<()> {
    let components = asked.events.read(scene).map_err(|source| ProductError::Source { scene, source })?;
    let stamps = scene_stamps(&asked.lineage.times);
    let stamp = stamps.get(scene).map(String::as_str).unwrap_or_default();
    Ok(write_geojson(file, asked.info, outliner, asked.lineage, scene, stamp, &components)?)
}

fn manifest(
    asked: &ProductContext<'_>,
    tasks: &[Task],
    stored: &[StoredProduct],
    place: &JobFolder,
) -> Result<StoredProduct> {
    let files: Vec<Artifact> = tasks
        .iter()
        .zip(stored)
        .map(|(task, product)| Artifact {
            name: product.name.clone(),
            kind: task.kind,
            size: product.size,
            sha256: product.sha256.clone(),
            time: task.scene.and_then(|k| asked.lineage.times.get(k).copied()),
        })
        .collect();
    let notices: Vec<String> = asked.recipe.data.notices().map(|(_, text)| text).collect();
    let mut file = place.create(&manifest_name(asked.info.job_id))?;
    let (info, grid, lineage) = (asked.info, &asked.recipe.data.grid, asked.lineage);
    write_manifest(&mut file, info, grid, lineage, &files, Status::Complete, &notices)?;
    file.flush().map_err(|e| file.failed(e))?;
    place.finish(file, "application/geo+json")
}
