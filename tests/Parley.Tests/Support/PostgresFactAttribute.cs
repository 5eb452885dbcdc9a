using System.Runtime.CompilerServices;
using Xunit;

namespace Parley.Tests.Support;

/// <summary>A test of what only PostgreSQL has; on SQLite it is skipped by name.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line)
    {
        Skip = TestEngine.NoPostgres;
        SkipType = typeof(TestEngine);
        SkipUnless = nameof(TestEngine.IsPostgres);
    }
}
