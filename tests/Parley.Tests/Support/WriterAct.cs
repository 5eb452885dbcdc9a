using Parley.Server.Storage;

namespace Parley.Tests.Support;

/// <summary>A command that does what a test says, as long as it wants to: meanwhile others gather at the writer's door.</summary>
internal sealed class WriterAct<T>(Func<T> act) : Command<T>
{
    public override void Need(Needs needs) { }

    public override T Execute(WorkingSet set) => act();
}
