using Dapper;
using Parley.Server.Storage;
using Parley.Server.Storage.Sqlite;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Structure;

/// <summary>The schema can be spread over machines by thread and by user.</summary>
public sealed class SchemaTests
{
    /// <summary>Small, or read once in a while: these may have any key. Every other table is hot.</summary>
    internal static readonly string[] Cold = ["meta", "sessions", "photos", "data_protection_keys", "schema_versions", "sign_in_failures", "cluster_versions", "cluster_nodes", "orleansquery"];

    [Fact]
    public async Task The_primary_key_of_every_hot_table_begins_with_a_thread_or_a_user()
    {
        await using var test = new TestDatabase();
        // The first column of each primary key.
        var sql = TestEngine.IsPostgres
            ? """
                SELECT i.indrelid::regclass::text, a.attname FROM pg_index i
                JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
                JOIN pg_class t ON t.oid = i.indrelid AND t.relnamespace = 'public'::regnamespace WHERE i.indisprimary
                """
            : """
                SELECT t.name, c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
                WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND c.pk = 1
                """;
        var keys = (await test.Database.Read(connection => connection.QueryAsync<(string Table, string Column)>(sql)))
            .ToDictionary(row => row.Table, row => row.Column);

        var hot = keys.Where(key => !Cold.Contains(key.Key)).ToList();
        string[] surelyHot = ["users", "user_versions", "threads", "thread_users", "messages", "reactions"];
        Assert.Empty(surelyHot.Except(hot.Select(key => key.Key)));
        Assert.All(hot, key => Assert.True(key.Value is "thread_id" or "user_id", $"The primary key of {key.Key} begins with {key.Value}."));
    }

    [PostgresFact]
    public async Task PostgreSQL_has_every_table_of_SQLite_with_the_same_columns()
    {
        const string OfPostgres = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'";
        const string OfSqlite = """
            SELECT t.name, c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
            WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> 'schema_versions'
            """;
        await using var test = new TestDatabase();
        var folder = Directory.CreateTempSubdirectory("parley-test-");
        await using (var sqlite = SqliteDatabase.Open($"Data Source={Path.Combine(folder.FullName, "parley.db")}", TimeProvider.System))
        {
            var (there, here) = (await Columns(sqlite, OfSqlite), await Columns(test.Database, OfPostgres));
            Assert.All(there, table => Assert.Equal(table.Order(), here[table.Key].Order()));
        }
        folder.Delete(recursive: true);

        static async Task<ILookup<string, string>> Columns(Database database, string sql) =>
            (await database.Read(connection => connection.QueryAsync<(string Table, string Column)>(sql))).ToLookup(row => row.Table, row => row.Column);
    }
}
