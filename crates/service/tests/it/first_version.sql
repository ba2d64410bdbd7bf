-- What a service of the first version of the tables may have left when it was stopped for the new one.
INSERT INTO users (userID, firstName, lastName, email, role, created) VALUES
    (1, 'Local', 'User', 'local@localhost', 'admin', 1700000000000),
    (2, 'Zoë', 'O''Brien', 'zoe@example.org', 'user', 1700000000001);

-- of `evs_0123…`, and of `evs_fedc…`, which has ended
INSERT INTO tokens (tokenID, userID, hash, label, created, expires) VALUES
    (1, 2, 'bf4eda6e0774f6b5f230b6f3c2b90c60a9aabc752f69051fd39c82e8114f5bdf', 'laptop', 1700000000002, NULL),
    (2, 2, 'acdf91991ca4bba60408c0ab544db003b38e3c38b69636eed0121babd0de926d', 'old', 1700000000003, 1700000000004);

-- 1 is complete, 2 is at work, 3 looks into 1, 4 failed, 5 was cancelled
INSERT INTO jobs (jobID, userID, nChunks, stage, phdefJobID, dataset, variable, coords, startDate, endDate, ineqOperator,
    ineqValue, description, status, submitTime, startTime, endTime, updateTime, priority, isPublic, progress, message,
    location, request) VALUES
    (1, 2, 0, 'phdef', NULL, 'GPM_MERGIR', 'Tb', 'POLYGON((0 0,1 0,1 1,0 1,0 0))', '2015-08-12', '2015-08-13', 'lessThan',
        '235', 'cold "tongue" of O''Brien 🌀', 'complete', 1700000000010, 1700000000011, 1700000000012, 1700000000013, 5, 1,
        1000, NULL, '/store/1',
        '{"collection":"GPM_MERGIR","variable":"Tb","operator":"lessThan","value":235}'),
    (2, 2, 3, 'phdef', NULL, 'GPM_MERGIR', 'Tb', NULL, '2015-08-12', '2015-08-14', 'lessThan', '235', 'in chunks', 'running',
        1700000000020, 1700000000021, NULL, 1700000000022, 0, 0, 300, 'reading', NULL,
        '{"collection":"GPM_MERGIR","variable":"Tb","operator":"lessThan","value":235,"chunks":3}'),
    (3, 2, 0, 'curation', 1, 'MERRA2_M2I1NXASM', 'T2M', NULL, NULL, NULL, NULL, NULL, 'around', 'pending', 1700000000030,
        NULL, NULL, 1700000000030, 0, 0, 0, NULL, NULL, '{"collection":"MERRA2_M2I1NXASM","variable":"T2M"}'),
    (4, 1, 0, 'phdef', NULL, 'GPM_MERGIR', 'Tb', NULL, NULL, NULL, 'lessThan', '1', 'nothing', 'error', 1700000000040,
        1700000000041, 1700000000042, 1700000000042, 0, 0, 100, 'no such variable', NULL,
        '{"collection":"GPM_MERGIR","variable":"Tb","operator":"lessThan","value":1}'),
    (5, 1, 0, 'phdef', NULL, 'GPM_MERGIR', 'Tb', NULL, NULL, NULL, 'lessThan', '2', 'not wanted', 'cancelled', 1700000000050,
        NULL, 1700000000052, 1700000000052, 0, 0, 0, NULL, NULL,
        '{"collection":"GPM_MERGIR","variable":"Tb","operator":"lessThan","value":2}');

INSERT INTO chunks (jobID, chunkID, status, startDate, endDate) VALUES
    (2, 1, 'complete', NULL, NULL), (2, 2, 'running', NULL, NULL), (2, 3, 'pending', NULL, NULL);

INSERT INTO output (jobID, location, type, startDateTime, size, sha256, mediaType) VALUES
    (1, '1-ForTraCC-Mask-Output.nc4', 'masks', '201508120000', 1099511627776, 'ab', 'application/x-netcdf'),
    (1, '1-ForTraCC-TOC.json', 'toc', NULL, 17, 'cd', 'application/json');

-- the worker of chunk 2 is not heard of any more
INSERT INTO tasks (taskID, jobID, kind, chunkID, state, depsLeft, priority, runAfter, leaseUntil, owner, attempt, failures,
    losses, lastError) VALUES
    (1, 1, 'whole', 0, 'done', 0, 5, 0, 1700000000012, 'old', 1, 0, 0, NULL),
    (2, 2, 'chunk', 1, 'done', 0, 0, 0, 1700000000021, 'old', 3, 1, 1, 'the source was away'),
    (3, 2, 'chunk', 2, 'running', 0, 0, 0, 1700000000022, 'old', 1, 0, 0, NULL),
    (4, 2, 'chunk', 3, 'queued', 0, 0, 0, 0, NULL, 0, 0, 0, NULL),
    (5, 2, 'stitch', 0, 'queued', 2, 0, 0, 0, NULL, 0, 0, 0, NULL),
    (6, 3, 'whole', 0, 'queued', 0, 0, 0, 0, NULL, 0, 0, 0, NULL),
    (7, 4, 'whole', 0, 'failed', 0, 0, 0, 1700000000042, 'old', 1, 0, 0, 'no such variable'),
    (8, 5, 'whole', 0, 'cancelled', 0, 0, 0, 0, NULL, 0, 0, 0, NULL);

INSERT INTO notifications (notificationID, jobID, channel, target, event, state, runAfter, leaseUntil, attempt, lastError) VALUES
    (1, 1, 'webhook', 'http://127.0.0.1/done', 'complete', 'sent', 0, 1700000000012, 1, NULL),
    (2, 2, 'webhook', 'http://127.0.0.1/done', 'complete', 'waiting', 0, 0, 0, NULL),
    (3, 4, 'email', 'local@localhost', 'error', 'queued', 1700000000042, 0, 2, 'the mail server is away');

UPDATE counters SET value = 5 WHERE name = 'job';
UPDATE counters SET value = 8 WHERE name = 'task';
UPDATE counters SET value = 2 WHERE name IN ('user', 'token');
UPDATE counters SET value = 3 WHERE name = 'notification';
