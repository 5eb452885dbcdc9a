using Parley.Server.Storage;

namespace Parley.Server.Hosting;

/// <summary>The folder that holds everything, and the lock that keeps a second process out of it.</summary>
public sealed class DataFolder : IDisposable
{
    private readonly FileStream _lock;

    private DataFolder(string path, FileStream @lock)
    {
        Path = path;
        _lock = @lock;
    }

    /// <summary>The full path.</summary>
    public string Path { get; }

    /// <summary>Makes the folder where it is not there, and takes the lock.</summary>
    public static DataFolder Open(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(full);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(full, error);
        }
        var file = System.IO.Path.Combine(full, "parley.lock");
        try
        {
            return new DataFolder(full, new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException error)
        {
            throw NotWritable(full, error);
        }
        catch (IOException) when (File.Exists(file))
        {
            throw new ConfigurationException($"Another Parley runs on the data folder {full}. Stop it, or choose another folder with --data.");
        }
        catch (IOException error)
        {
            throw NotWritable(full, error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private static ConfigurationException NotWritable(string path, Exception error) =>
        new($"The data folder {path} cannot be written ({error.Message.TrimEnd('.')}). Change its rights, or choose another with --data.");
}
