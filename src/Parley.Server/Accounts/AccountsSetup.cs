using Parley.Server.Hosting;

namespace Parley.Server.Accounts;

/// <summary>Sign-up, sign-in, sessions, profiles and people search.</summary>
public static class AccountsSetup
{
    /// <summary>The services of this slice.</summary>
    public static void AddAccounts(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Passwords>();
        builder.Services.AddSingleton<SignInThrottle>();
        builder.Services.AddSingleton<SignUp>();
        builder.Services.AddSingleton<SignIn>();
        builder.Services.AddSingleton<ChangePassword>();
        builder.Services.AddSingleton<SessionTimes>();
        builder.Services.AddHostedService(services => services.GetRequiredService<SessionTimes>());
    }

    /// <summary>Says who is asking, before anything else is done for them.</summary>
    public static void UseSessions(this WebApplication app)
    {
        app.UseMiddleware<SessionMiddleware>();
        app.UseMiddleware<UnreadableIds>();
    }

    /// <summary>The routes of this slice.</summary>
    public static void MapAccounts(this IEndpointRouteBuilder api)
    {
        var routes = api.MapGroup("").WithTags("Accounts");
        routes.MapSessions();
        routes.MapProfiles();
    }
}
