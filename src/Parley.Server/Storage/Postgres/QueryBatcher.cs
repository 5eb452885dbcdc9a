using Npgsql;

namespace Parley.Server.Storage.Postgres;

/// <summary>
/// Asks together what is asked at the same time: as the writer does with commands, whatever has gathered while the questions before were being
/// answered. A question that is alone is asked at once, unless it may wait for others.
/// </summary>
internal sealed class QueryBatcher<TKey, TRow>(
    KeyQuery<TKey, TRow> query, TimeSpan pause, Func<Func<NpgsqlConnection, Task<ILookup<TKey, TRow>>>, Task<ILookup<TKey, TRow>>> ask)
    where TKey : notnull
{
    // In a crowd of thousands: more are not much cheaper for each, and all of them wait for the last.
    private const int KeysMax = 500;

    // Where nothing is gathered on purpose, whoever comes while one statement is under way does not wait for its end.
    private readonly int _runnersMax = pause == TimeSpan.Zero ? 2 : 1;

    private readonly Lock _gate = new();
    private readonly Queue<Question> _waiting = new();
    private int _runners;

    /// <summary>The rows of a key.</summary>
    /// <exception cref="OperationCanceledException">It was not wanted any more when it was about to be asked.</exception>
    public Task<IReadOnlyList<TRow>> Find(TKey key, CancellationToken stop)
    {
        var question = new Question(key, stop);
        lock (_gate)
        {
            _waiting.Enqueue(question);
            if (_runners == _runnersMax)
                return question.Task;
            _runners++;
        }
        // On behalf of many: not a part of whatever the first of them is doing.
        using (ExecutionContext.SuppressFlow())
            _ = Run();
        return question.Task;
    }

    private bool IsFull
    {
        get
        {
            lock (_gate)
                return _waiting.Count >= KeysMax;
        }
    }

    private async Task Run()
    {
        while (true)
        {
            if (pause > TimeSpan.Zero && !IsFull)
                await Task.Delay(pause);
            var questions = Take();
            if (questions.Count == 0)
                return;
            await Answer(questions);
        }
    }

    private List<Question> Take()
    {
        var questions = new List<Question>();
        lock (_gate)
        {
            while (questions.Count < KeysMax && _waiting.TryDequeue(out var question))
            {
                if (question.Stop.IsCancellationRequested)
                    question.SetCanceled(question.Stop);
                else
                    questions.Add(question);
            }
            if (questions.Count == 0)
                _runners--;
        }
        return questions;
    }

    private async Task Answer(List<Question> questions)
    {
        try
        {
            var keys = questions.Select(question => question.Key).Distinct(query.Comparer).ToArray();
            var rows = await ask(connection => Read(connection, keys));
            foreach (var question in questions)
                question.SetResult([.. rows[question.Key]]);
        }
        catch (Exception error)
        {
            foreach (var question in questions)
                question.TrySetException(error);
        }
    }

    private async Task<ILookup<TKey, TRow>> Read(NpgsqlConnection connection, TKey[] keys)
    {
        await using var command = new NpgsqlCommand(query.SelectMany, connection);
        command.Parameters.Add(new NpgsqlParameter<TKey[]> { TypedValue = keys });
        await using var rows = await command.ExecuteReaderAsync();
        var found = new List<(TKey Key, TRow Row)>();
        while (await rows.ReadAsync())
            found.Add((rows.GetFieldValue<TKey>(0), query.Read(new ColumnReader(rows, 1))));
        return found.ToLookup(row => row.Key, row => row.Row, query.Comparer);
    }

    private sealed class Question(TKey key, CancellationToken stop) : TaskCompletionSource<IReadOnlyList<TRow>>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public TKey Key => key;
        public CancellationToken Stop => stop;
    }
}
