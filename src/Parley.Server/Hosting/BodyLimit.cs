namespace Parley.Server.Hosting;

/// <summary>How many bytes the body of a route's requests may have.</summary>
public sealed record BodyLimit(int Bytes)
{
    /// <summary>The limit of a route that says nothing.</summary>
    public const int Default = 64 * 1024;

    /// <summary>No route takes more.</summary>
    public const int Largest = 10 * 1024 * 1024;

    /// <summary>
    /// What is too long is still read to its end, up to here, so that the sender gets to read the answer; beyond it the connection is cut.
    /// </summary>
    public const int Drained = 64 * 1024 * 1024;

    /// <summary>Reads the body, up to the limit of the route that was matched.</summary>
    public static async Task<byte[]> ReadBody(HttpContext context)
    {
        var limit = context.GetEndpoint()?.Metadata.GetMetadata<BodyLimit>()?.Bytes ?? Default;
        var length = context.Request.ContentLength;
        if (length > limit)
            throw TooLarge(limit);
        // Grows with what has come: what is merely announced takes no memory.
        var buffer = new MemoryStream(Math.Min((int)(length ?? 0), Default));
        var chunk = new byte[16 * 1024];
        int count;
        while ((count = await context.Request.Body.ReadAsync(chunk, context.RequestAborted)) > 0)
        {
            if (buffer.Length + count > limit)
                throw TooLarge(limit);
            buffer.Write(chunk, 0, count);
        }
        return buffer.Length == buffer.Capacity ? buffer.GetBuffer() : buffer.ToArray();
    }

    private static Protocol.Refusal TooLarge(int limit) => Problems.TooLarge($"The body may have at most {limit:N0} bytes.");
}
