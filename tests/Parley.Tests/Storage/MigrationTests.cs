using System.Security.Cryptography;
using Dapper;
using Npgsql;
using Parley.Server.Storage.Postgres;
using Parley.Tests.Structure;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Storage;

/// <summary>
/// What was written by any version is served by this one. Fixtures/ holds a backup of <see cref="SmallWorld"/> for each engine and
/// each version of its schema, made by <c>parley backup</c> of that version.
/// </summary>
public sealed class MigrationTests
{
    private const string Fixtures = "tests/Parley.Tests/Storage/Fixtures", Scripts = "src/Parley.Server/Storage";

    /// <summary>Released scripts by their content, SHA-256. A database somewhere has run them: what comes next is a new script.</summary>
    private static readonly Dictionary<string, string> Released = new()
    {
        ["Postgres/Migrations/0001-first.sql"] = "91c051db0ec8ef968ad82f2466323b7c3e08e39863d6ac79a4215cc48e55ca38",
        ["Postgres/Migrations/0002-cluster.sql"] = "5305400d61233f6f7bd883d05f406b12d368bb0a5cc4807dc4195289793c9af6",
        ["Postgres/Migrations/0003-sign-in-failures.sql"] = "5ad50a1864955ccbffe936c22ab1fc3261d5539999c925b85f4771512f7096c5",
        ["Postgres/Migrations/0004-indexes-of-messages.sql"] = "1b6102d060592e5394572457c1c200bce4550df97e1a1a3f5a9eff821443b3d9",
        ["Sqlite/Migrations/0001-first.sql"] = "2a4973bba1778884f36aca33cf95a1dfdfd3193e12f24a69fa9a0314b015c791",
        ["Sqlite/Migrations/0002-sign-in-failures.sql"] = "68ef8a6792f99f3a5598229428c114761ffe237cfa71bc3314ae054d37f7f686",
        ["Sqlite/Migrations/0003-indexes-of-messages.sql"] = "858b95c85e982d0a3ba0ff3dad2eba92a83c1a87a8e59e87f71d87a470a83e79",
    };

    /// <summary>What is in these is of the nodes that run now.</summary>
    private static readonly string[] OfRunningNodes = ["cluster_nodes", "cluster_versions"];

    private static string Engine => TestEngine.IsPostgres ? "Postgres" : "Sqlite";

    /// <summary>Every version of the schema of this engine, by the name of its newest script.</summary>
    public static TheoryData<string> Versions => [.. Repository.List($"{Scripts}/{Engine}/Migrations").Select(path => Path.GetFileNameWithoutExtension(path)!).Order()];

    [Fact]
    public void A_script_that_is_released_does_not_change()
    {
        var found = new[] { "Postgres", "Sqlite" }.SelectMany(engine => Repository.List($"{Scripts}/{engine}/Migrations")).ToDictionary(
            path => Path.GetRelativePath(Scripts, path),
            path => Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Repository.Read(path)))));

        Assert.All(Released, script => Assert.True(found.GetValueOrDefault(script.Key) == script.Value,
            $"{script.Key} was released and is different now: put it back, and write a new script. It is {found.GetValueOrDefault(script.Key)}."));
        Assert.All(found, script => Assert.True(Released.ContainsKey(script.Key), $"Add to {nameof(Released)}: [\"{script.Key}\"] = \"{script.Value}\","));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_backup_of_every_version_of_the_schema_is_put_back_upgraded_and_served(string version)
    {
        var fixture = Path.Combine(Repository.Root, Fixtures, $"{Engine}-{version}.backup".ToLowerInvariant());
        await using var server = await TestServer.Start();
        if (!File.Exists(fixture))
        {
            Assert.True(version == Versions.Last().Data, $"{fixture} is missing. Check out the version that had {version} as its newest script, and run this test there: it writes it.");
            await SmallWorld.Fill(server);
            Assert.Equal((0, true), ((await Run(server, "backup", fixture)).Code, File.Exists(fixture)));
            Assert.Fail($"{fixture} was not there and is now. It belongs in the repository with the script.");
        }
        await server.Stop();

        var (code, output) = await Run(server, "restore", fixture);
        Assert.True(code == 0, output);
        await server.InitializeAsync();

        var ran = await server.Database.Read(connection => connection.QueryAsync<string>("SELECT scriptname FROM schema_versions"));
        Assert.Equal(Versions.Select(row => row.Data), ran.Select(name => name.Split('.')[^2]).Order());
        await SmallWorld.Check(server);
    }

    [Fact]
    public async Task The_world_in_the_fixtures_has_rows_in_every_table()
    {
        await using var server = await TestServer.Start();
        await SmallWorld.Fill(server);
        var tables = await server.Database.Read(connection => connection.QueryAsync<string>(TestEngine.IsPostgres
            ? "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            : "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"));

        foreach (var table in tables.Except(OfRunningNodes))
            Assert.True(await server.Database.Read(connection => connection.QuerySingleAsync<bool>($"SELECT EXISTS (SELECT 1 FROM {table})")), $"{table} is empty.");
        await SmallWorld.Check(server);
    }

    [Fact(Skip = TestEngine.NoPostgres, SkipUnless = nameof(TestEngine.IsPostgres), SkipType = typeof(TestEngine))]
    public async Task Nodes_that_start_at_once_on_an_empty_database_all_come_up_and_one_of_them_makes_the_schema()
    {
        var database = TestEngine.CreateEmpty();
        try
        {
            var nodes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ParleyProgram.Run("migrate", "--database", database)));
            var opened = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => PostgresDatabase.Open(database, TimeProvider.System))));

            Assert.All(nodes, node => Assert.Equal(0, node.Code));
            Assert.Equal(3, nodes.Count(node => node.Output == "The database was up to date.\n"));
            Assert.Single(nodes, node => node.Output.StartsWith("The database is up to date: 0001-first", StringComparison.Ordinal));
            Assert.Single(opened.Select(node => node.Epoch).Distinct());
            foreach (var node in opened)
                await node.DisposeAsync();
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            TestEngine.Drop(database);
        }
    }

    private static Task<(int Code, string Output)> Run(TestServer server, params string[] arguments) =>
        ParleyProgram.Run([.. arguments, "--data", server.Options.Data, "--database", server.Options.Database!]);
}
