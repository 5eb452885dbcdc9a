using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;

namespace Parley.Server.Hosting;

/// <summary>Serves the built web app: assets with a hash in their name for a year, everything else asked for anew each time.</summary>
internal static class WebApp
{
    private const string NotBuilt =
        "<!doctype html><html lang=en><meta charset=utf-8><title>Parley</title>"
        + "<h1>Parley runs, but its web app is not built</h1><p>Stop the server and start it with <code>bin/run</code>, which builds it first.</p>";

    public static void UseWebApp(this WebApplication app)
    {
        var folder = Find(app.Services.GetRequiredService<ServerOptions>().WebRoot);
        if (folder is null)
        {
            app.Use((context, next) => IsPage(context) ? WriteNotBuilt(context) : next(context));
            return;
        }
        var files = new PhysicalFileProvider(folder);
        // Only the app's own files: an answer of the API that holds secrets must not show its length compressed.
        app.UseWhen(context => !Routes.IsApi(context.Request), pages => pages.UseResponseCompression());
        app.Use((context, next) =>
        {
            // A page of the app is whatever address the app's own router understands.
            if (IsPage(context) && !files.GetFileInfo(context.Request.Path.Value ?? "").Exists)
                context.Request.Path = "/index.html";
            return next(context);
        });
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = files,
            ContentTypeProvider = new FileExtensionContentTypeProvider { Mappings = { [".webmanifest"] = "application/manifest+json" } },
            OnPrepareResponse = file => file.Context.Response.Headers.CacheControl =
                file.Context.Request.Path.StartsWithSegments("/assets") ? "public, max-age=31536000, immutable" : "no-cache",
        });
    }

    /// <summary>Beside the program, or where the build leaves it in a working copy.</summary>
    private static string? Find(string? configured)
    {
        string[] places = configured is not null ? [Path.GetFullPath(configured)] :
            [Path.Combine(AppContext.BaseDirectory, "wwwroot"), Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../wwwroot"))];
        return places.FirstOrDefault(place => File.Exists(Path.Combine(place, "index.html")));
    }

    private static bool IsPage(HttpContext context) =>
        context.GetEndpoint() is null
        && (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
        && !Routes.IsApi(context.Request)
        && !Path.HasExtension(context.Request.Path.Value);

    private static Task WriteNotBuilt(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/html; charset=utf-8";
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync(NotBuilt);
    }
}
