//! What the API says of jobs, to those who ask and to those who are called.

use serde_json::{Map, Value, json};

use super::landing::link;
use super::times;
use crate::jobs::{JobRecord, JobStatus, OutputFile};
use crate::percent::encoded;

/// Documents of an API that is reached at an address.
#[derive(Clone, Debug)]
pub(crate) struct Documents {
    pub(crate) address: String,
}

/// OGC's word for a status.
pub(super) const fn word(status: JobStatus) -> &'static str {
    match status {
        JobStatus::Pending => "accepted",
        JobStatus::Running => "running",
        JobStatus::Complete => "successful",
        JobStatus::Error => "failed",
        JobStatus::Cancelled => "dismissed",
    }
}

impl Documents {
    /// OGC's `statusInfo`.
    pub(crate) fn status(&self, job: &JobRecord) -> Value {
        let own = format!("{}/jobs/{}", self.address, job.job_id);
        let mut links = vec![
            link(own.clone(), "self", "application/json", "Status"),
            link(format!("{own}/progress"), "monitor", "text/event-stream", "Progress as server-sent events"),
        ];
        if job.status == JobStatus::Complete {
            let rel = "http://www.opengis.net/def/rel/ogc/1.0/results";
            links.push(link(format!("{own}/results"), rel, "application/json", "Products"));
        }
        if job.status == JobStatus::Error {
            let rel = "http://www.opengis.net/def/rel/ogc/1.0/exceptions";
            links.push(link(format!("{own}/results"), rel, "application/problem+json", "Why it failed"));
        }
        let mut value = json!({
            "jobID": job.job_id.to_string(),
            "processID": job.stage.name(),
            "type": "process",
            "title": job.description,
            "status": word(job.status),
            "progress": job.progress / 10,
            "created": times::text(job.submitted),
            "updated": times::text(job.updated),
            "links": links,
        });
        if let Value::Object(map) = &mut value {
            let mut put = |key: &str, value: Option<Value>| value.map(|value| map.insert(key.to_owned(), value));
            put("message", job.message.clone().map(Value::from));
            put("started", job.started.map(|at| times::text(at).into()));
            put("finished", job.ended.map(|at| times::text(at).into()));
            put("phdef", job.phdef_job_id.map(Value::from));
        }
        value
    }

    /// The one output of a job that is complete: its products, each by its name.
    pub(crate) fn products(&self, job: &JobRecord, outputs: &[OutputFile]) -> Value {
        let one = |file: &OutputFile| {
            let href = format!("{}/jobs/{}/files/{}", self.address, job.job_id, encoded(&file.name));
            let title = file.title.as_ref().unwrap_or(&file.kind);
            let mut value = json!({ "href": href, "type": file.media_type, "title": title });
            if let Value::Object(map) = &mut value {
                if !file.roles.is_empty() {
                    map.insert("roles".to_owned(), json!(file.roles));
                }
                // neither is known of products that were copied from TOS2CA
                if !file.sha256.is_empty() {
                    map.insert("length".to_owned(), file.size.into());
                    map.insert("sha256".to_owned(), file.sha256.clone().into());
                }
                file.time.clone().map(|time| map.insert("time".to_owned(), time.into()));
            }
            (file.name.clone(), value)
        };
        outputs.iter().map(one).collect::<Map<String, Value>>().into()
    }

    /// OGC's results document: outputs by their names.
    pub(crate) fn results(&self, job: &JobRecord, outputs: &[OutputFile]) -> Value {
        json!({ "products": { "value": self.products(job, outputs) } })
    }
}
