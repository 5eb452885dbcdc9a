namespace Parley.Protocol;

/// <summary>The numbers of the contract.</summary>
public static class Limits
{
    /// <summary>Characters (Unicode code points) of a message's text.</summary>
    public const int TextLength = 10_000;

    /// <summary>Characters of a cid.</summary>
    public const int CidLength = 64;

    /// <summary>Bytes of one frame from a client.</summary>
    public const int FrameBytes = 64 * 1024;

    /// <summary>Messages of one page, and the page that is given without a limit.</summary>
    public const int PageMax = 200, PageDefault = 100;

    /// <summary>Threads of one page, and the page that is given without a limit.</summary>
    public const int ThreadsMax = 200, ThreadsDefault = 50;

    /// <summary>Changed threads that are told one by one; beyond it the client is reset (S6).</summary>
    public const int ChangesMax = 200;

    /// <summary>Message windows that a socket is told changes of.</summary>
    public const int HotMax = 64;

    /// <summary>Users whose presence one socket may watch.</summary>
    public const int WatchMax = 200;

    /// <summary>Seconds that a long poll may wait.</summary>
    public const int WaitMax = 30;
}
