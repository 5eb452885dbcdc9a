namespace Parley.Server.Storage;

/// <summary>
/// A file that takes its name when it is whole and on disk. It is not for everyone's eyes: it holds what people wrote.
/// </summary>
internal static class UnfinishedFile
{
    /// <summary>Where it is until then, beside the target. What is left from another time is deleted.</summary>
    public static string Make(string target)
    {
        var path = target + ".unfinished";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        File.Delete(path);
        using var file = new FileStream(path, options);
        return path;
    }

    /// <summary>Waits until its content is on disk.</summary>
    public static void Flush(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write);
        file.Flush(flushToDisk: true);
    }
}
