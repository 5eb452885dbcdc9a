using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Parley.Protocol;
using Parley.Server.Accounts;
using Parley.Server.Hosting;
using Parley.Server.Storage;

namespace Parley.Server.Photos;

/// <summary>Profile photos.</summary>
public static class PhotosSetup
{
    /// <summary>The services of this slice.</summary>
    public static void AddPhotos(this WebApplicationBuilder builder) => builder.Services.AddSingleton<PhotoPool>();

    /// <summary>The routes of this slice.</summary>
    public static void MapPhotos(this IEndpointRouteBuilder api)
    {
        var routes = api.MapGroup("").WithTags("Photos");
        routes.MapPut("/me/photo", Put).RequireRateLimiting(RateLimits.Upload).WithBodyLimit(BodyLimit.Largest).Accepts<byte[]>("*/*")
            .WithSummary("Sets the caller's photo: PNG, JPEG, GIF or WebP.");
        routes.MapDelete("/me/photo", Delete).WithSummary("Removes the caller's photo.");
        routes.MapGet("/photos/{photo}", Get).WithSummary("A photo in one of its sizes. It never changes.");
    }

    private static async Task<Ok<MeAnswer>> Put(Caller caller, HttpContext context, PhotoPool pool, Database database)
    {
        var photo = await pool.Decode(await BodyLimit.ReadBody(context), context.RequestAborted);
        await database.Write(async connection =>
        {
            await PhotoStore.Add(connection, photo);
            return true;
        });
        var (me, before) = await database.Execute(new ChangeProfile(caller.UserId, new ProfileChange { HasPhoto = true, PhotoId = photo.Id }));
        await database.Write(async connection =>
        {
            // Someone else may have given up the same photo between the two.
            await PhotoStore.Add(connection, photo);
            return before is null || before == photo.Id ? 0 : await PhotoStore.DeleteUnused(connection, before);
        });
        return TypedResults.Ok(new MeAnswer(me));
    }

    private static async Task<Ok<MeAnswer>> Delete(Caller caller, Database database)
    {
        var (me, before) = await database.Execute(new ChangeProfile(caller.UserId, new ProfileChange { HasPhoto = true }));
        if (before is not null)
            await database.Write(connection => PhotoStore.DeleteUnused(connection, before));
        return TypedResults.Ok(new MeAnswer(me));
    }

    private static async Task<FileContentHttpResult> Get(string photo, string? size, Caller caller, HttpContext context, Database database)
    {
        var pixels = size switch
        {
            "64" => PhotoImage.Small,
            null or "256" => PhotoImage.Medium,
            "1024" => PhotoImage.Large,
            _ => throw Refusal.Invalid("size", "A photo comes in the sizes 64, 256 and 1024."),
        };
        var content = await database.ReadAtOnce(connection => PhotoStore.Read(connection, photo, pixels)) ?? throw Refusal.NotFound();
        context.Response.Headers.CacheControl = "private, max-age=31536000, immutable";
        return TypedResults.Bytes(content, "image/webp", entityTag: new EntityTagHeaderValue($"\"{photo}-{pixels}\""));
    }
}
