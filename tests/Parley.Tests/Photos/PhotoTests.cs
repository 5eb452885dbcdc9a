using System.Net;
using System.Text;
using Dapper;
using NetVips;
using Parley.Protocol;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Photos;

public sealed class PhotoTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData(".png")]
    [InlineData(".jpg")]
    [InlineData(".gif")]
    [InlineData(".webp")]
    public async Task A_photo_of_each_format_comes_back_as_a_square_in_three_sizes(string format)
    {
        var someone = await server.SignUp();

        var photo = (await Upload(someone, Draw(1_500, 1_200, format))).Photo!;

        foreach (var size in new[] { 64, 256, 1024 })
        {
            using var response = await someone.Get($"/photos/{photo}?size={size}");
            Assert.Equal("image/webp", response.Content.Headers.ContentType?.MediaType);
            Assert.Equal(["immutable", "max-age=31536000", "private"], response.Headers.CacheControl!.ToString().Split(", ").Order());
            using var image = Image.NewFromBuffer(await response.Content.ReadAsByteArrayAsync());
            Assert.Equal((size, size), (image.Width, image.Height));
        }
        Assert.Equal(photo, (await someone.Get<MeAnswer>("/me")).User.Photo);
    }

    [Fact]
    public async Task The_middle_is_kept_and_turned_upright_and_what_the_camera_noted_is_gone()
    {
        var someone = await server.SignUp();
        // Left half red, right half blue, and the camera says that it was held on its side: upright it is red above blue.
        using var red = Colour(400, 600, 255, 0, 0);
        using var blue = Colour(400, 600, 0, 0, 255);
        using var turned = red.Join(blue, Enums.Direction.Horizontal).Mutate(image =>
        {
            image.Set(GValue.GIntType, "orientation", 6);
            image.Set(GValue.GStrType, "exif-ifd3-GPSLatitude", "59/1 20/1 0/1");
            image.Set(GValue.GStrType, "exif-ifd0-Artist", "Somebody Private");
        });
        var jpeg = turned.JpegsaveBuffer();
        Assert.Contains("Somebody Private", Encoding.Latin1.GetString(jpeg), StringComparison.Ordinal);

        var photo = (await Upload(someone, jpeg)).Photo!;

        using var response = await someone.Get($"/photos/{photo}?size=256");
        var content = await response.Content.ReadAsByteArrayAsync();
        Assert.DoesNotContain("Private", Encoding.Latin1.GetString(content), StringComparison.Ordinal);
        using var result = Image.NewFromBuffer(content);
        Assert.DoesNotContain(result.GetFields(), field => field.StartsWith("exif", StringComparison.Ordinal) || field is "orientation" or "icc-profile-data" or "xmp-data");
        var (top, bottom) = (result.Getpoint(128, 20), result.Getpoint(128, 235));
        Assert.True(top[0] > 200 && top[2] < 60, $"The top is {string.Join(',', top)}.");
        Assert.True(bottom[2] > 200 && bottom[0] < 60, $"The bottom is {string.Join(',', bottom)}.");
    }

    [Fact]
    public async Task A_small_photo_is_not_blown_up()
    {
        var someone = await server.SignUp();

        var photo = (await Upload(someone, Draw(100, 80, ".png"))).Photo!;

        using var response = await someone.Get($"/photos/{photo}?size=1024");
        using var image = Image.NewFromBuffer(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal((80, 80), (image.Width, image.Height));
    }

    [Fact]
    public async Task The_same_content_has_the_same_id_and_is_there_as_long_as_someone_has_it()
    {
        var (ada, bob) = (await server.SignUp(), await server.SignUp());
        var content = Draw(300, 300, ".png");
        var photo = (await Upload(ada, content)).Photo!;
        Assert.Equal(photo, (await Upload(bob, content)).Photo);
        Assert.Equal(22, photo.Length);

        using var removed = await ada.Delete("/me/photo");
        Assert.Null((await ParleyApi.Read<MeAnswer>(removed)).User.Photo);
        using var kept = await ada.Get($"/photos/{photo}?size=64");
        Assert.Equal(HttpStatusCode.OK, kept.StatusCode);

        await Upload(bob, Draw(200, 300, ".png"));
        await ParleyApi.Refused(await ada.Get($"/photos/{photo}?size=64"), HttpStatusCode.NotFound, ErrorCode.NotFound);
        Assert.Equal(3, await server.Database.Read(connection => connection.QuerySingleAsync<int>(
            "SELECT count(*) FROM photos WHERE photo_id = (SELECT photo_id FROM users WHERE user_id = @id)", new { id = bob.Id.Value })));
    }

    [Fact]
    public async Task Everyone_who_shares_a_thread_is_told_of_a_new_photo()
    {
        var (ada, bob) = (await server.SignUp(), await server.SignUp());
        await ada.Send(await ada.StartThread(bob), "hello");
        await using var socket = await SocketClient.ConnectAndGreet(
            server.Url, bob.Token!, server.Database.Epoch, await server.Database.ReadVersion(bob.Id.Value));

        var photo = (await Upload(ada, Draw(120, 120, ".png"))).Photo;

        Assert.Equal(photo, (string?)(await socket.Expect("changes"))["threads"]![0]!["peer"]!["photo"]);
    }

    [Fact]
    public async Task A_photo_that_a_browser_has_is_not_sent_again()
    {
        var someone = await server.SignUp();
        var photo = (await Upload(someone, Draw(130, 130, ".png"))).Photo!;
        using var first = await someone.Get($"/photos/{photo}?size=64");

        using var again = await someone.Call(HttpMethod.Get, $"/photos/{photo}?size=64", null, ("If-None-Match", first.Headers.ETag!.ToString()));

        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
    }

    [Fact]
    public async Task Photos_are_for_those_who_are_signed_in()
    {
        var photo = (await Upload(await server.SignUp(), Draw(140, 140, ".png"))).Photo!;

        await ParleyApi.Refused(await server.Stranger().Get($"/photos/{photo}?size=64"), HttpStatusCode.Unauthorized, ErrorCode.Unauthenticated);
        await ParleyApi.Refused(await (await server.SignUp()).Get($"/photos/{photo}?size=65"), HttpStatusCode.BadRequest, ErrorCode.InvalidRequest);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>")]
    [InlineData("%PDF-1.7")]
    [InlineData("BM66")]
    [InlineData("II*\0")]
    public async Task What_is_none_of_the_four_formats_is_refused_whatever_it_says_it_is(string content) =>
        await ParleyApi.Refused(
            await Put(await server.SignUp(), Encoding.Latin1.GetBytes(content), "image/png"), HttpStatusCode.UnsupportedMediaType, ErrorCode.UnsupportedMediaType);

    [Theory]
    [InlineData(".png")]
    [InlineData(".jpg")]
    [InlineData(".gif")]
    [InlineData(".webp")]
    public async Task A_damaged_photo_is_refused_and_the_old_one_stays(string format)
    {
        var someone = await server.SignUp();
        var before = (await Upload(someone, Draw(150, 150, ".png"))).Photo;
        var whole = Draw(900, 900, format);

        await ParleyApi.Refused(await Put(someone, whole[..(whole.Length / 2)]), HttpStatusCode.BadRequest, ErrorCode.InvalidRequest);
        await ParleyApi.Refused(await Put(someone, whole[..20]), HttpStatusCode.BadRequest, ErrorCode.InvalidRequest);

        Assert.Equal(before, (await someone.Get<MeAnswer>("/me")).User.Photo);
    }

    [Fact]
    public async Task An_image_that_unpacks_to_far_more_than_it_weighs_is_refused_unopened()
    {
        using var huge = Image.Black(20_000, 20_000);
        var bomb = huge.PngsaveBuffer(compression: 9, bitdepth: 1);
        Assert.True(bomb.Length < 200_000);
        var watch = System.Diagnostics.Stopwatch.StartNew();

        await ParleyApi.Refused(await Put(await server.SignUp(), bomb), HttpStatusCode.RequestEntityTooLarge, ErrorCode.TooLarge);

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), "It was unpacked.");
    }

    [Fact]
    public async Task More_than_ten_megabytes_are_refused() =>
        await ParleyApi.Refused(await Put(await server.SignUp(), new byte[10 * 1024 * 1024 + 1]), HttpStatusCode.RequestEntityTooLarge, ErrorCode.TooLarge);

    private static async Task<Me> Upload(ParleyApi api, byte[] content)
    {
        using var response = await Put(api, content);
        return (await ParleyApi.Read<MeAnswer>(response)).User;
    }

    private static Task<HttpResponseMessage> Put(ParleyApi api, byte[] content, string type = "application/octet-stream") =>
        api.Call(HttpMethod.Put, "/me/photo", ParleyApi.Bytes(content, type));

    /// <summary>Something with detail, so that half a file is not enough to draw it.</summary>
    private static byte[] Draw(int width, int height, string format)
    {
        using var noise = Image.Gaussnoise(width, height, sigma: 40, mean: 128, seed: 7).Cast(Enums.BandFormat.Uchar);
        using var image = noise.Bandjoin(noise.Invert(), noise).Copy(interpretation: Enums.Interpretation.Srgb);
        return image.WriteToBuffer(format);
    }

    private static Image Colour(int width, int height, params double[] colour) =>
        (Image.Black(width, height, bands: 3) + colour).Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
}
