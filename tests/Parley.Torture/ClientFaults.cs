namespace Parley.Torture;

/// <summary>What is done to client programs and their connections, whatever they are connected to.</summary>
internal static class ClientFaults
{
    /// <summary>Adds them to a schedule.</summary>
    public static void OfferClientFaults(this FaultSchedule schedule, ClientPrograms clients, FaultProxy proxy)
    {
        schedule.Offer("kill -9 of a client program", 3, Kill);
        schedule.Offer("client program frozen", 2, Freeze);
        schedule.Offer("all connections cut", 3, CutAll);

        Task Kill()
        {
            clients.Restart(schedule.Chance.Next(clients.Count));
            return Task.CompletedTask;
        }

        async Task Freeze()
        {
            var part = schedule.Chance.Next(clients.Count);
            clients.Freeze(part);
            await Task.Delay(schedule.Seconds(0.5, 8));
            clients.Thaw(part);
        }

        Task CutAll()
        {
            proxy.CutAll();
            return Task.CompletedTask;
        }
    }
}
