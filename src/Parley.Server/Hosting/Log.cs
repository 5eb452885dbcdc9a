namespace Parley.Server.Hosting;

/// <summary>Everything that hosting and accounts log, with a number each.</summary>
internal static partial class Log
{
    [LoggerMessage(1001, LogLevel.Error, "{Method} {Path} failed.")]
    public static partial void RequestFailed(ILogger log, Exception error, string method, PathString path);

    [LoggerMessage(1003, LogLevel.Warning, "Rate limits are off.")]
    public static partial void LimitsOff(ILogger log);

    [LoggerMessage(1004, LogLevel.Warning, "Signing in from {Address} is slowed down after {Failures} wrong passwords for one account.")]
    public static partial void SignInSlowed(ILogger log, string address, int failures);

    [LoggerMessage(1005, LogLevel.Warning, "{Max} connections are open, as many as the limit of open files allows; more are turned away.")]
    public static partial void ConnectionsFull(ILogger log, int max);

    [LoggerMessage(1006, LogLevel.Warning, "Not ready: {Trouble}")]
    public static partial void NotReady(ILogger log, string trouble);

    [LoggerMessage(1007, LogLevel.Warning, "Ready again.")]
    public static partial void ReadyAgain(ILogger log);

    [LoggerMessage(1008, LogLevel.Error, "The database could not be tried.")]
    public static partial void ProbeFailed(ILogger log, Exception error);

    [LoggerMessage(1009, LogLevel.Error, "Stopping took longer than {Seconds} s and was cut off. Whatever was acknowledged is on disk.")]
    public static partial void StopCutOff(ILogger log, double seconds);
}
