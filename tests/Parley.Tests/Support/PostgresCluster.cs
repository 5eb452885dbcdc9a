using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Xunit;

namespace Parley.Tests.Support;

/// <summary>A PostgreSQL of a test's own, to be killed, frozen and set up in ways that the others could not work with.</summary>
internal sealed class PostgresCluster : IAsyncDisposable
{
    private const string NoPrograms = "There are no programs of PostgreSQL here to start one of the test's own with.";

    private const string Standby = """
        programs=$(find_postgres)
        chown --reference="$2" "$1"
        as_postgres "$programs/pg_basebackup" --dbname "$3" --pgdata "$1/data" --write-recovery-conf --wal-method stream --checkpoint fast
        as_postgres cp "$2/password" "$1/password"
        start_postgres "$1"
        """;

    private readonly string[] _settings;
    private int _process;

    private PostgresCluster(string[] settings)
    {
        _settings = settings;
        // Tests that are broken off leave nothing running.
        AppDomain.CurrentDomain.ProcessExit += End;
    }

    /// <summary>Where it keeps everything: a folder of the user that it runs as.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("parley-postgres-").FullName;

    /// <summary>How its administrator connects.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>Starts one, with settings such as "fsync=off".</summary>
    public static async Task<PostgresCluster> Start(params string[] settings)
    {
        Assert.SkipUnless(await Shell("find_postgres") is not null, NoPrograms);
        var cluster = new PostgresCluster(settings);
        await cluster.Start();
        return cluster;
    }

    /// <summary>Starts it, with what it held before.</summary>
    public Task Start() => Run("""start_postgres "$1" "${@:2}" """, _settings);

    /// <summary>Starts a hot standby that follows this one.</summary>
    public async Task<PostgresCluster> StartStandby()
    {
        var standby = new PostgresCluster([]);
        var at = new NpgsqlConnectionStringBuilder(ConnectionString);
        await standby.Run(Standby, Folder, $"host={at.Host} port={at.Port} user={at.Username} password={at.Password}");
        return standby;
    }

    /// <summary>The connection string of a new database.</summary>
    public string Create(string name, string options = "")
    {
        TestEngine.Administrate($"CREATE DATABASE {name} {options}", ConnectionString);
        return new NpgsqlConnectionStringBuilder(ConnectionString) { Database = name }.ConnectionString;
    }

    /// <summary>Ends all of its processes, as a power cut would.</summary>
    public async Task Kill()
    {
        var processes = Signal("KILL");
        // One that has ended is still there until its parent has heard of it, and PostgreSQL does not start beside it.
        await Eventually.Holds(() => !processes.Any(process => Directory.Exists($"/proc/{process}")), "PostgreSQL has ended");
    }

    /// <summary>All of its processes stand still; the system still takes connections for them.</summary>
    public void Freeze() => Signal("STOP");

    public void Thaw() => Signal("CONT");

    /// <summary>Gives a folder to the user that it runs as.</summary>
    public Task Own(string folder) => Shell("""chown --reference="$1" "$2" """, Folder, folder);

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= End;
        if (_process != 0)
            await Kill();
        await Shell("""stop_postgres "$1" """, Folder);
    }

    private void End(object? sender, EventArgs e)
    {
        if (_process != 0)
            Signal("KILL");
    }

    private async Task Run(string script, params string[] arguments)
    {
        var answer = await Shell($"{script}\nprintf '%s\\n' \"$POSTGRES_URL\" \"$POSTGRES_PID\"", [Folder, .. arguments]);
        Assert.True(answer is not null, "PostgreSQL did not start.");
        var lines = answer.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        (ConnectionString, _process) = (lines[^2], int.Parse(lines[^1], CultureInfo.InvariantCulture));
    }

    // The first process starts the others anew when one dies, and each of them is in a group of its own.
    private int[] Signal(string signal)
    {
        int[] processes = [_process, .. ChildrenOf(_process)];
        using var kill = Process.Start("kill", [$"-{signal}", .. processes.Select(process => $"{process}")]);
        kill.WaitForExit();
        return processes;
    }

    private static IEnumerable<int> ChildrenOf(int process)
    {
        var file = $"/proc/{process}/task/{process}/children";
        return File.Exists(file)
            ? File.ReadAllText(file).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(child => int.Parse(child, CultureInfo.InvariantCulture))
            : [];
    }

    /// <summary>What a script prints that uses tools/shell/postgres.sh; null where it fails.</summary>
    private static async Task<string?> Shell(string script, params string[] arguments)
    {
        const string Sources = """
            set -euo pipefail
            source "$root/tools/shell/common.sh"
            source "$root/tools/shell/postgres.sh"

            """;
        var start = new ProcessStartInfo("bash", ["-c", Sources + script, "bash", .. arguments])
        {
            Environment = { ["root"] = Structure.Repository.Root },
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : null;
    }
}
