//! Stage 5: the products, then the manifest that lists them.

use std::io::Write;

use eventscape_catalog::Subset;
use eventscape_core::{EventSource, Lineage, Timestamp};
use eventscape_products::polygons::Outliner;
use eventscape_products::{
    Artifact, JobInfo, Product, ProductError, ProductStage, ProductWriter, SceneView, SceneWriter, Status,
    TracksContext, manifest_name, scene_stamps, write_manifest,
};

use crate::error::{PipelineError, Result};
use crate::recipe::Recipe;
use crate::run::{Environment, JobFolder, Stage, in_order};

/// A file to make.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) product: Product,
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
    let stamps = scene_stamps(&recipe.data.times());
    recipe.output.wanted.iter().flat_map(|product| tasks(recipe, &stamps, product)).map(|task| task.name).collect()
}

/// The files of a product.
fn tasks(recipe: &Recipe, stamps: &[String], product: &Product) -> Vec<Task> {
    let job_id = recipe.identity.job_id;
    if let Some(name) = product.files.of_job(job_id, recipe.output.newest_tos2ca()) {
        return vec![Task { product: *product, name, scene: None }];
    }
    let of_scene = |(scene, stamp): (usize, &String)| {
        let name = product.files.of_scene(job_id, stamp)?;
        Some(Task { product: *product, name, scene: Some(scene) })
    };
    stamps.iter().enumerate().filter_map(of_scene).collect()
}

/// The files that are to be made, and what they are made of.
pub(crate) struct Making<'a> {
    pub(crate) asked: &'a ProductContext<'a>,
    pub(crate) context: &'a TracksContext<'a>,
    pub(crate) stamps: &'a [String],
    pub(crate) place: &'a JobFolder,
    pub(crate) env: &'a Environment<'a>,
}

/// Makes the products that an earlier run has not made, then the manifest. Gives all of them, the manifest last.
///
/// # Errors
/// What a product or the place says; what is complete stays.
pub(crate) fn products(asked: &ProductContext<'_>, place: &JobFolder, env: &Environment<'_>) -> Result<Vec<Artifact>> {
    let recipe = asked.recipe;
    let outliner = Outliner::new(&recipe.data.grid);
    let mut context = TracksContext::new(asked.info, &recipe.data.grid, asked.lineage, asked.events, &outliner);
    context.max_gap_seconds = recipe.max_gap_seconds();
    context.newest_tos2ca = recipe.output.newest_tos2ca();
    let stamps = scene_stamps(&asked.lineage.times);
    let making = Making { asked, context: &context, stamps: &stamps, place, env };
    let tasks = making.tasks_with_kept()?;
    env.observer.begin(Stage::Products, tasks.len() as u64 + 1);
    // pictures hold whole fields, so they have bounds of their own
    let (drawn, written): (Vec<_>, Vec<_>) =
        tasks.iter().cloned().enumerate().partition(|(_, task)| task.product.needs.fields);
    let mut stored = making.write_all(&written)?;
    stored.extend(super::pictures(&making, &drawn)?);
    stored.sort_by_key(|(number, _)| *number);
    let mut stored: Vec<Artifact> = stored.into_iter().map(|(_, artifact)| artifact).collect();
    let manifest = making.manifest(&tasks, &stored)?;
    stored.push(manifest);
    env.observer.advance(Stage::Products, 1);
    env.observer.end(Stage::Products);
    Ok(stored)
}

/// Files that are made together.
enum Unit<'t> {
    /// One that reads the scenes itself, or shows a single one.
    Alone(&'t (usize, Task)),
    /// Those that are handed all scenes, in one pass.
    OnePass(Vec<&'t (usize, Task)>),
}

impl Making<'_> {
    /// The files of the wanted products, and of those that an earlier run of the same job made: the manifest lists them, too.
    fn tasks_with_kept(&self) -> Result<Vec<Task>> {
        let recipe = self.asked.recipe;
        let of = |product: &Product| tasks(recipe, self.stamps, product);
        let wanted = &recipe.output.wanted;
        let mut all: Vec<Task> = wanted.iter().flat_map(of).collect();
        for product in self.env.doors.products_of(ProductStage::Tracks) {
            if wanted.iter().any(|w| w.name == product.name) {
                continue;
            }
            let files = of(product);
            let mut is_done = true;
            for task in &files {
                is_done = is_done && self.place.done(&task.name)?.is_some();
            }
            if is_done {
                all.extend(files);
            }
        }
        Ok(all)
    }

    /// Makes the files that need no fields, side by side.
    fn write_all(&self, tasks: &[(usize, Task)]) -> Result<Vec<(usize, Artifact)>> {
        let threads = self.asked.recipe.limits.threads;
        let mut stored = Vec::with_capacity(tasks.len());
        let (mut units, mut one_pass) = (Vec::new(), Vec::new());
        for task in tasks {
            if let Some(done) = self.place.done(&task.1.name)? {
                stored.push((task.0, done));
            } else if task.1.scene.is_none() && matches!(task.1.product.writer, ProductWriter::Scenes(_)) {
                one_pass.push(task);
            } else {
                units.push(Unit::Alone(task));
            }
        }
        self.env.observer.advance(Stage::Products, stored.len() as u64);
        if !one_pass.is_empty() {
            // the longest first
            units.insert(0, Unit::OnePass(one_pass));
        }
        in_order(
            0..units.len(),
            threads,
            2 * threads,
            |k| {
                self.check_stop()?;
                match &units[k] {
                    Unit::Alone(task) => Ok(vec![(task.0, self.make(&task.1)?)]),
                    Unit::OnePass(tasks) => self.one_pass(tasks),
                }
            },
            |_, made| {
                self.env.observer.advance(Stage::Products, made.len() as u64);
                stored.extend(made);
                Ok(())
            },
        )?;
        Ok(stored)
    }

    fn make(&self, task: &Task) -> Result<Artifact> {
        let file = self.place.create(&task.name)?;
        let file = match (task.product.writer, task.scene) {
            (ProductWriter::Tracks(write), _) => write(self.context, file)?,
            (ProductWriter::Scenes(begin), Some(index)) => {
                let scene = self.read(index)?;
                let mut writer = begin(self.context, file)?;
                writer.scene(&SceneView::new(self.context, index, self.stamp(index), &scene))?;
                writer.finish()?
            }
            _ => return Err(no_writer(task)),
        };
        self.place.keep(file, &task.product, self.moment(task))
    }

    /// Hands all scenes to the writers of some files.
    fn one_pass(&self, tasks: &[&(usize, Task)]) -> Result<Vec<(usize, Artifact)>> {
        let mut writers = tasks.iter().map(|(_, task)| self.begin(task)).collect::<Result<Vec<_>>>()?;
        for index in 0..self.asked.events.scenes() {
            self.check_stop()?;
            let scene = self.read(index)?;
            let view = SceneView::new(self.context, index, self.stamp(index), &scene);
            writers.iter_mut().try_for_each(|writer| writer.scene(&view))?;
        }
        let keep =
            |(writer, (number, task)): (Box<dyn SceneWriter + '_>, &&(usize, Task))| -> Result<(usize, Artifact)> {
                Ok((*number, self.place.keep(writer.finish()?, &task.product, None)?))
            };
        writers.into_iter().zip(tasks).map(keep).collect()
    }

    /// Begins a file that is handed scenes.
    pub(crate) fn begin(&self, task: &Task) -> Result<Box<dyn SceneWriter + '_>> {
        match task.product.writer {
            ProductWriter::Scenes(begin) => Ok(begin(self.context, self.place.create(&task.name)?)?),
            _ => Err(no_writer(task)),
        }
    }

    fn read(&self, index: usize) -> Result<eventscape_core::SceneComponents> {
        let read = self.asked.events.read(index);
        Ok(read.map_err(|source| ProductError::Source { scene: index, source })?)
    }

    pub(crate) fn stamp(&self, scene: usize) -> &str {
        self.stamps.get(scene).map_or("", String::as_str)
    }

    /// The time that a file shows, and that time in its name.
    pub(crate) fn moment(&self, task: &Task) -> Option<(Timestamp, &str)> {
        let scene = task.scene?;
        Some((*self.asked.lineage.times.get(scene)?, self.stamp(scene)))
    }

    pub(crate) fn check_stop(&self) -> Result<()> {
        if self.env.cancel.is_cancelled() {
            let scenes = self.asked.recipe.data.scenes();
            return Err(PipelineError::Stopped { done: scenes, total: scenes });
        }
        Ok(())
    }

    fn manifest(&self, tasks: &[Task], stored: &[Artifact]) -> Result<Artifact> {
        // those that an earlier run made do not know their time
        let with_time = |(task, artifact): (&Task, &Artifact)| {
            let time = self.moment(task).map(|(time, _)| time);
            Artifact { time, ..artifact.clone() }
        };
        let files: Vec<Artifact> = tasks.iter().zip(stored).map(with_time).collect();
        let asked = self.asked;
        let notices: Vec<String> = asked.recipe.data.notices().map(|(_, text)| text).collect();
        let mut file = self.place.create(&manifest_name(asked.info.job_id))?;
        let (info, grid, lineage) = (asked.info, &asked.recipe.data.grid, asked.lineage);
        write_manifest(&mut file, info, grid, lineage, &files, Status::Complete, &notices)?;
        file.flush().map_err(|e| file.failed(e))?;
        self.place.finish(file)
    }
}

fn no_writer(task: &Task) -> PipelineError {
    PipelineError::Internal(format!("the product `{}` has no writer for `{}`", task.product.name, task.name))
}
