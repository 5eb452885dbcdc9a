namespace Parley.Tests.Structure;

/// <summary>The files of the clone that the tests were built in.</summary>
internal static class Repository
{
    /// <summary>The folder of the clone.</summary>
    public static readonly string Root = FindRoot();

    /// <summary>A text file, by its path from the root.</summary>
    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path)).ReplaceLineEndings("\n");

    /// <summary>The paths of all files below a folder, but for what was installed or built there.</summary>
    public static IEnumerable<string> List(string folder) =>
        from path in Directory.EnumerateFiles(Path.Combine(Root, folder), "*", new EnumerationOptions { RecurseSubdirectories = true })
        let relative = Path.GetRelativePath(Root, path)
        where !relative.Split('/').Any(part => part is "node_modules" or "dist")
        select relative;

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Parley.slnx")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run from a clone of the repository.");
        return folder.FullName;
    }
}
