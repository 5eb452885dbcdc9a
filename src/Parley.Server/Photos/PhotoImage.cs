using System.Buffers.Text;
using System.Security.Cryptography;
using NetVips;
using Parley.Protocol;

namespace Parley.Server.Photos;

/// <summary>
/// A profile photo as it is kept: a square cut from the middle in three sizes, as WebP without anything that the camera added. The
/// id is the content's hash, so that a photo never changes under its address.
/// </summary>
internal sealed record PhotoImage(string Id, IReadOnlyDictionary<int, byte[]> Sizes)
{
    public const int Small = 64, Medium = 256, Large = 1024;

    private const int MostPixels = 40_000_000;
    private const int Quality = 82;
    private const int IdBytes = 16;

    static PhotoImage()
    {
        // One thread for each image: how many images at a time is the caller's decision. What was decoded is not wanted again.
        NetVips.NetVips.Concurrency = 1;
        Cache.Max = 0;
    }

    /// <summary>Decodes under limits; a Refusal for what is no image of the four formats, is damaged or far too large.</summary>
    public static PhotoImage From(byte[] content)
    {
        if (!IsKnownFormat(content))
            throw new Refusal(ErrorCode.UnsupportedMediaType, "A photo is a PNG, JPEG, GIF or WebP image.");
        try
        {
            var side = ReadSide(content);
            using var large = Crop(content, Math.Min(side, Large));
            var sizes = new SortedDictionary<int, byte[]> { [Large] = Encode(large) };
            foreach (var size in new[] { Medium, Small })
            {
                using var smaller = large.ThumbnailImage(Math.Min(side, size));
                sizes[size] = Encode(smaller);
            }
            return new PhotoImage(Base64Url.EncodeToString(SHA256.HashData(sizes[Large]).AsSpan(0, IdBytes)), sizes);
        }
        catch (VipsException)
        {
            throw Refusal.Invalid("photo", "The image is damaged and cannot be read.");
        }
    }

    /// <summary>The shorter side. Only the header is read for it, so that an image that unpacks to gigabytes is refused unopened.</summary>
    private static int ReadSide(byte[] content)
    {
        using var header = Image.NewFromBuffer(content, access: Enums.Access.Sequential);
        if ((long)header.Width * header.Height > MostPixels)
            throw new Refusal(ErrorCode.TooLarge, $"A photo has at most {MostPixels / 1_000_000} megapixels.");
        return Math.Min(header.Width, header.Height);
    }

    private static Image Crop(byte[] content, int side)
    {
        using var thumbnail = Image.ThumbnailBuffer(
            content, side, optionString: "fail-on=error", height: side, crop: Enums.Interesting.Centre, outputProfile: "srgb", failOn: Enums.FailOn.Error);
        // Decoded here and once; the smaller ones are made of it.
        return thumbnail.CopyMemory();
    }

    private static byte[] Encode(Image image) => image.WebpsaveBuffer(q: Quality, keep: Enums.ForeignKeep.None);

    // The first bytes decide, not what the sender says.
    private static bool IsKnownFormat(ReadOnlySpan<byte> content) =>
        content.StartsWith((ReadOnlySpan<byte>)[0x89, .. "PNG\r\n"u8, 0x1A, 0x0A])
        || content.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])
        || content.StartsWith("GIF87a"u8) || content.StartsWith("GIF89a"u8)
        || (content.Length > 12 && content.StartsWith("RIFF"u8) && content[8..].StartsWith("WEBP"u8));
}
