using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Parley.Server.Storage;

/// <summary>How many rows a table has, and a hash of all their content: equal on both sides where everything is.</summary>
internal sealed class MovedContent : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _buffer = new byte[64 * 1024];
    private int _length;

    /// <summary>Rows so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Takes the next rows, in the order of their keys.</summary>
    public void Add(List<object?[]> rows)
    {
        foreach (var row in rows)
        {
            foreach (var value in row)
                Add(value);
        }
        Rows += rows.Count;
    }

    /// <summary>SHA-256 of everything.</summary>
    public string Finish()
    {
        Flush();
        return Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    public void Dispose() => _hash.Dispose();

    // Each value says what it is and how long, so that no two rows are written alike.
    private void Add(object? value)
    {
        switch (value)
        {
            case null:
                Head(0, 0, 0);
                break;
            case long number:
                Head(1, number, 0);
                break;
            case string text:
                var length = Encoding.UTF8.GetByteCount(text);
                Head(2, length, length);
                _length += Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_length));
                break;
            case byte[] bytes:
                Head(3, bytes.Length, bytes.Length);
                bytes.CopyTo(_buffer, _length);
                _length += bytes.Length;
                break;
            default:
                throw new InvalidOperationException($"A moved row has a {value.GetType()}.");
        }
    }

    private void Head(byte kind, long number, int more)
    {
        if (_buffer.Length - _length < more + 9)
            Flush();
        if (_buffer.Length < more + 9)
            _buffer = new byte[more + 9];
        _buffer[_length] = kind;
        BinaryPrimitives.WriteInt64LittleEndian(_buffer.AsSpan(_length + 1), number);
        _length += 9;
    }

    private void Flush()
    {
        _hash.AppendData(_buffer, 0, _length);
        _length = 0;
    }
}
