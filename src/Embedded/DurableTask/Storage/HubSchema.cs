namespace Formae.Embedded.DurableTask.Storage;

internal static class HubSchema
{
    /// <summary>The statements of each version, oldest first; a version that was released is never edited.</summary>
    public static readonly IReadOnlyList<string> Versions =
    [
        """
        -- One row per opening of the hub: ids are made in memory, and no two openings may make the same.
        CREATE TABLE openings(number INTEGER PRIMARY KEY);

        CREATE TABLE instances(
            id TEXT PRIMARY KEY, run INTEGER NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL, status INTEGER NOT NULL, started INTEGER NOT NULL,
            created INTEGER NOT NULL, updated INTEGER NOT NULL, start_at INTEGER NOT NULL,
            parent TEXT, parent_name TEXT, parent_run INTEGER, parent_task INTEGER,
            tags TEXT, custom_status TEXT, output TEXT, failure BLOB) WITHOUT ROWID;
        CREATE INDEX instances_by_parent ON instances(parent) WHERE parent IS NOT NULL;

        -- Apart from the instances: an input may be large, and the instance's row is written at every episode.
        CREATE TABLE inputs(id TEXT PRIMARY KEY, input TEXT NOT NULL) WITHOUT ROWID;

        CREATE TABLE history(run INTEGER NOT NULL, episode INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY(run, episode)) WITHOUT ROWID;

        CREATE TABLE messages(id INTEGER PRIMARY KEY, target TEXT NOT NULL, due INTEGER NOT NULL, body BLOB NOT NULL);

        CREATE TABLE entities(id TEXT PRIMARY KEY, state TEXT, modified INTEGER NOT NULL, locked_by TEXT) WITHOUT ROWID;
        """,
    ];
}
