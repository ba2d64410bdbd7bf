-- Whether results are wanted as a document of outputs (OGC API - Processes, `response`).
ALTER TABLE jobs ADD COLUMN wantsDocument SMALLINT NOT NULL DEFAULT 0;
