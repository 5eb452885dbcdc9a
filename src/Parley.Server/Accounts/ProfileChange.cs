using System.Text.Json;

namespace Parley.Server.Accounts;

/// <summary>What to change about oneself. A name and settings that are null stay; a photo stays unless <see cref="HasPhoto"/>.</summary>
internal sealed record ProfileChange
{
    public string? FullName { get; init; }
    public JsonElement? Settings { get; init; }
    public bool HasPhoto { get; init; }
    public string? PhotoId { get; init; }

    /// <summary>Whether it is something that others see.</summary>
    public bool IsSeenByOthers => FullName is not null || HasPhoto;
}
