using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Hosting;

/// <summary>The program itself, as someone starts it.</summary>
public sealed class StartTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parley-start-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("--port abc", "port")]
    [InlineData("--port 70000", "port")]
    [InlineData("--port", "--port")]
    [InlineData("--nonsense", "--nonsense")]
    [InlineData("--origin chat", "origin")]
    [InlineData("--cluster --node-host nowhere", "address for the other nodes")]
    [InlineData("--cluster --node-port abc", "port")]
    [InlineData("--proxies nonsense", "proxy")]
    [InlineData("--metrics-port abc", "port for metrics")]
    [InlineData("--metrics-port 8080", "port of their own")]
    [InlineData("--metrics-port 9464 --metrics-host nowhere", "host for metrics")]
    public async Task A_wrong_command_line_is_told_in_a_sentence(string arguments, string word)
    {
        var (code, output) = await Run(arguments);

        Assert.Equal(2, code);
        Assert.Contains(word, output, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--host nowhere", "IP address")]
    [InlineData("--host 192.0.2.1", "--host")]
    [InlineData("--port 0 --metrics-port 9464 --metrics-host 192.0.2.1", "--metrics-host")]
    [InlineData("--cluster", "needs PostgreSQL")]
    [InlineData("--cluster --node-host 192.0.2.1 --database postgres://u:hush@127.0.0.1:1/parley", "--node-host")]
    [InlineData("--data /proc/parley", "cannot be written")]
    [InlineData("--database Host=127.0.0.1;Port=1;Username=u;Password=hush", "PostgreSQL at 127.0.0.1:1 cannot be reached")]
    [InlineData("--database postgresql://u:hush@127.0.0.1:1/parley", "PostgreSQL at 127.0.0.1:1 cannot be reached")]
    [InlineData("--database postgres://u:hush@127.0.0.1/parley?sslmode=nonsense", "connection string")]
    [InlineData("--database nonsense", "connection string")]
    public async Task What_keeps_it_from_starting_is_told_in_a_sentence(string arguments, string sentence)
    {
        var (code, output) = await Run(arguments.Contains("--data ", StringComparison.Ordinal) ? arguments : $"--data {_folder.FullName} {arguments}");

        Assert.Equal(1, code);
        Assert.Contains(sentence, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_process_is_kept_out_of_the_data_folder_and_off_the_port()
    {
        await using var first = await TestServer.Start();

        var folder = await Run($"--data {first.Options.Data}");
        var port = await Run($"--data {_folder.FullName} --port {first.Url.Port} --host 127.0.0.1");

        Assert.Equal(1, folder.Code);
        Assert.Contains("Another Parley", folder.Output, StringComparison.Ordinal);
        Assert.Equal(1, port.Code);
        Assert.Contains("port is in use", port.Output, StringComparison.Ordinal);
        Assert.Single(port.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));

        foreach (var (flag, others) in new[] { ("--metrics-port", ""), ("--node-port", "--cluster --database postgres://u:p@127.0.0.1:1/parley") })
        {
            var other = await Run($"--data {_folder.FullName} --port 0 {flag} {first.Url.Port} {others}".TrimEnd());
            Assert.Equal(1, other.Code);
            Assert.Contains(flag, other.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Help_names_every_flag_and_its_variable()
    {
        var (code, output) = await Run("--help");

        Assert.Equal(0, code);
        foreach (var word in new[] { "--host", "--port", "--data", "--database", "--origin", "--metrics-port", "--metrics-host", "--demo", "PARLEY_HOST", "PARLEY_PORT", "PARLEY_DATA", "PARLEY_DATABASE", "PARLEY_ORIGINS", "PARLEY_METRICS_PORT", "PARLEY_METRICS_HOST" })
            Assert.Contains(word, output, StringComparison.Ordinal);
    }

    private static Task<(int Code, string Output)> Run(string arguments) => ParleyProgram.Run(arguments.Split(' '));
}
