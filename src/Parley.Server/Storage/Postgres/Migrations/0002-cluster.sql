-- Who is a node of the cluster, for Orleans, which finds the statements that it runs in a table of this name and by these keys
-- (Microsoft.Orleans.Clustering.AdoNet 10). The version counts the changes of who is there; a change is made only by who knew the last one.

CREATE TABLE cluster_versions (
    deployment text    NOT NULL PRIMARY KEY,
    version    integer NOT NULL DEFAULT 0
);

CREATE TABLE cluster_nodes (
    deployment    text        NOT NULL REFERENCES cluster_versions,
    address       text        NOT NULL,
    port          integer     NOT NULL,
    generation    integer     NOT NULL,
    name          text        NOT NULL,
    host          text        NOT NULL,
    status        integer     NOT NULL,
    proxy_port    integer,
    suspect_times text,
    start_time    timestamptz NOT NULL,
    alive_at      timestamptz NOT NULL,
    PRIMARY KEY (deployment, address, port, generation)
);

CREATE TABLE OrleansQuery (
    QueryKey  text NOT NULL PRIMARY KEY,
    QueryText text NOT NULL
);

-- Each writing statement answers with one row: whether it was done.
INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES
('InsertMembershipVersionKey', '
WITH added AS (INSERT INTO cluster_versions (deployment) VALUES (@DeploymentId) ON CONFLICT DO NOTHING RETURNING 1)
SELECT count(*) > 0 FROM added
'),
('InsertMembershipKey', '
WITH counted AS (
    UPDATE cluster_versions SET version = version + 1 WHERE deployment = @DeploymentId AND version = @Version RETURNING 1
), added AS (
    INSERT INTO cluster_nodes (deployment, address, port, generation, name, host, status, proxy_port, start_time, alive_at)
    SELECT @DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime FROM counted
    ON CONFLICT DO NOTHING RETURNING 1
)
SELECT count(*) > 0 FROM added
'),
('UpdateMembershipKey', '
WITH counted AS (
    UPDATE cluster_versions SET version = version + 1 WHERE deployment = @DeploymentId AND version = @Version RETURNING 1
), changed AS (
    UPDATE cluster_nodes SET status = @Status, suspect_times = @SuspectTimes, alive_at = @IAmAliveTime FROM counted
    WHERE deployment = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation RETURNING 1
)
SELECT count(*) > 0 FROM changed
'),
('UpdateIAmAlivetimeKey', '
UPDATE cluster_nodes SET alive_at = @IAmAliveTime
WHERE deployment = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
'),
('MembershipReadRowKey', '
SELECT v.deployment AS DeploymentId, n.address AS Address, n.port AS Port, n.generation AS Generation, n.name AS SiloName,
    n.host AS HostName, n.status AS Status, n.proxy_port AS ProxyPort, n.suspect_times AS SuspectTimes, n.start_time AS StartTime,
    n.alive_at AS IAmAliveTime, v.version AS Version
FROM cluster_versions v LEFT JOIN cluster_nodes n
    ON n.deployment = v.deployment AND n.address = @Address AND n.port = @Port AND n.generation = @Generation
WHERE v.deployment = @DeploymentId
'),
('MembershipReadAllKey', '
SELECT v.deployment AS DeploymentId, n.address AS Address, n.port AS Port, n.generation AS Generation, n.name AS SiloName,
    n.host AS HostName, n.status AS Status, n.proxy_port AS ProxyPort, n.suspect_times AS SuspectTimes, n.start_time AS StartTime,
    n.alive_at AS IAmAliveTime, v.version AS Version
FROM cluster_versions v LEFT JOIN cluster_nodes n ON n.deployment = v.deployment
WHERE v.deployment = @DeploymentId
'),
('GatewaysQueryKey', '
SELECT address AS Address, proxy_port AS ProxyPort, generation AS Generation FROM cluster_nodes
WHERE deployment = @DeploymentId AND status = @Status AND proxy_port > 0
'),
('DeleteMembershipTableEntriesKey', '
DELETE FROM cluster_nodes WHERE deployment = @DeploymentId;
DELETE FROM cluster_versions WHERE deployment = @DeploymentId
'),
('CleanupDefunctSiloEntriesKey', '
DELETE FROM cluster_nodes WHERE deployment = @DeploymentId AND alive_at < @IAmAliveTime AND status <> 3
'),
('CleanupDefunctSiloEntryKey', '
DELETE FROM cluster_nodes
WHERE deployment = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation AND status <> 3
');
