using System.ComponentModel;
using System.Diagnostics;
using Npgsql;

namespace Parley.Server.Storage.Postgres;

/// <summary>PostgreSQL's own programs, connected as the connection string says. The password goes by the environment, where no list of processes shows it.</summary>
internal sealed class PostgresPrograms(NpgsqlConnection connection, NpgsqlConnectionStringBuilder settings)
{
    /// <summary>Runs one to its end, and hands what it prints to the reader. Throws with its own words where it fails.</summary>
    public void Run(string program, IEnumerable<string> arguments, Action<StreamReader> read)
    {
        using var process = Start(program, arguments);
        process.StandardInput.Close();
        var complaints = process.StandardError.ReadToEndAsync();
        read(process.StandardOutput);
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw Failed(program, complaints.Result);
    }

    /// <summary>Runs one to its end that reads what the writer hands it.</summary>
    public void Feed(string program, IEnumerable<string> arguments, Action<StreamWriter> write)
    {
        using var process = Start(program, arguments);
        var complaints = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        try
        {
            write(process.StandardInput);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended before it read everything, and says why.
        }
        catch
        {
            process.Kill();
            throw;
        }
        process.WaitForExit();
        _ = output.Result;
        if (process.ExitCode != 0)
            throw Failed(program, complaints.Result);
    }

    private Process Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        Set("PGHOST", connection.Host);
        Set("PGPORT", $"{connection.Port}");
        Set("PGDATABASE", connection.Database);
        Set("PGUSER", settings.Username);
        Set("PGPASSWORD", settings.Password);
        Set("PGPASSFILE", settings.Passfile);
        Set("PGOPTIONS", settings.Options);
        Set("PGSSLMODE", settings.SslMode switch { SslMode.VerifyCA => "verify-ca", SslMode.VerifyFull => "verify-full", var mode => $"{mode}".ToLowerInvariant() });
        Set("PGSSLROOTCERT", settings.RootCertificate);
        Set("PGSSLCERT", settings.SslCertificate);
        Set("PGSSLKEY", settings.SslKey);
        Set("PGAPPNAME", settings.ApplicationName);
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            throw new ConfigurationException(
                $"{program} is not here: it belongs to PostgreSQL's client programs. Install them, on Debian with apt-get install postgresql-client.");
        }

        void Set(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
                start.Environment[name] = value;
        }
    }

    private static ConfigurationException Failed(string program, string complaints) => new($"{program} failed, and nothing was changed: {complaints.Trim()}");
}
