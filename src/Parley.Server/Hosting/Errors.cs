using Parley.Protocol;

namespace Parley.Server.Hosting;

/// <summary>The one place where what went wrong becomes an answer.</summary>
internal sealed class Errors(RequestDelegate next, ILogger<Errors> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be told.
            return;
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            await Problems.Write(context, Explain(context, error));
            return;
        }
        if (!context.Response.HasStarted && Routes.IsApi(context.Request) && Problems.FromStatus(context.Response.StatusCode) is { } refusal)
            await Problems.Write(context, refusal);
    }

    private Refusal Explain(HttpContext context, Exception error)
    {
        switch (error)
        {
            case Refusal refusal:
                return refusal;
            case BadHttpRequestException bad:
                return Problems.FromStatus(bad.StatusCode) ?? Problems.FromStatus(400)!;
            default:
                Log.RequestFailed(log, error, context.Request.Method, context.Request.Path);
                return new Refusal(ErrorCode.Internal, "Something went wrong on the server. It was logged there.");
        }
    }
}
