var app = WebApplication.CreateBuilder(args).Build();
app.MapGet("/api/health/live", () => "ok");
app.Run();
