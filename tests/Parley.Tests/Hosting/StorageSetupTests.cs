using Parley.Server.Hosting;
using Parley.Server.Storage;
using Xunit;

namespace Parley.Tests.Hosting;

public sealed class StorageSetupTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parley-test-");

    [Fact]
    public async Task A_folder_is_given_back_where_its_database_cannot_be_opened()
    {
        var options = new ServerOptions { Data = _folder.FullName };

        await Assert.ThrowsAsync<ConfigurationException>(() => StorageSetup.BeginStorage(options with { Database = "nonsense" }, TimeProvider.System, _ => Task.CompletedTask));

        var (folder, database) = await StorageSetup.BeginStorage(options, TimeProvider.System, _ => Task.CompletedTask);
        await database.DisposeAsync();
        folder.Dispose();
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
