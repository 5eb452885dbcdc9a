using System.Globalization;
using System.Text.Json;

namespace Parley.Bench;

/// <summary>
/// A minute at the busiest time of the day in a cluster too large for this machine. Each message, each coming and going and each look at
/// a list of people does what the fan-out of a cluster does with it, and what every node must say, hear and push is counted. Times what
/// each of these costs where it was measured, that is each node's share of a processor.
/// </summary>
internal sealed class Crowd
{
    // What people do: assumptions, each a plain number to argue with.
    private const double MessagesPerDay = 40, Peak = 2.5, OnlineAtPeak = 0.15, SecondDevice = 0.2, SessionSeconds = 300;
    private const double PeerIsThere = 0.5, IsRead = 0.7, TypingPerMessage = 1, RenewalSeconds = 60, OnScreen = 50;

    // What is measured: µs of a processor to call another node and to be called, and to write a push to a socket; bytes of a change.
    private const double Calling = 8, Called = 7, Push = 24, ChangeBytes = 700, CallBytes = 200;

    private const int Seconds = 60, Reach = 200;

    private readonly int _users, _nodes;
    private readonly ulong _seed;
    private readonly Random _chance;
    private readonly float[] _weights;
    private readonly double[] _sums;
    private readonly bool[] _isOnline;
    private readonly byte[] _node;
    private readonly UInt128[] _followers;
    private readonly double _perPair;

    // Counted for each node over the whole time.
    private readonly long[] _sockets, _follows, _said, _heard, _asked, _answered, _pushes, _presence, _bytes;

    private Crowd(double millions, int nodes, int seed)
    {
        (_users, _nodes, _seed, _chance) = ((int)(millions * 1_000_000), nodes, (ulong)seed, new Random(seed));
        _weights = new float[_users];
        _sums = new double[_users + 1];
        _isOnline = new bool[_users];
        _node = new byte[_users];
        _followers = new UInt128[_users];
        long[] Counter() => new long[nodes];
        (_sockets, _follows, _said, _heard, _asked, _answered, _pushes, _presence, _bytes) =
            (Counter(), Counter(), Counter(), Counter(), Counter(), Counter(), Counter(), Counter(), Counter());
        var total = 0.0;
        for (var i = 0; i < _users; i++)
        {
            // Pareto: one in a hundred has more than twenty times what half of them have.
            _weights[i] = (float)Math.Min(30, Math.Pow(1 - _chance.NextDouble(), -1 / 1.5));
            _sums[i + 1] = total += _weights[i];
            _node[i] = (byte)_chance.Next(nodes);
        }
        // Two people within reach of each other know each other the more likely, the more people each knows: about 40 on average.
        var mean = total / _users;
        _perPair = 40.0 / (2 * Reach) / (mean * mean);
        for (var i = 0; i < _users; i++)
            _isOnline[i] = _chance.NextDouble() < OnlineAtPeak * _weights[i] / mean;
    }

    /// <summary>Runs it and prints a table, a line of JSON and one to read.</summary>
    public static int Simulate(double millions, int nodes, int seed)
    {
        if (nodes is < 1 or > 128 || millions is < 0.01 or > 50)
        {
            Console.Error.WriteLine("It takes 1 to 128 nodes and 0.01 to 50 million people.");
            return 2;
        }
        var crowd = new Crowd(millions, nodes, seed);
        crowd.Arrive();
        crowd.Clear();
        var messages = crowd.Talk();
        var comings = crowd.ComeAndGo();
        crowd.Renew();
        crowd.Print(messages, comings);
        return 0;
    }

    /// <summary>Everyone who is online looks at their list; this is before the minute that is counted.</summary>
    private void Arrive()
    {
        for (var user = 0; user < _users; user++)
        {
            if (_isOnline[user])
                Open(user);
        }
    }

    private void Clear()
    {
        foreach (var counter in new[] { _said, _heard, _asked, _answered, _pushes, _presence, _bytes })
            Array.Clear(counter);
    }

    private long Talk()
    {
        var messages = (long)(_users * MessagesPerDay / 86_400 * Peak * Seconds);
        var online = Enumerable.Range(0, _users).Where(user => _isOnline[user]).ToArray();
        Span<int> friends = stackalloc int[2 * Reach];
        for (var i = 0L; i < messages; i++)
        {
            int sender, count;
            do
            {
                sender = online[_chance.Next(online.Length)];
                count = FindFriends(sender, friends);
            }
            while (count == 0 || _chance.NextDouble() * 30 > _weights[sender]);
            var receiver = friends[_chance.Next(count)];
            // People write to those who are there.
            for (var tries = 0; tries < 20 && !_isOnline[receiver] && _chance.NextDouble() < PeerIsThere; tries++)
                receiver = friends[_chance.Next(count)];
            Say(sender, receiver);
        }
        return messages;
    }

    /// <summary>One message, and what follows from it: typing before it, a delivered mark, and a read mark where it is looked at.</summary>
    private void Say(int sender, int receiver)
    {
        var (here, there) = (_node[sender], _node[receiver]);
        Tell(here, sender, ChangeBytes);
        Tell(here, receiver, ChangeBytes);
        if (!_isOnline[receiver])
            return;
        for (var i = 0; i < TypingPerMessage; i++)
            Tell(here, receiver, 0);
        Tell(there, sender, ChangeBytes);
        if (_chance.NextDouble() >= IsRead)
            return;
        Tell(there, sender, ChangeBytes);
        Tell(there, receiver, ChangeBytes);
    }

    /// <summary>Something of a node for a user: pushed here, or sent to each node where they are.</summary>
    private void Tell(int from, int user, double bytes)
    {
        Follow(from, user);
        if (!_isOnline[user])
            return;
        Deliver(from, _node[user], bytes);
        if (Draw(user, 0) < SecondDevice)
            Deliver(from, (int)(Draw(user, 1) * _nodes), bytes);
    }

    private void Deliver(int from, int to, double bytes)
    {
        _pushes[to]++;
        if (from != to)
            Call(_said, from, _heard, to, bytes);
    }

    private long ComeAndGo()
    {
        var online = _isOnline.LongCount(isOnline => isOnline);
        var changes = (long)(online * Seconds / SessionSeconds);
        for (var i = 0L; i < changes; i++)
        {
            var (comes, goes) = (DrawWhere(false), DrawWhere(true));
            _isOnline[goes] = false;
            Move(goes);
            _isOnline[comes] = true;
            Open(comes);
        }
        return 2 * changes;
    }

    // As many come as go, and who comes more often is there more often.
    private int DrawWhere(bool isOnline)
    {
        int user;
        do
            user = _chance.Next(_users);
        while (_isOnline[user] != isOnline || (!isOnline && _chance.NextDouble() * 30 > _weights[user]));
        return user;
    }

    private void Open(int user)
    {
        Move(user);
        var node = _node[user];
        // Who is on screen is shown once, in one frame.
        _presence[node]++;
        Span<int> friends = stackalloc int[2 * Reach];
        foreach (var friend in friends[..FindFriends(user, friends)])
        {
            if (IsOnScreen(user, friend))
                Follow(node, friend);
        }
    }

    /// <summary>A user comes or goes: the node asks their grain, which tells every node that follows them; whoever shows them gets a frame.</summary>
    private void Move(int user)
    {
        var node = _node[user];
        Follow(node, user);
        Ask(node, user);
        for (var follower = 0; follower < _nodes; follower++)
        {
            if (((_followers[user] >> follower) & 1) == 1)
                Call(_said, HomeOf(user), _heard, follower, 0);
        }
        Span<int> friends = stackalloc int[2 * Reach];
        foreach (var friend in friends[..FindFriends(user, friends)])
        {
            if (_isOnline[friend] && IsOnScreen(friend, user))
                _presence[_node[friend]]++;
        }
    }

    private void Follow(int node, int user)
    {
        var bit = UInt128.One << node;
        if ((_followers[user] & bit) != 0)
            return;
        _followers[user] |= bit;
        _follows[node]++;
        Ask(node, user);
    }

    /// <summary>Everything that is followed is asked for again now and then.</summary>
    private void Renew()
    {
        for (var user = 0; user < _users; user++)
        {
            for (var node = 0; node < _nodes && _followers[user] != 0; node++)
            {
                if (((_followers[user] >> node) & 1) == 1 && _chance.NextDouble() < Seconds / RenewalSeconds)
                    Ask(node, user);
            }
            if (_isOnline[user])
                _sockets[_node[user]]++;
        }
    }

    private void Ask(int node, int user) => Call(_asked, node, _answered, HomeOf(user), 0);

    private void Call(long[] callers, int from, long[] called, int to, double bytes)
    {
        callers[from]++;
        called[to]++;
        _bytes[from] += (long)(bytes + CallBytes);
    }

    // A grain stays where it was first asked for, which may be anywhere.
    private int HomeOf(int user) => (int)(Draw(user, 2) * _nodes);

    private int FindFriends(int user, Span<int> friends)
    {
        var count = 0;
        for (var other = Math.Max(0, user - Reach); other <= Math.Min(_users - 1, user + Reach); other++)
        {
            if (other != user && Draw(Math.Min(user, other), 3 + Math.Abs(user - other)) < _perPair * _weights[user] * _weights[other])
                friends[count++] = other;
        }
        return count;
    }

    // Of someone with many friends, as many as fit are shown.
    private bool IsOnScreen(int user, int friend)
    {
        var (first, last) = (Math.Max(0, user - Reach), Math.Min(_users, user + Reach + 1));
        var expected = _perPair * _weights[user] * (_sums[last] - _sums[first] - _weights[user]);
        return Draw(user, 1_000 + Math.Abs(user - friend) + (friend > user ? Reach : 0)) < OnScreen / expected;
    }

    /// <summary>A number from 0 to 1 that is always the same for the same question (SplitMix64).</summary>
    private double Draw(int user, int question)
    {
        var z = (_seed * 0x9E3779B97F4A7C15) + (((ulong)user << 12) | (uint)question) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }

    private void Print(long messages, long comings)
    {
        double Mean(long[] counter) => counter.Average() / Seconds;
        double Most(long[] counter) => counter.Max() / (double)Seconds;
        var calls = Enumerable.Range(0, _nodes).Select(node => (((_said[node] + _asked[node]) * Calling) + ((_heard[node] + _answered[node]) * Called)) / Seconds / 1e6).ToList();
        var pushing = Enumerable.Range(0, _nodes).Select(node => (_pushes[node] + _presence[node]) * Push / Seconds / 1e6).ToList();
        void Row(string what, double mean, double most) =>
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-56} {mean,12:N2} {most,12:N2}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"each node, a second",-56} {"mean",12} {"most",12}"));
        Row("sockets", _sockets.Average(), _sockets.Max());
        Row("users followed", _follows.Average(), _follows.Max());
        Row("messages sent by its people", messages / (double)_nodes / Seconds, messages / (double)_nodes / Seconds);
        Row("calls with changes, typing and routes", Mean(_said), Most(_said));
        Row("calls to users' grains", Mean(_asked), Most(_asked));
        Row("pushes of changes and typing", Mean(_pushes), Most(_pushes));
        Row("pushes of presence", Mean(_presence), Most(_presence));
        Row("MB to other nodes", Mean(_bytes) / 1e6, Most(_bytes) / 1e6);
        Row("of a core, for calls made and answered", calls.Average(), calls.Max());
        Row("of a core, for pushes", pushing.Average(), pushing.Max());
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            bench = "crowd", users = _users, nodes = _nodes, seed = _seed, messagesPerSecond = messages / Seconds, comingsAndGoingsPerSecond = comings / Seconds,
            sockets = _sockets.Sum(), followed = _follows.Average(), coreForCalls = calls.Average(), coreForPushes = pushing.Average(),
        }, JsonSerializerOptions.Web));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            {_users:N0} people, {_nodes} nodes, {_sockets.Sum():N0} sockets, {messages / Seconds:N0} messages/s and {comings / Seconds:N0} comings and goings/s: each node spends {calls.Average():P1} of a core on calls and {pushing.Average():P1} on pushes
            """));
    }
}
