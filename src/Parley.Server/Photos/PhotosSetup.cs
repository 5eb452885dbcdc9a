namespace Parley.Server.Photos;

/// <summary>Profile photos.</summary>
public static class PhotosSetup
{
    public static void AddPhotos(this WebApplicationBuilder builder) { }
    public static void MapPhotos(this IEndpointRouteBuilder routes) { }
}
