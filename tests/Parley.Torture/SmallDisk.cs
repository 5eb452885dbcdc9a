using System.Diagnostics;

namespace Parley.Torture;

/// <summary>
/// A file system of its own for the server's data (ext4 in a file, mounted through a loop device), so that it can be full for real. Where
/// this machine does not let us mount, the data lies in a plain folder and the disk is never full.
/// </summary>
internal sealed class SmallDisk : IDisposable
{
    private const int Block = 4_096;

    private readonly string _filler;
    private readonly bool _isMounted;

    public SmallDisk(string work, int megabytes)
    {
        Folder = Path.Combine(work, "disk");
        Directory.CreateDirectory(Folder);
        var image = Path.Combine(work, "disk.img");
        using (var file = File.Create(image))
            file.SetLength(megabytes * 1024L * 1024L);
        _isMounted = Run("mkfs.ext4", "-q", "-m", "0", image) && Run("mount", "-o", "loop", image, Folder);
        _filler = Path.Combine(Folder, "filler");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Unmount();
    }

    /// <summary>Where the data goes.</summary>
    public string Folder { get; }

    /// <summary>Why the disk cannot be full; null where it can.</summary>
    public string? WhyNot => _isMounted ? null : "mounting a file system is not allowed here";

    /// <summary>Takes all the space there is.</summary>
    public void Fill()
    {
        for (var part = 0; ; part++)
        {
            var free = new DriveInfo(Folder).AvailableFreeSpace;
            if (free < Block)
                return;
            // Reserved, not written, so that a large disk is full as fast as a small one.
            using var file = new FileStream(
                $"{_filler}-{part}", new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, PreallocationSize = Math.Max(Block, free * 9 / 10) });
        }
    }

    /// <summary>Gives the space back.</summary>
    public void Free()
    {
        foreach (var part in Directory.GetFiles(Folder, "filler-*"))
            File.Delete(part);
    }

    public void Dispose() => Unmount();

    private void Unmount()
    {
        if (_isMounted && Directory.Exists(Path.Combine(Folder, "lost+found")))
            Run("umount", "-l", Folder);
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
