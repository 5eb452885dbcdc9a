using Npgsql;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Hosting;

/// <summary>A PostgreSQL that would not keep what the server promises, or that is not there for it, is told in a sentence.</summary>
public sealed class PostgresStartTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parley-start-");

    public void Dispose() => _folder.Delete(recursive: true);

    [PostgresFact]
    public async Task S12_With_fsync_off_it_does_not_start()
    {
        await using var cluster = await PostgresCluster.Start("fsync=off");
        await AssertRefused(cluster.ConnectionString, "PostgreSQL runs with fsync=off");
    }

    [PostgresFact]
    public async Task S12_With_synchronous_commit_off_for_the_server_it_does_not_start()
    {
        await using var cluster = await PostgresCluster.Start("synchronous_commit=off");
        await AssertRefused(cluster.ConnectionString, "PostgreSQL runs with synchronous_commit=off");
    }

    [PostgresFact]
    public async Task S12_With_synchronous_commit_off_for_the_database_the_user_or_the_connection_it_does_not_start()
    {
        await With(async given =>
        {
            TestEngine.Administrate($"ALTER DATABASE {given.Database} SET synchronous_commit = off");
            await AssertRefused(given.ConnectionString, "PostgreSQL runs with synchronous_commit=off");
        });
        await With(async given =>
        {
            TestEngine.Administrate($"ALTER ROLE {given.Username} SET synchronous_commit = off");
            await AssertRefused(given.ConnectionString, "PostgreSQL runs with synchronous_commit=off");
        });
        await With(async given =>
        {
            given.Options = "-c synchronous_commit=off";
            await AssertRefused(given.ConnectionString, "PostgreSQL runs with synchronous_commit=off");
        });
    }

    [PostgresFact]
    public async Task On_a_hot_standby_it_does_not_start()
    {
        await using var primary = await PostgresCluster.Start();
        await using var standby = await primary.StartStandby();
        await AssertRefused(standby.ConnectionString, "This PostgreSQL is a hot standby");
    }

    [PostgresFact]
    public Task On_a_schema_that_a_newer_Parley_has_made_it_does_not_start() => With(async given =>
    {
        await TestEngine.Open(given.ConnectionString, TimeProvider.System).DisposeAsync();
        TestEngine.Administrate(
            "INSERT INTO schema_versions (scriptname, applied) VALUES ('Parley.Server.Storage.Postgres.Migrations.9999-later.sql', now())",
            given.ConnectionString);
        await AssertRefused(given.ConnectionString, "written by a newer Parley (it has 9999-later.sql)");
    });

    [PostgresFact]
    public Task With_a_wrong_password_or_an_unknown_user_it_does_not_start() => With(async given =>
    {
        given.Password = "hush";
        await AssertRefused(given.ConnectionString, $"does not let '{given.Username}' in: the password is wrong, or there is no such user");
        given.Username = "nobody";
        await AssertRefused(given.ConnectionString, "does not let 'nobody' in: the password is wrong, or there is no such user");
    });

    [PostgresFact]
    public Task Where_the_database_is_not_there_it_says_how_to_make_it() => With(async given =>
    {
        given.Database = "no_such_database";
        await AssertRefused(given.ConnectionString, "has no database 'no_such_database'. Make it as an administrator there: CREATE DATABASE");
    });

    [PostgresFact]
    public Task On_a_database_that_cannot_hold_every_text_it_does_not_start() => With(async given =>
    {
        TestEngine.Administrate($"DROP DATABASE {given.Database}");
        TestEngine.Administrate(
            $"CREATE DATABASE {given.Database} OWNER {given.Username} ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
        await AssertRefused(given.ConnectionString, "The database is encoded in SQL_ASCII");
    });

    [PostgresFact]
    public Task Where_it_may_not_make_tables_it_does_not_start() => With(async given =>
    {
        TestEngine.Administrate($"ALTER DATABASE {given.Database} OWNER TO CURRENT_USER");
        TestEngine.Administrate("REVOKE CREATE ON SCHEMA public FROM PUBLIC", TestEngine.For(given.Database!));
        await AssertRefused(given.ConnectionString, "could not be brought up to date");
    });

    [PostgresFact]
    public Task Where_no_connection_is_left_for_it_it_does_not_start() => With(async given =>
    {
        TestEngine.Administrate($"ALTER ROLE {given.Username} CONNECTION LIMIT 0");
        await AssertRefused(given.ConnectionString, "has no connection left");
    });

    /// <summary>A database without anything in it, and a user who owns it.</summary>
    private static async Task With(Func<NpgsqlConnectionStringBuilder, Task> test)
    {
        var database = TestEngine.CreateEmpty();
        var given = new NpgsqlConnectionStringBuilder(database);
        (given.Username, given.Password) = ($"{given.Database}_user", Guid.NewGuid().ToString());
        TestEngine.Administrate($"CREATE ROLE {given.Username} LOGIN PASSWORD '{given.Password}'; ALTER DATABASE {given.Database} OWNER TO {given.Username}");
        var user = given.Username;
        try
        {
            await test(given);
        }
        finally
        {
            TestEngine.Drop(database);
            TestEngine.Administrate($"DROP ROLE {user}");
        }
    }

    private async Task AssertRefused(string connectionString, string sentence)
    {
        var (code, output) = await ParleyProgram.Run("--port", "0", "--data", _folder.FullName, "--database", connectionString);
        Assert.Equal(1, code);
        Assert.Contains(sentence, output, StringComparison.Ordinal);
        Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain(new NpgsqlConnectionStringBuilder(connectionString).Password!, output, StringComparison.Ordinal);
    }
}
