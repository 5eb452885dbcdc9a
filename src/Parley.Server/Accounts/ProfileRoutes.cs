using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Parley.Protocol;
using Parley.Server.Hosting;
using Parley.Server.Storage;
using Parley.Server.Sync;

namespace Parley.Server.Accounts;

/// <summary>The caller's own profile, and finding others.</summary>
internal static class ProfileRoutes
{
    public static void MapProfiles(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/me", Get).WithSummary("The signed-in user, with their settings.");
        routes.MapPatch("/me", Change).WithSummary("Changes name or settings; settings are merged key by key, null removes a key.");
        routes.MapPut("/me/password", Rekey).RequireRateLimiting(RateLimits.SignIn)
            .WithSummary("Changes the password; every other session ends.");
        routes.MapGet("/users", Search).RequireRateLimiting(RateLimits.Search)
            .WithSummary("People whose name or username has words that begin so; at most 20.");
        routes.MapGet("/users/{id}", GetUser).WithSummary("One user.");
    }

    private static async Task<Ok<MeAnswer>> Get(Caller caller, Database database) =>
        TypedResults.Ok(new MeAnswer(await database.ReadAtOnce(connection => MeReader.Read(connection, caller.UserId.Value))));

    private static async Task<Ok<MeAnswer>> Change(Caller caller, Body<ChangeProfileRequest> body, Database database)
    {
        var (fullName, settings) = body.Value;
        if (settings is { ValueKind: not JsonValueKind.Object })
            throw Refusal.Invalid("settings", "Settings must be an object.");
        var change = new ProfileChange { FullName = fullName is null ? null : Names.CheckFullName(fullName), Settings = settings };
        return TypedResults.Ok(new MeAnswer((await database.Execute(new ChangeProfile(caller.UserId, change))).Me));
    }

    private static async Task<NoContent> Rekey(Caller caller, Body<ChangePasswordRequest> body, HttpContext context, ChangePassword change)
    {
        await change.Run(caller, body.Value, RateLimits.Address(context));
        return TypedResults.NoContent();
    }

    private static async Task<Ok<UsersAnswer>> Search(Caller caller, Database database, string? query) =>
        TypedResults.Ok(new UsersAnswer(await database.ReadAtOnce(connection => PeopleSearch.Find(connection, caller.UserId, query ?? ""))));

    private static async Task<Ok<UserAnswer>> GetUser(Id id, Caller caller, Database database) =>
        TypedResults.Ok(new UserAnswer(await database.ReadAtOnce(connection => PeopleSearch.Read(connection, id)) ?? throw Refusal.NotFound()));
}
