-- How often a notification was tried since the end that it tells of; `attempt` is its fencing token and only grows.
ALTER TABLE notifications ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
