using System.Text.Json;
using System.Xml.Linq;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.DependencyInjection;
using Parley.Protocol;
using Parley.Server.Fanout;
using Parley.Server.Hosting;
using Parley.Server.Messages;
using Parley.Server.Storage;
using Parley.Server.Sync;

namespace Parley.Microbench;

/// <summary>
/// What every message goes through, step by step, without the database and the network. `bin/bench steps` takes the times;
/// AllocationTests holds each step to its bytes in budgets.json.
/// </summary>
public class HotPath
{
    private const long Thread = 0x0193_5c1e_2f40_1001, Ada = 0x0193_5c1e_2f40_2002, Bob = 0x0193_5c1e_2f40_3003;
    private const string Text = "A message of eighty bytes, which is about as long as what people say to others..", Cid = "019c6a0e-3c1f-7a52-9d5e-8f0b2f6f8f11";

    private readonly SendFrame _send = new(Cid, new Id(Thread), Text);
    private readonly byte[] _frame = JsonSerializer.SerializeToUtf8Bytes(
        new { type = "send", cid = Cid, thread = new Id(Thread), text = Text }, JsonSerializerOptions.Web);

    private readonly PageTokens _tokens;
    private readonly UserChannel _channel = new(Bob);
    private readonly WorkingSet _committed;
    private readonly UserRow _receiver;
    private readonly MemberRow[] _rows;
    private readonly Change _change;
    private readonly string _token;
    private readonly Head _head;

    /// <summary>A batch with one message, executed.</summary>
    public HotPath()
    {
        _committed = Load();
        NewSend().Execute(_committed);
        _receiver = _committed.FindUser(Bob)!;
        _rows = [_committed.FindMember(Thread, Bob)!];
        _change = ChangesWriter.Write(_committed, "epoch", _receiver, _rows);
        _head = JsonSerializer.Deserialize(_change.Frame, WireJson.Wire.ChangesFrame)!.Threads[0];
        var services = new ServiceCollection();
        PageTokens.AddTo(services, _ => new Keys());
        _tokens = services.BuildServiceProvider().GetRequiredService<PageTokens>();
        _token = WritePageToken();
    }

    /// <summary>A `send` frame as it comes out of a socket.</summary>
    [Benchmark]
    public object ReadSend() => (FrameReader.ReadType(_frame), FrameReader.Read(_frame, WireJson.Wire.SendFrame));

    /// <summary>The command on rows that are loaded: counters, message, both members; with the rows themselves.</summary>
    [Benchmark]
    public object ExecuteSend() => NewSend().Execute(Load());

    /// <summary>The `changes` frame for one of the two, as it is pushed.</summary>
    [Benchmark]
    public object WriteChanges() => ChangesWriter.Write(_committed, "epoch", _receiver, _rows);

    /// <summary>A change passes the user's channel, and one socket's pump finds it there.</summary>
    [Benchmark]
    public object? PassChange()
    {
        _channel.Announce(_change);
        return _channel.FindFrom(_change.From);
    }

    /// <summary>A head in an answer.</summary>
    [Benchmark]
    public byte[] WriteHead() => JsonSerializer.SerializeToUtf8Bytes(_head, WireJson.Wire.Head);

    /// <summary>The token of an older page.</summary>
    [Benchmark]
    public string WritePageToken() => _tokens.Protect("messages", [Ada, Thread, 0, 1234]);

    /// <summary>The same, come back.</summary>
    [Benchmark]
    public long[] ReadPageToken() => _tokens.Unprotect("messages", _token);

    private SendMessage NewSend() => new(Ada, _send.Thread.Value, _send.Cid, _send.Text, _send.ReplyTo);

    // What the writer has in memory when a batch of one send begins.
    private static WorkingSet Load()
    {
        var set = new WorkingSet(DateTimeOffset.UnixEpoch);
        set.Add(new ThreadRow { ThreadId = Thread, DirectKey = "1:2", CreatedAt = 0, LastSeq = 41, Revision = 41, LoadedRevision = 41 });
        foreach (var (id, name) in new[] { (Ada, "Ada Lovelace"), (Bob, "Bob Builder") })
        {
            set.Add(new MemberRow { UserId = id, ThreadId = Thread, Version = 90, Activity = 90, ReadSeq = 41, DeliveredSeq = 41 });
            set.Add(new UserRow { UserId = id, Username = name, FullName = name, Settings = "{}", Version = 90, LoadedVersion = 90 });
        }
        return set;
    }

    private sealed class Keys : IXmlRepository
    {
        private readonly List<XElement> _keys = [];

        public IReadOnlyCollection<XElement> GetAllElements() => _keys;

        public void StoreElement(XElement element, string friendlyName) => _keys.Add(element);
    }
}
