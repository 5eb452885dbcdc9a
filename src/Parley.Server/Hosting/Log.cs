namespace Parley.Server.Hosting;

/// <summary>Everything that hosting and accounts log, with a number each.</summary>
internal static partial class Log
{
    [LoggerMessage(1001, LogLevel.Error, "{Method} {Path} failed.")]
    public static partial void RequestFailed(ILogger log, Exception error, string method, PathString path);

    [LoggerMessage(1002, LogLevel.Warning, "The time of a session could not be written.")]
    public static partial void SessionNotTouched(ILogger log, Exception error);

    [LoggerMessage(1003, LogLevel.Warning, "Rate limits are off.")]
    public static partial void LimitsOff(ILogger log);

    [LoggerMessage(1004, LogLevel.Warning, "Signing in as {Username} from {Address} is slowed down after {Failures} wrong passwords.")]
    public static partial void SignInSlowed(ILogger log, string username, string address, int failures);

    [LoggerMessage(1005, LogLevel.Warning, "{Max} connections are open, as many as the limit of open files allows; more are turned away.")]
    public static partial void ConnectionsFull(ILogger log, int max);
}
