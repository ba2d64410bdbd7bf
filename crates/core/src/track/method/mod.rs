//! The door for methods: a way to find components and to link them, chosen by `--tracker`.
//!
//! A method is a [`MethodKind`]: a name, options with their own keys, and a plan for one job. The plan gives a [`Finder`], which
//! is shared by all threads and called once a scene, and a [`Tracker`], which takes the scenes in their order. [`METHODS`] lists
//! the kinds of this crate; a program may hand in others.

mod context;
mod search;
mod table;

use std::fmt;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

pub use context::{MethodContext, SharedOptions};
pub use search::ConditionSearch;
pub use table::{METHODS, method_named};

use crate::detect::Baseline;
use crate::{CoreError, Grid, Lineage, Scene, SceneComponents};

/// Finds the components of scenes on one grid. It is made once a job and shared by all threads.
pub trait Finder: Sync {
    /// Finds the components of `scenes[0]`. The scenes after it follow, as many as [`PlannedMethod::look_ahead`] says; at the
    /// end of the job there are fewer. `baseline` is what an anomaly is measured against.
    ///
    /// # Errors
    /// [`CoreError::Scene`] where a scene or the baseline does not fit the grid.
    fn find(&self, scenes: &[&Scene], baseline: Option<&Baseline>) -> Result<SceneComponents, CoreError>;
}

/// Links the components of scenes into a lineage. [`crate::track::LineageBuilder`] helps to write one.
pub trait Tracker {
    /// Takes the next scene.
    ///
    /// # Errors
    /// [`CoreError::Scene`] where the time repeats or goes back, the calendar changes, or a component lies outside the grid.
    fn push(&mut self, scene: &SceneComponents) -> Result<(), CoreError>;

    /// The lineage of all scenes that were pushed.
    fn finish(self: Box<Self>) -> Lineage;
}

/// A method with the options of one job.
pub trait PlannedMethod: fmt::Debug + Send + Sync {
    /// The options with their values, for the products.
    fn options(&self) -> Vec<(&'static str, String)>;

    /// How many later scenes [`Finder::find`] looks at.
    fn look_ahead(&self) -> usize {
        0
    }

    /// The finder for scenes on a grid.
    ///
    /// # Errors
    /// [`CoreError::Option`] for an option out of its range, [`CoreError::Condition`] for a condition that does not fit the
    /// fields, [`CoreError::Grid`] for a grid that cannot be searched.
    fn finder<'a>(&self, grid: &'a Grid) -> Result<Box<dyn Finder + 'a>, CoreError>;

    /// A tracker for scenes on a grid.
    ///
    /// # Errors
    /// [`CoreError::Option`] where an option is out of its range.
    fn tracker(&self, grid: &Grid) -> Result<Box<dyn Tracker>, CoreError>;
}

/// A kind of method. [`Method::of`] makes the table's entry of it.
pub trait MethodKind {
    /// What `tracker` in a job file and `--tracker` call it.
    const NAME: &'static str;
    /// What people call it.
    const TITLE: &'static str;
    /// What it does, in one sentence.
    const ABOUT: &'static str;
    /// Operator and value of a job that gives none; `None` where a job must give them.
    const DEFAULT_CONDITION: Option<(&'static str, &'static str)> = None;

    /// The keys of its own: those that other methods do not have. Their names must differ from those of a job.
    type Keys: DeserializeOwned + JsonSchema + Default;

    /// Understands the options of a job.
    ///
    /// # Errors
    /// [`MethodError`], with the key that is wrong.
    fn plan(keys: Self::Keys, context: &MethodContext<'_>) -> Result<Box<dyn PlannedMethod>, MethodError>;
}

/// Why a method does not take its options.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MethodError {
    /// A key has a value that the method does not take.
    #[error("{key}: {reason}")]
    Key {
        /// The key.
        key: String,
        /// What is wrong, and what to try.
        reason: String,
    },
    /// An option, the condition or the grid does not fit.
    #[error(transparent)]
    Core(#[from] CoreError),
}

impl MethodError {
    /// An error of a key.
    pub fn key(key: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Key { key: key.into(), reason: reason.into() }
    }
}

/// A value that is not of the type of its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongType {
    /// The key, and the keys inside it.
    pub path: Vec<String>,
    /// What serde says.
    pub reason: String,
}

/// Makes a plan of the method's own keys.
type Plan = fn(&Map<String, Value>, &MethodContext<'_>) -> Result<Box<dyn PlannedMethod>, MethodError>;

/// A kind of method as an entry of a table.
#[derive(Clone, Copy)]
pub struct Method {
    /// What `--tracker` calls it.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// What it does, in one sentence.
    pub about: &'static str,
    /// Operator and value of a job that gives none.
    pub default_condition: Option<(&'static str, &'static str)>,
    schema: fn() -> Value,
    check: fn(&Map<String, Value>) -> Result<(), WrongType>,
    plan: Plan,
}

impl Method {
    /// The entry of a kind.
    #[must_use]
    pub const fn of<K: MethodKind>() -> Self {
        Self {
            name: K::NAME,
            title: K::TITLE,
            about: K::ABOUT,
            default_condition: K::DEFAULT_CONDITION,
            schema: || schemars::schema_for!(K::Keys).to_value(),
            check: |keys| read::<K>(keys).map(|_| ()),
            plan: |keys, context| {
                let own = read::<K>(keys).map_err(|e| MethodError::key(e.path.join("."), e.reason))?;
                K::plan(own, context)
            },
        }
    }

    /// The JSON Schema of its own keys.
    #[must_use]
    pub fn schema(&self) -> Value {
        (self.schema)()
    }

    /// Whether its own keys have values of their types.
    ///
    /// # Errors
    /// The first that has not.
    pub fn check(&self, keys: &Map<String, Value>) -> Result<(), WrongType> {
        (self.check)(keys)
    }

    /// Understands the options of a job: the method's own keys, and what the context holds.
    ///
    /// # Errors
    /// [`MethodError`], with the key that is wrong.
    pub fn plan(
        &self,
        keys: &Map<String, Value>,
        context: &MethodContext<'_>,
    ) -> Result<Box<dyn PlannedMethod>, MethodError> {
        (self.plan)(keys, context)
    }
}

impl fmt::Debug for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Method").field("name", &self.name).finish_non_exhaustive()
    }
}

fn read<K: MethodKind>(keys: &Map<String, Value>) -> Result<K::Keys, WrongType> {
    serde_path_to_error::deserialize(Value::Object(keys.clone())).map_err(|e| WrongType {
        path: e.path().iter().map(ToString::to_string).collect(),
        reason: e.inner().to_string(),
    })
}
