using System.Xml.Linq;
using Dapper;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Parley.Server.Storage;

namespace Parley.Server.Hosting;

/// <summary>
/// Keeps the keys of page tokens in the database, so that a token outlives the process and every node knows it. The interface is
/// not asynchronous; it is called at the first token and when a key is due for renewal.
/// </summary>
internal sealed class DatabaseKeys(Database database) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements() =>
        [.. database.ReadAtOnce(connection => connection.QueryAsync<string>("SELECT xml FROM data_protection_keys ORDER BY name"))
            .GetAwaiter().GetResult().Select(XElement.Parse)];

    public void StoreElement(XElement element, string friendlyName) =>
        database.Write(connection => connection.ExecuteAsync(
            "INSERT INTO data_protection_keys (name, xml) VALUES (@name, @xml)",
            new { name = friendlyName, xml = element.ToString(SaveOptions.DisableFormatting) })).GetAwaiter().GetResult();
}
