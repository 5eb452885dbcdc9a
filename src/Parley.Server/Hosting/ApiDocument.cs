using Microsoft.OpenApi;
using Parley.Protocol;

namespace Parley.Server.Hosting;

/// <summary>The description of the API for machines, at /api/openapi.json, made from the routes themselves.</summary>
public static class ApiDocument
{
    internal static void AddApiDocument(this WebApplicationBuilder builder) =>
        builder.Services.AddOpenApi(api =>
        {
            api.AddDocumentTransformer((document, _, _) =>
            {
                document.Info = new OpenApiInfo
                {
                    Title = "Parley",
                    Version = "1",
                    Description = "Sign in with POST /api/sessions: a cookie for browsers, or with \"bearer\": true a token for the "
                        + "Authorization header. Errors are RFC 9457 problem documents with a code.",
                };
                // The address is whoever asks; a document that names one would be wrong behind a proxy.
                document.Servers?.Clear();
                return Task.CompletedTask;
            });
            api.AddSchemaTransformer((schema, context, _) =>
            {
                var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
                if (type == typeof(Id) || type == typeof(Timestamp))
                {
                    schema.Type = JsonSchemaType.String;
                    schema.Format = type == typeof(Timestamp) ? "date-time" : null;
                }
                return Task.CompletedTask;
            });
        });

    /// <summary>Maps /openapi.json.</summary>
    public static void MapApiDocument(this IEndpointRouteBuilder routes) =>
        routes.MapOpenApi("/openapi.json").AllowAnonymous();
}
