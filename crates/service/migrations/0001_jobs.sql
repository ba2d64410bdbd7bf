-- Portable across SQLite, MySQL/MariaDB and PostgreSQL: numbers are made by the program, instants are milliseconds since
-- 1970 in UTC by the database's clock, there is no BOOLEAN, DATETIME, JSON or AUTO_INCREMENT. Names of tables and columns
-- are the reference's where it has them.
CREATE TABLE counters (
    name VARCHAR(32) NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('job', 0), ('task', 0), ('user', 0), ('token', 0), ('notification', 0);

CREATE TABLE users (
    userID BIGINT NOT NULL PRIMARY KEY,
    firstName VARCHAR(128) NOT NULL,
    lastName VARCHAR(128) NOT NULL,
    email VARCHAR(254) NOT NULL UNIQUE,
    role VARCHAR(16) NOT NULL,
    created BIGINT NOT NULL
);

CREATE TABLE tokens (
    tokenID BIGINT NOT NULL PRIMARY KEY,
    userID BIGINT NOT NULL,
    hash VARCHAR(64) NOT NULL UNIQUE,
    label VARCHAR(128) NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT
);
CREATE INDEX tokens_of_user ON tokens (userID);

CREATE TABLE jobs (
    jobID BIGINT NOT NULL PRIMARY KEY,
    userID BIGINT NOT NULL,
    nChunks INTEGER NOT NULL,
    stage VARCHAR(16) NOT NULL,
    phdefJobID BIGINT,
    dataset VARCHAR(255) NOT NULL,
    variable VARCHAR(255) NOT NULL,
    coords TEXT,
    startDate VARCHAR(40),
    endDate VARCHAR(40),
    ineqOperator VARCHAR(64),
    ineqValue VARCHAR(255),
    description VARCHAR(1024) NOT NULL,
    status VARCHAR(16) NOT NULL,
    submitTime BIGINT NOT NULL,
    startTime BIGINT,
    endTime BIGINT,
    updateTime BIGINT NOT NULL,
    priority INTEGER NOT NULL,
    isPublic SMALLINT NOT NULL,
    progress INTEGER NOT NULL,
    message VARCHAR(1024),
    location VARCHAR(1024),
    request TEXT NOT NULL
);
CREATE INDEX jobs_of_user ON jobs (userID, status);
CREATE INDEX jobs_by_status ON jobs (status, jobID);

CREATE TABLE chunks (
    jobID BIGINT NOT NULL,
    chunkID INTEGER NOT NULL,
    status VARCHAR(16) NOT NULL,
    startDate VARCHAR(40),
    endDate VARCHAR(40),
    PRIMARY KEY (jobID, chunkID)
);

CREATE TABLE output (
    jobID BIGINT NOT NULL,
    location VARCHAR(255) NOT NULL,
    type VARCHAR(32) NOT NULL,
    startDateTime VARCHAR(40),
    size BIGINT NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    mediaType VARCHAR(128) NOT NULL,
    PRIMARY KEY (jobID, location)
);

-- The queue. `attempt` is the fencing token: it grows with each claim, and what a worker says counts only while the attempt
-- it claimed is the task's.
CREATE TABLE tasks (
    taskID BIGINT NOT NULL PRIMARY KEY,
    jobID BIGINT NOT NULL,
    kind VARCHAR(16) NOT NULL,
    chunkID INTEGER NOT NULL,
    state VARCHAR(16) NOT NULL,
    depsLeft INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    runAfter BIGINT NOT NULL,
    leaseUntil BIGINT NOT NULL,
    owner VARCHAR(128),
    attempt INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    losses INTEGER NOT NULL,
    lastError VARCHAR(2000)
);
CREATE INDEX tasks_ready ON tasks (state, depsLeft, priority, taskID);
CREATE INDEX tasks_leased ON tasks (state, leaseUntil);
CREATE INDEX tasks_of_job ON tasks (jobID, kind);

-- What is to be told to whom when a job ends: once each.
CREATE TABLE notifications (
    notificationID BIGINT NOT NULL PRIMARY KEY,
    jobID BIGINT NOT NULL,
    channel VARCHAR(16) NOT NULL,
    target VARCHAR(1024) NOT NULL,
    event VARCHAR(16) NOT NULL,
    state VARCHAR(16) NOT NULL,
    runAfter BIGINT NOT NULL,
    leaseUntil BIGINT NOT NULL,
    attempt INTEGER NOT NULL,
    lastError VARCHAR(2000)
);
CREATE INDEX notifications_ready ON notifications (state, runAfter);
CREATE INDEX notifications_of_job ON notifications (jobID);
