-- Which jobs of a TOS2CA database are which of ours. A row is written before a job is taken there, so that one that was
-- taken by a process which then died is found again. `told` is the status that the other database was last told.
CREATE TABLE tos2ca_jobs (
    legacyID BIGINT NOT NULL PRIMARY KEY,
    jobID BIGINT,
    state VARCHAR(16) NOT NULL,
    told VARCHAR(16),
    message VARCHAR(1024),
    updated BIGINT NOT NULL
);
CREATE INDEX tos2ca_jobs_by_state ON tos2ca_jobs (state, updated);
CREATE INDEX tos2ca_jobs_by_job ON tos2ca_jobs (jobID);
