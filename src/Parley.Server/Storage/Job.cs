using System.Diagnostics;
using Parley.Protocol;

namespace Parley.Server.Storage;

/// <summary>What waits at the writer's door, with the task of whoever waits for it.</summary>
internal abstract class Job
{
    /// <summary>What it is, for whoever reads traces.</summary>
    public abstract string Name { get; }

    /// <summary>The span of whoever waits for it, where there is one.</summary>
    public Activity? Origin { get; set; }

    public abstract bool HasFailed { get; }

    public virtual void Need(Needs needs) { }

    public virtual void Execute(WorkingSet set) { }

    public abstract void Fail(Exception error);

    /// <summary>Tells the one who waits. Only after the commit (S12).</summary>
    public abstract void Complete();
}

/// <inheritdoc/>
internal abstract class Job<T> : Job
{
    // The waiting request goes on elsewhere: the writer has other things to do.
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;
    private Exception? _error;

    public Task<T> Result => _completion.Task;
    public override bool HasFailed => _error is not null;

    public override void Fail(Exception error) => _error = error;

    public override void Complete()
    {
        if (_error is null)
            _completion.SetResult(_result!);
        else
            _completion.SetException(_error);
    }

    protected void Succeed(T result)
    {
        _result = result;
        _error = null;
    }
}

/// <inheritdoc/>
internal sealed class CommandJob<T>(Command<T> command) : Job<T>
{
    public override string Name => command.GetType().Name;

    public override void Need(Needs needs) => command.Need(needs);

    public override void Execute(WorkingSet set)
    {
        try
        {
            Succeed(command.Execute(set));
        }
        catch (Refusal refusal)
        {
            Fail(refusal);
        }
    }
}
