using System.Globalization;
using System.Text;
using System.Xml;
using Parley.Client;

namespace Parley.Bench;

/// <summary>What people say: what others have once said, in its order and from the start again at its end, or the same each time.</summary>
internal sealed class Texts
{
    private readonly IReadOnlyList<string> _all;
    private int _said = -1;

    private Texts(IReadOnlyList<string> all) => _all = all;

    /// <summary>Eighty bytes each time.</summary>
    public static Texts Usual { get; } = new(["A message of eighty bytes, which is about as long as what people say to others.."]);

    /// <summary>How many bytes one has on the average, in UTF-8.</summary>
    public double Bytes => _all.Average(text => Encoding.UTF8.GetByteCount(text));

    /// <summary>Takes the texts of a recorded conversation, except those that a server refuses.</summary>
    /// <exception cref="InvalidDataException">The file holds none, or is no such file.</exception>
    public static Texts Read(string path)
    {
        var texts = RecordedLine.ReadFile(path).Where(line => line.TextProblem is null && IsXml(line.Text)).Select(line => line.Text).ToList();
        return texts.Count > 0 ? new Texts(texts) : throw new InvalidDataException($"{path} holds nothing to say.");
    }

    /// <summary>The next one.</summary>
    public string Next() => _all[(int)((uint)Interlocked.Increment(ref _said) % (uint)_all.Count)];

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Bytes:0} bytes each");

    // XML cannot say all that JSON can.
    private static bool IsXml(string text) => text.All(each => XmlConvert.IsXmlChar(each) || char.IsSurrogate(each));
}
