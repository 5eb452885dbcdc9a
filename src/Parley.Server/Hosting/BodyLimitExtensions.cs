namespace Parley.Server.Hosting;

/// <summary>Routes that take more than <see cref="BodyLimit.Default"/>.</summary>
public static class BodyLimitExtensions
{
    /// <summary>Sets the route's limit.</summary>
    public static TBuilder WithBodyLimit<TBuilder>(this TBuilder route, int bytes)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new BodyLimit(bytes));
}
