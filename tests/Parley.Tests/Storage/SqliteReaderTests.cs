using System.Data.Common;
using System.Runtime.InteropServices;
using Dapper;
using Microsoft.Data.Sqlite;
using Parley.Server.Storage.Sqlite;
using Xunit;

namespace Parley.Tests.Storage;

/// <summary>What a reading connection of SQLite keeps compiled.</summary>
public sealed class SqliteReaderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parley-test-");
    private readonly SqliteConnection _writer;
    private readonly SqliteReader _reader;

    public SqliteReaderTests()
    {
        var connectionString = $"Data Source={_folder.FullName}/numbers.db";
        _writer = SqliteConnections.OpenWriter(connectionString);
        _writer.Execute("CREATE TABLE numbers (n INTEGER NOT NULL PRIMARY KEY)");
        _writer.Execute("INSERT INTO numbers VALUES (1), (2), (3)");
        _reader = SqliteConnections.OpenReader(connectionString);
    }

    public void Dispose()
    {
        _reader.Dispose();
        _writer.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void A_text_is_compiled_once_and_answers_each_question_by_its_own_parameters()
    {
        var before = Compiled();

        foreach (var least in new[] { 1, 3, 2, 3 })
            Assert.Equal(Enumerable.Range(least, 4 - least), Above(least));

        Assert.Equal(before + 1, Compiled());
    }

    [Fact]
    public void A_command_of_two_statements_answers_both_each_time()
    {
        for (var i = 0; i < 3; i++)
        {
            using var answers = _reader.QueryMultiple("SELECT n FROM numbers WHERE n = @n; SELECT n FROM numbers WHERE n > @n ORDER BY n", new { n = 1 });
            Assert.Equal(1, answers.ReadSingle<int>());
            Assert.Equal([2, 3], answers.Read<int>());
        }
    }

    [Fact]
    public void What_stays_compiled_holds_no_snapshot()
    {
        Assert.Equal([3], Above(3));
        _writer.Execute("INSERT INTO numbers VALUES (4)");

        Assert.Equal([3, 4], Above(3));
        Assert.Equal(0, _writer.QuerySingle<(int Busy, int, int)>("PRAGMA wal_checkpoint(TRUNCATE)").Busy);
    }

    [Fact]
    public void A_text_follows_a_change_of_the_schema()
    {
        Assert.Equal([3], Above(3));
        _writer.Execute("ALTER TABLE numbers ADD COLUMN name TEXT; CREATE INDEX numbers_by_name ON numbers (name)");

        Assert.Equal([3], Above(3));
    }

    [Fact]
    public void A_command_does_not_wait_as_long_as_the_one_before_it_with_the_same_text()
    {
        const string One = "SELECT 1";
        _reader.Execute(One, commandTimeout: 7);
        using var command = ((DbConnection)_reader).CreateCommand();
        command.CommandText = One;

        Assert.Equal(_reader.DefaultTimeout, command.CommandTimeout);
    }

    [Fact]
    public void The_same_text_can_be_under_way_twice()
    {
        using var outer = _reader.ExecuteReader("SELECT n FROM numbers ORDER BY n");
        var seen = new List<(int, int)>();
        while (outer.Read())
        {
            using var inner = _reader.ExecuteReader("SELECT n FROM numbers ORDER BY n");
            while (inner.Read())
                seen.Add((outer.GetInt32(0), inner.GetInt32(0)));
        }

        Assert.Equal([(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3), (3, 1), (3, 2), (3, 3)], seen);
    }

    [Fact]
    public void A_text_that_has_failed_can_be_asked_again()
    {
        const string Sum = "SELECT abs(@n)";
        Assert.Throws<SqliteException>(() => _reader.QuerySingle<long>(Sum, new { n = long.MinValue }));

        Assert.Equal(5, _reader.QuerySingle<long>(Sum, new { n = -5 }));
    }

    [Fact]
    public void Texts_that_are_written_out_anew_do_not_fill_the_memory()
    {
        for (var i = 0; i < 10 * SqliteReader.KeptMax; i++)
            Assert.Equal(i, _reader.QuerySingle<int>($"SELECT {i}"));

        Assert.InRange(Compiled(), 1, SqliteReader.KeptMax);
        var before = Compiled();
        Assert.Equal([3], Above(3));
        Assert.Equal([2, 3], Above(2));
        Assert.Equal(before + 1, Compiled());
    }

    private IEnumerable<int> Above(int least) => _reader.Query<int>("SELECT n FROM numbers WHERE n >= @least ORDER BY n", new { least });

    private int Compiled()
    {
        var (database, count) = (_reader.Handle!.DangerousGetHandle(), 0);
        for (var statement = sqlite3_next_stmt(database, 0); statement != 0; statement = sqlite3_next_stmt(database, statement))
            count++;
        return count;
    }

    [DllImport("e_sqlite3")]
    private static extern nint sqlite3_next_stmt(nint database, nint statement);
}
