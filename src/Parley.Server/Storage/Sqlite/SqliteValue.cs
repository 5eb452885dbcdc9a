using SQLitePCL;

namespace Parley.Server.Storage.Sqlite;

/// <summary>A value for a parameter: a number, a text or nothing.</summary>
internal readonly struct SqliteValue
{
    private readonly string? _text;
    private readonly long _number;
    private readonly bool _isNumber;

    private SqliteValue(string? text, long number, bool isNumber) => (_text, _number, _isNumber) = (text, number, isNumber);

    public static implicit operator SqliteValue(long number) => new(null, number, true);

    public static implicit operator SqliteValue(long? number) => new(null, number ?? 0, number is not null);

    public static implicit operator SqliteValue(bool value) => new(null, value ? 1 : 0, true);

    public static implicit operator SqliteValue(string? text) => new(text, 0, false);

    public int Bind(sqlite3_stmt statement, int index) =>
        _isNumber ? raw.sqlite3_bind_int64(statement, index, _number)
        : _text is null ? raw.sqlite3_bind_null(statement, index)
        : raw.sqlite3_bind_text(statement, index, _text);
}
